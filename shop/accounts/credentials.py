"""What an account is opened with, changed by whoever proves anew to be its owner: the password and the addresses.

The API calls these where the pages call allauth's views; forms, mails and signals are the same.
"""

from __future__ import annotations

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm
from allauth.account.internal.flows.manage_email import can_mark_as_primary, emit_email_changed
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from shop.accounts.forms import ChangePasswordForm
from shop.accounts.registering import NotLetIn, check_code, has_second_factor, within_limits
from shop.errors import DomainError


class CannotChange(DomainError):
    """What was typed cannot be taken. ``errors``: field -> messages for people."""

    code = "invalid_request"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(_("This cannot be changed so."), fields=sorted(errors))
        self.errors = errors


class AddressInUse(DomainError):
    """``is_primary``: that address is needed. ``not_confirmed``: mails cannot go there yet."""

    code = "is_primary"


def prove(request: HttpRequest, user: User, *, password: str, code: str = "") -> None:
    """Let ``user``, who is logged in, show once more who they are. Raises ``NotLetIn``.

    Codes: ``bad_credentials``, ``second_factor_required``, ``too_many_tries``.
    """
    within_limits(request, "reauthenticate", user=user)
    if not user.check_password(password):
        raise NotLetIn(_("The password is wrong."))
    if has_second_factor(user):
        if not code:
            raise NotLetIn(_("This account has a second factor: send its code as well."), code="second_factor_required")
        check_code(request, user, code)


def change_password(request: HttpRequest, user: User, *, password: str, new_password: str) -> None:
    """Give ``user`` a new password, which ends every session and device. Raises ``CannotChange`` and ``NotLetIn``."""
    within_limits(request, "change_password", user=user)
    typed = {"oldpassword": password, "password1": new_password, "password2": new_password}
    form = ChangePasswordForm(data=typed, user=user)
    if not form.is_valid():
        raise _refused(form, {"oldpassword": "password", "password1": "new_password", "password2": "new_password"})
    form.save()
    get_adapter().send_notification_mail("account/email/password_changed", user)
    signals.password_changed.send(sender=user.__class__, request=request, user=user)


def addresses_of(user: User) -> list[EmailAddress]:
    """The account's e-mail addresses, confirmed or not, the one that mails go to first."""
    return list(EmailAddress.objects.filter(user=user).order_by("-primary", "email"))


def add_address(request: HttpRequest, user: User, *, email: str) -> None:
    """Add ``email`` to the account; a mail asks to confirm it. Raises ``CannotChange`` and ``NotLetIn``.

    An address that another account has gets a mail that says so, and the answer is the same.
    """
    within_limits(request, "manage_email", user=user)
    form = AddEmailForm(data={"email": email}, user=user)
    if not form.is_valid():
        raise _refused(form, {})
    address = form.save(request)
    if address.pk:
        signals.email_added.send(sender=EmailAddress, request=request, user=user, email_address=address)


def remove_address(request: HttpRequest, user: User, *, email: str) -> bool:
    """Take ``email`` off the account. False if it has no such address. Raises ``AddressInUse``."""
    address = _find(user, email)
    if address is None:
        return False
    adapter = get_adapter()
    if not adapter.can_delete_email(address):
        raise AddressInUse(_("Mails go to this address. Choose another one for them first."))
    address.remove()
    signals.email_removed.send(sender=EmailAddress, request=request, user=user, email_address=address)
    adapter.send_notification_mail("account/email/email_deleted", user, {"deleted_email": address.email})
    return True


def make_primary(request: HttpRequest, user: User, *, email: str) -> bool:
    """Have mails go to ``email``. False if the account has no such address. Raises ``AddressInUse``."""
    address = _find(user, email)
    if address is None:
        return False
    if not can_mark_as_primary(address):
        raise AddressInUse(_("Confirm this address first, by the link in the mail."), code="not_confirmed")
    before = EmailAddress.objects.filter(user=user, primary=True).first()
    address.set_as_primary()
    emit_email_changed(request, before, address)
    return True


def _find(user: User, email: str) -> EmailAddress | None:
    return EmailAddress.objects.filter(user=user, email=email.strip().lower()).first()


def _refused(form: AddEmailForm | ChangePasswordForm, names: dict[str, str]) -> CannotChange:
    return CannotChange({names.get(name, name): [str(m) for m in found] for name, found in form.errors.items()})
