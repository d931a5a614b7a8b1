"""What becomes of a listing after a reading: pure, over plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.models import ChangeKind, SyncAction, SyncChange
from catalog.syncing.readings import Reading

_K, _A, _S = ChangeKind, SyncAction, SyncChange.Status

GONE = (_K.SKU_GONE.value, _K.PRODUCT_GONE.value, _K.SHIPPING_GONE.value)
PRICES = (_K.PRICE_UP.value, _K.PRICE_DOWN.value)
STOCKS = (_K.OUT_OF_STOCK.value, _K.BACK_IN_STOCK.value)
#: What a reading may end while it waits. A cost that waits is overtaken by the next one only, and that goods are not
#: sent to a country is said by answers about freight too, which a reading does not know of.
ENDABLE = frozenset((*STOCKS, _K.SKU_GONE.value, _K.PRODUCT_GONE.value))


@dataclass(frozen=True, slots=True)
class Present:
    """A listing as it stands, with what stands around it. ``stock`` is less what orders keep of it."""

    listing_id: int
    variant_id: int
    product_id: int
    category_id: int
    account_id: int
    external_product_id: str
    external_sku_id: str
    quantity_per_unit: int
    cost: Decimal | None
    currency: str
    stock: int | None
    quantity_limit: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """One change, what is done about it, and whether the listing is not sold until staff have decided.

    ``stock`` is what would stand there if the shop followed; None where the change is not about stock.
    """

    kind: str
    action: str
    status: str
    withholds: bool = False
    stock: int | None = None

    @property
    def family(self) -> tuple[str, ...]:
        """The kinds that a later change of this kind overtakes."""
        return next((kinds for kinds in (PRICES, STOCKS) if self.kind in kinds), (self.kind,))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written of a listing, and the changes to be noted.

    ``ends`` are the kinds of change that wait for staff and that the reading shows not to be so any more. ``is_fresh``:
    these are figures of the check; else they are older ones that stay, with the time of their own check.
    """

    cost: Decimal | None
    currency: str
    stock: int | None
    quantity_limit: int | None
    found: tuple[Found, ...] = field(default_factory=tuple)
    ends: frozenset[str] = frozenset()
    is_fresh: bool = True


def outcome(
    present: Present,
    reading: Reading,
    *,
    held: int = 0,
    is_withheld: bool = False,
    waiting: frozenset[str] = frozenset(),
    action_of: Callable[[str], str],
) -> Outcome:
    """What ``reading`` makes of ``present``.

    ``held`` pieces are promised to orders that the supplier does not know of yet: they are still in its figure and not
    ours to sell again. ``is_withheld``: staff have not yet decided about an earlier change, nothing is sold.
    ``waiting`` are the kinds of all changes of it that staff have not decided about.
    """
    if reading.gone and reading.is_doubted:
        return _doubted(present, reading.gone, waiting)
    if reading.gone:
        return _gone(present, reading.gone, action_of(reading.gone), waiting)
    cost, currency = present.cost, present.currency
    found: tuple[Found, ...] = ()
    if reading.cost is not None and (
        present.cost is None or present.currency == reading.currency or reading.replaces_currency
    ):
        cost, currency = reading.cost, reading.currency
        # In another currency than before it is neither more nor less.
        found = _priced(present, reading.cost, action_of) if present.currency == currency else ()
    stock = present.stock
    if reading.stock is not None and not is_withheld:
        stock, more = _stocked(present, max(0, reading.stock - held), action_of)
        found += more
    if is_withheld or any(one.withholds for one in found):
        stock = 0
    return Outcome(cost, currency, stock, reading.quantity_limit, found, _ended(waiting, reading, found))


def _ended(waiting: frozenset[str], reading: Reading, found: tuple[Found, ...]) -> frozenset[str]:
    """What waits and is not so any more, after a reading of a SKU that is there."""
    ended = waiting & ENDABLE
    if reading.stock is None or any(one.kind in STOCKS for one in found):
        ended -= set(STOCKS)
    return ended


def _gone(present: Present, kind: str, action: str, waiting: frozenset[str]) -> Outcome:
    status = {_A.NOTHING: _S.IGNORED, _A.ASK: _S.WAITING}.get(SyncAction(action), _S.DONE)
    # What is followed by one country less still goes elsewhere.
    stays = status != _S.DONE or (kind == _K.SHIPPING_GONE and action == _A.FOLLOW)
    stock = present.stock if stays else 0
    found = (Found(kind, action, status.value, stock=None if kind == _K.SHIPPING_GONE else 0),)
    # A refusal for a country says nothing about the goods themselves.
    ends = frozenset() if kind == _K.SHIPPING_GONE else waiting & ENDABLE - {kind}
    return Outcome(present.cost, present.currency, stock, present.quantity_limit, found, ends, is_fresh=not stays)


def _doubted(present: Present, kind: str, waiting: frozenset[str]) -> Outcome:
    """Perhaps it is gone: nothing is sold blindly, and nothing hidden or ended without a person, whatever the rule."""
    found = (Found(kind, _A.ASK.value, _S.WAITING.value, withholds=True, stock=0),)
    return Outcome(present.cost, present.currency, 0, present.quantity_limit, found, waiting & ENDABLE - {kind})


def _priced(present: Present, cost: Decimal, action_of: Callable[[str], str]) -> tuple[Found, ...]:
    if present.cost is None or present.cost == cost:
        return ()
    kind = (_K.PRICE_UP if cost > present.cost else _K.PRICE_DOWN).value
    action = action_of(kind)
    # The cost is a fact and always kept: margins are reckoned with it. The action is about our own price.
    status = {_A.FOLLOW: _S.DONE, _A.NOTHING: _S.IGNORED}.get(SyncAction(action), _S.WAITING)
    return (Found(kind, action, status.value, withholds=action in (_A.ZERO, _A.HIDE)),)


def _stocked(present: Present, stock: int, action_of: Callable[[str], str]) -> tuple[int | None, tuple[Found, ...]]:
    was_out = present.stock is not None and present.stock < present.quantity_per_unit
    is_out = stock < present.quantity_per_unit
    if was_out == is_out:
        return stock, ()
    kind = (_K.OUT_OF_STOCK if is_out else _K.BACK_IN_STOCK).value
    action = action_of(kind)
    status = {_A.NOTHING: _S.IGNORED, _A.ASK: _S.WAITING}.get(SyncAction(action), _S.DONE)
    change = Found(kind, action, status.value, stock=stock)
    return stock if status == _S.DONE else present.stock, (change,)
