"""Taking the stock that an order needs from the listings that will serve it, all of it or none, and giving it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from catalog import delivery, stock
from catalog.availability import can_serve, load_parts, needs, quantity_available, usable_listings
from catalog.models import BundlePart, Listing, Product, Variant
from fulfillment.models import Order, OrderLine, OrderLinePart, SupplierOrderLine
from fulfillment.parcels import Item, Served, serve
from fulfillment.states import BOUGHT
from shop.errors import DomainError

#: A variant and how many of it.
Wanted = tuple[Variant, int]

_LONG_LIST = 200

_MESSAGES = {
    "not_sold": _("This is no longer sold."),
    "bad_quantity": _("That many cannot be ordered at once."),
    "does_not_ship": _("We cannot ship this there."),
    "out_of_stock": _("Not that many are left."),
    "mixed_currencies": _("These cannot be ordered together."),
    "nothing_to_order": _("There is nothing to order."),
    "shipping_changed": _("This way of sending is not offered any more."),
    "price_changed": _("The total has changed."),
}


class CannotOrder(DomainError):
    """The order is not taken.

    Codes: ``not_sold``, ``out_of_stock``, ``does_not_ship``, ``mixed_currencies``, ``price_changed``,
    ``shipping_changed``, ``nothing_to_order``. Those about lines carry ``lines``: for each one in the way its
    ``sku``, ``code`` and what is known besides (``available``, ``country``); the first one's stand in the error, too.
    """

    code = "cannot_order"

    @classmethod
    def of(cls, code: str, **data: Any) -> CannotOrder:
        """What no single line is to blame for."""
        return cls(str(_MESSAGES[code]), code=code, **data)

    @classmethod
    def because_of(cls, lines: Sequence[dict[str, Any]]) -> CannotOrder:
        first = {name: value for name, value in lines[0].items() if name != "sku"}
        code = first.pop("code")
        reason = "bad_quantity" if code == "out_of_stock" and first["available"] is None else code
        return cls(str(_MESSAGES[reason]), code=code, lines=list(lines), **first)


def lock_listings(order: Order, wanted: Iterable[Wanted]) -> None:
    """Lock every listing whose stock the order may give back or take, in the order of their keys: nobody waits
    crosswise. Call inside a transaction, after the order's row is held.
    """
    ids = {variant.pk for variant, _quantity in wanted}
    parts = BundlePart.objects.filter(bundle__in=ids).values("variant")
    kept = OrderLine.objects.filter(order=order, listing__isnull=False).values("listing")
    kept_by_parts = OrderLinePart.objects.filter(order_line__order=order, listing__isnull=False).values("listing")
    wanted_rows = Q(variant__in=ids) | Q(variant__in=parts) | Q(pk__in=kept) | Q(pk__in=kept_by_parts)
    rows = Listing.objects.select_for_update(no_key=True).filter(wanted_rows)
    list(rows.order_by("pk").values_list("pk", flat=True))


def items_as_they_are_now(wanted: Iterable[Wanted]) -> list[Item]:
    """``wanted`` with today's prices and stock: the caller may have read its variants for a page long ago.

    The same variant twice is one item. Raises ``CannotOrder`` for what cannot be sold at all.
    """
    quantities: dict[int, int] = {}
    skus: dict[int, str] = {}
    for variant, quantity in wanted:
        quantities[variant.pk] = quantities.get(variant.pk, 0) + quantity
        skus[variant.pk] = variant.sku
    rows = Variant.objects.select_related("product").prefetch_related("listings")
    present = rows.in_bulk(quantities)
    load_parts(present.values())
    missing = [{"sku": skus[pk], "code": "not_sold"} for pk in quantities if pk not in present]
    if missing:
        raise CannotOrder.because_of(missing)
    return [Item(present[pk], quantity) for pk, quantity in quantities.items()]


def reserve(items: Sequence[Item], country: str) -> list[Served]:
    """Take the stock of all ``items`` from listings that serve ``country`` (ISO). Raises ``CannotOrder``."""
    problems = [problem for item in items if (problem := _problem(item, country, items[0].variant.currency))]
    if problems:
        raise CannotOrder.because_of(problems)
    served, unserved = serve(items, country, take=_take)
    if unserved:
        raise CannotOrder.because_of([_unserved(item, country) for item in unserved])
    return served


def give_back_stock(order: Order) -> None:
    """Return what the order's lines keep of their listings' stock, once."""
    lines = OrderLine.objects.filter(order=order)
    parts = OrderLinePart.objects.filter(order_line__order=order)
    keeping = [row for rows in (lines, parts) for row in rows.exclude(quantity_reserved=0).exclude(listing=None)]
    # By listing: whoever changes the stock of several listings does so in the order of their keys.
    for row in sorted(keeping, key=lambda row: (row.listing_id or 0, row.pk)):
        rows = type(row)._default_manager.filter(pk=row.pk, quantity_reserved=row.quantity_reserved)
        # The row's own counter decides who returns the pieces, so that two cancellations return them once.
        if row.listing_id and rows.update(quantity_reserved=0):
            stock.give_back(row.listing_id, row.quantity_reserved)


def pieces_kept(listing_ids: Sequence[int], not_bought_before: datetime) -> dict[int, int]:
    """For each listing how many pieces order lines and parts of bundles keep that its supplier had not sold us by then.

    Only what was placed before it is surely off the supplier's own figure. What is being placed, or was placed later,
    counts as kept: it may be taken off twice for a while, which sells too little, never too much.
    """
    bought = SupplierOrderLine.objects.filter(
        supplier_order__status__in=BOUGHT, supplier_order__placed_at__lt=not_bought_before
    )
    # A list of thousands of ids costs more to send than the few rows between them to look at.
    among: dict[str, Any] = {"listing__gte": min(listing_ids, default=0), "listing__lte": max(listing_ids, default=0)}
    if len(listing_ids) <= _LONG_LIST:
        among = {"listing__in": listing_ids}
    wanted, kept = set(listing_ids), Counter[int]()
    for model, key in ((OrderLine, "order_line"), (OrderLinePart, "line_part")):
        keeping = model._default_manager.filter(
            ~Exists(bought.filter(**{key: OuterRef("pk")})), quantity_reserved__gt=0, **among
        )
        for listing_id, pieces in keeping.order_by().values_list("listing").annotate(pieces=Sum("quantity_reserved")):
            if listing_id in wanted:
                kept[listing_id] += pieces
    return dict(kept)


def _take(listing: Listing, quantity: int) -> bool:
    return stock.take(listing.pk, quantity * listing.quantity_per_unit)


def _problem(item: Item, country: str, currency: str) -> dict[str, Any] | None:
    variant = item.variant
    if not variant.is_active or variant.product.status != Product.Status.ACTIVE:
        return {"sku": variant.sku, "code": "not_sold"}
    if variant.currency != currency:
        return {"sku": variant.sku, "code": "mixed_currencies"}
    if not 1 <= item.quantity <= settings.MAX_QUANTITY_PER_LINE:
        return {"sku": variant.sku, "code": "out_of_stock", "available": None}
    if not can_serve(variant, country=country):
        if can_serve(variant):
            return {"sku": variant.sku, "code": "does_not_ship", "country": country}
        return {"sku": variant.sku, "code": "out_of_stock", "available": 0}
    return None


def _unserved(item: Item, country: str) -> dict[str, Any]:
    if _is_never_sent(item, country):
        return {"sku": item.variant.sku, "code": "does_not_ship", "country": country}
    available = quantity_available(item.variant, country=country)
    return {"sku": item.variant.sku, "code": "out_of_stock", "available": available}


def _is_never_sent(item: Item, country: str) -> bool:
    """Whether there is enough of it (or of a part), but only where it is known not to be sent there."""
    for need in needs(item.variant, item.quantity):
        pairs = [
            (listing, need.quantity)
            for listing in usable_listings(need.variant, country=country, quantity=need.quantity)
        ]
        if pairs and all(options == () for options in delivery.known_options_of(pairs, country=country)):
            return True
    return False
