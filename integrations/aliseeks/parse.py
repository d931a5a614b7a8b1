"""Answers, from the wire to the neutral words. Pure.

https://docs.aliseeks.com, "Ordering" and "Items". Observed, not documented: whether ``shipping`` of an order is empty
or absent before anything was sent; ``skuIdentifier`` is in the vendor's SDKs and not in its documentation, ``sku`` of a
property the other way round.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from integrations.aliseeks.fields import amount, nodes, optional_amount, optional_nodes
from integrations.aliseeks.statuses import log_unlisted, read_status, unlisted_note
from integrations.errors import OutcomeUnknown
from integrations.fields import (
    Node,
    as_identifier,
    exact_text,
    identifier,
    malformed,
    node,
    opened_node,
    optional_flag,
    optional_text,
    optional_whole,
    text,
    web_address,
    whole,
)
from integrations.types import (
    FreightOption,
    OrderedItem,
    OrderSnapshot,
    Parcel,
    Placed,
    ProductSnapshot,
    SkuSnapshot,
    SupplierOrderState,
)
from shop.money import Money

NEVER_PAYS = "Aliseeks never pays: pay it on AliExpress."

_ORDERABLE = "active"
_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class MerchantLink:
    """A merchant and the page on which it authorizes, which works once."""

    merchant_id: str
    page_url: str


def order_created(body: bytes) -> Placed:
    """The ids of the created orders, one for each store. Raises ``OutcomeUnknown`` if there is none."""
    answer = opened_node(body)
    rows = answer.get("orderIds")
    if rows is None or rows == []:
        raise OutcomeUnknown("Aliseeks reports success but names no order", code="success_without_id")
    if not isinstance(rows, list):
        raise malformed("orderIds")
    ids = tuple(dict.fromkeys(as_identifier(row, "orderIds") for row in rows))
    return Placed(external_ids=ids, payment_note=NEVER_PAYS)


def order_shown(body: bytes, external_id: str) -> OrderSnapshot:
    """The order as it stands."""
    answer = opened_node(body)
    if identifier(answer, "id") != external_id.lstrip("0"):
        raise malformed("id", "is not the order that was asked for")
    status, shipping_status = text(answer, "status"), optional_text(answer, "shippingStatus")
    parcels = _parcels(answer)
    state = read_status(status, shipping_status, has_parcel=bool(parcels))
    return OrderSnapshot(
        external_id=external_id,
        state=state,
        raw_status=f"{status[:55]}/{shipping_status[:55]}",
        amount=optional_amount(answer, "total"),
        items=tuple(_ordered(row) for row in optional_nodes(answer, "items")),
        parcels=parcels,
        needs_person=unlisted_note(status, shipping_status) if state is SupplierOrderState.UNKNOWN else "",
    )


def _parcels(answer: Node) -> tuple[Parcel, ...]:
    parcels: dict[str, Parcel] = {}
    for row in optional_nodes(answer, "shipping"):
        number = optional_text(row, "trackingNumber")[:80]
        if number:
            parcels[number] = Parcel(tracking_number=number, carrier=optional_text(row, "shippingService")[:80])
    return tuple(parcels.values())


def _ordered(row: Node) -> OrderedItem:
    return OrderedItem(product_id=identifier(row, "productId"), sku_id="", quantity=whole(row, "quantity"))


def product_shown(body: bytes) -> ProductSnapshot:
    """The product with its SKUs."""
    answer = opened_node(body)
    product_id = identifier(answer, "id")
    status = text(answer, "status")
    if status != _ORDERABLE:
        log_unlisted("status of a product", status)
    seller = node(answer, "seller") if answer.get("seller") is not None else {}
    images = answer.get("productImages")
    return ProductSnapshot(
        product_id=product_id,
        title=text(answer, "title"),
        orderable=status == _ORDERABLE,
        unknown_status="" if status == _ORDERABLE else status,
        skus=tuple(_sku(row) for row in nodes(answer, "prices")),
        description_html=optional_text(answer, "htmlDescription"),
        image_urls=_image_urls(images if isinstance(images, list) else []),
        store_name=optional_text(seller, "storeName"),
    )


def _sku(row: Node) -> SkuSnapshot:
    properties = optional_nodes(row, "properties")
    attr = ";".join(exact_text(prop, "sku") for prop in properties)
    price, list_price = _prices(row)
    return SkuSnapshot(
        sku_id=sku_id_of(optional_text(row, "skuIdentifier"), attr),
        sku_attr=attr,
        options=tuple(_option(prop) for prop in properties),
        price=price,
        stock=optional_whole(row, "stock"),
        list_price=list_price,
        image_url=web_address(optional_text(row, "skuImage")),
    )


def sku_id_of(identifier: str, attr: str) -> str:
    """The id under which we keep a variation: the vendor's own if it tells one, else its text, short enough."""
    own = identifier or attr.strip()
    return own if len(own) <= _ID_LENGTH else hashlib.sha1(own.encode(), usedforsecurity=False).hexdigest()


def _prices(row: Node) -> tuple[Money, Money | None]:
    """What one piece costs, and the crossed-out price where that is above it."""
    original, discounted = optional_amount(row, "originalPrice"), optional_amount(row, "discountedPrice")
    price = discounted or original
    if price is None:
        raise malformed("originalPrice")
    higher = original is not None and original.currency == price.currency and price.amount < original.amount
    return price, original if higher else None


def _option(prop: Node) -> tuple[str, str]:
    value = optional_text(prop, "valueDisplayName") or optional_text(prop, "valueName")
    # The documented call names values and not properties: the property's number must do.
    name = optional_text(prop, "propertyName") or identifier(prop, "propertyId")
    return name, value or exact_text(prop, "sku")


def _image_urls(values: list[object]) -> tuple[str, ...]:
    urls = (web_address(value) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(url for url in urls if url))


def freight_offered(body: bytes) -> tuple[FreightOption, ...]:
    """The ways to send the product, empty if there is none."""
    return tuple(_freight_option(row) for row in nodes(opened_node(body), "options"))


def _freight_option(row: Node) -> FreightOption:
    service = text(row, "serviceName")
    days = node(row, "deliveryTime") if row.get("deliveryTime") is not None else {}
    return FreightOption(
        service=service,
        name=optional_text(row, "company") or service,
        fee=amount(row, "amount"),
        tracked=optional_flag(row, "tracking") or False,
        min_days=optional_whole(days, "from"),
        max_days=optional_whole(days, "to"),
        ship_from=optional_text(row, "shipFrom"),
    )


def merchant_link(body: bytes) -> MerchantLink:
    """The merchant's id, and the page to send its owner to."""
    answer = opened_node(body)
    page_url = text(answer, "redirectUrl")
    if not page_url.startswith(("https://", "http://")):
        raise malformed("redirectUrl", "is no web address")
    return MerchantLink(merchant_id=text(answer, "merchantId")[:_ID_LENGTH], page_url=page_url)
