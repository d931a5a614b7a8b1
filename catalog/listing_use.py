"""What staff do with one listing: ask its supplier now, and switch it off and on."""

from __future__ import annotations

import logging

from django.db import transaction

from catalog import shelf
from catalog.models import Listing, WatchedProduct
from catalog.syncing import runs
from integrations.http import done_within

logger = logging.getLogger(__name__)

#: Somebody waits for the answer.
_PATIENCE_S = 15.0


def check_now(listing: Listing) -> int:
    """Ask the supplier about the listing's product in this moment. How many changes were found.

    Makes network calls, for some seconds at most. Raises ``DomainError``: it could not be read, nothing was changed.
    """
    watched, _is_new = WatchedProduct.objects.get_or_create(
        account=listing.account, external_product_id=listing.external_product_id
    )
    with done_within(_PATIENCE_S):
        return runs.check_now(watched)


def switch(listing: Listing, *, in_use: bool, actor: str) -> None:
    """Sell and buy through ``listing`` from now on, or no more. The second of two that say the same changes nothing."""
    with transaction.atomic():
        changed = Listing.objects.filter(pk=listing.pk, is_active=not in_use).update(is_active=in_use)
        if changed:
            shelf.refresh_variants([listing.variant_id])
            logger.info("listing switched listing=%s in_use=%s actor=%s", listing.pk, in_use, actor)
