"""All variants of a product mapped at once."""

from __future__ import annotations

import pytest

from catalog.bundles import set_parts
from catalog.models import Listing, Product
from integrations.errors import Transient
from integrations.types import ProductSnapshot
from tests.factories import ListingFactory, ProductFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import sku, usd
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

STAFF = ("catalog.view_product", "catalog.view_listing", "catalog.change_listing", "catalog.add_listing")


@pytest.fixture
def account(supplier):
    supplier.products["1005"] = ProductSnapshot(
        "1005", "Towel", True,
        (sku("1", options=(("Color", "Rose"),)),
         sku("2", options=(("Color", "Sage"),), price=usd("9.50"))),
    )  # fmt: skip
    return SupplierAccountFactory(provider="fake")


@pytest.fixture
def towel() -> Product:
    made: Product = ProductFactory(option_names=["Color"])
    for name in ("Sage", "Rose", "Black"):
        VariantFactory(product=made, sku=name.upper(), options={"Color": name})
    return made


def page(product: Product) -> str:
    return f"/admin/catalog/product/{product.pk}/map-variants/"


def post(client, product, account, do="look", **changes):
    return client.post(page(product), {"do": do, "account": account.pk, "product": "1005", "pieces": 1, **changes})


def choice(product: Product, sku_text: str, sku_id: str) -> str:
    return f"{product.variants.get(sku=sku_text).pk}:{sku_id}"


def test_each_variant_stands_beside_the_sku_that_it_probably_is(account, towel):
    response = post(signed_in(*STAFF), towel, account)

    found = {row.variant.sku: (row.sku_id, row.is_doubtful) for row in response.context["rows"]}
    assert found == {"SAGE": ("2", False), "ROSE": ("1", False), "BLACK": ("", False)}
    assert not Listing.objects.exists()


def test_what_is_ticked_is_mapped_with_what_the_supplier_says(account, towel):
    chosen = [choice(towel, "SAGE", "2"), choice(towel, "ROSE", "1")]

    response = post(signed_in(*STAFF), towel, account, "map", choice=chosen, cost="0.01")

    assert response.status_code == 302
    mapped = Listing.objects.order_by("external_sku_id").values_list("variant__sku", "external_sku_id", "cost")
    assert [(name, sku_id, str(cost)) for name, sku_id, cost in mapped][1] == ("SAGE", "2", "9.50")
    assert Listing.objects.count() == 2


def test_mapping_again_doubles_nothing(account, towel):
    client, chosen = signed_in(*STAFF), [choice(towel, "SAGE", "2")]
    post(client, towel, account, "map", choice=chosen)

    post(client, towel, account, "map", choice=chosen)

    assert Listing.objects.count() == 1


def test_what_is_mapped_already_is_said_and_not_ticked(account, towel):
    client = signed_in(*STAFF)
    post(client, towel, account, "map", choice=[choice(towel, "SAGE", "2")])

    rows = {row.variant.sku: row for row in post(client, towel, account).context["rows"]}

    assert rows["SAGE"].is_present
    assert not rows["ROSE"].is_present


def test_a_sku_that_another_product_buys_is_not_proposed(account, towel):
    ListingFactory(account=account, external_product_id="1005", external_sku_id="2")

    rows = {row.variant.sku: row for row in post(signed_in(*STAFF), towel, account).context["rows"]}

    assert (rows["SAGE"].choice, rows["ROSE"].sku_id) == ("", "1")


def test_one_that_is_refused_stops_no_other(account, towel):
    chosen = [choice(towel, "SAGE", "404"), choice(towel, "ROSE", "1")]

    response = post(signed_in(*STAFF), towel, account, "map", choice=chosen)

    assert [str(message) for message in response.wsgi_request._messages] == [
        "SAGE: The supplier's product has no such SKU.",
        "1 variant is mapped.",
    ]
    assert Listing.objects.get().variant.sku == "ROSE"


def test_variants_of_other_products_are_not_mapped_from_here(account, towel):
    other = VariantFactory()

    post(signed_in(*STAFF), towel, account, "map", choice=[f"{other.pk}:2", "nonsense"])

    assert not Listing.objects.exists()


def test_a_bundle_is_left_to_its_parts(account, towel):
    set_parts(towel.variants.get(sku="SAGE"), [(towel.variants.get(sku="ROSE"), 2)])

    rows = post(signed_in(*STAFF), towel, account).context["rows"]

    assert sorted(row.variant.sku for row in rows) == ["BLACK", "ROSE"]


def test_a_supplier_that_cannot_be_asked_is_said(supplier, account, towel):
    supplier.read_error = Transient("Too busy just now.")

    assert "Too busy just now." in post(signed_in(*STAFF), towel, account).content.decode()


def test_who_may_not_add_listings_maps_nothing(account, towel):
    client = signed_in("catalog.view_product", "catalog.view_listing")

    assert post(client, towel, account, "map", choice=[choice(towel, "SAGE", "2")]).status_code == 403
    assert not Listing.objects.exists()
