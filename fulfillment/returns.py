"""Returns: what a customer may send back, the request for it, and the staff's answers.

The customer asks, a person answers. Money goes back only through ``fulfillment.payments.refund``, under the return's
number as key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.invoices import payment_of
from fulfillment.models import Notice, Order, OrderLine, ReturnLine, ReturnPhoto, ReturnRequest
from fulfillment.notifications import owe
from fulfillment.payments import refund
from fulfillment.states import RETURN_MOVES, RETURNING, OrderStatus, ReturnStatus, SupplierOrderStatus
from fulfillment.transitions import IllegalTransition, lock_order, move_return, record
from shop.errors import DomainError
from shop.money import Money, minor_unit

MAX_PHOTOS = 4
#: More requests for one order than anybody needs; a declined one may be asked for again.
MAX_REQUESTS = 10
_ARRIVING = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CLOSED)
#: One parcel may have arrived while another waits.
_GOING = (OrderStatus.PAID, OrderStatus.IN_FULFILLMENT)
_SENT = (SupplierOrderStatus.SHIPPED, SupplierOrderStatus.DELIVERED)
_FINAL = [status for status, targets in RETURN_MOVES.items() if not targets]


class ReturnProblem(DomainError):
    """The request or the answer does not fit. Codes: ``too_late``, ``nothing``, ``too_many``, ``too_often``,
    ``not_now``, ``not_paid``.
    """

    code = "return_problem"


@dataclass(frozen=True, slots=True)
class Returnable:
    """A line of the order and how many pieces of it can still be sent back."""

    line: OrderLine
    quantity: int


def until(order: Order) -> datetime | None:
    """Until when something may be sent back; None if the order has not arrived as a whole."""
    arrivals = [event.at for event in order.events.all() if event.kind == "order.delivered"]
    return min(arrivals) + timedelta(days=settings.RETURN_DAYS) if arrivals else None


def returnable(order: Order) -> list[Returnable]:
    """Every line of ``order`` with what can still be sent back of it. Reads what was prefetched."""
    gone: dict[int, int] = {}
    for request in order.returns.all():
        if request.status in RETURNING:
            for line in request.lines.all():
                gone[line.order_line_id] = gone.get(line.order_line_id, 0) + line.quantity
    here = sent_lines(order) if order.status in _GOING else {line.pk for line in order.lines.all()}
    return [
        Returnable(line, max(line.quantity - gone.get(line.pk, 0), 0) if line.pk in here else 0)
        for line in order.lines.all()
    ]


def sent_lines(order: Order) -> set[int]:
    """Ids of the lines of ``order`` of which every part that is still to come has been sent, and one has."""
    sent: set[int] = set()
    waiting: set[int] = set()
    for part in order.supplier_orders.all():
        if part.status != SupplierOrderStatus.CANCELED:
            (sent if part.status in _SENT else waiting).update(line.order_line_id for line in part.lines.all())
    return sent - waiting


def may_return(order: Order) -> bool:
    """Whether the customer may ask to send something back now."""
    if not _is_open(order):
        return False
    return any(item.quantity for item in returnable(order)) and len(order.returns.all()) < MAX_REQUESTS


def ask(
    order: Order, *, key: str, quantities: Mapping[int, int], reason: str, comment: str = "", photos: Sequence[bytes]
) -> ReturnRequest:
    """The customer's request. ``quantities``: order line id -> pieces; ``photos``: WebP, encoded by us.

    The same ``key`` again is the same request. Raises ``ReturnProblem``.
    """
    with transaction.atomic():
        order = lock_order(order.pk)
        present = order.returns.filter(key=key).first()
        if present:
            return present
        wanted = _check(order, quantities)
        request = ReturnRequest.objects.create(
            order=order,
            number=f"{order.number}-R{order.returns.count() + 1}",
            key=key,
            reason=reason,
            comment=comment,
        )
        ReturnLine.objects.bulk_create(
            ReturnLine(request=request, order_line_id=line_id, quantity=quantity)
            for line_id, quantity in wanted.items()
        )
        ReturnPhoto.objects.bulk_create(
            ReturnPhoto(request=request, position=position, content=content)
            for position, content in enumerate(photos[:MAX_PHOTOS], start=1)
        )
        data = {"return": request.number, "pieces": sum(wanted.values()), "reason": reason, "photos": len(photos)}
        record(order.pk, "return.requested", actor="customer", data=data)
        owe(order, Notice.Kind.RETURN_REQUESTED, return_request=request)
    return request


def approve(request: ReturnRequest, *, instructions: str, actor: str) -> None:
    """The customer may send it back, in the way that ``instructions`` say. Raises ``ReturnProblem``."""
    _answer(request, ReturnStatus.APPROVED, Notice.Kind.RETURN_APPROVED, actor=actor, answer=instructions)


def decline(request: ReturnRequest, *, reason: str, actor: str) -> None:
    """It is not taken back; the customer reads why. Raises ``ReturnProblem``."""
    _answer(request, ReturnStatus.DECLINED, Notice.Kind.RETURN_DECLINED, actor=actor, answer=reason)


def note_received(request: ReturnRequest, *, actor: str) -> None:
    """What was sent back has arrived. Raises ``ReturnProblem``."""
    _answer(request, ReturnStatus.RECEIVED, Notice.Kind.RETURN_RECEIVED, actor=actor)


def close(request: ReturnRequest, *, reason: str, actor: str) -> None:
    """It ends without a refund; the customer reads why. Raises ``ReturnProblem``."""
    _answer(request, ReturnStatus.CLOSED, Notice.Kind.RETURN_CLOSED, actor=actor, answer=reason)


def refund_return(request: ReturnRequest, *, amount: Decimal, actor: str) -> None:
    """Give ``amount`` (major units, the order's currency) back for it, once.

    Raises ``ReturnProblem``, or ``PaymentProblem`` if more would go back than is left.
    """
    with transaction.atomic():
        order = lock_order(request.order_id)
        request.refresh_from_db()
        if ReturnStatus.REFUNDED not in RETURN_MOVES[request.status]:
            raise _not_now(request)
        payment = payment_of(order)
        if payment is None:
            raise ReturnProblem(_("No payment of this order can be given back."), code="not_paid")
        row = refund(
            payment, amount=amount, key=f"return-{request.number}", reason=f"Return {request.number}", actor=actor
        )
        move_return(
            request,
            ReturnStatus.REFUNDED,
            actor=actor,
            data={"amount": str(amount), "currency": row.currency},
            refund=row,
        )


def suggested_refund(request: ReturnRequest) -> Money:
    """What the customer paid for the pieces, without shipping; never more than what is left of the payment.

    Pieces that go back one by one come to what was paid for all of them, to the cent.
    """
    order = request.order
    coin = max(minor_unit(order.currency), Decimal("0.01"))
    paid_for = Decimal(0)
    for item in request.lines.select_related("order_line"):
        line = item.order_line
        whole = line.total - line.discount + (0 if order.prices_include_tax else line.tax)
        gone = _quantity_refunded(request, line)
        shares = (whole * quantity / line.quantity for quantity in (gone, gone + item.quantity))
        before, after = (share.quantize(coin, ROUND_HALF_UP) for share in shares)
        paid_for += after - before
    payment = payment_of(order)
    left = payment.amount - payment.refunded_amount if payment else Decimal(0)
    return Money(min(paid_for, left), order.currency)


def _quantity_refunded(request: ReturnRequest, line: OrderLine) -> int:
    """How many pieces of ``line`` the customer's other returns have brought money for."""
    others = ReturnLine.objects.filter(order_line=line, request__status=ReturnStatus.REFUNDED)
    return others.exclude(request=request).aggregate(sum=Sum("quantity"))["sum"] or 0


def purge() -> int:
    """Forget photos and words of requests that ended ``RETURN_PHOTO_DAYS`` ago. How many rows were touched."""
    before = timezone.now() - timedelta(days=settings.RETURN_PHOTO_DAYS)
    ended = ReturnRequest.objects.filter(status__in=_FINAL, updated_at__lt=before)
    photos = ReturnPhoto.objects.filter(request__in=ended).delete()[0]
    return photos + ended.exclude(comment="").update(comment="")


def _is_open(order: Order) -> bool:
    if settings.RETURN_DAYS <= 0 or order.source != Order.Source.STOREFRONT:
        return False
    if order.status not in _ARRIVING and not (order.status in _GOING and sent_lines(order)):
        return False
    end = until(order)
    return end is None or timezone.now() <= end


def _check(order: Order, quantities: Mapping[int, int]) -> dict[int, int]:
    if not _is_open(order):
        raise ReturnProblem(_("This order cannot be sent back any more."), code="too_late")
    wanted = {line_id: quantity for line_id, quantity in quantities.items() if quantity > 0}
    if not wanted:
        raise ReturnProblem(_("Nothing was chosen."), code="nothing")
    left = {item.line.pk: item.quantity for item in returnable(order)}
    if any(quantity > left.get(line_id, 0) for line_id, quantity in wanted.items()):
        raise ReturnProblem(_("More would go back than was bought."), code="too_many")
    if order.returns.count() >= MAX_REQUESTS:
        raise ReturnProblem(_("There are many requests for this order already."), code="too_often")
    return wanted


def _answer(request: ReturnRequest, target: str, kind: Notice.Kind, *, actor: str, **fields: Any) -> None:
    with transaction.atomic():
        order = lock_order(request.order_id)
        try:
            moved = move_return(request, target, actor=actor, **fields)
        except IllegalTransition:
            raise _not_now(request) from None
        if not moved:
            # Another person was faster, perhaps with other words.
            raise _not_now(request)
        owe(order, kind, return_request=request)


def _not_now(request: ReturnRequest) -> ReturnProblem:
    return ReturnProblem(_("It is “%(status)s” by now.") % {"status": request.get_status_display()}, code="not_now")
