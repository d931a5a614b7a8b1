"""Listings whose SKU came to mean something else: kept with both meanings until staff decide."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.drift import Drift
from catalog.models import Listing, MappingDrift
from catalog.shelf import refresh_variants
from shop.errors import DomainError

_STATUS = MappingDrift.Status


class AlreadyDecided(DomainError):
    """Somebody has decided, or mapped the listing anew, in the meantime."""

    code = "already_decided"


def note(listing: Listing, drift: Drift) -> MappingDrift:
    """Sell and buy nothing through ``listing`` until staff have decided about ``drift``. Again is harmless."""
    with transaction.atomic():
        row, _is_new = MappingDrift.objects.update_or_create(
            listing=listing,
            status=_STATUS.OPEN,
            defaults={
                "external_product_id": listing.external_product_id,
                "external_sku_id": listing.external_sku_id,
                "then": listing.fingerprint,
                "now": drift.now,
                "changes": [asdict(change) for change in drift.changes],
            },
        )
        if Listing.objects.filter(pk=listing.pk, drifted_at__isnull=True).update(drifted_at=timezone.now()):
            refresh_variants([listing.variant_id])
    listing.refresh_from_db(fields=["drifted_at"])
    return row


def accept(row: MappingDrift, *, actor: str) -> None:
    """What the SKU means now is what shall be bought: compare with that from now on. Raises ``AlreadyDecided``."""
    with transaction.atomic():
        listing = _decide(row, _STATUS.ACCEPTED, actor)
        if (listing.external_product_id, listing.external_sku_id) != (row.external_product_id, row.external_sku_id):
            raise AlreadyDecided(_("The listing has been mapped to something else."))
        listing.fingerprint = row.now
        listing.external_sku_attr = str(row.now.get("sku_text") or listing.external_sku_attr)
        listing.drifted_at = None
        listing.save(update_fields=["fingerprint", "external_sku_attr", "drifted_at"])
        refresh_variants([listing.variant_id])


def retire(row: MappingDrift, *, actor: str) -> None:
    """Buy nothing through the listing any more; others of the variant go on. Raises ``AlreadyDecided``."""
    with transaction.atomic():
        listing = _decide(row, _STATUS.RETIRED, actor)
        listing.is_active, listing.drifted_at = False, None
        listing.save(update_fields=["is_active", "drifted_at"])
        refresh_variants([listing.variant_id])


def close_remapped(listing: Listing, *, actor: str = "system") -> None:
    """The listing has been mapped to another SKU, or anew: what it was before is of no interest. Saves no listing."""
    MappingDrift.objects.filter(listing=listing, status=_STATUS.OPEN).update(
        status=_STATUS.REMAPPED, decided_at=timezone.now(), decided_by=actor
    )


def _decide(row: MappingDrift, status: str, actor: str) -> Listing:
    listing = Listing.objects.select_for_update(no_key=True).get(pk=row.listing_id)
    decided = MappingDrift.objects.filter(pk=row.pk, status=_STATUS.OPEN).update(
        status=status, decided_at=timezone.now(), decided_by=actor
    )
    if not decided:
        raise AlreadyDecided(_("This has been decided already."))
    row.refresh_from_db()
    return listing
