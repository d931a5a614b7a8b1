"""How an order comes into being: from the checkout, or from another program's order call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.bundles import shares_of
from catalog.translations import sold_titles
from fulfillment import coupons
from fulfillment.models import (
    Order,
    OrderLine,
    OrderLinePart,
    OrderShipping,
    Payment,
    SupplierOrder,
    SupplierOrderLine,
)
from fulfillment.offers import Destination, Offer, firm_offer, total_of
from fulfillment.parcels import Served, WayNotOffered, items_in
from fulfillment.reserving import (
    CannotOrder,
    Wanted,
    give_back_stock,
    items_as_they_are_now,
    lock_listings,
    reserve,
)
from fulfillment.statement import stored_taxes
from fulfillment.states import OrderStatus, PaymentStatus, SupplierOrderStatus
from fulfillment.transitions import move_order, record
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.types import Address, ProductSnapshot, SkuSnapshot
from integrations.wake import wake
from shop.money import Money

__all__ = [
    "CannotOrder", "Contact", "ExternalItem", "give_back_stock", "order_external", "place_order", "plan", "sum_of",
]  # fmt: skip

#: What another program has bought: a supplier's product, one of its SKUs, and how many.
ExternalItem = tuple[ProductSnapshot, SkuSnapshot, int]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who ordered, in which language (a code, or empty), and where the goods go.

    ``customer_id``: the account that was logged in.
    """

    email: str
    address: Address
    customer_id: int | None = None
    language: str = ""


def place_order(
    *,
    checkout_key: str,
    lines: Sequence[Wanted],
    contact: Contact,
    shipping: Mapping[str, str] | None = None,
    coupon_code: str = "",
    seen_total: Money | None = None,
) -> Order:
    """The order of one checkout: made once per ``checkout_key`` however often it is sent. All of ``lines`` or none.

    ``shipping`` says by which service which parcel shall be sent (parcel key -> service), the rest goes the default
    way. While the order awaits payment a correction of everything is taken over, unless a bank is at work on what was
    ordered: then, as when it is paid, the order stays as it is. ``seen_total`` is what the customer was shown; it is
    only compared. Raises ``CannotOrder`` and ``CannotUseCoupon``.
    """
    if not lines:
        raise CannotOrder.of("nothing_to_order")
    is_new = False
    try:
        with transaction.atomic():
            order = Order.objects.select_for_update(no_key=True).filter(checkout_key=checkout_key).first()
            if order and (order.status != OrderStatus.AWAITING_PAYMENT or order.is_at_the_bank):
                return order
            is_new = order is None
            if order is None:
                # Before the checks: of two first clicks the later one must meet the earlier one's order, not its stock.
                order = _create(checkout_key, contact, lines[0][0].currency)
                record(order.pk, "order.received", actor="customer")
            lock_listings(order, lines)
            if not is_new:
                # Before looking what is left: what this order keeps already must not count as sold out for it.
                _release_lines(order)
                _take_over(order, contact)
            served = reserve(items_as_they_are_now(lines), contact.address.country)
            if not is_new and not coupon_code:
                coupons.release(order)
            _write(order, _firm_offer(order, served, shipping or {}, coupon_code), seen_total)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one made it.
        order = Order.objects.filter(checkout_key=checkout_key).first()
        if order is None or not is_new:
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
            _set_totals(order, total.amount, total.amount)
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
            wake("fulfillment.tasks.place", supplier_order.pk)
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


def _create(checkout_key: str | None, contact: Contact, currency: str, source: str = Order.Source.STOREFRONT) -> Order:
    return Order.objects.create(
        checkout_key=checkout_key,
        source=source,
        currency=currency,
        email=contact.email,
        customer_id=contact.customer_id,
        language=contact.language,
        **_columns(contact.address),
    )


def _take_over(order: Order, contact: Contact) -> None:
    columns = {"email": contact.email, **_columns(contact.address)}
    changed = sorted(name for name, value in columns.items() if getattr(order, name) != value)
    for name in changed:
        setattr(order, name, columns[name])
    if contact.customer_id is not None and order.customer_id is None:
        # Logged in between the first try and the correction; an order never leaves its account again.
        order.customer_id = contact.customer_id
    order.language = contact.language
    order.save(update_fields=[*changed, "customer", "language", "updated_at"])
    if changed:
        record(order.pk, "order.corrected", actor="customer", data={"fields": changed})


def _columns(address: Address) -> dict[str, str]:
    names = "first_name last_name line1 line2 city province postcode country phone tax_id national_address"
    return {name: getattr(address, name) for name in names.split()}


def _firm_offer(order: Order, served: Sequence[Served], shipping: Mapping[str, str], coupon_code: str) -> Offer:
    """What ``order`` costs with what is reserved for it; the use of its coupon is counted."""
    coupon = None
    if coupon_code:
        items = total_of(items_in(served))
        coupon = coupons.find(coupon_code, items=items, email=order.email, order=order)
        coupons.redeem(order, coupon, email=order.email)
    destination = Destination(order.country, order.province, order.postcode)
    try:
        return firm_offer(served, destination, chosen=shipping, coupon=coupon)
    except WayNotOffered as exc:
        raise CannotOrder.of("shipping_changed", parcel=exc.key) from exc


def _write(order: Order, offer: Offer, seen_total: Money | None) -> None:
    unsent = [item.variant.sku for item in items_in(_unsent(offer))]
    if unsent:
        country = order.country
        raise CannotOrder.because_of([{"sku": sku, "code": "does_not_ship", "country": country} for sku in unsent])
    if seen_total is not None and seen_total != offer.totals.total:
        raise CannotOrder.of("price_changed", total=str(offer.totals.total.amount))
    _write_lines(order, offer)
    OrderShipping.objects.bulk_create(
        OrderShipping(
            order=order,
            account_id=parcel.account_id,
            service=way.service,
            name=way.name,
            price=price.amount,
            currency=price.currency,
            min_days=way.min_days,
            max_days=way.max_days,
        )
        for parcel, way, price in offer.ways
    )
    totals = offer.totals
    order.currency = totals.currency
    order.coupon_code = offer.coupon.code if offer.coupon else ""
    order.discount_total, order.shipping_total = totals.discount.amount, totals.shipping.amount
    order.tax_total, order.prices_include_tax = totals.tax.amount, totals.prices_include_tax
    order.tax_lines = stored_taxes(totals.tax_lines)
    _set_totals(order, totals.items.amount, totals.total.amount)


def _write_lines(order: Order, offer: Offer) -> None:
    totals = {line.key: line for line in offer.totals.lines}
    served: dict[str, list[Served]] = {}
    for parcel in offer.parcels:
        for one in parcel.content:
            served.setdefault(one.item.variant.sku, []).append(one)
    titles = sold_titles([item.variant for item in offer.items], order.language)
    rows = []
    for item in offer.items:
        variant, line, found = item.variant, totals[item.variant.sku], served[item.variant.sku]
        listing = None if found[0].part else found[0].listing
        rows.append(
            OrderLine(
                order=order,
                variant=variant,
                listing=listing,
                is_bundle=listing is None,
                quantity_reserved=item.quantity * listing.quantity_per_unit if listing else 0,
                sku=variant.sku,
                title=titles[variant.sku][:300],
                quantity=item.quantity,
                unit_price=variant.price,
                total=line.total.amount,
                discount=line.discount.amount,
                tax=line.tax.amount,
                tax_percent=line.tax_percent,
                currency=variant.currency,
            )
        )
    OrderLine.objects.bulk_create(rows)
    parts = [part for row in rows if row.is_bundle for part in _line_parts(row, served[row.sku])]
    if parts:
        OrderLinePart.objects.bulk_create(parts)


def _line_parts(line: OrderLine, served: Sequence[Served]) -> list[OrderLinePart]:
    """What the parts of a bundle are bought as; the line itself keeps no listing."""
    parts = [(one, one.part) for one in served if one.part]
    shares = shares_of([one.listing.cost_of(one.quantity) for one, _part in parts])
    return [
        OrderLinePart(
            order_line=line,
            variant=part.variant,
            listing=one.listing,
            quantity_reserved=one.quantity * one.listing.quantity_per_unit,
            sku=part.variant.sku,
            title=part.variant.title[:300],
            quantity=one.quantity,
            share=share,
        )
        for (one, part), share in zip(parts, shares, strict=True)
    ]


def _unsent(offer: Offer) -> list[Served]:
    return [one for parcel in offer.parcels if not parcel.chosen for one in parcel.content]


_TOTALS = "currency items_total discount_total shipping_total tax_total prices_include_tax tax_lines coupon_code total"


def _set_totals(order: Order, items: Decimal, total: Decimal) -> None:
    order.items_total, order.total = items, total
    order.updated_at = timezone.now()
    order.save(update_fields=[*_TOTALS.split(), "updated_at"])


def _release_lines(order: Order) -> None:
    give_back_stock(order)
    order.lines.all().delete()
    order.shippings.all().delete()
