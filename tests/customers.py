"""Customers with accounts, the mails they get, and the links in these."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from shop import outbox

PASSWORD = "a short sentence of mine"


def customer(email: str = "ada@example.com", *, confirmed: bool = True, **fields: Any) -> User:
    """An account with this address."""
    user = User.objects.create_user(f"customer-{email}", email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=confirmed, primary=True)
    return user


def browser_of(user: User) -> Client:
    """A browser in which ``user`` has just logged in."""
    client = Client()
    response = log_in(client, user.email)
    assert response.status_code == 302, response.content.decode()
    return client


def sign_up(client: Client, email: str = "ada@example.com", password: str = PASSWORD) -> Any:
    return client.post("/account/signup/", {"email": email, "password1": password})


def log_in(client: Client, email: str = "ada@example.com", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": password, **more})


def reauthenticate(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/account/reauthenticate/?next=/account/data/", {"password": password})


def mails() -> list[Any]:
    """Every mail that was sent, after the worker has sent what waits."""
    for mail_id in outbox.unsent():
        outbox.send(mail_id)
    return list(mail.outbox)


def link_in(message: Any, part: str) -> str:
    """The path of the first link in a mail with ``part`` in it."""
    found = re.search(r"https?://[^/\s]+(\S*" + re.escape(part) + r"\S*)", message.body)
    assert found, message.body
    return found[1]
