"""How an adapter reads the secrets of its account: one that cannot be read is the account's trouble, not a crash."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from integrations.crypto import UndecryptableValue
from integrations.errors import AccountUnusable

if TYPE_CHECKING:
    from integrations.models import SupplierAccount

logger = logging.getLogger(__name__)


@contextmanager
def readable(account: SupplierAccount) -> Iterator[None]:
    """Read secrets of ``account`` inside. Raises ``AccountUnusable`` with advice if one fits no key.

    Adapters promise ``SupplierError`` and nothing else: whoever calls them knows what to do then. Nothing was sent, and
    no call of this account will succeed before a person has brought the key back or entered the secret anew.
    """
    try:
        yield
    except UndecryptableValue as exc:
        logger.error("secret cannot be decrypted account=%s", account.pk)
        raise AccountUnusable(str(exc), code="secret_unreadable") from exc
