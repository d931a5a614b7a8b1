"""The checkout: one page from the basket to the payment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Product, ProductImage, Variant
from fulfillment.models import Payment
from fulfillment.orders import Contact, place_order
from fulfillment.payments import start_payment
from shop import customer_session
from shop.addresses import country_name, known_countries
from shop.customer_session import Basket
from shop.errors import DomainError
from shop.forms import CheckoutForm
from shop.money import Money
from shop.product_page import variant_picture
from shop.templatetags.shop_tags import money_filter
from shop.views.privacy import private_page


@dataclass(frozen=True, slots=True)
class Selection:
    """What is about to be bought, as the order summary shows it."""

    basket: Basket
    variant: Variant
    picture: ProductImage | None
    total: Money

    @property
    def seen_total(self) -> str:
        """What the form sends back, so that a price that changed meanwhile is noticed."""
        return str(self.total.amount)

    @property
    def countries(self) -> set[str] | None:
        """Where the variant can be sent, None for everywhere."""
        reaches = [listing.destination_countries for listing in self.variant.listings.all() if listing.is_active]
        return {code for reach in reaches for code in reach} if reaches and all(reaches) else None


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Contact, address and summary; a complete form becomes an order and its payment page."""
    selection = _selection(customer_session.basket(request.session))
    if selection is None:
        number = customer_session.latest_order_number(request.session)
        return render(request, "shop/checkout_empty.html", {"order_number": number})
    if request.method != "POST":
        form = CheckoutForm(
            initial={"country": _likely_country(request, selection.countries)}, countries=selection.countries
        )
        return _render(request, form, selection)
    form = CheckoutForm(request.POST, countries=selection.countries)
    form.full_clean()
    _check_what_was_shown(request, form, selection)
    if form.is_valid():
        try:
            return _order_and_pay(request, form, selection)
        except DomainError as error:
            _explain(request, form, error, selection)
    return _render(request, form, _selection(customer_session.basket(request.session)) or selection, status=400)


def _order_and_pay(request: HttpRequest, form: CheckoutForm, selection: Selection) -> HttpResponse:
    order = place_order(
        checkout_key=selection.basket.key,
        variant=selection.variant,
        quantity=selection.basket.quantity,
        contact=Contact(email=form.contact_email, address=form.address),
        seen_total=_typed_total(request, selection),
    )
    customer_session.remember_order(request.session, order)
    try:
        payment = start_payment(order, method=Payment.Method.SANDBOX)
    except DomainError as error:
        if error.code != "already_paid":
            raise
        # The form was sent once more after paying (back button, second tab): show what became of it.
        return redirect("thanks", number=order.number)
    return redirect("pay-sandbox", public_id=payment.public_id)


def _check_what_was_shown(request: HttpRequest, form: CheckoutForm, selection: Selection) -> None:
    """Add a message if the visitor looked at another choice or price than what would be ordered now.

    ``place_order`` compares the price once more; here it is for the form that comes back with other mistakes.
    """
    if Payment.Method.SANDBOX not in settings.PAYMENT_METHODS:
        form.add_error(None, _("We cannot take payments at the moment. Please come back a little later."))
    elif request.POST.get("basket") != selection.basket.key:
        form.add_error(
            None, _("Your choice has changed in another tab. Please check the order below and confirm again.")
        )
    elif _typed_total(request, selection) != selection.total:
        form.add_error(None, _price_changed(selection.total))


def _price_changed(total: Money) -> str:
    return _("The price has changed. The total is now %(total)s: please confirm again.") % {
        "total": money_filter(total)
    }


def _explain(request: HttpRequest, form: CheckoutForm, error: DomainError, selection: Selection) -> None:
    """Say at the right place what stands in the way."""
    match error.code:
        case "price_changed":
            total = Money(Decimal(error.data["total"]), selection.variant.currency)
            form.add_error(None, _price_changed(total))
        case "does_not_ship":
            country = country_name(form.address.country)
            form.add_error("country", _("We cannot send this to %(country)s.") % {"country": country})
        case "out_of_stock" if error.data.get("available"):
            form.add_error(
                None,
                _("Only %(number)d are left. Please go back to the product and choose fewer.")
                % {"number": error.data["available"]},
            )
        case "out_of_stock":
            form.add_error(None, _("This has just sold out. Nothing was ordered and nothing was charged."))
        case "not_sold":
            form.add_error(None, _("This is not sold any more. Nothing was ordered and nothing was charged."))
        case "order_canceled":
            customer_session.renew_basket(request.session)
            form.add_error(None, _("Your earlier order was canceled unpaid. Confirm again to place a new one."))
        case _:
            form.add_error(None, error.message)


def _render(request: HttpRequest, form: CheckoutForm, selection: Selection, *, status: int = 200) -> HttpResponse:
    return render(request, "shop/checkout.html", {"form": form, "selection": selection}, status=status)


def _selection(basket: Basket | None) -> Selection | None:
    """The basket's variant with price and picture; None if there is no basket or its variant is not sold."""
    if basket is None:
        return None
    variant = (
        Variant.objects.filter(sku=basket.sku, is_active=True, product__status=Product.Status.ACTIVE)
        .select_related("product")
        .prefetch_related("product__images", "listings")
        .first()
    )
    if variant is None:
        return None
    total = (variant.unit_price * basket.quantity).rounded()
    return Selection(basket, variant, variant_picture(variant), total)


def _typed_total(request: HttpRequest, selection: Selection) -> Money:
    """The total the visitor saw. Only ever compared: nonsense differs from every price."""
    try:
        amount = Decimal(request.POST.get("seen_total", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    return Money(amount if amount.is_finite() else Decimal(-1), selection.variant.currency)


def _likely_country(request: HttpRequest, countries: Iterable[str] | None) -> str:
    """The first country the browser's languages name (``de-AT`` names Austria), else the United States."""
    named = re.findall(r"[a-zA-Z]{2,3}[-_]([a-zA-Z]{2})\b", request.headers.get("Accept-Language", "")[:200])
    wanted = [*(code.upper() for code in named), "US"]
    offered = known_countries() if countries is None else set(countries)
    return next((code for code in wanted if code in offered), "")
