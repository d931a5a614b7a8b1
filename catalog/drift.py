"""Whether a supplier's SKU still means what it meant when staff mapped it.

What is compared is the listing's ``fingerprint``, of which older ones hold less: what is not in it is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import picture_marks
from catalog.models import Listing
from catalog.words import split_words
from integrations.types import ProductSnapshot, SkuSnapshot

#: The mark of the picture at an address, None if it cannot be had. Makes a network call.
Look = Callable[[str], str | None]

#: Two titles of at least so many words each that share none are of two products; other changes of titles are daily.
_TITLE_WORDS = 3


_WORDS = {
    "title": _("title"),
    "options": _("options"),
    "sku_text": _("SKU text"),
    "picture": _("picture"),
    "price": _("price"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another now. ``what``: ``title``, ``options``, ``sku_text``, ``picture`` or ``price``.

    ``then`` and ``now`` are in words for staff; of a picture they are addresses.
    """

    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A SKU that means something else: what differs, and the fingerprint that it would have now."""

    changes: tuple[Change, ...]
    now: dict[str, Any]

    @property
    def in_words(self) -> str:
        text = gettext("%(what)s: “%(then)s” when mapped, now “%(now)s”")
        return "; ".join(
            text % {"what": _WORDS.get(change.what, change.what), "then": change.then, "now": change.now}
            for change in self.changes
        )


def fingerprint_of(product: ProductSnapshot, sku: SkuSnapshot, *, picture_mark: str | None = None) -> dict[str, Any]:
    """What ``sku`` of ``product`` means now: title, option texts, picture and price, as JSON.

    ``picture_mark`` is the mark of what its picture shows, if somebody has looked.
    """
    factor = settings.MAPPING_PRICE_FACTOR
    found: dict[str, Any] = {
        "title": product.title,
        "options": [list(pair) for pair in sku.options],
        "sku_text": sku.sku_attr,
        "price": {
            "amount": str(sku.price.amount),
            "currency": sku.price.currency,
            "low": str((sku.price.amount / factor).quantize(Decimal("0.01"))),
            "high": str((sku.price.amount * factor).quantize(Decimal("0.01"))),
        },
    }
    if url := picture_of(product, sku):
        found["picture"] = {"url": url, **({"mark": picture_mark} if picture_mark else {})}
    return found


def picture_of(product: ProductSnapshot, sku: SkuSnapshot) -> str:
    """The address of the SKU's own picture, else of the product's first; empty if there is none."""
    return sku.image_url or next(iter(product.image_urls), "")


def check(
    listing: Listing, product: ProductSnapshot, *, sku: SkuSnapshot | None = None, look: Look | None = None
) -> Drift | None:
    """How the SKU of ``listing`` in ``product`` (just read) differs from what was mapped; None if it does not.

    ``sku`` is given where it is known under another id. None as well if the product no longer has the SKU, which is
    *gone* and not drifted, or if nothing was kept to compare with. ``look`` is asked only for a picture whose address
    has changed, and makes a network call then; without it another address counts as another picture.
    """
    sku = sku or product.sku(listing.external_sku_id)
    if sku is None:
        return None
    then = listing.fingerprint
    text = listing.external_sku_attr
    mark = _Lazily(look)
    found = [
        _changed_title(then.get("title"), product.title),
        _changed_options(then.get("options"), sku.options),
        Change("sku_text", text, sku.sku_attr) if text and text != sku.sku_attr else None,
        _changed_picture(then.get("picture"), picture_of(product, sku), mark),
        _changed_price(then.get("price"), sku),
    ]
    changes = tuple(change for change in found if change)
    if not changes:
        return None
    return Drift(changes, fingerprint_of(product, sku, picture_mark=mark.seen))


class _Lazily:
    """Looks at a picture when somebody wants to know, and remembers what was seen."""

    def __init__(self, look: Look | None) -> None:
        self._look = look
        self.seen: str | None = None

    def __call__(self, url: str) -> str | None:
        self.seen = self._look(url) if self._look else None
        return self.seen


def _changed_title(then: Any, now: str) -> Change | None:
    before, after = set(split_words(str(then or ""))), set(split_words(now))
    if min(len(before), len(after)) < _TITLE_WORDS or before & after:
        return None
    return Change("title", str(then), now)


def _changed_options(then: Any, now: Iterable[tuple[str, str]]) -> Change | None:
    pairs = [(str(name), str(value)) for name, value in then or ()]
    if not pairs or _folded(pairs) == _folded(now):
        return None
    return Change("options", _options_text(pairs), _options_text(now))


def _folded(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without case and in a fixed order: a supplier that writes ``white`` for ``White`` sells the same."""
    return sorted((_fold(name), _fold(value)) for name, value in pairs)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _options_text(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in pairs)


def _changed_picture(then: Any, now: str, mark: _Lazily) -> Change | None:
    known = then if isinstance(then, Mapping) else {}
    url = str(known.get("url") or "")
    if not url or not now or picture_marks.address_key(url) == picture_marks.address_key(now):
        return None
    kept = known.get("mark")
    seen = mark(now)
    if kept and seen and picture_marks.distance(str(kept), seen) <= picture_marks.SAME_UP_TO:
        return None
    return Change("picture", url, now)


def _changed_price(then: Any, sku: SkuSnapshot) -> Change | None:
    band = then if isinstance(then, Mapping) else {}
    try:
        low, high = Decimal(str(band.get("low"))), Decimal(str(band.get("high")))
    except InvalidOperation:
        return None
    price = sku.price
    if band.get("currency") != price.currency or low <= price.amount <= high:
        return None
    return Change("price", f"{band.get('amount')} {price.currency}", str(price))
