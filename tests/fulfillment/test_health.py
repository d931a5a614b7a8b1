"""Whether the shop can do its work, part by part."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from fulfillment import health, tasks
from fulfillment.models import Heartbeat
from integrations.errors import Transient
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(supplier):
    return SupplierAccountFactory(provider="fake", label="Main")


def oks() -> dict[str, bool]:
    return {name: check.ok for name, check in health.readiness().items()}


def test_all_is_well(account):
    tasks.beat()

    assert oks() == {"database": True, "queue": True, "supplier": True}


def test_queue_without_a_heartbeat_is_not_ready(account):
    assert oks() == {"database": True, "queue": False, "supplier": True}


@pytest.mark.parametrize(("age", "ok"), [(timedelta(minutes=4), True), (timedelta(minutes=5), False)])
def test_silent_queue_counts_as_frozen_after_five_minutes(age, ok):
    tasks.beat()
    Heartbeat.objects.update(at=timezone.now() - age)

    assert health.queue().ok is ok


def test_beat_is_one_row():
    tasks.beat()
    tasks.beat()

    assert Heartbeat.objects.count() == 1


def test_database_that_is_down_is_named_and_nothing_else_asked(account, monkeypatch):
    def down():
        raise OperationalError("secret-host:5432 refused")

    monkeypatch.setattr(health, "database_now", down)

    checks = health.readiness()

    assert not any(check.ok for check in checks.values())
    assert "secret-host" not in str(checks)


def test_supplier_that_does_not_answer_is_named(account, supplier):
    supplier.read_error = Transient("http://127.0.0.1:1/?token=x cannot be reached")

    check = health.readiness()["supplier"]

    assert (check.ok, check.detail) == (False, "Main: cannot be reached")


def test_account_that_must_be_reconnected_is_not_ready(account):
    account.health = "reconnect"
    account.save()

    assert not health.readiness()["supplier"].ok


@pytest.mark.parametrize("change", [{"provider": "gone"}, {"provider": "aliexpress", "endpoint": "ftp://nowhere"}])
def test_account_that_cannot_work_is_an_answer_not_a_crash(account, change):
    type(account).objects.update(**change)

    assert not health.readiness()["supplier"].ok


def test_no_account_is_said_plainly():
    check = health.readiness()["supplier"]

    assert not check.ok
    assert "setup_suppliers" in check.detail


def test_suppliers_are_asked_at_most_every_fifteen_seconds(account, supplier):
    health.readiness()
    supplier.read_error = Transient("down")

    assert health.readiness()["supplier"].ok
    cache.clear()
    assert not health.readiness()["supplier"].ok
