"""How a supplier sends a listing to a country: what it said lately, kept as rows, and asking it anew."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.models import FreightQuote, Listing
from integrations import ratelimit
from integrations.errors import Rejected, SupplierError, Transient
from integrations.http import done_within
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, adapter_for
from integrations.types import FreightOption, Refusal
from shop.money import Money

logger = logging.getLogger(__name__)

#: A quote that nobody wanted for so long is not asked for again, and goes when it is old.
WANTED_DAYS = 7
KEPT_DAYS = 30
#: After this share of its life a quote that is wanted is asked for again, so that it never ends before a visitor.
_REFRESH_AT = 0.75
_SERVICE_LENGTH = 80
#: These refusals are as good as "it does not go there": asking again would not change them soon.
_NOT_THERE = (Refusal.SHIPPING, Refusal.SKU_GONE)


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way in which the supplier sends the goods. ``fee`` is what the *supplier* asks, for all pieces together."""

    service: str
    name: str
    fee: Money
    tracked: bool
    min_days: int | None
    max_days: int | None
    ship_from: str
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a supplier: ``pieces`` of theirs of one SKU, sent to ``country`` (ISO)."""

    account_id: int
    product_id: str
    sku_id: str
    country: str
    pieces: int


#: Who is told what is no longer sent somewhere.
Listener = Callable[[Question], None]
_listeners: list[Listener] = []


def known_options(listing: Listing, *, country: str, quantity: int = 1) -> tuple[DeliveryOption, ...] | None:
    """The ways to send ``quantity`` of our variant to ``country``, as the supplier said not long ago. Asks nobody.

    None if that is not known, an empty tuple if it does not go there.
    """
    return known_options_for([listing], country=country, quantity=quantity)[listing.pk]


def known_options_for(
    listings: Iterable[Listing], *, country: str, quantity: int = 1
) -> dict[int, tuple[DeliveryOption, ...] | None]:
    """``known_options`` of many listings (by id), in one query."""
    asked = {listing.pk: (listing, _question(listing, country, quantity)) for listing in listings}
    answers = _believed({question for listing, question in asked.values() if listing.ships_to(question.country)})
    return {
        pk: answers.get(question) if listing.ships_to(question.country) else ()
        for pk, (listing, question) in asked.items()
    }


def last_known_options_for(
    listings: Iterable[Listing], *, country: str, quantity: int = 1
) -> dict[int, tuple[DeliveryOption, ...] | None]:
    """The same whatever its age, in one query: a price must not come and go with the freshness of an answer."""
    asked = {listing.pk: _question(listing, country, quantity) for listing in listings}
    answers = _stored(set(asked.values()), since=None)
    return {pk: answers.get(question) for pk, question in asked.items()}


def known_options_of(pairs: Iterable[tuple[Listing, int]], *, country: str) -> list[tuple[DeliveryOption, ...] | None]:
    """``known_options`` of each (listing, quantity), in their order, in one query."""
    asked = [(listing, _question(listing, country, quantity)) for listing, quantity in pairs]
    answers = _believed({question for listing, question in asked if listing.ships_to(question.country)})
    return [answers.get(question) if listing.ships_to(question.country) else () for listing, question in asked]


def look_up(listing: Listing, *, country: str, quantity: int = 1) -> tuple[DeliveryOption, ...] | None:
    """Ask the supplier, within ``DELIVERY_LOOK_UP_S`` and the account's limits, keep its answer and return it.

    Makes network calls: not inside a transaction. None if it cannot be told now.
    """
    question = _question(listing, country, quantity)
    if not listing.ships_to(question.country):
        return ()
    if listing.account.provider not in PROVIDERS:
        return None
    try:
        # However many visitors look around, what is left of a minute belongs to purchases and tracking.
        ratelimit.take_place(listing.account, ratelimit.VISITORS, patience_s=0)
        with done_within(settings.DELIVERY_LOOK_UP_S):
            return _ask(listing.account, question)
    except SupplierError as exc:
        logger.info(
            "freight not told account=%s product=%s code=%s", question.account_id, question.product_id, exc.code
        )
        return None


def when_stopped(listener: Listener) -> None:
    """Have ``listener`` told, in the transaction that keeps the answer, of goods that a supplier sent to a country so
    far and does not send there any more. Adding it again is nothing.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def keep(question: Question, options: Sequence[FreightOption]) -> tuple[DeliveryOption, ...]:
    """Store ``options`` as the supplier's answer to ``question`` in the place of what it said before."""
    with transaction.atomic():
        has_stopped = not options and _rows_of(question).filter(ships=True).exists()
        kept = _store(question, options)
        if has_stopped:
            for listener in _listeners:
                listener(question)
    return kept


def _store(question: Question, options: Sequence[FreightOption]) -> tuple[DeliveryOption, ...]:
    now = timezone.now()
    rows = [_row(question, option, now) for option in _one_of_each(options)] or [_no_way(question, now)]
    updated = ["ships", "name", "fee", "currency", "tracked", "min_days", "max_days", "ship_from", "checked_at"]
    keys = ["account", "external_product_id", "external_sku_id", "country", "quantity", "service"]
    with transaction.atomic():
        FreightQuote.objects.bulk_create(rows, update_conflicts=True, unique_fields=keys, update_fields=updated)
        _rows_of(question).filter(checked_at__lt=now).delete()
    return tuple(_option(row) for row in rows if row.ships)


def want(listings: Iterable[Listing], *, country: str, quantity: int = 1) -> None:
    """Note that somebody wants to know, so that the answer is kept fresh."""
    for listing in listings:
        _rows_of(_question(listing, country, quantity)).update(wanted_at=timezone.now())


def remember(question: Question, options: Sequence[FreightOption]) -> None:
    """``keep`` for whoever asked for another reason: not being able to keep an answer must not stop them."""
    try:
        keep(question, options)
    except DatabaseError:
        logger.exception("freight quote not kept account=%s product=%s", question.account_id, question.product_id)


class _Way(Protocol):
    """A way to send goods, as just read or as stored."""

    @property
    def service(self) -> str: ...
    @property
    def fee(self) -> Money: ...
    @property
    def tracked(self) -> bool: ...


_W = TypeVar("_W", bound=_Way)


def choose_freight(options: tuple[_W, ...], preferred: str) -> _W | None:
    """The preferred service if it is offered, else the cheapest tracked one, else the cheapest."""
    by_service = {option.service: option for option in options}
    if preferred in by_service:
        return by_service[preferred]
    ordered = sorted(options, key=lambda option: (not option.tracked, option.fee.amount, option.service))
    return ordered[0] if ordered else None


def refresh(*, limit: int = 40, seconds: float = 20.0) -> int:
    """Ask again for what is wanted and getting old, the oldest first. Returns how many questions were answered.

    Makes network calls: at most ``limit``, none begun after ``seconds``. What cannot be told now waits for next time.
    """
    stop_at = time.monotonic() + seconds
    answered = 0
    silent: set[int] = set()
    for question, account in _getting_old(limit):
        if time.monotonic() > stop_at:
            break
        if account.pk in silent:
            continue
        try:
            _ask(account, question)
        except Transient:
            silent.add(account.pk)
        except SupplierError:
            # Its answer would be the same every time, and stand in the way of others: until somebody wants it anew.
            _rows_of(question).update(wanted_at=timezone.now() - timedelta(days=WANTED_DAYS + 1))
        else:
            answered += 1
    return answered


def purge() -> int:
    """Delete quotes that are old and that nobody has wanted lately, or that could not be renewed for long."""
    now = timezone.now()
    unwanted = Q(wanted_at__lt=now - timedelta(days=WANTED_DAYS), checked_at__lt=_believed_since(now))
    deleted, _kinds = FreightQuote.objects.filter(unwanted | Q(checked_at__lt=now - timedelta(days=KEPT_DAYS))).delete()
    return deleted


def _getting_old(limit: int) -> list[tuple[Question, SupplierAccount]]:
    now = timezone.now()
    usable = SupplierAccount.objects.filter(health=SupplierAccount.Health.OK, provider__in=PROVIDERS)
    accounts = {account.pk: account for account in usable.exclude(paused_until__gt=now)}
    mapped = Listing.objects.filter(
        account=OuterRef("account"),
        external_product_id=OuterRef("external_product_id"),
        external_sku_id=OuterRef("external_sku_id"),
        is_active=True,
    )
    names = ("account_id", "external_product_id", "external_sku_id", "country", "quantity")
    rows = (
        FreightQuote.objects.filter(Exists(mapped), account__in=accounts)
        .order_by()
        .values_list(*names)
        .annotate(checked=Min("checked_at"), wanted=Max("wanted_at"))
        .filter(
            checked__lt=now - timedelta(hours=settings.FREIGHT_QUOTE_HOURS * _REFRESH_AT),
            wanted__gte=now - timedelta(days=WANTED_DAYS),
        )
        .order_by("checked", *names)[:limit]
    )
    return [(Question(*row[:5]), accounts[row[0]]) for row in rows]


def _ask(account: SupplierAccount, question: Question) -> tuple[DeliveryOption, ...]:
    """Ask and keep the answer. Raises ``SupplierError`` if there is none."""
    try:
        options = adapter_for(account).fetch_freight(
            question.product_id,
            question.sku_id,
            quantity=question.pieces,
            country=question.country,
            currency=account.currency,
        )
    except Rejected as exc:
        if exc.refusal not in _NOT_THERE:
            raise
        if exc.refusal == Refusal.SKU_GONE:
            return _store(question, ())  # That is no word about the country.
        options = ()
    return keep(question, options)


def _question(listing: Listing, country: str, quantity: int) -> Question:
    return Question(
        account_id=listing.account_id,
        product_id=listing.external_product_id,
        sku_id=listing.external_sku_id,
        country=country.upper(),
        pieces=quantity * listing.quantity_per_unit,
    )


def _believed(questions: set[Question]) -> dict[Question, tuple[DeliveryOption, ...]]:
    """The answers that are believed still; a question without one is missing."""
    return _stored(questions, since=_believed_since(timezone.now()))


def _stored(questions: set[Question], *, since: datetime | None) -> dict[Question, tuple[DeliveryOption, ...]]:
    if not questions:
        return {}
    rows = FreightQuote.objects.filter(
        account__in={question.account_id for question in questions},
        external_product_id__in={question.product_id for question in questions},
        country__in={question.country for question in questions},
        quantity__in={question.pieces for question in questions},
    )
    if since is not None:
        rows = rows.filter(checked_at__gte=since)
    answers: dict[Question, tuple[DeliveryOption, ...]] = {}
    for row in rows.order_by("fee", "service"):
        question = Question(row.account_id, row.external_product_id, row.external_sku_id, row.country, row.quantity)
        if question in questions:
            answers[question] = (*answers.get(question, ()), *([_option(row)] if row.ships else []))
    return answers


def _believed_since(now: datetime) -> datetime:
    return now - timedelta(hours=settings.FREIGHT_QUOTE_HOURS)


def _rows_of(question: Question) -> QuerySet[FreightQuote]:
    return FreightQuote.objects.filter(
        account=question.account_id,
        external_product_id=question.product_id,
        external_sku_id=question.sku_id,
        country=question.country,
        quantity=question.pieces,
    )


def _one_of_each(options: Sequence[FreightOption]) -> list[FreightOption]:
    """The cheapest option of each service, as far as a purchase could name that service."""
    by_service: dict[str, FreightOption] = {}
    for option in sorted(options, key=lambda option: (option.fee.amount, option.service)):
        if len(option.service) <= _SERVICE_LENGTH:
            by_service.setdefault(option.service, option)
    return list(by_service.values())


def _row(question: Question, option: FreightOption, now: datetime) -> FreightQuote:
    row = _no_way(question, now)
    row.ships, row.service, row.name = True, option.service, option.name[:120]
    row.fee, row.currency = option.fee.rounded().amount, option.fee.currency
    row.tracked, row.ship_from = option.tracked, option.ship_from[:2]
    row.min_days, row.max_days = option.min_days, option.max_days
    return row


def _no_way(question: Question, now: datetime) -> FreightQuote:
    """The row that says: it does not go there."""
    return FreightQuote(
        account_id=question.account_id,
        external_product_id=question.product_id,
        external_sku_id=question.sku_id,
        country=question.country,
        quantity=question.pieces,
        ships=False,
        checked_at=now,
    )


def _option(row: FreightQuote) -> DeliveryOption:
    if row.fee is None:
        raise ValueError(f"freight quote {row.pk} ships without a fee")
    return DeliveryOption(
        service=row.service,
        name=row.name,
        fee=Money(row.fee, row.currency),
        tracked=row.tracked,
        min_days=row.min_days,
        max_days=row.max_days,
        ship_from=row.ship_from,
        checked_at=row.checked_at,
    )
