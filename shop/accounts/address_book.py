"""A customer's addresses: several, one of them the default. They are checked by ``shop.addresses.clean_address``."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrations.types import Address
from shop.accounts.locks import lock_account
from shop.accounts.models import ADDRESS_COLUMNS, SavedAddress
from shop.errors import DomainError

MAX_ADDRESSES = 20
_NUMBERS = ("tax_id", "national_address")


class BookIsFull(DomainError):
    """Nobody needs so many addresses."""

    code = "too_many_addresses"


def addresses_of(user: User) -> QuerySet[SavedAddress]:
    """The book, the default first."""
    return SavedAddress.objects.filter(user=user)


def find(user: User, public_id: str) -> SavedAddress | None:
    """The address with this id, if it is in the customer's own book."""
    return SavedAddress.objects.filter(user=user, public_id=public_id).first()


def default_address(user: User) -> SavedAddress | None:
    """The address a checkout begins with."""
    return addresses_of(user).first()


def save_address(user: User, address: Address, *, is_default: bool = False) -> SavedAddress:
    """Put a checked ``address`` into the book; one that is there already stays there once. The first is the default.

    Raises ``BookIsFull``.
    """
    with transaction.atomic():
        lock_account(user)
        present = addresses_of(user)
        saved = present.filter(**_columns(address)).first()
        if saved is None:
            count = present.count()
            if count >= MAX_ADDRESSES:
                raise BookIsFull(_("An account keeps at most %(number)d addresses.") % {"number": MAX_ADDRESSES})
            saved = SavedAddress.objects.create(user=user, is_default=not count, **_columns(address))
        if is_default:
            _make_default(saved)
    return saved


def as_typed(saved: SavedAddress) -> dict[str, str]:
    """The address as somebody would type it into the checkout's form."""
    return {name: str(getattr(saved, name)) for name in ADDRESS_COLUMNS}


def change_address(saved: SavedAddress, address: Address, *, is_default: bool = False) -> None:
    """Replace what the entry says by a checked ``address``."""
    with transaction.atomic():
        lock_account(saved.user)
        columns = _columns(address)
        if address.country == saved.country:
            # Numbers that only some suppliers ask for are not on the book's form.
            columns |= {name: columns[name] or getattr(saved, name) for name in _NUMBERS}
        SavedAddress.objects.filter(pk=saved.pk).update(**columns)
        if is_default:
            _make_default(saved)


def make_default(saved: SavedAddress) -> None:
    """Let checkouts begin with this one."""
    with transaction.atomic():
        lock_account(saved.user)
        _make_default(saved)


def remove_address(saved: SavedAddress) -> None:
    """Take it out of the book; orders keep what they copied. The next one becomes the default if it was it."""
    with transaction.atomic():
        lock_account(saved.user)
        SavedAddress.objects.filter(pk=saved.pk).delete()
        rest = addresses_of(saved.user).first()
        if rest is not None and not rest.is_default:
            _make_default(rest)


def _make_default(saved: SavedAddress) -> None:
    SavedAddress.objects.filter(user_id=saved.user_id, is_default=True).exclude(pk=saved.pk).update(is_default=False)
    SavedAddress.objects.filter(pk=saved.pk).update(is_default=True)


def _columns(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in ADDRESS_COLUMNS}
