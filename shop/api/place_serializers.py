"""Reads the body of ``POST /api/aliexpress/orders/place``.

Other programs name the same things in several ways; each name is taken, an unknown one or two for the same thing are
not. Errors are told by the name that the caller used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from fulfillment.orders import Contact
from shop.api.serializers import (
    Customer,
    ExternalIdField,
    MailField,
    QuantityField,
    ShippingAddressSerializer,
    StrictSerializer,
    TextField,
    provider_named,
)
from shop.api.sourcing_serializers import DEFAULT_SUPPLIER

MAX_ITEMS = 20

_EXTERNAL_ORDER_ID = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


class AliasedSerializer(StrictSerializer):
    """A strict serializer whose fields have other names too: ``aliases`` leads from those to the field's own."""

    aliases: ClassVar[Mapping[str, str]] = {}

    def run_validation(self, data: Any = empty) -> Any:
        if not isinstance(data, Mapping):
            return super().run_validation(data)
        used: dict[str, str] = {}
        for name in data:
            own = self.aliases.get(name, name)
            if own in used:
                text = _("This is the same as “%(other)s”: give one of them.") % {"other": used[own]}
                raise serializers.ValidationError({str(name)[:60]: [text]})
            used[own] = name
        try:
            return super().run_validation({own: data[name] for own, name in used.items()})
        except serializers.ValidationError as exc:
            detail = exc.detail if isinstance(exc.detail, Mapping) else {}
            raise serializers.ValidationError({used.get(own, own)[:60]: why for own, why in detail.items()}) from exc


class ItemSerializer(AliasedSerializer):
    """One thing to buy. ``sku_id`` may hold the supplier's SKU text too, as the guide's sample has it."""

    aliases = {"productId": "product_id", "skuId": "sku_id", "skuAttr": "sku_attr", "product_count": "quantity"}

    product_id = ExternalIdField()
    sku_id = serializers.JSONField(required=False, allow_null=True, default=None)
    sku_attr = TextField(max_length=300, trim_whitespace=False)
    quantity = QuantityField()

    def validate_sku_id(self, value: Any) -> str:
        if value is None:
            return ""
        if type(value) is int and 0 <= value < 10**20:
            return str(value)
        if not isinstance(value, str) or len(value) > 300:
            raise serializers.ValidationError(_("An id of 1 to 20 digits, or the SKU's text, is needed."))
        return value


class AnyNameAddressSerializer(AliasedSerializer, ShippingAddressSerializer):
    """An address whose fields are named as in the order call or in one of the other usual ways."""

    aliases = {
        "first_name": "firstName",
        "last_name": "lastName",
        "address1": "address",
        "line1": "address",
        "line2": "address2",
        "province": "state",
        "zip": "zipCode",
        "zip_code": "zipCode",
        "postal_code": "zipCode",
        "postcode": "zipCode",
        "country_code": "country",
        "tax_id": "taxId",
        "national_address": "nationalAddress",
    }


class CustomerSerializer(StrictSerializer):
    """Who ordered at the caller."""

    name = TextField(max_length=200)
    email = MailField()
    phone = TextField(max_length=40)


class PlaceSerializer(AliasedSerializer):
    """The body: an order of one or several products."""

    aliases = {
        "shopify_order_id": "external_order_id",
        "product_items": "products",
        "shippingAddress": "shipping_address",
        "customerName": "customer_name",
        "customerEmail": "customer_email",
        "customerPhone": "customer_phone",
    }

    external_order_id = serializers.JSONField()
    products = serializers.ListField(child=ItemSerializer(), min_length=1, max_length=MAX_ITEMS)
    shipping_address = AnyNameAddressSerializer()
    customer = CustomerSerializer(required=False, allow_null=True)
    customer_name = TextField(max_length=200)
    customer_email = MailField()
    customer_phone = TextField(max_length=40)
    supplier = TextField(max_length=32)

    def validate_external_order_id(self, value: Any) -> str:
        # Some shops' ids are numbers. A number of thousands of digits would take long to write out: compared first.
        text = str(value) if type(value) is int and 0 <= value < 10**20 else value
        if not isinstance(text, str) or not _EXTERNAL_ORDER_ID.fullmatch(text):
            raise serializers.ValidationError(_("An id of 1 to 200 printable ASCII characters is needed."))
        return text


@dataclass(frozen=True, slots=True)
class ItemCall:
    """One thing to buy: its SKU by the supplier's id or text (``sku``), empty where there is only one."""

    product_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """What another program asks us to buy. ``external_order_id`` is its own: the key against a second order.

    ``id_name`` and ``items_name`` are how the caller names the two, for our answers.
    """

    provider: str
    external_order_id: str
    items: tuple[ItemCall, ...]
    contact: Contact
    id_name: str
    items_name: str


def read_place_call(body: Any) -> PlaceCall:
    """The order in ``body``. Raises ``ValidationError`` with every field that is wrong, by the caller's names."""
    context = {"customer": _customer(body), "provider": provider_named(body)}
    serializer = PlaceSerializer(data=body, context=context)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    return PlaceCall(
        provider=values["supplier"] or DEFAULT_SUPPLIER,
        external_order_id=values["external_order_id"],
        items=tuple(
            ItemCall(item["product_id"], item["sku_attr"] or item["sku_id"] or "", item["quantity"])
            for item in values["products"]
        ),
        contact=values["shipping_address"],
        id_name="shopify_order_id" if "shopify_order_id" in body else "external_order_id",
        items_name="product_items" if "product_items" in body else "products",
    )


def _customer(body: Any) -> Customer:
    """The customer as far as the address needs it before it is checked; what is no text counts as not given."""
    members = body if isinstance(body, Mapping) else {}
    nested = members.get("customer")
    inner = nested if isinstance(nested, Mapping) else {}

    def given(name: str) -> str:
        for value in (members.get(f"customer_{name}"), members.get(f"customer{name.title()}"), inner.get(name)):
            if isinstance(value, str) and value.strip():
                return value.strip()
        return ""

    return Customer(name=given("name"), email=given("email"), phone=given("phone"))
