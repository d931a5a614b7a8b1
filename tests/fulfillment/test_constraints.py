"""What must always hold is refused by the database itself, whatever the program does."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from catalog.models import Listing
from fulfillment.models import (
    Attempt,
    ExternalOrder,
    Notice,
    Order,
    OrderEvent,
    OrderLink,
    Payment,
    Refund,
    Shipment,
    SupplierOrder,
    TrackingEvent,
)
from fulfillment.transitions import record
from integrations.clock import database_now
from tests.factories import (
    ExternalOrderFactory,
    ListingFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def event() -> OrderEvent:
    record(OrderFactory().pk, "order.received")
    return OrderEvent.objects.get()


def refused(change) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


class TestHistory:
    """Append-only, by the database."""

    def test_cannot_be_changed(self):
        row = event()

        refused(lambda: OrderEvent.objects.filter(pk=row.pk).update(note="never happened"))

        assert OrderEvent.objects.get().note == ""

    def test_cannot_be_deleted(self):
        event()

        refused(lambda: OrderEvent.objects.all()._raw_delete("default"))

        assert OrderEvent.objects.count() == 1

    def test_cannot_be_changed_by_plain_sql(self):
        event()

        with connection.cursor() as cursor:
            refused(lambda: cursor.execute("UPDATE fulfillment_orderevent SET actor = 'nobody'"))
            refused(lambda: cursor.execute("DELETE FROM fulfillment_orderevent"))

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
    def test_cannot_be_replaced(self):
        row = event()
        values = "(id, order_id, kind, note, data, actor, at)"

        with connection.cursor() as cursor:
            refused(
                lambda: cursor.execute(
                    f"INSERT OR REPLACE INTO fulfillment_orderevent {values} VALUES (%s, %s, 'x', '', '{{}}', 'x', %s)",
                    [row.pk, row.order_id, NOW],
                )
            )

    def test_order_with_a_history_cannot_be_deleted(self):
        row = event()

        with pytest.raises(ProtectedError):
            row.order.delete()


UPDATES = [
    (OrderFactory, {"status": "lost", "paid_at": NOW}, "order_status_known"),
    (OrderFactory, {"currency": ""}, "order_currency_present"),
    (OrderFactory, {"currency": "usd"}, "order_currency_present"),
    (OrderFactory, {"items_total": 0, "shipping_total": -1, "total": -1}, "order_totals_not_negative"),
    (OrderFactory, {"status": "paid"}, "order_paid_at_when_paid"),
    (OrderLineFactory, {"quantity": 0}, "order_line_quantity_positive"),
    (OrderLineFactory, {"total": -1}, "order_line_amounts_not_negative"),
    (OrderLineFactory, {"currency": ""}, "order_line_currency_present"),
    (PaymentFactory, {"amount": -1}, "payment_amount_not_negative"),
    (PaymentFactory, {"currency": "?"}, "payment_currency_present"),
    (PaymentFactory, {"status": "perhaps"}, "payment_status_known"),
    (PaymentFactory, {"refunded_amount": Decimal("24.91")}, "payment_refunds_within_amount"),
    (PaymentFactory, {"refunded_amount": -1}, "payment_refunds_within_amount"),
    (SupplierOrderFactory, {"status": "lost"}, "supplier_order_status_known"),
    (SupplierOrderFactory, {"account": None}, "supplier_order_account_before_due"),
    (SupplierOrderFactory, {"status": "held"}, "supplier_order_stop_has_reason"),
    (SupplierOrderFactory, {"status": "rejected"}, "supplier_order_stop_has_reason"),
    (SupplierOrderFactory, {"status": "in_flight"}, "supplier_order_in_flight_is_leased"),
    (SupplierOrderFactory, {"status": "unknown"}, "supplier_order_unknown_settles"),
    (SupplierOrderFactory, {"next_attempt_at": None}, "supplier_order_due_has_time"),
    (SupplierOrderFactory, {"account_mode": "lively"}, "supplier_order_mode_known"),
    (SupplierOrderFactory, {"currency": ""}, "supplier_order_currency_present"),
    (SupplierOrderLineFactory, {"quantity": 0}, "supplier_order_line_quantity_positive"),
    (ExternalOrderFactory, {"amount": Decimal(1), "currency": ""}, "external_order_amount_has_currency"),
    (ExternalOrderFactory, {"amount": Decimal(-1), "currency": "USD"}, "external_order_amount_has_currency"),
    (VariantFactory, {"price": -1}, "variant_price_not_negative"),
    (VariantFactory, {"compare_at_price": Decimal("24.90")}, "variant_compare_at_above_price"),
    (VariantFactory, {"currency": "Dollar"[:3]}, "variant_currency_present"),
    (ListingFactory, {"quantity_per_unit": 0}, "listing_quantity_per_unit_positive"),
    (ListingFactory, {"cost": -1}, "listing_cost_not_negative"),
    (ListingFactory, {"currency": ""}, "listing_currency_present"),
    (ListingFactory, {"stock": -1}, "stock"),
    (SupplierAccountFactory, {"mode": "dead"}, "supplier_account_mode_known"),
    (SupplierAccountFactory, {"daily_spend_cap": -1}, "supplier_account_cap_not_negative"),
]


@pytest.mark.parametrize(("factory", "values", "name"), UPDATES, ids=[f"{row[2]}-{row[1]}" for row in UPDATES])
def test_value_that_must_not_be_is_refused(factory, values, name):
    row = factory()

    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)

    assert name in str(broken.value)


def second_attempt(**values):
    row = SupplierOrderFactory()
    both = {"supplier_order": row, "number": 1, "fence": 1, "reference": "r", "started_at": NOW}
    Attempt.objects.create(**both)
    Attempt.objects.create(**{**both, **values})


def same_tracking_event_twice():
    shipment = ShipmentFactory()
    for _ in range(2):
        TrackingEvent.objects.create(shipment=shipment, at=NOW, label="Delivered")


def two_of(make, *fields):
    first = make()
    make(**{name: getattr(first, name) for name in fields})


TWICE = {
    "order number": lambda: two_of(OrderFactory, "number"),
    "checkout key": lambda: [OrderFactory(checkout_key="k") for _ in range(2)],
    "part of an order": lambda: SupplierOrderFactory(order=SupplierOrderFactory().order, reference="other"),
    "reference": lambda: two_of(SupplierOrderFactory, "reference"),
    "item of a line": lambda: two_of(SupplierOrderLineFactory, "order_line"),
    "attempt's number": lambda: second_attempt(fence=2),
    "attempt of a claim": lambda: second_attempt(number=2),
    "order at the supplier": lambda: two_of(ExternalOrderFactory, "supplier_order", "external_id"),
    "parcel": lambda: two_of(ShipmentFactory, "external_order", "tracking_number"),
    "tracking event": same_tracking_event_twice,
    "successful payment": lambda: two_of(lambda **values: PaymentFactory(status="succeeded", **values), "order"),
    "payment reference": lambda: [PaymentFactory(external_reference="r") for _ in range(2)],
    "refund's key": lambda: [
        Refund.objects.create(payment=PaymentFactory(), key="k", amount=1, currency="USD") for _ in range(2)
    ],
    "mail about a change": lambda: [
        Notice.objects.create(order=OrderFactory(), kind="received", key="k") for _ in range(2)
    ],
    "link token": lambda: [
        OrderLink.objects.create(order=OrderFactory(), token_hash="h", expires_at=NOW) for _ in range(2)
    ],
    "supplier's SKU": lambda: two_of(ListingFactory, "account", "external_product_id", "external_sku_id"),
    "our SKU": lambda: two_of(VariantFactory, "sku"),
    "account's label": lambda: two_of(SupplierAccountFactory, "label"),
}


@pytest.mark.parametrize("what", TWICE)
def test_there_is_only_one(what):
    refused(TWICE[what])


def test_one_order_may_fail_to_pay_many_times():
    order = OrderFactory()

    for status in ("failed", "failed", "abandoned", "mismatch", "succeeded"):
        PaymentFactory(order=order, status=status)

    assert Payment.objects.count() == 5


@pytest.mark.parametrize("amount", [0, -1])
def test_refund_is_more_than_nothing(amount):
    refused(lambda: Refund.objects.create(payment=PaymentFactory(), key="k", amount=amount, currency="USD"))


@pytest.mark.parametrize(
    "delete",
    [
        lambda: SupplierOrderFactory().order.delete(),
        lambda: PaymentFactory().order.delete(),
        lambda: ExternalOrderFactory().supplier_order.delete(),
        lambda: ShipmentFactory().external_order.delete(),
        lambda: ListingFactory().account.delete(),
    ],
)
def test_what_happened_cannot_be_deleted(delete):
    with pytest.raises(ProtectedError):
        delete()


def test_product_may_go_and_the_order_line_stays():
    line = OrderLineFactory(listing=ListingFactory())

    Listing.objects.all().delete()
    line.variant.product.delete()

    line.refresh_from_db()
    assert (line.variant, line.listing, line.title != "") == (None, None, True)


class TestSettings:
    """How the database is run."""

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's settings")
    def test_sqlite_loses_nothing_and_waits(self):
        found = {}
        with connection.cursor() as cursor:
            for name in ("journal_mode", "synchronous", "recursive_triggers", "busy_timeout", "foreign_keys"):
                found[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]

        assert found == {
            "journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1, "busy_timeout": 20_000, "foreign_keys": 1,
        }  # fmt: skip

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's settings")
    @pytest.mark.django_db(transaction=True)
    def test_sqlite_transaction_holds_the_write_lock_from_its_start(self):
        assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        other = connection.copy("default")

        with closing(other), transaction.atomic(), other.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
            with pytest.raises(DatabaseError, match="locked"):
                cursor.execute("UPDATE fulfillment_order SET total = total")

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's settings")
    def test_postgresql_loses_nothing_and_gives_up(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('synchronous_commit'), current_setting('statement_timeout'), "
                "current_setting('lock_timeout')"
            )
            assert cursor.fetchone() == ("on", "30s", "10s")


class TestClock:
    """Instants, as the database compares them."""

    def test_is_aware_utc_and_goes_forward(self):
        first, second = database_now(), database_now()

        assert first.tzinfo is UTC
        assert first <= second

    @pytest.mark.parametrize(
        ("earlier", "later"),
        [
            (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
            (datetime(2026, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 123_001, tzinfo=UTC)),
            (datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ],
    )
    def test_fractions_of_seconds_are_compared_as_times(self, earlier, later):
        SupplierOrderFactory(next_attempt_at=earlier)

        assert SupplierOrder.objects.filter(next_attempt_at__lt=later).exists()
        assert not SupplierOrder.objects.filter(next_attempt_at__gte=later).exists()
        assert SupplierOrder.objects.filter(next_attempt_at__lte=earlier).exists()


def test_public_ids_and_numbers_cannot_be_guessed():
    numbers = {Order(email="a@b.co").number for _ in range(200)}
    ids = {SupplierOrder().public_id for _ in range(200)}

    assert len(numbers) == len(ids) == 200
    assert all(len(number) == 16 and number.startswith("ORD-") for number in numbers)
    assert all(len(text) >= 27 for text in ids)


def test_link_opens_its_order_until_it_ends_or_is_revoked():
    order = OrderFactory()
    token = OrderLink.mint(order)

    assert OrderLink.order_for(token) == order
    assert OrderLink.order_for(token[:-1]) is None
    assert token not in str(list(OrderLink.objects.values()))
    OrderLink.objects.update(expires_at=NOW)
    assert OrderLink.order_for(token) is None
    OrderLink.objects.update(expires_at=datetime(2100, 1, 1, tzinfo=UTC), revoked_at=NOW)
    assert OrderLink.order_for(token) is None


def test_one_external_id_may_exist_at_two_accounts():
    ExternalOrderFactory(external_id="1")
    ExternalOrderFactory(external_id="1")

    assert ExternalOrder.objects.count() == 2
    assert not Shipment.objects.exists()
