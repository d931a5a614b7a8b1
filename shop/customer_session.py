"""What a visitor's session remembers: which baskets are theirs, and the orders that were placed from them.

There are no customer accounts: owning the session (or an order's link) is what lets somebody see an order.
"""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from fulfillment.models import Order, OrderLink
from shop import basket
from shop.models import Basket

_ORDERS = "orders"
_BASKETS: dict[str, str] = {Basket.Kind.CART.value: "cart", Basket.Kind.DIRECT.value: "direct"}
#: A session is one row that is read with every page: it keeps the latest orders only.
_MAX_ORDERS = 20


def cart_id(session: SessionBase) -> str:
    """The id of the visitor's cart, or nothing."""
    return str(session.get(_BASKETS[Basket.Kind.CART], ""))


def find_basket(session: SessionBase, kind: str) -> Basket | None:
    """The session's basket of that kind, or None. Only the session says which one is the visitor's."""
    public_id = session.get(_BASKETS[kind])
    return basket.find(public_id) if isinstance(public_id, str) else None


def keep_basket(session: SessionBase, kept: Basket) -> None:
    """Let this session own ``kept``."""
    if session.get(_BASKETS[kept.kind]) != kept.public_id:
        session[_BASKETS[kept.kind]] = kept.public_id


def open_cart(session: SessionBase) -> Basket:
    """The visitor's cart, made when it is first needed."""
    cart = find_basket(session, Basket.Kind.CART) or basket.open_cart()
    keep_basket(session, cart)
    return cart


def empty_basket(session: SessionBase, order: Order) -> None:
    """Take out of the visitor's baskets what the paid ``order`` has bought; a newer choice stays."""
    for kind, key in _BASKETS.items():
        public_id = session.get(key, "")
        if Basket.objects.filter(public_id=public_id, checkout_key=order.checkout_key).exists():
            found = find_basket(session, kind)
            if kind == Basket.Kind.DIRECT and found is not None and not found.lines.exists():
                del session[key]


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


def purge() -> int:
    """Delete sessions that have expired. Their number is not known: 0."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0
