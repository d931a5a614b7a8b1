"""The account's own pages: overview, orders, addresses, wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.availability import in_stock
from catalog.models import ProductImage, Variant
from catalog.translations import reader_language, sold_titles
from fulfillment.models import Order
from shop import customer_session
from shop.accounts import address_book, wishes
from shop.accounts.orders import confirmed_addresses, orders_of
from shop.choice import posted_choice
from shop.errors import DomainError
from shop.forms import AddressForm
from shop.money import Money
from shop.product_page import variant_picture
from shop.views.privacy import private_page
from shop.views.storefront import product_on_sale, sold_variant
from shop.visitor import as_country, visitor_country

_ORDERS_ON_PAGE, _ORDERS_ON_HOME = 20, 3


@dataclass(frozen=True, slots=True)
class ShownWish:
    """A wish beside what it costs now and whether it can be had."""

    variant: Variant
    title: str
    price: Money
    picture: ProductImage | None
    url: str
    is_available: bool


def account_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for the one who is logged in; others are asked to log in first."""

    @private_page
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return wrapped


def user_of(request: HttpRequest) -> User:
    """Who is logged in, on a page that nobody else sees."""
    return cast(User, request.user)


@account_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where the account begins: the latest orders and the way to everything else."""
    user = user_of(request)
    context = {
        "orders": orders_of(user)[:_ORDERS_ON_HOME],
        "addresses_of_account": confirmed_addresses(user),
        "default_address": address_book.default_address(user),
        "wish_count": wishes.wishes_of(user).count(),
    }
    return render(request, "account/home.html", context)


@account_page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """All orders, newest first. ``?before=<number>`` goes on after that order."""
    mine = orders_of(user_of(request))
    before = mine.filter(number=request.GET.get("before", "")[:24].replace("\0", "")).first()
    if before is not None:
        older = mine.filter(created_at__lt=before.created_at)
        mine = older | mine.filter(created_at=before.created_at, pk__lt=before.pk)
    found = list(mine.prefetch_related("lines")[: _ORDERS_ON_PAGE + 1])
    shown = found[:_ORDERS_ON_PAGE]
    next_url = ""
    if len(found) > len(shown):
        next_url = f"{reverse('account-orders')}?{urlencode({'before': shown[-1].number})}"
    return render(request, "account/orders.html", {"orders": shown, "next_url": next_url, "is_first": before is None})


@account_page
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """To the page of one of the account's own orders, by a link that this session keeps."""
    found = Order.objects.filter(customer=user_of(request), number=number).first()
    if found is None:
        raise Http404
    return redirect("order", token=customer_session.link_token(request.session, found))


@account_page
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """The address book."""
    saved = list(address_book.addresses_of(user_of(request)))
    is_full = len(saved) >= address_book.MAX_ADDRESSES
    return render(request, "account/addresses.html", {"saved_addresses": saved, "is_full": is_full})


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """A new address, or one of the book."""
    user = user_of(request)
    saved = address_book.find(user, public_id) if public_id else None
    if public_id and saved is None:
        raise Http404
    typed: Any = request.POST if request.method == "POST" else address_book.as_typed(saved) if saved else {}
    country = as_country(typed.get("country", "")) or visitor_country(request)
    is_sent = request.method == "POST" and not typed.get("action")
    kept = {name: typed[name] for name in AddressForm.base_fields if name in typed}
    form = AddressForm(typed if is_sent else None, country=country, initial={**kept, "country": country})
    if is_sent and form.is_valid():
        is_default = "is_default" in typed
        try:
            if saved:
                address_book.change_address(saved, form.address, is_default=is_default)
            else:
                address_book.save_address(user, form.address, is_default=is_default)
        except address_book.BookIsFull:
            form.add_error(None, _("Your address book is full. Please delete an address first."))
        else:
            return redirect("account-addresses")
    is_default = "is_default" in typed if request.method == "POST" else bool(saved and saved.is_default)
    context = {"form": form, "saved": saved, "is_default": is_default}
    return render(request, "account/address_form.html", context, status=400 if is_sent else 200)


@account_page
@require_POST
def address_action(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make an address the default, or delete it."""
    saved = address_book.find(user_of(request), public_id)
    if saved is not None:
        match request.POST.get("action"):
            case "default":
                address_book.make_default(saved)
            case "delete":
                address_book.remove_address(saved)
    return redirect("account-addresses")


@account_page
@require_safe
def wish_list(request: HttpRequest) -> HttpResponse:
    """What the customer would like to have, with today's price and stock."""
    return render(request, "account/wishes.html", {"wishes": shown_wishes(user_of(request))})


def shown_wishes(user: User) -> list[ShownWish]:
    """The customer's wishes in the reader's language, newest first."""
    variants = [wish.variant for wish in wishes.wishes_of(user)]
    titles = sold_titles(variants, reader_language())
    return [
        ShownWish(
            variant=variant,
            title=titles[variant.sku],
            price=Money(variant.price, variant.currency),
            picture=variant_picture(variant),
            url=f"{variant.product.get_absolute_url()}?{urlencode({'variant': variant.sku})}",
            is_available=in_stock(variant),
        )
        for variant in variants
    ]


@private_page
@require_POST
def add_wish(request: HttpRequest) -> HttpResponse:
    """The choice on a product's page goes to the wish list; a visitor's waits until they have logged in."""
    variant = chosen_variant(request)
    if variant is None:
        return render(request, "shop/not_sold.html", status=400)
    if request.user.is_authenticated:
        try:
            wishes.add_wish(user_of(request), variant)
        except DomainError:
            return render(request, "account/wishes_full.html", status=409)
        return redirect("account-wishes")
    wishes.keep_until_login(request.session, variant)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('account-wishes'), 'wish': '1'})}")


@account_page
@require_POST
def remove_wish(request: HttpRequest) -> HttpResponse:
    """Takes a wish off the list."""
    wishes.remove_wish(user_of(request), request.POST.get("sku", "")[:64].replace("\0", ""))
    return redirect("account-wishes")


def chosen_variant(request: HttpRequest) -> Variant | None:
    """The variant that a product's page sends, in stock or not."""
    choice = posted_choice(request.POST, product_on_sale(request.POST.get("product", "")))
    sku = choice.sku[:64].replace("\0", "")
    return None if choice.is_impossible else sold_variant(sku)
