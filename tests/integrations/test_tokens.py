"""When tokens are refreshed, by how many at once, and what becomes of the account when they cannot be."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from fulfillment import outcomes, tasks
from integrations import standing, tokens
from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from integrations.models import SupplierAccount
from integrations.types import TokenState
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db


@dataclass
class FakeIssuer:
    """Hands out ``access-1``, ``access-2`` and so on; raises ``error`` if it has one."""

    error: Exception | None = None
    delay_s: float = 0.0
    sent: list[str] = field(default_factory=list)
    meanwhile: object = None

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        return f"https://supplier.example/agree?state={state}"

    def create(self, code: str) -> TokenState:
        return self.refresh(code)

    def refresh(self, refresh_token: str) -> TokenState:
        self.sent.append(refresh_token)
        time.sleep(self.delay_s)
        if callable(self.meanwhile):
            self.meanwhile()
        if self.error:
            raise self.error
        now = timezone.now()
        number = len(self.sent)
        return TokenState(
            f"access-{number}", f"refresh-{number}", now + timedelta(days=30), now + timedelta(days=50), "77", "us77"
        )


@pytest.fixture
def issuer(monkeypatch) -> FakeIssuer:
    fake = FakeIssuer()
    monkeypatch.setattr(tokens, "token_issuer_for", lambda account: fake)
    return fake


def account(**values) -> SupplierAccount:
    """One whose access token lived for 30 days and ends in an hour."""
    return SupplierAccountFactory(
        **{"refresh_token": "refresh-0", "access_token_expires_at": timezone.now() + timedelta(hours=1), **values}
    )


def stored(account: SupplierAccount) -> SupplierAccount:
    return SupplierAccount.objects.get(pk=account.pk)


def lived(account: SupplierAccount, life: timedelta, monkeypatch) -> None:
    born = account.access_token_expires_at - life
    monkeypatch.setattr(tokens, "sealed_at", lambda sealed: born)


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "left", "due"),
    [
        (timedelta(days=30), timedelta(hours=23), True),
        (timedelta(days=30), timedelta(hours=25), False),
        (timedelta(days=1), timedelta(hours=2, minutes=20), True),
        (timedelta(days=1), timedelta(hours=2, minutes=30), False),
        (timedelta(hours=2), timedelta(minutes=29), True),
        (timedelta(hours=2), timedelta(minutes=31), False),
        (timedelta(minutes=10), timedelta(minutes=6), False),
        (timedelta(days=30), timedelta(hours=-5), True),
    ],
)
def test_token_is_due_as_its_life_demands(life, left, due, monkeypatch):
    row = account(access_token_expires_at=timezone.now() + left)
    lived(row, life, monkeypatch)

    assert tokens.is_due(row) is due


def test_token_that_lived_for_an_unknown_time_is_due_half_an_hour_before(monkeypatch):
    monkeypatch.setattr(tokens, "sealed_at", lambda sealed: None)

    assert not tokens.is_due(account(access_token_expires_at=timezone.now() + timedelta(minutes=31)))
    assert tokens.is_due(account(access_token_expires_at=timezone.now() + timedelta(minutes=29)))


def test_token_whose_end_nobody_told_and_one_that_cannot_be_refreshed_are_left_alone(issuer):
    unknown, lonely = account(access_token_expires_at=None), account(refresh_token="")

    assert tokens.refresh_all() == 0
    assert issuer.sent == []
    assert stored(unknown).health == stored(lonely).health == "ok"


# --- how ------------------------------------------------------------------------------------------------------------


def test_refresh_stores_both_tokens_and_both_ends(issuer):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))

    assert tasks.refresh_tokens() == 1

    now = stored(row)
    assert issuer.sent == ["refresh-0"]
    assert (now.access_token, now.refresh_token) == ("access-1", "refresh-1")
    assert now.access_token_expires_at > timezone.now() + timedelta(days=29)
    assert now.refresh_token_expires_at > timezone.now() + timedelta(days=49)
    assert now.refresh_lease_until is None


@pytest.mark.django_db(transaction=True)
def test_many_workers_refresh_once(issuer):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    issuer.delay_s = 0.3
    seen: list[str] = []

    def work(number: int) -> None:
        try:
            if number % 2:
                seen.append(tokens.refresh_now(row, refused="access-token-for-tests").access_token)
            else:
                tokens.refresh_if_due(row)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert issuer.sent == ["refresh-0"]
    assert seen == ["access-1"] * 4


def test_lease_of_a_dead_worker_lapses(issuer):
    row = account(
        access_token_expires_at=timezone.now() - timedelta(minutes=1),
        refresh_lease_until=timezone.now() - timedelta(seconds=1),
    )

    assert tokens.refresh_if_due(row)


def test_while_another_worker_refreshes_a_call_waits_and_then_is_put_off(issuer, monkeypatch):
    row = account(refresh_lease_until=timezone.now() + timedelta(minutes=1))
    monkeypatch.setattr(tokens, "PATIENCE_S", 0.0)
    monkeypatch.setattr(tokens, "sleep", lambda seconds: None)

    with pytest.raises(Transient):
        tokens.refresh_now(row, refused="access-token-for-tests")

    assert issuer.sent == []


def test_tokens_of_a_connection_made_meanwhile_are_not_overwritten(issuer):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))

    def connect_anew() -> None:
        other = stored(row)
        other.access_token, other.refresh_token = "access-new", "refresh-new"
        other.save()

    issuer.meanwhile = connect_anew

    tokens.refresh_if_due(row)

    assert (stored(row).access_token, stored(row).refresh_token) == ("access-new", "refresh-new")


def test_refusal_of_a_token_that_was_replaced_meanwhile_stops_nothing(issuer):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    issuer.error = Rejected("ended")
    issuer.meanwhile = lambda: tokens.store(row, TokenState("access-new", "refresh-new"))

    assert tokens.refresh_all() == 0

    assert stored(row).health == "ok"


@pytest.mark.parametrize("error", [Transient("later"), MalformedReply("unreadable")])
def test_unclear_refresh_keeps_what_is_stored_and_is_tried_again(issuer, error):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    issuer.error = error

    tokens.refresh_all()
    issuer.error = None
    tokens.refresh_all()

    assert issuer.sent == ["refresh-0", "refresh-0"]
    assert (stored(row).health, stored(row).access_token) == ("ok", "access-2")


def test_one_account_that_is_refused_does_not_keep_others_from_being_refreshed(issuer):
    soon = timezone.now() - timedelta(minutes=1)
    broken, whole = account(access_token_expires_at=soon), account(access_token_expires_at=soon)
    SupplierAccount.objects.filter(pk=broken.pk).update(refresh_token_sealed="gAAAA-of-another-key")

    tokens.refresh_all()

    assert stored(whole).access_token == "access-1"


# --- telling staff --------------------------------------------------------------------------------------------------


@pytest.fixture
def _staff(settings) -> None:
    settings.STAFF_EMAILS = ["staff@example.com"]


@pytest.mark.usefixtures("_staff")
def test_refusal_asks_for_a_person_and_mails_staff_once(issuer, django_capture_on_commit_callbacks):
    row = account(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    issuer.error = Rejected("The authorization has ended.")

    with django_capture_on_commit_callbacks(execute=True):
        tokens.refresh_all()
        tokens.refresh_all()
        outcomes.mark_account(row.pk, AccountUnusable("The access token is not accepted."))

    (message,) = mail.outbox
    assert (stored(row).health, stored(row).health_note) == ("reconnect", "The authorization has ended.")
    assert message.to == ["staff@example.com"]
    assert "The authorization has ended." in message.body
    assert f"/admin/integrations/supplieraccount/{row.pk}/change/" in message.body
    for secret in ("refresh-0", "access-token-for-tests", "app-secret-for-tests"):
        assert secret not in message.subject + message.body


@pytest.mark.usefixtures("_staff")
def test_account_that_waits_for_a_person_is_not_asked_about_again(issuer):
    row = account(health="reconnect", access_token_expires_at=timezone.now())

    tokens.refresh_all()
    with pytest.raises(AccountUnusable):
        tokens.refresh_now(row, refused="access-token-for-tests")

    assert issuer.sent == []


@pytest.mark.usefixtures("_staff")
def test_staff_are_warned_once_7_days_and_once_2_days_before_the_end(django_capture_on_commit_callbacks, monkeypatch):
    ends_at = timezone.now() + timedelta(days=60)
    row = account(authorized_at=timezone.now(), refresh_token_expires_at=ends_at)
    told = []

    with django_capture_on_commit_callbacks(execute=True):
        for days in (8, 6.9, 5, 1.9, 1):
            monkeypatch.setattr(standing, "database_now", lambda days=days: ends_at - timedelta(days=days))
            told.append(standing.warn_before_the_end(row.pk))

    assert told == [False, True, False, True, False]
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("_staff")
def test_warning_is_not_repeated_while_the_end_stays(django_capture_on_commit_callbacks):
    row = account(refresh_token_expires_at=timezone.now() + timedelta(days=6))

    with django_capture_on_commit_callbacks(execute=True):
        told = [standing.warn_before_the_end(row.pk) for _ in range(3)]

    assert told == [True, False, False]
    assert len(mail.outbox) == 1
    assert "Connect again before" in stored(row).health_note
    assert stored(row).health == "ok"


def test_short_authorization_is_warned_of_at_its_half_and_not_at_once():
    now = timezone.now()
    fresh = account(authorized_at=now, refresh_token_expires_at=now + timedelta(days=2))
    old = account(authorized_at=now - timedelta(days=1, hours=2), refresh_token_expires_at=now + timedelta(hours=22))

    assert not standing.warn_before_the_end(fresh.pk)
    assert standing.warn_before_the_end(old.pk)
