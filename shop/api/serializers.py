"""Reads the body of the order call: strict about types and names, so that nothing is bought by a misunderstanding."""

# ruff: noqa: N815 - the fields are named as on the wire.

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fulfillment.orders import Contact
from integrations.types import Address
from shop.address_needs import needs_of
from shop.addresses import AddressError, clean_address

#: What another program may order at once. More than a customer may: it has asked its own customer.
MAX_QUANTITY = 1000
MAX_UNKNOWN_SHOWN = 20
#: Whom a call that names no supplier is for.
DEFAULT_SUPPLIER = "aliexpress"

_EXTERNAL_ID = re.compile(r"[0-9]{1,20}")
#: Suppliers without SKU ids: a text that begins like "14:193", or the hash of a longer one.
_SKU_TEXT = re.compile(r"[0-9]+:[^\x00-\x1f\x7f]{1,62}|[0-9a-f]{40}")

#: The guide's names of an address, and ours.
_ADDRESS_NAMES = {
    "first_name": "firstName",
    "last_name": "lastName",
    "line1": "address",
    "line2": "address2",
    "city": "city",
    "province": "state",
    "postcode": "zipCode",
    "country": "country",
    "phone": "phone",
    "tax_id": "taxId",
    "national_address": "nationalAddress",
}


@dataclass(frozen=True, slots=True)
class OrderCall:
    """What another program asks us to buy. ``sku_id`` is empty where it trusts that there is only one."""

    provider: str
    product_id: str
    sku_id: str
    quantity: int
    contact: Contact


class TextField(serializers.CharField):
    """Text, and only text: a number as postcode would already have lost its zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "allow_null": True, "default": "", **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class MailField(serializers.EmailField):
    """An optional e-mail address."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, allow_null=True, default="", max_length=254)


class QuantityField(serializers.IntegerField):
    """A whole number; neither ``true`` nor ``"2"`` nor ``2.0`` is one."""

    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=MAX_QUANTITY)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class ExternalIdField(serializers.Field):
    """A supplier's id: digits, as text or as a number."""

    default_error_messages = {"invalid": _("An id of 1 to 20 digits is needed.")}

    def to_internal_value(self, data: Any) -> str:
        # A number of thousands of digits would take long to write out: compared first.
        if type(data) is int and 0 <= data < 10**20:
            return str(data)
        if not isinstance(data, str) or not _EXTERNAL_ID.fullmatch(data.strip()):
            self.fail("invalid")
        return data.strip()

    def to_representation(self, value: str) -> str:
        return value


class SkuIdField(ExternalIdField):
    """A supplier's SKU id: digits, or the text that a supplier without such ids has for its SKU."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and len(data) <= 64 and _SKU_TEXT.fullmatch(data.strip()):
            return data.strip()
        return super().to_internal_value(data)


class StrictSerializer(serializers.Serializer[Any]):
    """Names every unknown field: a misspelt ``skuID`` must not silently buy another thing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields))[:MAX_UNKNOWN_SHOWN] if isinstance(data, Mapping) else []
        errors: dict[str, Any] = {name[:60]: [_("Unknown field.")] for name in unknown}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as exc:
            if isinstance(exc.detail, Mapping):
                errors.update(exc.detail)
        if errors:
            raise serializers.ValidationError(errors)
        return values


class ProductSerializer(StrictSerializer):
    """Which product of the supplier, and which of its SKUs."""

    productId = ExternalIdField()
    skuId = SkuIdField(required=False, allow_null=True, default="")


class ShippingAddressSerializer(StrictSerializer):
    """Where to, checked by the same rules as at our own checkout. ``context["customer"]`` fills what is left out,
    ``context["provider"]`` is the supplier, who may need more for some countries.
    """

    firstName = TextField()
    lastName = TextField()
    address = TextField()
    address2 = TextField()
    city = TextField()
    state = TextField()
    zipCode = TextField()
    country = TextField()
    phone = TextField()
    taxId = TextField()
    nationalAddress = TextField()
    email = MailField()

    def validate(self, attrs: dict[str, Any]) -> Contact:
        customer: Customer = self.context["customer"]
        values = {ours: attrs[guides] or "" for ours, guides in _ADDRESS_NAMES.items()}
        if not values["first_name"] and not values["last_name"]:
            values["first_name"], _space, values["last_name"] = customer.name.partition(" ")
        values["phone"] = values["phone"] or customer.phone
        email = customer.email or attrs["email"] or ""
        errors: dict[str, list[Any]] = {} if email else {"email": [_("Please give an e-mail address.")]}
        address: Address | None = None
        try:
            address = clean_address(**values, needs=partial(needs_of, [self.context["provider"]]))
        except AddressError as exc:
            errors |= {_ADDRESS_NAMES.get(name, name): messages for name, messages in exc.errors.items()}
        if errors or address is None:
            raise serializers.ValidationError(errors)
        return Contact(email=email, address=address)


@dataclass(frozen=True, slots=True)
class Customer:
    """The body's ``customerName``, ``customerEmail`` and ``customerPhone``, empty where they are no text."""

    name: str
    email: str
    phone: str

    @classmethod
    def of(cls, body: Any) -> Customer:
        members = body if isinstance(body, Mapping) else {}
        texts = (members.get(f"customer{name}") for name in ("Name", "Email", "Phone"))
        return cls(*(text.strip() if isinstance(text, str) else "" for text in texts))


class OrderCallSerializer(StrictSerializer):
    """The body of ``POST /api/orders/aliexpress``."""

    product = ProductSerializer()
    quantity = QuantityField()
    shippingAddress = ShippingAddressSerializer()
    customerName = TextField(max_length=200)
    customerEmail = MailField()
    customerPhone = TextField(max_length=40)
    supplier = TextField(max_length=32)


def provider_named(body: Any) -> str:
    """The supplier that ``body`` names, before the rest of it is checked."""
    named = body.get("supplier") if isinstance(body, Mapping) else None
    return named.strip() if isinstance(named, str) and named.strip() else DEFAULT_SUPPLIER


def read_order_call(body: Any) -> OrderCall:
    """The order call in ``body``. Raises ``ValidationError`` with every field that is wrong, at once."""
    context = {"customer": Customer.of(body), "provider": provider_named(body)}
    serializer = OrderCallSerializer(data=body, context=context)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    return OrderCall(
        provider=values["supplier"] or DEFAULT_SUPPLIER,
        product_id=values["product"]["productId"],
        sku_id=values["product"]["skuId"] or "",
        quantity=values["quantity"],
        contact=values["shippingAddress"],
    )
