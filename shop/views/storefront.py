"""Home and product pages, and the button that begins a purchase."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import demand
from catalog.availability import in_stock, quantity_available, stock_known
from catalog.models import Product, Variant
from catalog.search import popular
from catalog.translations import translate_products, words_in, words_of
from shop import basket, customer_session
from shop.cards import cards_of_shelves, related_cards
from shop.choice import posted_choice, sold_variant
from shop.context import frame
from shop.delivery_box import delivery_box
from shop.forms import BuyForm
from shop.listing import is_slug
from shop.models import Basket
from shop.product_page import product_page
from shop.structured_data import absolute, product_json_ld
from shop.visitor import visitor_country

_HOME_FEATURED, _HOME_NEWEST, _HOME_POPULAR = 8, 8, 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: categories, what is featured, what is bought most, what is new."""
    on_sale = Product.objects.on_sale()
    # Asked with IN: SQLite uses no index for a bare truth value, and would sort all products.
    featured = list(on_sale.filter(is_featured__in=[True]).order_by("-created_at", "pk")[:_HOME_FEATURED])
    newest = list(on_sale.filter(is_featured__in=[False]).order_by("-created_at", "pk")[:_HOME_NEWEST])
    best = popular(limit=_HOME_POPULAR)
    shelves = cards_of_shelves(featured, newest, best)
    context = dict(zip(("featured", "newest", "popular"), shelves, strict=True))
    return render(request, "shop/home.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with its variants; ``?variant=SKU`` preselects one."""
    shown = get_object_or_404(Product.objects.on_sale().for_page(), slug=slug)
    demand.note_view(shown.pk)
    return _render_product(request, shown, sku=request.GET.get("variant", ""), quantity="1")


@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    """Takes one variant and a quantity to the checkout; whatever does not fit goes back to the product's page.

    With ``show`` in the form it only shows the chosen variant: the way to see its price without a script.
    """
    if request.method != "POST":
        return redirect("checkout")
    choice = read_choice(request)
    if isinstance(choice, HttpResponse):
        return choice
    variant, quantity = choice
    direct = customer_session.find_basket(request.session, Basket.Kind.DIRECT)
    customer_session.keep_basket(request.session, basket.fill_direct(direct, variant, quantity))
    return redirect("checkout")


def read_choice(request: HttpRequest) -> tuple[Variant, int] | HttpResponse:
    """The variant and quantity that a product's page sends, or the page that says what does not fit."""
    page_product = product_on_sale(request.POST.get("product", ""))
    choice = posted_choice(request.POST, page_product)
    if "show" in request.POST and page_product and not choice.is_impossible:
        return redirect(f"{page_product.get_absolute_url()}?{urlencode({'variant': choice.sku[:64]})}")
    form = BuyForm({"sku": choice.sku, "quantity": request.POST.get("quantity", "")})
    is_complete = form.is_valid()
    if choice.is_impossible:
        form.errors["sku"] = form.error_class([_("There is no such combination. Please choose another one.")])
    variant = sold_variant(form.cleaned_data.get("sku", ""))
    if variant is None and "sku" not in form.errors:
        form.add_error("sku", _("This choice is not sold. Please choose one of the options."))
    elif variant and is_complete:
        _check_stock(form, variant)
    if form.is_valid() and variant:
        return variant, form.cleaned_data["quantity"]
    shown = product_on_sale(variant.product.slug) if variant else page_product
    if shown is None:
        return render(request, "shop/not_sold.html", status=400)
    return _render_product(
        request,
        shown,
        sku=variant.sku if variant else "",
        options=choice.options if choice.is_impossible else None,
        quantity=request.POST.get("quantity", "1")[:20],
        form=form,
        status=400,
    )


def _render_product(
    request: HttpRequest,
    shown: Product,
    *,
    sku: str,
    quantity: str,
    options: dict[str, str] | None = None,
    form: BuyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    translate_products([shown])
    _translate_category(request, shown)
    words = words_in({*shown.option_names, *words_of(shown.variants.all())})
    page = product_page(shown, sku=sku, options=options, words=words)
    selected = next((row for row in shown.variants.all() if page.selected and row.sku == page.selected.sku), None)
    context = {
        "product": shown,
        "page": page,
        "delivery": delivery_box(selected, country=visitor_country(request)) if selected else None,
        "is_another": bool(sku) and page.selected is not None and page.selected.sku != sku,
        "picture_url": absolute(page.pictures[0].url) if page.pictures else "",
        "structured_data": product_json_ld(shown, page),
        "quantity": quantity,
        "errors": form.errors if form else {},
        "related": related_cards(shown),
    }
    return render(request, "shop/product.html", context, status=status)


def _translate_category(request: HttpRequest, shown: Product) -> None:
    """Every page reads the shelves for its head, in the reader's language."""
    shelf = next((shelf for shelf in frame(request).shelves if shelf.pk == shown.category_id), None)
    if shelf is not None:
        shown.category.name = shelf.name


def product_on_sale(slug: str) -> Product | None:
    """The product of this address as its page needs it, if the shop shows it."""
    return Product.objects.on_sale().for_page().filter(slug=slug).first() if is_slug(slug) else None


def _check_stock(form: BuyForm, variant: Variant) -> None:
    if in_stock(variant, quantity=form.cleaned_data["quantity"]):
        return
    available, left = quantity_available(variant), stock_known(variant).quantity
    if not available:
        form.add_error("sku", _("This choice is sold out."))
    elif available == left:
        form.add_error("quantity", _("Only %(number)d left. Please order fewer.") % {"number": available})
    else:
        form.add_error("quantity", _("You can order at most %(number)d of this at once.") % {"number": available})
