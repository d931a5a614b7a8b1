"""Signing up, logging in on a device, and its tokens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from shop import devices
from shop.accounts import registering
from shop.accounts.orders import join_guest_orders
from shop.accounts.registering import CannotRegister, NotConfirmed, NotLetIn
from shop.api.v1 import account_shapes as shapes
from shop.api.v1.base import V1View, me, my_device, read
from shop.api.v1.document import operation
from shop.api.v1.problems import Problem, field_problem, not_found
from shop.device_models import Device
from shop.devices import Pair, TokenProblem

TOKENS = {
    "token_type": "Bearer",
    "access_token": "wq3…",
    "access_expires_in_s": 900,
    "refresh_token": "m7F…",
    "refresh_expires_in_s": 5184000,
    "device": "d8kQ…",
}


class EntranceView(V1View):
    """An address for somebody who is not in yet: what a token would say is not looked at."""

    authentication_classes = []
    http_method_names = ["post"]


class Register(EntranceView):
    """A new account."""

    @operation(
        "Sign up; a mail with a link confirms the address",
        None,
        tag="accounts",
        operation_id="register",
        status=202,
        body=shapes.RegisterRequest,
        body_example={"email": "ada@example.com", "password": "a long sentence that nobody guesses"},
        auth="public",
        description="The answer is the same whether the address has an account or not: the mail says it.",
        codes="`too_many_tries` (429)",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.RegisterRequest, request.data)
        try:
            registering.register(request._request, email=values["email"], password=values["password"])
        except CannotRegister as exc:
            text = _("The request is not valid; “errors” says where.")
            raise Problem(400, "invalid_request", text, errors=exc.errors) from exc
        except NotLetIn as exc:
            raise _not_let_in(exc) from exc
        return Response(status=202)


class ConfirmAddress(EntranceView):
    """What the mail's link does."""

    @operation(
        "Confirm an email address with the key of the mail's link and the account's password",
        None,
        tag="accounts",
        operation_id="confirm_address",
        status=204,
        body=shapes.ConfirmRequest,
        auth="public",
        errors=[422],
        codes="`key_unknown` (used up, too old, or not the password of the account: logging in has a new mail sent), "
        "`too_many_tries` (429)",
        description="For apps that open the link themselves. The password is the one of the account that asked for the "
        "mail: so nobody has another person's address confirmed by its owner. It logs nobody in.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.ConfirmRequest, request.data)
        try:
            registering.confirm_address(request._request, key=values["key"], password=values["password"])
        except NotConfirmed as exc:
            text = _(
                "This link has been used, is too old, or belongs to an account with another password. "
                "Log in to have a new one sent."
            )
            raise field_problem("key", text, code=exc.code, status=422) from exc
        except NotLetIn as exc:
            raise _not_let_in(exc) from exc
        return Response(status=204)


class LogIn(EntranceView):
    """The tokens of a new device."""

    @operation(
        "Log in on this device",
        shapes.TokensShape,
        tag="accounts",
        operation_id="log_in",
        body=shapes.LoginRequest,
        example=TOKENS,
        auth="public",
        errors=[401],
        codes="`bad_credentials`, `second_factor_required` (send `code` as well), `too_many_tries` (429)",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.LoginRequest, request.data)
        if bool(values["email"]) == bool(values["username"]):
            text = _("Send the email address, or the name of a member of staff.")
            raise Problem(400, "invalid_request", text, errors={"email": [text]})
        try:
            user, has_second_factor = _checked(request._request, values)
        except NotLetIn as exc:
            raise _not_let_in(exc) from exc
        join_guest_orders(user)
        pair = devices.open_device(user, name=values["device_name"], has_second_factor=has_second_factor)
        return Response(shown_tokens(pair))


class Refresh(EntranceView):
    """The next tokens."""

    @operation(
        "The next pair of tokens for this device",
        shapes.TokensShape,
        tag="accounts",
        operation_id="refresh",
        body=shapes.RefreshRequest,
        example=TOKENS,
        auth="public",
        errors=[401],
        codes="`token_expired`, `token_revoked`, `token_unknown`, `token_reused` (the device is logged out): log in",
        description="A refresh token works once. If it comes again later, somebody has copied it: then the device is "
        "logged out.",
    )
    def post(self, request: Request) -> Response:
        token = read(shapes.RefreshRequest, request.data)["refresh_token"]
        try:
            return Response(shown_tokens(devices.refresh(token)))
        except TokenProblem as exc:
            raise Problem(401, exc.code, exc.message, headers={"WWW-Authenticate": "Bearer"}) from exc


class ResetPassword(EntranceView):
    """For those who have forgotten it."""

    @operation(
        "Have a link for a new password mailed",
        None,
        tag="accounts",
        operation_id="reset_password",
        status=202,
        body=shapes.EmailRequest,
        body_example={"email": "ada@example.com"},
        auth="public",
        description="The answer is the same whether the address has an account or not. A new password ends every "
        "device.",
    )
    def post(self, request: Request) -> Response:
        try:
            registering.ask_for_password_reset(request._request, email=read(shapes.EmailRequest, request.data)["email"])
        except NotLetIn as exc:
            raise _not_let_in(exc) from exc
        return Response(status=202)


class LogOut(V1View):
    """Ends this device."""

    needs_account = True
    http_method_names = ["post"]

    @operation("Log out on this device", None, tag="accounts", operation_id="log_out", status=204, auth="account")
    def post(self, request: Request) -> Response:
        devices.end(my_device(request))
        return Response(status=204)


class ListDevices(V1View):
    """Where the account is logged in by app."""

    needs_account = True

    @operation(
        "The devices on which this account is logged in",
        shapes.DevicesShape,
        tag="accounts",
        operation_id="devices",
        auth="account",
    )
    def get(self, request: Request) -> Response:
        mine = devices.living(me(request))
        return Response({"results": [_device(device, my_device(request)) for device in mine]})


class EndDevice(V1View):
    """Ends another device: a lost phone."""

    needs_account = True
    http_method_names = ["delete"]

    @operation(
        "Log a device out",
        None,
        tag="accounts",
        operation_id="end_device",
        status=204,
        auth="account",
        errors=[404],
    )
    def delete(self, request: Request, device_id: str) -> Response:
        device = Device.objects.filter(user=me(request), public_id=device_id, revoked_at__isnull=True).first()
        if device is None:
            raise not_found()
        devices.end(device)
        return Response(status=204)


def _checked(request: HttpRequest, values: dict[str, Any]) -> tuple[User, bool]:
    """Who logs in, all their factors shown, and whether there was a second one.

    Raises ``NotLetIn``, and ``Problem`` where a code is missing.
    """
    if values["email"]:
        user = registering.check_password(request, email=values["email"], password=values["password"])
    else:
        user = registering.check_staff_password(request, name=values["username"], password=values["password"])
    has_second_factor = registering.has_second_factor(user)
    if has_second_factor:
        if not values["code"]:
            text = _("This account has a second factor: send its code as well.")
            raise Problem(401, "second_factor_required", text, headers={"WWW-Authenticate": "Bearer"})
        registering.check_code(request, user, values["code"])
    elif user.is_staff and settings.STAFF_SECOND_FACTOR:
        text = _("Staff need a second factor here. Set one up in the admin first.")
        raise Problem(401, "second_factor_required", text, headers={"WWW-Authenticate": "Bearer"})
    return user, has_second_factor


def _not_let_in(exc: NotLetIn) -> Problem:
    if exc.code == "too_many_tries":
        return Problem(429, exc.code, exc.message, headers={"Retry-After": str(exc.data["retry_after_s"])})
    return Problem(401, exc.code, exc.message, headers={"WWW-Authenticate": "Bearer"})


def shown_tokens(pair: Pair) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": pair.access,
        "access_expires_in_s": pair.access_s,
        "refresh_token": pair.refresh,
        "refresh_expires_in_s": pair.refresh_s,
        "device": pair.device.public_id,
    }


def _device(device: Device, present: Device) -> dict[str, Any]:
    return {
        "id": device.public_id,
        "name": device.name,
        "created_at": device.created_at,
        "last_used_at": device.last_used_at,
        "is_this_one": device.pk == present.pk,
    }
