"""How allauth behaves in this shop: mails through the outbox, addresses from our settings, nothing given away."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, cast

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.crypto import seal, unseal
from integrations.models import new_public_id
from shop import outbox
from shop.limits import client_address


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by e-mail address.

    An account whose address is not confirmed cannot log in, and the answer is that to a wrong password: otherwise
    signing up and then logging in would tell whether somebody else had the address before.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The email address or the password is wrong, or the address has not been confirmed yet. In that case "
            "there is a mail from us in its mailbox."
        ),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = cast("User | None", super().authenticate(request, **credentials))
        if user is None or not self._may_enter(request, user, credentials):
            return None  # Stays counted as a failure, as it would be for an address that somebody else has.
        super()._rollback_login_failed_rl_usage()
        return user

    def knows_password(self, request: HttpRequest, user: User, *, email: str, password: str) -> bool:
        """Whether ``password`` is that of the account which asks to have ``email`` confirmed; tries are counted as
        those of a login are. Raises a form's ``ValidationError`` for too many.
        """
        self.pre_authenticate(request, email=email)
        if not user.is_active or not user.check_password(password):
            return False
        super()._rollback_login_failed_rl_usage()
        return True

    def _may_enter(self, request: HttpRequest, user: User, credentials: dict[str, Any]) -> bool:
        """Whether the password was shown together with what opens this account: staff's name, or a confirmed address.

        Both together are asked of who is logged in already (``reauthenticate``).
        """
        if "email" not in credentials:
            # allauth takes an address for a name as well, be it confirmed or not.
            return user.is_staff and user.get_username() == credentials.get("username")
        if "username" in credentials or not user.is_active:
            return True
        email = credentials["email"].lower()
        address = EmailAddress.objects.filter(user=user, email=email).first()
        if address is not None and address.verified:
            return True
        send_verification_email_to_address(request, address or EmailAddress.objects.create(user=user, email=email))
        return False

    def _rollback_login_failed_rl_usage(self) -> None:
        """Not yet: ``authenticate`` decides whether it was a failure."""

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """A name that tells nothing: people log in by their address, which may change."""
        user.username = user.username or f"customer-{new_public_id()}"

    def get_client_ip(self, request: HttpRequest) -> str:
        address = client_address(request)
        try:
            return str(ip_address(address))
        except ValueError:
            return "0.0.0.0"  # noqa: S104 - nobody listens there: it stands for an address that is not known

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        subject, text, html = self.texts(template_prefix, {"email": email, **context})
        outbox.post(to=email, subject=subject, text=text, html=html)

    def texts(self, prefix: str, context: dict[str, Any]) -> tuple[str, str, str]:
        """(subject, text, HTML) of a mail. One without a template of its own for HTML gets its text in our frame."""
        context = {"shop_name": settings.SHOP_NAME, "base_url": settings.BASE_URL, **context}
        subject = " ".join(render_to_string(f"{prefix}_subject.txt", context).split())
        text = render_to_string(f"{prefix}_message.txt", context).strip() + "\n"
        try:
            html = render_to_string(f"{prefix}_message.html", context)
        except TemplateDoesNotExist:
            html = render_to_string("email/account_notice.html", {**context, "subject": subject, "text": text})
        return subject, text, html

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        return settings.BASE_URL + reverse("account_reset_password_from_key", args=key.split("-", 1))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are sealed as suppliers' tokens are."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The code as one path without style attributes, which our Content-Security-Policy forbids."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        size = len(rows)
        return format_html(
            '<svg class="qr-code" role="img" aria-label="{}" viewBox="0 0 {} {}" width="232" height="232">'
            '<path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>',
            _("QR code for the authenticator app"), size, size, size, size, squares,
        )  # fmt: skip

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        return str(settings.SHOP_NAME)
