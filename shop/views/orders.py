"""After the purchase: the thank-you page and the order's status page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from catalog.models import ProductImage
from fulfillment import timeline
from fulfillment.models import Order, OrderLine, OrderLink, Payment
from fulfillment.payments import start_payment
from fulfillment.states import OrderStatus
from shop import customer_session
from shop.errors import DomainError
from shop.product_page import variant_picture
from shop.views.privacy import private_page

#: Nothing will change any more: the page stops asking.
_FINAL = frozenset({OrderStatus.DELIVERED, OrderStatus.CLOSED, OrderStatus.CANCELED, OrderStatus.REFUNDED})


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
    return render(request, "shop/thanks.html", {"order": order, "lines": _lines(order), "token": token})


@private_page
@require_safe
def order_status(request: HttpRequest, token: str) -> HttpResponse:
    """The order's way so far. With ``?fragment=1`` only the part that changes, for the script that asks again."""
    order = _order_behind(token)
    is_fragment = "fragment" in request.GET or request.headers.get("X-Fragment") == "1"
    context = {
        "order": order,
        "token": token,
        "steps": timeline.steps(order),
        "parcels": timeline.parcels(order),
        "lines": _lines(order),
        "is_final": order.status in _FINAL,
        "is_unpaid": order.status == OrderStatus.AWAITING_PAYMENT,
    }
    return render(request, "shop/_order_status.html" if is_fragment else "shop/order_status.html", context)


@private_page
@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """From the status page of an unpaid order to its payment page."""
    order = _order_behind(token)
    customer_session.remember_order(request.session, order, token)
    try:
        payment = start_payment(order, method=Payment.Method.SANDBOX)
    except DomainError:
        # Paid or canceled meanwhile: the page itself says which.
        return redirect("order", token=token)
    return redirect("pay-sandbox", public_id=payment.public_id)


def _order_behind(token: str) -> Order:
    order = OrderLink.order_for(token)
    if order is None:
        raise Http404
    return _load(pk=order.pk)


def _load(**which: object) -> Order:
    order = Order.objects.for_page().prefetch_related("lines__variant__product__images").filter(**which).first()
    if order is None:
        raise Http404
    return order


def _lines(order: Order) -> list[ShownLine]:
    return [ShownLine(line, variant_picture(line.variant) if line.variant else None) for line in order.lines.all()]
