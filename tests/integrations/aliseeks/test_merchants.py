"""Merchants: sent to Aliseeks by staff, back in the same session, once; and reminded before the month is over."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations import registry, standing
from integrations.admin.aliseeks import authorization_text
from integrations.aliseeks import merchants
from integrations.errors import AccountUnusable
from integrations.models import SupplierAccount
from tests.faults.processes import Emulator
from tests.running_emulator import aliseeks_account, running_emulator
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def emulator(settings) -> Iterator[Emulator]:
    settings.BASE_URL = "http://127.0.0.1:8000"
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def merchant(emulator: Emulator) -> SupplierAccount:
    """An account of a merchant who must authorize again."""
    account = aliseeks_account(emulator)
    account.health, account.health_note = "reconnect", "Aliseeks refuses"
    account.save()
    return account


def button_of(account: SupplierAccount) -> str:
    return f"/admin/integrations/supplieraccount/{account.pk}/authorize-at-aliseeks/"


def page_of(account: SupplierAccount) -> str:
    return reverse("admin:integrations_supplieraccount_change", args=[account.pk])


def one_time_page(client: Client, account: SupplierAccount) -> str:
    """What the button's page links to."""
    html = client.post(button_of(account)).content.decode()
    return unescape(html.split('rel="noreferrer"')[0].rsplit('href="', 1)[1].split('"')[0])


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


def agree(page_url: str) -> str:
    """Press the emulator's button; the address that the browser is sent to."""
    opener = urllib.request.build_opener(_Stay)
    try:
        opener.open(urllib.request.Request(page_url, data=b"decision=authorize", method="POST"), timeout=10)
    except urllib.error.HTTPError as reply:
        return str(reply.headers["Location"] or "")
    return ""


def test_merchant_who_agreed_is_authorized_for_a_month_and_healthy(merchant):
    client = superuser()

    back = agree(one_time_page(client, merchant))
    response = client.get(back.removeprefix("http://127.0.0.1:8000"), follow=True)

    merchant.refresh_from_db()
    assert response.redirect_chain[-1][0] == page_of(merchant)
    assert (merchant.health, merchant.health_note) == ("ok", "")
    assert merchants.authorization_ends(merchant) == merchant.authorized_at + timedelta(days=30)
    assert f"merchant {merchant.external_user_id}, authorized on" in response.content.decode()


def test_page_of_aliseeks_works_once(merchant):
    page = one_time_page(superuser(), merchant)
    agree(page)

    assert agree(page) == ""


def test_account_without_merchant_registers_a_new_one_that_may_then_order(emulator, merchant):
    SupplierAccount.objects.filter(pk=merchant.pk).update(external_user_id="")
    client = superuser()

    page = one_time_page(client, merchant)
    merchant.refresh_from_db()
    assert merchant.external_user_id not in ("", "SandboxMrch1")
    with pytest.raises(AccountUnusable):
        registry.adapter_for(merchant).fetch_order("1")
    client.get(agree(page).removeprefix("http://127.0.0.1:8000"))

    with pytest.raises(Exception, match="orderId"):
        registry.adapter_for(merchant).fetch_order("1")


def test_way_back_works_once_and_only_in_the_session_that_began(merchant):
    client, other = superuser(), signed_in(*VIEWS, "integrations.change_supplieraccount")
    back = agree(one_time_page(client, merchant)).removeprefix("http://127.0.0.1:8000")

    other.get(back)
    merchant.refresh_from_db()
    assert merchant.authorized_at is None

    client.get(back)
    merchant.refresh_from_db()
    first = merchant.authorized_at
    assert first is not None
    client.get(back)
    merchant.refresh_from_db()
    assert merchant.authorized_at == first


def test_invented_way_back_changes_nothing(merchant):
    superuser().get(reverse("admin:integrations_supplieraccount_aliseeks_authorized", args=["invented"]))

    merchant.refresh_from_db()
    assert (merchant.authorized_at, merchant.health) == (None, "reconnect")


def test_refused_key_is_told_and_nothing_is_stored(merchant):
    merchant.app_secret = "another-key"
    merchant.save()
    client = superuser()

    response = client.post(button_of(merchant), follow=True)

    assert "Aliseeks refuses the API key" in response.content.decode()
    assert merchant.connect_attempts.count() == 0


def test_staff_who_may_only_look_cannot_authorize(merchant):
    client = signed_in(*VIEWS)

    assert client.post(button_of(merchant)).status_code == 403
    assert merchant.connect_attempts.count() == 0


def test_button_is_there_for_accounts_of_aliseeks_only(merchant):
    other = SupplierAccount.objects.create(provider="aliexpress", label="A", mode="sandbox", endpoint=merchant.endpoint)
    client = superuser()

    assert "authorize-at-aliseeks" in client.get(page_of(merchant)).content.decode()
    assert "authorize-at-aliseeks" not in client.get(page_of(other)).content.decode()
    assert client.get(button_of(other)).status_code == 404


def test_merchant_id_can_be_entered_for_a_merchant_connected_elsewhere(merchant):
    values = {"label": "Second", "mode": "sandbox", "endpoint": merchant.endpoint, "external_user_id": "Mrch2",
              "currency": "USD", "buying_enabled": "on"}  # fmt: skip

    response = superuser().post(page_of(merchant), values)

    merchant.refresh_from_db()
    assert (response.status_code, merchant.external_user_id) == (302, "Mrch2")


@pytest.mark.parametrize(("days", "due"), [(0, False), (24, False), (26, True), (40, True)])
def test_authorization_is_due_again_from_its_twenty_fifth_day(db, days, due):
    account = SupplierAccount(
        provider="aliseeks", external_user_id="M", authorized_at=timezone.now() - timedelta(days=days)
    )

    assert merchants.due_for_reauthorization(account) is due
    assert ("authorize again now" in authorization_text(account)) is due


def test_authorization_of_unknown_age_is_not_due(db):
    assert not merchants.due_for_reauthorization(SupplierAccount(provider="aliseeks"))


def test_staff_are_mailed_before_the_month_is_over(merchant, settings, mailoutbox, django_capture_on_commit_callbacks):
    settings.STAFF_EMAILS = ["staff@example.com"]
    client = superuser()
    client.get(agree(one_time_page(client, merchant)).removeprefix("http://127.0.0.1:8000"))
    merchant.refresh_from_db()

    age = timedelta(days=24)
    SupplierAccount.objects.filter(pk=merchant.pk).update(
        authorized_at=merchant.authorized_at - age, refresh_token_expires_at=merchant.refresh_token_expires_at - age
    )

    with django_capture_on_commit_callbacks(execute=True):
        told = standing.warn_before_the_end(merchant.pk)

    assert told
    assert [mail.to for mail in mailoutbox] == [["staff@example.com"]]


def test_any_person_is_only_known_by_the_session(db, merchant):
    with pytest.raises(merchants.NotAuthorized):
        merchants.finish("", user=User(pk=1), session_key="")
