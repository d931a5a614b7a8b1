"""What a visitor's session remembers: the basket, and the orders that were placed from it.

There are no customer accounts: owning the session (or an order's link) is what lets somebody see an order.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from fulfillment.models import Order, OrderLink
from fulfillment.states import OrderStatus

_BASKET, _ORDERS = "basket", "orders"
#: A session is one row that is read with every page: it keeps the latest orders only.
_MAX_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Basket:
    """One variant and how many of it. ``key`` is the checkout's: with the same key there is only one order."""

    sku: str
    quantity: int
    key: str


def basket(session: SessionBase) -> Basket | None:
    """The session's basket, or None if nothing waits to be checked out."""
    kept = session.get(_BASKET)
    return Basket(**kept) if kept else None


def fill_basket(session: SessionBase, *, sku: str, quantity: int) -> Basket:
    """Put ``quantity`` of ``sku`` into the basket.

    The same choice again (a double click, a second tab, a reload) keeps its key and so its order, as long as that
    order can still be paid.
    """
    kept = basket(session)
    if kept and (kept.sku, kept.quantity) == (sku, quantity) and not _is_used_up(kept.key):
        return kept
    return _store(session, Basket(sku, quantity, secrets.token_urlsafe(24)))


def renew_basket(session: SessionBase) -> None:
    """The same choice under a new key: the order made with the old one cannot be paid any more."""
    kept = basket(session)
    if kept:
        _store(session, replace(kept, key=secrets.token_urlsafe(24)))


def empty_basket(session: SessionBase, order: Order) -> None:
    """Forget the basket if ``order`` is what became of it; a newer choice stays."""
    kept = basket(session)
    if kept and kept.key == order.checkout_key:
        del session[_BASKET]


def remember_order(session: SessionBase, order: Order, token: str | None = None) -> None:
    """Let this session see ``order``; ``token`` is the order's link where the visitor came with one."""
    orders: dict[str, str | None] = session.get(_ORDERS, {})
    if orders.get(order.number) is None:
        orders[order.number] = token
    session[_ORDERS] = dict(list(orders.items())[-_MAX_ORDERS:])


def owns(session: SessionBase, number: str) -> bool:
    """Whether the order with this number was placed, or opened by its link, in this session."""
    return number in session.get(_ORDERS, {})


def latest_order_number(session: SessionBase) -> str:
    """The number of the order this session placed last, or nothing."""
    return next(reversed(session.get(_ORDERS, {})), "")


def link_token(session: SessionBase, order: Order) -> str:
    """The token of the session's own link to ``order``, minted when it is first needed."""
    orders: dict[str, str | None] = session.get(_ORDERS, {})
    token = orders.get(order.number)
    if token is None:
        token = OrderLink.mint(order)
        remember_order(session, order, token)
    return token


def _store(session: SessionBase, new: Basket) -> Basket:
    kept: dict[str, Any] = asdict(new)
    session[_BASKET] = kept
    return new


def _is_used_up(key: str) -> bool:
    status = Order.objects.filter(checkout_key=key).values_list("status", flat=True).first()
    return status not in (None, OrderStatus.AWAITING_PAYMENT)
