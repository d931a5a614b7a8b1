"""Coupons: which codes work for whom, and that no use is counted twice or lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from fulfillment.coupons import CannotUseCoupon, CouponTerms, find, redeem, release
from fulfillment.models import Coupon, CouponRedemption
from fulfillment.unpaid import cancel_unpaid
from shop.money import Money
from tests.factories import CouponFactory, OrderFactory

pytestmark = pytest.mark.django_db

ITEMS = Money(Decimal("24.90"), "USD")
BUYERS = 12


def refusal(**asked) -> str:
    with pytest.raises(CannotUseCoupon) as caught:
        find(**{"code": "WELCOME10", "items": ITEMS, **asked})
    assert caught.value.message
    return caught.value.code


def used_by(coupon: Coupon, email: str = "ada@example.com"):
    order = OrderFactory(email=email)
    redeem(order, find(coupon.code, items=ITEMS), email=email)
    return order


@pytest.mark.parametrize("typed", ["WELCOME10", " welcome10 ", "Welcome10\n"])
def test_code_is_found_however_it_is_typed(typed):
    CouponFactory()

    assert find(typed, items=ITEMS) == CouponTerms("WELCOME10", "percent", Decimal("10.00"))


@pytest.mark.parametrize("typed", ["", "NOPE", "WELCOME 10", "WELCOME10\0", "x" * 5000, "ＷELCOME10", "' OR 1=1"])
def test_other_codes_are_unknown(typed):
    CouponFactory()

    assert refusal(code=typed) == "unknown"


def test_coupon_that_is_off_is_as_unknown_as_one_that_never_was():
    CouponFactory(is_active=False)

    assert refusal() == "unknown"


def test_period_counts_from_its_first_to_before_its_last_instant():
    now = timezone.now()
    CouponFactory(starts_at=now, ends_at=now + timedelta(days=1))

    assert refusal(now=now - timedelta(seconds=1)) == "not_yet"
    assert find("WELCOME10", items=ITEMS, now=now)
    assert refusal(now=now + timedelta(days=1)) == "expired"


@pytest.mark.parametrize(("least", "works"), [("24.90", True), ("24.91", False)])
def test_minimum_is_the_value_of_the_goods(least, works):
    CouponFactory(minimum=Decimal(least), currency="USD")

    if works:
        assert find("WELCOME10", items=ITEMS)
    else:
        assert refusal() == "minimum"


def test_amount_in_another_currency_does_not_work():
    CouponFactory(kind="fixed", percent=None, amount=Decimal(5), currency="EUR")

    assert refusal() == "currency"


def test_last_use_is_the_last():
    coupon = CouponFactory(usage_limit=1)
    used_by(coupon)

    assert refusal() == "used_up"


def test_customer_is_known_again_however_the_address_is_written():
    coupon = CouponFactory(usage_limit_per_customer=1)
    used_by(coupon, "Ada@Example.com")

    assert refusal(email=" ada@example.COM") == "used_by_you"
    assert find("WELCOME10", items=ITEMS, email="grace@example.com")


def test_redeeming_a_second_time_is_refused_whatever_was_found_before():
    coupon = CouponFactory(usage_limit_per_customer=1)
    terms = find(coupon.code, items=ITEMS)
    used_by(coupon)

    with pytest.raises(CannotUseCoupon) as caught:
        redeem(OrderFactory(), terms, email="ada@example.com")

    assert caught.value.code == "used_by_you"
    coupon.refresh_from_db()
    assert coupon.used_count == 1


def test_redemption_keeps_no_address():
    coupon = CouponFactory()
    used_by(coupon, "ada@example.com")

    kept = CouponRedemption.objects.get()

    assert "ada" not in kept.customer_hash
    assert len(kept.customer_hash) == 64


def test_redeeming_twice_for_one_order_counts_once():
    coupon = CouponFactory(usage_limit=1)
    order = used_by(coupon)

    redeem(order, CouponTerms(coupon.code, "percent", Decimal(10)), email=order.email)

    coupon.refresh_from_db()
    assert coupon.used_count == 1
    assert CouponRedemption.objects.count() == 1


def test_another_code_for_the_order_gives_the_first_one_back():
    first, second = CouponFactory(), CouponFactory(code="OTHER")
    order = used_by(first)

    redeem(order, find("OTHER", items=ITEMS), email=order.email)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.used_count, second.used_count) == (0, 1)


def test_order_that_is_corrected_does_not_stand_in_its_own_way():
    coupon = CouponFactory(usage_limit=1, usage_limit_per_customer=1)
    order = used_by(coupon)

    assert find(coupon.code, items=ITEMS, email=order.email, order=order)
    assert refusal(email=order.email) == "used_up"


def test_order_holds_one_use_at_a_time():
    coupon = CouponFactory()
    order = used_by(coupon)

    with pytest.raises(IntegrityError), transaction.atomic():
        CouponRedemption.objects.create(coupon=coupon, order=order, customer_hash="x")


def test_canceled_unpaid_order_gives_its_use_back_once():
    coupon = CouponFactory(usage_limit=1)
    order = used_by(coupon)

    cancel_unpaid(order)
    cancel_unpaid(order)
    again = release(order)

    coupon.refresh_from_db()
    assert not again
    assert coupon.used_count == 0
    assert CouponRedemption.objects.get().released_at is not None
    assert find(coupon.code, items=ITEMS)


def test_refused_redemption_keeps_the_use_that_the_order_had():
    kept = CouponFactory()
    CouponFactory(code="GONE", usage_limit=1, used_count=1)
    order = used_by(kept)

    with pytest.raises(CannotUseCoupon):
        redeem(order, CouponTerms("GONE", "percent", Decimal(10)), email=order.email)

    kept.refresh_from_db()
    assert kept.used_count == 1
    assert CouponRedemption.objects.get(order=order).released_at is None


@pytest.mark.parametrize(
    "fields",
    [
        {"percent": None},
        {"percent": Decimal(101)},
        {"kind": "fixed", "percent": None, "amount": Decimal(5), "currency": ""},
        {"minimum": Decimal(5), "currency": ""},
        {"usage_limit": 0},
    ],
    ids=["no percent", "more than all", "amount of nothing", "minimum of nothing", "no uses"],
)
def test_database_refuses_a_coupon_that_says_nothing(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponFactory(**fields)


@pytest.fixture
def shared_database(tmp_path, monkeypatch, transactional_db) -> Iterator[None]:
    """What new threads open: on SQLite a file like the shop's own, because memory locks whole tables."""
    CouponFactory(usage_limit=1)
    CouponFactory(code="ONCE", usage_limit_per_customer=1)
    for _ in range(BUYERS):
        OrderFactory()
    if connection.vendor == "sqlite":
        import sqlite3

        copy = sqlite3.connect(tmp_path / "shared.sqlite3")
        connection.connection.backup(copy)
        copy.close()
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "shared.sqlite3"))
    yield
    connection.close()
    monkeypatch.undo()


def in_threads(work: list[Callable[[], str]]) -> list[str]:
    """Each of ``work`` in a thread of its own with connections of its own, all started together."""
    together = threading.Barrier(len(work))

    def run(one: Callable[[], str]) -> str:
        together.wait()
        try:
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result() for future in [pool.submit(run, one) for one in work]]


def _redeem_each(code: str) -> list[str]:
    from fulfillment.models import Order

    terms = find(code, items=ITEMS)
    rows = list(Order.objects.order_by("pk"))
    connection.close()

    def work(order: Order) -> Callable[[], str]:
        def run() -> str:
            try:
                with transaction.atomic():
                    redeem(order, terms, email="ada@example.com")
            except CannotUseCoupon as exc:
                return exc.code
            return "done"

        return run

    return in_threads([work(order) for order in rows])


def test_of_many_buyers_exactly_one_gets_the_last_use(shared_database):
    outcomes = _redeem_each("WELCOME10")

    assert sorted(outcomes) == ["done", *["used_up"] * (BUYERS - 1)]
    assert Coupon.objects.get(code="WELCOME10").used_count == 1
    assert CouponRedemption.objects.count() == 1


def test_one_customer_in_many_tabs_uses_it_once(shared_database):
    outcomes = _redeem_each("ONCE")

    assert sorted(outcomes) == ["done", *["used_by_you"] * (BUYERS - 1)]
    assert Coupon.objects.get(code="ONCE").used_count == 1
