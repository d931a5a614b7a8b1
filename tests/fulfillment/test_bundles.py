"""Orders of bundles: all parts of them or none, from one account or from several."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.availability import quantity_available
from catalog.bundles import set_parts
from catalog.models import Listing, Variant
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import Reading
from fulfillment import desk, dispatch
from fulfillment.guards import revenue_of
from fulfillment.models import Order, OrderLinePart, SupplierOrder
from fulfillment.parcel_views import Content, parcels
from fulfillment.parcels import Item, pack, serve
from fulfillment.payments import start_payment
from fulfillment.reserving import CannotOrder
from fulfillment.unpaid import cancel_unpaid
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.types import Placed, ProductSnapshot
from tests.factories import ShipmentFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import FakeSupplier, sku, usd
from tests.fulfillment.scenes import approve, goods, order_of, paid, part_of, together

pytestmark = pytest.mark.django_db

LAMP, BULB = "1005001", "1005002"


def bundle(*parts: tuple[Listing, int], **changes) -> Variant:
    made = VariantFactory(product__title="Lamp with bulbs", **{"price": Decimal("40.00"), **changes})
    set_parts(made, [(listing.variant, quantity) for listing, quantity in parts])
    return Variant.objects.get(pk=made.pk)


def account(**changes) -> SupplierAccount:
    made: SupplierAccount = SupplierAccountFactory(provider="fake", **changes)
    return made


def lamp(**changes) -> Listing:
    values = {"external_product_id": LAMP, "external_sku_id": "1", "cost": "9.00", "variant__product__title": "Lamp"}
    return goods(**{**values, **changes})


def bulb(**changes) -> Listing:
    values = {"external_product_id": BULB, "external_sku_id": "2", "cost": "1.00", "variant__product__title": "Bulb"}
    return goods(**{**values, **changes})


@pytest.fixture(autouse=True)
def two_products(supplier: FakeSupplier) -> None:
    supplier.products = {LAMP: product(LAMP, "1", "9.00"), BULB: product(BULB, "2", "1.00")}


def product(product_id: str, sku_id: str, price: str, stock: int = 50) -> ProductSnapshot:
    return ProductSnapshot(product_id, "Thing", True, (sku(sku_id, price=usd(price), stock=stock),))


def parts_of(order: Order) -> list[SupplierOrder]:
    return list(order.supplier_orders.order_by("part"))


def by_product(order: Order, product_id: str) -> SupplierOrder:
    return order.supplier_orders.get(lines__external_product_id=product_id)


def try_again(part: SupplierOrder) -> SupplierOrder:
    SupplierOrder.objects.filter(pk=part.pk).update(next_attempt_at=database_now() - timedelta(seconds=1))
    dispatch.place(part.pk)
    part.refresh_from_db()
    return part


class TestReserving:
    def test_every_part_keeps_its_stock(self, supplier):
        first, second = lamp(stock=10), bulb(stock=20, quantity_per_unit=2)

        order = order_of(bundle((first, 1), (second, 3)), quantity=2)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.stock, second.stock) == (8, 8)
        line = order.lines.get()
        assert (line.listing, line.quantity_reserved, line.total) == (None, 0, Decimal("80.00"))
        assert [(part.quantity, part.quantity_reserved, part.share) for part in line.parts.all()] == [
            (2, 2, Decimal("0.6")), (6, 12, Decimal("0.4")),
        ]  # fmt: skip

    def test_half_a_bundle_is_not_taken(self, supplier):
        first, second = lamp(stock=10), bulb(stock=1)

        with pytest.raises(CannotOrder) as refused:
            order_of(bundle((first, 1), (second, 2)))

        first.refresh_from_db()
        assert (refused.value.code, refused.value.data["available"]) == ("out_of_stock", 0)
        assert first.stock == 10
        assert not OrderLinePart.objects.exists()

    def test_a_part_that_the_order_also_buys_alone_is_counted_once(self, supplier):
        first, second = lamp(stock=2), bulb(stock=50)
        found = bundle((first, 1), (second, 1))

        with pytest.raises(CannotOrder) as refused:
            order_of(found, lines=[(first.variant, 2), (found, 1)])

        assert refused.value.code == "out_of_stock"
        first.refresh_from_db()
        assert first.stock == 2

    def test_a_corrected_order_gives_back_what_its_parts_kept(self, supplier):
        first, second = lamp(stock=2), bulb(stock=2)
        found = bundle((first, 1), (second, 1))
        order_of(found, quantity=2)

        order = order_of(found, quantity=1)

        assert order.lines.get().parts.count() == 2
        assert quantity_available(Variant.objects.get(pk=found.pk)) == 1

    def test_cancellation_gives_back_once(self, supplier):
        first, second = lamp(stock=5), bulb(stock=5)
        order = order_of(bundle((first, 1), (second, 2)), quantity=2)

        cancel_unpaid(order)
        cancel_unpaid(order)

        assert sorted(Listing.objects.values_list("stock", flat=True)) == [5, 5]

    def test_a_part_that_is_not_sent_there_is_said(self, supplier):
        first, second = lamp(), bulb(destination_countries=["FR"])

        with pytest.raises(CannotOrder) as refused:
            order_of(bundle((first, 1), (second, 1)))

        assert refused.value.code == "does_not_ship"


@pytest.mark.django_db(transaction=True)
def test_the_last_part_is_sold_to_one_of_many(supplier):
    first, second = lamp(stock=50), bulb(stock=4)
    found = bundle((first, 1), (second, 2))

    results = together(5, lambda number: order_of(found, key=f"checkout-{number}"))

    assert sum(isinstance(result, Order) for result in results) == 2
    assert {type(result) for result in results} == {Order, CannotOrder}
    assert sorted(Listing.objects.values_list("stock", flat=True)) == [0, 48]


class TestParcels:
    def served(self, found: Variant):
        served, _unserved = serve([Item(found, 1)], "US")
        return pack(served, country="US")

    def test_one_account_sends_one_parcel(self, supplier):
        first = lamp()
        found = bundle((first, 1), (bulb(account=first.account), 2))

        (parcel,) = self.served(found)

        assert parcel.titles == ["Lamp with bulbs"]

    def test_two_accounts_send_their_parts(self, supplier):
        found = bundle((lamp(), 1), (bulb(), 2))

        assert [parcel.titles for parcel in self.served(found)] == [
            ["Lamp with bulbs: Lamp"], ["Lamp with bulbs: Bulb"],
        ]  # fmt: skip

    def test_a_listing_that_saves_a_parcel_is_preferred_among_equals(self, supplier):
        first, second = lamp(), bulb()
        bulb(variant=second.variant, account=first.account)

        (parcel,) = self.served(bundle((first, 1), (second, 2)))

        assert parcel.account_id == first.account_id


class TestRouting:
    def test_parts_of_one_account_are_one_purchase(self, supplier):
        first = lamp()
        order = paid(bundle((first, 1), (bulb(account=first.account, quantity_per_unit=5), 2)), quantity=3)

        part = part_of(order)

        assert [(line.external_product_id, line.quantity) for line in part.lines.all()] == [(LAMP, 3), (BULB, 30)]
        assert part.expected_cost == Decimal("57.00")

    def test_parts_of_two_accounts_are_two_purchases(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))

        assert [part.lines.get().quantity for part in parts_of(order)] == [1, 2]
        assert [part.lines.get().sold_as for part in parts_of(order)] == [
            "Lamp with bulbs: Lamp", "Lamp with bulbs: Bulb",
        ]  # fmt: skip

    def test_two_parts_may_be_the_same_sku(self, supplier):
        first = lamp()
        same = goods(account=first.account, external_product_id=LAMP, external_sku_id="1", quantity_per_unit=3)

        part = part_of(paid(bundle((first, 1), (same, 1))))

        assert sorted(part.lines.values_list("quantity", flat=True)) == [1, 3]

    def test_without_one_part_nothing_of_it_is_bought(self, supplier):
        first, second = lamp(), bulb()
        order = order_of(bundle((first, 1), (second, 1)))
        payment = start_payment(order, method="sandbox")
        Listing.objects.filter(pk=second.pk).update(is_active=False)

        approve(payment)

        part = part_of(order)
        assert (part.status, part.attention, part.account) == ("held", "no_listing", None)

    def test_a_retry_routes_all_parts_over_all_accounts(self, supplier):
        first, second = lamp(), bulb()
        order = order_of(bundle((first, 1), (second, 1)))
        payment = start_payment(order, method="sandbox")
        Listing.objects.update(is_active=False)
        approve(payment)
        Listing.objects.update(is_active=True)

        desk.retry(part_of(order), actor="staff:1")

        assert [(part.status, part.part) for part in parts_of(order)] == [("due", 1), ("due", 2)]
        assert {part.lines.get().external_product_id for part in parts_of(order)} == {LAMP, BULB}


class TestRevenue:
    def test_each_purchase_has_its_share_of_the_price(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 1)))

        assert [revenue_of(part).amount for part in parts_of(order)] == [Decimal("36.00"), Decimal("4.00")]

    def test_one_purchase_of_all_parts_has_all_of_it(self, supplier):
        first = lamp()
        order = paid(bundle((first, 1), (bulb(account=first.account), 1)))

        assert revenue_of(part_of(order)).amount == Decimal("40.00")


class TestBuying:
    def test_all_parts_are_bought(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))

        for part in parts_of(order):
            assert dispatch.place(part.pk)

        assert [part.status for part in parts_of(order)] == ["placed", "placed"]
        assert [purchase.items[0].quantity for purchase in supplier.purchases] == [1, 2]

    def test_nothing_is_bought_while_another_part_cannot_be_had(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))
        supplier.products[BULB] = product(BULB, "2", "1.00", stock=1)

        assert try_again(by_product(order, LAMP)).status == "due"
        assert (try_again(by_product(order, BULB)).status, by_product(order, BULB).attention) == ("held", "stock")

        first = try_again(by_product(order, LAMP))
        assert (first.status, first.attention) == ("held", "bundle")
        assert supplier.purchases == []

    def test_the_answer_to_one_part_lets_the_others_go_on(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))
        supplier.products[BULB] = product(BULB, "2", "1.00", stock=1)
        for product_id in (BULB, LAMP):
            try_again(by_product(order, product_id))
        supplier.products[BULB] = product(BULB, "2", "1.00")

        desk.retry(by_product(order, BULB), actor="staff:1")

        assert [part.status for part in parts_of(order)] == ["due", "due"]
        for product_id in (LAMP, BULB):
            assert try_again(by_product(order, product_id)).status == "placed"

    def test_staff_may_buy_half_of_it(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))
        supplier.products[BULB] = product(BULB, "2", "1.00", stock=1)
        for product_id in (BULB, LAMP):
            try_again(by_product(order, product_id))

        desk.retry(by_product(order, LAMP), actor="staff:1", waive=True)

        assert try_again(by_product(order, LAMP)).status == "placed"
        assert by_product(order, BULB).status == "held"

    def test_an_account_that_does_not_work_keeps_the_other_waiting(self, supplier):
        broken = account(health=SupplierAccount.Health.RECONNECT)
        order = paid(bundle((lamp(), 1), (bulb(account=broken), 2)))

        first = try_again(by_product(order, LAMP))

        assert (first.status, first.deferrals) == ("due", 1)
        first.account.refresh_from_db()
        assert first.account.health == SupplierAccount.Health.OK
        assert supplier.purchases == []

    def test_a_placed_part_is_no_reason_to_wait(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))
        supplier.answers = [Placed(("7001",)), Placed(("7002",))]

        assert try_again(by_product(order, LAMP)).status == "placed"
        assert try_again(by_product(order, BULB)).status == "placed"

    def test_a_retired_listing_is_left_at_the_retry(self, supplier):
        first, second = lamp(), bulb()
        order = paid(bundle((first, 1), (second, 1)))
        other = bulb(variant=second.variant, external_product_id=LAMP, external_sku_id="1", priority=9)
        part = by_product(order, BULB)
        supplier.products[BULB] = product(BULB, "2", "1.00", stock=0)
        try_again(part)
        Listing.objects.filter(pk=second.pk).update(is_active=False)

        desk.retry(part, actor="staff:1")

        part.refresh_from_db()
        assert (part.status, part.account) == ("due", other.account)
        assert part.lines.get().listing == other
        assert part.lines.get().line_part is not None


class TestWhatTheSyncKnows:
    """A check takes off what bundles keep of their parts, just as it does for what is sold alone."""

    def test_pieces_kept_by_parts_stay_taken_until_they_are_bought(self, supplier):
        first, second = lamp(stock=10), bulb(stock=20, quantity_per_unit=2)
        order_of(bundle((first, 1), (second, 3)), quantity=2)

        self.read(first, stock=10)
        self.read(second, stock=20)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.stock, second.stock) == (8, 8)

    def test_parts_and_the_same_goods_sold_alone_are_added_up(self, supplier):
        first, second = lamp(stock=10), bulb(stock=20)
        order_of(bundle((first, 1), (second, 3)), lines=[(first.variant, 2), (bundle((first, 1), (second, 3)), 1)])

        self.read(first, stock=10)

        first.refresh_from_db()
        assert first.stock == 7

    def test_a_part_that_was_bought_before_the_check_is_not_taken_off_twice(self, supplier):
        first, second = lamp(stock=10), bulb(stock=20)
        order = paid(bundle((first, 1), (second, 3)))
        long_ago = database_now() - timedelta(minutes=5)
        SupplierOrder.objects.filter(pk=by_product(order, LAMP).pk).update(status="placed", placed_at=long_ago)

        self.read(first, stock=9)
        self.read(second, stock=20)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.stock, second.stock) == (9, 17)

    def read(self, listing: Listing, *, stock: int) -> None:
        apply_readings([Reading(listing.pk, stock=stock)], started_at=database_now())


class TestCustomersView:
    def test_the_parcel_says_which_part_it_holds(self, supplier):
        order = paid(bundle((lamp(), 1), (bulb(), 2)))
        part = by_product(order, BULB)
        ShipmentFactory(external_order__supplier_order=part)

        views = parcels(Order.objects.for_page().get(pk=order.pk))

        (sent,) = [view for view in views if view.state == "on_its_way"]
        assert sent.contents == [Content("Lamp with bulbs: Bulb", 2)]

    def test_a_parcel_with_a_whole_bundle_names_all_of_its_parts(self, supplier):
        first = lamp()
        order = paid(bundle((first, 1), (bulb(account=first.account), 2)))
        ShipmentFactory(external_order__supplier_order=part_of(order))

        (parcel,) = parcels(Order.objects.for_page().get(pk=order.pk))

        assert parcel.contents == [Content("Lamp with bulbs: Lamp", 1), Content("Lamp with bulbs: Bulb", 2)]


def test_the_totals_are_those_of_one_item(supplier):
    order = order_of(bundle((lamp(), 1), (bulb(), 2)), quantity=2)

    assert (order.items_total, order.total) == (Decimal("80.00"), Decimal("80.00"))
    assert order.lines.count() == 1
