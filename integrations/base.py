"""The one interface behind which every supplier stands."""

from __future__ import annotations

from typing import Protocol

from integrations.types import (
    Capabilities,
    FreightOption,
    OrderSnapshot,
    Placed,
    ProductSnapshot,
    Purchase,
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
