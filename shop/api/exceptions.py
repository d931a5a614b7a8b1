"""The one place where an exception becomes an answer of the API.

Every "no" has the same shape: ``{"success": false, "code", "message"}``, with ``errors`` where fields are to blame
(``{"shippingAddress.zipCode": ["…"]}``) and ``requestId`` where the log tells more.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from integrations.errors import SupplierError, Transient
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: After how many seconds to come back when nobody knows better.
RETRY_AFTER_S = 30


class ApiProblem(Exception):
    """An answer that says no. ``details`` are further members of the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})
        self.details = details

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        body = {"success": False, "code": self.code, "message": str(self.message), **self.details}
        return {**body, "errors": self.errors} if self.errors else body


def handle(exc: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to ``exc``; never a trace, and never an exception's own text unless it is one of ours."""
    problem = problem_of(exc)
    set_rollback()
    return Response(problem.body(), status=problem.status, headers=problem.headers)


def problem_of(exc: Exception) -> ApiProblem:
    """``exc`` as an answer; what nobody expected is logged, and told by its request id only."""
    if isinstance(exc, ApiProblem):
        return exc
    if isinstance(exc, drf.APIException):
        return _framework_problem(exc)
    if isinstance(exc, Http404):
        return ApiProblem(404, "not_found", _("There is nothing here."))
    if isinstance(exc, PermissionDenied):
        return _not_allowed()
    if isinstance(exc, RequestDataTooBig):
        return too_large()
    if isinstance(exc, UnreadablePostError):
        return ApiProblem(400, "incomplete_body", _("The request ended before its body did."))
    if isinstance(exc, DomainError):
        return _domain_problem(exc)
    return _unexpected(exc)


def _framework_problem(exc: drf.APIException) -> ApiProblem:
    if isinstance(exc, drf.ValidationError):
        message = _("The request is not valid; “errors” says where.")
        return ApiProblem(400, "invalid_request", message, errors=field_errors(exc.detail))
    if isinstance(exc, drf.NotAuthenticated | drf.AuthenticationFailed):
        code = "not_authenticated" if isinstance(exc, drf.NotAuthenticated) else "authentication_failed"
        message = _("Send “Authorization: Token <key>” with a key of this shop.")
        headers = {"WWW-Authenticate": getattr(exc, "auth_header", "Token")}
        return ApiProblem(401, code, message, headers=headers)
    if isinstance(exc, drf.PermissionDenied):
        return _not_allowed()
    if isinstance(exc, drf.NotFound):
        return ApiProblem(404, "not_found", _("There is nothing here."))
    if isinstance(exc, drf.MethodNotAllowed):
        return ApiProblem(405, "method_not_allowed", _("This address does not take that method."))
    if isinstance(exc, drf.UnsupportedMediaType):
        return ApiProblem(415, "unsupported_media_type", _("Send JSON, with “Content-Type: application/json”."))
    if isinstance(exc, drf.ParseError):
        return invalid_json()
    wait_s = getattr(exc, "wait", None)
    headers = {"Retry-After": str(int(wait_s) + 1)} if wait_s else {}
    return ApiProblem(exc.status_code, str(exc.default_code), str(exc.default_detail), headers=headers)


def _domain_problem(exc: DomainError) -> ApiProblem:
    if isinstance(exc, SupplierError):
        return supplier_unavailable(exc)
    return ApiProblem(422, exc.code, exc.message)


def _unexpected(exc: Exception) -> ApiProblem:
    request_id = uuid.uuid4().hex
    if isinstance(exc, OperationalError | InterfaceError):
        logger.error("database unavailable request_id=%s", request_id, exc_info=exc)
        message = _("The shop cannot be reached just now. Please try again soon.")
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        return ApiProblem(503, "unavailable", message, headers=headers, requestId=request_id)
    logger.error("unexpected error in the API request_id=%s", request_id, exc_info=exc)
    message = _("Something went wrong here. Please tell us the request id.")
    return ApiProblem(500, "internal_error", message, requestId=request_id)


def _not_allowed() -> ApiProblem:
    return ApiProblem(403, "permission_denied", _("This key may not do that."))


def invalid_json() -> ApiProblem:
    """The body is not one JSON value."""
    return ApiProblem(400, "invalid_json", _("The body is not valid JSON (UTF-8, no repeated names, no NaN)."))


def too_large() -> ApiProblem:
    """The body is larger than any order is."""
    return ApiProblem(413, "too_large", _("The body is too large."))


def supplier_unavailable(exc: SupplierError) -> ApiProblem:
    """The supplier could not be asked, or not be understood. Nothing was created."""
    wait_s = exc.retry_after_s if isinstance(exc, Transient) else None
    headers = {"Retry-After": str(max(1, math.ceil(wait_s or RETRY_AFTER_S)))}
    message = _("The supplier cannot be asked just now. Nothing was ordered; please try again.")
    return ApiProblem(503, "supplier_unavailable", message, headers=headers)


def field_errors(detail: Any, path: str = "") -> dict[str, list[str]]:
    """A serializer's nested errors as a flat mapping from dotted field names to messages."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, below in detail.items():
            inner = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            for field, messages in field_errors(below, inner).items():
                flat.setdefault(field, []).extend(messages)
        return flat
    if isinstance(detail, list | tuple):
        return {path or "body": [str(message) for message in detail]}
    return {path or "body": [str(detail)]}
