"""The sandbox payment page: stands in for a payment provider while no real one is set up."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fulfillment.models import Payment
from fulfillment.payments import settle_payment
from fulfillment.states import OrderStatus, PaymentStatus
from shop import customer_session
from shop.views.privacy import private_page

_OUTCOMES = {
    "approve": PaymentStatus.SUCCEEDED,
    "decline": PaymentStatus.FAILED,
    "abandon": PaymentStatus.ABANDONED,
}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def payment_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve, decline or abandon a payment. A settled one shows what became of it instead."""
    if Payment.Method.SANDBOX not in settings.PAYMENT_METHODS:
        raise Http404
    payment = get_object_or_404(
        Payment.objects.select_related("order"), public_id=public_id, method=Payment.Method.SANDBOX
    )
    if request.method == "POST":
        outcome = _OUTCOMES.get(request.POST.get("action", ""))
        if outcome is None:
            return _render(request, payment, status=400)
        settle_payment(payment, outcome=outcome, money=payment.money, reference=f"sandbox-{payment.public_id}")
        return _after(request, Payment.objects.select_related("order").get(pk=payment.pk), outcome)
    return _render(request, payment)


def _after(request: HttpRequest, payment: Payment, chosen: PaymentStatus) -> HttpResponse:
    """Where the customer goes from here. Whether money came is read from what is stored, not from the click."""
    order = payment.order
    is_own = customer_session.owns(request.session, order.number)
    if payment.status == PaymentStatus.SUCCEEDED and is_own:
        customer_session.empty_basket(request.session, order)
        return redirect("thanks", number=order.number)
    if chosen == PaymentStatus.ABANDONED and is_own:
        return redirect("order", token=customer_session.link_token(request.session, order))
    address = reverse("pay-sandbox", args=[payment.public_id])
    return redirect(f"{address}?declined=1" if chosen == PaymentStatus.FAILED else address)


def _render(request: HttpRequest, payment: Payment, *, status: int = 200) -> HttpResponse:
    if payment.status == PaymentStatus.FAILED and "declined" in request.GET:
        template = "shop/pay_declined.html"
    elif payment.status in (PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCH) or (
        payment.order.status != OrderStatus.AWAITING_PAYMENT
    ):
        template = "shop/pay_settled.html"
    else:
        template = "shop/pay_sandbox.html"
    is_own = customer_session.owns(request.session, payment.order.number)
    again_url = reverse("pay-sandbox", args=[payment.public_id])
    context = {"payment": payment, "order": payment.order, "is_own": is_own, "again_url": again_url}
    return render(request, template, context, status=status)
