"""``integrations.accounts`` and ``manage.py setup_suppliers``: accounts made from the environment."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from integrations.accounts import Change, aliseeks_account, described_account, emulator_account, save_account
from integrations.models import SupplierAccount
from integrations.sandbox.account import DEMO_ACCOUNT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _environment(settings) -> None:
    settings.ALIEXPRESS_APP_KEY = "33505222"
    settings.ALIEXPRESS_APP_SECRET = "the-secret-of-the-application"
    settings.ALIEXPRESS_ACCESS_TOKEN = "the-first-access-token"
    settings.ALIEXPRESS_REFRESH_TOKEN = "the-first-refresh-token"
    settings.ALIEXPRESS_API_ENDPOINT = "https://api-sg.aliexpress.com"
    settings.USE_TEST_ACCOUNTS = False


def _nothing_given(settings) -> None:
    for name in ("APP_KEY", "APP_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN"):
        setattr(settings, f"ALIEXPRESS_{name}", "")


def _set_up() -> tuple[SupplierAccount, Change]:
    description = described_account()
    assert description is not None
    account, change = save_account(description)
    return SupplierAccount.objects.get(pk=account.pk), change


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("setup_suppliers", *arguments, stdout=out)
    return out.getvalue()


# --- what the environment describes ---


@pytest.mark.parametrize("missing", ["ALIEXPRESS_APP_KEY", "ALIEXPRESS_APP_SECRET"])
def test_half_given_credentials_are_refused_by_the_name_of_what_is_missing(settings, missing):
    setattr(settings, missing, "")

    with pytest.raises(ImproperlyConfigured, match=f"{missing} is missing"):
        described_account()


def test_refresh_token_alone_is_refused(settings):
    settings.ALIEXPRESS_ACCESS_TOKEN = ""

    with pytest.raises(ImproperlyConfigured, match="without ALIEXPRESS_ACCESS_TOKEN"):
        described_account()


def test_nothing_given_describes_no_account(settings):
    _nothing_given(settings)

    assert described_account() is None


@pytest.mark.parametrize("ending", ["", "/", "/sync", "/rest", "/sync/"])
def test_endpoint_is_kept_as_its_base_address(settings, ending):
    settings.ALIEXPRESS_API_ENDPOINT = f"https://api-sg.aliexpress.com{ending}"

    account, _ = _set_up()

    assert account.endpoint == "https://api-sg.aliexpress.com"


def test_plain_http_is_accepted_on_this_machine(settings):
    settings.ALIEXPRESS_API_ENDPOINT = "http://127.0.0.1:8100/sync"

    account, _ = _set_up()

    assert account.endpoint == "http://127.0.0.1:8100"


@pytest.mark.parametrize("address", ["http://api-sg.aliexpress.com", "http://192.0.2.7:8100", "api-sg.aliexpress.com"])
def test_endpoint_without_tls_is_refused_elsewhere(settings, address):
    settings.ALIEXPRESS_API_ENDPOINT = address

    with pytest.raises(ImproperlyConfigured, match="ALIEXPRESS_API_ENDPOINT"):
        described_account()


@pytest.mark.parametrize(("use_test_accounts", "mode"), [(True, "test"), (False, "live")])
def test_mode_follows_use_test_accounts(settings, use_test_accounts, mode):
    settings.USE_TEST_ACCOUNTS = use_test_accounts

    account, _ = _set_up()

    assert account.mode == mode


# --- what is stored ---


def test_account_is_created_with_its_secrets_sealed():
    account, change = _set_up()

    assert change is Change.CREATED
    assert (account.provider, account.label, account.app_key) == ("aliexpress", "AliExpress", "33505222")
    assert account.app_secret == "the-secret-of-the-application"
    assert account.access_token == "the-first-access-token"
    assert "the-first" not in account.access_token_sealed
    assert account.access_token_expires_at is None


def test_second_set_up_writes_nothing(django_assert_num_queries):
    _set_up()
    description = described_account()
    assert description is not None

    with django_assert_num_queries(3):  # savepoint, read, release
        _, change = save_account(description)

    assert change is Change.UNCHANGED


def test_refreshed_token_survives_the_next_start():
    account, _ = _set_up()
    account.access_token = "refreshed-since"
    account.access_token_expires_at = ends_at = timezone.now() + timedelta(days=30)
    account.save()

    account, change = _set_up()

    assert change is Change.UNCHANGED
    assert account.access_token == "refreshed-since"
    assert account.access_token_expires_at == ends_at


def test_new_token_of_the_environment_replaces_the_stored_one_and_reconnects(settings):
    account, _ = _set_up()
    account.access_token = "refreshed-since"
    account.access_token_expires_at = timezone.now()
    account.health = SupplierAccount.Health.RECONNECT
    account.health_note = "IllegalAccessToken"
    account.save()
    settings.ALIEXPRESS_ACCESS_TOKEN = "issued-anew"

    account, change = _set_up()

    assert change is Change.UPDATED
    assert account.access_token == "issued-anew"
    assert account.access_token_expires_at is None
    assert (account.health, account.health_note) == ("ok", "")


def test_environment_without_token_keeps_the_stored_one(settings):
    _set_up()
    settings.ALIEXPRESS_ACCESS_TOKEN = settings.ALIEXPRESS_REFRESH_TOKEN = ""

    account, change = _set_up()

    assert change is Change.UNCHANGED
    assert account.access_token == "the-first-access-token"


def test_what_staff_decided_is_left_alone(settings):
    account, _ = _set_up()
    account.buying_enabled = False
    account.pays_automatically = True
    account.save()
    settings.ALIEXPRESS_APP_SECRET = "another-secret-of-the-application"

    account, change = _set_up()

    assert change is Change.UPDATED
    assert account.app_secret == "another-secret-of-the-application"
    assert (account.buying_enabled, account.pays_automatically) == (False, True)


def test_live_account_never_becomes_a_test_account(settings):
    _set_up()
    settings.USE_TEST_ACCOUNTS = True
    settings.ALIEXPRESS_ACCESS_TOKEN = "a-test-token"

    with pytest.raises(ImproperlyConfigured, match="never mix"):
        _set_up()

    assert SupplierAccount.objects.get().access_token == "the-first-access-token"


# --- the emulator's account ---


def test_emulator_account_pays_by_itself_and_follows_the_port(settings):
    settings.SANDBOX_PORT = 8100
    save_account(emulator_account())
    settings.SANDBOX_PORT = 8200

    account, change = save_account(emulator_account())

    assert change is Change.UPDATED
    assert account.endpoint == "http://127.0.0.1:8200"
    assert account.mode == SupplierAccount.Mode.SANDBOX
    assert account.pays_automatically


def test_emulator_account_takes_the_well_known_tokens_again_at_each_start():
    account, _ = save_account(emulator_account())
    account.access_token = "rotated-in-an-emulator-that-was-deleted-since"
    account.save()

    account, _ = save_account(emulator_account())

    assert account.access_token == DEMO_ACCOUNT.access_token


# --- the command ---


def test_command_prints_one_line_without_any_secret():
    output = _run()

    assert output.count("\n") == 1
    assert "AliExpress (Live) at https://api-sg.aliexpress.com, with token: created." in output
    for secret in ("the-secret-of-the-application", "the-first-access-token", "the-first-refresh-token"):
        assert secret not in output


def test_command_falls_back_to_the_emulator_in_debug(settings):
    settings.DEBUG = True
    _nothing_given(settings)

    output = _run()

    assert "Emulator" in output
    assert SupplierAccount.objects.get().mode == SupplierAccount.Mode.SANDBOX


def test_command_makes_no_emulator_account_for_a_real_shop(settings):
    settings.DEBUG = False
    _nothing_given(settings)

    output = _run()

    assert "connect one in the admin" in output
    assert not SupplierAccount.objects.exists()


def test_command_ends_with_an_error_for_a_half_given_configuration(settings):
    settings.ALIEXPRESS_APP_SECRET = ""

    with pytest.raises(CommandError, match="ALIEXPRESS_APP_SECRET is missing"):
        _run()


# --- Aliseeks ---


def _aliseeks(settings, **changes: str) -> None:
    given = {
        "ALISEEKS_API_KEY": "the-key-of-a-subscriber",
        "ALISEEKS_API_ENDPOINT": "https://api.aliseeks.com/v1/",
        "ALISEEKS_MERCHANT_ID": "AbCdEfGh1234",
    }
    for name, value in {**given, **changes}.items():
        setattr(settings, name, value)


def test_aliseeks_is_off_without_a_key():
    assert aliseeks_account() is None


def test_aliseeks_merchant_without_a_key_is_refused_by_the_name_of_what_is_missing(settings):
    _aliseeks(settings, ALISEEKS_API_KEY="")

    with pytest.raises(ImproperlyConfigured, match="ALISEEKS_API_KEY is missing"):
        aliseeks_account()


def test_aliseeks_over_plain_http_is_refused(settings):
    _aliseeks(settings, ALISEEKS_API_ENDPOINT="http://api.aliseeks.com/v1")

    with pytest.raises(ImproperlyConfigured, match="ALISEEKS_API_ENDPOINT"):
        aliseeks_account()


def test_key_and_merchant_of_aliseeks_make_an_account_beside_the_other(settings):
    _aliseeks(settings)

    out = _run()

    account = SupplierAccount.objects.get(provider="aliseeks")
    assert (account.endpoint, account.mode) == ("https://api.aliseeks.com/v1", "live")
    assert (account.app_secret, account.external_user_id) == ("the-key-of-a-subscriber", "AbCdEfGh1234")
    assert SupplierAccount.objects.filter(provider="aliexpress").count() == 1
    assert "the-key" not in out + str(account.app_secret_sealed)


def test_registered_merchant_survives_an_environment_that_names_none(settings):
    _aliseeks(settings, ALISEEKS_MERCHANT_ID="")
    _run()
    SupplierAccount.objects.filter(provider="aliseeks").update(external_user_id="registered")

    _run()

    assert SupplierAccount.objects.get(provider="aliseeks").external_user_id == "registered"


@pytest.mark.parametrize(
    ("endpoint", "test_accounts", "mode"),
    [
        ("http://127.0.0.1:8100/aliseeks/v1", False, "sandbox"),
        ("http://127.0.0.1:8100/aliseeks/v1", True, "sandbox"),
        ("https://api.aliseeks.com/v1", True, "test"),
    ],
)
def test_mode_of_aliseeks_follows_its_address_and_the_kind_of_accounts(settings, endpoint, test_accounts, mode):
    _aliseeks(settings, ALISEEKS_API_ENDPOINT=endpoint)
    settings.USE_TEST_ACCOUNTS = test_accounts

    description = aliseeks_account()

    assert description is not None
    assert description.mode == mode
