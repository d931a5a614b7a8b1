"""Everything that the shop keeps about an account, as data for the customer to take away."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from fulfillment.models import Order
from shop.accounts.models import ADDRESS_COLUMNS, SavedAddress, StockWatch, Wish
from shop.accounts.orders import confirmed_addresses, guest_orders
from shop.device_models import Device
from shop.hook_models import EventHook

#: More rows than any customer has; what lies beyond is counted, not left out silently.
_MAX_ROWS = 2000

_ORDER_FIELDS = (
    "number", "status", "email", *ADDRESS_COLUMNS, "currency", "items_total", "discount_total", "shipping_total",
    "tax_total", "coupon_code", "total", "created_at", "paid_at",
)  # fmt: skip


def export(user: User) -> dict[str, Any]:
    """The account, its addresses, orders, wishes, watches, sessions, devices and webhooks, ready for JSON (times aware
    UTC, amounts as text in major units). No secrets: of passwords and second factors only that there are any.
    """
    orders = Order.objects.filter(Q(customer=user) | Q(pk__in=guest_orders(user))).order_by("-created_at", "-pk")
    orders = orders.prefetch_related(
        "lines", "payments__refunds", "returns__lines__order_line", "supplier_orders__shipments", "events"
    )
    return {
        "exported_at": timezone.now(),
        "account": {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "created_at": user.date_joined,
            "last_login_at": user.last_login,
            "has_password": user.has_usable_password(),
        },
        "email_addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "second_factors": _rows(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
        "sessions": _rows(UserSession.objects.filter(user=user), "ip", "user_agent", "created_at", "last_seen_at"),
        "devices": _rows(Device.objects.filter(user=user), "name", "created_at", "last_used_at", "revoked_at"),
        "event_webhooks": _rows(
            EventHook.objects.filter(user=user), "url", "scope", "created_at", "delivered_at", "failures", "disabled_at"
        ),
        "saved_addresses": _rows(SavedAddress.objects.filter(user=user), *ADDRESS_COLUMNS, "is_default", "created_at"),
        "wishes": [
            {"sku": wish.variant.sku, "title": wish.variant.title, "created_at": wish.created_at}
            for wish in Wish.objects.filter(user=user).select_related("variant__product")[:_MAX_ROWS]
        ],
        "stock_watches": [
            {"sku": row.variant.sku, "title": row.variant.title, "email": row.email, "created_at": row.created_at}
            for row in StockWatch.objects.filter(email__in=confirmed_addresses(user)).select_related(
                "variant__product"
            )[:_MAX_ROWS]
        ],
        "orders_count": orders.count(),
        "orders": [_order(order) for order in orders[:_MAX_ROWS]],
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        **_fields(order, *_ORDER_FIELDS),
        "lines": [
            _fields(line, "sku", "title", "quantity", "unit_price", "total", "discount", "tax", "currency")
            for line in order.lines.all()
        ],
        "payments": [
            {
                **_fields(payment, "method", "status", "amount", "currency", "created_at"),
                "refunds": [
                    _fields(refund, "amount", "currency", "status", "created_at") for refund in payment.refunds.all()
                ],
            }
            for payment in order.payments.all()
        ],
        "returns": [
            {
                **_fields(request, "number", "status", "reason", "comment", "answer", "created_at"),
                "lines": [{"sku": line.order_line.sku, "quantity": line.quantity} for line in request.lines.all()],
            }
            for request in order.returns.all()
        ],
        "parcels": [
            _fields(shipment, "tracking_number", "carrier")
            for part in order.supplier_orders.all()
            for shipment in part.shipments.all()
        ],
        "history": [{"what": event.kind, "at": event.at} for event in order.events.all()],
    }


def _rows(rows: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return [_fields(row, *names) for row in rows.order_by("pk")[:_MAX_ROWS]]


def _fields(row: Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
