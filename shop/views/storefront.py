"""Home, category and product pages, and the button that begins a purchase."""

from __future__ import annotations

import re

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.availability import in_stock, quantity_available
from catalog.models import Category, Product, Variant
from shop import customer_session
from shop.cards import cards, related_cards
from shop.forms import BuyForm
from shop.product_page import product_page

PAGE_SIZE = 24
_HOME_FEATURED, _HOME_NEWEST = 8, 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: categories, what is featured, what is new."""
    on_sale = Product.objects.on_sale().for_cards()
    featured = on_sale.filter(is_featured=True).order_by("-created_at", "pk")[:_HOME_FEATURED]
    newest = on_sale.filter(is_featured=False).order_by("-created_at", "pk")[:_HOME_NEWEST]
    context = {"featured": cards(featured), "newest": cards(newest)}
    return render(request, "shop/home.html", context)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A shelf, 24 products at a time, by title. ``after`` and ``before`` name the product where a page ends."""
    shelf = get_object_or_404(Category, slug=slug)
    products, has_previous, has_next = _shelf_page(
        shelf, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "category": shelf,
        "cards": cards(products),
        "previous_cursor": products[0].slug if products and has_previous else "",
        "next_cursor": products[-1].slug if products and has_next else "",
    }
    return render(request, "shop/category.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with its variants; ``?variant=SKU`` preselects one."""
    shown = get_object_or_404(Product.objects.on_sale().for_page(), slug=slug)
    return _render_product(request, shown, sku=request.GET.get("variant", ""), quantity="1")


@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    """Takes one variant and a quantity to the checkout; whatever does not fit goes back to the product's page."""
    if request.method != "POST":
        return redirect("checkout")
    form = BuyForm(request.POST)
    is_complete = form.is_valid()
    variant = _sold_variant(form.cleaned_data.get("sku", ""))
    if variant is None and "sku" not in form.errors:
        form.add_error("sku", _("This choice is not sold. Please choose one of the options."))
    elif variant and is_complete:
        _check_stock(form, variant)
    if form.is_valid() and variant:
        customer_session.fill_basket(request.session, sku=variant.sku, quantity=form.cleaned_data["quantity"])
        return redirect("checkout")
    slug = variant.product.slug if variant else request.POST.get("product", "")
    shown = Product.objects.on_sale().for_page().filter(slug=slug).first() if _is_slug(slug) else None
    if shown is None:
        return render(request, "shop/not_sold.html", status=400)
    quantity = request.POST.get("quantity", "1")[:20]
    return _render_product(request, shown, sku=variant.sku if variant else "", quantity=quantity, form=form, status=400)


def _render_product(
    request: HttpRequest,
    shown: Product,
    *,
    sku: str,
    quantity: str,
    form: BuyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "product": shown,
        "page": product_page(shown, sku=sku),
        "quantity": quantity,
        "errors": form.errors if form else {},
        "related": related_cards(shown),
    }
    return render(request, "shop/product.html", context, status=status)


def _sold_variant(sku: str) -> Variant | None:
    return (
        Variant.objects.filter(sku=sku, is_active=True, product__status=Product.Status.ACTIVE)
        .select_related("product")
        .prefetch_related("listings")
        .first()
    )


def _check_stock(form: BuyForm, variant: Variant) -> None:
    if in_stock(variant, quantity=form.cleaned_data["quantity"]):
        return
    available = quantity_available(variant)
    if available:
        form.add_error("quantity", _("Only %(number)d left. Please order fewer.") % {"number": available})
    else:
        form.add_error("sku", _("This choice is sold out."))


def _shelf_page(shelf: Category, *, after: str, before: str) -> tuple[list[Product], bool, bool]:
    """One page by (title, pk), and whether there is more before and after it."""
    products = Product.objects.on_sale().filter(category=shelf).for_cards()
    if before:
        title, pk = _cursor(before)
        found = list(
            products.filter(Q(title__lt=title) | Q(pk__lt=pk), title__lte=title).order_by("-title", "-pk")[
                : PAGE_SIZE + 1
            ]
        )
        return found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE, True
    if after:
        title, pk = _cursor(after)
        # The redundant title__gte is what lets the database start reading the index at the cursor.
        products = products.filter(Q(title__gt=title) | Q(pk__gt=pk), title__gte=title)
    found = list(products.order_by("title", "pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], bool(after), len(found) > PAGE_SIZE


def _cursor(slug: str) -> tuple[str, int]:
    """Where the named product stands on its shelf. It need not be on sale any more, but it must have existed."""
    place = Product.objects.filter(slug=slug).values_list("title", "pk").first() if _is_slug(slug) else None
    if place is None:
        raise Http404
    return place


def _is_slug(text: str) -> bool:
    """Whether ``text`` may be looked up at all: PostgreSQL refuses to be asked for NUL characters."""
    return bool(re.fullmatch(r"[-a-zA-Z0-9_]+", text))
