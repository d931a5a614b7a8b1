"""Looking for goods to import: the supplier's search with our filters, and what of it the shop knows already."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from django.db.models import Case, When

from catalog import sourcing
from catalog.importing.doubles import listings_of
from catalog.importing.pictures import local_origins, origin_of
from catalog.models import StagedProduct
from integrations import ratelimit
from integrations.errors import SupplierError, Transient
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import SearchHit

#: Where the search does not tell how long goods take, so many products are asked for themselves, for no longer.
MAX_LOOK_UPS = 20
LOOK_UP_S = 15.0


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A hit, and where the shop has it: ``staged_id`` if it was imported, ``product_id`` if it is sold."""

    hit: SearchHit
    staged_id: int | None = None
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """``days_unknown``: so many hits were left out because nobody could tell their delivery time."""

    products: tuple[FoundProduct, ...]
    searched: int
    has_more: bool
    days_unknown: int = 0


def find(account: SupplierAccount, wanted: sourcing.ProductSearch) -> Findings:
    """Search at the supplier. Makes network calls; raises what ``sourcing.search`` raises."""
    most = wanted.max_ship_days
    found = sourcing.search(account, replace(wanted, max_ship_days=None))
    hits, unknown = list(found.hits), 0
    if most is not None:
        hits = _with_days(account, hits, country=wanted.country)
        unknown = sum(hit.ship_days is None for hit in hits)
        hits = [hit for hit in hits if hit.ship_days is not None and hit.ship_days <= most]
    return Findings(_known(account, hits), found.searched, found.has_more, unknown)


def picture_origins(account: SupplierAccount, findings: Findings) -> set[str]:
    """From where a browser may load the pictures of ``findings``: https, or the emulator on this machine."""
    allowed = local_origins(account)
    origins = {origin_of(product.hit.image_url, allowed) for product in findings.products}
    return {origin for origin in origins if origin}


def _with_days(account: SupplierAccount, hits: list[SearchHit], *, country: str) -> list[SearchHit]:
    ends_at, asked, answered = time.monotonic() + LOOK_UP_S, 0, list[SearchHit]()
    adapter = adapter_for(account)
    is_closed = False
    for hit in hits:
        if hit.ship_days is not None or is_closed or asked >= MAX_LOOK_UPS or time.monotonic() > ends_at:
            answered.append(hit)
            continue
        asked += 1
        try:
            ratelimit.take_place(account, ratelimit.IMPORTS, patience_s=0)
            product = adapter.fetch_product(hit.product_id, country=country, currency=account.currency)
        except Transient:
            is_closed = True
            answered.append(hit)
        except SupplierError:
            answered.append(hit)
        else:
            answered.append(replace(hit, ship_days=product.ship_days))
    return answered


def _known(account: SupplierAccount, hits: list[SearchHit]) -> tuple[FoundProduct, ...]:
    ids = [hit.product_id for hit in hits]
    staged = {
        external_id: (pk, product_id)
        for external_id, pk, product_id in StagedProduct.objects.filter(
            account=account, external_product_id__in=ids
        ).values_list("external_product_id", "pk", "product_id")
    }
    sold = dict(
        listings_of(account, ids)
        # What is bought through this very account comes last and counts.
        .annotate(is_own=Case(When(account=account, then=1), default=0))
        .order_by("is_own", "-pk")
        .values_list("external_product_id", "variant__product_id")
    )
    return tuple(
        FoundProduct(
            hit,
            staged_id=staged.get(hit.product_id, (None, None))[0],
            product_id=staged.get(hit.product_id, (None, None))[1] or sold.get(hit.product_id),
        )
        for hit in hits
    )
