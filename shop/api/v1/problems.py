"""How ``/api/v1/`` says no: problem details (RFC 9457) with a stable ``code``, and the fields that are to blame."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import set_rollback

from shop.api.exceptions import ApiProblem, problem_of
from shop.errors import DomainError

CONTENT_TYPE = "application/problem+json"
#: What a program may act on beside the code: how many are left, the new total, the lines that stand in the way.
_FACTS = frozenset({"available", "limit", "total", "lines", "parcel"})


class Problem(ApiProblem):
    """An answer of ``/api/v1/`` that says no."""

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": str(self.message),
        }
        if self.errors:
            body["errors"] = [
                {"field": field, "message": message} for field, messages in self.errors.items() for message in messages
            ]
        if "requestId" in self.details:
            body["request_id"] = self.details["requestId"]
        facts = {name: value for name, value in self.details.items() if name in _FACTS}
        return {**body, "facts": facts} if facts else body


def as_problem(exc: Exception) -> Problem:
    """``exc`` in this API's shape."""
    if isinstance(exc, Problem):
        return exc
    found = problem_of(exc)
    if found.code == "unknown_cursor":
        return field_problem("cursor", found.message, code=found.code)
    details = {**found.details, **(exc.data if isinstance(exc, DomainError) else {})}
    headers, message = dict(found.headers), found.message
    if found.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
        message = _("Send “Authorization: Bearer <access token>”; get one by logging in.")
    elif found.code == "permission_denied":
        message = _("This account may not do that.")
    elif found.code == "throttled":
        message = _("Too many requests. Please wait for as long as Retry-After says.")
    return Problem(found.status, found.code, message, errors=found.errors, headers=headers, **details)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to ``exc``."""
    problem = as_problem(exc)
    set_rollback()
    return Response(problem.body(), status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE)


def not_found() -> Problem:
    """What is not there, and what belongs to somebody else: the same answer."""
    return Problem(404, "not_found", _("There is nothing here."))


def field_problem(field: str, message: Any, *, code: str = "invalid_request", status: int = 400) -> Problem:
    """One field is to blame."""
    return Problem(status, code, str(message), errors={field: [str(message)]})
