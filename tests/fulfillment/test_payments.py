"""Money is believed once, only if it fits, and is never lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import ShelfEntry
from fulfillment.desk import cancel_and_refund
from fulfillment.models import Notice, OrderEvent, Payment, Refund, SupplierOrder
from fulfillment.payments import PaymentProblem, refund, settle_payment, start_payment
from fulfillment.states import PaymentStatus
from fulfillment.unpaid import cancel_unpaid
from shop.money import Money
from tests.fulfillment.scenes import approve, goods, order_of, paid, together

pytestmark = pytest.mark.django_db

_P = PaymentStatus


@pytest.fixture
def order(supplier):
    return order_of(goods().variant)


@pytest.fixture
def payment(order) -> Payment:
    return start_payment(order, method="sandbox")


def tell(payment: Payment, outcome: PaymentStatus, money: Money | None = None, reference: str = "ref-1") -> Payment:
    return settle_payment(payment, outcome=outcome, money=money or payment.money, reference=reference)


def test_payment_is_made_once(order, payment):
    assert start_payment(order, method="sandbox") == payment
    assert Payment.objects.count() == 1


def test_success_pays_the_order_and_plans_the_purchase(order, payment):
    tell(payment, _P.SUCCEEDED)

    order.refresh_from_db()
    assert (order.status, payment.status, payment.external_reference) == ("paid", "succeeded", "ref-1")
    assert order.paid_at is not None
    assert SupplierOrder.objects.get().status == "due"
    assert Notice.objects.get().kind == "paid"


def test_success_counts_as_sold_once(order, payment):
    tell(payment, _P.SUCCEEDED)
    tell(Payment.objects.get(), _P.SUCCEEDED)

    (line,) = order.lines.all()
    assert ShelfEntry.objects.get(product=line.variant.product).quantity_sold == line.quantity


def test_success_told_again_changes_nothing(order, payment):
    tell(payment, _P.SUCCEEDED)
    events = OrderEvent.objects.count()

    tell(Payment.objects.get(), _P.SUCCEEDED)

    assert SupplierOrder.objects.count() == Notice.objects.count() == 1
    assert OrderEvent.objects.count() == events


@pytest.mark.parametrize("late", [_P.FAILED, _P.ABANDONED, _P.PENDING, _P.MISMATCH])
def test_money_that_came_is_never_unknown_again(order, payment, late):
    tell(payment, _P.SUCCEEDED)

    tell(payment, late)

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().status) == ("paid", "succeeded")


@pytest.mark.parametrize("money", [Money(Decimal("24.89"), "USD"), Money(Decimal("24.90"), "EUR"),
                                   Money(Decimal("NaN"), "USD"), Money(Decimal(0), "USD")])  # fmt: skip
def test_money_that_does_not_fit_is_a_mismatch_and_buys_nothing(order, payment, money):
    tell(payment, _P.SUCCEEDED, money)

    order.refresh_from_db()
    assert (order.status, payment.status) == ("awaiting_payment", "mismatch")
    assert not SupplierOrder.objects.exists()
    assert OrderEvent.objects.get(kind="payment.mismatch").data["told"] == str(money)


def test_right_amount_told_after_a_mismatch_stays_with_a_person(order, payment):
    tell(payment, _P.SUCCEEDED, Money(Decimal(1), "USD"))

    tell(payment, _P.SUCCEEDED)

    assert Payment.objects.get().status == "mismatch"
    assert not SupplierOrder.objects.exists()


@pytest.mark.parametrize("first", [_P.FAILED, _P.ABANDONED])
def test_late_success_after_a_failure_counts(order, payment, first):
    tell(payment, first)

    tell(payment, _P.SUCCEEDED)

    order.refresh_from_db()
    assert order.status == "paid"
    assert SupplierOrder.objects.count() == 1


def test_declined_payment_may_be_tried_again(order, payment):
    tell(payment, _P.FAILED)

    assert start_payment(order, method="sandbox") == payment


def test_success_for_a_canceled_order_is_a_mismatch(order, payment):
    cancel_unpaid(order)

    tell(payment, _P.SUCCEEDED)

    order.refresh_from_db()
    assert (order.status, payment.status) == ("canceled", "mismatch")
    assert not SupplierOrder.objects.exists()


def test_total_that_changed_after_the_payment_page_was_opened_is_a_mismatch(order, payment):
    order_of(order.lines.get().variant, quantity=2)

    tell(payment, _P.SUCCEEDED)

    order.refresh_from_db()
    assert (order.status, payment.status) == ("awaiting_payment", "mismatch")
    assert not SupplierOrder.objects.exists()


def test_changed_total_starts_a_new_payment(order, payment):
    order_of(order.lines.get().variant, quantity=2)

    other = start_payment(order, method="sandbox")

    assert other != payment
    assert other.amount == Decimal("49.80")


def test_second_payment_of_a_paid_order_is_a_mismatch_and_buys_nothing_more(order, payment):
    second = Payment.objects.create(order=order, method="sandbox", amount=payment.amount, currency="USD")
    tell(payment, _P.SUCCEEDED)

    tell(second, _P.SUCCEEDED, reference="ref-2")

    assert second.status == "mismatch"
    assert SupplierOrder.objects.count() == 1


def test_same_money_does_not_pay_two_orders(order, payment):
    other = start_payment(order_of(goods(external_sku_id="2").variant, key="other"), method="sandbox")
    tell(payment, _P.SUCCEEDED)

    tell(other, _P.SUCCEEDED)

    assert other.status == "mismatch"
    assert SupplierOrder.objects.count() == 1


def test_paid_order_starts_no_payment(order, payment):
    tell(payment, _P.SUCCEEDED)

    with pytest.raises(PaymentProblem) as refused:
        start_payment(order, method="sandbox")

    assert refused.value.code == "already_paid"


def test_canceled_order_starts_no_payment(order):
    cancel_unpaid(order)

    with pytest.raises(PaymentProblem) as refused:
        start_payment(order, method="sandbox")

    assert refused.value.code == "order_canceled"


class TestRefund:
    """Money that goes back."""

    @pytest.fixture
    def paid_payment(self, order, payment) -> Payment:
        return tell(payment, _P.SUCCEEDED)

    def give(self, payment, amount="24.90", key="k") -> Refund:
        return refund(payment, amount=Decimal(amount), key=key, reason="why", actor="staff:1")

    def test_twice_with_one_key_is_one(self, paid_payment):
        assert self.give(paid_payment) == self.give(paid_payment)

        paid_payment.refresh_from_db()
        assert paid_payment.refunded_amount == Decimal("24.90")
        assert Refund.objects.count() == 1

    @pytest.mark.parametrize("amount", ["24.91", "1000000"])
    def test_more_than_was_paid_is_refused(self, paid_payment, amount):
        with pytest.raises(PaymentProblem) as refused:
            self.give(paid_payment, amount)

        assert refused.value.code == "refund_too_large"
        assert not Refund.objects.exists()

    def test_parts_may_not_pass_the_whole(self, paid_payment):
        self.give(paid_payment, "20.00", "first")

        with pytest.raises(PaymentProblem):
            self.give(paid_payment, "5.00", "second")

    @pytest.mark.parametrize(
        "parts", [["4.90", "20.00"], ["0.10", "0.20", "24.60"], ["8.30"] * 3, ["0.01"] * 10 + ["24.80"]]
    )
    def test_parts_may_make_up_the_whole_to_the_cent(self, paid_payment, parts):
        for number, part in enumerate(parts):
            self.give(paid_payment, part, f"part-{number}")

        paid_payment.refresh_from_db()
        assert paid_payment.refunded_amount == paid_payment.amount
        with pytest.raises(PaymentProblem):
            self.give(paid_payment, "0.01", "one more")

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_nothing_or_less_is_refused(self, paid_payment, amount):
        with pytest.raises(PaymentProblem) as refused:
            self.give(paid_payment, amount)

        assert refused.value.code == "refund_not_positive"

    def test_key_of_another_refund_is_refused(self, paid_payment):
        self.give(paid_payment, "20.00")

        with pytest.raises(PaymentProblem) as refused:
            self.give(paid_payment, "1.00")

        assert refused.value.code == "key_reused"

    def test_what_did_not_come_does_not_go_back(self, payment):
        with pytest.raises(PaymentProblem):
            self.give(payment)

    def test_payment_made_elsewhere_waits_for_a_person(self, paid_payment):
        Payment.objects.update(method="external")
        paid_payment.refresh_from_db()

        assert self.give(paid_payment).status == "to_do"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """The provider's webhook, the browser's return and impatient people."""

    def test_webhook_twenty_times_beside_the_return_buys_once(self, supplier):
        order = order_of(goods().variant)
        payment = start_payment(order, method="sandbox")

        found = together(21, lambda _: tell(Payment.objects.get(pk=payment.pk), _P.SUCCEEDED).status)

        assert set(found) == {"succeeded"}
        assert SupplierOrder.objects.count() == Notice.objects.count() == 1
        assert OrderEvent.objects.filter(kind="order.paid").count() == 1

    def test_two_payments_at_once_pay_one_order_once(self, supplier):
        order = order_of(goods().variant)
        first = start_payment(order, method="sandbox")
        second = Payment.objects.create(order=order, method="sandbox", amount=first.amount, currency="USD")

        found = together(2, lambda who: approve(Payment.objects.get(pk=(first, second)[who].pk)).status)

        assert sorted(found) == ["mismatch", "succeeded"]
        assert SupplierOrder.objects.count() == 1

    def test_opened_twice_at_once_is_one_payment(self, supplier):
        order = order_of(goods().variant)

        assert len(set(together(6, lambda _: start_payment(order, method="sandbox").pk))) == 1

    def test_refunded_twice_at_once_goes_back_once(self, supplier):
        order = paid(goods().variant)
        payment = order.payments.get()

        found = together(6, lambda _: refund(payment, amount=payment.amount, key="k", reason="", actor="staff:1").pk)

        assert set(found) == {Refund.objects.get().pk}

    def test_canceled_by_two_people_at_once_goes_back_once(self, supplier):
        order = paid(goods().variant)

        together(4, lambda _: cancel_and_refund(order, actor="staff:1", reason="x"))

        order.refresh_from_db()
        assert order.status == "refunded"
        assert Refund.objects.get().amount == Decimal("24.90")
