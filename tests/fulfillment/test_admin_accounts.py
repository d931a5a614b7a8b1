"""The staff's pages of supplier accounts: secrets go in and never come out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import OrderEvent
from integrations.models import SupplierAccount
from tests.factories import PAID_AT, SupplierAccountFactory, SupplierOrderFactory
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/integrations/supplieraccount/"
CONNECT = "integrations.change_supplieraccount"


def page_of(account: SupplierAccount) -> str:
    return reverse("admin:integrations_supplieraccount_change", args=[account.pk])


def form(account: SupplierAccount, **changes: str) -> dict[str, str]:
    values = {
        "provider": account.provider,
        "label": account.label,
        "mode": account.mode,
        "endpoint": account.endpoint,
        "app_key": account.app_key,
        "currency": account.currency,
        "buying_enabled": "on",
    }
    return {**values, **changes}


def test_secrets_are_shown_only_by_their_end_and_their_life():
    account = SupplierAccountFactory(
        access_token="planted-token-5678", access_token_expires_at=timezone.now() + timedelta(days=29, hours=1)
    )

    page = superuser().get(page_of(account)).content.decode()

    assert "set, ends with …5678, expires in 29 days" in page
    assert "planted-token" not in page
    assert account.access_token_sealed not in page


def test_a_secret_that_cannot_be_decrypted_does_not_break_the_pages():
    account = SupplierAccountFactory()
    SupplierAccount.objects.filter(pk=account.pk).update(access_token_sealed="gAAAA-of-another-key")
    client = superuser()

    assert "cannot decrypt it" in client.get(page_of(account)).content.decode()
    assert "cannot decrypt it" in client.get(LIST).content.decode()


def test_empty_inputs_keep_what_is_stored():
    account = SupplierAccountFactory()

    response = superuser().post(page_of(account), form(account, label="Renamed", new_access_token=""))

    account.refresh_from_db()
    assert response.status_code == 302
    assert (account.label, account.access_token) == ("Renamed", "access-token-for-tests")


def test_a_new_secret_replaces_the_stored_one_and_leaves_the_others():
    account = SupplierAccountFactory()

    superuser().post(page_of(account), form(account, new_access_token=" brand-new-token "))

    account.refresh_from_db()
    assert account.access_token == "brand-new-token"
    assert account.refresh_token == "refresh-token-for-tests"


def test_a_rejected_form_does_not_echo_the_new_secret():
    account = SupplierAccountFactory()

    page = (
        superuser().post(page_of(account), form(account, label="", new_access_token="planted-token")).content.decode()
    )

    assert "This field is required." in page
    assert "planted-token" not in page


def test_saving_does_not_undo_what_the_worker_wrote_meanwhile():
    account = SupplierAccountFactory()
    data = form(account, label="Renamed")
    # The form was opened before the token was refreshed, when its end was not known.
    data |= {
        f"{name}_{part}": "" for name in ("access_token_expires_at", "refresh_token_expires_at") for part in (0, 1)
    }
    data |= {f"initial-{name}": "" for name in data if "expires" in name}
    refreshed = SupplierAccount.objects.get(pk=account.pk)
    refreshed.access_token = "refreshed-by-the-worker"
    refreshed.access_token_expires_at = PAID_AT
    refreshed.health_note = "seen by the worker"
    refreshed.save()

    superuser().post(page_of(account), data)

    account.refresh_from_db()
    assert (account.label, account.access_token) == ("Renamed", "refreshed-by-the-worker")
    assert (account.health_note, account.access_token_expires_at) == ("seen by the worker", PAID_AT)


def test_a_new_account_is_made_with_its_secrets():
    data = {
        "provider": "aliexpress",
        "label": "Main",
        "mode": "live",
        "endpoint": "https://api.example.com",
        "app_key": "1",
        "currency": "eur",
        "new_app_secret": "app-secret",
        "new_access_token": "token",
    }

    response = superuser().post(f"{LIST}add/", data)

    account = SupplierAccount.objects.get()
    assert response.status_code == 302
    assert (account.app_secret, account.access_token, account.currency) == ("app-secret", "token", "EUR")


@pytest.mark.parametrize("endpoint", ["http://api.example.com", "https://user:pass@example.com"])
def test_an_unsafe_api_address_is_refused_at_the_field(endpoint):
    account = SupplierAccountFactory()

    response = superuser().post(page_of(account), form(account, endpoint=endpoint))

    account.refresh_from_db()
    assert response.status_code == 200
    assert account.endpoint == "http://127.0.0.1:9"


def test_the_mode_is_fixed_once_orders_exist():
    account = SupplierOrderFactory().account

    superuser().post(page_of(account), form(account, mode="live"))

    account.refresh_from_db()
    assert account.mode == "sandbox"


def test_the_mode_of_an_account_without_orders_may_change():
    account = SupplierAccountFactory()

    superuser().post(page_of(account), form(account, mode="live"))

    account.refresh_from_db()
    assert account.mode == "live"


def test_waiting_orders_are_counted():
    part = SupplierOrderFactory()
    SupplierOrderFactory(account=part.account)
    SupplierOrderFactory(account=part.account, status="placed")

    page = superuser().get(LIST).content.decode()

    assert ">2<" in page.replace(" ", "").replace("\n", "")


def test_list_costs_the_same_number_of_queries_for_many_accounts(django_assert_num_queries):
    client = superuser()
    SupplierAccountFactory()
    client.get(LIST)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    SupplierAccountFactory.create_batch(8)
    cache.clear()

    with django_assert_num_queries(len(few)):
        client.get(LIST)


def test_resume_is_offered_only_to_an_account_that_stopped():
    well, stopped = SupplierAccountFactory(), SupplierAccountFactory(health="reconnect")
    client = superuser()

    assert f"{well.pk}/resume/" not in client.get(page_of(well)).content.decode()
    assert f"{stopped.pk}/resume/" in client.get(page_of(stopped)).content.decode()


def test_resume_asks_first_and_then_lets_the_account_buy_again():
    account = SupplierAccountFactory(health="reconnect", health_note="IllegalAccessToken")
    SupplierOrderFactory(account=account)
    client = signed_in(*VIEWS, CONNECT)
    url = reverse("admin:integrations_supplieraccount_resume", args=[account.pk])

    question = client.get(url).content.decode()
    account.refresh_from_db()
    asked = account.health
    client.post(url)
    account.refresh_from_db()

    assert "1 waiting order is" in question
    assert (asked, account.health) == ("reconnect", "ok")
    assert OrderEvent.objects.filter(kind="supplier_order.resumed", actor__startswith="staff:").exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_cannot_resume(method):
    account = SupplierAccountFactory(health="reconnect")
    url = reverse("admin:integrations_supplieraccount_resume", args=[account.pk])

    assert getattr(signed_in(*VIEWS), method)(url).status_code == 403
    account.refresh_from_db()
    assert account.health == "reconnect"


def test_staff_who_may_only_look_cannot_change_an_account():
    account = SupplierAccountFactory()
    client = signed_in(*VIEWS)

    assert client.get(page_of(account)).status_code == 200
    assert client.post(page_of(account), form(account, new_access_token="mine")).status_code == 403
    account.refresh_from_db()
    assert account.access_token == "access-token-for-tests"


def test_an_account_cannot_be_deleted():
    account = SupplierAccountFactory()

    url = reverse("admin:integrations_supplieraccount_delete", args=[account.pk])

    assert superuser().post(url, {"post": "yes"}).status_code == 403
