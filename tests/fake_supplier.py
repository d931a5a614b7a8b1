"""A supplier in memory behind the neutral interface: it keeps what it was asked for and misbehaves on command."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from integrations.models import SupplierAccount
from integrations.types import (
    Capabilities,
    FreightOption,
    OrderSnapshot,
    Placed,
    ProductSnapshot,
    Purchase,
    SettleClass,
    SkuSnapshot,
    SupplierOrderState,
)
from shop.money import Money


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def sku(sku_id: str = "12000040000010101", **changes) -> SkuSnapshot:
    values = {"sku_attr": "14:29#Bear", "options": (("Color", "Bear"),), "price": usd("8.01"), "stock": 100}
    return SkuSnapshot(sku_id=sku_id, **{**values, **changes})


@dataclass
class FakeSupplier:
    """``answers`` are what the next ``place`` calls do: an exception is raised, ``Placed`` returned.

    An order whose reference is known is answered with the same ids, as a supplier with idempotency keys does.
    ``lose_replies`` creates the order and raises the given exception all the same.
    """

    capabilities: Capabilities = Capabilities(SettleClass.KEY_FOR_A_TIME, resend_window_s=72_000)
    answers: list[object] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    snapshots: dict[str, OrderSnapshot | Exception] = field(default_factory=dict)
    skus: list[SkuSnapshot] = field(default_factory=lambda: [sku()])
    freight: list[FreightOption] = field(
        default_factory=lambda: [FreightOption("STANDARD", "Standard", usd("1.99"), tracked=True)]
    )
    #: Products other than the usual one, by id; an exception is raised.
    products: dict[str, ProductSnapshot | Exception] = field(default_factory=dict)
    read_error: Exception | None = None
    orderable: bool = True
    lose_replies: list[Exception] = field(default_factory=list)

    def place(self, purchase: Purchase) -> Placed:
        self.purchases.append(purchase)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            if isinstance(answer, Placed):
                self.orders.setdefault(purchase.reference, answer.external_ids)
                return answer
        ids = self.orders.setdefault(purchase.reference, (f"81983520498{len(self.orders):05d}",))
        if self.lose_replies:
            raise self.lose_replies.pop(0)
        return Placed(ids)

    def fetch_order(self, external_id: str) -> OrderSnapshot:
        snapshot = self.snapshots.get(external_id)
        if isinstance(snapshot, Exception):
            raise snapshot
        return snapshot or OrderSnapshot(external_id, SupplierOrderState.AWAITING_PAYMENT, "PLACE_ORDER_SUCCESS/")

    def fetch_product(self, product_id: str, *, country: str, currency: str) -> ProductSnapshot:
        if self.read_error:
            raise self.read_error
        if product_id in self.products:
            product = self.products[product_id]
            if isinstance(product, Exception):
                raise product
            return product
        return ProductSnapshot(product_id, "Absorbent bath mat", self.orderable, tuple(self.skus))

    def fetch_freight(
        self, product_id: str, sku_id: str, *, quantity: int, country: str, currency: str
    ) -> tuple[FreightOption, ...]:
        if self.read_error:
            raise self.read_error
        return tuple(self.freight)

    def order_url(self, external_id: str) -> str:
        return f"https://supplier.example/orders/{external_id}"

    def ping(self) -> None:
        if self.read_error:
            raise self.read_error


_present: FakeSupplier | None = None


def install(supplier: FakeSupplier) -> None:
    """Make ``supplier`` the one behind the provider ``fake``."""
    global _present
    _present = supplier


def connect(account: SupplierAccount) -> FakeSupplier:
    assert _present is not None
    return _present


def product_id_from_url(text: str) -> str | None:
    return text if text.isdigit() else None
