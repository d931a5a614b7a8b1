"""The life of an order for a bundle, from both suppliers' wire formats as the running emulator speaks them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.bundles import set_parts
from catalog.models import Variant
from fulfillment import desk, dispatch, tracking
from fulfillment.models import ExternalOrder, Order, SupplierOrder
from integrations.clock import database_now
from tests.factories import ListingFactory, VariantFactory
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import PRODUCT_ID, paid, part_of
from tests.running_emulator import aliexpress_account, aliseeks_account, running_emulator

pytestmark = pytest.mark.django_db

SAGE = "14:193#Sage;5:100014064"
#: (product, SKU, SKU text) of two things.
MAT = (PRODUCT_ID, "12000040000010101", SAGE)
HOOK = ("1005006000000103", "12000040000010301", "14:1#Steel")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


def listing(account, goods: tuple[str, str, str], **changes):
    product_id, sku_id, attr = goods
    return ListingFactory(
        account=account,
        external_product_id=product_id,
        external_sku_id=sku_id,
        external_sku_attr=attr,
        **changes,
    )


def bundle(*parts) -> Variant:
    made = VariantFactory(price=Decimal("200.00"))
    set_parts(made, [(one.variant, quantity) for one, quantity in parts])
    return Variant.objects.get(pk=made.pk)


def place_all(order: Order) -> list[str]:
    """Every part that waits is tried, as the sweep does; where each of them is then."""
    for part in order.supplier_orders.order_by("part"):
        SupplierOrder.objects.filter(pk=part.pk).update(next_attempt_at=database_now() - timedelta(seconds=1))
        dispatch.place(part.pk)
    return list(order.supplier_orders.order_by("part").values_list("status", flat=True))


def until_delivered(emulator: Emulator, order: Order) -> None:
    for seconds in (3600, 20 * 86400, 60 * 86400):
        emulator.call("POST", "/_control/clock", {"advance_s": seconds})
        for external in ExternalOrder.objects.filter(supplier_order__order=order):
            tracking.look(external.pk, now_please=True)
    order.refresh_from_db()


def bought(emulator: Emulator) -> list[tuple[str, int]]:
    return sorted((line["product_id"], line["quantity"]) for order in emulator.orders() for line in order["items"])


def test_a_bundle_of_one_account_is_one_purchase(emulator):
    account = aliexpress_account(emulator)
    order = paid(bundle((listing(account, MAT), 1), (listing(account, HOOK), 2)))

    assert place_all(order) == ["placed"]

    assert bought(emulator) == [(MAT[0], 1), (HOOK[0], 2)]
    assert part_of(order).lines.count() == 2


def test_a_bundle_over_two_accounts_arrives_when_all_of_it_has(emulator):
    first, second = aliexpress_account(emulator), aliexpress_account(emulator)
    order = paid(bundle((listing(first, MAT), 1), (listing(second, HOOK), 2)))

    assert place_all(order) == ["placed", "placed"]
    assert place_all(order) == ["placed", "placed"]
    assert bought(emulator) == [(MAT[0], 1), (HOOK[0], 2)]

    until_delivered(emulator, order)
    assert order.status == "delivered"


def test_two_suppliers_serve_one_bundle(emulator):
    here, there = aliexpress_account(emulator), aliseeks_account(emulator)
    order = paid(bundle((listing(here, HOOK), 1), (listing(there, (PRODUCT_ID, SAGE, SAGE)), 1)))

    assert place_all(order) == ["placed", "placed"]

    assert bought(emulator) == [(MAT[0], 1), (HOOK[0], 1)]


def test_a_part_that_is_gone_stops_the_rest_before_anything_is_bought(emulator):
    first, second = aliexpress_account(emulator), aliexpress_account(emulator)
    order = paid(bundle((listing(first, MAT), 1), (listing(second, HOOK), 1)))
    emulator.call("POST", "/_control/faults", {"kind": "sku_gone", "product_id": HOOK[0]})

    place_all(order)
    assert place_all(order) == ["held", "held"]
    reasons = list(order.supplier_orders.order_by("part").values_list("attention", flat=True))
    assert (reasons, bought(emulator)) == (["bundle", "sku_gone"], [])

    emulator.call("DELETE", "/_control/faults")
    desk.retry(order.supplier_orders.get(part=2), actor="staff:1")
    assert place_all(order) == ["placed", "placed"]
    assert bought(emulator) == [(MAT[0], 1), (HOOK[0], 1)]


def test_a_lost_reply_doubles_no_part(emulator):
    first, second = aliexpress_account(emulator), aliexpress_account(emulator)
    order = paid(bundle((listing(first, MAT), 1), (listing(second, HOOK), 1)))
    emulator.call(
        "POST", "/_control/faults", {"kind": "drop_after_commit", "times": 1, "method": "aliexpress.ds.order.create"}
    )

    assert sorted(place_all(order)) == ["placed", "unknown"]
    assert sorted(place_all(order)) == ["placed", "unknown"]

    assert bought(emulator) == [(MAT[0], 1), (HOOK[0], 1)]
