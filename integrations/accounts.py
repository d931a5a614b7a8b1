"""Supplier accounts made from the environment, and the keys under which their secrets are stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from integrations.aliexpress.client import Endpoints
from integrations.crypto import UndecryptableValue, reseal
from integrations.http import check_endpoint, is_loopback
from integrations.models import SupplierAccount
from integrations.sandbox.account import DEMO_ACCOUNT, DEMO_ALISEEKS

EMULATOR_LABEL = "Emulator"
ALIEXPRESS_LABEL = "AliExpress"
ALISEEKS_LABEL = "Aliseeks"

_SEALED_FIELDS = ("app_secret_sealed", "access_token_sealed", "refresh_token_sealed")


class Change(Enum):
    """What a set-up did to an account."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class AccountDescription:
    """An account as the environment describes it.

    ``token_expires_at`` is the end of both tokens where it is known. ``tokens_prevail``: the described tokens are
    right at every start, whatever was stored since (the emulator accepts its well-known ones anew each time).
    ``external_user_id`` is the merchant of an account that orders on behalf of one.
    """

    provider: str
    label: str
    mode: SupplierAccount.Mode
    endpoint: str
    app_key: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False, default="")
    refresh_token: str = field(repr=False, default="")
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    tokens_prevail: bool = False
    pays_automatically: bool = False
    external_user_id: str = ""

    @property
    def token_origin(self) -> str:
        """The hash by which it is known later that these very tokens were taken over."""
        if not self.access_token:
            return ""
        return hashlib.sha256(f"{self.access_token}\0{self.refresh_token}".encode()).hexdigest()


def described_account() -> AccountDescription | None:
    """The account that the environment describes, or None. Raises ``ImproperlyConfigured`` if half of it is given."""
    given = {
        name: str(getattr(settings, name)).strip()
        for name in (
            "ALIEXPRESS_APP_KEY",
            "ALIEXPRESS_APP_SECRET",
            "ALIEXPRESS_ACCESS_TOKEN",
            "ALIEXPRESS_REFRESH_TOKEN",
        )
    }
    if not any(given.values()):
        return None
    for needed in ("ALIEXPRESS_APP_KEY", "ALIEXPRESS_APP_SECRET"):
        if not given[needed]:
            others = ", ".join(name for name, value in given.items() if value)
            raise ImproperlyConfigured(f"{needed} is missing beside {others}: set both or none.")
    if given["ALIEXPRESS_REFRESH_TOKEN"] and not given["ALIEXPRESS_ACCESS_TOKEN"]:
        raise ImproperlyConfigured("ALIEXPRESS_REFRESH_TOKEN is given without ALIEXPRESS_ACCESS_TOKEN.")
    return AccountDescription(
        provider="aliexpress",
        label=ALIEXPRESS_LABEL,
        mode=SupplierAccount.Mode.TEST if settings.USE_TEST_ACCOUNTS else SupplierAccount.Mode.LIVE,
        endpoint=_base_address(settings.ALIEXPRESS_API_ENDPOINT),
        app_key=given["ALIEXPRESS_APP_KEY"],
        app_secret=given["ALIEXPRESS_APP_SECRET"],
        access_token=given["ALIEXPRESS_ACCESS_TOKEN"],
        refresh_token=given["ALIEXPRESS_REFRESH_TOKEN"],
    )


def aliseeks_account() -> AccountDescription | None:
    """The Aliseeks account that the environment describes, or None without a key: it is off by default.

    An address on this machine is the emulator's. Raises ``ImproperlyConfigured`` for a merchant without a key.
    """
    key, merchant_id = settings.ALISEEKS_API_KEY.strip(), settings.ALISEEKS_MERCHANT_ID.strip()
    if not key:
        if merchant_id:
            raise ImproperlyConfigured("ALISEEKS_API_KEY is missing beside ALISEEKS_MERCHANT_ID.")
        return None
    endpoint = settings.ALISEEKS_API_ENDPOINT.strip().rstrip("/")
    _check_setting("ALISEEKS_API_ENDPOINT", endpoint)
    real = SupplierAccount.Mode.TEST if settings.USE_TEST_ACCOUNTS else SupplierAccount.Mode.LIVE
    return AccountDescription(
        provider="aliseeks",
        label=ALISEEKS_LABEL,
        mode=SupplierAccount.Mode.SANDBOX if is_loopback(urlsplit(endpoint).hostname or "") else real,
        endpoint=endpoint,
        app_key="",
        app_secret=key,
        external_user_id=merchant_id,
    )


def emulator_account() -> AccountDescription:
    """The demo account of the emulator on this machine, at ``SANDBOX_PORT``."""
    now = timezone.now()
    return AccountDescription(
        provider="aliexpress",
        label=EMULATOR_LABEL,
        mode=SupplierAccount.Mode.SANDBOX,
        endpoint=f"http://127.0.0.1:{settings.SANDBOX_PORT}",
        app_key=DEMO_ACCOUNT.app_key,
        app_secret=DEMO_ACCOUNT.app_secret,
        access_token=DEMO_ACCOUNT.access_token,
        refresh_token=DEMO_ACCOUNT.refresh_token,
        access_expires_at=now + timedelta(seconds=DEMO_ACCOUNT.access_token_lifetime_s),
        refresh_expires_at=now + timedelta(seconds=DEMO_ACCOUNT.refresh_token_lifetime_s),
        tokens_prevail=True,
        pays_automatically=True,
    )


def demo_account(provider: str) -> SupplierAccount | None:
    """The emulator's demo account at ``SANDBOX_PORT``, not stored; None for a supplier that it does not speak for."""
    if provider == "aliexpress":
        return _unsaved(emulator_account())
    if provider != "aliseeks":
        return None
    return _unsaved(
        AccountDescription(
            provider=provider,
            label=EMULATOR_LABEL,
            mode=SupplierAccount.Mode.SANDBOX,
            endpoint=f"http://127.0.0.1:{settings.SANDBOX_PORT}{DEMO_ALISEEKS.path}",
            app_key="",
            app_secret=DEMO_ALISEEKS.api_key,
            external_user_id=DEMO_ALISEEKS.merchant_id,
        )
    )


def _base_address(address: str) -> str:
    base = Endpoints.from_setting(address).base
    _check_setting("ALIEXPRESS_API_ENDPOINT", base)
    return base


def _check_setting(name: str, address: str) -> None:
    try:
        check_endpoint(address)
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name}: {exc}") from exc


@transaction.atomic
def save_account(description: AccountDescription) -> tuple[SupplierAccount, Change]:
    """Make the account of that provider and label, or bring it in line with its description.

    What only staff decide (buying, spend cap, automatic payment) is set when the account is made and not touched
    later. The described tokens are a first value: once taken over, they do not replace what was refreshed since.
    Raises ``ImproperlyConfigured`` if the account exists in another mode, ``UndecryptableValue`` if its stored
    secrets fit no key.
    """
    # The same lock as a token refresh holds: neither may overwrite what the other has just written.
    account = (
        SupplierAccount.objects.select_for_update()
        .filter(provider=description.provider, label=description.label)
        .first()
    )
    if account is None:
        return _create(description), Change.CREATED
    if account.mode != description.mode:
        raise ImproperlyConfigured(
            f"The account “{account.label}” exists in mode “{account.mode}”, the environment asks for "
            f"“{description.mode.value}”. Test and live tokens never mix: rename that account in the admin (it keeps "
            "its orders), or set USE_TEST_ACCOUNTS as before."
        )
    changed = _bring_in_line(account, description)
    if not changed:
        return account, Change.UNCHANGED
    account.save(update_fields=[*changed, "updated_at"])
    return account, Change.UPDATED


def _create(description: AccountDescription) -> SupplierAccount:
    account = _unsaved(description)
    account.save()
    return account


def _unsaved(description: AccountDescription) -> SupplierAccount:
    account = SupplierAccount(
        provider=description.provider,
        label=description.label,
        mode=description.mode,
        endpoint=description.endpoint,
        app_key=description.app_key,
        pays_automatically=description.pays_automatically,
        external_user_id=description.external_user_id,
    )
    account.app_secret = description.app_secret
    _take_tokens(account, description)
    return account


def _bring_in_line(account: SupplierAccount, description: AccountDescription) -> list[str]:
    """Change what differs, and name the fields. A sealed value is compared by what it holds: it looks new each time."""
    changed = [name for name in ("endpoint", "app_key") if getattr(account, name) != getattr(description, name)]
    if description.external_user_id and account.external_user_id != description.external_user_id:
        # Without one in the environment, the one that was registered or entered in the admin stays.
        changed.append("external_user_id")
    for name in changed:
        setattr(account, name, getattr(description, name))
    if account.app_secret != description.app_secret:
        account.app_secret = description.app_secret
        changed.append("app_secret_sealed")
    if _tokens_are_due(account, description):
        changed += _take_tokens(account, description)
    return changed


def _tokens_are_due(account: SupplierAccount, description: AccountDescription) -> bool:
    if not description.access_token:
        return False
    if description.tokens_prevail:
        return True
    return not account.access_token or account.token_origin != description.token_origin


def _take_tokens(account: SupplierAccount, description: AccountDescription) -> list[str]:
    account.access_token = description.access_token
    account.refresh_token = description.refresh_token
    account.token_origin = description.token_origin
    account.access_token_expires_at = description.access_expires_at
    account.refresh_token_expires_at = description.refresh_expires_at
    account.health = SupplierAccount.Health.OK
    account.health_note = ""
    return [
        "access_token_sealed",
        "refresh_token_sealed",
        "token_origin",
        "access_token_expires_at",
        "refresh_token_expires_at",
        "health",
        "health_note",
    ]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many accounts' secrets are under the first key now, and which ones (labels) fit no key at all."""

    count: int
    unreadable: tuple[str, ...]


def reseal_accounts() -> Resealed:
    """Seal every stored secret anew under the first of ``FIELD_ENCRYPTION_KEYS``; one account at a time."""
    done = 0
    unreadable = []
    for pk in list(SupplierAccount.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            account = SupplierAccount.objects.select_for_update().get(pk=pk)
            try:
                for name in _SEALED_FIELDS:
                    setattr(account, name, reseal(getattr(account, name)))
            except UndecryptableValue:
                unreadable.append(account.label)
                continue
            account.save(update_fields=[*_SEALED_FIELDS, "updated_at"])
            done += 1
    return Resealed(done, tuple(unreadable))
