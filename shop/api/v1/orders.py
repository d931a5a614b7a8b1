"""Orders as their customers see them: by account, or by the order's own token in ``Order-Token``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment import order_links, payment_pages, timeline
from fulfillment.cancellation import cancel_by_customer, may_cancel
from fulfillment.desk import NotNow
from fulfillment.models import Order, OrderLink, Payment
from fulfillment.parcel_views import ParcelView, parcels
from fulfillment.payment_methods import methods_for, usable_methods
from fulfillment.payments import PaymentProblem, start_payment
from fulfillment.returns import may_return, returnable
from fulfillment.statement import statement_of
from fulfillment.states import OrderStatus, PaymentStatus
from integrations.payments import has_provider
from shop import order_feed
from shop.accounts.orders import orders_of
from shop.api.idempotency import owner_of_order
from shop.api.v1 import buying_shapes as shapes
from shop.api.v1.base import V1View, once, read
from shop.api.v1.catalogue import methods_of
from shop.api.v1.document import IDEMPOTENCY_KEY, ORDER_TOKEN, operation
from shop.api.v1.feed_shapes import CURSOR_QUERY, cursor_of
from shop.api.v1.problems import Problem, not_found
from shop.api.v1.return_answers import shown_return
from shop.api.v1.shapes import amount, picture, totals
from shop.limits import visitor_address
from shop.money import Money
from shop.product_page import variant_picture
from shop.structured_data import absolute
from shop.views.orders import FINAL
from shop.views.payments import return_urls, transfer_facts

#: So often (seconds) an open payment is read at its provider because somebody asks.
_LOOK_EVERY_S = 5
_OPEN = frozenset({PaymentStatus.PENDING, PaymentStatus.PROCESSING})


class ShowOrder(V1View):
    """An order and how far it has come."""

    @operation(
        "An order: its state, its parcels, what can be done with it",
        shapes.OrderShape,
        tag="orders",
        operation_id="order",
        parameters=[ORDER_TOKEN],
        errors=[404],
        description="For a guest with the order's token, for a customer with the account's.",
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(shown_order(request, own_order(request, number)))


class CancelOrder(V1View):
    """Cancels an order that is not being bought yet."""

    http_method_names = ["post"]

    @operation(
        "Cancel the order and get the money back",
        shapes.OrderShape,
        tag="orders",
        operation_id="cancel_order",
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        errors=[404, 409, 422],
        codes="`too_late`, `processing` (the bank is still at work on the payment)",
        description="Possible until something has been sent to a supplier: `may_cancel` says so.",
    )
    def post(self, request: Request, number: str) -> Response:
        order = own_order(request, number)

        def work() -> tuple[int, Mapping[str, Any]]:
            try:
                cancel_by_customer(order)
            except NotNow as exc:
                is_at_bank = exc.code == "processing"
                late = _("It is too late to cancel: the order is being bought.")
                raise Problem(422, exc.code, _WORDS[exc.code]() if is_at_bank else late) from exc
            return 200, shown_order(request, own_order(request, number))

        return once(request, work, owner=owner_of_order(order))


class StartPayment(V1View):
    """Opens the way to pay."""

    http_method_names = ["post"]

    @operation(
        "Start paying the order",
        shapes.PaymentShape,
        tag="orders",
        operation_id="start_payment",
        status=201,
        body=shapes.PaymentRequest,
        body_example={"method": "stripe"},
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        errors=[404, 409, 422],
        codes="`already_paid`, `processing` (the bank is at it: ask for the order), `order_canceled`, "
        "`payment_unavailable` (nothing was charged: try again or pay another way)",
        description="Open `pay_url` in a browser, or show `transfer`; an order that costs nothing is paid at once (the "
        "payment has `succeeded`). Then ask the payment's address what became of "
        "it: that the browser came back proves nothing.",
    )
    def post(self, request: Request, number: str) -> Response:
        order = own_order(request, number)
        return once(request, lambda: _start(request, order), owner=owner_of_order(order))


class ShowPayment(V1View):
    """Where a payment stands."""

    @operation(
        "What became of a payment",
        shapes.PaymentShape,
        tag="orders",
        operation_id="payment",
        parameters=[ORDER_TOKEN],
        errors=[404],
        description="While it is open the provider is asked, every few seconds at most.",
    )
    def get(self, request: Request, number: str, payment_id: str) -> Response:
        order = own_order(request, number)
        payment = order.payments.filter(public_id=payment_id).first()
        if payment is None:
            raise not_found()
        is_open = payment.status in _OPEN and has_provider(payment.method)
        if is_open and cache.add(f"payment-look:{payment.pk}", 1, _LOOK_EVERY_S):
            payment_pages.look(payment.pk, actor="customer")
            payment.refresh_from_db()
        return Response(shown_payment(payment))


class OrderEvents(V1View):
    """What became of one order, from a cursor on."""

    @operation(
        "What became of the order since a cursor",
        shapes.EventsShape,
        tag="orders",
        operation_id="order_events",
        query=CURSOR_QUERY,
        parameters=[ORDER_TOKEN],
        errors=[404],
        codes="`unknown_cursor`",
    )
    def get(self, request: Request, number: str) -> Response:
        order = own_order(request, number)
        events, cursor = order_feed.of_order(order, cursor_of(request))
        return Response({"results": [shown_event(event) for event in events], "next_cursor": cursor})


class MailLinks(V1View):
    """For a guest who lost the tokens."""

    http_method_names = ["post"]

    @operation(
        "Have the links to one's orders mailed",
        None,
        tag="orders",
        operation_id="mail_order_links",
        status=202,
        body=shapes.LinksRequest,
        body_example={"email": "ada@example.com"},
        description="The answer is the same whether the address has orders or not. The last part of a mailed link is "
        "the order's token.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.LinksRequest, request.data)
        order_links.ask(email=values["email"], visitor=visitor_address(request._request))
        return Response(status=202)


def own_order(request: Request, number: str) -> Order:
    """The order with this number, for whoever may see it. Raises ``Problem`` (404) for everybody else."""
    order = _by_token(request, number)
    if order is None and request.user.is_authenticated:
        order = orders_of(request.user).filter(number=number).first()
    if order is None:
        raise not_found()
    rows = Order.objects.for_page().prefetch_related("lines__variant__product__images")
    return rows.get(pk=order.pk)


def shown_order(request: Request, order: Order) -> dict[str, Any]:
    """``order`` as an answer."""
    is_unpaid = order.status == OrderStatus.AWAITING_PAYMENT
    left = {item.line.pk: item.quantity for item in returnable(order)}
    can_return = may_return(order)
    address = {name: value for name, value in asdict(order.address).items() if isinstance(value, str)}
    return {
        "number": order.number,
        "status": order.status,
        "status_text": order.get_status_display(),
        "is_final": order.status in FINAL,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "email": order.email,
        "address": address,
        "lines": [
            {
                "position": position,
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": amount(Money(line.unit_price, line.currency)),
                "total": amount(Money(line.total, line.currency)),
                "picture": picture(variant_picture(line.variant)) if line.variant else None,
                "quantity_returnable": left.get(line.pk, 0) if can_return else 0,
            }
            for position, line in enumerate(order.lines.all(), start=1)
        ],
        "totals": totals(statement_of(order)),
        "steps": [asdict(step) for step in timeline.steps(order)],
        "parcels": [shown_parcel(parcel) for parcel in parcels(order)],
        "payments": [shown_payment(payment, order) for payment in order.payments.all()],
        "payment_methods": methods_of(methods_for(order.total_money)) if is_unpaid else [],
        "may_cancel": may_cancel(order),
        "may_return": can_return,
        "returns": [shown_return(order, found) for found in order.returns.all()],
    }


def shown_parcel(parcel: ParcelView) -> dict[str, Any]:
    return {
        "state": parcel.state,
        "next_text": parcel.next_text,
        "contents": [{"title": content.title, "quantity": content.quantity} for content in parcel.contents],
        "is_shared": parcel.is_shared,
        "tracking_number": parcel.tracking_number,
        "carrier": parcel.carrier,
        "tracking_url": parcel.tracking_url,
        "eta": parcel.eta,
        "delivered_at": parcel.delivered_at,
        "events": [{"at": event.at, "label": event.label, "description": event.description} for event in parcel.events],
    }


def shown_payment(payment: Payment, order: Order | None = None) -> dict[str, Any]:
    """``payment`` as an answer; ``order`` is its order where that is at hand."""
    order = order or payment.order
    is_payable = payment.status in ("pending", "failed", "abandoned") and order.status == OrderStatus.AWAITING_PAYMENT
    url = _PAY_URLS.get(payment.method, lambda one: "")(payment) if is_payable else ""
    facts = transfer_facts() if is_payable and payment.method == Payment.Method.BANK_TRANSFER else None
    return {
        "id": payment.public_id,
        "method": payment.method,
        "status": payment.status,
        "money": amount(payment.money),
        "pay_url": url or None,
        "transfer": {
            "holder": facts["holder"],
            "account_number": facts["number"],
            "bic": facts["bic"],
            "bank": facts["bank"],
            "reference": order.number,
            "days": facts["days"],
        }
        if facts
        else None,
    }


def shown_event(event: order_feed.FeedEvent) -> dict[str, Any]:
    return {"id": event.key, "type": event.kind, "order": event.order_number, "at": event.at}


_PAY_URLS: Mapping[str, Callable[[Payment], str]] = {
    Payment.Method.SANDBOX.value: lambda payment: absolute(f"/pay/{payment.public_id}/"),
    Payment.Method.STRIPE.value: lambda payment: payment.session_url,
}


def _by_token(request: Request, number: str) -> Order | None:
    token = request.headers.get("Order-Token", "")
    if not token.isascii() or not 20 <= len(token) <= 80:
        return None
    order = OrderLink.order_for(token)
    return order if order is not None and order.number == number else None


def _start(request: Request, order: Order) -> tuple[int, Mapping[str, Any]]:
    method = read(shapes.PaymentRequest, request.data)["method"]
    if order.total and method not in {usable.code for usable in usable_methods(order.currency)}:
        raise Problem(422, "payment_unavailable", _("This way to pay is not offered."))
    try:
        if order.total and has_provider(method):
            url = payment_pages.open_page(order, method=method, return_urls=return_urls(request._request))
            payment = Payment.objects.get(order=order, method=method, session_url=url)
        else:
            payment = start_payment(order, method=method)
    except PaymentProblem as problem:
        raise Problem(422, problem.code, _WORDS[problem.code]()) from problem
    return 201, shown_payment(payment)


_WORDS: Mapping[str, Callable[[], str]] = {
    "already_paid": lambda: _("This order is already paid."),
    "order_canceled": lambda: _("This order has been canceled."),
    "processing": lambda: _("The bank is still working on this order's payment."),
    "payment_unavailable": lambda: _(
        "We could not open the payment page. Nothing was charged: please try again, or pay another way."
    ),
}
