"""Checks before money is spent, run on every attempt against what the supplier says *now*.

A guard that cannot be evaluated holds the order. Staff may waive the ones that are a matter of judgement; mode, spend
cap and dry run are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Coalesce

from catalog import delivery, drifts
from catalog.delivery import choose_freight
from catalog.drift import Drift
from catalog.drift import check as drift_of
from catalog.pricing.costs import Landed, fees_of, landed_cost
from catalog.pricing.margin import margin_percent
from catalog.rates import NoRate, rates_for
from catalog.supplier_pictures import looking_for
from fulfillment import routing
from fulfillment.models import Order, OrderLine, Payment, SupplierOrder, SupplierOrderLine
from fulfillment.states import BOUGHT, PaymentStatus, SupplierOrderStatus
from integrations import address_trees
from integrations.base import SupplierAdapter
from integrations.clock import database_now
from integrations.errors import MalformedReply, Rejected
from integrations.models import SupplierAccount
from integrations.place_names import is_common_province, match
from integrations.types import (
    Address,
    FreightOption,
    PlaceMatch,
    PlaceNode,
    ProductSnapshot,
    Refusal,
    SkuSnapshot,
)
from shop.money import Money

_A = SupplierOrder.Attention

#: What a person may decide to overrule by *retry anyway*.
WAIVABLE = (
    _A.PRICE.value,
    _A.STOCK.value,
    _A.SKU_CHANGED.value,
    _A.ADDRESS.value,
    _A.BUNDLE.value,
    _A.MONEY_BACK.value,
    _A.SHIPPING.value,
)

REFUSALS = {
    Refusal.ADDRESS: _A.ADDRESS,
    Refusal.STOCK: _A.STOCK,
    Refusal.SKU_GONE: _A.SKU_GONE,
    Refusal.SHIPPING: _A.SHIPPING,
    Refusal.OTHER: _A.REFUSED,
}


class Stop(Exception):
    """A guard says no: ``attention`` is why, the message says it in words for staff.

    ``field`` is the field of the address that it is about, ``place`` what is known of the place then.
    """

    def __init__(self, attention: str, message: str, *, field: str = "", place: PlaceMatch | None = None) -> None:
        super().__init__(message)
        self.attention = str(attention)
        self.field, self.place = field, place


@dataclass(frozen=True, slots=True)
class Quote:
    """What the purchase will cost now, and how each line is bought (line id -> fields of the line)."""

    cost: Money
    lines: dict[int, dict[str, str]]
    #: Mapped products that are sold to the destination under another id (mapped id -> that id).
    sold_as: dict[str, str]
    #: The way of sending that the customer chose, and those by which it is sent instead; empty: as chosen.
    sent_by: tuple[str, ...] = ()
    #: Where to, in the supplier's own names of places.
    place: PlaceMatch = PlaceMatch()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A line as the supplier would sell it now, under ``product_id``."""

    line: SupplierOrderLine
    product_id: str
    sku: SkuSnapshot
    freight: FreightOption

    @property
    def fields(self) -> dict[str, str]:
        """What of it is written to the line before the purchase is sent."""
        return {
            "external_product_id": self.product_id,
            "external_sku_id": self.sku.sku_id,
            "shipping_service": self.freight.service,
        }


def check_standing(supplier_order: SupplierOrder, account: SupplierAccount) -> None:
    """The guards that need no network: dry run, mode, and that the customer's money stays. Raises ``Stop``."""
    if settings.BUYING_DRY_RUN:
        raise Stop(_A.DRY_RUN, "BUYING_DRY_RUN is on: everything was prepared, nothing was sent.")
    if supplier_order.account_mode != account.mode:
        raise Stop(_A.MODE, f"Planned as {supplier_order.account_mode}, but the account is {account.mode} now.")
    if account.mode == SupplierAccount.Mode.LIVE and settings.USE_TEST_ACCOUNTS:
        raise Stop(_A.MODE, "USE_TEST_ACCOUNTS is on, and this account is live.")
    if account.mode == SupplierAccount.Mode.TEST and not settings.USE_TEST_ACCOUNTS:
        raise Stop(_A.MODE, "This is a test account, and USE_TEST_ACCOUNTS is off.")
    payments = Payment.objects.filter(order=supplier_order.order_id, status=PaymentStatus.SUCCEEDED)
    if account.mode == SupplierAccount.Mode.LIVE and any(payment.is_test for payment in payments):
        raise Stop(_A.MODE, "The customer paid with test money, and this account is live.")
    if _A.MONEY_BACK not in supplier_order.guards_waived and any(payment.is_leaving for payment in payments):
        raise Stop(_A.MONEY_BACK, "The customer's money is disputed, or all of it goes back.")


def quote(supplier_order: SupplierOrder, adapter: SupplierAdapter) -> Quote:
    """Ask the supplier for today's SKU, stock, price and freight of every line and compare.

    Makes network calls. Raises ``Stop``, or ``Transient`` if the supplier cannot be asked now.
    """
    try:
        found = list(_read_lines(supplier_order, adapter))
    except Rejected as exc:
        raise Stop(REFUSALS[exc.refusal], exc.message, field=exc.field) from exc
    except MalformedReply as exc:
        raise Stop(_A.SUPPLIER_NOTE, f"The supplier's answer cannot be read: {exc.message}") from exc
    chosen = routing.chosen_service(supplier_order)
    instead = sorted({offer.freight.service for offer in found} - {chosen}) if chosen else []
    cost = Money(Decimal(0), supplier_order.currency)
    for offer in found:
        sku, freight = offer.sku, offer.freight
        if sku.price.currency != cost.currency or freight.fee.currency != cost.currency:
            raise Stop(_A.PRICE, f"The supplier now quotes in {sku.price.currency}, not in {cost.currency}.")
        cost = cost + sku.price * offer.line.quantity + freight.fee
    _check_margin(supplier_order, cost)
    return Quote(
        cost=cost.rounded(),
        lines={offer.line.pk: offer.fields for offer in found},
        sold_as={
            offer.line.external_product_id: offer.product_id
            for offer in found
            if offer.product_id != offer.line.external_product_id
        },
        sent_by=(chosen, *instead) if instead else (),
        place=_check_place(supplier_order, adapter),
    )


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


def revenue_of(supplier_order: SupplierOrder) -> Money:
    """What the customer's money for this part leaves us before it is bought, in the order's currency.

    Its lines less their discounts, and what was paid for sending its parcel; without the taxes in both, which are
    not ours. Of a bundle that is bought in several places, what belongs to the parts that are bought here.
    """
    order = supplier_order.order
    lines = _lines_with_shares(supplier_order)
    sold = sum(((line.total - line.discount) * share for line, share in lines), Decimal(0))
    shipping = _shipping_paid(supplier_order)
    if order.prices_include_tax and order.tax_total:
        sold -= sum((line.tax * share for line, share in lines), Decimal(0))
        shipping -= _tax_in_shipping(order, shipping)
    return Money(sold + shipping, order.currency).rounded()


def _lines_with_shares(supplier_order: SupplierOrder) -> list[tuple[OrderLine, Decimal]]:
    """What was sold that is bought here, each once, and which share of it."""
    found: dict[int, tuple[OrderLine, Decimal]] = {}
    for bought in supplier_order.lines.select_related("order_line", "line_part"):
        line = bought.order_line
        if bought.line_part is None:
            found[line.pk] = (line, Decimal(1))
        else:
            _line, share = found.get(line.pk, (line, Decimal(0)))
            found[line.pk] = (line, share + bought.line_part.share)
    return list(found.values())


def _shipping_paid(supplier_order: SupplierOrder) -> Decimal:
    """What the customer paid for this part's parcel; the parts of one account share what was paid for it."""
    order = supplier_order.order
    parts = [part.account_id for part in order.supplier_orders.all()]
    if len(parts) <= 1:
        return order.shipping_total
    prices = order.shippings.filter(account=supplier_order.account_id).values_list("price", flat=True)
    # A coupon may have freed the order of what its parcels cost: no more than was paid can be shared out.
    paid: Decimal = min(sum(prices, Decimal(0)), order.shipping_total)
    return paid / max(1, parts.count(supplier_order.account_id))


def _tax_in_shipping(order: Order, shipping: Decimal) -> Decimal:
    """The part of the order's included tax that is on ``shipping`` of it and not on the goods."""
    if not order.shipping_total:
        return Decimal(0)
    on_goods = order.lines.aggregate(sum=Sum("tax"))["sum"] or Decimal(0)
    return max(Decimal(0), order.tax_total - on_goods) * shipping / order.shipping_total


def _read_lines(supplier_order: SupplierOrder, adapter: SupplierAdapter) -> Iterator[_Offer]:
    country, currency = supplier_order.order.country, supplier_order.currency
    chosen = routing.chosen_service(supplier_order)
    products: dict[str, tuple[str, ProductSnapshot]] = {}
    for line in supplier_order.lines.select_related("listing__account"):
        mapped_id = line.external_product_id
        if mapped_id not in products:
            products[mapped_id] = _as_sold_there(adapter, mapped_id, country=country, currency=currency)
        product_id, product = products[mapped_id]
        sku = product.sku(line.external_sku_id)
        if sku is None and product_id != mapped_id:
            sku = _namesake(line, product)
        sku = _check_sku(supplier_order, line, product, sku)
        options = adapter.fetch_freight(
            product_id, sku.sku_id, quantity=line.quantity, country=country, currency=currency
        )
        if supplier_order.account_id:
            question = delivery.Question(
                supplier_order.account_id, mapped_id, line.external_sku_id, country, line.quantity
            )
            delivery.remember(question, options)
        freight = choose_freight(options, chosen or line.shipping_service)
        if freight is None:
            raise Stop(_A.SHIPPING, f"The supplier does not send {product_id} to {country}.")
        # What staff prefer may be another way by now; what the customer has paid for may not.
        if chosen and freight.service != chosen and _A.SHIPPING not in supplier_order.guards_waived:
            raise Stop(_A.SHIPPING, f"The customer chose {chosen}, by which {product_id} is not sent to {country} now.")
        yield _Offer(line, product_id, sku, freight)


def _as_sold_there(
    adapter: SupplierAdapter, mapped_id: str, *, country: str, currency: str
) -> tuple[str, ProductSnapshot]:
    """The product and the id to buy it under: the mapped one, or the one under which it is sold to ``country``."""
    product = adapter.fetch_product(mapped_id, country=country, currency=currency)
    there = product.id_in(country) if settings.USE_COUNTRY_PRODUCTS else ""
    if there in ("", mapped_id):
        return mapped_id, product
    try:
        return there, adapter.fetch_product(there, country=country, currency=currency)
    except Rejected as exc:
        # Whether the mapped id may be bought all the same is not known: USE_COUNTRY_PRODUCTS is a person's to decide.
        told = f"Product {mapped_id} is sold to {country} as {there}, but: {exc.message}"
        raise Stop(REFUSALS[exc.refusal], told) from exc


def _check_sku(
    supplier_order: SupplierOrder, line: SupplierOrderLine, product: ProductSnapshot, sku: SkuSnapshot | None
) -> SkuSnapshot:
    if not product.orderable:
        raise Stop(_A.SKU_GONE, f"The supplier no longer sells product {product.product_id}.")
    if sku is None:
        raise Stop(_A.SKU_GONE, f"Product {product.product_id} no longer has SKU {line.external_sku_id}.")
    waived = set(supplier_order.guards_waived)
    if _A.SKU_CHANGED not in waived:
        _check_meaning(line, product, sku)
    if _A.STOCK not in waived and sku.stock is not None and sku.stock < line.quantity:
        raise Stop(_A.STOCK, f"The supplier has {sku.stock} of SKU {sku.sku_id}, {line.quantity} are needed.")
    return sku


def _namesake(line: SupplierOrderLine, product: ProductSnapshot) -> SkuSnapshot | None:
    """The SKU with the mapped text in the product's version for a country, where the SKU ids may be others."""
    found = [sku for sku in product.skus if sku.sku_attr and sku.sku_attr == line.external_sku_attr]
    return found[0] if len(found) == 1 else None


def _check_meaning(line: SupplierOrderLine, product: ProductSnapshot, sku: SkuSnapshot) -> None:
    if line.external_sku_attr and sku.sku_attr != line.external_sku_attr:
        _note_drift(line, product, sku)
        raise Stop(
            _A.SKU_CHANGED, f"SKU {sku.sku_id} was “{line.external_sku_attr}” when mapped, now “{sku.sku_attr}”."
        )
    drift = _note_drift(line, product, sku)
    if drift is not None:
        raise Stop(_A.SKU_CHANGED, f"SKU {sku.sku_id} means something else. {drift.in_words}.")
    if line.listing and line.listing.drifted_at:
        raise Stop(_A.SKU_CHANGED, "The listing was found to mean something else. Decide about it, then try again.")


def _note_drift(line: SupplierOrderLine, product: ProductSnapshot, sku: SkuSnapshot) -> Drift | None:
    """How the SKU differs from what its listing was mapped to; nothing more is sold through the listing then."""
    listing = line.listing
    if listing is None or listing.external_sku_id != line.external_sku_id:
        return None  # Mapped to something else since: this purchase was not, and its SKU's text has been compared.
    if product.product_id == line.external_product_id == listing.external_product_id:
        drift = drift_of(listing, product, sku=sku, look=looking_for(listing.account))
        if drift is not None:
            drifts.note(listing, drift)
        return drift
    # A country's version of the product has pictures and prices of its own.
    drift = drift_of(listing, product, sku=sku)
    changes = tuple(change for change in drift.changes if change.what == "options") if drift else ()
    return replace(drift, changes=changes) if drift and changes else None


def _check_place(supplier_order: SupplierOrder, adapter: SupplierAdapter) -> PlaceMatch:
    """The supplier's own names for the customer's place, as far as it keeps a list.

    A name that the list lacks stops nothing by itself, unless the shop wants that: lists are not complete, and whether
    a supplier refuses what is not in its own is not established for every country.
    """
    account, address = supplier_order.account, supplier_order.order.address
    # What staff have taken from the list before is what is looked for now.
    address = replace(
        address,
        province=supplier_order.ship_province or address.province,
        city=supplier_order.ship_city or address.city,
    )
    tree = _places(account, adapter, address) if account else None
    if tree is None:
        return PlaceMatch()
    found = match(tree, address)
    if found.unknown and settings.HOLD_UNKNOWN_PLACES and _A.ADDRESS not in supplier_order.guards_waived:
        field = found.unknown[0]
        # Not the name itself: this text ends in the history, which is never cleaned. The order's page shows it.
        raise Stop(_A.ADDRESS, f"The {field} is not in the supplier's list of places.", field=field, place=found)
    return found


def _places(account: SupplierAccount, adapter: SupplierAdapter, address: Address) -> PlaceNode | None:
    """The supplier's list for ``address``; asked for only where its names matter, else what is known already."""
    is_needed = (
        settings.HOLD_UNKNOWN_PLACES
        or address.country in adapter.capabilities.places_checked_in
        or (address.province and not is_common_province(address.country, address.province))
    )
    if is_needed:
        return address_trees.tree_if_told(account, adapter, address.country)
    return address_trees.known([account.pk], address.country)


def _check_margin(supplier_order: SupplierOrder, cost: Money) -> None:
    order = supplier_order.order
    if order.source == Order.Source.API or _A.PRICE in supplier_order.guards_waived:
        # The caller of the order call knows its customer's price; we do not.
        return
    sold = revenue_of(supplier_order)
    landed = _landed(supplier_order, cost)
    margin = margin_percent(sold, landed.total)
    if margin < settings.MINIMUM_MARGIN_PERCENT:
        fees = f" and fees of {landed.fees.rounded()}" if landed.fees.amount else ""
        converted = f", {landed.total.rounded()} by the rate of {landed.rate_date}" if landed.rate_date else ""
        raise Stop(
            _A.PRICE,
            f"Costs {cost} with shipping{fees} now{converted} and was sold for {sold.amount}: a margin of {margin} %, "
            f"{settings.MINIMUM_MARGIN_PERCENT} % is the least.",
        )


def _landed(supplier_order: SupplierOrder, cost: Money) -> Landed:
    """The cost with the account's fees in the order's currency, on the safe side. Without a rate nothing is bought."""
    currency, account = supplier_order.order.currency, supplier_order.account
    fees = fees_of(account) if account else None
    rates = rates_for({cost.currency, currency} | ({fees.fixed.currency} if fees and fees.fixed.amount else set()))
    try:
        return landed_cost(cost, currency=currency, rates=rates, fees=fees)
    except NoRate as exc:
        told = f"Sold in {currency}, bought in {cost.currency}: the margin is not known. {exc.message}"
        raise Stop(_A.PRICE, told) from exc
