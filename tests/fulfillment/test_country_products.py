"""A product that is sold to a country under another id is quoted and bought under that id, or a person decides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fulfillment import dispatch
from fulfillment.models import OrderEvent, SupplierOrder
from integrations.clock import database_now
from integrations.errors import Rejected, Transient
from integrations.types import ProductSnapshot, Refusal
from tests.factories import ListingFactory
from tests.fake_supplier import FakeSupplier, sku
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import PRODUCT_ID, SKU_ID, goods, paid, part_of
from tests.running_emulator import aliexpress_account, running_emulator

pytestmark = pytest.mark.django_db

THERE, SKU_THERE = "3256806000000101", "12000050000010101"
BEAR = "14:29#Bear"


def version(product_id: str, *skus, sold_to: str = "US") -> ProductSnapshot:
    return ProductSnapshot(product_id, "Absorbent bath mat", True, skus, country_ids=((sold_to, THERE),))


@pytest.fixture
def part(supplier: FakeSupplier) -> SupplierOrder:
    """A paid order to the US for a product that is sold there under another id, with a SKU of another id."""
    supplier.products = {PRODUCT_ID: version(PRODUCT_ID, sku()), THERE: version(THERE, sku(SKU_THERE))}
    return part_of(paid(goods(external_sku_attr=BEAR).variant))


def place(part: SupplierOrder) -> SupplierOrder:
    dispatch.place(part.pk)
    part.refresh_from_db()
    return part


def bought(supplier: FakeSupplier) -> list[tuple[str, str, str]]:
    return [(item.product_id, item.sku_id, item.sku_attr) for buy in supplier.purchases for item in buy.items]


def test_product_is_bought_under_the_countrys_id_and_the_history_says_so(part, supplier):
    place(part)

    assert part.status == "placed"
    assert bought(supplier) == [(THERE, SKU_THERE, BEAR)]
    line = part.lines.get()
    assert (line.external_product_id, line.external_sku_id) == (THERE, SKU_THERE)
    assert line.listing.external_product_id == PRODUCT_ID
    (began,) = OrderEvent.objects.filter(supplier_order=part, data__has_key="sold_as")
    assert began.data["sold_as"] == [f"{PRODUCT_ID} -> {THERE}"]


def test_another_countrys_id_is_not_used(part, supplier):
    supplier.products[PRODUCT_ID] = version(PRODUCT_ID, sku(), sold_to="FR")

    place(part)

    assert bought(supplier) == [(PRODUCT_ID, SKU_ID, BEAR)]


def test_switch_keeps_the_mapped_id(part, supplier, settings):
    settings.USE_COUNTRY_PRODUCTS = False

    place(part)

    assert bought(supplier) == [(PRODUCT_ID, SKU_ID, BEAR)]


@pytest.mark.parametrize("skus", [(), (sku(SKU_THERE, sku_attr="14:30#Fox"),), (sku("1"), sku("2"))])
def test_version_without_exactly_the_mapped_sku_waits_for_a_person(part, supplier, skus):
    supplier.products[THERE] = version(THERE, *skus)

    place(part)

    assert (part.status, part.attention) == ("held", SupplierOrder.Attention.SKU_GONE)
    assert supplier.purchases == []


def test_sku_of_the_same_id_that_means_something_else_waits_for_a_person(part, supplier):
    supplier.products[THERE] = version(THERE, sku(SKU_ID, sku_attr="14:30#Fox"))

    place(part)

    assert (part.status, part.attention) == ("held", SupplierOrder.Attention.SKU_CHANGED)


def test_version_that_the_supplier_refuses_waits_for_a_person_who_is_told_both_ids(part, supplier):
    supplier.products[THERE] = Rejected("No product has this number.", refusal=Refusal.SKU_GONE)

    place(part)

    assert (part.status, part.attention) == ("held", SupplierOrder.Attention.SKU_GONE)
    assert part.attention_note == f"Product {PRODUCT_ID} is sold to US as {THERE}, but: No product has this number."
    assert supplier.purchases == []


def test_next_try_buys_under_the_same_id_again(part, supplier):
    supplier.answers = [Transient("busy", retry_after_s=0)]
    place(part)
    assert part.status == "due"

    SupplierOrder.objects.filter(pk=part.pk).update(next_attempt_at=database_now(), lease_until=None)
    place(part)

    assert part.status == "placed"
    assert bought(supplier) == [(THERE, SKU_THERE, BEAR)] * 2


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


def test_real_adapter_buys_what_the_emulator_sells_there_only_under_the_other_id(emulator):
    emulator.call("POST", "/_control/settings", {"sub_products": "only"})
    listing = ListingFactory(
        account=aliexpress_account(emulator),
        external_product_id="1005006000000102",
        external_sku_id="12000040000010201",
        external_sku_attr="14:10#Natural",
    )
    part = place(part_of(paid(listing.variant)))

    assert part.status in ("placed", "paid"), part.attention_note
    (order,) = emulator.orders()
    assert [(line["product_id"], line["sku_id"]) for line in order["items"]] == [
        ("3256806000000102", "12000050000010201")
    ]
