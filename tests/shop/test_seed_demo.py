"""``manage.py seed_demo``: the demo's catalogue, mapped to the emulator's goods."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Listing, PriceRule, Product, ProductImage, Variant
from catalog.pricing.repricing import propose, reprice
from fulfillment.coupons import find
from fulfillment.models import Coupon, ShippingRate, TaxRate
from fulfillment.shipping_prices import customer_price
from fulfillment.taxes import NO_TAX, terms_for
from integrations.models import SupplierAccount
from integrations.sandbox import catalogue as supplier_goods
from shop.demo import load, second_supplier
from shop.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    """The whole demo catalogue, as its file tells it."""
    return json.loads(load.CATALOGUE.read_text(encoding="utf-8"))


@pytest.fixture
def small_demo(demo, monkeypatch, tmp_path):
    """Its first and last product only: pictures take long to encode."""
    products = [demo["products"][0], demo["products"][-1]]
    wanted = {product["category"] for product in products}
    small = {
        **demo,
        "products": products,
        "categories": [category for category in demo["categories"] if category["slug"] in wanted],
    }
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(small), encoding="utf-8")
    monkeypatch.setattr(load, "CATALOGUE", path)
    return small


def _seed() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_demo_is_large_enough_to_look_like_a_shop(demo):
    assert len(demo["products"]) >= 24
    assert len(demo["categories"]) >= 6


def test_every_picture_of_the_demo_is_there(demo):
    files = {category["picture"] for category in demo["categories"]}
    files |= {image["file"] for product in demo["products"] for image in product["images"]}

    missing = sorted(name for name in files if not (load.PICTURES / name).is_file())

    assert missing == []


def test_every_variant_of_the_demo_can_be_bought_at_a_profit(demo):
    goods = supplier_goods.load(supplier_goods.DEFAULT_PATH).products

    for product in demo["products"]:
        for variant in product["variants"]:
            sku = goods[product["supplier_product_id"]].sku(variant["supplier_sku_id"])
            assert sku is not None, variant["sku"]
            assert float(variant["price"]) > sku.sale_price_usd, variant["sku"]


def test_products_are_loaded_with_pictures_variants_and_listings(small_demo):
    output = _seed()

    source = small_demo["products"][0]
    product = Product.objects.get(slug=source["slug"])
    assert "2 products" in output
    assert product.status == Product.Status.ACTIVE
    assert product.category.slug == source["category"]
    assert product.images.count() == len(source["images"])
    assert [variant.sku for variant in product.variants.all()] == [item["sku"] for item in source["variants"]]
    assert all(variant.listings.count() == 1 for variant in product.variants.all())


def test_pictures_lie_in_the_media_storage_in_both_sizes(small_demo):
    _seed()

    picture = ProductImage.objects.first()
    assert (picture.width, picture.height) == (1200, 1200)
    assert default_storage.exists(picture.image.name)
    assert default_storage.exists(picture.thumbnail.name)
    assert default_storage.exists(Category.objects.first().picture.name)


def test_listing_tells_what_the_emulator_tells(small_demo):
    _seed()

    variant = small_demo["products"][0]["variants"][0]
    goods = supplier_goods.load(supplier_goods.DEFAULT_PATH).products[small_demo["products"][0]["supplier_product_id"]]
    sku = goods.sku(variant["supplier_sku_id"])
    listing = Listing.objects.get(variant__sku=variant["sku"])
    assert sku is not None
    assert (listing.external_sku_id, listing.external_sku_attr) == (sku.sku_id, sku.sku_attr)
    assert (listing.cost, listing.stock) == (sku.sale_price_usd, sku.stock)
    assert listing.fingerprint["title"] == goods.subject
    assert listing.fingerprint["options"][0] == ["Color", variant["options"]["Color"]]
    assert listing.account.mode == SupplierAccount.Mode.SANDBOX


def test_countries_of_a_listing_are_iso_codes(small_demo, monkeypatch):
    goods = supplier_goods.load(supplier_goods.DEFAULT_PATH)
    limited = {
        number: dataclasses.replace(product, ships_to=frozenset({"US", "UK"}))
        for number, product in goods.products.items()
    }
    monkeypatch.setattr(
        supplier_goods, "load", lambda path: supplier_goods.Catalogue(products=limited, categories=goods.categories)
    )

    _seed()

    assert Listing.objects.first().destination_countries == ["GB", "US"]


def test_second_run_writes_nothing(small_demo):
    _seed()

    with CaptureQueriesContext(connection) as queries:
        output = _seed()

    assert "nothing changed" in output
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_what_staff_changed_stays(small_demo):
    _seed()
    product = Product.objects.get(slug=small_demo["products"][0]["slug"])
    product.slug, product.title, product.status = "renamed", "Our own words", Product.Status.ARCHIVED
    product.save()
    Variant.objects.filter(product=product).update(price="999.00", compare_at_price=None)

    _seed()

    product.refresh_from_db()
    assert (product.title, product.status) == ("Our own words", "archived")
    assert Product.objects.count() == 2
    assert set(product.variants.values_list("price", flat=True)) == {999}


def test_product_that_is_missing_is_added_again(small_demo):
    _seed()
    Product.objects.first().delete()

    output = _seed()

    assert "1 products" in output
    assert Product.objects.count() == 2


# --- the demo's staff ---


@pytest.mark.parametrize(
    ("debug", "base_url", "is_made"),
    [
        (True, "http://127.0.0.1:8000", True),
        (True, "http://localhost:8000", True),
        (True, "https://shop.example.com", False),
        (False, "http://127.0.0.1:8000", False),
    ],
)
def test_staff_login_that_everybody_knows_exists_only_in_debug_on_this_machine(settings, debug, base_url, is_made):
    settings.DEBUG, settings.BASE_URL = debug, base_url

    load.create_demo_staff()

    assert get_user_model().objects.filter(username="demo").exists() is is_made


def test_changed_password_of_the_demo_staff_stays(settings):
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    load.create_demo_staff()
    user = get_user_model().objects.get(username="demo")
    user.set_password("of-my-own")
    user.save()

    load.create_demo_staff()

    user.refresh_from_db()
    assert user.check_password("of-my-own")


def test_demo_prices_leave_a_us_order_as_it_is(small_demo):
    _seed()

    items = Money(Decimal("29.90"), "USD")
    assert find("welcome10", items=items).value == 10
    assert terms_for("US", "California", "90001") == NO_TAX
    assert customer_price(None, country="US", items=items).amount == 0
    assert {rate.name for rate in TaxRate.objects.all()} == {"Sample VAT"}


def test_prices_that_staff_have_begun_are_left_alone(small_demo):
    Coupon.objects.create(code="MINE", kind="free_shipping")
    TaxRate.objects.create(country="DE", name="VAT", percent=7)

    _seed()
    _seed()

    assert list(Coupon.objects.values_list("code", flat=True)) == ["MINE"]
    assert TaxRate.objects.count() == 1
    assert ShippingRate.objects.count() == 2


def test_demo_rule_is_there_to_be_looked_at_and_changes_no_price(small_demo):
    _seed()
    _seed()

    rule = PriceRule.objects.get()
    prices = dict(Variant.objects.values_list("pk", "price"))
    reprice(prices, reason="a sync")
    assert (rule.percent, rule.is_automatic) == (40, False)
    assert dict(Variant.objects.values_list("pk", "price")) == prices
    assert any(proposal.changes for proposal in propose(prices))


def test_second_supplier_takes_over_one_category_once(small_demo, monkeypatch):
    load.load_demo()
    first, last = Product.objects.order_by("pk")
    monkeypatch.setattr(second_supplier, "CATEGORY", last.category.slug)

    moved = [second_supplier.add_second_supplier() for _ in range(2)]

    theirs = Listing.objects.filter(account__provider="aliseeks")
    assert moved == [last.variants.count(), 0]
    assert {listing.variant.product for listing in theirs.select_related("variant__product")} == {last}
    assert all(listing.external_sku_id == listing.external_sku_attr for listing in theirs)
    assert Listing.objects.filter(account__provider="aliexpress", variant__product=first).exists()
