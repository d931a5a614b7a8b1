"""Sending something back: the customer's request, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import ProductImage
from fulfillment import returns
from fulfillment.models import Order, OrderLine, OrderLink, ReturnPhoto, ReturnRequest
from fulfillment.states import OrderStatus
from shop import uploads
from shop.product_page import variant_picture
from shop.return_form import ReturnForm
from shop.views.privacy import private_page


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """What goes back, beside its picture."""

    line: OrderLine
    picture: ProductImage | None
    quantity: int


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and the request that comes of it; where nothing can be sent back, the page says why."""
    order = _order_behind(token)
    sent_before = _sent_before(request, order)
    if sent_before:
        return redirect("order-return-shown", token=token, number=sent_before.number)
    if not returns.may_return(order):
        context = {"order": order, "token": token, "why_not": why_not(order), "returns": order.returns.all()}
        return render(request, "shop/return_closed.html", context, status=409 if request.method == "POST" else 200)
    items = returns.returnable(order)
    form = ReturnForm(items, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST":
        if uploads.were_dropped(request):
            form.add_error("photos", _("The photos are too large together. Please choose fewer or smaller ones."))
        if form.is_valid():
            made = _ask(order, form)
            if made:
                return redirect("order-return-shown", token=token, number=made.number)
    context = {
        "order": order,
        "token": token,
        "form": form,
        "rows": [(item, field, _picture(item.line)) for item, field in form.rows()],
        "until": returns.until(order),
        "has_sent_photos": bool(request.FILES),
    }
    return render(request, "shop/return.html", context, status=400 if request.method == "POST" else 200)


@private_page
@require_safe
def show(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """One request: where it stands, what staff answered, what was asked."""
    order = _order_behind(token)
    found = next((row for row in order.returns.all() if row.number == number), None)
    if found is None:
        raise Http404
    lines = {line.pk: line for line in order.lines.all()}
    context = {
        "order": order,
        "token": token,
        "return": found,
        "lines": [
            ReturnedLine(lines[row.order_line_id], _picture(lines[row.order_line_id]), row.quantity)
            for row in found.lines.all()
        ],
        "photos": list(found.photos.values_list("position", flat=True)),
    }
    return render(request, "shop/return_shown.html", context)


@private_page
@require_safe
def photo(request: HttpRequest, token: str, number: str, position: int) -> HttpResponse:
    """A photo of a request, for whoever holds the order's link."""
    order = _order_behind(token)
    found = get_object_or_404(ReturnPhoto, request__order=order, request__number=number, position=position)
    return HttpResponse(bytes(found.content), content_type="image/webp")


def _ask(order: Order, form: ReturnForm) -> ReturnRequest | None:
    try:
        return returns.ask(
            order,
            key=form.cleaned_data["key"],
            quantities=form.quantities,
            reason=form.cleaned_data["reason"],
            comment=form.cleaned_data["comment"],
            photos=form.cleaned_data["photos"],
        )
    except returns.ReturnProblem:
        # Another tab, or the clock, was faster than this form.
        form.add_error(None, _("This changed while you filled in the form. Please load the page again."))
        return None


def _sent_before(request: HttpRequest, order: Order) -> ReturnRequest | None:
    key = request.POST.get("key", "")
    # Compared here: what was typed need not be text that a database takes.
    return next((row for row in order.returns.all() if row.key == key), None)


def why_not(order: Order) -> str:
    """Why nothing of ``order`` can be sent back now, in words for the customer."""
    if settings.RETURN_DAYS <= 0 or order.source != Order.Source.STOREFRONT:
        return _("Please write to us: answer any of our mails about this order.")
    if order.status in (OrderStatus.CANCELED, OrderStatus.REFUNDED):
        return _("This order was canceled or refunded as a whole.")
    if order.status not in (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CLOSED):
        if returns.sent_lines(order):
            return _("You have asked to send back everything that has been sent so far.")
        return _("Nothing of it has been sent yet. Once it has arrived, you can send it back from here.")
    if not any(item.quantity for item in returns.returnable(order)):
        return _("You have asked to send everything back already.")
    return _("The time to send something back is over. If something is wrong with it, answer any of our mails.")


def _order_behind(token: str) -> Order:
    order = OrderLink.order_for(token)
    if order is None:
        raise Http404
    return Order.objects.for_page().prefetch_related("lines__variant__product__images").get(pk=order.pk)


def _picture(line: OrderLine) -> ProductImage | None:
    return variant_picture(line.variant) if line.variant else None
