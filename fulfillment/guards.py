"""Checks before money is spent, run on every attempt against what the supplier says *now*.

A guard that cannot be evaluated holds the order. Staff may waive the ones that are a matter of judgement; mode, spend
cap and dry run are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Coalesce

from catalog.pricing import margin_percent
from fulfillment.models import Order, SupplierOrder, SupplierOrderLine
from fulfillment.states import BOUGHT, SupplierOrderStatus
from integrations.base import SupplierAdapter
from integrations.clock import database_now
from integrations.errors import MalformedReply, Rejected
from integrations.models import SupplierAccount
from integrations.types import FreightOption, ProductSnapshot, Refusal, SkuSnapshot
from shop.money import Money

_A = SupplierOrder.Attention

#: What a person may decide to overrule by *retry anyway*.
WAIVABLE = (_A.PRICE.value, _A.STOCK.value, _A.SKU_CHANGED.value)

REFUSALS = {
    Refusal.ADDRESS: _A.ADDRESS,
    Refusal.STOCK: _A.STOCK,
    Refusal.SKU_GONE: _A.SKU_GONE,
    Refusal.SHIPPING: _A.SHIPPING,
    Refusal.OTHER: _A.REFUSED,
}


class Stop(Exception):
    """A guard says no: ``attention`` is why, the message says it in words for staff."""

    def __init__(self, attention: str, message: str) -> None:
        super().__init__(message)
        self.attention = str(attention)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the purchase will cost now, and by which service each line is sent (line id -> service)."""

    cost: Money
    services: dict[int, str]


def check_standing(supplier_order: SupplierOrder, account: SupplierAccount) -> None:
    """The guards that need no network: dry run and mode. Raises ``Stop``."""
    if settings.BUYING_DRY_RUN:
        raise Stop(_A.DRY_RUN, "BUYING_DRY_RUN is on: everything was prepared, nothing was sent.")
    if supplier_order.account_mode != account.mode:
        raise Stop(_A.MODE, f"Planned as {supplier_order.account_mode}, but the account is {account.mode} now.")
    if account.mode == SupplierAccount.Mode.LIVE and settings.USE_TEST_ACCOUNTS:
        raise Stop(_A.MODE, "USE_TEST_ACCOUNTS is on, and this account is live.")
    if account.mode == SupplierAccount.Mode.TEST and not settings.USE_TEST_ACCOUNTS:
        raise Stop(_A.MODE, "This is a test account, and USE_TEST_ACCOUNTS is off.")


def quote(supplier_order: SupplierOrder, adapter: SupplierAdapter) -> Quote:
    """Ask the supplier for today's SKU, stock, price and freight of every line and compare.

    Makes network calls. Raises ``Stop``, or ``Transient`` if the supplier cannot be asked now.
    """
    try:
        found = list(_read_lines(supplier_order, adapter))
    except Rejected as exc:
        raise Stop(REFUSALS[exc.refusal], exc.message) from exc
    except MalformedReply as exc:
        raise Stop(_A.SUPPLIER_NOTE, f"The supplier's answer cannot be read: {exc.message}") from exc
    cost = Money(Decimal(0), supplier_order.currency)
    for line, sku, freight in found:
        if sku.price.currency != cost.currency or freight.fee.currency != cost.currency:
            raise Stop(_A.PRICE, f"The supplier now quotes in {sku.price.currency}, not in {cost.currency}.")
        cost = cost + sku.price * line.quantity + freight.fee
    _check_margin(supplier_order, cost)
    return Quote(cost=cost.rounded(), services={line.pk: freight.service for line, _, freight in found})


def check_spend_cap(supplier_order: SupplierOrder, account: SupplierAccount, cost: Money) -> None:
    """The account's cap for 24 hours, everything perhaps bought included. Call with the account's row locked."""
    if account.daily_spend_cap is None:
        return
    since = database_now() - timedelta(hours=24)
    perhaps_bought = [*BOUGHT, SupplierOrderStatus.IN_FLIGHT, SupplierOrderStatus.UNKNOWN]
    spent = SupplierOrder.objects.filter(account=account, first_sent_at__gte=since, status__in=perhaps_bought).exclude(
        pk=supplier_order.pk
    ).aggregate(sum=Sum(Coalesce("charged_amount", "expected_cost")))["sum"] or Decimal(0)
    if spent + cost.amount > account.daily_spend_cap:
        raise Stop(
            _A.SPEND_CAP,
            f"{spent} {cost.currency} in the last 24 hours, and {cost} more would pass the cap of "
            f"{account.daily_spend_cap}.",
        )


def choose_freight(options: tuple[FreightOption, ...], preferred: str) -> FreightOption | None:
    """The preferred service if it is offered, else the cheapest tracked one, else the cheapest."""
    by_service = {option.service: option for option in options}
    if preferred in by_service:
        return by_service[preferred]
    ordered = sorted(options, key=lambda option: (not option.tracked, option.fee.amount, option.service))
    return ordered[0] if ordered else None


def _read_lines(
    supplier_order: SupplierOrder, adapter: SupplierAdapter
) -> Iterator[tuple[SupplierOrderLine, SkuSnapshot, FreightOption]]:
    country, currency = supplier_order.order.country, supplier_order.currency
    products: dict[str, ProductSnapshot] = {}
    for line in supplier_order.lines.select_related("listing"):
        product = products.get(line.external_product_id)
        if product is None:
            product = adapter.fetch_product(line.external_product_id, country=country, currency=currency)
            products[line.external_product_id] = product
        sku = _check_sku(supplier_order, line, product)
        options = adapter.fetch_freight(
            line.external_product_id, sku.sku_id, quantity=line.quantity, country=country, currency=currency
        )
        freight = choose_freight(options, line.shipping_service)
        if freight is None:
            raise Stop(_A.SHIPPING, f"The supplier does not send {line.external_product_id} to {country}.")
        yield line, sku, freight


def _check_sku(supplier_order: SupplierOrder, line: SupplierOrderLine, product: ProductSnapshot) -> SkuSnapshot:
    sku = product.sku(line.external_sku_id)
    if not product.orderable:
        raise Stop(_A.SKU_GONE, f"The supplier no longer sells product {product.product_id}.")
    if sku is None:
        raise Stop(_A.SKU_GONE, f"Product {product.product_id} no longer has SKU {line.external_sku_id}.")
    waived = set(supplier_order.guards_waived)
    if _A.SKU_CHANGED not in waived:
        _check_meaning(line, sku)
    if _A.STOCK not in waived and sku.stock is not None and sku.stock < line.quantity:
        raise Stop(_A.STOCK, f"The supplier has {sku.stock} of SKU {sku.sku_id}, {line.quantity} are needed.")
    return sku


def _check_meaning(line: SupplierOrderLine, sku: SkuSnapshot) -> None:
    if line.external_sku_attr and sku.sku_attr != line.external_sku_attr:
        raise Stop(
            _A.SKU_CHANGED, f"SKU {sku.sku_id} was “{line.external_sku_attr}” when mapped, now “{sku.sku_attr}”."
        )
    mapped = line.listing.fingerprint.get("options") if line.listing else None
    if mapped and [list(pair) for pair in mapped] != [list(pair) for pair in sku.options]:
        was = ", ".join(f"{name}: {value}" for name, value in mapped)
        raise Stop(_A.SKU_CHANGED, f"SKU {sku.sku_id} was “{was}” when mapped, now “{sku.title}”.")


def _check_margin(supplier_order: SupplierOrder, cost: Money) -> None:
    order = supplier_order.order
    if order.source == Order.Source.API or _A.PRICE in supplier_order.guards_waived:
        # The caller of the order call knows its customer's price; we do not.
        return
    sold = sum((line.order_line.total for line in supplier_order.lines.select_related("order_line")), Decimal(0))
    if order.currency != cost.currency:
        raise Stop(_A.PRICE, f"Sold in {order.currency}, bought in {cost.currency}: the margin is not known.")
    margin = margin_percent(Money(sold, order.currency), cost)
    if margin < settings.MINIMUM_MARGIN_PERCENT:
        raise Stop(
            _A.PRICE,
            f"Costs {cost} with shipping now and was sold for {sold}: a margin of {margin} %, "
            f"{settings.MINIMUM_MARGIN_PERCENT} % is the least.",
        )
