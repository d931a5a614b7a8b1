"""The one interface behind which every supplier stands."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from integrations.types import (
    Capabilities,
    CategoryNode,
    FreightOption,
    OrderSnapshot,
    Placed,
    PlaceNode,
    ProductSnapshot,
    Purchase,
    SearchPage,
    SearchSort,
    TokenState,
)


class SupplierAdapter(Protocol):
    """A supplier, for one account.

    Every method makes network calls and must not be called inside a database transaction. Reads raise ``Transient``,
    ``Rejected`` or ``MalformedReply``; ``place`` raises ``Transient`` only if surely nothing was created,
    ``Rejected`` if the supplier said no, and ``OutcomeUnknown`` in every other case.
    """

    capabilities: Capabilities

    def place(self, purchase: Purchase) -> Placed:
        """Create the order(s) at the supplier. Never repeats by itself."""
        ...

    def fetch_order(self, external_id: str) -> OrderSnapshot:
        """The order as the supplier shows it, its parcels and their checkpoints included."""
        ...

    def fetch_product(self, product_id: str, *, country: str, currency: str) -> ProductSnapshot:
        """A product with its SKUs, as sold to ``country`` (ISO), priced in ``currency`` where the supplier can."""
        ...

    def fetch_freight(
        self, product_id: str, sku_id: str, *, quantity: int, country: str, currency: str
    ) -> tuple[FreightOption, ...]:
        """Ways to send the goods to ``country``; an empty tuple if the supplier does not ship there."""
        ...

    def order_url(self, external_id: str) -> str:
        """The page on which staff see (and pay) the order at the supplier."""
        ...

    def ping(self) -> None:
        """Reach the supplier's host without doing anything. Raises ``Transient`` if it cannot be reached."""
        ...


@runtime_checkable
class SourcingAdapter(Protocol):
    """What a supplier that lets its goods be searched offers beside ``SupplierAdapter``.

    Every method makes a network call, must not be called inside a database transaction, and raises ``Transient``,
    ``Rejected`` or ``MalformedReply``.
    """

    def search_products(
        self, keywords: str, *, country: str, currency: str, page: int, page_size: int, sort: SearchSort | None = None
    ) -> SearchPage:
        """Page ``page`` (from 1) of the products for ``keywords`` that are sold to ``country`` (ISO)."""
        ...

    def fetch_categories(self) -> tuple[CategoryNode, ...]:
        """All categories."""
        ...

    def fetch_address_tree(self, country: str) -> PlaceNode:
        """The provinces and cities of ``country`` (ISO). ``Rejected`` if the supplier keeps none of it."""
        ...


class TokenIssuer(Protocol):
    """Where the tokens of one account come from, at suppliers that want the buyer to agree in a browser.

    ``create`` and ``refresh`` make network calls. They raise ``Rejected`` or ``AccountUnusable`` if only a person can
    help, ``Transient`` if asking again may, and ``MalformedReply``.
    """

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """The page on which the buyer agrees. Raises ``AccountUnusable`` if the account is not complete enough."""
        ...

    def create(self, code: str) -> TokenState:
        """The first tokens, for the code that the browser brought back."""
        ...

    def refresh(self, refresh_token: str) -> TokenState:
        """New tokens for the refresh token, which is used up by it."""
        ...
