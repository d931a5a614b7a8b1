"""Invoices: one per paid order, numbered without gaps within a year of the shop's time zone."""

from __future__ import annotations

from babel import Locale
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import Invoice, InvoiceSequence, Order, Payment, Refund
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.transitions import lock_order, record
from shop.errors import DomainError


class NoInvoice(DomainError):
    """There is nothing to invoice: the order is not paid, or another program sold it."""

    code = "no_invoice"


def issue(order: Order) -> Invoice:
    """The invoice of ``order``, made at the first call. Raises ``NoInvoice``."""
    present = Invoice.objects.filter(order=order).first()
    if present:
        return present
    with transaction.atomic():
        order = lock_order(order.pk)
        present = Invoice.objects.filter(order=order).first()
        if present:
            return present
        if order.paid_at is None or order.source != Order.Source.STOREFRONT:
            raise NoInvoice(_("Only an order that was paid in this shop has an invoice."))
        year = timezone.localdate().year
        sequence = _next_in(year)
        invoice = Invoice.objects.create(
            order=order,
            year=year,
            sequence=sequence,
            number=f"{settings.INVOICE_PREFIX}{year}-{sequence:06d}",
            seller=_seller(),
            buyer=_buyer(order),
        )
        record(order.pk, "invoice.issued", data={"number": invoice.number})
    return invoice


def uninvoiced() -> list[int]:
    """Ids of paid orders whose invoice nobody has asked for yet, oldest first."""
    paid = Order.objects.filter(source=Order.Source.STOREFRONT, paid_at__isnull=False, invoice=None)
    # A canceled order whose money went back before anybody asked needs no document.
    paid = paid.exclude(status__in=[OrderStatus.CANCELED, OrderStatus.REFUNDED])
    return list(paid.order_by("paid_at", "pk").values_list("pk", flat=True)[:200])


def payment_of(order: Order) -> Payment | None:
    """The payment that paid ``order``."""
    return order.payments.filter(status=PaymentStatus.SUCCEEDED).first()


def refunds_of(order: Order) -> list[Refund]:
    """What went back of it so far, oldest first."""
    return list(Refund.objects.filter(payment__order=order, status=Refund.Status.DONE).order_by("pk"))


def _next_in(year: int) -> int:
    InvoiceSequence.objects.get_or_create(year=year)
    # The UPDATE locks the row until the invoice that got the number is committed, or the number is free again.
    InvoiceSequence.objects.filter(year=year).update(last=F("last") + 1)
    return InvoiceSequence.objects.values_list("last", flat=True).get(year=year)


def _seller() -> list[str]:
    lines = [line.strip() for line in settings.SHOP_LEGAL_LINES.split("|")]
    return [line for line in lines if line] or [settings.SHOP_NAME]


def _buyer(order: Order) -> list[str]:
    address = order.address
    place = " ".join(part for part in (address.postcode, address.city) if part)
    region = f"{place}, {address.province}" if address.province else place
    country = Locale("en").territories.get(address.country, address.country)
    return [line for line in (address.full_name, address.line1, address.line2, region, country) if line]
