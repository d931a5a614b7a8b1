"""An app: it sends JSON, keeps the tokens it was given, and makes a new Idempotency-Key for each write."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from shop import devices

ROOT = "/api/v1/"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "123 Main St",
    "city": "New York",
    "province": "New York",
    "postcode": "10001",
    "country": "US",
    "phone": "+1 212 555 0123",
}


@dataclass
class App:
    """``headers`` go with every request: tokens, mostly."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(f"{ROOT}{path}", headers={**self.headers, **_named(headers)})

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> HttpResponse:
        """A write; ``key`` is its Idempotency-Key, a new one if it is left out."""
        return self.client.generic(
            method,
            f"{ROOT}{path}",
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers={**self.headers, "Idempotency-Key": key or secrets.token_hex(8), **_named(headers)},
        )

    def post(self, path: str, body: Any = None, **options: str) -> HttpResponse:
        return self.send("POST", path, body, **options)

    def log_in(self, user: User) -> None:
        self.headers["Authorization"] = f"Bearer {devices.open_device(user).access}"

    # --- a guest's purchase, step by step

    def buy_now(self, sku: str, quantity: int = 1) -> dict[str, Any]:
        """The direct basket; its token goes with every request from now on."""
        basket = self.post("buy-now/", {"sku": sku, "quantity": quantity})
        assert basket.status_code == 201, basket.content
        self.headers["Basket-Token"] = basket.json()["token"]
        return basket.json()

    def quote(self, **changes: Any) -> dict[str, Any]:
        answer = self.post("basket/quote/", {"country": "US", **changes})
        assert answer.status_code == 200, answer.content
        return answer.json()

    def order_body(self, quote: dict[str, Any], **changes: Any) -> dict[str, Any]:
        body = {
            "email": "ada@example.com",
            "address": ADDRESS,
            "seen_total": quote["totals"]["total"],
            "stamp": quote["stamp"],
        }
        return {**body, **changes}

    def order(self, **changes: Any) -> dict[str, Any]:
        """The order; its token goes with every request from now on."""
        answer = self.post("basket/order/", self.order_body(self.quote(), **changes))
        assert answer.status_code == 201, answer.content
        self.headers["Order-Token"] = answer.json()["token"]
        return answer.json()


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
