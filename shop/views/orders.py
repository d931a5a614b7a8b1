"""After the purchase: the thank-you page and the order's status page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import ProductImage
from fulfillment import timeline
from fulfillment.cancellation import cancel_by_customer, may_cancel
from fulfillment.desk import NotNow
from fulfillment.models import Order, OrderLine, OrderLink, load_bundle_parts
from fulfillment.parcel_views import parcels
from fulfillment.payment_methods import methods_for
from fulfillment.payments import PaymentProblem
from fulfillment.returns import may_return
from fulfillment.statement import statement_of
from fulfillment.states import OrderStatus
from shop import customer_session
from shop.product_page import variant_picture
from shop.views.payments import go_to_payment
from shop.views.privacy import private_page

#: Nothing will change any more: the page stops asking.
FINAL = frozenset({OrderStatus.DELIVERED, OrderStatus.CLOSED, OrderStatus.CANCELED, OrderStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the order beside a picture of what was bought."""

    line: OrderLine
    picture: ProductImage | None


@private_page
@require_safe
def thanks(request: HttpRequest, number: str) -> HttpResponse:
    """What happens next; only for the session that placed the order."""
    if not customer_session.owns(request.session, number):
        raise Http404
    order = _load(number=number)
    token = customer_session.link_token(request.session, order)
    if order.status == OrderStatus.AWAITING_PAYMENT:
        return redirect("order", token=token)
    context = {"order": order, "lines": _lines(order), "totals": statement_of(order), "token": token}
    return render(request, "shop/thanks.html", context)


@private_page
@require_safe
def order_status(request: HttpRequest, token: str) -> HttpResponse:
    """The order's way so far. With ``?fragment=1`` only the part that changes, for the script that asks again."""
    order = _order_behind(token)
    is_fragment = "fragment" in request.GET or request.headers.get("X-Fragment") == "1"
    shown = parcels(order)
    context = {
        "order": order,
        "token": token,
        "steps": timeline.steps(order),
        "parcels": shown,
        "is_partly_sent": any(parcel.state in ("on_its_way", "arrived") for parcel in shown),
        "lines": _lines(order),
        "totals": statement_of(order),
        "is_final": order.status in FINAL,
        "is_unpaid": order.status == OrderStatus.AWAITING_PAYMENT,
        "is_processing": order.is_at_the_bank,
        "is_unavailable": "unavailable" in request.GET,
        "methods": methods_for(order.total_money),
        "may_cancel": may_cancel(order),
        "may_return": may_return(order),
    }
    return render(request, "shop/_order_status.html" if is_fragment else "shop/order_status.html", context)


@private_page
@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """From the status page of an unpaid order to where it is paid."""
    order = _order_behind(token)
    customer_session.remember_order(request.session, order, token)
    if order.status != OrderStatus.AWAITING_PAYMENT:
        return redirect("order", token=token)  # Paid or canceled meanwhile: the page itself says which.
    methods = [method.code for method in methods_for(order.total_money)]
    chosen = request.POST.get("payment_method") or (methods[0] if methods else "")
    try:
        return go_to_payment(request, order, chosen)
    except PaymentProblem as problem:
        # Canceled meanwhile: the page itself says so.
        address = reverse("order", args=[token])
        return redirect(f"{address}?unavailable=1" if problem.code == "payment_unavailable" else address)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once more, then cancels; says so where it is too late."""
    order = _order_behind(token)
    if request.method == "POST":
        try:
            cancel_by_customer(order)
        except NotNow:
            order.refresh_from_db()
        else:
            return redirect("order", token=token)
    context = {
        "order": order,
        "token": token,
        "may_cancel": request.method != "POST" and may_cancel(order),
        "is_unpaid": order.status == OrderStatus.AWAITING_PAYMENT,
        "is_processing": order.is_at_the_bank,
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "shop/order_cancel.html", context, status=status)


def _order_behind(token: str) -> Order:
    order = OrderLink.order_for(token)
    if order is None:
        raise Http404
    return _load(pk=order.pk)


def _load(**which: object) -> Order:
    order = Order.objects.for_page().prefetch_related("lines__variant__product__images").filter(**which).first()
    if order is None:
        raise Http404
    load_bundle_parts(order.lines.all())
    return order


def _lines(order: Order) -> list[ShownLine]:
    return [ShownLine(line, variant_picture(line.variant) if line.variant else None) for line in order.lines.all()]
