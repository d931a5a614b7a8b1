"""Whether a supplier's SKU still means what was mapped."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from catalog.drift import check, fingerprint_of
from catalog.models import Listing
from integrations.types import ProductSnapshot
from tests.fake_supplier import sku, usd

PICTURE = "https://ae01.example/kf/S1.jpg"
SKU = sku("77", sku_attr="14:175#Sage", options=(("Color", "Sage"), ("Size", "M")), image_url=PICTURE)
PRODUCT = ProductSnapshot("1005", "Stoneware mug with lid", True, (SKU,))


def mapped(mark: str | None = None, **changes: Any) -> Listing:
    values = {"external_product_id": "1005", "external_sku_id": "77", "external_sku_attr": "14:175#Sage", **changes}
    return Listing(**{"fingerprint": fingerprint_of(PRODUCT, SKU, picture_mark=mark), **values})


def sold_as(*, title: str = PRODUCT.title, **changes: Any) -> ProductSnapshot:
    values = {"sku_attr": SKU.sku_attr, "options": SKU.options, "image_url": PICTURE, **changes}
    return ProductSnapshot("1005", title, True, (sku("77", **values),))


def changed(product: ProductSnapshot, listing: Listing | None = None, **kwargs: Any) -> list[str]:
    drift = check(listing or mapped(), product, **kwargs)
    return [change.what for change in drift.changes] if drift else []


@pytest.mark.parametrize(
    "product",
    [
        PRODUCT,
        sold_as(title="HOT SALE 2026 mug, stoneware, cute"),
        sold_as(title="Новинка"),
        sold_as(options=(("Size", "m"), ("color", " sage "))),
        sold_as(price=usd("15.99")),
        sold_as(price=usd("4.01")),
        sold_as(image_url="https://ae04.example/kf/S1.jpg_640x640q90.jpg_.webp?x=1"),
        sold_as(image_url=""),
        ProductSnapshot("1005", PRODUCT.title, True, ()),
    ],
    ids=["same", "title", "short title", "spelling", "dearer", "cheaper", "address", "no picture", "gone"],
)
def test_what_changes_every_day_is_no_drift(product):
    assert check(mapped(), product) is None


@pytest.mark.parametrize(
    ("product", "what"),
    [
        (sold_as(options=(("Color", "Rose"), ("Size", "M"))), "options"),
        (sold_as(options=()), "options"),
        (sold_as(sku_attr="14:10#Sage"), "sku_text"),
        (sold_as(image_url="https://ae01.example/kf/S2.jpg"), "picture"),
        (sold_as(price=usd("3.99")), "price"),
        (sold_as(price=usd("16.03")), "price"),
        (sold_as(title="Replacement charger cable black"), "title"),
    ],
)
def test_another_meaning_is_told(product, what):
    assert changed(product) == [what]


def test_the_drift_keeps_both_meanings():
    drift = check(mapped(), sold_as(options=(("Color", "Rose"),)))

    assert drift is not None
    assert drift.in_words == "options: “Color: Sage, Size: M” when mapped, now “Color: Rose”"
    with translation.override("de"):
        assert drift.in_words.startswith("Optionen: „Color: Sage, Size: M“ bei der Zuordnung")
    assert drift.now["options"] == [["Color", "Rose"]]


def test_a_price_in_another_currency_is_not_compared():
    listing = mapped()
    listing.fingerprint["price"]["currency"] = "EUR"

    assert changed(sold_as(price=usd("900.00")), listing) == []


@pytest.mark.parametrize("fingerprint", [{}, {"options": [["Color", "Sage"], ["Size", "M"]]}, {"price": None}])
def test_an_older_fingerprint_is_compared_as_far_as_it_goes(fingerprint):
    listing = mapped(fingerprint=fingerprint)

    assert changed(sold_as(price=usd("900.00"), image_url="https://ae01.example/kf/S2.jpg"), listing) == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [("f0f0f0f0f0f0f0f1", []), ("0f0f0f0f0f0f0f0f", ["picture"]), (None, ["picture"])],
    ids=["same", "another", "not to be had"],
)
def test_a_picture_at_another_address_is_looked_at(seen, expected):
    product = sold_as(image_url="https://ae01.example/kf/S2.jpg")

    assert changed(product, mapped("f0f0f0f0f0f0f0f0"), look=lambda _url: seen) == expected


def test_a_picture_at_the_same_address_is_not_fetched():
    assert changed(PRODUCT, mapped("f0f0f0f0f0f0f0f0"), look=pytest.fail) == []
