"""The checkout: one page from the basket to the payment, for a cart and for Buy Now alike."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fulfillment.coupons import CannotUseCoupon
from fulfillment.models import Order
from fulfillment.offers import Destination
from fulfillment.parcels import look_up_unknown, serve
from integrations.types import Address
from shop import basket as baskets
from shop import customer_session
from shop.accounts.address_book import BookIsFull, addresses_of, as_typed, save_address
from shop.accounts.models import SavedAddress
from shop.accounts.orders import confirmed_addresses
from shop.address_needs import nearest_places
from shop.addresses import MAX_LENGTHS, country_name, known_countries, province_choices, province_named
from shop.checkout import OpenCheckout
from shop.checkout_page import CheckoutPage, stamp_of
from shop.errors import DomainError
from shop.forms import CheckoutForm
from shop.limits import may_ask_delivery, may_ask_suppliers
from shop.models import Basket
from shop.money import Money
from shop.templatetags.shop_tags import money_filter
from shop.views.basket import apply_coupon
from shop.views.payments import go_to_payment
from shop.views.privacy import private_page
from shop.visitor import as_country, remember_country, visitor_country

#: Only these keys begin a query: PostgreSQL refuses to be asked for NUL characters.
_KEY = re.compile(r"[-\w]{1,80}")


class Checkout(OpenCheckout):
    """One request to the checkout: the basket, what was typed, and the page that answers it."""

    #: The one of the customer's book that the form begins with.
    chosen_address: SavedAddress | None = None

    def __init__(self, request: HttpRequest, basket: Basket) -> None:
        self.request = request
        self.user = request.user if request.user.is_authenticated else None
        self.saved_addresses = list(addresses_of(self.user)) if self.user else []
        self.typed = request.POST if request.method == "POST" else self._from_account()
        self.coupon_problem = ""
        self.is_total_changed = False
        super().__init__(basket)

    def load(self) -> None:
        super().load()
        self.country = self._country()

    def form(self, *, bound: bool) -> CheckoutForm:
        """The form for the country; unbound it keeps what was typed and complains about nothing."""
        arguments = self.form_arguments(self.country)
        if bound:
            return CheckoutForm(self.typed, **arguments)
        kept = {name: self.typed[name] for name in CheckoutForm.base_fields if name in self.typed}
        provinces = {name for name, _label in province_choices(self.country)}
        if provinces and province_named(self.country, str(kept.get("province", ""))) not in provinces:
            kept["province"] = ""  # It was chosen for another country.
        return CheckoutForm(initial={**kept, "country": self.country}, **arguments)

    @property
    def chosen(self) -> dict[str, str]:
        """The ways of sending that were chosen: parcel key -> service."""
        prefix = "shipping-"
        services = {name.removeprefix(prefix): self.typed[name] for name in self.typed if name.startswith(prefix)}
        return {key: str(service) for key, service in services.items() if service}

    def page(self, *, email: str = "") -> CheckoutPage:
        """The basket as it stands, for what was typed."""
        province = province_named(self.country, self.typed.get("province", "").strip())
        destination = Destination(self.country, province, self.typed.get("postcode", "").strip())
        return self.page_for(destination, chosen=self.chosen, email=email)

    def _country(self) -> str:
        offered = known_countries() if self.countries is None else self.countries & known_countries()
        typed = as_country(self.typed.get("country", ""))
        likely = visitor_country(self.request, self.countries)
        return typed if typed in offered else likely or min(offered, default="US")

    def _from_account(self) -> QueryDict:
        """What a customer who is logged in need not type: the address, and the default or the chosen place."""
        typed = QueryDict(mutable=True)
        if self.user is None:
            return typed
        typed.update({"email": next(iter(confirmed_addresses(self.user)), "")})
        wanted = self.request.GET.get("address", "")
        places = {saved.public_id: saved for saved in self.saved_addresses}
        self.chosen_address = places.get(wanted) or next(iter(self.saved_addresses), None)
        if self.chosen_address and wanted != "new":
            typed.update(as_typed(self.chosen_address))
        else:
            self.chosen_address = None
        return typed

    def save_address(self, address: Address) -> None:
        """Keep it in the customer's book, if they want that. A full book is no reason to lose an order."""
        if self.user is not None and "save_address" in self.typed:
            with suppress(BookIsFull):
                save_address(self.user, address)

    def nearest_places(self) -> dict[str, str]:
        """``province`` or ``city`` -> the name in a supplier's list that was perhaps meant."""
        typed = {name: self.typed.get(name, "")[: MAX_LENGTHS[name]] for name in ("province", "city")}
        account_ids = [account.pk for account in self.accounts(self.country)]
        address = Address(first_name="", last_name="", line1="", country=self.country, **typed)
        return nearest_places(account_ids, address)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Contact, address, delivery and totals; a complete form becomes an order and its payment page.

    ``?of=cart`` checks out the cart; otherwise what was clicked with Buy Now comes first.
    """
    checkout = open_checkout(request)
    if request.method == "POST" and (paid := _paid_order(request, checkout)):
        return redirect("thanks", number=paid.number)
    if checkout is None or not checkout.items:
        number = customer_session.latest_order_number(request.session)
        return render(request, "shop/checkout_empty.html", {"order_number": number})
    if request.method != "POST":
        page = checkout.page()
        if page.is_cart and page.has_problems:
            return redirect("basket")
        return _render(checkout, checkout.form(bound=False), page)
    if request.POST.get("action"):
        return _update(checkout)
    return _submit(checkout)


def _update(checkout: Checkout) -> HttpResponse:
    """Another country, way of sending or coupon: the same page, with everything that was typed kept."""
    action = checkout.typed["action"]
    if action == "coupon":
        checkout.coupon_problem = apply_coupon(checkout.request, checkout.basket)
    elif action == "coupon-remove":
        baskets.set_coupon(checkout.basket, "")
    elif action == "tidy":
        baskets.tidy(checkout.basket)
        checkout.load()
        if not checkout.items:
            return redirect("basket")
    page = checkout.page()
    if page.is_unknown and may_ask_delivery(checkout.request):
        look_up_unknown(serve(checkout.items, checkout.country)[0], checkout.country)
        page = checkout.page()
    response = _render(checkout, checkout.form(bound=False), page)
    remember_country(response, checkout.country)
    return response


def _submit(checkout: Checkout) -> HttpResponse:
    form = checkout.form(bound=True)
    form.full_clean()
    typed_coupon = checkout.typed.get("coupon", "").strip()
    if typed_coupon and typed_coupon.upper() != checkout.basket.coupon_code:
        # Typed, and sent without the button beside it: meant all the same. The total then asks to be confirmed.
        email = form.cleaned_data.get("email", "")
        checkout.coupon_problem = apply_coupon(checkout.request, checkout.basket, email=email)
        if checkout.coupon_problem:
            form.add_error(None, _("Coupon: %(reason)s") % {"reason": checkout.coupon_problem})
    _check_what_was_shown(checkout, form)
    if form.is_valid():
        _look_at_suppliers(checkout, form)
    if form.is_valid():
        try:
            return _order_and_pay(checkout, form)
        except DomainError as error:
            _explain(checkout, form, error)
            checkout.load()
    if not checkout.items:
        return redirect("basket" if checkout.basket.kind == Basket.Kind.CART else "checkout")
    page = checkout.page()
    if checkout.is_total_changed or _typed_total(checkout) != page.total:
        form.add_error(None, _total_changed(page.total))
    return _render(checkout, form, page, status=400)


def _look_at_suppliers(checkout: Checkout, form: CheckoutForm) -> None:
    if checkout.has_lost_goods(checkout.country, may_ask=partial(may_ask_suppliers, checkout.request)):
        text = _("Something in your order is not sold any more. Please check what is left and confirm again.")
        form.add_error(None, text)


def _order_and_pay(checkout: Checkout, form: CheckoutForm) -> HttpResponse:
    customer_id = checkout.user.pk if checkout.user else None
    order = checkout.place(form, chosen=checkout.chosen, seen_total=_typed_total(checkout), customer_id=customer_id)
    checkout.save_address(form.address)
    customer_session.remember_order(checkout.request.session, order)
    return go_to_payment(checkout.request, order, form.chosen_method)


def open_checkout(request: HttpRequest) -> Checkout | None:
    """The checkout of the visitor's direct basket if there is something in it, else of the cart."""
    if request.GET.get("of") != Basket.Kind.CART:
        direct = customer_session.find_basket(request.session, Basket.Kind.DIRECT)
        checkout = Checkout(request, direct) if direct else None
        if checkout and checkout.lines:
            return checkout
    cart = customer_session.find_basket(request.session, Basket.Kind.CART)
    return Checkout(request, cart) if cart else None


def _paid_order(request: HttpRequest, checkout: Checkout | None) -> Order | None:
    """The visitor's own order that this form has become already, if it is paid: nothing is ordered twice."""
    key = request.POST.get("basket", "").partition(".")[0]
    if not _KEY.fullmatch(key) or (checkout and key == checkout.basket.checkout_key):
        return None
    order = Order.objects.filter(checkout_key=key, paid_at__isnull=False).first()
    return order if order and customer_session.owns(request.session, order.number) else None


def _check_what_was_shown(checkout: Checkout, form: CheckoutForm) -> None:
    """Add a message if the visitor looked at other goods than what would be ordered now, or nobody could pay."""
    if not checkout.methods and _typed_total(checkout).amount:
        form.add_error(None, _("We cannot take payments at the moment. Please come back a little later."))
    elif checkout.typed.get("basket") != stamp_of(checkout.basket, checkout.items):
        form.add_error(
            None, _("Your choice has changed in another tab. Please check the order below and confirm again.")
        )


def _total_changed(total: Money) -> str:
    return _("The total is now %(total)s. Please check it and confirm again.") % {"total": money_filter(total)}


def _explain(checkout: Checkout, form: CheckoutForm, error: DomainError) -> None:
    """Say at the right place what stands in the way."""
    if isinstance(error, CannotUseCoupon):
        form.add_error(None, take_coupon_off(checkout.basket, error))
    elif lines := error.data.get("lines"):
        titles = {item.variant.sku: item.variant.title for item in checkout.items}
        for line in lines:
            title = titles.get(line["sku"], line["sku"]) if checkout.basket.kind == Basket.Kind.CART else ""
            _explain_line(form, line, title)
    elif error.code == "price_changed":
        checkout.is_total_changed = True  # Told below, beside whatever else is in the way.
    elif error.code == "shipping_changed":
        form.add_error(
            None, _("The way of sending you chose is not offered any more. Please choose again and confirm.")
        )
    elif error.code == "payment_unavailable":
        form.add_error(
            None, _("We could not open the payment page. Nothing was charged: please try again, or pay another way.")
        )
    elif error.code == "order_canceled":
        baskets.renew(checkout.basket)
        form.add_error(None, _("Your earlier order was canceled unpaid. Confirm again to place a new one."))
    else:
        form.add_error(None, error.message)


def take_coupon_off(basket: Basket, refused: CannotUseCoupon) -> str:
    """Take the code off that the order cannot be made with; why, in words for the customer."""
    baskets.set_coupon(basket, "")
    text = _("The coupon was taken off again: %(reason)s Please check the total and confirm.")
    return text % {"reason": refused.message}


def _explain_line(form: CheckoutForm, line: dict[str, Any], title: str) -> None:
    """``title`` names the line; empty where there is only one."""
    at, text = None, _("This has just sold out. Nothing was ordered and nothing was charged.")
    match line["code"]:
        case "does_not_ship":
            at, text = "country", _("We cannot send this to %(country)s.") % {"country": country_name(line["country"])}
        case "out_of_stock" if line.get("available"):
            text = ngettext(
                "Only %(number)d is left. Please choose fewer.",
                "Only %(number)d are left. Please choose fewer.",
                line["available"],
            ) % {"number": line["available"]}
        case "not_sold":
            text = _("This is not sold any more. Nothing was ordered and nothing was charged.")
        case "mixed_currencies":
            text = _("This has a price in another currency and cannot be ordered together with the rest.")
    form.add_error(at, f"{title}: {text}" if title else text)


def _typed_total(checkout: Checkout) -> Money:
    """The total the visitor saw. Only ever compared: nonsense differs from every price."""
    try:
        amount = Decimal(checkout.typed.get("seen_total", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    currency = checkout.items[0].variant.currency
    return Money(amount if amount.is_finite() else Decimal(-1), currency)


def _render(checkout: Checkout, form: CheckoutForm, page: CheckoutPage, *, status: int = 200) -> HttpResponse:
    if checkout.request.method == "POST":
        form.propose_places(checkout.nearest_places())
    is_fragment = checkout.request.headers.get("X-Fragment") == "1"
    context = {
        "form": form,
        "page": page,
        "coupon_problem": checkout.coupon_problem or page.coupon_problem,
        "typed_coupon": checkout.typed.get("coupon", "")[:80],
        "terms_url": checkout.terms_url,
        "methods": checkout.methods,
        "country_name": country_name(checkout.country),
        "saved_addresses": checkout.saved_addresses,
        "chosen_address": checkout.chosen_address,
        "can_save_address": checkout.user is not None,
        "is_saving_address": "save_address" in checkout.typed,
    }
    template = "shop/_checkout_parts.html" if is_fragment else "shop/checkout.html"
    return render(checkout.request, template, context, status=status)
