"""What one look at a supplier says about listings, in plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import ChangeKind, Listing
from catalog.stock import storable
from integrations.errors import MalformedReply
from integrations.types import ProductSnapshot, SkuSnapshot

_CENT = Decimal("0.01")
_FEW = 2
_MOST_COST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What a supplier says about one listing. ``cost`` (in ``currency``) and ``stock`` are of one of *their* pieces;
    None: not told, what is known stays. ``quantity_limit`` is what shall stand there, told or kept. ``gone`` is the
    kind of change if it cannot be bought at all any more. ``replaces_currency``: the cost is written anew in the
    account's currency, where it was kept in another one. ``is_doubted``: so much is gone at once that a person looks.
    """

    listing_id: int
    cost: Decimal | None = None
    currency: str = ""
    stock: int | None = None
    quantity_limit: int | None = None
    gone: str = ""
    replaces_currency: bool = False
    is_doubted: bool = False


def readings_of(
    product: ProductSnapshot,
    listings: Iterable[Listing],
    *,
    limits: Mapping[str, int | None] | None = None,
    is_doubted: bool = False,
) -> list[Reading]:
    """What ``product`` says about ``listings``, which all buy it. ``limits`` are what was told last, by SKU id.

    ``is_doubted``: that a SKU is gone is not believed yet (``lacks_most``).

    Raises ``MalformedReply`` for an answer that is not whole: without any SKU, priced in another currency than before,
    or with a word for the product's state that is in no list. Nothing may be concluded from such a one.
    """
    listings = list(listings)
    if product.unknown_status:
        text = _("The supplier's word for the product's state is not known: “%(word)s”. Nothing was changed.")
        raise MalformedReply(text % {"word": product.unknown_status[:64]}, field="status")
    if not product.orderable:
        return gone_readings(listings, ChangeKind.PRODUCT_GONE)
    if not product.skus:
        raise MalformedReply(_("The supplier's answer names no SKU at all."), field="skus")
    by_id = {sku.sku_id: sku for sku in product.skus}
    readings = [_reading(listing, by_id, limits or {}) for listing in listings]
    return [replace(one, is_doubted=True) if one.gone and is_doubted else one for one in readings]


def lacks_most(product: ProductSnapshot, listings: Iterable[Listing]) -> bool:
    """Whether more than half of the SKUs that ``listings`` buy, and two at least, are not in the answer.

    No seller drops so much at once: more likely the answer is not whole.
    """
    bought = {listing.external_sku_id for listing in listings if listing.external_sku_id}
    missing = bought - {sku.sku_id for sku in product.skus}
    return len(missing) >= _FEW and len(missing) * 2 > len(bought)


def gone_readings(listings: Iterable[Listing], kind: ChangeKind) -> list[Reading]:
    """That none of ``listings`` can be bought any more, for the reason ``kind``."""
    return [Reading(listing.pk, gone=kind.value) for listing in listings]


def _reading(listing: Listing, by_id: Mapping[str, SkuSnapshot], limits: Mapping[str, int | None]) -> Reading:
    sku = by_id.get(listing.external_sku_id)
    if sku is None and not listing.external_sku_id and len(by_id) == 1:
        sku = next(iter(by_id.values()))  # Mapped by the product alone, which has one SKU.
    if sku is None:
        return Reading(listing.pk, gone=ChangeKind.SKU_GONE.value)
    return reading_of(listing, sku, told_last=limits.get(sku.sku_id))


def reading_of(listing: Listing, sku: SkuSnapshot, *, told_last: int | None) -> Reading:
    """What ``sku`` says about ``listing``, which buys it. ``told_last`` is the limit that was told before.

    Raises ``MalformedReply`` for a price that nothing may be concluded from.
    """
    # In the account's currency was asked: a cost that was kept in another one may be replaced, but by no third one.
    if listing.cost is not None and sku.price.currency not in (listing.currency, listing.account.currency):
        text = _("The supplier answers in %(told)s, the cost is kept in %(kept)s.")
        raise MalformedReply(text % {"told": sku.price.currency, "kept": listing.currency}, field="currency")
    cost = sku.price.rounded().amount.quantize(_CENT)
    if not 0 <= cost < _MOST_COST:
        raise MalformedReply(_("The supplier tells a price that cannot be one."), field="price")
    return Reading(
        listing.pk,
        cost=cost,
        currency=sku.price.currency,
        stock=storable(sku.stock),
        quantity_limit=_limit(listing, sku, told_last),
        replaces_currency=sku.price.currency == listing.account.currency,
    )


def _limit(listing: Listing, sku: SkuSnapshot, told_last: int | None) -> int | None:
    """The limit that is told. If none is, one that the supplier set before ends, and one that staff typed stays."""
    if sku.quantity_limit is not None:
        return storable(sku.quantity_limit)
    return None if listing.quantity_limit == told_last else listing.quantity_limit
