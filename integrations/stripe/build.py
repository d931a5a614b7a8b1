"""Our request as Stripe's parameters. Pure: the same request gives the same parameters, as its key promises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.payments import RefundRequest, SessionLine, SessionRequest
from integrations.stripe.amounts import to_wire
from shop.money import Money

#: Stripe takes no more lines; beyond it the order is shown as one.
MOST_LINES = 100
LONGEST_NAME = 250


def session_params(request: SessionRequest) -> dict[str, Any]:
    """The parameters of *create a Checkout Session*. Raises ``Rejected`` for an amount that Stripe cannot take."""
    metadata = {"payment": request.reference, "order": request.label}
    return {
        "mode": "payment",
        "client_reference_id": request.reference,
        "customer_email": request.email,
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "line_items": [_line_item(line) for line in _lines(request)],
        "metadata": metadata,
        # A session's metadata is not copied to the payment.
        "payment_intent_data": {"metadata": metadata, "description": request.label},
        "expires_at": int(request.expires_at.timestamp()),
        "locale": "auto",
    }


def refund_params(request: RefundRequest) -> dict[str, Any]:
    """The parameters of *create a refund*. Raises ``Rejected`` for an amount that Stripe cannot take."""
    return {
        "payment_intent": request.payment_reference,
        "amount": to_wire(request.money),
        "reason": "requested_by_customer",
        "metadata": {"refund_key": request.key},
    }


def _lines(request: SessionRequest) -> tuple[SessionLine, ...]:
    nothing = Money(Decimal(0), request.money.currency)
    if 0 < len(request.lines) <= MOST_LINES and sum((line.total for line in request.lines), nothing) == request.money:
        return request.lines
    return (SessionLine(request.label, 1, request.money),)


def _line_item(line: SessionLine) -> dict[str, Any]:
    # A total is what the customer owes; where it is no whole multiple, the pieces become one position.
    in_wire = to_wire(line.total)
    quantity, title = line.quantity, line.title
    if in_wire % quantity:
        quantity, title = 1, f"{line.quantity} × {line.title}"
    name = title[:LONGEST_NAME] or "-"
    price = {
        "currency": line.total.currency.lower(),
        "unit_amount": in_wire // quantity,
        "product_data": {"name": name},
    }
    return {"quantity": quantity, "price_data": price}
