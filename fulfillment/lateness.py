"""What is late against what the customer was told, each told once."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from fulfillment.models import Notice, Order, Shipment
from fulfillment.notifications import owe
from fulfillment.states import OrderStatus

#: Older than this nobody is helped by a mail: it would come from a shop that was switched off for long.
_TOO_LONG_AGO = timedelta(days=90)


def late_parcels() -> list[int]:
    """Ids of parcels that should have arrived ``LATE_DELIVERY_DAYS`` ago and have not, and nobody was told."""
    expected_before = timezone.now() - timedelta(days=settings.LATE_DELIVERY_DAYS)
    late = Shipment.objects.filter(
        eta__lt=expected_before,
        eta__gt=expected_before - _TOO_LONG_AGO,
        delivered_at=None,
        supplier_order__order__source=Order.Source.STOREFRONT,
        # One parcel may be late while another has not been sent, or bought.
        supplier_order__order__status__in=[OrderStatus.PAID, OrderStatus.IN_FULFILLMENT, OrderStatus.SHIPPED],
    ).exclude(notices__kind=Notice.Kind.DELAYED)
    return list(late.order_by("pk").values_list("pk", flat=True)[:200])


def late_orders() -> list[int]:
    """Ids of orders paid ``LATE_SHIPPING_DAYS`` ago of which no parcel is on its way, and nobody was told."""
    paid_before = timezone.now() - timedelta(days=settings.LATE_SHIPPING_DAYS)
    late = Order.objects.filter(
        status__in=[OrderStatus.PAID, OrderStatus.IN_FULFILLMENT],
        paid_at__lt=paid_before,
        paid_at__gt=paid_before - _TOO_LONG_AGO,
        source=Order.Source.STOREFRONT,
        supplier_orders__shipments=None,
    ).exclude(notices__kind=Notice.Kind.DELAYED)
    return list(late.order_by("pk").distinct().values_list("pk", flat=True)[:200])


def tell_parcel(shipment_id: int) -> bool:
    """Owe the mail about one late parcel."""
    shipment = Shipment.objects.select_related("supplier_order__order").get(pk=shipment_id)
    owe(shipment.supplier_order.order, Notice.Kind.DELAYED, shipment=shipment)
    return True


def tell_order(order_id: int) -> bool:
    """Owe the mail about one order that is not sent."""
    owe(Order.objects.get(pk=order_id), Notice.Kind.DELAYED)
    return True
