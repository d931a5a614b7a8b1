"""An order comes into being once, keeps exactly the stock it needs, and gives it back once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Listing, Product, Variant
from fulfillment import orders
from fulfillment.models import Notice, Order, OrderEvent, Payment, SupplierOrder
from fulfillment.orders import CannotOrder, order_external
from fulfillment.payments import settle_payment, start_payment
from fulfillment.states import PaymentStatus
from fulfillment.unpaid import cancel_unpaid, unpaid_too_long
from integrations.types import ProductSnapshot
from shop.money import Money
from tests.factories import ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import sku, usd
from tests.fulfillment.scenes import CONTACT, approve, contact, goods, order_of, paid, together

pytestmark = pytest.mark.django_db


def stock_of(listing: Listing) -> int | None:
    return Listing.objects.values_list("stock", flat=True).get(pk=listing.pk)


def test_order_copies_what_was_sold_and_takes_the_stock():
    listing = goods(stock=5, quantity_per_unit=2)

    order = order_of(listing.variant, quantity=2)

    line = order.lines.get()
    assert (line.sku, line.unit_price, line.total) == (listing.variant.sku, Decimal("24.90"), Decimal("49.80"))
    assert (order.total, order.currency, order.status) == (Decimal("49.80"), "USD", "awaiting_payment")
    assert stock_of(listing) == 1


def test_same_checkout_gives_the_same_order():
    listing = goods(stock=5)

    first, second = order_of(listing.variant), order_of(listing.variant)

    assert first == second
    assert Order.objects.count() == 1
    assert stock_of(listing) == 4


def test_second_click_on_the_last_piece_gives_the_same_order():
    listing = goods(stock=1)

    first, second = order_of(listing.variant), order_of(Variant.objects.get(pk=listing.variant_id))

    assert first == second
    assert stock_of(listing) == 0


def test_corrected_address_and_quantity_reserve_the_stock_anew_exactly():
    listing = goods(stock=5)
    order_of(listing.variant, quantity=4)

    order = order_of(listing.variant, quantity=5, contact=contact("bob@example.com", city="Boston"))

    assert (order.email, order.city, order.total) == ("bob@example.com", "Boston", Decimal("124.50"))
    assert [line.quantity for line in order.lines.all()] == [5]
    assert stock_of(listing) == 0
    event = OrderEvent.objects.get(kind="order.corrected")
    assert event.data == {"fields": ["city", "email"]}


def test_correction_that_cannot_be_served_changes_nothing():
    listing = goods(stock=5)
    order_of(listing.variant, quantity=4)

    with pytest.raises(CannotOrder) as refused:
        order_of(listing.variant, quantity=6, contact=contact(city="Boston"))

    order = Order.objects.get()
    assert (refused.value.code, refused.value.data["available"]) == ("out_of_stock", 5)
    assert (order.city, order.lines.get().quantity, stock_of(listing)) == ("New York", 4, 1)


def test_another_choice_under_the_same_checkout_replaces_the_first():
    first, second = goods(stock=5), goods(stock=5, external_sku_id="2", variant__currency="EUR", currency="EUR")
    order_of(first.variant)

    order = order_of(second.variant)

    assert (order.lines.get().variant, order.currency) == (second.variant, "EUR")
    assert (stock_of(first), stock_of(second)) == (5, 4)


def test_sent_again_after_paying_changes_nothing():
    listing = goods(stock=5)
    order = paid(listing.variant)

    again = order_of(listing.variant, quantity=3, contact=contact(city="Boston"))

    assert (again, again.city, again.total) == (order, "New York", Decimal("24.90"))
    assert stock_of(listing) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_active": False}, "not_sold"),
        ({"product__status": Product.Status.ARCHIVED}, "not_sold"),
    ],
)
def test_what_is_not_sold_is_not_ordered(change, code):
    listing = ListingFactory(variant=VariantFactory(**change))

    with pytest.raises(CannotOrder) as refused:
        order_of(listing.variant)

    assert refused.value.code == code
    assert not Order.objects.exists()


@pytest.mark.parametrize("quantity", [-1, 0, 21, 10**9])
def test_nonsense_quantity_is_refused(quantity):
    with pytest.raises(CannotOrder) as refused:
        order_of(goods().variant, quantity=quantity)

    assert refused.value.code == "out_of_stock"


def test_country_that_no_listing_serves_is_refused():
    with pytest.raises(CannotOrder) as refused:
        order_of(goods(destination_countries=["DE"]).variant)

    assert (refused.value.code, refused.value.data["country"]) == ("does_not_ship", "US")


def test_number_that_is_left_counts_only_what_ships_there():
    far = goods(stock=9, destination_countries=["DE"])
    goods(variant=far.variant, external_sku_id="2", stock=2)

    with pytest.raises(CannotOrder) as refused:
        order_of(far.variant, quantity=3)

    assert refused.value.data["available"] == 2


def test_price_that_changed_between_two_tabs_is_told_not_charged():
    variant = goods().variant
    seen = variant.unit_price
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("30.00"))

    with pytest.raises(CannotOrder) as refused:
        order_of(variant, seen_total=seen)

    assert (refused.value.code, refused.value.data) == ("price_changed", {"total": "30.00"})


def test_todays_price_is_charged_whatever_the_caller_read_before():
    variant = goods().variant
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("30.00"))

    assert order_of(variant).total == Decimal("30.00")


def test_stock_that_was_sold_meanwhile_is_seen():
    listing = goods(stock=1)
    variant = Variant.objects.prefetch_related("listings").get(pk=listing.variant_id)
    list(variant.listings.all())
    order_of(listing.variant, key="somebody-else")

    with pytest.raises(CannotOrder) as refused:
        order_of(variant)

    assert refused.value.code == "out_of_stock"


def test_next_listing_serves_when_the_first_has_too_few():
    first = goods(stock=1, priority=1)
    second = goods(variant=first.variant, external_sku_id="2", stock=5, priority=2)

    order = order_of(first.variant, quantity=2)

    assert order.lines.get().listing == second
    assert (stock_of(first), stock_of(second)) == (1, 3)


def test_unknown_stock_is_enough_and_stays_unknown():
    listing = goods(stock=None)

    cancel_unpaid(order_of(listing.variant, quantity=3))

    assert stock_of(listing) is None


def test_canceling_gives_the_stock_back_once():
    listing = goods(stock=3)
    order = order_of(listing.variant, quantity=2)

    assert cancel_unpaid(order)
    assert not cancel_unpaid(order)
    orders.give_back_stock(order)

    assert stock_of(listing) == 3
    assert Notice.objects.get().kind == "canceled"


def test_order_whose_bank_is_at_work_is_not_rewritten():
    listing = goods(stock=9)
    order = order_of(listing.variant)
    payment = start_payment(order, method="sandbox")
    settle_payment(payment, outcome=PaymentStatus.PROCESSING, money=payment.money, reference="")

    again = order_of(listing.variant, quantity=3, contact=contact(email="eve@example.com", city="Boston"))

    assert again == order
    assert (again.email, again.city, again.total) == (order.email, order.city, order.total)
    assert (order.lines.get().quantity, stock_of(listing)) == (1, 8)


def test_order_paid_meanwhile_is_not_canceled_as_unpaid():
    listing = goods(stock=3)
    stale = order_of(listing.variant)
    approve(start_payment(Order.objects.get(), method="sandbox"))

    assert not cancel_unpaid(stale)

    assert (Order.objects.get().status, stock_of(listing)) == ("paid", 2)


def test_order_with_money_that_does_not_fit_is_never_canceled_by_itself():
    order = order_of(goods().variant)
    payment = start_payment(order, method="sandbox")
    settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=Money(Decimal(1), "USD"), reference="r")
    Order.objects.update(created_at=timezone.now() - timedelta(days=3))

    assert unpaid_too_long() == []


def test_only_orders_past_their_time_to_pay_are_canceled(settings):
    settings.UNPAID_ORDER_HOURS = 24
    variant = goods().variant
    late, fresh = order_of(variant, key="late"), order_of(variant, key="fresh")
    Order.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    Order.objects.filter(pk=fresh.pk).update(created_at=timezone.now() - timedelta(hours=23))

    assert unpaid_too_long() == [late.pk]


class TestOrderCall:
    """Another program has something bought."""

    def call(self, account, key: str | None = "api:1", **changes) -> SupplierOrder:
        found = sku(**changes)
        product = ProductSnapshot("1005006000000101", "Absorbent bath mat", True, (found,))
        return order_external(
            account=account, items=[(product, found, 2)], contact=CONTACT, actor="api:1", checkout_key=key
        )

    def test_is_paid_and_due_at_once(self):
        supplier_order = self.call(SupplierAccountFactory(provider="fake"))

        order = supplier_order.order
        assert (order.status, order.source, order.total) == ("paid", "api", Decimal("16.02"))
        assert (supplier_order.status, supplier_order.lines.get().quantity) == ("due", 2)
        payment = Payment.objects.get()
        assert (payment.method, payment.status, payment.amount) == ("external", "succeeded", Decimal("16.02"))

    def test_several_products_are_one_purchase_of_several_lines(self):
        items = [
            (ProductSnapshot("1", "Bath mat", True, ()), sku("11"), 2),
            (ProductSnapshot("2", "Towel", True, ()), sku("21", price=usd("1.99")), 3),
        ]

        supplier_order = order_external(
            account=SupplierAccountFactory(provider="fake"), items=items, contact=CONTACT, actor="api:1"
        )

        assert supplier_order.expected_cost == supplier_order.order.total == Decimal("21.99")
        assert list(supplier_order.lines.values_list("external_sku_id", "quantity", "order_line__total")) == [
            ("11", 2, Decimal("16.02")),
            ("21", 3, Decimal("5.97")),
        ]

    def test_repeated_key_finds_the_first(self):
        account = SupplierAccountFactory(provider="fake")

        assert self.call(account) == self.call(account)

        assert Order.objects.count() == Payment.objects.count() == 1

    def test_without_key_each_call_is_an_order(self):
        account = SupplierAccountFactory(provider="fake")

        assert self.call(account, None) != self.call(account, None)

    def test_its_customer_gets_no_mail_of_ours(self):
        self.call(SupplierAccountFactory(provider="fake"))

        assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Many at the same moment."""

    def test_double_submission_makes_one_order(self):
        listing = goods(stock=100)

        found = together(8, lambda _: order_of(listing.variant).pk)

        assert set(found) == {Order.objects.get().pk}
        assert stock_of(listing) == 99

    def test_double_submission_of_the_last_piece_makes_one_order(self):
        listing = goods(stock=1)

        found = together(8, lambda _: order_of(listing.variant).pk)

        assert set(found) == {Order.objects.get().pk}
        assert stock_of(listing) == 0

    def test_one_piece_and_twenty_buyers_exactly_one_gets_it(self):
        listing = goods(stock=1)

        found = together(20, lambda buyer: order_of(listing.variant, key=f"buyer-{buyer}"))

        served = [result for result in found if isinstance(result, Order)]
        refused = {result.code for result in found if isinstance(result, CannotOrder)}
        assert (len(served), refused, stock_of(listing)) == (1, {"out_of_stock"}, 0)
        assert Order.objects.count() == 1

    def test_canceled_twice_at_once_gives_the_stock_back_once(self):
        listing = goods(stock=2)
        order = order_of(listing.variant, quantity=2)

        found = together(6, lambda _: cancel_unpaid(Order.objects.get(pk=order.pk)))

        assert sorted(found) == [False] * 5 + [True]
        assert stock_of(listing) == 2

    def test_paid_and_given_up_at_once_ends_as_one_of_both(self):
        listing = goods(stock=2)
        order = order_of(listing.variant)
        payment = start_payment(order, method="sandbox")

        together(2, lambda who: cancel_unpaid(order) if who else approve(Payment.objects.get(pk=payment.pk)))

        order.refresh_from_db()
        payment.refresh_from_db()
        end = (order.status, payment.status, order.supplier_orders.count(), stock_of(listing))
        assert end in {("paid", "succeeded", 1, 1), ("canceled", "mismatch", 0, 2)}

    def test_order_call_repeated_at_once_makes_one_order(self):
        account = SupplierAccountFactory(provider="fake")
        call = TestOrderCall()

        found = together(6, lambda _: call.call(SupplierAccountFactory._meta.model.objects.get(pk=account.pk)).pk)

        assert set(found) == {SupplierOrder.objects.get().pk}
