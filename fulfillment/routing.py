"""From what was sold to what is bought: the lines of a paid order, split over supplier accounts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Prefetch

from catalog.availability import usable_listings
from catalog.models import Listing, Variant
from fulfillment.models import Order, OrderLine, SupplierOrder, SupplierOrderLine
from fulfillment.orders import plan
from fulfillment.states import SupplierOrderStatus
from fulfillment.wake import wake


def route(order: Order) -> list[SupplierOrder]:
    """Write one supplier order per account for the lines of ``order``. Call inside the transaction that paid it.

    A line keeps the listing that was reserved for it at the checkout; one whose listing has gone gets the best that
    is left, and without any the part is held in front of a person.
    """
    groups: dict[int | None, list[tuple[OrderLine, Listing | None]]] = {}
    for line in order.lines.select_related("listing__account", "variant"):
        listing = best_listing(line, order.country)
        groups.setdefault(listing.account_id if listing else None, []).append((line, listing))
    return [_write(order, part, group) for part, group in enumerate(groups.values(), start=1)]


def best_listing(line: OrderLine, country: str) -> Listing | None:
    """The listing that serves ``line`` to ``country`` best, the one that keeps stock for it first, or None."""
    if line.listing and line.listing.is_active and line.listing.ships_to(country):
        return line.listing
    if line.variant_id is None:
        return None
    active = Prefetch("listings", Listing.objects.filter(is_active=True).select_related("account"))
    variant = Variant.objects.prefetch_related(active).get(pk=line.variant_id)
    return next(iter(usable_listings(variant, country=country, quantity=line.quantity)), None)


def add_lines(supplier_order: SupplierOrder, group: Iterable[tuple[OrderLine, Listing]]) -> None:
    """Copy what is to be bought from the listings: the mapping may change, this purchase does not."""
    SupplierOrderLine.objects.bulk_create(
        SupplierOrderLine(
            supplier_order=supplier_order,
            order_line=line,
            listing=listing,
            external_product_id=listing.external_product_id,
            external_sku_id=listing.external_sku_id,
            external_sku_attr=listing.external_sku_attr,
            shipping_service=listing.shipping_service,
            quantity=line.quantity * listing.quantity_per_unit,
            unit_cost=listing.cost,
        )
        for line, listing in group
    )


def take_present_mapping(supplier_order: SupplierOrder) -> None:
    """Copy anew what the listings of a purchase are mapped to by now, where they still belong to its account."""
    for line in supplier_order.lines.select_related("listing", "order_line"):
        listing = line.listing
        if listing is None or listing.account_id != supplier_order.account_id:
            continue
        SupplierOrderLine.objects.filter(pk=line.pk).update(
            external_product_id=listing.external_product_id,
            external_sku_id=listing.external_sku_id,
            external_sku_attr=listing.external_sku_attr,
            shipping_service=listing.shipping_service,
            quantity=line.order_line.quantity * listing.quantity_per_unit,
            unit_cost=listing.cost,
        )


def expected_cost(group: Iterable[tuple[OrderLine, Listing]]) -> Decimal | None:
    """What the goods of ``group`` cost by the last known prices; None if one is not known."""
    costs = [
        None if listing.cost is None else listing.cost * line.quantity * listing.quantity_per_unit
        for line, listing in group
    ]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _write(order: Order, part: int, group: list[tuple[OrderLine, Listing | None]]) -> SupplierOrder:
    served = [(line, listing) for line, listing in group if listing is not None]
    if not served:
        return plan(order, part=part, account=None)
    account = served[0][1].account
    supplier_order = plan(order, part=part, account=account, expected_cost=expected_cost(served))
    add_lines(supplier_order, served)
    if supplier_order.status == SupplierOrderStatus.DUE:
        wake("place", supplier_order.pk)
    return supplier_order
