"""A checkout without its page: what is in the basket, who may pay how, what an address there needs, and the order.

The page and the API both begin here, so that their rules cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language

from catalog.availability import listings_in_use, needs, usable_listings
from catalog.syncing.just_in_time import look_again, needs_look
from fulfillment.models import Order
from fulfillment.offers import Destination
from fulfillment.orders import Contact, place_order
from fulfillment.payment_methods import PaymentMethod, usable_methods
from integrations.models import SupplierAccount
from integrations.types import AddressNeed
from shop import basket as baskets
from shop.address_needs import needs_of
from shop.checkout_page import CheckoutPage, checkout_page, reachable_countries, stamp_of
from shop.forms import CheckoutForm
from shop.models import Basket
from shop.money import Money
from shop.terms import terms_address


class OpenCheckout:
    """A basket at the checkout. ``items`` is what would be ordered of ``lines``, ``countries`` None for all of them."""

    def __init__(self, basket: Basket) -> None:
        self.basket = basket
        self.terms_url = terms_address()
        self.load()

    def load(self) -> None:
        """Read the basket, again after a change."""
        self.lines = baskets.contents(self.basket)
        self.items = baskets.items_of(self.lines)
        self.countries = reachable_countries(self.items)

    @property
    def methods(self) -> list[PaymentMethod]:
        """The ways to pay for it."""
        return usable_methods(self.items[0].variant.currency)

    def accounts(self, country: str) -> list[SupplierAccount]:
        """The accounts that may ship some of it to ``country`` (ISO)."""
        listings = [listing for item in self.items for listing in listings_in_use(item.variant)]
        return [listing.account for listing in listings if listing.ships_to(country)]

    def needs(self, country: str) -> tuple[AddressNeed, ...]:
        """What their suppliers want to know of an address there."""
        return needs_of((account.provider for account in self.accounts(country)), country)

    def form_arguments(self, country: str) -> dict[str, Any]:
        """What ``CheckoutForm`` is to be made with for an address in ``country``."""
        return {
            "country": country,
            "countries": self.countries,
            "asks_for_terms": bool(self.terms_url),
            "needs": self.needs,
            "methods": self.methods,
        }

    def page_for(self, destination: Destination, *, chosen: Mapping[str, str], email: str = "") -> CheckoutPage:
        """What the checkout shows for ``destination``; ``chosen``: parcel key -> service."""
        return checkout_page(self.basket, self.lines, destination, chosen=chosen, email=email)

    def has_lost_goods(self, country: str, *, may_ask: Callable[[], bool]) -> bool:
        """Ask suppliers about what was not checked lately; whether something of the order is not sold any more.

        A new price or stock is left to the order itself, which notices any. Calls suppliers: not inside a transaction.
        """
        listings = [
            listing
            for item in self.items
            for need in needs(item.variant, item.quantity)
            for listing in usable_listings(need.variant, country=country, quantity=need.quantity)[:1]
            if needs_look(listing)
        ]
        if not listings or not may_ask() or not look_again(listings):
            return False
        before = stamp_of(self.basket, self.items)
        self.load()
        return stamp_of(self.basket, self.items) != before

    def place(
        self, form: CheckoutForm, *, chosen: Mapping[str, str], seen_total: Money, customer_id: int | None = None
    ) -> Order:
        """The order of this checkout, for a valid ``form``; it belongs to the account ``customer_id``.

        Raises ``CannotOrder`` and ``CannotUseCoupon``.
        """
        return place_order(
            checkout_key=self.basket.checkout_key,
            lines=[(item.variant, item.quantity) for item in self.items],
            contact=Contact(
                email=form.contact_email,
                address=form.address,
                customer_id=customer_id,
                language=get_language() or "",
            ),
            shipping=chosen,
            coupon_code=self.basket.coupon_code,
            seen_total=seen_total,
        )
