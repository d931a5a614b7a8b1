"""Encryption of secrets at rest: Fernet with keys of its own (``FIELD_ENCRYPTION_KEYS``), the first one encrypting.

Older keys stay in the list until ``manage.py rotate_token_keys`` has sealed everything anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

#: What the floors above have sealed (``also_reseal``): this one does not know it.
resealers: list[Callable[[], int]] = []


def also_reseal(work: Callable[[], int]) -> None:
    """Have ``work`` seal its secrets anew with every rotation; it returns how many. Adding it again is nothing."""
    if work not in resealers:
        resealers.append(work)


class UndecryptableValue(ImproperlyConfigured):
    """A stored secret fits none of the configured keys. Never read as "no secret"."""


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def seal(secret: str) -> str:
    """``secret`` encrypted, as text for the database; an empty text stays empty."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret behind ``sealed``. Raises ``UndecryptableValue`` with advice if no key fits."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as exc:
        raise UndecryptableValue(
            "A stored secret cannot be decrypted with FIELD_ENCRYPTION_KEYS. Add the key it was written with to the "
            "end of that list, or enter the secret anew."
        ) from exc


def sealed_at(sealed: str) -> datetime | None:
    """When ``sealed`` was written, aware UTC; None if it is empty or fits no key."""
    try:
        return datetime.fromtimestamp(_fernet().extract_timestamp(sealed.encode()), UTC) if sealed else None
    except InvalidToken:
        return None


def reseal(sealed: str) -> str:
    """The same secret under the first key."""
    return seal(unseal(sealed))
