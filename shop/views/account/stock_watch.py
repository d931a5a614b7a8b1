"""*Tell me when it is available*: the question, the answer from a mail, and the way out of it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from catalog.availability import in_stock
from catalog.models import Variant
from shop.accounts import stock_watch
from shop.accounts.orders import confirmed_addresses
from shop.forms import StockWatchForm
from shop.limits import allowed
from shop.views.account.pages import chosen_variant, user_of
from shop.views.privacy import private_page
from shop.views.storefront import sold_variant

#: What one visitor may ask in an hour; more is answered in the same words and does nothing.
_ASKS, _ASKS_S = 20, 3600


@private_page
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """From a product's page to the question for that choice."""
    variant = chosen_variant(request)
    if variant is None:
        return render(request, "shop/not_sold.html", status=400)
    return redirect(f"{reverse('stock-watch')}?{urlencode({'sku': variant.sku})}")


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Which address is to be told. The same answer whatever was asked with it before."""
    typed = request.POST if request.method == "POST" else request.GET
    variant = sold_variant(typed.get("sku", "")[:64].replace("\0", ""))
    if variant is None:
        return render(request, "shop/not_sold.html", status=404)
    user = user_of(request) if request.user.is_authenticated else None
    own = confirmed_addresses(user) if user else []
    form = StockWatchForm(request.POST or None, initial={"email": own[0] if own else ""})
    if request.method == "POST" and form.is_valid():
        state = watch(request, variant, email=form.cleaned_data["email"], user=user)
        return redirect(f"{request.path}?{urlencode({'sku': variant.sku, 'state': state})}")
    context = {
        "form": form,
        "variant": variant,
        "state": request.GET.get("state", "") if request.method == "GET" else "",
        "is_available": in_stock(variant),
    }
    return render(request, "shop/stock_watch.html", context, status=400 if request.method == "POST" else 200)


def watch(request: HttpRequest, variant: Variant, *, email: str, user: User | None) -> str:
    """Have ``email`` told. ``watching``: it is a confirmed address of ``user``; ``asked``: its owner has to agree."""
    if allowed(request, "stock-watch", times=_ASKS, seconds=_ASKS_S):
        stock_watch.watch(variant, email=email, user=user)
    return "watching" if user and email.strip().lower() in confirmed_addresses(user) else "asked"


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Asks before it agrees: programs that look through mails open links, too."""
    row = stock_watch.confirm(token) if request.method == "POST" else stock_watch.find(token)
    state = "gone" if row is None else "watching" if request.method == "POST" else "confirm"
    context = {"variant": row.variant if row else None, "state": state}
    return render(request, "shop/stock_watch.html", context, status=404 if row is None else 200)


@csrf_exempt  # Mail programs send it by themselves (RFC 8058), and the token says all there is to say.
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No mail about it any more."""
    if request.method == "POST":
        stock_watch.stop(token)
        return render(request, "shop/stock_watch.html", {"state": "stopped"})
    row = stock_watch.find(token)
    context = {"variant": row.variant if row else None, "state": "stop" if row else "stopped"}
    return render(request, "shop/stock_watch.html", context)
