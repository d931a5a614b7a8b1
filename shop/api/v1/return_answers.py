"""A return as an answer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from fulfillment.models import Order, ReturnRequest
from shop.structured_data import absolute


def shown_return(order: Order, found: ReturnRequest) -> dict[str, Any]:
    """``found``, whose ``order`` was loaded with its lines."""
    places = {line.pk: (position, line) for position, line in enumerate(order.lines.all(), start=1)}
    return {
        "number": found.number,
        "status": found.status,
        "status_text": found.get_status_display(),
        "reason": found.reason,
        "comment": found.comment,
        "answer": found.answer,
        "lines": [
            {
                "position": places[row.order_line_id][0],
                "title": places[row.order_line_id][1].title,
                "quantity": row.quantity,
            }
            for row in found.lines.all()
        ],
        "photos": [
            absolute(reverse("v1-return-photo", args=[order.number, found.number, position]))
            for position in found.photos.values_list("position", flat=True)
        ],
        "created_at": found.created_at,
    }
