"""What allauth tells: an address was confirmed, somebody logged in. Each is handed to a function of ours."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset, user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from shop.accounts.orders import join_guest_orders
from shop.accounts.registering import confirm_only_address
from shop.accounts.wishes import take_over_wishes


@receiver(email_confirmed)
def on_email_confirmed(*, email_address: EmailAddress, **kwargs: Any) -> None:
    join_guest_orders(email_address.user)


@receiver(user_logged_in)
def on_logged_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    join_guest_orders(user)
    take_over_wishes(request.session, user)


@receiver(password_reset)
def on_password_reset(*, user: User, **kwargs: Any) -> None:
    if confirm_only_address(user):
        join_guest_orders(user)
