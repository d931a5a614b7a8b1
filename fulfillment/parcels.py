"""Which listing serves which line, what goes into one parcel, and in which ways that parcel can be sent.

Reads what is stored and asks nobody outside, except ``look_up_unknown``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from catalog import delivery
from catalog.availability import Need, needs, usable_listings
from catalog.delivery import DeliveryOption
from catalog.models import BundlePart, Listing, Variant
from fulfillment.shipping_prices import price_by, rate_for
from shop.money import Money

#: No further question is asked of a supplier after this: somebody waits for the page.
LOOK_UP_PATIENCE_S = 4.0
#: A parcel offers this many ways of sending at most.
_MAX_WAYS = 5

#: Says whether a listing may serve an item; the checkout takes its stock with it.
Take = Callable[[Listing, int], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """What a customer wants: a variant with its listings at hand, and how many."""

    variant: Variant
    quantity: int

    @property
    def total(self) -> Money:
        return (self.variant.unit_price * self.quantity).rounded()


@dataclass(frozen=True, slots=True)
class Served:
    """An item or a ``part`` of it, the listing from which it is bought, and the ways of sending it as far as known."""

    item: Item
    listing: Listing
    options: tuple[DeliveryOption, ...] | None
    part: BundlePart | None = None

    @property
    def quantity(self) -> int:
        """How many of *ours* are bought from the listing."""
        return self.item.quantity * (self.part.quantity if self.part else 1)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of sending a parcel, at the price the *customer* pays.

    ``service`` is the supplier's word, empty while its ways are not known; days are None where it does not tell.
    """

    service: str
    name: str
    price: Money
    tracked: bool
    min_days: int | None
    max_days: int | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one supplier account sends. ``ways`` has the default first; none: it does not go there after all."""

    key: str
    account_id: int
    content: tuple[Served, ...]
    ways: tuple[Way, ...]
    chosen: Way | None
    is_known: bool

    @property
    def titles(self) -> list[str]:
        """What is in it: a bundle by its name if it is complete, else by those of its parts that are."""
        found = []
        for item in items_in(self.content):
            parts = [one.part for one in self.content if one.item is item and one.part]
            if not parts or len(parts) == len(needs(item.variant)):
                found.append(item.variant.title)
            else:
                found += [f"{item.variant.title}: {part.variant.title}" for part in parts]
        return found


class WayNotOffered(Exception):
    """A way of sending was chosen that is not offered (any more) for the parcel ``key``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parcel_key(account_id: int) -> str:
    """A name for an account's parcel that tells nothing of the account."""
    return salted_hmac("fulfillment.parcels", str(account_id)).hexdigest()[:16]


def serve(items: Sequence[Item], country: str, *, take: Take | None = None) -> tuple[list[Served], list[Item]]:
    """A listing for each item, and the items that none can serve to ``country``.

    Staff's priorities decide; among equals an account that serves more of the order, so that fewer parcels are sent.
    What a supplier is known not to send there is not tried. A bundle is served with all of its parts or not at all;
    what ``take`` took for one that is not stays taken: the caller's transaction gives it back.
    """
    wanted = {id(item): needs(item.variant, item.quantity) for item in items}
    pool = _Pool([need for found in wanted.values() for need in found], country, take)
    served: list[Served] = []
    unserved: list[Item] = []
    for item in items:
        found = [(need, pool.pick(need)) for need in wanted[id(item)]]
        complete = [Served(item, listing, pool.options(listing, need), need.part) for need, listing in found if listing]
        if complete and len(complete) == len(found):
            served += complete
        else:
            unserved.append(item)
    return served, unserved


def items_in(served: Iterable[Served]) -> list[Item]:
    """The items of ``served``, each once."""
    return list({id(one.item): one.item for one in served}.values())


class _Pool:
    """The listings that come into question for all that is wanted, with what is known of their delivery."""

    def __init__(self, wanted: Sequence[Need], country: str, take: Take | None) -> None:
        self._take = take
        self._candidates = {
            id(need): usable_listings(need.variant, country=country, quantity=need.quantity) for need in wanted
        }
        pairs = [(listing, need.quantity) for need in wanted for listing in self._candidates[id(need)]]
        answers = delivery.known_options_of(pairs, country=country) if pairs else ()
        self._known = dict(zip(pairs, answers, strict=True))
        self._popularity = Counter(
            account for group in self._candidates.values() for account in {listing.account_id for listing in group}
        )

    def options(self, listing: Listing, need: Need) -> tuple[DeliveryOption, ...] | None:
        return self._known[listing, need.quantity]

    def pick(self, need: Need) -> Listing | None:
        ordered = sorted(
            (listing for listing in self._candidates[id(need)] if self.options(listing, need) != ()),
            key=lambda listing: (listing.priority, -self._popularity[listing.account_id], listing.pk),
        )
        take = self._take
        return next((one for one in ordered if take is None or take(one, need.quantity)), None)


def pack(
    served: Sequence[Served], *, country: str, chosen: Mapping[str, str] | None = None, strict: bool = True
) -> tuple[Parcel, ...]:
    """The parcels of ``served`` (at least one), by account, with their ways as far as they are known.

    ``chosen``: parcel key -> service. Raises ``WayNotOffered`` for another service than the parcel's, unless not
    ``strict``: then the parcel goes the default way. One query, whatever there is to send.
    """
    first, *others = (item.total for item in items_in(served))
    items = sum(others, first)
    rate = rate_for(country, items.currency)
    groups: dict[int, list[Served]] = {}
    for one in served:
        groups.setdefault(one.listing.account_id, []).append(one)
    parcels = []
    for account_id, content in groups.items():
        key = parcel_key(account_id)
        together = _together([one.options for one in content])
        if together is None:
            ways: tuple[Way, ...] = (_way(None, price_by(rate, None, items=items)),)
        else:
            ways = _offered(together, lambda option: price_by(rate, option, items=items), _preferred(content))
        wanted = (chosen or {}).get(key, "")
        way = next((way for way in ways if wanted and way.service == wanted), None)
        if wanted and way is None and strict:
            raise WayNotOffered(key)
        parcels.append(
            Parcel(key, account_id, tuple(content), ways, way or next(iter(ways), None), together is not None)
        )
    return tuple(parcels)


def look_up_unknown(served: Iterable[Served], country: str) -> None:
    """Ask the suppliers how they send what is not known yet, for a few seconds at most.

    Makes network calls: not inside a transaction. What cannot be told now stays unknown.
    """
    until = time.monotonic() + LOOK_UP_PATIENCE_S
    silent: set[int] = set()
    for one in served:
        if one.options is not None or one.listing.account_id in silent:
            continue
        if time.monotonic() > until:
            return
        if delivery.look_up(one.listing, country=country, quantity=one.quantity) is None:
            silent.add(one.listing.account_id)


def _together(answers: Sequence[tuple[DeliveryOption, ...] | None]) -> tuple[DeliveryOption, ...] | None:
    """The ways that serve all of a parcel's lines: the supplier asks a fee for each line, the slowest line counts.

    None if one line's ways are not known, or if the lines have no way in common.
    """
    if any(answer is None for answer in answers):
        return None
    by_line = [{option.service: option for option in answer or ()} for answer in answers]
    common = [service for service in by_line[0] if all(service in options for options in by_line[1:])]
    if not common and all(by_line):
        return None
    return tuple(_sum([options[service] for options in by_line]) for service in common)


def _sum(options: Sequence[DeliveryOption]) -> DeliveryOption:
    first = options[0]
    if len(options) == 1 or len({option.fee.currency for option in options}) > 1:
        return first
    return DeliveryOption(
        service=first.service,
        name=first.name,
        fee=sum((option.fee for option in options[1:]), first.fee),
        tracked=all(option.tracked for option in options),
        min_days=_longest([option.min_days for option in options]),
        max_days=_longest([option.max_days for option in options]),
        ship_from=first.ship_from,
        checked_at=min(option.checked_at for option in options),
    )


def _longest(days: Sequence[int | None]) -> int | None:
    known = [number for number in days if number is not None]
    return max(known) if len(known) == len(days) else None


def _preferred(content: Sequence[Served]) -> str:
    """The service that staff chose for all of the parcel's listings, if it is one and the same."""
    services = {one.listing.shipping_service for one in content}
    return services.pop() if len(services) == 1 else ""


def _offered(
    options: Sequence[DeliveryOption], price_of: Callable[[DeliveryOption], Money], preferred: str
) -> tuple[Way, ...]:
    """The default way, then those that a customer may want instead.

    The default is what would be bought without any choice. Another way is offered only if the customer pays for what
    it costs more, and if it is cheaper or faster for them.
    """
    if not options:
        return ()
    ordered = sorted(options, key=lambda option: (not option.tracked, option.fee.amount, option.service))
    default = next((option for option in ordered if option.service == preferred), ordered[0])
    ways = [_way(default, price_of(default))]
    for option in ordered:
        if option is default or option.fee.currency != default.fee.currency:
            continue
        price, dearer = price_of(option), option.fee.amount - default.fee.amount
        pays_more = price.amount - ways[0].price.amount
        is_faster = option.max_days is not None and (default.max_days is None or option.max_days < default.max_days)
        if pays_more >= dearer and (pays_more < 0 or is_faster):
            ways.append(_way(option, price))
    return (ways[0], *sorted(ways[1:], key=lambda way: way.price.amount)[: _MAX_WAYS - 1])


def _way(option: DeliveryOption | None, price: Money) -> Way:
    if option is None:
        return Way("", "", price, tracked=False, min_days=None, max_days=None)
    return Way(option.service, option.name, price, option.tracked, option.min_days, option.max_days)
