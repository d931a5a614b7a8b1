"""A last look at the supplier while the customer confirms: what was not checked lately is checked now, quickly."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from catalog.models import Listing, WatchedProduct
from catalog.syncing.checking import check
from integrations.http import done_within
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS
from shop.errors import DomainError

logger = logging.getLogger(__name__)


def needs_look(listing: Listing) -> bool:
    """Whether the listing (with its account) was checked so long ago that its supplier is asked again."""
    if settings.CHECKOUT_CHECK_MINUTES <= 0 or listing.account.provider not in PROVIDERS:
        return False
    if listing.account.health != SupplierAccount.Health.OK:
        return False
    before = timezone.now() - timedelta(minutes=settings.CHECKOUT_CHECK_MINUTES)
    return listing.checked_at is None or listing.checked_at < before


def look_again(listings: Iterable[Listing]) -> bool:
    """Check the products behind those of ``listings`` that need it, within ``CHECKOUT_CHECK_S`` for all of them.

    Makes network calls: not inside a transaction. What cannot be told in time stays as it is stored, and the check
    before buying asks once more. True if anything was checked: the caller reads again what it shows.
    """
    stop_at = time.monotonic() + settings.CHECKOUT_CHECK_S
    is_checked = False
    products = {(one.account_id, one.external_product_id) for one in listings if needs_look(one)}
    for account_id, product_id in sorted(products):
        left_s = stop_at - time.monotonic()
        if left_s <= 0:
            break
        watched, _is_new = WatchedProduct.objects.get_or_create(account_id=account_id, external_product_id=product_id)
        try:
            with done_within(left_s):
                check(watched)
        except DomainError as exc:
            logger.info("checkout: not checked account=%s product=%s code=%s", account_id, product_id, exc.code)
        else:
            is_checked = True
    return is_checked
