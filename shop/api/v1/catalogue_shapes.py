"""What the catalogue's addresses take and answer, for the document and for reading queries."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.search import MAX_TEXT, Sort
from shop.addresses import known_countries
from shop.api.serializers import StrictSerializer
from shop.api.v1.shapes import MoneyShape, PictureShape

MAX_PAGE_SIZE = 48
#: What a database is asked for: text without NUL, and what UTF-8 can write.
_PLAIN = r"^[^\x00\ud800-\udfff]*$"


class CountryField(serializers.RegexField):
    """A country's two letters (ISO 3166)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Z]{2}$", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = str(super().to_internal_value(data))
        if code not in known_countries():
            raise serializers.ValidationError(_("A country's two letters (ISO 3166) are needed."))
        return code


class SlugField(serializers.RegexField):
    """A name in an address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[-a-zA-Z0-9_]+$", max_length=120, **kwargs)


class OptionsField(serializers.ListField):
    """Options such as ``Color:Sage``."""

    child = serializers.RegexField(r"^[^:\x00\ud800-\udfff]{1,80}:[^\x00\ud800-\udfff]{1,200}$")


class FilterQuery(StrictSerializer):
    """What products are looked for."""

    q = serializers.RegexField(_PLAIN, required=False, allow_blank=True, default="", max_length=MAX_TEXT)
    category = SlugField(required=False, default="", help_text="A category's slug.")
    min_price = serializers.DecimalField(
        max_digits=11, decimal_places=2, min_value=0, required=False, help_text="In the shop's currency."
    )
    max_price = serializers.DecimalField(max_digits=11, decimal_places=2, min_value=0, required=False)
    option = OptionsField(
        required=False,
        max_length=12,
        default=list,
        help_text="`Color:Sage`; may be given several times: values of one name are alternatives, names add up.",
    )
    in_stock = serializers.ChoiceField(choices=["true", "false"], required=False, default="false")
    ships_to = CountryField(required=False, default="", help_text="A country's two letters (ISO 3166).")


class ListQuery(FilterQuery):
    """The same, and which page of it in which order."""

    sort = serializers.ChoiceField(choices=[sort.value for sort in Sort], required=False)
    cursor = serializers.RegexField(
        r"^[np]\.[-a-zA-Z0-9_]+$",
        max_length=130,
        required=False,
        default="",
        help_text="`next_cursor` or `previous_cursor` of another page of the same list.",
    )
    page_size = serializers.IntegerField(min_value=1, max_value=MAX_PAGE_SIZE, required=False, default=24)

    def validate_page_size(self, value: int) -> int:
        if not re.fullmatch("[0-9]{1,3}", str(self.initial_data.get("page_size", value))):
            raise serializers.ValidationError(_("A valid integer is required."))
        return value


class CategoryShape(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    picture_url = serializers.CharField(allow_null=True)


class CategoriesShape(serializers.Serializer[Any]):
    results = CategoryShape(many=True)


class CardShape(serializers.Serializer[Any]):
    """A product in a list. `price` is the lowest of its variants, null while none is sold."""

    slug = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField(allow_blank=True)
    url = serializers.CharField(help_text="The product's page on the web.")
    picture_url = serializers.CharField(allow_null=True)
    picture_alt = serializers.CharField(allow_blank=True)
    price = MoneyShape(allow_null=True)
    estimate = MoneyShape(allow_null=True, help_text="The price in the currency of Accept-Currency; never charged.")
    compare_at = MoneyShape(allow_null=True)
    saving_percent = serializers.IntegerField(allow_null=True)
    has_higher_prices = serializers.BooleanField(help_text="Other variants cost more: say “from”.")
    in_stock = serializers.BooleanField()


class ProductListShape(serializers.Serializer[Any]):
    """A page of products."""

    results = CardShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    previous_cursor = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(help_text="Stops at 500; `has_more_than_counted` then says that there are more.")
    has_more_than_counted = serializers.BooleanField()
    corrected = serializers.CharField(
        allow_blank=True, help_text="The words that were looked for instead, if nothing was found for those asked."
    )


class FacetValueShape(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="What `option` is asked with.")
    label = serializers.CharField(help_text="For people, in the language of Accept-Language.")  # type: ignore[assignment]
    count = serializers.IntegerField(allow_null=True, help_text="null where counting all would take too long.")
    is_chosen = serializers.BooleanField()


class FacetShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField(help_text="For people, in the language of Accept-Language.")  # type: ignore[assignment]
    values = FacetValueShape(many=True)


class FiltersShape(serializers.Serializer[Any]):
    """The options to filter by, each with how many products have it."""

    facets = FacetShape(many=True)
    count = serializers.IntegerField()
    has_more_than_counted = serializers.BooleanField()


class VariantShape(serializers.Serializer[Any]):
    """What can be bought: its `sku` goes into the basket."""

    sku = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    options = serializers.DictField(child=serializers.CharField())
    price = MoneyShape()
    estimate = MoneyShape(allow_null=True, help_text="The price in the currency of Accept-Currency; never charged.")
    compare_at = MoneyShape(allow_null=True)
    saving_percent = serializers.IntegerField(allow_null=True)
    stock_level = serializers.ChoiceField(choices=["in", "low", "out"])
    stock_text = serializers.CharField(help_text="For people: `Only 3 left`.")
    quantity_max = serializers.IntegerField(help_text="How many can be ordered at once.")
    picture_url = serializers.CharField(allow_null=True)


class ProductShape(serializers.Serializer[Any]):
    """A product with everything that its page shows. `description_html` is sanitised."""

    slug = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField(allow_blank=True)
    summary = serializers.CharField(allow_blank=True)
    description_html = serializers.CharField(allow_blank=True)
    category = CategoryShape()
    url = serializers.CharField()
    option_names = serializers.ListField(child=serializers.CharField())
    option_labels = serializers.DictField(
        child=serializers.CharField(),
        help_text="What each name and value of `options` is called in the language of Accept-Language.",
    )
    pictures = PictureShape(many=True)
    variants = VariantShape(many=True)
    preselected_sku = serializers.CharField(allow_null=True)


class DeliveryQuery(StrictSerializer):
    """Which variant, and where to."""

    sku = serializers.RegexField(_PLAIN, max_length=64)
    country = CountryField(help_text="A country's two letters (ISO 3166).")


class DeliveryShape(serializers.Serializer[Any]):
    """Whether and how a variant goes to a country. `unknown`: nobody knows now, it may still be ordered."""

    sku = serializers.CharField()
    country = serializers.CharField()
    state = serializers.ChoiceField(choices=["known", "never", "unknown"])
    days = serializers.CharField(allow_blank=True, help_text="For people: `12–20 days`.")
    tracked = serializers.BooleanField()
    price = MoneyShape(allow_null=True)


class PaymentMethodShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    explanation = serializers.CharField()


class CountryShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class PageLinkShape(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()


class ShopShape(serializers.Serializer[Any]):
    """What an app needs to know of the shop before anything else."""

    name = serializers.CharField()
    currency = serializers.CharField()
    max_quantity_per_line = serializers.IntegerField()
    max_basket_lines = serializers.IntegerField()
    return_days = serializers.IntegerField(help_text="0: nothing can be sent back through the shop.")
    payment_methods = PaymentMethodShape(many=True)
    terms_url = serializers.CharField(allow_null=True, help_text="If there is one, the customer must agree to it.")
    pages = PageLinkShape(many=True)


class PageShape(PageLinkShape):
    """A page of text that the shop's staff keep."""

    body_html = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField()


class CountriesShape(serializers.Serializer[Any]):
    results = CountryShape(many=True)


class ChoiceShape(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class AddressFieldShape(serializers.Serializer[Any]):
    """A field of the address: `choices` is empty where it is typed freely."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_required = serializers.BooleanField()
    help_text = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    choices = ChoiceShape(many=True)


class AddressFormShape(serializers.Serializer[Any]):
    """What an address in this country is made of, in the order in which people there write it."""

    country = CountryShape()
    address_fields = AddressFieldShape(many=True)
