"""What all addresses of ``/api/v1/`` have in common: who asks, how often, and the shape of every answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from shop import devices
from shop.api.base import AlwaysJSON, StrictJSONParser
from shop.api.idempotency import Answer, answer_once, request_key
from shop.api.v1 import problems
from shop.api.v1.problems import Problem, as_problem
from shop.api.v1.throttles import take_place
from shop.device_models import Device
from shop.devices import TokenProblem

_READS = frozenset({"GET", "HEAD"})


class DeviceAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``; without the header the caller is a guest."""

    def authenticate(self, request: Request) -> tuple[Any, Device] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        try:
            scheme, token = (part.decode("ascii") for part in parts)
        except ValueError as exc:
            raise AuthenticationFailed from exc
        if scheme.lower() != "bearer":
            raise AuthenticationFailed
        try:
            device = devices.authenticate(token)
        except TokenProblem as problem:
            raise Problem(401, problem.code, problem.message, headers={"WWW-Authenticate": "Bearer"}) from problem
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class V1View(APIView):
    """An address of ``/api/v1/``. Guests may call it unless ``needs_account`` or ``permission`` says otherwise."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = []
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    #: Reads of what everybody sees the same carry an ETag; what belongs to somebody is stored by nobody.
    is_public = False
    needs_account = False
    #: For staff: the permission that the account must have.
    permission = ""

    def get_exception_handler(self) -> Callable[..., Response]:
        return problems.handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.count(request)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            raise Problem(411, "length_required", _("Send the body with a Content-Length."))
        if (self.needs_account or self.permission) and not request.user.is_authenticated:
            raise NotAuthenticated
        if self.permission:
            check_staff(request, self.permission)

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except (AuthenticationFailed, Problem):
            # Whoever tries tokens out is counted as the visitor they are.
            self.count(request, as_visitor=True)
            raise

    def count(self, request: Request, *, as_visitor: bool = False) -> None:
        """Take one of the places that the client has. Raises ``Problem`` (429) if there is none left."""
        self.place = take_place(request, is_write=request.method not in _READS, as_visitor=as_visitor)
        if self.place.is_over:
            text = _("Too many requests. Please wait for as long as Retry-After says.")
            raise Problem(429, "throttled", text, headers={"Retry-After": str(self.place.ends_in_s)})

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "place"):
            for name, value in self.place.headers.items():
                response[name] = value
        is_shared = self.is_public and response.status_code == 200
        response["Cache-Control"] = "no-cache" if is_shared else "no-store"
        if is_shared:
            # The language chooses the words, the currency the estimates: both belong to what is compared.
            response["Vary"] = "Accept-Language, Accept-Currency"
            response.add_post_render_callback(lambda rendered: _conditional(request._request, rendered))
        return response


class PublicView(V1View):
    """What everybody sees the same: a catalogue's read."""

    authentication_classes = []
    is_public = True
    http_method_names = ["get", "head"]


def me(request: Request) -> User:
    """Who is logged in; only where the view ``needs_account``."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def my_device(request: Request) -> Device:
    """The device that the request comes from; only where the view ``needs_account``."""
    if not isinstance(request.auth, Device):
        raise NotAuthenticated
    return request.auth


def check_staff(request: Request, permission: str) -> None:
    """Raise ``PermissionDenied`` unless it is staff with ``permission``, and ``Problem`` (401) where a second factor is
    asked for that was not shown when this device logged in: perhaps before it was asked for.
    """
    user = me(request)
    if not (user.is_staff and user.has_perm(permission)):
        raise PermissionDenied
    if settings.STAFF_SECOND_FACTOR and not my_device(request).has_second_factor:
        text = _("Staff need a second factor here. Log in again on this device.")
        raise Problem(401, "second_factor_required", text, headers={"WWW-Authenticate": "Bearer"})


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """``response`` with its ETag, or a 304 with the same headers if the client has it.

    Django's own helper drops all but the caches' headers, and refuses ``If-Match`` in a form that is not this API's.
    """
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    # A proxy that compresses weakens the ETag.
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if not known & {"*", etag}:
        return response
    unchanged = HttpResponseNotModified()
    for name, value in response.items():
        if name.lower() not in ("content-type", "content-length"):
            unchanged[name] = value
    return unchanged


def read(kind: type[Serializer[Any]], body: Any, **context: Any) -> dict[str, Any]:
    """The body of a request, checked. Raises ``ValidationError`` with every field that is wrong."""
    serializer = kind(data=body, context=context)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def read_query(kind: type[Serializer[Any]], query: QueryDict, *, lists: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The query of an address, checked; only those of ``lists`` may be given more than once."""
    repeated = [name[:60] for name, values in query.lists() if len(values) > 1 and name not in lists]
    if repeated:
        raise serializers.ValidationError({name: [_("This field is given twice.")] for name in repeated})
    # Generated clients send an empty text for what is not given.
    data = {name: values if name in lists else values[0] for name, values in query.lists() if values != [""]}
    return read(kind, data)


def once(
    request: Request,
    work: Callable[[], tuple[int, Mapping[str, Any]]],
    *,
    owner: str = "",
    is_required: bool = True,
    said: Any = None,
) -> Response:
    """Answer under the request's ``Idempotency-Key``, which belongs to the account or else to ``owner``.

    ``said`` is what the request asks for as plain values, where that is not its JSON body.
    ``work`` gives the status and the body; what it makes must be found again by its own means if it runs twice.
    """

    def answer() -> Answer:
        try:
            status, body = work()
            # As it goes over the wire, so that the stored answer is the same to the letter.
            return Answer(status, json.loads(JSONRenderer().render(body)))
        except Exception as exc:
            problem = as_problem(exc)
            raise problem from (None if problem is exc else exc)

    header = request.headers.get("Idempotency-Key")
    if header is None and is_required:
        text = _("Send an Idempotency-Key: a new random text for each thing that you want done once.")
        raise problems.field_problem("Idempotency-Key", text, code="idempotency_key_required")
    user_id = request.user.pk if request.user.is_authenticated else None
    key = request_key(
        header,
        user_id=user_id,
        path=request.path,
        body=request.data if said is None else said,
        owner="" if user_id else owner,
        is_sealed=True,
    )
    done = answer() if key is None else answer_once(key, answer, made_something=lambda: False)
    headers = {"Idempotent-Replayed": "true"} if done.replayed else None
    content_type = problems.CONTENT_TYPE if done.status >= 400 else None
    return Response(done.body, status=done.status, headers=headers, content_type=content_type)
