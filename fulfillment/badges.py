"""What staff see on every page of the admin: which world this is, what waits for them, what is switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fulfillment.models import ReturnRequest, SupplierOrder
from fulfillment.payment_methods import takes_test_money
from fulfillment.to_pay import waiting_for_staff
from integrations.models import SupplierAccount

#: Every page asks; a few seconds late is soon enough.
CACHE_S = 5
_ACCOUNTS_KEY = "admin:accounts"
_WAITING_KEY = "admin:needs-person"
_TO_PAY_KEY = "admin:to-pay"
_RETURNS_KEY = "admin:returns"


@dataclass(frozen=True, slots=True)
class Banner:
    """A loud line at the top of every page; ``tone`` is ``danger`` or ``warning``."""

    text: str
    tone: str
    url: str = ""


def environment_badge(request: HttpRequest) -> list[str]:
    """The most serious world in which any account buys, with its colour."""
    modes = {mode for _pk, _label, mode, _buying, _health in _accounts()}
    if SupplierAccount.Mode.LIVE in modes:
        return [_("Live"), "danger"]
    if SupplierAccount.Mode.TEST in modes:
        return [_("Test"), "warning"]
    if SupplierAccount.Mode.SANDBOX in modes:
        return [_("Emulator"), "info"]
    return [_("No supplier"), "warning"]


def needs_person_badge(request: HttpRequest) -> str | SafeString:
    """How many supplier orders wait for a person; an invisible mark for none."""
    return _badge(_WAITING_KEY, SupplierOrder.objects.needing_a_person().count)


def to_pay_badge(request: HttpRequest) -> str | SafeString:
    """How many orders at suppliers wait for our payment; an invisible mark for none."""
    return _badge(_TO_PAY_KEY, lambda: waiting_for_staff().count())


def returns_badge(request: HttpRequest) -> str | SafeString:
    """How many returns wait for a person; an invisible mark for none."""
    return _badge(_RETURNS_KEY, ReturnRequest.objects.needing_a_person().count)


def _badge(key: str, counted: Callable[[], int]) -> str | SafeString:
    count = cache.get(key)
    if count is None:
        count = counted()
        cache.set(key, count, CACHE_S)
    # An empty badge would still be drawn: the style sheet hides one that holds this mark.
    return str(count) if count else mark_safe('<span class="staff-no-badge"></span>')


def banners(request: HttpRequest) -> list[Banner]:
    """What keeps orders from being bought just now, for signed-in staff."""
    if not request.user.is_staff:
        return []
    found = []
    if not settings.BUYING_ENABLED:
        text = _("Buying is switched off (BUYING_ENABLED): paid orders wait, nothing is bought.")
        found.append(Banner(text, "danger"))
    if settings.BUYING_DRY_RUN:
        found.append(Banner(_("Dry run (BUYING_DRY_RUN): purchases are prepared and then held."), "warning"))
    for pk, label, mode, buying, health in _accounts():
        url = reverse("admin:integrations_supplieraccount_change", args=[pk])
        if health == SupplierAccount.Health.RECONNECT:
            text = _("%(account)s: the supplier refuses the token. Orders wait until the account is connected again.")
            found.append(Banner(text % {"account": label}, "danger", url))
        if not buying:
            tone = "danger" if mode == SupplierAccount.Mode.LIVE else "warning"
            text = _("%(account)s: buying is off. Paid orders wait.")
            found.append(Banner(text % {"account": label}, tone, url))
        elif refused := _refused_mode(mode):
            found.append(Banner(refused % {"account": label}, "danger", url))
    if (
        SupplierAccount.Mode.LIVE in {mode for _pk, _label, mode, _buying, _health in _accounts()}
        and takes_test_money()
    ):
        text = _("Customers can pay with test money (PAYMENT_METHODS): live accounts buy nothing for it.")
        found.append(Banner(text, "warning"))
    return found


def _refused_mode(mode: str) -> str:
    """Why nothing is bought at an account of this ``mode``, as ``guards.check_standing`` sees it; empty if it is."""
    if mode == SupplierAccount.Mode.LIVE and settings.USE_TEST_ACCOUNTS:
        return _("%(account)s is live, and USE_TEST_ACCOUNTS is on: its orders are held, nothing is bought.")
    if mode == SupplierAccount.Mode.TEST and not settings.USE_TEST_ACCOUNTS:
        return _("%(account)s is a test account, and USE_TEST_ACCOUNTS is off: its orders are held, nothing is bought.")
    return ""


def _accounts() -> list[tuple[int, str, str, bool, str]]:
    rows = cache.get(_ACCOUNTS_KEY)
    if rows is None:
        rows = list(SupplierAccount.objects.values_list("pk", "label", "mode", "buying_enabled", "health"))
        cache.set(_ACCOUNTS_KEY, rows, CACHE_S)
    return list(rows)


def forget_cached() -> None:
    """Show the next page what an answer has just changed."""
    cache.delete_many([_ACCOUNTS_KEY, _WAITING_KEY, _TO_PAY_KEY, _RETURNS_KEY])
