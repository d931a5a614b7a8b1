"""Which orders belong to an account."""

from __future__ import annotations

import logging

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from fulfillment.models import Order
from fulfillment.transitions import record

logger = logging.getLogger(__name__)

#: So many orders join at once; more is no customer.
_MAX_JOINED = 500


def orders_of(user: User) -> QuerySet[Order]:
    """The account's orders, newest first."""
    return Order.objects.filter(customer=user).order_by("-created_at", "-pk")


def confirmed_addresses(user: User) -> list[str]:
    """The e-mail addresses that are proven to be the account's."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True)
    return list(confirmed.order_by("-primary", "pk").values_list("email", flat=True))


def guest_orders(user: User) -> list[int]:
    """Ids of orders made as a guest, with an address that ``user`` has confirmed, that have not joined yet."""
    addresses = confirmed_addresses(user)
    if not addresses:
        return []
    wanted = Q()
    for email in addresses:
        wanted |= Q(email__iexact=email)
    guests = Order.objects.filter(wanted, customer=None, source=Order.Source.STOREFRONT, erasure_wanted_at=None)
    # Compared once more to the letter: to a database a dotless i may be an i, and another mailbox is another person.
    known = {email.lower() for email in addresses}
    found = guests.filter(personal_data_erased_at=None).order_by("pk").values_list("pk", "email")
    return [pk for pk, email in found[:_MAX_JOINED] if email.lower() in known]


def join_guest_orders(user: User) -> int:
    """Let orders that were made as a guest, with an address that ``user`` has confirmed, belong to the account.

    Joining again is nothing, and an order that belongs to somebody stays theirs. How many joined.
    """
    count = 0
    for order_id in guest_orders(user):
        with transaction.atomic():
            if Order.objects.filter(pk=order_id, customer=None).update(customer=user):
                record(order_id, "order.joined_account", actor="customer")
                count += 1
    if count:
        logger.info("guest orders joined user=%s orders=%s", user.pk, count)
    return count
