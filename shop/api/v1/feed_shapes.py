"""The cursor of a feed of events."""

from __future__ import annotations

from rest_framework.request import Request

from shop.api.serializers import StrictSerializer
from shop.api.v1.base import read_query
from shop.api.v1.buying_shapes import TokenField


class CursorQuery(StrictSerializer):
    """From where on."""

    cursor = TokenField(
        max_length=300, required=False, default="", help_text="`next_cursor` of the answer before; empty: all."
    )


CURSOR_QUERY = CursorQuery


def cursor_of(request: Request) -> str:
    """The cursor in the request's address, or nothing."""
    return str(read_query(CursorQuery, request.query_params)["cursor"])
