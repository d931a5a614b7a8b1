"""The staff's answers by API: the very answers of the admin, with their permissions, states, forms and functions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.admin.answers import Answer
from fulfillment.badges import forget_cached
from shop.api.serializers import StrictSerializer
from shop.api.v1.base import V1View, once, read
from shop.api.v1.buying_shapes import PlainField
from shop.api.v1.document import IDEMPOTENCY_KEY, operation
from shop.api.v1.problems import Problem, not_found
from shop.api.v1.staff_kinds import KINDS, Answered

#: What the request says in another way: the key of a refund is made of the Idempotency-Key.
_HIDDEN = frozenset({"key"})


class AnswerView(V1View):
    """Base of the generated views: one answer to one kind of thing."""

    http_method_names = ["post"]
    kind: Answered
    answer: Answer
    body: type[serializers.Serializer[Any]] | None

    def answer_it(self, request: Request, key: str) -> Response:
        """Carry the answer out, once."""
        if not request.user.has_perm(self.kind.view_permission):
            self.permission_denied(request)
        target = self.kind.find(key)
        if target is None:
            raise not_found()
        return once(request, lambda: self._do(request, target, key))

    def _do(self, request: Request, target: Any, key: str) -> tuple[int, Mapping[str, Any]]:
        values = read(self.body or StrictSerializer, request.data)
        if not self.answer.fits(target):
            text = _("This answer does not fit the state it is in by now: %(status)s.")
            raise Problem(422, "not_now", text % {"status": self.kind.state_text(target)})
        token = hashlib.sha256(f"{request.user.pk}:{request.headers['Idempotency-Key']}".encode()).hexdigest()[:48]
        form = self.answer.form(target, {**values, "key": token})
        if not form.is_valid():
            errors = {
                "body" if name == "__all__" else name: [str(message) for message in messages]
                for name, messages in form.errors.items()
            }
            raise Problem(400, "invalid_request", _("The request is not valid; “errors” says where."), errors=errors)
        actor = f"staff:{request.user.pk}"
        self.answer.call(target, actor=actor, **form.values(), **dict(self.answer.fixed))
        forget_cached()
        return 200, self.kind.show(self.kind.find(key))


def urlpatterns() -> list[URLPattern]:
    """One address for each answer to each kind of thing."""
    return [
        path(f"staff/{kind.noun}/<slug:key>/{answer.name}/", _view(kind, answer).as_view(), name=_name(kind, answer))
        for kind in KINDS
        for answer in kind.answers
    ]


def _name(kind: Answered, answer: Answer) -> str:
    return f"v1-staff-{kind.noun}-{answer.name}"


def _view(kind: Answered, answer: Answer) -> type[AnswerView]:
    name = "".join(part.title() for part in f"{kind.noun}-{answer.name}".split("-"))
    body = _serializer(f"{name}Request", answer.form)

    @operation(
        f"{answer.title}: {kind.noun.replace('-', ' ')}",
        kind.shape,
        tag="staff",
        operation_id=f"staff_{kind.noun}_{answer.name}".replace("-", "_"),
        body=body,
        auth="staff",
        parameters=[IDEMPOTENCY_KEY],
        errors=[404, 409, 422],
        description=f"{answer.consequence}\n\nPermission: `{answer.permission}`.",
        codes="`not_now`, and those of what it does",
    )
    def post(self: AnswerView, request: Request, key: str) -> Response:
        return self.answer_it(request, key)

    members = {
        "__doc__": str(answer.consequence),
        "permission": answer.permission,
        "kind": kind,
        "answer": answer,
        "body": body,
        "post": post,
    }
    return type(name, (AnswerView,), members)


def _serializer(name: str, form: type[forms.Form]) -> type[serializers.Serializer[Any]] | None:
    """What the form asks for, as a body; None for a plain confirmation."""
    fields = {field: _field(asked) for field, asked in form.base_fields.items() if field not in _HIDDEN}
    return type(name, (StrictSerializer,), {"__doc__": form.__doc__, **fields}) if fields else None


def _field(asked: forms.Field) -> serializers.Field[Any, Any, Any, Any]:
    help_text = str(asked.help_text or asked.label or "")
    if isinstance(asked, forms.BooleanField):
        return serializers.BooleanField(required=False, default=False, help_text=help_text)
    if isinstance(asked, forms.DecimalField):
        return serializers.DecimalField(
            max_digits=asked.max_digits, decimal_places=asked.decimal_places, min_value=0, help_text=help_text
        )
    optional: dict[str, Any] = {} if asked.required else {"required": False, "allow_blank": True, "default": ""}
    return PlainField(max_length=getattr(asked, "max_length", None) or 1000, help_text=help_text, **optional)
