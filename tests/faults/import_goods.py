"""A supplier with as many goods as wanted, each with a picture of its own, and an import of all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

FIRST_ID = 1_005_006_100_000_000


def write_goods(folder: Path, count: int, *, pixels: int = 320) -> list[str]:
    """``catalogue.json`` and ``media/`` for the emulator, in ``folder``; its options to use them."""
    media = folder / "media"
    media.mkdir()
    for number in range(count):
        # Noise: no two are alike, and none is easy to encode.
        Image.effect_noise((pixels, pixels), 40).convert("RGB").save(media / f"{number}.jpg")
    goods = {
        "version": 1,
        "currency": "USD",
        "categories": [{"category_id": 154000, "name": "Home", "parent_id": None}],
        "products": [_product(number) for number in range(count)],
    }
    (folder / "catalogue.json").write_text(json.dumps(goods))
    return ["--catalogue", str(folder / "catalogue.json"), "--media", str(media)]


def _product(number: int) -> dict[str, Any]:
    freight = {
        "code": "CAINIAO_STANDARD",
        "company": "Standard",
        "fee": "0",
        "free": True,
        "min_days": 5,
        "max_days": 9,
    }
    skus = [
        {
            "sku_id": str(12_000_050_000_000_000 + number * 10 + kind),
            "sku_attr": f"14:{kind}",
            "properties": [{"property_id": 14, "name": "Color", "value_id": kind, "value": color}],
            "price": "9.00",
            "sale_price": "4.50",
            "stock": 50,
        }
        for kind, color in enumerate(("Red", "Blue"), 1)
    ]
    return {
        "product_id": str(FIRST_ID + number),
        "category_id": 154000,
        "subject": f"Towel number {number}",
        "store": {"store_id": 1, "store_name": "Store"},
        "detail_html": "<p>Soft.</p>",
        "images": [f"{number}.jpg"],
        "package": {"gross_weight": "0.1"},
        "freight": [freight],
        "skus": skus,
    }


def begin(count: int) -> int:
    """Inside of the shop: an import of all the goods through the emulator's account; its id."""
    from catalog.importing.addresses import Entry
    from catalog.importing.runs import start_run
    from integrations.accounts import emulator_account, save_account

    account = save_account(emulator_account())[0]
    entries = [Entry(str(FIRST_ID + number), str(FIRST_ID + number)) for number in range(count)]
    return start_run(account, entries, title="Goods", country="US").pk
