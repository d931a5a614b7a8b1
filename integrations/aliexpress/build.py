"""Requests: from the neutral words to the parameters of each method. Pure: no network, clock or settings.

https://openservice.aliexpress.com/doc/doc.htm, methods aliexpress.ds.order.create,
aliexpress.trade.ds.order.get, aliexpress.ds.order.tracking.get, aliexpress.ds.product.get,
aliexpress.ds.freight.query (docId 1591-1679).

Object parameters are one parameter each whose value is a JSON text; the signature covers that exact text.
Observed and not documented: the freight query wants its quantity as text; the order query is read as JSON,
a flat ``order_id`` is not documented; a phone number goes without the leading 0 of the national form.
"""

from __future__ import annotations

import json
import re
from typing import Any

import phonenumbers

from integrations.aliexpress.address_rules import CountryRules, rules
from integrations.aliexpress.places import country_code, province_name
from integrations.errors import Rejected, Unsupported
from integrations.place_names import latin
from integrations.types import Address, Purchase, PurchaseItem, Refusal

ORDER_CREATE = "aliexpress.ds.order.create"
ORDER_GET = "aliexpress.trade.ds.order.get"
TRACKING_GET = "aliexpress.ds.order.tracking.get"
PRODUCT_GET = "aliexpress.ds.product.get"
FREIGHT_QUERY = "aliexpress.ds.freight.query"

#: The order call's one parameter.
ORDER_REQUEST = "param_place_order_request4_open_api_d_t_o"

_LANGUAGE = "en_US"

# The characters of out_order_id are not documented; these pass everywhere.
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def order_create(purchase: Purchase, *, pays_automatically: bool) -> dict[str, str]:
    """Parameters of an order call; ``out_order_id`` is always our reference.

    Raises ``Rejected`` for a destination or phone number that cannot be sent, ``Unsupported`` for a
    reference that could not serve as the key against a second purchase.
    """
    if not _REFERENCE.fullmatch(purchase.reference):
        raise Unsupported("a purchase needs a reference of 1 to 64 letters, digits, hyphens or underscores")
    request = {
        "out_order_id": purchase.reference,
        "logistics_address": logistics_address(purchase.address, province=purchase.province, city=purchase.city),
        "product_items": [_item(item) for item in purchase.items],
    }
    params = {ORDER_REQUEST: _json(request)}
    extend: dict[str, Any] = {}
    if pays_automatically:
        # USD is the only currency of automatic payment; the flag is a text in the vendor's table.
        extend["payment"] = {"try_to_pay": "true", "pay_currency": "USD"}
    national = rules().of(_iso(purchase.address)).national_address
    if national and (fields := national.fields(purchase.address.national_address)):
        extend["trade_extra_param"] = fields
    return {**params, "ds_extend_request": _json(extend)} if extend else params


def order_get(external_id: str) -> dict[str, str]:
    """Parameters that ask for one order."""
    return {"single_order_query": _json({"order_id": _number(external_id, "order")})}


def tracking_get(external_id: str) -> dict[str, str]:
    """Parameters that ask for the parcels of one order; the words in the answer are English."""
    return {"ae_order_id": external_id, "language": _LANGUAGE}


def product_get(product_id: str, *, country: str, currency: str) -> dict[str, str]:
    """Parameters that ask for a product as sold to ``country`` (ISO), priced in ``currency``."""
    return {
        "product_id": product_id,
        "ship_to_country": country_code(country),
        "target_currency": currency,
        "target_language": _LANGUAGE,
        # The price without promotions of the account: those may not apply to the purchase.
        "remove_personal_benefit": "true",
    }


def freight_query(product_id: str, sku_id: str, *, quantity: int, country: str, currency: str) -> dict[str, str]:
    """Parameters that ask for the ways to send one SKU; ``sku_id`` is the numeric one, not ``sku_attr``."""
    request = {
        "productId": product_id,
        "selectedSkuId": sku_id,
        "quantity": str(quantity),
        "shipToCountry": country_code(country),
        "language": _LANGUAGE,
        "locale": _LANGUAGE,
        "currency": currency,
    }
    return {"queryDeliveryReq": _json(request)}


def _item(item: PurchaseItem) -> dict[str, Any]:
    return _present(
        {
            "product_id": _number(item.product_id, "product"),
            "product_count": item.quantity,
            "sku_attr": item.sku_attr,
            "logistics_service_name": item.shipping_service,
            "order_memo": item.memo,
        }
    )


def _iso(address: Address) -> str:
    return address.country.strip().upper()


def logistics_address(address: Address, *, province: str = "", city: str = "") -> dict[str, Any]:
    """The delivery address of an order call; ``province`` and ``city`` are the platform's own names, where known."""
    iso = _iso(address)
    own = rules().of(iso)
    name = _person(address, own)
    street, street2 = _street(address, own)
    return _present(
        {
            "contact_person": name,
            "full_name": name,
            "country": country_code(iso),
            "province": province or province_name(address.province, iso),
            "city": city or latin(address.city),
            "address": street,
            "address2": street2,
            "zip": re.sub(r"[^A-Za-z0-9-]", "", latin(address.postcode)),
            **_phone(address.phone, iso, own),
            **own.tax_id.fields(address.tax_id),
            "locale": _LANGUAGE,
        }
    )


def _person(address: Address, own: CountryRules) -> str:
    """First and last name in Latin letters, no longer than the platform takes them."""
    first, last = _name(address.first_name, own), _name(address.last_name, own)
    name = f"{first} {last}".strip()
    if len(name) <= own.name_max:
        return name
    # A label with an initial arrives; the last name is what a carrier looks for.
    initial = first[:1] if own.name_letters_only else f"{first[:1]}."
    return f"{initial} {last}"[: own.name_max].strip()


def _name(text: str, own: CountryRules) -> str:
    return latin(re.sub(r"[^A-Za-z]", " ", latin(text))) if own.name_letters_only else latin(text)


def _street(address: Address, own: CountryRules) -> tuple[str, str]:
    """The two lines; what the first has no room for begins the second, so that nothing of it is refused or lost."""
    first, second = latin(address.line1), latin(address.line2)
    if not own.street_max or len(first) <= own.street_max:
        return first, second
    cut = first.rfind(" ", 0, own.street_max + 1)
    if cut <= 0:
        return first, second
    return first[:cut].rstrip(" ,"), ", ".join(part for part in (first[cut:].strip(), second) if part)


def _phone(phone: str, iso: str, own: CountryRules) -> dict[str, str]:
    """Calling code and national digits. Only nonsense is refused, not a number that is assigned to nobody."""
    if not phone.strip():
        return {}
    try:
        parsed = phonenumbers.parse(phone, iso)
    except phonenumbers.NumberParseException as exc:
        raise Rejected(
            "the phone number cannot be read", code="phone_not_readable", refusal=Refusal.ADDRESS, field="phone"
        ) from exc
    # As a number it has no leading 0, which is what the order call wants (Italian ones included).
    digits = str(parsed.national_number)
    if own.phone and parsed.country_code == phonenumbers.country_code_for_region(iso):
        digits = own.phone.without_mark(digits)
    return {"phone_country": f"+{parsed.country_code}", "mobile_no": digits}


def _number(identifier: str, what: str) -> int:
    """An id as the JSON number the method wants."""
    if not re.fullmatch(r"[0-9]{1,19}", identifier):
        raise Rejected(f"not an AliExpress {what} number: {identifier[:40]!r}", code=f"{what}_id_not_a_number")
    return int(identifier)


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != ""}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
