"""What all addresses of the API have in common: who may call, what is read, and that every answer is JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any, NoReturn

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from shop.api.exceptions import ApiProblem, invalid_json, too_large

#: An order call is two kilobytes; this leaves room and still is read in no time.
MAX_BODY_BYTES = 64 * 1024


class KeyAuthentication(TokenAuthentication):
    """``Authorization: Token <key>``. What cannot be a key is not looked up: PostgreSQL refuses a NUL in a text."""

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        if not (key.isascii() and key.isalnum()):
            raise AuthenticationFailed
        return super().authenticate_credentials(key)


class MayPlaceSupplierOrders(BasePermission):
    """The caller's user may place orders with suppliers."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm("fulfillment.place_supplier_order")


class StrictJSONParser(BaseParser):
    """JSON of bounded size that means one thing only.

    Raises ``ApiProblem``.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return read_json(stream.read(MAX_BODY_BYTES + 1))


class PhotosParser(MultiPartParser):
    """A form with pictures; Django's upload handlers bound what is kept. Raises ``ApiProblem``."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as exc:
            raise too_large() from exc
        except ParseError as exc:
            raise ApiProblem(400, "invalid_form", _("The body is not a form (multipart/form-data).")) from exc


class AlwaysJSON(BaseContentNegotiation):
    """Answers in JSON whatever ``Accept`` says: an order must not fail over a header."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ApiView(APIView):
    """An address of the API."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [IsAuthenticated, MayPlaceSupplierOrders]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            # Django reads no body without a length, and an order must not look empty for that reason.
            raise ApiProblem(411, "length_required", _("Send the body with a Content-Length."))


def read_json(raw: bytes) -> Any:
    """The one value that ``raw`` means. Raises ``ApiProblem``.

    No NaN, no repeated names, nothing that is not text in UTF-8 (a lone surrogate would pass Python and fail in the
    database).
    """
    if len(raw) > MAX_BODY_BYTES:
        raise too_large()
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unrepeated, parse_constant=_refuse)
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise invalid_json() from exc
    return data


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
