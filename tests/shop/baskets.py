"""What the checkout's page would send for a client's basket."""

from __future__ import annotations

from typing import Any

from django.test import Client

from shop import basket as baskets
from shop.checkout_page import stamp_of
from shop.models import Basket

TYPED = {
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "line1": "123 Main St", "line2": "",
    "city": "New York", "province": "NY", "postcode": "10001", "country": "US", "phone": "+1 212 555 0123",
}  # fmt: skip


def basket_of(client: Client, kind: str = "direct") -> Basket:
    return Basket.objects.get(public_id=client.session[kind])


def stamp(client: Client, kind: str = "direct") -> str:
    """The hidden field that names the basket's content."""
    basket = basket_of(client, kind)
    return stamp_of(basket, baskets.items_of(baskets.contents(basket)))


def submit(client: Client, *, kind: str = "direct", seen_total: str = "24.90", **changes: str) -> Any:
    """Send the checkout as the page would."""
    sent = {**TYPED, "basket": stamp(client, kind), "seen_total": seen_total, **changes}
    return client.post("/checkout/" + ("?of=cart" if kind == "cart" else ""), sent)
