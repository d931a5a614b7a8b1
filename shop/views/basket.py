"""The basket: what was put in, changed, taken out and put back. Every change is a POST that leads back to the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Variant
from fulfillment import coupons
from fulfillment.coupons import CannotUseCoupon
from fulfillment.offers import Destination, offer, total_of
from shop import basket as baskets
from shop import customer_session
from shop.basket import BasketProblem
from shop.basket_page import basket_page, buyable
from shop.limits import may_try_coupon
from shop.models import Basket
from shop.views.privacy import private_page
from shop.views.storefront import read_choice
from shop.visitor import visitor_country

_MAX_DIGITS = 4


@private_page
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What is in the basket, what it costs, and what has changed since it was put in."""
    return _render(request, customer_session.find_basket(request.session, Basket.Kind.CART))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Puts the choice on a product's page into the basket; whatever does not fit goes back to that page."""
    choice = read_choice(request)
    if isinstance(choice, HttpResponse):
        return choice
    variant, quantity = choice
    try:
        baskets.add(customer_session.open_cart(request.session), variant, quantity)
    except BasketProblem as problem:
        cart = customer_session.find_basket(request.session, Basket.Kind.CART)
        return _render(request, cart, message=f"{variant.title}: {explain(problem)}", status=400)
    return redirect("basket")


@private_page
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """New quantities (``quantity-<line>``), ``remove=<line>``, a coupon code, or ``action=tidy``."""
    cart = customer_session.find_basket(request.session, Basket.Kind.CART)
    if cart is None:
        return redirect("basket")
    action = request.POST.get("action", "")
    if line_id := request.POST.get("remove", ""):
        return _remove(cart, line_id)
    if action == "tidy":
        baskets.tidy(cart)
        return redirect("basket")
    errors = _change_quantities(cart, request.POST)
    problem = ""
    if action == "coupon-remove":
        baskets.set_coupon(cart, "")
    elif action == "coupon" or request.POST.get("coupon", "").strip().upper() not in ("", cart.coupon_code):
        problem = apply_coupon(request, cart)
    if errors or problem:
        return _render(request, cart, errors=errors, coupon_problem=problem, status=400)
    return redirect("basket")


def apply_coupon(request: HttpRequest, basket: Basket, *, email: str = "") -> str:
    """Take over the code that was typed, if it works for ``basket``; else the reason in words."""
    try:
        use_coupon(request, basket, request.POST.get("coupon", ""), email=email)
    except CannotUseCoupon as exc:
        return exc.message
    return ""


def use_coupon(request: HttpRequest, basket: Basket, typed: str, *, email: str = "") -> None:
    """Take over the code ``typed`` for ``basket``. Raises ``CannotUseCoupon`` with the reason in words."""
    code = typed.strip()
    if not code:
        raise CannotUseCoupon(_("Please enter a code."), code="no_code")
    if not may_try_coupon(request):
        text = _("You have tried many codes. Please wait a few minutes.")
        raise CannotUseCoupon(text, code="too_many_tries")
    items = buyable(baskets.contents(basket))
    if not items:
        text = _("Nothing in the basket can be bought at the moment.")
        raise CannotUseCoupon(text, code="nothing_to_buy")
    terms = coupons.find(code, items=total_of(items), email=email)
    baskets.set_coupon(basket, terms.code)


def explain(problem: BasketProblem) -> str:
    """``problem`` in words for the customer."""
    texts = {
        "not_sold": _("This is not sold any more."),
        "sold_out": _("This is sold out."),
        "too_few": ngettext(
            "Only %(available)s is left, what is in your basket included.",
            "Only %(available)s are left, those in your basket included.",
            problem.data.get("available", 0),
        ),
        "too_many": _("You can order at most %(limit)s at once."),
        "full": _("The basket holds at most %(limit)s different things. Please check out first."),
        "other_currency": _("This has a price in another currency and cannot be ordered together with the rest."),
        "no_such_line": _("This is not in the basket any more."),
    }
    return str(texts[problem.code]) % problem.data if problem.data else str(texts[problem.code])


def _remove(cart: Basket, line_id: str) -> HttpResponse:
    try:
        removed = baskets.change(cart, line_id, 0)
    except BasketProblem:
        return redirect("basket")  # Taken out already, in another tab.
    address = reverse("basket")
    if removed:
        address += "?" + urlencode({"removed": removed.sku, "quantity": str(removed.quantity)})
    return redirect(address)


def _change_quantities(cart: Basket, typed: Mapping[str, str]) -> dict[str, str]:
    """Set every quantity that differs; messages by line where that cannot be."""
    errors = {}
    for line in baskets.contents(cart):
        text = typed.get(f"quantity-{line.public_id}")
        if text is None or text.strip() == str(line.quantity):
            continue
        if not text.strip().isdecimal() or len(text.strip()) > _MAX_DIGITS:
            errors[line.public_id] = _("Please enter the quantity as a whole number.")
            continue
        try:
            baskets.change(cart, line.public_id, int(text))
        except BasketProblem as problem:
            errors[line.public_id] = explain(problem)
    return errors


def _render(
    request: HttpRequest,
    cart: Basket | None,
    *,
    errors: Mapping[str, str] | None = None,
    coupon_problem: str = "",
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = baskets.contents(cart) if cart else []
    items = buyable(lines)
    country = visitor_country(request)
    offered = offer(items, Destination(country), coupon_code=cart.coupon_code) if cart and items else None
    context = {
        "page": basket_page(cart, lines, offered, errors=errors, coupon_problem=coupon_problem) if cart else None,
        "country": country,
        "removed": _removed(request, {line.variant_id for line in lines if line.variant_id}),
        "message": message,
        "typed_coupon": request.POST.get("coupon", "")[:80],
    }
    return render(request, "shop/basket.html", context, status=status)


def _removed(request: HttpRequest, present: set[int]) -> dict[str, object] | None:
    """What the address says was just taken out, for the way back."""
    sku, quantity = request.GET.get("removed", ""), request.GET.get("quantity", "1")
    if not sku or "\x00" in sku or not quantity.isdecimal() or len(quantity) > _MAX_DIGITS:
        return None
    variant = Variant.objects.select_related("product").filter(sku=sku, is_active=True).exclude(pk__in=present).first()
    return {"variant": variant, "quantity": quantity} if variant else None
