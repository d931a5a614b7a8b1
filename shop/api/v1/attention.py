"""What waits for a person, all kinds in one answer: the lists of the admin's first page, with their permissions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.waiting import WAITING
from integrations.crypto import UndecryptableValue, seal, unseal
from shop.api.v1 import staff_shapes as shapes
from shop.api.v1.base import V1View, me, read_query
from shop.api.v1.document import operation
from shop.api.v1.staff import unknown_cursor

PAGE_SIZE = 50
#: What the answers show of each list, and what they read with it.
_SHOWN: Mapping[str, tuple[Callable[[Any], dict[str, Any]], Callable[[QuerySet[Any]], QuerySet[Any]]]] = {
    "supplier_orders": (shapes.shown_supplier_order, shapes.with_supplier_order),
    "to_pay": (shapes.shown_to_pay, lambda rows: rows.select_related("account", "supplier_order__order")),
    "transfers": (shapes.shown_payment, lambda rows: rows.select_related("order")),
    "mismatches": (shapes.shown_payment, lambda rows: rows.select_related("order")),
    "unread_pages": (shapes.shown_payment, lambda rows: rows.select_related("order")),
    "strays": (shapes.shown_stray, lambda rows: rows),
    "refunds": (shapes.shown_refund, shapes.with_refund),
    "failed_refunds": (shapes.shown_refund, shapes.with_refund),
    "returns": (shapes.shown_return, shapes.with_return),
}


class Attention(V1View):
    """What waits for a person."""

    needs_account = True
    #: Any of them opens the list, and shows its part of it.
    permissions = tuple(dict.fromkeys(waiting.permission for waiting in WAITING))

    @operation(
        "What waits for a person",
        shapes.AttentionShape,
        tag="staff",
        operation_id="staff_attention",
        auth="staff",
        query=shapes.StaffQuery,
        codes="`unknown_cursor`",
        description="The lists of the admin's first page. Each needs the permission to see its rows.",
    )
    def get(self, request: Request) -> Response:
        user = me(request)
        if not user.is_staff or not any(map(user.has_perm, self.permissions)):
            raise PermissionDenied
        cursor = read_query(shapes.StaffQuery, request.query_params)["cursor"]
        places = _opened(cursor) if cursor else {waiting.name: 0 for waiting in WAITING}
        answer: dict[str, Any] = {}
        following: dict[str, int] = {}
        for waiting in WAITING:
            answer[waiting.name] = []
            # A list that came to its end on an earlier page has no place any more.
            if waiting.name not in places or not user.has_perm(waiting.permission):
                continue
            show, with_all = _SHOWN[waiting.name]
            rows = with_all(waiting.rows().filter(pk__gt=places[waiting.name])).order_by("pk")
            found = list(rows[: PAGE_SIZE + 1])
            answer[waiting.name] = [show(row) for row in found[:PAGE_SIZE]]
            if len(found) > PAGE_SIZE:
                following[waiting.name] = found[PAGE_SIZE - 1].pk
        return Response({**answer, "next_cursor": _sealed(following) if following else None})


def _sealed(places: Mapping[str, int]) -> str:
    return seal(f"attention:{json.dumps([places.get(waiting.name) for waiting in WAITING])}")


def _opened(cursor: str) -> dict[str, int]:
    """The list's name -> behind which row it goes on. Sealed, so what opens is what was written here."""
    try:
        of, _colon, text = unseal(cursor).partition(":")
    except UndecryptableValue as exc:
        raise unknown_cursor() from exc
    if of != "attention":
        raise unknown_cursor()
    places = dict(zip((waiting.name for waiting in WAITING), json.loads(text), strict=False))
    return {name: place for name, place in places.items() if place is not None}
