"""What a part of an order leaves, and the guard where it is bought in another currency or with fees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.rates import today
from fulfillment import dispatch
from fulfillment.models import Order, SupplierOrder
from fulfillment.profit import profit_of
from shop.money import Money
from tests.factories import (
    ExchangeRateFactory,
    OrderFactory,
    OrderLineFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)
from tests.fake_supplier import sku, usd
from tests.staff import VIEWS, signed_in

pytestmark = pytest.mark.django_db
D = Decimal


def part(*, currency: str = "USD", **kwargs) -> SupplierOrder:
    """Goods sold for 25.00 of ``currency``, to be bought in dollars."""
    fees = {name: kwargs.pop(name) for name in ("fee_percent", "fee_fixed") if name in kwargs}
    order = OrderFactory(paid=True, currency=currency, items_total=D(25), total=D(25))
    account = SupplierAccountFactory(provider="fake", **fees)
    row = SupplierOrderFactory(order=order, account=account, currency="USD", **kwargs)
    line = OrderLineFactory(order=order, unit_price=D(25), total=D(25), currency=currency)
    SupplierOrderLineFactory(supplier_order=row, order_line=line)
    return row


def placed(row: SupplierOrder) -> tuple[str, str, str]:
    dispatch.place(row.pk)
    row.refresh_from_db()
    return row.status, row.attention, row.attention_note


class TestGuard:
    """The supplier asks for 10.00 USD: 8.01 and 1.99 for sending."""

    @pytest.fixture(autouse=True)
    def _supplier(self, supplier):
        supplier.skus = [sku(price=usd("8.01"))]

    def test_other_currency_is_bought_by_the_stored_rate(self):
        ExchangeRateFactory(currency="USD", rate=D("1.25"))

        assert placed(part(currency="EUR"))[0] == "placed"

    def test_margin_is_that_of_the_converted_cost_with_the_safety_margin(self, settings):
        # 10.00 USD are 20.00 EUR, and 20.40 with 2 %; sold for 25.00: 18.4 %.
        ExchangeRateFactory(currency="USD", rate=D("0.5"))
        settings.MINIMUM_MARGIN_PERCENT = 19
        settings.EXCHANGE_MARGIN_PERCENT = 2.0

        status, attention, note = placed(part(currency="EUR"))

        assert (status, attention) == ("held", "price")
        assert "20.40 EUR" in note
        assert "18.4 %" in note
        assert str(today()) in note

    @pytest.mark.parametrize("days", [None, 8])
    def test_missing_or_stale_rate_holds(self, days):
        if days is not None:
            ExchangeRateFactory(currency="USD", rate=D("1.25"), date=today() - timedelta(days=days))

        status, attention, note = placed(part(currency="EUR"))

        assert (status, attention) == ("held", "price")
        assert "the margin is not known" in note

    def test_person_may_buy_without_a_rate(self):
        assert placed(part(currency="EUR", guards_waived=["price"]))[0] == "placed"

    @pytest.mark.parametrize(("percent", "status"), [("50", "placed"), ("51", "held")])
    def test_fees_of_the_account_eat_the_margin(self, settings, percent, status):
        # 10.00 and 50 %: 15.00 of 25.00 is gone, 40 % are left.
        settings.MINIMUM_MARGIN_PERCENT = 40

        assert placed(part(fee_percent=D(percent)))[0] == status

    def test_fixed_fee_counts_once_for_a_purchase(self, settings):
        settings.MINIMUM_MARGIN_PERCENT = 40

        assert placed(part(fee_fixed=D("5.00")))[0] == "placed"
        assert placed(part(fee_fixed=D("5.10")))[0] == "held"

    def test_cost_that_is_written_down_is_what_the_supplier_asks(self):
        row = part(fee_percent=D(10))

        placed(row)

        assert row.expected_cost == D("10.00")


class TestProfit:
    def test_is_what_is_left_of_the_price(self):
        found = profit_of(part(expected_cost=D("10.00")))

        assert (found.sold, found.cost, found.left) == (usd("25.00"), usd("10.00"), usd("15.00"))
        assert (found.percent, found.is_charged) == (D("60.0"), False)

    def test_is_reckoned_by_the_bill_as_soon_as_there_is_one(self):
        found = profit_of(part(expected_cost=D("10.00"), charged_amount=D("12.50")))

        assert (found.left, found.is_charged) == (usd("12.50"), True)

    def test_counts_the_fees(self):
        found = profit_of(part(expected_cost=D("10.00"), fee_percent=D("2.5"), fee_fixed=D("0.30")))

        assert (found.fees, found.left) == (usd("0.55"), usd("14.45"))

    def test_is_converted_by_the_rate_of_the_day_it_was_placed(self):
        placed_at = datetime(2026, 1, 9, 12, tzinfo=UTC)
        ExchangeRateFactory(currency="USD", rate=D("1.25"), date=placed_at.date())
        ExchangeRateFactory(currency="USD", rate=D("2.00"))

        found = profit_of(part(currency="EUR", expected_cost=D("10.00"), status="placed", placed_at=placed_at))

        assert found.left == Money(D("17.00"), "EUR")

    def test_is_not_known_without_a_rate(self):
        found = profit_of(part(currency="EUR", expected_cost=D("10.00")))

        assert found.left is None
        assert "USD" in found.problem

    def test_is_not_known_without_a_cost(self):
        assert profit_of(part(expected_cost=None)).left is None

    def test_of_another_programs_order_is_not_ours_to_know(self):
        row = part(expected_cost=D("10.00"))
        row.order.source = Order.Source.API

        assert profit_of(row) is None


def test_order_page_says_what_a_part_leaves():
    row = part(expected_cost=D("10.00"), fee_fixed=D("0.50"))

    page = signed_in(*VIEWS).get(reverse("admin:fulfillment_order_change", args=[row.order_id])).content.decode()

    assert "14.50 USD (58.0 %)" in page
    assert "0.50 USD" in page
