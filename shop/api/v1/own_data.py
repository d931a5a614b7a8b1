"""What an account's owner does with it: take the data away, close it, change the password and the addresses.

Each asks for the password once more, and for the second factor where there is one, as the pages do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from shop import devices
from shop.accounts import closing, credentials, personal_data
from shop.accounts.credentials import AddressInUse, CannotChange
from shop.accounts.registering import NotLetIn
from shop.api.v1 import own_shapes as shapes
from shop.api.v1.account import AccountView
from shop.api.v1.account_shapes import TokensShape
from shop.api.v1.base import me, my_device, read
from shop.api.v1.document import operation
from shop.api.v1.problems import Problem, field_problem, not_found
from shop.api.v1.sessions import TOKENS, shown_tokens

_T = TypeVar("_T")
_PROOF = {"password": "a long sentence that nobody guesses"}
_PROOF_CODES = "`bad_credentials`, `second_factor_required` (send `code` as well), `too_many_tries` (429)"
_EMAILS = {"results": [{"email": "ada@example.com", "is_confirmed": True, "is_primary": True}]}
_document = partial(operation, tag="accounts", auth="account")


class Export(AccountView):
    """The account's data."""

    http_method_names = ["post"]

    @_document(
        "Take away everything that the shop keeps about the account",
        shapes.ExportShape,
        operation_id="export_account",
        body=shapes.ProofRequest,
        body_example=_PROOF,
        errors=[422],
        codes=_PROOF_CODES,
    )
    def post(self, request: Request) -> Response:
        _prove(request, read(shapes.ProofRequest, request.data))
        # Written as the page's file is: amounts as text, instants alike.
        return Response(json.loads(json.dumps(personal_data.export(me(request)), cls=DjangoJSONEncoder)))


class Close(AccountView):
    """The account's end."""

    http_method_names = ["post"]

    @_document(
        "Close the account for good",
        shapes.ClosedShape,
        operation_id="close_account",
        body=shapes.CloseRequest,
        body_example={**_PROOF, "confirm": True},
        example={"orders_erased": 2, "orders_waiting": 1},
        errors=[422],
        codes=f"{_PROOF_CODES}, `is_staff`",
        description="Addresses, wishes, watches, devices and webhooks go at once. Orders that are under way, may be "
        "sent back or have money open keep what they need, and are erased when that has ended.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.CloseRequest, request.data)
        if not values["confirm"]:
            raise field_problem("confirm", _("Please confirm that the account is to be closed."))
        _prove(request, values)
        done = closing.close_account(me(request))
        return Response({"orders_erased": done.erased, "orders_waiting": done.waiting})


class Password(AccountView):
    """The account's password."""

    http_method_names = ["post"]

    @_document(
        "Change the password; every other device is logged out",
        TokensShape,
        operation_id="change_password",
        body=shapes.PasswordRequest,
        body_example={**_PROOF, "new_password": "another long sentence"},
        example=TOKENS,
        codes="`too_many_tries` (429)",
        description="The tokens of before work no more: the answer holds this device's new ones.",
    )
    def post(self, request: Request) -> Response:
        values, user, device = read(shapes.PasswordRequest, request.data), me(request), my_device(request)
        _explained(lambda: credentials.change_password(request._request, user, **values))
        devices.end(device)
        pair = devices.open_device(user, name=device.name, has_second_factor=device.has_second_factor)
        return Response(shown_tokens(pair))


class Emails(AccountView):
    """The account's addresses."""

    @_document("The e-mail addresses", shapes.EmailsShape, operation_id="emails", example=_EMAILS)
    def get(self, request: Request) -> Response:
        return Response(_emails(request))

    @_document(
        "Add an e-mail address; a mail asks to confirm it",
        shapes.EmailsShape,
        operation_id="add_email",
        status=202,
        body=shapes.OwnEmailRequest,
        body_example={**_PROOF, "email": "ada@example.org"},
        example=_EMAILS,
        errors=[422],
        codes=_PROOF_CODES,
        description="`POST auth/confirm-email/` takes the key of that mail's link. An address that another account "
        "has gets a mail that says so.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.OwnEmailRequest, request.data)
        _prove(request, values)
        _explained(lambda: credentials.add_address(request._request, me(request), email=values["email"]))
        return Response(_emails(request), status=202)


class RemoveEmail(AccountView):
    """Fewer addresses."""

    http_method_names = ["post"]

    @_document(
        "Take an e-mail address off the account",
        shapes.EmailsShape,
        operation_id="remove_email",
        body=shapes.OwnEmailRequest,
        body_example={**_PROOF, "email": "ada@example.org"},
        example=_EMAILS,
        errors=[404, 422],
        codes=f"{_PROOF_CODES}, `is_primary` (mails go there)",
    )
    def post(self, request: Request) -> Response:
        return _change_email(request, credentials.remove_address)


class PrimaryEmail(AccountView):
    """Where mails go."""

    http_method_names = ["post"]

    @_document(
        "Have mails go to another address of the account",
        shapes.EmailsShape,
        operation_id="make_email_primary",
        body=shapes.OwnEmailRequest,
        body_example={**_PROOF, "email": "ada@example.org"},
        example=_EMAILS,
        errors=[404, 422],
        codes=f"{_PROOF_CODES}, `not_confirmed`",
    )
    def post(self, request: Request) -> Response:
        return _change_email(request, credentials.make_primary)


def _change_email(request: Request, change: Callable[..., bool]) -> Response:
    values = read(shapes.OwnEmailRequest, request.data)
    _prove(request, values)
    try:
        found = change(request._request, me(request), email=values["email"])
    except AddressInUse as exc:
        raise field_problem("email", exc.message, code=exc.code, status=422) from exc
    if not found:
        raise not_found()
    return Response(_emails(request))


def _emails(request: Request) -> dict[str, Any]:
    return {
        "results": [
            {"email": address.email, "is_confirmed": address.verified, "is_primary": address.primary}
            for address in credentials.addresses_of(me(request))
        ]
    }


def _prove(request: Request, values: dict[str, Any]) -> None:
    _explained(
        lambda: credentials.prove(
            request._request, me(request), password=values["password"], code=values["code"].strip()
        )
    )


def _explained(work: Callable[[], _T]) -> _T:
    """Not a 401: the token is good, what was typed is not."""
    try:
        return work()
    except NotLetIn as exc:
        if exc.code == "too_many_tries":
            raise Problem(429, exc.code, exc.message, headers={"Retry-After": "60"}) from exc
        field = "code" if exc.code == "second_factor_required" else "password"
        raise field_problem(field, exc.message, code=exc.code, status=422) from exc
    except CannotChange as exc:
        text = _("The request is not valid; “errors” says where.")
        raise Problem(400, "invalid_request", text, errors=exc.errors) from exc
