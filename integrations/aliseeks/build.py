"""Requests: from the neutral words to the bodies of the calls. Pure: no network, clock or settings.

https://docs.aliseeks.com, "Ordering" and "Items". Product ids are numbers in orders and texts everywhere else.
Observed and not documented: ``line2`` is marked as required and sent empty by the vendor's sample; the table calls
``shippingService`` a number, the sample sends the text of ``serviceName``.
"""

from __future__ import annotations

import re
from typing import Any

import phonenumbers

from integrations.aliseeks.address_rules import number_for, rules
from integrations.aliseeks.places import order_country, product_country, state_name
from integrations.errors import Rejected
from integrations.place_names import latin
from integrations.types import Address, Purchase, PurchaseItem, Refusal

# The calls have addresses and no names: these stand in the call log.
ORDER_CREATE = "aliseeks.orders.create"
ORDER_GET = "aliseeks.orders.get"
PRODUCT = "aliseeks.products"
SHIPPING = "aliseeks.products.shipping"
MERCHANTS = "aliseeks.merchants"

_LOCALE = "en_US"

#: Between two properties of our SKU text. A name may hold a semicolon, so only one before "number:number" divides.
_BETWEEN_PROPERTIES = re.compile(r";(?=[0-9]+:[0-9]+)")


def order_create(purchase: Purchase, *, merchant_id: str) -> dict[str, Any]:
    """The body of an order call. Our reference has no place in it.

    Raises ``Rejected`` for a country, product number or phone number that cannot be sent.
    """
    return {
        "merchantId": merchant_id,
        "locale": _LOCALE,
        "mailingAddress": mailing_address(purchase.address, province=purchase.province, city=purchase.city),
        "items": [_item(item) for item in purchase.items],
    }


def order_get(external_id: str, *, merchant_id: str) -> dict[str, str]:
    """The query that asks for one order of a merchant."""
    return {"merchantId": merchant_id, "orderId": external_id}


def product_get(product_id: str, *, country: str, currency: str) -> dict[str, Any]:
    """The body that asks for a product with its variations, as sold to ``country`` (ISO)."""
    return {
        "productId": product_id,
        "currency": currency,
        "locale": _LOCALE,
        "country": product_country(country),
        "quantity": 1,
        "components": ["variations", "html_description"],
    }


def shipping_options(product_id: str, *, quantity: int, country: str, currency: str) -> dict[str, Any]:
    """The body that asks for the ways to send a product; it knows of no SKU and no place of dispatch but China."""
    return {
        "productId": product_id,
        "country": product_country(country),
        "quantity": quantity,
        "currency": currency,
    }


def merchant(redirect_url: str, *, merchant_id: str) -> dict[str, Any]:
    """The body that registers a merchant, or with a ``merchant_id`` lets one authorize again and keep its id."""
    body = {"redirectUrl": redirect_url}
    return {**body, "merchantId": merchant_id} if merchant_id else body


def _item(item: PurchaseItem) -> dict[str, Any]:
    if not re.fullmatch(r"[0-9]{1,19}", item.product_id):
        raise Rejected(f"not a product number: {item.product_id[:40]!r}", code="product_id_not_a_number")
    return {
        "productId": int(item.product_id),
        "quantity": item.quantity,
        "shippingService": item.shipping_service,
        "properties": [{"sku": text} for text in _BETWEEN_PROPERTIES.split(item.sku_attr) if text],
    }


def mailing_address(address: Address, *, province: str = "", city: str = "") -> dict[str, Any]:
    """The delivery address of an order call; ``province`` and ``city`` are the supplier's own names, where known."""
    iso = order_country(address.country)
    name = latin(address.full_name)
    body: dict[str, Any] = {
        "contactName": name,
        "fullName": name,
        "phoneNumber": _phone(address.phone, iso),
        "address": {
            "line1": latin(address.line1),
            "line2": latin(address.line2),
            "city": city or latin(address.city),
            "state": province or state_name(address.province, iso),
            "country": iso,
            "postalCode": re.sub(r"[^A-Za-z0-9 -]", "", latin(address.postcode)),
        },
    }
    number = number_for(address, iso)
    return {**body, "taxNumber": number} if number else body


def _phone(phone: str, iso: str) -> dict[str, str]:
    """Calling code and national digits. Only nonsense is refused, not a number that is assigned to nobody."""
    try:
        parsed = phonenumbers.parse(phone, iso)
    except phonenumbers.NumberParseException as exc:
        raise Rejected(
            "Aliseeks wants a phone number, and this one cannot be read", code="phone_not_readable",
            refusal=Refusal.ADDRESS, field="phone",
        ) from exc  # fmt: skip
    number = str(parsed.national_number)
    rule = rules().phones.get(iso)
    if rule and parsed.country_code == phonenumbers.country_code_for_region(iso):
        number = rule.without_mark(number)
    return {"number": number, "countryPrefix": f"+{parsed.country_code}"}
