"""Closing an account: what it kept goes at once, orders keep what was sold and what it cost.

An order that is still under way, may be sent back, or has money open keeps what delivering and settling it needs, and
is erased by the sweep when that has ended.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import islice

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from fulfillment.models import Order
from fulfillment.personal_data import StillNeeded, erase_personal_data, why_needed, without_needed
from fulfillment.returns import may_return
from fulfillment.transitions import record
from shop.accounts.models import OutgoingMail, StockWatch
from shop.accounts.orders import guest_orders, join_guest_orders
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: So many orders are erased by one sweep.
_AT_ONCE = 200


class IsStaff(DomainError):
    """An account of staff is closed by staff: its name stands in the histories of orders."""

    code = "is_staff"


@dataclass(frozen=True, slots=True)
class Closed:
    """How many orders were erased at once, and how many will be when nobody needs them any more."""

    erased: int
    waiting: int


def close_account(user: User) -> Closed:
    """Delete the account with all it kept, and erase who its orders were for. Raises ``IsStaff``."""
    if user.is_staff or user.is_superuser:
        raise IsStaff(_("An account of staff cannot be closed here."))
    with transaction.atomic():
        # Nobody may add an order, an address or a session meanwhile and have it left behind.
        user = User.objects.select_for_update().get(pk=user.pk)
        # What was ordered as a guest since the last login is the customer's, too.
        while join_guest_orders(user):
            pass
        addresses = _own_addresses(user)
        order_ids = list(Order.objects.filter(customer=user).order_by("pk").values_list("pk", flat=True))
        Order.objects.filter(pk__in=order_ids, personal_data_erased_at=None).update(
            customer=None, erasure_wanted_at=timezone.now()
        )
        for order_id in order_ids:
            record(order_id, "order.erasure_wanted", actor="customer")
        OutgoingMail.objects.filter(to__in=addresses).delete()
        StockWatch.objects.filter(email__in=addresses).delete()
        Token.objects.filter(user=user).delete()
        Session.objects.filter(
            session_key__in=list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
        ).delete()
        user.delete()
    erased = sum(erase_order(order_id) for order_id in order_ids)
    logger.info("account closed orders=%s erased=%s", len(order_ids), erased)
    return Closed(erased, len(order_ids) - erased)


def erase_order(order_id: int) -> bool:
    """Erase an order whose customer has closed the account. False if it is still needed, or was erased."""
    order = Order.objects.filter(pk=order_id, erasure_wanted_at__isnull=False).first()
    if order is None or may_return(order):
        return False
    try:
        erased = erase_personal_data(order, actor="customer")
    except StillNeeded:
        return False
    Order.objects.filter(pk=order_id).update(erasure_wanted_at=None)
    return erased


def orders_to_erase() -> list[int]:
    """Ids of orders whose customers have closed their accounts and which nobody needs any more."""
    waiting = without_needed(Order.objects.filter(erasure_wanted_at__isnull=False))
    # All of them are looked at: those that can still be sent back for weeks must not keep later ones from their turn.
    rows = waiting.order_by("erasure_wanted_at", "pk").iterator(chunk_size=200)
    free = (order.pk for order in rows if not may_return(order) and not why_needed(order))
    return list(islice(free, _AT_ONCE))


def orders_still_needed(user: User) -> list[Order]:
    """The account's orders whose data would not go at once if it were closed now."""
    mine = Q(customer=user) | Q(pk__in=guest_orders(user))
    open_orders = Order.objects.filter(mine, personal_data_erased_at=None).order_by("-created_at", "-pk")
    return [order for order in open_orders if may_return(order) or why_needed(order)]


def _own_addresses(user: User) -> list[str]:
    """The account's e-mail addresses, confirmed or not; not those that somebody else has confirmed."""
    named = EmailAddress.objects.filter(user=user).values("email")
    of_others = EmailAddress.objects.filter(email__in=named, verified=True).exclude(user=user).values("email")
    return list(EmailAddress.objects.filter(user=user).exclude(email__in=of_others).values_list("email", flat=True))
