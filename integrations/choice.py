"""Which account buys, when a caller names only the supplier."""

from __future__ import annotations

from django.conf import settings

from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS


def account_for(provider: str) -> SupplierAccount | None:
    """The account that buys from ``provider``: the test or live one, as the shop is set, else the emulator's.

    With ``USE_TEST_ACCOUNTS`` a live account is never chosen, and without it never a test account. Among equals a
    healthy account on which buying is enabled goes first, then the oldest. None if there is no account to choose.
    """
    if provider not in PROVIDERS:
        return None
    mode = SupplierAccount.Mode.TEST if settings.USE_TEST_ACCOUNTS else SupplierAccount.Mode.LIVE
    modes: list[str] = [mode, SupplierAccount.Mode.SANDBOX]
    accounts = SupplierAccount.objects.filter(provider=provider, mode__in=modes).order_by("pk")
    return min(accounts, key=lambda account: (modes.index(account.mode), *_troubles(account)), default=None)


def _troubles(account: SupplierAccount) -> tuple[bool, bool]:
    return account.health != SupplierAccount.Health.OK, not account.buying_enabled
