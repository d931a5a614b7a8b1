"""The form by which somebody has the links to their orders mailed again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fulfillment import order_links
from shop.forms import OrderLinksForm
from shop.limits import visitor_address
from shop.views.privacy import private_page


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The same answer, as fast, whether the address has orders or not."""
    form = OrderLinksForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order_links.ask(email=form.cleaned_data["email"], visitor=visitor_address(request))
        return redirect(f"{request.path}?sent=1")
    status = 400 if request.method == "POST" else 200
    return render(request, "shop/order_links.html", {"form": form, "is_sent": "sent" in request.GET}, status=status)
