"""Loads the demo catalogue, mapped to the emulator's goods. What is there already is left alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.content import sanitize_html
from catalog.images import StoredPicture, store_picture
from catalog.models import Category, Listing, Product, ProductImage, Variant
from catalog.shelf import refresh
from integrations.accounts import EMULATOR_LABEL, emulator_account, save_account
from integrations.http import is_loopback
from integrations.models import SupplierAccount
from integrations.sandbox import catalogue as supplier_goods

CATALOGUE = Path(__file__).with_name("catalogue.json")
PICTURES = Path(__file__).with_name("pictures")
DEMO_USER = "demo"
DEMO_PASSWORD = "demo-password"  # noqa: S105 - public on purpose, see create_demo_staff

#: The emulator names countries as its model does, the shop as ISO 3166-1 does.
_ISO_CODES = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many were new."""

    categories: int = 0
    products: int = 0


def load_demo() -> Loaded:
    """Add the demo's categories and products that are missing.

    A product counts as present if its slug or one of its SKUs is: what staff changed, renamed or took off sale stays
    as they left it. A product is added whole or not at all.
    """
    demo = demo_catalogue()
    new_categories = _missing_categories(demo["categories"])
    new_products = [item for item in demo["products"] if not _is_present(item)]
    if not new_categories and not new_products:
        return Loaded()
    pictures = _store_pictures(new_categories, new_products)
    for position, item in new_categories:
        Category.objects.create(
            slug=item["slug"],
            name=item["name"],
            description=item["description"],
            picture=pictures[item["picture"]].large,
            position=position,
        )
    if new_products:
        account = demo_supplier()
        goods = supplier_goods.load(supplier_goods.DEFAULT_PATH).products
        for item in new_products:
            _add_product(
                item,
                currency=demo["currency"],
                account=account,
                goods=goods[item["supplier_product_id"]],
                pictures=pictures,
            )
    return Loaded(categories=len(new_categories), products=len(new_products))


def demo_catalogue() -> dict[str, Any]:
    """``currency``, ``categories`` and ``products`` of the demo, as its file tells them."""
    found: dict[str, Any] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return found


def demo_supplier() -> SupplierAccount:
    """The emulator's account, made if there is none; an existing one keeps its settings."""
    account = SupplierAccount.objects.filter(provider="aliexpress", label=EMULATOR_LABEL).first()
    return account or save_account(emulator_account())[0]


def create_demo_staff() -> bool:
    """Make the superuser of the demo, whose password everybody knows; True if there is one.

    Only in debug and only where the shop's address is this very machine: anywhere else this would be a back door.
    """
    if not settings.DEBUG or not is_loopback(urlsplit(settings.BASE_URL).hostname or ""):
        return False
    users = get_user_model().objects
    if not users.filter(username=DEMO_USER).exists():
        users.create_superuser(username=DEMO_USER, email="demo@example.com", password=DEMO_PASSWORD)
    return True


def _missing_categories(items: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    present = set(Category.objects.values_list("slug", flat=True))
    return [(position, item) for position, item in enumerate(items, 1) if item["slug"] not in present]


def _is_present(item: dict[str, Any]) -> bool:
    skus = [variant["sku"] for variant in item["variants"]]
    return Product.objects.filter(Q(slug=item["slug"]) | Q(variants__sku__in=skus)).exists()


def _store_pictures(
    categories: list[tuple[int, dict[str, Any]]], products: list[dict[str, Any]]
) -> dict[str, StoredPicture]:
    """All pictures by file name. Two at a time: encoding is nearly all of a first start's time."""
    of_categories = sorted({item["picture"] for _, item in categories})
    of_products = sorted({image["file"] for item in products for image in item["images"]})

    def store(name: str, folder: str) -> tuple[str, StoredPicture]:
        return name, store_picture((PICTURES / name).read_bytes(), folder=folder)

    jobs = [(name, "categories") for name in of_categories] + [(name, "products") for name in of_products]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(pool.map(lambda job: store(*job), jobs))


@transaction.atomic
def _add_product(
    item: dict[str, Any],
    *,
    currency: str,
    account: SupplierAccount,
    goods: supplier_goods.Product,
    pictures: dict[str, StoredPicture],
) -> None:
    product = Product.objects.create(
        category=Category.objects.get(slug=item["category"]),
        slug=item["slug"],
        title=item["title"],
        brand=item["brand"],
        summary=item["summary"],
        description_html=sanitize_html(item["description_html"]),
        option_names=item["option_names"],
        status=Product.Status.ACTIVE,
        is_featured=item["featured"],
    )
    for position, image in enumerate(item["images"], 1):
        stored = pictures[image["file"]]
        ProductImage.objects.create(
            product=product,
            image=stored.large,
            thumbnail=stored.small,
            alt=image["alt"],
            options=image["options"],
            position=position,
        )
    variants = Variant.objects.bulk_create(
        Variant(
            product=product,
            sku=variant["sku"],
            options=variant["options"],
            price=Decimal(variant["price"]),
            compare_at_price=Decimal(variant["compare_at_price"]) if variant["compare_at_price"] else None,
            currency=currency,
            position=position,
        )
        for position, variant in enumerate(item["variants"], 1)
    )
    Listing.objects.bulk_create(
        _listing(variant, source, account=account, goods=goods)
        for variant, source in zip(variants, item["variants"], strict=True)
    )
    refresh([product.pk])


def _listing(
    variant: Variant, source: dict[str, Any], *, account: SupplierAccount, goods: supplier_goods.Product
) -> Listing:
    sku = goods.sku(source["supplier_sku_id"])
    if sku is None:
        raise LookupError(f"the emulator has no SKU {source['supplier_sku_id']} of {goods.product_id}")
    everywhere = "*" in goods.ships_to
    return Listing(
        variant=variant,
        account=account,
        external_product_id=goods.product_id,
        external_sku_id=sku.sku_id,
        external_sku_attr=sku.sku_attr,
        cost=sku.sale_price_usd,
        currency="USD",
        stock=sku.stock,
        ship_from=goods.ships_from,
        shipping_service=source["shipping_service"],
        destination_countries=[] if everywhere else sorted(_ISO_CODES.get(code, code) for code in goods.ships_to),
        checked_at=timezone.now(),
        fingerprint={
            "title": goods.subject,
            "options": [[entry["name"], entry.get("definition") or entry["value"]] for entry in sku.properties],
        },
    )
