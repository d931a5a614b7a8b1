"""Who may open what, generated from all addresses of the shop: the admin's and the older guides'."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from rest_framework.authtoken.models import Token

from tests.addresses import routes
from tests.staff import staff, superuser

pytestmark = pytest.mark.django_db

#: What lets people out of the admin, or serves its scripts their words.
_OPEN_ADMIN = {"admin:logout", "admin:jsi18n"}
#: What every member of staff may open: the first page, the search, one's own password, lists of what one may see.
_ANY_STAFF = {
    "admin:index", "admin:search", "admin:password_change", "admin:password_change_done", "admin:app_list",
    "admin:toggle_sidebar", "admin:logout", "admin:jsi18n",
}  # fmt: skip


def addresses() -> Iterator[tuple[str, str]]:
    """(name with its namespace, address) of every pattern."""
    for route in routes():
        yield route.name, route.path()


ADMIN = sorted({one for one in addresses() if one[1].startswith("/admin/") and one[1] != "/admin/login/"}, key=str)
GUIDES = sorted({one for one in addresses() if re.match("/api/(orders/|aliexpress)", one[1])})


def ids(rows: list[tuple[str, str]]) -> list[str]:
    return [name for name, _address in rows]


@pytest.mark.parametrize(("name", "address"), ADMIN, ids=ids(ADMIN))
def test_admin_is_closed_to_strangers_and_to_customers(name: str, address: str) -> None:
    customer = Client()
    customer.force_login(User.objects.create_user("customer-1"))

    for client in (Client(), customer):
        for method in (client.get, client.post):
            answer = method(address)
            if name not in _OPEN_ADMIN:
                assert answer.status_code in (302, 404), answer.content[:200]
                assert answer.status_code == 404 or "/login/" in answer["Location"]


@pytest.mark.parametrize(("name", "address"), ADMIN, ids=ids(ADMIN))
def test_staff_without_a_permission_open_nothing_of_the_admin(name: str, address: str) -> None:
    client = Client()
    client.force_login(staff())

    for method in (client.get, client.post):
        if name not in _ANY_STAFF:
            assert method(address).status_code in (302, 403, 404, 405)


@pytest.mark.parametrize(("name", "address"), ADMIN, ids=ids(ADMIN))
def test_typed_address_of_the_admin_breaks_nothing(name: str, address: str) -> None:
    assert superuser().get(address).status_code < 500


@pytest.mark.parametrize(("name", "address"), GUIDES, ids=ids(GUIDES))
def test_older_guides_addresses_want_a_key_with_the_permission(name: str, address: str) -> None:
    without = Token.objects.create(user=User.objects.create_user("program")).key

    for headers, status in (({}, 401), ({"Authorization": f"Token {without}"}, 403)):
        for method in ("get", "post"):
            answer = getattr(Client(), method)(address, headers=headers)
            assert answer.status_code == status


def test_every_address_here_reaches_what_it_is_made_from() -> None:
    # Django writes a nested pattern without its mark of beginning.
    missed = {route.text for route in routes() if resolve(route.path()).route != re.sub(r"(?<=/)\^", "", route.text)}

    # The shop's own page of that name stands before it.
    assert missed == {"account/^confirm-email/(?P<key>[-:\\w]+)/$"}


def test_lists_are_not_empty() -> None:
    assert len(ADMIN) > 100
    assert len(GUIDES) >= 5
