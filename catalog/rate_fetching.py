"""Fetches exchange rates, keeps them by day, and lets the prices of what is bought in other currencies follow."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import ExchangeRate, Listing, RateFetch, Variant
from catalog.pricing.repricing import Refused, reprice
from catalog.rates import today
from integrations import ecb
from integrations.ecb import DayRates
from integrations.errors import SupplierError
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: The bank publishes once a working day; more questions than these would be impolite.
ASKED_EVERY = timedelta(hours=6)
#: After a failure it is asked again so soon.
TRIED_AGAIN_AFTER = timedelta(minutes=14)
#: A rate that moved further than this from one that still counts is more likely a mistake, and is not stored.
LARGEST_MOVE_PERCENT = Decimal(20)
#: So many prices that did not follow are kept for staff.
REFUSED_KEPT = 200
_CHUNK = 250
_ECB = ExchangeRate.Source.ECB


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rates were stored, up to which day, and the currencies whose rate moved too far to be believed."""

    count: int
    newest: date | None
    doubted: tuple[str, ...]


def fetch_rates(*, history: bool = False) -> Stored:
    """Ask the bank and store what is new: the last day, or the last 90 (also if there is nothing yet).

    Makes a network call: not inside a transaction. Raises ``DomainError``: ``rates_off`` without ``ECB_RATES_URL``,
    and what the adapter raises; whatever goes wrong is noted for the page about rates.
    """
    if not settings.ECB_RATES_URL:
        raise DomainError(_("No address is set for exchange rates (ECB_RATES_URL)."), code="rates_off")
    row, _made = RateFetch.objects.get_or_create(source=_ECB)
    is_first = not ExchangeRate.objects.filter(source=_ECB).exists()
    RateFetch.objects.filter(pk=row.pk).update(asked_at=timezone.now())
    try:
        fetched = ecb.fetch(
            settings.ECB_RATES_URL,
            today=today(),
            history=history or is_first,
            last_modified="" if history or is_first else row.last_modified,
        )
    except (SupplierError, ValueError) as exc:
        text = exc.message if isinstance(exc, SupplierError) else str(exc)
        RateFetch.objects.filter(pk=row.pk).update(error=text[:200])
        logger.warning("exchange rates not fetched error=%s", text)
        if isinstance(exc, SupplierError):
            raise
        raise DomainError(text, code="rates_address") from exc
    return _store(row, fetched)


def fetch_if_due() -> int:
    """Ask the bank if that is due; how many rates were stored. A failure is logged and tried again later."""
    now = timezone.now()
    row = RateFetch.objects.filter(source=_ECB).first()
    answered_lately = row is not None and row.answered_at is not None and row.answered_at > now - ASKED_EVERY
    asked_lately = row is not None and row.asked_at is not None and row.asked_at > now - TRIED_AGAIN_AFTER
    if not settings.ECB_RATES_URL or answered_lately or asked_lately:
        return 0
    try:
        return fetch_rates().count
    except DomainError:
        return 0  # Noted and logged where it happened.


def follow_anew() -> None:
    """Have the worker let prices follow the rates, from the first variant on: rates have changed."""
    row, _made = RateFetch.objects.get_or_create(source=_ECB)
    RateFetch.objects.filter(pk=row.pk).update(followed_up_to=0, moved_at=timezone.now())


def follow_rates(*, seconds: float = 15.0) -> int:
    """Let prices follow new rates where the cost is in another currency; how many changed.

    Those that the rules refuse to move are kept for the page about rates. Goes on where it stopped the last time, and
    begins no further step after ``seconds``.
    """
    stop_at, changed = time.monotonic() + seconds, 0
    while time.monotonic() < stop_at:
        row = RateFetch.objects.filter(source=_ECB, followed_up_to__isnull=False).first()
        if row is None or row.followed_up_to is None:
            break
        ids = _abroad(row.followed_up_to)
        done = reprice(ids, reason=_("Exchange rates moved."))
        changed += len(done.changed)
        refused = [*(row.refused if row.followed_up_to else []), *_told(done.refused)]
        # Only from where this step began: rates that came meanwhile have set it back to the beginning.
        RateFetch.objects.filter(pk=row.pk, followed_up_to=row.followed_up_to, moved_at=row.moved_at).update(
            followed_up_to=ids[-1] if len(ids) == _CHUNK else None, refused=refused[:REFUSED_KEPT]
        )
    return changed


def _abroad(after: int) -> list[int]:
    """Ids of the next variants whose goods, or the fees on them, are paid in another currency than they are sold in."""
    in_use = Listing.objects.filter(variant=OuterRef("pk"), is_active=True, cost__isnull=False)
    elsewhere = in_use.exclude(currency=OuterRef("currency"), account__currency=OuterRef("currency"))
    rows = Variant.objects.filter(Exists(elsewhere), price_is_fixed=False, pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_CHUNK])


def _told(refused: Iterable[Refused]) -> list[dict[str, object]]:
    return [{"variant": one.variant_id, "why": one.message} for one in refused]


def _store(row: RateFetch, fetched: ecb.Fetched) -> Stored:
    before = _present(fetched.days)
    rates, doubted = _believed(fetched.days, before)
    with transaction.atomic():
        ExchangeRate.objects.bulk_create(
            rates,
            update_conflicts=True,
            unique_fields=["currency", "source", "date"],
            update_fields=["rate"],
            batch_size=500,
        )
        changes = {"answered_at": timezone.now(), "last_modified": fetched.last_modified, "error": ""}
        if doubted:
            # Not the version: the file is asked for whole again, so that what proves true is stored in the end.
            changes |= {"last_modified": "", "error": _doubt(doubted)}
        if rates:
            changes |= {"followed_up_to": 0, "moved_at": timezone.now()}
        RateFetch.objects.filter(pk=row.pk).update(**changes)
    newest = max((rate.date for rate in rates), default=None)
    logger.info("exchange rates stored=%s newest=%s doubted=%s", len(rates), newest, ",".join(doubted) or "-")
    return Stored(len(rates), newest, doubted)


def _doubt(currencies: Iterable[str]) -> str:
    text = _("Moved by more than %(percent)s %% and not stored: %(currencies)s.")
    return (text % {"percent": LARGEST_MOVE_PERCENT, "currencies": ", ".join(currencies)})[:200]


def _present(days: tuple[DayRates, ...]) -> dict[tuple[str, date], Decimal]:
    """The stored rates with which ``days`` are compared."""
    if not days:
        return {}
    since = days[0].day - timedelta(days=settings.EXCHANGE_RATE_MAX_DAYS)
    rows = ExchangeRate.objects.filter(source=_ECB, date__gte=since, date__lte=days[-1].day)
    return {(row.currency, row.date): row.rate for row in rows}


def _believed(
    days: tuple[DayRates, ...], present: dict[tuple[str, date], Decimal]
) -> tuple[list[ExchangeRate], tuple[str, ...]]:
    """What is new among ``days``, and the currencies that moved too far from one day to the next."""
    newest: dict[str, tuple[date, Decimal]] = {}
    for (currency, day), rate in sorted(present.items(), key=lambda item: item[0][1]):
        if day < days[0].day:
            newest[currency] = (day, rate)
    found, doubted = list[ExchangeRate](), set[str]()
    for entry in days:
        for currency, rate in entry.rates.items():
            last = newest.get(currency)
            counts = last is not None and (entry.day - last[0]).days <= settings.EXCHANGE_RATE_MAX_DAYS
            if last is not None and counts and abs(rate - last[1]) * 100 / last[1] > LARGEST_MOVE_PERCENT:
                doubted.add(currency)
                continue
            doubted.discard(currency)
            newest[currency] = (entry.day, rate)
            if present.get((currency, entry.day)) != rate:
                found.append(ExchangeRate(date=entry.day, currency=currency, rate=rate, source=_ECB))
    return found, tuple(sorted(doubted))
