"""From what was sold to what is bought: the lines of a paid order, split over supplier accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Prefetch

from catalog.availability import usable_listings
from catalog.models import Listing, Variant
from fulfillment.models import Order, OrderLine, OrderLinePart, SupplierOrder, SupplierOrderLine
from fulfillment.orders import plan
from fulfillment.states import SupplierOrderStatus
from integrations.wake import wake

#: The keys of an order line and of its part (None: it is no bundle) for which a supplier order exists.
Planned = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Pick:
    """A line of an order, or one ``part`` of its bundle, and the listing from which it is bought."""

    line: OrderLine
    listing: Listing
    part: OrderLinePart | None = None

    @property
    def pieces(self) -> int:
        """How many of *theirs*."""
        return (self.part or self.line).quantity * self.listing.quantity_per_unit


def route(order: Order) -> list[SupplierOrder]:
    """Write one supplier order per account for the lines of ``order``. Call inside the transaction that paid it.

    A line keeps the listing that was reserved for it at the checkout; one whose listing has gone gets the best that
    is left. One that cannot be bought with all of its parts is held in front of a person as a whole.
    """
    groups, unserved = by_account(order.lines.select_related("listing__account", "variant"), order.country)
    parts = [write_part(order, number, group) for number, group in enumerate(groups, start=1)]
    return [*parts, plan(order, part=len(parts) + 1, account=None)] if unserved else parts


def by_account(
    lines: Iterable[OrderLine], country: str, *, planned: Collection[Planned] = ()
) -> tuple[list[list[Pick]], list[OrderLine]]:
    """What is bought for ``lines`` from which account, and the lines that nobody can serve completely.

    What is ``planned`` already is left out.
    """
    groups: dict[int, list[Pick]] = {}
    unserved = []
    for line in lines:
        if (line.pk, None) in planned:
            continue
        picks = _picks(line, country, planned)
        if picks is None:
            unserved.append(line)
        for pick in picks or ():
            groups.setdefault(pick.listing.account_id, []).append(pick)
    return list(groups.values()), unserved


def _picks(line: OrderLine, country: str, planned: Collection[Planned]) -> list[Pick] | None:
    """From where ``line``, or each of its parts, is bought; None if one of them cannot be had."""
    if not line.is_bundle:
        listing = _best_listing(line, country)
        return [Pick(line, listing)] if listing else None
    parts = line.parts.select_related("listing__account")
    found = [(part, _best_listing(part, country)) for part in parts if (line.pk, part.pk) not in planned]
    picks = [Pick(line, listing, part) for part, listing in found if listing]
    return picks if len(picks) == len(found) else None


def _best_listing(wanted: OrderLine | OrderLinePart, country: str) -> Listing | None:
    """The listing that serves ``wanted`` to ``country`` best, the one that keeps stock for it first, or None.

    One that keeps stock and means something else by now is left only for another that serves: otherwise the guard
    before buying shows a person what has changed.
    """
    kept = wanted.listing if wanted.listing and wanted.listing.is_active else None
    if kept and not kept.ships_to(country):
        kept = None
    if (kept and kept.is_usable) or wanted.variant_id is None:
        return kept
    active = Prefetch("listings", Listing.objects.filter(is_active=True).select_related("account"))
    variant = Variant.objects.prefetch_related(active).get(pk=wanted.variant_id)
    return next(iter(usable_listings(variant, country=country, quantity=wanted.quantity)), kept)


def next_part(order: Order) -> int:
    """The number of the next supplier order of ``order``. Call with the order's row locked."""
    return 1 + (order.supplier_orders.aggregate(last=Max("part"))["last"] or 0)


def add_lines(supplier_order: SupplierOrder, group: Iterable[Pick]) -> None:
    """Copy what is to be bought from the listings: the mapping may change, this purchase does not.

    It is sent in the way that the customer chose for the account's parcel, if one was chosen.
    """
    chosen = chosen_service(supplier_order)
    SupplierOrderLine.objects.bulk_create(
        SupplierOrderLine(
            supplier_order=supplier_order,
            order_line=pick.line,
            line_part=pick.part,
            listing=pick.listing,
            external_product_id=pick.listing.external_product_id,
            external_sku_id=pick.listing.external_sku_id,
            external_sku_attr=pick.listing.external_sku_attr,
            shipping_service=chosen or pick.listing.shipping_service,
            quantity=pick.pieces,
            unit_cost=pick.listing.cost,
        )
        for pick in group
    )


def chosen_service(supplier_order: SupplierOrder) -> str:
    """The service by which the customer wants the goods of this account to be sent, or nothing."""
    shippings = supplier_order.order.shippings.filter(account=supplier_order.account_id).exclude(service="")
    return shippings.values_list("service", flat=True).first() or ""


def take_present_mapping(supplier_order: SupplierOrder) -> None:
    """Copy anew what the listings of a purchase are mapped to by now, where they still belong to its account."""
    chosen = chosen_service(supplier_order)
    for line in supplier_order.lines.select_related("listing", "order_line", "line_part"):
        listing = line.listing
        if listing is None or listing.account_id != supplier_order.account_id:
            continue
        SupplierOrderLine.objects.filter(pk=line.pk).update(
            external_product_id=listing.external_product_id,
            external_sku_id=listing.external_sku_id,
            external_sku_attr=listing.external_sku_attr,
            shipping_service=chosen or listing.shipping_service,
            quantity=line.quantity_wanted * listing.quantity_per_unit,
            unit_cost=listing.cost,
        )


def expected_cost(group: Iterable[Pick]) -> Decimal | None:
    """What the goods of ``group`` cost by the last known prices; None if one is not known."""
    costs = [None if pick.listing.cost is None else pick.listing.cost * pick.pieces for pick in group]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def write_part(order: Order, part: int, group: Sequence[Pick]) -> SupplierOrder:
    """The supplier order for ``group``, which is of one account. Call inside a transaction."""
    account = group[0].listing.account
    supplier_order = plan(order, part=part, account=account, expected_cost=expected_cost(group))
    add_lines(supplier_order, group)
    if supplier_order.status == SupplierOrderStatus.DUE:
        wake("fulfillment.tasks.place", supplier_order.pk)
    return supplier_order
