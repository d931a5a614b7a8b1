"""Sending something back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment import returns
from fulfillment.models import Order, ReturnPhoto
from shop.api.base import PhotosParser, read_json
from shop.api.idempotency import owner_of_order
from shop.api.v1 import buying_shapes as shapes
from shop.api.v1.base import V1View, once, read
from shop.api.v1.document import IDEMPOTENCY_KEY, ORDER_TOKEN, operation
from shop.api.v1.orders import own_order
from shop.api.v1.problems import Problem, field_problem, not_found
from shop.api.v1.return_answers import shown_return
from shop.return_form import PhotosField
from shop.uploads import were_dropped
from shop.views.returns import why_not


class AskForReturn(V1View):
    """The customer's wish."""

    http_method_names = ["post"]
    parser_classes = [*V1View.parser_classes, PhotosParser]

    @operation(
        "Ask to send something back",
        shapes.ReturnShape,
        tag="orders",
        operation_id="ask_for_return",
        status=201,
        body={"application/json": shapes.ReturnRequestBody, "multipart/form-data": shapes.ReturnForm},
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        errors=[404, 409, 422],
        codes="`too_late`, `too_many`, `too_often`",
        description="`quantity_returnable` of each line says how many can be sent back. A person answers. With photos "
        "(up to four, 8 MB each: JPEG, PNG, WebP) send a form whose part `request` is the JSON.",
    )
    def post(self, request: Request, number: str) -> Response:
        order = own_order(request, number)
        said, photos = _read_form(request)
        # The same pictures again are the same request.
        hashes = [_hash_of(photo) for photo in photos]
        return once(
            request,
            lambda: _ask(request, order, said, photos),
            owner=owner_of_order(order),
            said=[said, hashes] if photos else said,
        )


class ShowReturn(V1View):
    """Where a return stands."""

    @operation(
        "Where a return stands",
        shapes.ReturnShape,
        tag="orders",
        operation_id="order_return",
        parameters=[ORDER_TOKEN],
        errors=[404],
    )
    def get(self, request: Request, number: str, return_number: str) -> Response:
        order = own_order(request, number)
        found = next((row for row in order.returns.all() if row.number == return_number), None)
        if found is None:
            raise not_found()
        return Response(shown_return(order, found))


class ShowPhoto(V1View):
    """A photo that came with a return."""

    http_method_names = ["get", "head"]

    @operation(
        "A photo of a return",
        {(200, "image/webp"): OpenApiTypes.BINARY},
        tag="orders",
        operation_id="return_photo",
        parameters=[ORDER_TOKEN],
        errors=[404],
        description="For whoever may see the order. The shop has made each photo a WebP.",
    )
    def get(self, request: Request, number: str, return_number: str, position: str) -> HttpResponse:
        order = own_order(request, number)
        rows = ReturnPhoto.objects.filter(request__order=order, request__number=return_number)
        found = rows.filter(position=int(position)).first() if re.fullmatch("[0-9]{1,3}", position) else None
        if found is None:
            raise not_found()
        return HttpResponse(bytes(found.content), content_type="image/webp")


def _read_form(request: Request) -> tuple[Any, list[UploadedFile]]:
    """What the request says as JSON, and its photos. Raises ``Problem``."""
    form = request.data
    if not isinstance(form, MultiValueDict):
        return form, []
    if were_dropped(request._request):
        raise field_problem("photos", _("The photos are too large together. Please choose fewer or smaller ones."))
    unknown = sorted(name[:60] for name in form if name not in ("request", "photos"))
    if unknown:
        raise field_problem(unknown[0], _("There is no such field."))
    texts, photos = form.getlist("request"), form.getlist("photos")
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise field_problem("request", _("Send one part “request” that holds the JSON."))
    if not all(isinstance(photo, UploadedFile) for photo in photos):
        raise field_problem("photos", _("Send each photo as a file."))
    return read_json(texts[0].encode(errors="replace")), photos


def _ask(request: Request, order: Order, said: Any, photos: list[UploadedFile]) -> tuple[int, Mapping[str, Any]]:
    values = read(shapes.ReturnRequestBody, said)
    lines = list(order.lines.all())
    if any(line["position"] > len(lines) for line in values["lines"]):
        raise field_problem("lines", _("The order has no such line."))
    # The form's key: the same wish sent again after the stored answer is gone is still one request.
    key = hashlib.sha256(request.headers["Idempotency-Key"].encode()).hexdigest()
    # Sent before: what it asked for counts as gone by now.
    if not returns.may_return(order) and not any(row.key == key for row in order.returns.all()):
        raise Problem(422, "too_late", why_not(order))
    try:
        made = returns.ask(
            order,
            key=key,
            quantities={lines[line["position"] - 1].pk: line["quantity"] for line in values["lines"]},
            reason=values["reason"],
            comment=values["comment"],
            photos=_pictures(photos),
        )
    except returns.ReturnProblem as problem:
        raise Problem(422, problem.code, problem.message) from problem
    fresh = Order.objects.for_page().get(pk=order.pk)
    return 201, shown_return(fresh, next(row for row in fresh.returns.all() if row.pk == made.pk))


def _hash_of(photo: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in photo.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _pictures(photos: list[UploadedFile]) -> list[bytes]:
    """The photos as the page's form takes them. Raises ``Problem``."""
    for photo in photos:
        photo.seek(0)
    try:
        return PhotosField(required=False).clean(photos)
    except ValidationError as exc:
        raise field_problem("photos", " ".join(exc.messages)) from exc
