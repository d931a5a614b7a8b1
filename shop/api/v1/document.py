"""The OpenAPI document of ``/api/v1/``: each operation says what it does, what it answers, and how it says no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from shop.api.v1.problems import CONTENT_TYPE

_V = TypeVar("_V", bound=Callable[..., Any])

BASKET_TOKEN = OpenApiParameter(
    "Basket-Token", str, OpenApiParameter.HEADER, required=True, description="Whose basket it is: its `token`."
)
MAYBE_BASKET_TOKEN = OpenApiParameter(
    "Basket-Token", str, OpenApiParameter.HEADER, description="The basket that is meant; without it a new one begins."
)
ORDER_TOKEN = OpenApiParameter(
    "Order-Token",
    str,
    OpenApiParameter.HEADER,
    description="The order's own token, as a guest was given it with the order.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A new random text for each thing that is to be done once. Sent again with the same body, the first "
    "answer comes again (`Idempotent-Replayed: true`); with another body it is refused with 422.",
)

_TITLES = {
    400: "The request is not valid; `errors` names the fields.",
    401: "No token, or one that does not work (any more).",
    403: "This account may not do that.",
    404: "There is nothing here, or it belongs to somebody else.",
    405: "This address does not take that method.",
    409: "The first request with this Idempotency-Key is still at work; ask again after `Retry-After`.",
    411: "The body came without a Content-Length.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "It was understood and cannot be done; `code` says why.",
    429: "Too many requests; wait for as long as `Retry-After` says.",
    503: "The shop or a service behind it cannot be reached just now; try again after `Retry-After`.",
}
#: What any request may meet.
_ALWAYS = (400, 405, 429, 503)
_WITH_BODY = (411, 413, 415)


class FieldErrorSerializer(serializers.Serializer[Any]):
    """A field that is to blame."""

    field = serializers.CharField(help_text="Dotted for what lies deeper: `address.postcode`.")
    message = serializers.CharField(help_text="For people, in the language of Accept-Language.")


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457). Programs read `code`, people read `detail`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs: `price_changed`, `out_of_stock`, `token_expired`.")
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment] # the member's name
    facts = serializers.DictField(
        required=False, help_text="What to act on: `available`, `limit`, `total`, `lines`, `parcel`."
    )
    request_id = serializers.CharField(required=False, help_text="For the shop's people, when something broke.")


def operation(
    summary: str,
    answer: Any = None,
    *,
    tag: str,
    operation_id: str,
    status: int = 200,
    body: Any = None,
    query: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    errors: Sequence[int] = (),
    example: Any = None,
    body_example: Any = None,
    auth: str = "guest",
    description: str = "",
    codes: str = "",
    methods: Sequence[str] | None = None,
) -> Callable[[_V], _V]:
    """Documents one operation. ``auth``: ``public`` (no token is read), ``guest`` (a token is possible), ``account``,
    ``staff``. ``codes`` names the problem codes that a program should know.
    """
    # A file is given as ``{(200, its type): …}``, anything else is this API's JSON.
    good = answer if isinstance(answer, dict) else {status: OpenApiResponse(answer, description=_good(answer))}
    text = description + (f"\n\nCodes to act on: {codes}." if codes else "")
    nobody: dict[str, list[str]] = {}
    device: dict[str, list[str]] = {"device": []}
    schemes = {"public": [nobody], "guest": [nobody, device], "account": [device], "staff": [device]}[auth]
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=text or summary,
        tags=[tag],
        parameters=[*([query] if query is not None else []), *parameters],
        request=body,
        responses={**good, **_problems(auth, errors, has_body=body is not None)},
        examples=_examples(status, example, body_example),
        auth=schemes,  # type: ignore[arg-type]  # security requirements, as the generator takes them
        methods=methods,
    )


def _problems(auth: str, errors: Sequence[int], *, has_body: bool) -> dict[tuple[int, str], OpenApiResponse]:
    """The answers that are problems: those of every operation, those of ``auth`` and a body, and ``errors``."""
    told = {*errors, *_ALWAYS, *(_WITH_BODY if has_body else ())}
    if auth != "public":
        told.add(401)
    if auth in ("account", "staff"):
        told.add(403)
    return {
        (code, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=_TITLES[code]) for code in sorted(told)
    }


def _examples(status: int, answer: Any, body: Any) -> list[OpenApiExample]:
    examples = []
    if answer is not None:
        examples.append(OpenApiExample("Answer", value=answer, response_only=True, status_codes=[str(status)]))
    if body is not None:
        examples.append(OpenApiExample("Request", value=body, request_only=True))
    return examples


def _good(answer: Any) -> str:
    return "Done." if answer is None else ""


class DeviceScheme(OpenApiAuthenticationExtension):
    """How the document names the device's token."""

    target_class = "shop.api.v1.base.DeviceAuthentication"
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The access token that logging in on a device gives. It works for some minutes; "
            "`POST /api/v1/auth/refresh/` gives the next one.",
        }


_RATE_HEADERS = {
    "RateLimit-Limit": "Requests that this client may make in a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until they are all there again.",
    "RateLimit-Policy": "Which limit this is.",
}


def only_this_api(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """The older guides' addresses have a document of their own."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def finish(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """What the generator cannot know: headers, answers that come before the view, an example for every problem."""
    components = result.setdefault("components", {})
    components["headers"] = {name: _header(text) for name, text in _RATE_HEADERS.items()}
    _allow_empty_once(result)
    for name, schema in components.get("schemas", {}).items():
        # The generator's name for what is read. Every serializer here refuses what it does not know.
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
            for member in schema["properties"].values():
                # Client generators take a member with a default for one that is always there, and demand it.
                member.pop("default", None)
    for item in result["paths"].values():
        for method, operation_ in item.items():
            # What everybody sees the same is compared by its ETag: PublicView.
            if method == "get" and operation_["security"] == [{}]:
                _add_not_modified(operation_)
            once = any(parameter["name"] == IDEMPOTENCY_KEY.name for parameter in operation_.get("parameters", ()))
            for status, response in operation_["responses"].items():
                _finish_response(int(status), response, once=once)
    return result


def _header(description: str, *, required: bool = False) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": description, **({"required": True} if required else {})}


def _add_not_modified(operation_: dict[str, Any]) -> None:
    etag = {"ETag": _header("What this answer is, to be sent as `If-None-Match` next time.", required=True)}
    operation_["responses"]["200"]["headers"] = dict(etag)
    operation_["responses"]["304"] = {"description": "It is still as it was; there is no body.", "headers": etag}
    operation_.setdefault("parameters", []).append(
        {
            "in": "header",
            "name": "If-None-Match",
            "schema": {"type": "string", "maxLength": 500, "pattern": "^[ -~]*$"},
            "description": "The `ETag` of the answer that is at hand: if nothing has changed, 304 says so.",
        }
    )


def _allow_empty_once(part: Any) -> None:
    """The generator writes a text that may be empty as one of two. Our patterns allow the empty text already, so it
    would be both, and a strict client had to refuse it.
    """
    if isinstance(part, list):
        for item in part:
            _allow_empty_once(item)
    elif isinstance(part, dict):
        either = part.get("oneOf")
        if isinstance(either, list) and {"type": "string", "maxLength": 0} in either and len(either) == 2:
            del part["oneOf"]
            part.update(either[0])
        for item in part.values():
            _allow_empty_once(item)


def _finish_response(status: int, response: dict[str, Any], *, once: bool) -> None:
    headers = response.setdefault("headers", {})
    if status not in (401, 405):
        headers.update({name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS})
    if status in (409, 429, 503):
        headers["Retry-After"] = _header("Seconds to wait.")
    if status == 401:
        headers["WWW-Authenticate"] = _header("`Bearer`: an access token is asked for.", required=True)
    if once and (status < 300 or status == 422):
        headers["Idempotent-Replayed"] = _header("`true`: the first answer under this Idempotency-Key, once more.")
    content = response.get("content", {}).get(CONTENT_TYPE)
    if content is not None and status in _EXAMPLES:
        code, title, detail = _EXAMPLES[status]
        value = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
        if status == 400:
            value["errors"] = [{"field": "quantity", "message": "A valid integer is required."}]
        content["examples"] = {"Problem": {"value": value}}


_EXAMPLES: dict[int, tuple[str, str, str]] = {
    400: ("invalid_request", "Bad Request", "The request is not valid; “errors” says where."),
    401: ("token_expired", "Unauthorized", "This token has expired."),
    403: ("permission_denied", "Forbidden", "This account may not do that."),
    404: ("not_found", "Not Found", "There is nothing here."),
    405: ("method_not_allowed", "Method Not Allowed", "This address does not take that method."),
    409: ("in_progress", "Conflict", "The first request with this Idempotency-Key is still at work."),
    411: ("length_required", "Length Required", "Send the body with a Content-Length."),
    413: ("too_large", "Request Entity Too Large", "The body is too large."),
    415: ("unsupported_media_type", "Unsupported Media Type", "Send JSON."),
    422: ("price_changed", "Unprocessable Entity", "The total has changed."),
    429: ("throttled", "Too Many Requests", "Too many requests."),
    503: ("unavailable", "Service Unavailable", "The shop cannot be reached just now."),
}
