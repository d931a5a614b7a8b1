"""The wish list. A visitor's wish waits in the session until they have logged in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Listing, Product, Variant
from shop.accounts.models import Wish
from shop.errors import DomainError

MAX_WISHES = 200
_WAITING = "wishes"
_MAX_WAITING = 20


class ListIsFull(DomainError):
    """Somebody wishes for a whole shop."""

    code = "too_many_wishes"


def wishes_of(user: User) -> QuerySet[Wish]:
    """The customer's wishes for what the shop still shows, newest first, with what a page shows of them."""
    shown = Wish.objects.filter(
        user=user, variant__is_active=True, variant__product__status=Product.Status.ACTIVE
    ).select_related("variant__product")
    return shown.prefetch_related(
        Prefetch("variant__listings", Listing.objects.filter(is_active=True)), "variant__product__images"
    )


def add_wish(user: User, variant: Variant) -> Wish:
    """Put ``variant`` on the list; adding it again is nothing. Raises ``ListIsFull``."""
    present = Wish.objects.filter(user=user, variant=variant).first()
    if present:
        return present
    if Wish.objects.filter(user=user).count() >= MAX_WISHES:
        raise ListIsFull(_("A wish list holds at most %(number)d things.") % {"number": MAX_WISHES})
    return Wish.objects.get_or_create(user=user, variant=variant)[0]


def remove_wish(user: User, sku: str) -> None:
    """Take the variant with this SKU off the list."""
    Wish.objects.filter(user=user, variant__sku=sku).delete()


def keep_until_login(session: SessionBase, variant: Variant) -> None:
    """Remember a visitor's wish until they have logged in or signed up in this session."""
    waiting = [sku for sku in session.get(_WAITING, []) if sku != variant.sku]
    session[_WAITING] = [*waiting, variant.sku][-_MAX_WAITING:]


def take_over_wishes(session: SessionBase, user: User) -> None:
    """Put what waited in the session on the list of who has just logged in."""
    skus = session.pop(_WAITING, [])
    for variant in Variant.objects.filter(sku__in=skus):
        try:
            add_wish(user, variant)
        except ListIsFull:
            return
