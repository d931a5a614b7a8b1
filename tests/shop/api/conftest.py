"""The order call as another program makes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.factories import SupplierAccountFactory

PATH = "/api/orders/aliexpress"


def body(**changes: Any) -> dict[str, Any]:
    """The guide's order call, to the supplier in memory; ``changes`` replace or (``None``) drop members."""
    members: dict[str, Any] = {
        "product": {"productId": "1234567890", "skuId": "12000040000010101"},
        "quantity": 1,
        "shippingAddress": {
            "firstName": "John", "lastName": "Doe", "address": "123 Main St", "city": "New York", "state": "NY",
            "zipCode": "10001", "country": "US", "phone": "+1234567890", "email": "john@example.com",
        },
        "customerName": "John Doe",
        "customerEmail": "john@example.com",
        "customerPhone": "+1234567890",
        "supplier": "fake",
        **changes,
    }  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def address(**changes: Any) -> dict[str, Any]:
    """The guide's shipping address with ``changes``."""
    members = {**body()["shippingAddress"], **changes}
    return {name: value for name, value in members.items() if value is not None}


@pytest.fixture
def caller(db) -> User:
    """A user who may place orders with suppliers."""
    user = User.objects.create_user("warehouse")
    user.user_permissions.add(Permission.objects.get(codename="place_supplier_order"))
    return user


@pytest.fixture
def headers(caller) -> dict[str, str]:
    return {"Authorization": f"Token {Token.objects.create(user=caller).key}"}


@pytest.fixture
def account(db, supplier):
    """An account at the supplier in memory."""
    return SupplierAccountFactory(provider="fake", mode="sandbox")


Post = Callable[..., HttpResponse]


@pytest.fixture
def post(client: Client, headers, settings) -> Post:
    """Makes the order call; a text is sent as it is, keyword arguments are further headers."""
    settings.ORDER_CALL_WAIT_S = 0

    def send(data: Any, **more: str) -> HttpResponse:
        raw = data if isinstance(data, str | bytes) else json.dumps(data)
        extra = {name.replace("_", "-"): value for name, value in more.items()}
        return client.post(PATH, raw, content_type="application/json", headers={**headers, **extra})

    return send
