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

from integrations.aliexpress.places import country_code, latin, province_name
from integrations.errors import Rejected, Unsupported
from integrations.types import Address, Purchase, PurchaseItem, Refusal

ORDER_CREATE = "aliexpress.ds.order.create"
ORDER_GET = "aliexpress.trade.ds.order.get"
TRACKING_GET = "aliexpress.ds.order.tracking.get"
PRODUCT_GET = "aliexpress.ds.product.get"
FREIGHT_QUERY = "aliexpress.ds.freight.query"

_LANGUAGE = "en_US"

# The characters of out_order_id are not documented; these pass everywhere.
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")

# Where a country's tax or customs number goes. Argentina and Israel want it in two fields (change log
# 2025-09).
_TAX_FIELDS = {
    "BR": ("cpf",),
    "CL": ("rut_no",),
    "MX": ("passport_no",),
    "KR": ("foreigner_passport_no",),
    "AR": ("passport_no", "foreigner_passport_no"),
    "IL": ("passport_no", "foreigner_passport_no"),
    **dict.fromkeys(["IT", "ES", "TR"], ("vat_no",)),
}
_NOT_FOREIGNERS = frozenset({"AR", "IL", "KR"})

#: What the platform takes for a name (documented for the US, the strictest known).
_NAME_LENGTH = 32


def order_create(purchase: Purchase, *, pays_automatically: bool) -> dict[str, str]:
    """Parameters of an order call; ``out_order_id`` is always our reference.

    Raises ``Rejected`` for a destination or phone number that cannot be sent, ``Unsupported`` for a
    reference that could not serve as the key against a second purchase.
    """
    if not _REFERENCE.fullmatch(purchase.reference):
        raise Unsupported("a purchase needs a reference of 1 to 64 letters, digits, hyphens or underscores")
    request = {
        "out_order_id": purchase.reference,
        "logistics_address": _address(purchase.address),
        "product_items": [_item(item) for item in purchase.items],
    }
    params = {"param_place_order_request4_open_api_d_t_o": _json(request)}
    if pays_automatically:
        # USD is the only currency of automatic payment; the flag is a text in the vendor's table.
        params["ds_extend_request"] = _json({"payment": {"try_to_pay": "true", "pay_currency": "USD"}})
    return params


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


def _address(address: Address) -> dict[str, Any]:
    iso = address.country.strip().upper()
    name = _person(address)
    return _present(
        {
            "contact_person": name,
            "full_name": name,
            "country": country_code(iso),
            "province": province_name(address.province, iso),
            "city": latin(address.city),
            "address": latin(address.line1),
            "address2": latin(address.line2),
            "zip": re.sub(r"[^A-Za-z0-9-]", "", latin(address.postcode)),
            **_phone(address.phone, iso),
            **_tax_fields(address.tax_id, iso),
            "locale": _LANGUAGE,
        }
    )


def _person(address: Address) -> str:
    """First and last name in Latin letters, in at most 32 characters: a longer one would be refused."""
    name = latin(address.full_name)
    if len(name) <= _NAME_LENGTH:
        return name
    # A label with an initial arrives; the last name is what a carrier looks for.
    return f"{latin(address.first_name)[:1]}. {latin(address.last_name)}"[:_NAME_LENGTH].strip()


def _phone(phone: str, iso: str) -> dict[str, str]:
    """Calling code and national digits. Only nonsense is refused, not a number that is assigned to nobody."""
    if not phone.strip():
        return {}
    try:
        parsed = phonenumbers.parse(phone, iso)
    except phonenumbers.NumberParseException as exc:
        raise Rejected("the phone number cannot be read", code="phone_not_readable", refusal=Refusal.ADDRESS) from exc
    # As a number it has no leading 0, which is what the order call wants (Italian ones included).
    return {"phone_country": f"+{parsed.country_code}", "mobile_no": str(parsed.national_number)}


def _tax_fields(tax_id: str, iso: str) -> dict[str, str]:
    number = latin(tax_id)
    if not number:
        return {}
    if iso == "BR":
        number = re.sub(r"[^0-9]", "", number)
    fields = dict.fromkeys(_TAX_FIELDS.get(iso, ("tax_number",)), number)
    return {**fields, "is_foreigner": "false"} if iso in _NOT_FOREIGNERS else fields


def _number(identifier: str, what: str) -> int:
    """An id as the JSON number the method wants."""
    if not re.fullmatch(r"[0-9]{1,19}", identifier):
        raise Rejected(f"not an AliExpress {what} number: {identifier[:40]!r}", code=f"{what}_id_not_a_number")
    return int(identifier)


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != ""}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
