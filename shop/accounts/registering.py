"""Signing up, proving who one is, and asking for a new password: what the API calls instead of allauth's pages.

None of it tells whether an address is known. The mails need the request, for its language and its limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.core.internal import ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from shop.accounts import tries
from shop.accounts.forms import SignupForm
from shop.errors import DomainError


class CannotRegister(DomainError):
    """What was typed makes no account. ``errors``: field (``email``, ``password``) -> messages for people."""

    code = "bad_registration"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("The account could not be made.", fields=sorted(errors))
        self.errors = errors


class NotLetIn(DomainError):
    """Wrong address, password or code (``bad_credentials``), or too many tries (``too_many_tries``: ``data`` says in
    ``retry_after_s`` how long to wait).
    """

    code = "bad_credentials"


class NotConfirmed(DomainError):
    """The key of a mail confirms nothing (any more), or not by this password."""

    code = "key_unknown"


def register(request: HttpRequest, *, email: str, password: str) -> None:
    """Make an account whose address waits for its confirmation by the mail that goes to it.

    An address that has an account gets a mail that says so. Raises ``CannotRegister`` and ``NotLetIn``.
    """
    within_limits(request, "signup")
    form = SignupForm({"email": email, "password1": password})
    if not form.is_valid():
        names = {"password1": "password"}
        raise CannotRegister({names.get(name, name): [str(m) for m in found] for name, found in form.errors.items()})
    with transaction.atomic():
        if form.account_already_exists:
            User().set_password(password)  # Takes as long as the other way.
            address = EmailAddress(user=None, email=form.cleaned_data["email"])
        else:
            user = form.save(request)
            address = EmailAddress.objects.get(user_id=user.pk)
        send_verification_email_to_address(request, address, signup=True)


def confirm_address(request: HttpRequest, *, key: str, password: str) -> None:
    """Confirm the address to which ``key`` was mailed, for who knows the account's ``password`` (if it has one).

    Without it the owner of an address would open the account of a stranger who has named it. Nobody is logged in.
    Raises ``NotConfirmed``, and ``NotLetIn`` for too many tries.
    """
    confirmation = get_emailconfirmation_model().from_key(key)
    if confirmation is None:
        raise NotConfirmed(_("This key is used up or too old."))
    address = confirmation.email_address
    if address.user.has_usable_password():
        with _limited(request, email=address.email):
            is_proven = get_adapter(request).knows_password(
                request, address.user, email=address.email, password=password
            )
    else:
        is_proven = True
    if not is_proven or confirmation.confirm(request) is None:
        raise NotConfirmed(_("This key is used up or too old, or the password is another one."))


def check_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The account with this confirmed address and password. Raises ``NotLetIn``.

    Whoever lets somebody in has to ask ``has_second_factor`` as well.
    """
    user = _authenticated(request, password, email=email.strip())
    if user is None or not user.is_active:
        raise NotLetIn(str(get_adapter().error_messages["email_password_mismatch"]))
    return user


def check_staff_password(request: HttpRequest, *, name: str, password: str) -> User:
    """The same for a member of staff, by their name."""
    user = _authenticated(request, password, username=name)
    if user is None or not user.is_active or not user.is_staff:
        raise NotLetIn(_("The name or the password is wrong."))
    return user


def has_second_factor(user: User) -> bool:
    """Whether a password alone does not open the account."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def check_code(request: HttpRequest, user: User, code: str) -> None:
    """Accept a code of the authenticator app or a recovery code. Raises ``NotLetIn``."""
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        text = " ".join(str(message) for found in form.errors.values() for message in found)
        if form.has_error("code", "too_many_login_attempts"):
            raise _too_many(text, request, "login_failed", key=f"mfa-auth-user-{user.pk}")
        raise NotLetIn(text)
    form.authenticator.record_usage()


def ask_for_password_reset(request: HttpRequest, *, email: str) -> None:
    """Mail a link for a new password; an address without an account gets a mail that says so. Raises ``NotLetIn``."""
    within_limits(request, "reset_password", key=email.strip().lower())
    form = ResetPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)


def confirm_only_address(user: User) -> bool:
    """Confirm the one address of an account that has none confirmed: its mailbox has just been proven.

    Somebody else may have signed up with it; by the new password the account is its owner's.
    """
    addresses = list(EmailAddress.objects.filter(user=user)[:2])
    if len(addresses) != 1 or addresses[0].verified or not addresses[0].can_set_verified():
        return False
    addresses[0].verified = addresses[0].primary = True
    addresses[0].save(update_fields=["verified", "primary"])
    return True


def within_limits(request: HttpRequest, action: str, *, key: str | None = None, user: User | None = None) -> None:
    """Count one more ``action``, by allauth's limits. Raises ``NotLetIn``: ``too_many_tries``."""
    if not ratelimit.consume(request, app=tries.APP, action=action, key=key, user=user):
        raise _too_many(str(get_adapter().error_messages["rate_limited"]), request, action, key=key, user=user)


def _authenticated(request: HttpRequest, password: str, **login: str) -> User | None:
    with _limited(request, **login):
        user: User | None = get_adapter(request).authenticate(request, password=password, **login)
    return user


@contextmanager
def _limited(request: HttpRequest, **login: str) -> Iterator[None]:
    """Turn the adapter's refusal to look at one more password for ``login`` into ``NotLetIn``."""
    try:
        yield
    except forms.ValidationError as exc:
        key = get_adapter(request)._get_login_attempts_cache_key(request, **login)
        raise _too_many(" ".join(exc.messages), request, "login_failed", key=key) from exc


def _too_many(text: str, request: HttpRequest, action: str, *, key: str | None, user: User | None = None) -> NotLetIn:
    wait_s = tries.wait_s(request, action, key=key, user=user)
    return NotLetIn(text, code="too_many_tries", retry_after_s=wait_s)
