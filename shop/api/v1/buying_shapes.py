"""What the basket, the checkout and the order take and answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fulfillment.models import Payment
from fulfillment.returns import MAX_PHOTOS
from fulfillment.states import OrderStatus, PaymentStatus, ReturnStatus
from shop.api.serializers import StrictSerializer
from shop.api.sourcing_serializers import WholeNumberField
from shop.api.v1.catalogue_shapes import AddressFieldShape, CountryField, PaymentMethodShape
from shop.api.v1.shapes import MoneyShape, PictureShape, TotalsShape

_PLAIN = r"^[^\x00\ud800-\udfff]*$"
MAX_TYPED_QUANTITY = 9999


class PlainField(serializers.RegexField):
    """Text that a database takes; a number is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_PLAIN, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class TokenField(serializers.RegexField):
    """A key or a token: letters, digits, ``-`` and ``_``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9_.=-]+$", **{"max_length": 120, **kwargs})


class ChoiceRequest(StrictSerializer):
    """Which variant, and how many."""

    sku = PlainField(max_length=64)
    quantity = WholeNumberField(min_value=1, max_value=MAX_TYPED_QUANTITY, required=False, default=1)


class QuantityRequest(StrictSerializer):
    """The new quantity of a line; 0 takes it out."""

    quantity = WholeNumberField(min_value=0, max_value=MAX_TYPED_QUANTITY)


class CouponRequest(StrictSerializer):
    """A coupon's code as somebody typed it."""

    code = PlainField(max_length=80)


class WayRequest(StrictSerializer):
    """How a parcel is to be sent: `key` of the parcel and `service` of one of its ways."""

    parcel = TokenField(max_length=32)
    service = PlainField(max_length=80)


class QuoteRequest(StrictSerializer):
    """Where to, as far as it is known by now."""

    country = CountryField(help_text="A country's two letters (ISO 3166).")
    province = PlainField(max_length=80, required=False, allow_blank=True, default="")
    postcode = PlainField(max_length=20, required=False, allow_blank=True, default="")
    shipping = WayRequest(many=True, required=False, default=list, max_length=30)  # type: ignore[call-arg]


class AddressShape(StrictSerializer):
    """Who gets it, and where. What is needed depends on the country: the quote's `address_fields` say it."""

    first_name = PlainField(max_length=80, required=False, allow_blank=True, default="")
    last_name = PlainField(max_length=80, required=False, allow_blank=True, default="")
    line1 = PlainField(max_length=200, required=False, allow_blank=True, default="")
    line2 = PlainField(max_length=200, required=False, allow_blank=True, default="")
    city = PlainField(max_length=80, required=False, allow_blank=True, default="")
    province = PlainField(max_length=80, required=False, allow_blank=True, default="")
    postcode = PlainField(max_length=20, required=False, allow_blank=True, default="")
    country = CountryField(help_text="A country's two letters (ISO 3166).")
    phone = PlainField(max_length=40, required=False, allow_blank=True, default="")
    tax_id = PlainField(max_length=40, required=False, allow_blank=True, default="")
    national_address = PlainField(max_length=40, required=False, allow_blank=True, default="")


class MoneyRequest(StrictSerializer):
    """An amount in major units, as text, beside its currency."""

    amount = serializers.RegexField(r"^[0-9]{1,10}(\.[0-9]{1,3})?$", max_length=14)
    currency = serializers.RegexField(r"^[A-Z]{3}$")


class OrderRequest(StrictSerializer):
    """Contact, address and what the customer saw. Prices are the shop's: `seen_total` is only compared."""

    email = PlainField(max_length=254)
    address = AddressShape()
    shipping = WayRequest(many=True, required=False, default=list, max_length=30)  # type: ignore[call-arg]
    seen_total = MoneyRequest(help_text="`totals.total` of the quote that the customer agreed to.")
    stamp = TokenField(help_text="`stamp` of the same quote: it names what was in the basket.")
    accepts_terms = serializers.BooleanField(required=False, default=False)


class BasketLineShape(serializers.Serializer[Any]):
    """A line. `problem` says why it cannot be bought as it is (empty: it can), and it counts for nothing then."""

    id = serializers.CharField()
    sku = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    options_text = serializers.CharField(allow_blank=True)
    picture = PictureShape(allow_null=True)
    quantity = serializers.IntegerField()
    quantity_max = serializers.IntegerField()
    price = MoneyShape(allow_null=True)
    price_before = MoneyShape(allow_null=True, help_text="What it cost when it was put in, if that differs.")
    total = MoneyShape(allow_null=True)
    problem = serializers.CharField(allow_blank=True)


class BasketShape(serializers.Serializer[Any]):
    """A basket. `token` is what later requests carry as Basket-Token: whoever has it may change the basket."""

    token = serializers.CharField()
    kind = serializers.ChoiceField(choices=["cart", "direct"])
    lines = BasketLineShape(many=True)
    totals = TotalsShape(allow_null=True, help_text="null if nothing in it can be bought.")
    estimate = MoneyShape(allow_null=True, help_text="The total in the currency of Accept-Currency; never charged.")
    coupon_code = serializers.CharField(allow_blank=True)
    coupon_problem = serializers.CharField(allow_blank=True)
    has_problems = serializers.BooleanField()


class WayShape(serializers.Serializer[Any]):
    service = serializers.CharField(allow_blank=True)
    price = MoneyShape()
    dates = serializers.CharField(allow_blank=True, help_text="For people; empty while nobody knows.")
    tracked = serializers.BooleanField()
    is_chosen = serializers.BooleanField()


class ParcelChoiceShape(serializers.Serializer[Any]):
    """What one supplier sends, and how it can be sent."""

    key = serializers.CharField()
    titles = serializers.ListField(child=serializers.CharField())
    ways = WayShape(many=True)
    price = MoneyShape()


class QuoteShape(serializers.Serializer[Any]):
    """What the basket costs there and how it is sent. The order sends `stamp` and `totals.total` back."""

    stamp = serializers.CharField()
    lines = BasketLineShape(many=True)
    parcels = ParcelChoiceShape(many=True)
    unserved = serializers.ListField(child=serializers.CharField(), help_text="Titles of what is not sent there.")
    totals = TotalsShape()
    estimate = MoneyShape(allow_null=True, help_text="The total in the currency of Accept-Currency; never charged.")
    coupon_problem = serializers.CharField(allow_blank=True)
    is_unknown = serializers.BooleanField(help_text="A supplier could not tell its ways of sending just now.")
    ships_to = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="The countries all of it goes to; null: everywhere."
    )
    address_fields = AddressFieldShape(many=True)
    payment_methods = PaymentMethodShape(many=True)
    must_accept_terms = serializers.BooleanField()


class PlacedShape(serializers.Serializer[Any]):
    """The order. `token` opens it for a guest: keep it, it is shown only here."""

    number = serializers.CharField()
    token = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.values)
    total = MoneyShape()


class PaymentRequest(StrictSerializer):
    """How it is to be paid: one of the quote's `payment_methods`."""

    method = TokenField(max_length=16)


class TransferShape(serializers.Serializer[Any]):
    """Where to transfer the amount, and under which reference."""

    holder = serializers.CharField()
    account_number = serializers.CharField()
    bic = serializers.CharField(allow_blank=True)
    bank = serializers.CharField(allow_blank=True)
    reference = serializers.CharField()
    days = serializers.IntegerField(help_text="For so long the order waits for the money.")


class PaymentShape(serializers.Serializer[Any]):
    """A payment. While it is `pending`, open `pay_url` in a browser or show `transfer`; then ask this address again."""

    id = serializers.CharField()
    method = serializers.ChoiceField(choices=Payment.Method.values)
    status = serializers.ChoiceField(choices=PaymentStatus.values)
    money = MoneyShape()
    pay_url = serializers.CharField(allow_null=True)
    transfer = TransferShape(allow_null=True)


class OrderLineShape(serializers.Serializer[Any]):
    """What was sold. `position` names it when something is sent back."""

    position = serializers.IntegerField()
    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyShape()
    total = MoneyShape()
    picture = PictureShape(allow_null=True)
    quantity_returnable = serializers.IntegerField()


class StepShape(serializers.Serializer[Any]):
    key = serializers.ChoiceField(
        choices=["received", "paid", "placed", "shipped", "delivered", "canceled", "refunded"]
    )
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "current", "todo", "stopped"])
    at = serializers.DateTimeField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)


class TrackingEventShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField(allow_blank=True)


class ParcelContentShape(serializers.Serializer[Any]):
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class ParcelShape(serializers.Serializer[Any]):
    """A parcel, or what will become one: its tracking number is empty until it is sent."""

    state = serializers.ChoiceField(choices=["waiting", "on_its_way", "arrived", "stopped"])
    next_text = serializers.CharField(help_text="What happens next, in words for the customer.")
    contents = ParcelContentShape(many=True)
    is_shared = serializers.BooleanField(
        help_text="These things come in several parcels, and it is not told which is in which."
    )
    tracking_number = serializers.CharField(allow_blank=True)
    carrier = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    eta = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    events = TrackingEventShape(many=True)


class ReturnLineShape(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class ReturnShape(serializers.Serializer[Any]):
    """A wish to send something back, and what became of it."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnStatus.values)
    status_text = serializers.CharField()
    reason = serializers.CharField()
    comment = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True, help_text="What the shop's staff answered.")
    lines = ReturnLineShape(many=True)
    photos = serializers.ListField(
        child=serializers.CharField(), help_text="Where the photos are read, with the token that opens the order."
    )
    created_at = serializers.DateTimeField()


class OrderShape(serializers.Serializer[Any]):
    """An order as its customer sees it."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.values)
    status_text = serializers.CharField()
    is_final = serializers.BooleanField(help_text="Nothing will change any more: stop asking.")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    email = serializers.CharField()
    address = serializers.DictField(child=serializers.CharField(allow_blank=True))
    lines = OrderLineShape(many=True)
    totals = TotalsShape()
    steps = StepShape(many=True)
    parcels = ParcelShape(many=True)
    payments = PaymentShape(many=True)
    payment_methods = PaymentMethodShape(many=True, help_text="The ways to pay it, as long as it is not paid.")
    may_cancel = serializers.BooleanField()
    may_return = serializers.BooleanField()
    returns = ReturnShape(many=True)


class ReturnedRequest(StrictSerializer):
    """How many pieces of which line."""

    position = WholeNumberField(min_value=1, max_value=1000)
    quantity = WholeNumberField(min_value=1, max_value=MAX_TYPED_QUANTITY)


class ReturnRequestBody(StrictSerializer):
    """What goes back and why."""

    lines = ReturnedRequest(many=True, max_length=100)  # type: ignore[call-arg]
    reason = serializers.ChoiceField(
        choices=["damaged", "wrong_item", "not_as_described", "does_not_fit", "changed_mind", "other"]
    )
    comment = PlainField(max_length=2000, required=False, allow_blank=True, default="")

    def validate_lines(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        positions = [line["position"] for line in value]
        if len(set(positions)) < len(positions):
            raise serializers.ValidationError(_("A line is named twice."))
        return value


class ReturnForm(serializers.Serializer[Any]):
    """The same with photos. `request`: the JSON as text."""

    request = serializers.CharField()
    photos = serializers.ListField(child=serializers.FileField(), max_length=MAX_PHOTOS, required=False)


class LinksRequest(StrictSerializer):
    """Whose order links are to be mailed."""

    email = serializers.EmailField(max_length=254)


class EventShape(serializers.Serializer[Any]):
    """Something that became of an order. `id` is the cursor."""

    id = serializers.CharField()
    type = serializers.CharField(help_text="`order.paid`, `order.shipped`, `return.approved`: `docs` list them.")
    order = serializers.CharField(help_text="The order's number.")
    at = serializers.DateTimeField()


class EventsShape(serializers.Serializer[Any]):
    results = EventShape(many=True)
    next_cursor = serializers.CharField(help_text="Ask with it next time; the same again if nothing is new.")
