"""Answers about products and freight, from the wire to the neutral words. Pure.

https://openservice.aliexpress.com/doc/doc.htm, methods aliexpress.ds.product.get and
aliexpress.ds.freight.query.

Observed and not documented: the price of a SKU is in the SKU's own currency (the product's may be another);
``id`` of a SKU repeats its ``sku_attr``; ``shipping_fee_cent`` is not in cents but in major units, and is
missing when shipping is free; ``onSelling`` is the only status that was ever seen on a product: any other word
is no order, and no proof that the product is gone; ``sub_product_id`` is an object (country -> id) written as a
JSON text.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from integrations.aliexpress.envelope import Answer
from integrations.aliexpress.fields import amount, nodes, quantity_sold, rows, word
from integrations.aliexpress.places import iso_code
from integrations.aliexpress.statuses import log_unlisted
from integrations.errors import Rejected, SupplierError, Transient
from integrations.fields import (
    Node,
    as_identifier,
    as_money,
    clean,
    flag,
    identifier,
    malformed,
    node,
    optional_exact_text,
    optional_flag,
    optional_text,
    optional_whole,
    said,
    text,
    web_address,
)
from integrations.types import FreightOption, ProductSnapshot, Refusal, SkuSnapshot
from shop.money import Money

_ORDERABLE = "onSelling"
#: Of the strategies for a promotion's limit the one that refuses the order; another only ends the lower price.
_REFUSES_ABOVE_LIMIT = "create_order_fail"
#: A limit as high as this one limits nobody.
_NO_LIMIT = 1_000_000
_BRAND = "Brand Name"
_NO_BRANDS = frozenset({"NONE", "NO", "N/A", "OTHER"})
_STARS = 5
_MOST_DAYS = 366

#: The documented refusals, and what each says about the goods. Any other code says nothing about them.
_PRODUCT_REFUSALS = {
    "602": ("This product is not sold to the destination country.", Refusal.SHIPPING),
    "605": ("AliExpress has no product with this number.", Refusal.SKU_GONE),
}
_NO_WAY_TO_SHIP = frozenset({"501", "505"})


def product_shown(answer: Answer) -> ProductSnapshot:
    """The product with its SKUs.

    Raises ``Rejected`` if it cannot be bought there, ``Transient`` if it cannot be read at the moment.
    """
    payload = answer.payload
    code = word(payload, "rsp_code")
    if code not in ("", "200"):
        raise _product_refused(code, said(optional_text(payload, "rsp_msg")))
    result = node(payload, "result")
    base = node(result, "ae_item_base_info_dto")
    media = result.get("ae_multimedia_info_dto")
    store = result.get("ae_store_info")
    status = text(base, "product_status_type")
    if status != _ORDERABLE:
        log_unlisted("product_status_type", status)
    return ProductSnapshot(
        product_id=identifier(base, "product_id"),
        title=text(base, "subject"),
        orderable=status == _ORDERABLE,
        unknown_status="" if status == _ORDERABLE else status,
        skus=tuple(_sku(row) for row in nodes(result, "ae_item_sku_info_dtos", "ae_item_sku_info_d_t_o")),
        description_html=optional_text(base, "detail"),
        image_urls=_image_urls(optional_text(media, "image_urls")) if isinstance(media, dict) else (),
        store_name=optional_text(store, "store_name") if isinstance(store, dict) else "",
        country_ids=_country_ids(result),
        **_told_besides(result, base),
    )


def _told_besides(result: Node, base: Node) -> dict[str, Any]:
    """What helps to choose a product. A purchase does not hang on it: what cannot be read counts as not told."""
    logistics = result.get("logistics_info_dto")
    attributes = _attributes(result)
    brand = dict(attributes).get(_BRAND, "")
    days = _digits(logistics.get("delivery_time")) if isinstance(logistics, dict) else ""
    return {
        "category_id": _digits(base.get("category_id")),
        "brand": "" if brand.upper() in _NO_BRANDS else brand,
        "url": f"https://www.aliexpress.com/item/{identifier(base, 'product_id')}.html",
        "rating_percent": _rating_percent(base.get("avg_evaluation_rating")),
        "quantity_sold": quantity_sold(str(base.get("sales_count") or "")),
        "ship_days": int(days) if days and int(days) < _MOST_DAYS else None,
        "attributes": tuple(pair for pair in attributes if pair[0] != _BRAND),
    }


def _attributes(result: Node) -> list[tuple[str, str]]:
    pairs = []
    for row in rows(result, "ae_item_properties", "ae_item_property"):
        name, value = (row.get("attr_name"), row.get("attr_value")) if isinstance(row, dict) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and name.strip() and value.strip():
            pairs.append((clean(name), clean(value)))
    return pairs


def _digits(value: object) -> str:
    text_of = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text_of if re.fullmatch("[0-9]{1,19}", text_of) else ""


def _rating_percent(value: object) -> Decimal | None:
    """``"4.6"`` of five stars as 92."""
    if not isinstance(value, str | int | Decimal) or not re.fullmatch(r"[0-5](\.[0-9]{1,4})?", str(value)):
        return None
    stars = Decimal(str(value))
    return (stars * 20).quantize(Decimal("0.1")) if 0 < stars <= _STARS else None


def _country_ids(result: Node) -> tuple[tuple[str, str], ...]:
    """The product's other ids by country (ISO), empty if it has none."""
    if result.get("product_id_converter_result") is None:
        return ()
    told = node(result, "product_id_converter_result").get("sub_product_id")
    if isinstance(told, str) and told.strip():
        try:
            told = json.loads(told)
        except (ValueError, RecursionError) as exc:
            raise malformed("sub_product_id", "is not JSON") from exc
    if told in (None, "", {}):
        return ()
    if not isinstance(told, dict):
        raise malformed("sub_product_id")
    return tuple((iso_code(code), as_identifier(value, "sub_product_id")) for code, value in told.items())


def _product_refused(code: str, message: str) -> SupplierError:
    if code == "404":
        # Not the "not found" it looks like: the text beside it is "System Error".
        return Transient(f"AliExpress could not read the product ({message})", code=code)
    known, refusal = _PRODUCT_REFUSALS.get(code, ("AliExpress does not show this product.", Refusal.OTHER))
    return Rejected(f"{known} AliExpress says: {message}" if message else known, code=code, refusal=refusal)


def _sku(row: Node) -> SkuSnapshot:
    currency = text(row, "currency_code")
    price = amount(row, "offer_sale_price", currency)
    properties = nodes(row, "ae_sku_property_dtos", "ae_sku_property_d_t_o")
    images = [web_address(optional_text(prop, "sku_image")) for prop in properties]
    return SkuSnapshot(
        sku_id=identifier(row, "sku_id"),
        sku_attr=optional_exact_text(row, "sku_attr") or optional_exact_text(row, "id"),
        options=tuple(_option(prop) for prop in properties),
        price=price,
        stock=optional_whole(row, "sku_available_stock"),
        list_price=_list_price(row, price),
        image_url=next((url for url in images if url), ""),
        quantity_limit=_quantity_limit(row),
    )


def _quantity_limit(row: Node) -> int | None:
    """The pieces above which an order would be refused."""
    if optional_text(row, "limit_strategy") != _REFUSES_ABOVE_LIMIT:
        return None
    limit = optional_whole(row, "buy_amount_limit_set_by_promotion")
    return limit if limit and limit < _NO_LIMIT else None


def _option(prop: Node) -> tuple[str, str]:
    # The seller's own name of a value ("Bear") stands above the catalogue's ("WHITE"): it is what the buyer
    # is shown.
    value = optional_text(prop, "property_value_definition_name") or text(prop, "sku_property_value")
    return text(prop, "sku_property_name"), value


def _list_price(row: Node, price: Money) -> Money | None:
    """The crossed-out price, where it is above the one to pay."""
    if row.get("sku_price") in (None, ""):
        return None
    listed = amount(row, "sku_price", price.currency)
    return listed if price < listed else None


def _image_urls(joined: str) -> tuple[str, ...]:
    urls = (web_address(part.strip()) for part in joined.split(";"))
    return tuple(dict.fromkeys(url for url in urls if url))


def freight_offered(answer: Answer, *, currency: str) -> tuple[FreightOption, ...]:
    """The ways to ship, empty if there is none. ``currency`` stands in where free shipping names none."""
    result = node(answer.payload, "result")
    code = word(result, "code")
    if flag(result, "success") and code in ("", "200"):
        options = nodes(result, "delivery_options", "delivery_option_d_t_o")
        return tuple(_freight_option(row, currency) for row in options)
    if code in _NO_WAY_TO_SHIP:
        return ()
    message = said(optional_text(result, "msg"))
    raise Rejected(f"AliExpress gives no shipping costs ({code}: {message})", code=code or "rejected")


def _freight_option(row: Node, currency: str) -> FreightOption:
    service = text(row, "code")
    return FreightOption(
        service=service,
        name=optional_text(row, "company") or service,
        fee=_fee(row, currency),
        tracked=optional_flag(row, "tracking") or False,
        min_days=optional_whole(row, "min_delivery_days"),
        max_days=optional_whole(row, "max_delivery_days"),
        ship_from=optional_text(row, "ship_from_country"),
    )


def _fee(row: Node, currency: str) -> Money:
    told = optional_text(row, "shipping_fee_currency") or currency
    if row.get("shipping_fee_cent") not in (None, ""):
        return amount(row, "shipping_fee_cent", told)
    if optional_flag(row, "free_shipping"):
        return as_money(Decimal(0), told, "shipping_fee_currency")
    raise malformed("shipping_fee_cent")
