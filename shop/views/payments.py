"""From an order to where it is paid, and back: the provider's page, the transfer's instructions, the return."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fulfillment import payment_pages
from fulfillment.models import Order, Payment
from fulfillment.payment_methods import usable_methods
from fulfillment.payments import PaymentProblem, start_payment
from fulfillment.states import OrderStatus, PaymentStatus
from integrations.payments import has_provider
from shop import customer_session
from shop.views.privacy import private_page

_P = PaymentStatus


def go_to_payment(request: HttpRequest, order: Order, method: str) -> HttpResponse:
    """Send the browser to where ``order`` is paid by ``method``: one that is paid, or costs nothing, to its thanks.

    The session must know the order. Raises ``PaymentProblem``: ``order_canceled``, ``payment_unavailable`` (nothing
    was charged, the order can be paid later or otherwise).
    """
    if order.total and method not in {usable.code for usable in usable_methods(order.currency)}:
        raise PaymentProblem(_("This way to pay is not offered."), code="payment_unavailable")
    try:
        if order.total and has_provider(method):
            return redirect(payment_pages.open_page(order, method=method, return_urls=return_urls(request)))
        payment = start_payment(order, method=method)
    except PaymentProblem as problem:
        if problem.code == "already_paid":
            # Sent once more after paying (back button, second tab): show what became of it.
            return redirect("thanks", number=order.number)
        if problem.code == "processing":
            return redirect("order", token=customer_session.link_token(request.session, order))
        raise
    if payment.status == _P.SUCCEEDED:
        customer_session.empty_basket(request.session, order)
        return redirect("thanks", number=order.number)
    name = "pay-transfer" if method == Payment.Method.BANK_TRANSFER else "pay-sandbox"
    return redirect(name, public_id=payment.public_id)


@private_page
@require_safe
def payment_return(request: HttpRequest, public_id: str) -> HttpResponse:
    """The browser is back from the provider. That proves nothing: the provider is asked what became of the payment."""
    payment = _payment(public_id)
    if not has_provider(payment.method):
        raise Http404
    if payment.status in (_P.PENDING, _P.PROCESSING, _P.FAILED, _P.ABANDONED):
        payment_pages.look(payment.pk, actor="customer")
        payment = _payment(public_id)
    order = payment.order
    is_own = customer_session.owns(request.session, order.number)
    if is_own and payment.status in (_P.SUCCEEDED, _P.PROCESSING):
        customer_session.empty_basket(request.session, order)
    if is_own and payment.status == _P.SUCCEEDED:
        return redirect("thanks", number=order.number)
    is_unpaid = order.status == OrderStatus.AWAITING_PAYMENT
    if is_unpaid and is_own and (payment.status == _P.ABANDONED or (payment.status == _P.PENDING and _left(request))):
        return redirect("order", token=customer_session.link_token(request.session, order))
    context = {"payment": payment, "order": order, "is_own": is_own, "again_url": "", "continue_url": ""}
    if is_own:
        context["again_url"] = reverse("order", args=[customer_session.link_token(request.session, order)])
    if not is_unpaid or payment.status in (_P.SUCCEEDED, _P.MISMATCH):
        return render(request, "shop/pay_settled.html", context)
    if payment.status == _P.FAILED:
        return render(request, "shop/pay_declined.html", context)
    return render(request, "shop/pay_waiting.html", context)


@private_page
@require_safe
def transfer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where to transfer how much, and under which reference."""
    payment = _payment(public_id)
    if payment.method != Payment.Method.BANK_TRANSFER or not settings.BANK_ACCOUNT_NUMBER:
        raise Http404
    order = payment.order
    is_own = customer_session.owns(request.session, order.number)
    is_open = order.status == OrderStatus.AWAITING_PAYMENT and payment.money == order.total_money
    context = {"payment": payment, "order": order, "is_own": is_own}
    if not is_open or payment.status in (_P.SUCCEEDED, _P.MISMATCH):
        return render(request, "shop/pay_settled.html", context)
    if is_own:
        # The order is placed as far as the customer can place it; what is missing is the money.
        customer_session.empty_basket(request.session, order)
    context |= transfer_facts()
    context["token"] = customer_session.link_token(request.session, order) if is_own else ""
    return render(request, "shop/pay_transfer.html", context)


def _payment(public_id: str) -> Payment:
    return get_object_or_404(Payment.objects.select_related("order"), public_id=public_id)


def transfer_facts() -> dict[str, Any]:
    """The account that transfers go to, and for how long an order waits for one."""
    return {
        "holder": settings.BANK_ACCOUNT_HOLDER,
        "number": settings.BANK_ACCOUNT_NUMBER,
        "bic": settings.BANK_ACCOUNT_BIC,
        "bank": settings.BANK_NAME,
        "days": settings.BANK_TRANSFER_DAYS,
    }


def _left(request: HttpRequest) -> bool:
    return "left" in request.GET


def return_urls(request: HttpRequest) -> payment_pages.ReturnUrls:
    """Where a provider sends the browser back to."""

    def urls(public_id: str) -> tuple[str, str]:
        path = reverse("pay-return", args=[public_id])
        # Under the name by which the visitor came: on a development machine that may be localhost or 127.0.0.1.
        back = request.build_absolute_uri(path) if settings.DEBUG else f"{settings.BASE_URL}{path}"
        return back, f"{back}?left=1"

    return urls
