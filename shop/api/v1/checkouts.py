"""The checkout: what it costs there, and the order. The rules are those of the page: ``shop/checkout.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.coupons import CannotUseCoupon
from fulfillment.models import Order, OrderLink
from fulfillment.offers import Destination
from fulfillment.orders import CannotOrder
from fulfillment.parcels import look_up_unknown, serve
from fulfillment.payment_methods import NOTHING_TO_PAY
from fulfillment.states import OrderStatus
from shop import basket as baskets
from shop.address_layout import address_layout
from shop.address_needs import ASKED_FIELDS, help_text
from shop.addresses import province_named
from shop.api.idempotency import owner_of_basket
from shop.api.v1 import buying_shapes as shapes
from shop.api.v1.base import V1View, once, read
from shop.api.v1.baskets import own_basket, shown_line
from shop.api.v1.catalogue import address_field, methods_of
from shop.api.v1.currencies import ACCEPT_CURRENCY, estimate
from shop.api.v1.document import BASKET_TOKEN, IDEMPOTENCY_KEY, operation
from shop.api.v1.problems import Problem, field_problem
from shop.api.v1.shapes import amount, totals
from shop.checkout import OpenCheckout
from shop.checkout_page import CheckoutPage, ParcelChoice, stamp_of
from shop.forms import CheckoutForm
from shop.limits import may_ask_delivery, may_ask_suppliers
from shop.money import Money
from shop.views.checkout import take_coupon_off

#: The form's names, and where the body of the request has them.
_OUTSIDE_THE_ADDRESS = {"email": "email", "terms": "accepts_terms", "__all__": "body", "payment_method": "body"}


class Quote(V1View):
    """What the basket costs for a country."""

    http_method_names = ["post"]

    @operation(
        "What the basket costs there, how it is sent, what the address needs",
        shapes.QuoteShape,
        tag="checkout",
        operation_id="quote",
        body=shapes.QuoteRequest,
        body_example={"country": "US", "province": "New York", "postcode": "10001"},
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes="`nothing_to_order`",
        description="May ask suppliers for their ways of sending, for a few seconds at most.",
    )
    def post(self, request: Request) -> Response:
        checkout = _open(request)
        values = read(shapes.QuoteRequest, request.data)
        country = values["country"]
        page_of = partial(
            checkout.page_for,
            Destination(country, province_named(country, values["province"].strip()), values["postcode"].strip()),
            chosen=_chosen(values["shipping"]),
        )
        page = page_of()
        if page.is_unknown and may_ask_delivery(request._request):
            look_up_unknown(serve(checkout.items, country)[0], country)
            page = page_of()
        return Response(_quote(request, checkout, page, country))


class PlaceOrder(V1View):
    """Makes the order."""

    http_method_names = ["post"]

    @operation(
        "Order what is in the basket",
        shapes.PlacedShape,
        tag="checkout",
        operation_id="place_order",
        status=201,
        body=shapes.OrderRequest,
        parameters=[BASKET_TOKEN, IDEMPOTENCY_KEY],
        errors=[404, 409, 422],
        codes="`basket_changed` and `price_changed` (quote again, show it, ask again), `out_of_stock`, `cannot_order` "
        "(`facts.lines`), `shipping_changed`, `order_canceled`, `nothing_to_order`, `payment_unavailable`, "
        "`coupon_refused` (the code was taken off: quote again)",
        description="The stock is kept from now on; the next step is the payment. Ordering the same basket again "
        "while it is not paid corrects the same order.",
    )
    def post(self, request: Request) -> Response:
        basket = own_basket(request)
        return once(request, lambda: _place(request, OpenCheckout(basket)), owner=owner_of_basket(basket))


def _open(request: Request) -> OpenCheckout:
    checkout = OpenCheckout(own_basket(request))
    _check_content(checkout)
    return checkout


def _check_content(checkout: OpenCheckout) -> None:
    if not checkout.items:
        raise Problem(422, "nothing_to_order", _("Nothing in the basket can be bought at the moment."))


def _place(request: Request, checkout: OpenCheckout) -> tuple[int, Mapping[str, Any]]:
    values = read(shapes.OrderRequest, request.data)
    _check_content(checkout)
    if not checkout.methods and Decimal(values["seen_total"]["amount"]):
        text = _("We cannot take payments at the moment. Please come back a little later.")
        raise Problem(422, "payment_unavailable", text)
    if values["stamp"] != stamp_of(checkout.basket, checkout.items):
        text = _("The basket has changed since the quote. Please ask for a new one.")
        raise field_problem("stamp", text, code="basket_changed", status=422)
    form = _form(checkout, values)
    if checkout.has_lost_goods(values["address"]["country"], may_ask=partial(may_ask_suppliers, request._request)):
        text = _("Something in the basket is not sold any more. Please ask for a new quote.")
        raise Problem(422, "basket_changed", text)
    seen = Money(Decimal(values["seen_total"]["amount"]), values["seen_total"]["currency"])
    try:
        order = checkout.place(form, chosen=_chosen(values["shipping"]), seen_total=seen, customer_id=request.user.pk)
    except CannotOrder as exc:
        raise Problem(422, exc.code, exc.message, **exc.data) from exc
    except CannotUseCoupon as exc:
        raise Problem(422, "coupon_refused", take_coupon_off(checkout.basket, exc)) from exc
    if order.status == OrderStatus.CANCELED:
        baskets.renew(checkout.basket)
        text = _("Your earlier order was canceled unpaid. Confirm again to place a new one.")
        raise Problem(422, "order_canceled", text)
    return 201, _placed(order)


def _form(checkout: OpenCheckout, values: Mapping[str, Any]) -> CheckoutForm:
    """The page's own form, filled from the body: what it refuses is refused here, in its words."""
    typed = {**values["address"], "email": values["email"], "terms": "on" if values["accepts_terms"] else ""}
    form = CheckoutForm(typed, **checkout.form_arguments(values["address"]["country"]))
    if not form.is_valid():
        errors = {
            _OUTSIDE_THE_ADDRESS.get(name, f"address.{name}"): [str(message) for message in messages]
            for name, messages in form.errors.items()
        }
        raise Problem(400, "invalid_request", _("The request is not valid; “errors” says where."), errors=errors)
    return form


def _placed(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "token": OrderLink.mint(order),
        "status": order.status,
        "total": amount(order.total_money),
    }


def _chosen(shipping: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {way["parcel"]: way["service"] for way in shipping if way["service"]}


def _quote(request: Request, checkout: OpenCheckout, page: CheckoutPage, country: str) -> dict[str, Any]:
    return {
        "stamp": page.stamp,
        "lines": [shown_line(line) for line in page.lines],
        "parcels": [_parcel(parcel) for parcel in page.parcels],
        "unserved": page.unserved,
        "totals": totals(page.totals),
        "estimate": estimate(request, page.totals.total),
        "coupon_problem": page.coupon_problem,
        "is_unknown": page.is_unknown,
        "ships_to": None if checkout.countries is None else sorted(checkout.countries),
        "address_fields": _address_fields(checkout, country),
        "payment_methods": methods_of([NOTHING_TO_PAY] if page.is_free else checkout.methods),
        "must_accept_terms": bool(checkout.terms_url),
    }


def _address_fields(checkout: OpenCheckout, country: str) -> list[dict[str, Any]]:
    """The names, the country's own fields, the phone, and what the suppliers of these goods need there."""
    form = CheckoutForm(**checkout.form_arguments(country))
    named = {name: str(form.fields[name].label) for name in ("first_name", "last_name", "phone")}
    people = [
        {"name": name, "label": label, "is_required": True, "help_text": "", "choices": []}
        for name, label in named.items()
    ]
    places = [address_field(field) for field in address_layout(country)]
    asked = [
        {
            "name": need.field,
            "label": str(need.label),
            "is_required": need.is_required,
            "help_text": help_text(need),
            "choices": [],
        }
        for need in checkout.needs(country)
        if need.field in ASKED_FIELDS
    ]
    return [*people[:2], *places, people[2], *asked]


def _parcel(parcel: ParcelChoice) -> dict[str, Any]:
    ways = [
        {
            "service": way.service,
            "price": amount(way.price),
            "dates": way.dates,
            "tracked": way.tracked,
            "is_chosen": way.is_chosen,
        }
        for way in parcel.ways
    ]
    return {"key": parcel.key, "titles": parcel.titles, "ways": ways, "price": amount(parcel.price)}
