"""How an order comes into being: from the checkout, or from another program's order call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import stock
from catalog.availability import quantity_available, usable_listings
from catalog.models import Listing, Product, Variant
from fulfillment.models import Notice, Order, OrderLine, Payment, SupplierOrder, SupplierOrderLine
from fulfillment.notifications import owe
from fulfillment.states import OrderStatus, PaymentStatus, SupplierOrderStatus
from fulfillment.transitions import lock_order, move_order, record
from fulfillment.wake import wake
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.types import Address, ProductSnapshot, SkuSnapshot
from shop.errors import DomainError
from shop.money import Money

#: What another program has bought: a supplier's product, one of its SKUs, and how many.
ExternalItem = tuple[ProductSnapshot, SkuSnapshot, int]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who ordered, and where the goods go."""

    email: str
    address: Address


class CannotOrder(DomainError):
    """The order is not taken. Codes: ``not_sold``, ``out_of_stock``, ``does_not_ship``, ``price_changed``."""

    code = "cannot_order"


def place_order(
    *, checkout_key: str, variant: Variant, quantity: int, contact: Contact, seen_total: Money | None = None
) -> Order:
    """The order of one checkout: made once per ``checkout_key`` however often it is sent.

    While it awaits payment a corrected contact or quantity is taken over. ``seen_total`` is what the customer was
    shown; it is only compared. Raises ``CannotOrder``.
    """
    try:
        with transaction.atomic():
            order = Order.objects.select_for_update(no_key=True).filter(checkout_key=checkout_key).first()
            if order and order.status != OrderStatus.AWAITING_PAYMENT:
                return order
            if order:
                # Before looking what is left: what this order keeps already must not count as sold out for it.
                _release_lines(order)
            variant = _as_it_is_now(variant)
            if order is None:
                # Before the checks: of two first clicks the later one must meet the earlier one's order, not its stock.
                order = _create(checkout_key, contact, variant.currency)
                record(order.pk, "order.received", actor="customer")
            else:
                _take_over(order, contact, variant.currency)
            _check(variant, quantity, contact.address.country, seen_total)
            _add_line(order, variant, quantity)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one made it.
        order = Order.objects.filter(checkout_key=checkout_key).first()
        if order is None:
            raise
    return order


def order_external(
    *,
    account: SupplierAccount,
    items: Sequence[ExternalItem],
    contact: Contact,
    actor: str,
    checkout_key: str | None = None,
) -> SupplierOrder:
    """An order that another program vouches for: paid (``external``), with its supplier order due, at once.

    The products need not be in the catalogue; all are priced in one currency. A repeated ``checkout_key`` returns
    what the first call made.
    """
    total = sum_of(items)
    try:
        with transaction.atomic():
            order = _create(checkout_key, contact, total.currency, source=Order.Source.API)
            lines = [_add_external_line(order, *item) for item in items]
            _set_totals(order, total.amount)
            payment = Payment.objects.create(
                order=order,
                method=Payment.Method.EXTERNAL,
                status=PaymentStatus.SUCCEEDED,
                amount=order.total,
                currency=order.currency,
            )
            record(order.pk, "order.received", actor=actor, data={"total": str(order.total)})
            move_order(order, OrderStatus.PAID, actor=actor, paid_at=timezone.now(), data={"payment": payment.method})
            supplier_order = plan(order, part=1, account=account, expected_cost=total.amount)
            for line, (product, sku, quantity) in zip(lines, items, strict=True):
                SupplierOrderLine.objects.create(
                    supplier_order=supplier_order,
                    order_line=line,
                    external_product_id=product.product_id,
                    external_sku_id=sku.sku_id,
                    external_sku_attr=sku.sku_attr,
                    quantity=quantity,
                    unit_cost=sku.price.amount,
                )
            wake("place", supplier_order.pk)
    except IntegrityError:
        existing = SupplierOrder.objects.filter(order__checkout_key=checkout_key, part=1).first()
        if checkout_key is None or existing is None:
            raise
        return existing
    return supplier_order


def sum_of(items: Sequence[ExternalItem]) -> Money:
    """What ``items`` cost without shipping. Raises ``CurrencyMismatch`` if they are not priced in one currency."""
    first, *others = ((sku.price * quantity).rounded() for _product, sku, quantity in items)
    return sum(others, first)


def _add_external_line(order: Order, product: ProductSnapshot, sku: SkuSnapshot, quantity: int) -> OrderLine:
    return OrderLine.objects.create(
        order=order,
        sku=sku.sku_id,
        title=(f"{product.title} ({sku.title})" if sku.title else product.title)[:300],
        quantity=quantity,
        unit_price=sku.price.amount,
        total=(sku.price * quantity).rounded().amount,
        currency=order.currency,
    )


def plan(order: Order, *, part: int, account: SupplierAccount | None, **fields: Any) -> SupplierOrder:
    """The supplier order for one part of ``order``: due at once, or held if no supplier can serve it."""
    held: Mapping[str, Any] = {
        "status": SupplierOrderStatus.HELD,
        "attention": SupplierOrder.Attention.NO_LISTING,
        "attention_note": "No listing in use ships this there. Map one, then retry.",
    }
    due: Mapping[str, Any] = {"status": SupplierOrderStatus.DUE, "next_attempt_at": database_now()}
    supplier_order = SupplierOrder.objects.create(
        order=order,
        part=part,
        account=account,
        account_mode=account.mode if account else "",
        reference=f"{order.number}-{part}",
        **{"currency": account.currency if account else order.currency, **(due if account else held), **fields},
    )
    record(
        order.pk,
        f"supplier_order.{supplier_order.status}",
        supplier_order=supplier_order,
        note=supplier_order.attention_note,
        data={"reference": supplier_order.reference},
    )
    return supplier_order


def cancel_unpaid(order: Order, *, actor: str = "system", note: str = "") -> bool:
    """Cancel an order that is not paid and give its stock back. False if it was canceled already."""
    with transaction.atomic():
        # What was read before may have been paid since: only what is there under the lock counts.
        if lock_order(order.pk).status != OrderStatus.AWAITING_PAYMENT:
            return False
        move_order(order, OrderStatus.CANCELED, actor=actor, note=note)
        give_back_stock(order)
        owe(order, Notice.Kind.CANCELED)
    return True


def unpaid_too_long() -> list[int]:
    """Ids of orders whose time to pay is over. One for which money came that does not fit is left to a person."""
    before = timezone.now() - timedelta(hours=settings.UNPAID_ORDER_HOURS)
    waiting = Order.objects.filter(status=OrderStatus.AWAITING_PAYMENT, created_at__lt=before)
    waiting = waiting.exclude(payments__status=PaymentStatus.MISMATCH)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


def give_back_stock(order: Order) -> None:
    """Return what the order's lines keep of their listings' stock, once."""
    for line in order.lines.exclude(quantity_reserved=0).exclude(listing=None):
        # The line's own counter decides who returns the pieces, so that two cancellations return them once.
        if OrderLine.objects.filter(pk=line.pk, quantity_reserved=line.quantity_reserved).update(quantity_reserved=0):
            stock.give_back(line.listing_id, line.quantity_reserved)  # type: ignore[arg-type]


def _as_it_is_now(variant: Variant) -> Variant:
    """``variant`` with today's price and its listings' stock: the caller may have read it for a page long ago."""
    rows = Variant.objects.select_related("product").prefetch_related("listings")
    present = rows.filter(pk=variant.pk).first()
    if present is None:
        raise CannotOrder("This is no longer sold.", code="not_sold")
    return present


def _check(variant: Variant, quantity: int, country: str, seen_total: Money | None) -> None:
    if not variant.is_active or variant.product.status != Product.Status.ACTIVE:
        raise CannotOrder("This is no longer sold.", code="not_sold")
    if not 1 <= quantity <= settings.MAX_QUANTITY_PER_LINE:
        raise CannotOrder("That many cannot be ordered at once.", code="out_of_stock", available=None)
    if not usable_listings(variant, country=country):
        if usable_listings(variant):
            raise CannotOrder("We cannot ship this there.", code="does_not_ship", country=country)
        raise CannotOrder("This is sold out.", code="out_of_stock", available=0)
    total = (variant.unit_price * quantity).rounded()
    if seen_total is not None and seen_total != total:
        raise CannotOrder("The price has changed.", code="price_changed", total=str(total.amount))


def _create(checkout_key: str | None, contact: Contact, currency: str, source: str = Order.Source.STOREFRONT) -> Order:
    return Order.objects.create(
        checkout_key=checkout_key, source=source, currency=currency, email=contact.email, **_columns(contact.address)
    )


def _take_over(order: Order, contact: Contact, currency: str) -> None:
    columns = {"email": contact.email, "currency": currency, **_columns(contact.address)}
    changed = sorted(name for name, value in columns.items() if getattr(order, name) != value)
    for name in changed:
        setattr(order, name, columns[name])
    order.save(update_fields=[*changed, "updated_at"])
    if changed:
        record(order.pk, "order.corrected", actor="customer", data={"fields": changed})


def _columns(address: Address) -> dict[str, str]:
    names = "first_name last_name line1 line2 city province postcode country phone tax_id"
    return {name: getattr(address, name) for name in names.split()}


def _add_line(order: Order, variant: Variant, quantity: int) -> None:
    listing = _reserve(variant, quantity, order.country)
    total = (variant.unit_price * quantity).rounded().amount
    OrderLine.objects.create(
        order=order,
        variant=variant,
        listing=listing,
        quantity_reserved=quantity * listing.quantity_per_unit,
        sku=variant.sku,
        title=variant.title[:300],
        quantity=quantity,
        unit_price=variant.price,
        total=total,
        currency=variant.currency,
    )
    _set_totals(order, total)


def _reserve(variant: Variant, quantity: int, country: str) -> Listing:
    for listing in usable_listings(variant, country=country, quantity=quantity):
        if stock.take(listing.pk, quantity * listing.quantity_per_unit):
            return listing
    available = quantity_available(variant, country=country)
    raise CannotOrder("Not that many are left.", code="out_of_stock", available=available)


def _set_totals(order: Order, items: Any) -> None:
    order.items_total = items
    order.total = items + order.shipping_total
    order.updated_at = timezone.now()
    order.save(update_fields=["items_total", "total", "updated_at"])


def _release_lines(order: Order) -> None:
    give_back_stock(order)
    order.lines.all().delete()
