"""Supplier pictures for staff's pages, and what can be seen on them."""

from __future__ import annotations

import logging
import time

from catalog.drift import Look
from catalog.images import MAX_BYTES, BadPicture
from catalog.importing.pictures import local_origins, origin_of
from catalog.picture_marks import mark_of
from integrations.http import deadline_of_call
from integrations.models import SupplierAccount
from integrations.public_fetch import NotFetched, fetch_public

logger = logging.getLogger(__name__)

#: A purchase or a person waits for it.
TIMEOUT_S = 5.0


def looking_for(account: SupplierAccount) -> Look:
    """What takes marks of ``account``'s pictures. Each call makes a network call: not inside a transaction."""
    allowed = local_origins(account)

    def look(url: str) -> str | None:
        # A visitor who waits for more than this picture gets no longer a wait from it.
        timeout_s = min(TIMEOUT_S, deadline_of_call() - time.monotonic())
        if timeout_s <= 0:
            return None
        try:
            return mark_of(fetch_public(url, max_bytes=MAX_BYTES, timeout_s=timeout_s, allowed=allowed).body)
        except (NotFetched, BadPicture) as exc:
            logger.info("supplier picture not seen account=%s why=%s", account.pk, exc.code)
            return None

    return look


class PictureOrigins:
    """Which supplier pictures a page shows, and from which origins its browser must be allowed to load them.

    Only these are opened, for this one answer: the policy of all other pages stays as it is.
    """

    def __init__(self) -> None:
        self._origins: set[str] = set()

    def shown(self, account: SupplierAccount, url: str) -> str:
        """``url`` if a browser may load it, else nothing."""
        origin = origin_of(url, local_origins(account)) if url else ""
        if origin:
            self._origins.add(origin)
        return url if origin else ""

    @property
    def policy(self) -> dict[str, list[str]]:
        """What to add to the answer's Content-Security-Policy."""
        return {"img-src": sorted(self._origins)} if self._origins else {}
