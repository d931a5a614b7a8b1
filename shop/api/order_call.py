"""The order call: another program of the shop's owner has something bought at a supplier."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fulfillment.models import Order, SupplierOrder
from fulfillment.orders import order_external
from fulfillment.outcomes import mark_account
from fulfillment.states import BOUGHT, SupplierOrderStatus
from integrations.choice import account_for
from integrations.errors import Rejected, SupplierError, Transient, Unsupported
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.api.exceptions import ApiProblem, supplier_unavailable
from shop.api.serializers import OrderCall

POLL_S = 0.1

_S = SupplierOrderStatus
_UNDECIDED = frozenset({_S.PLANNED, _S.DUE, _S.IN_FLIGHT})

_WORDS = {
    _S.PLANNED: gettext_lazy("The order is taken and waits to be placed with the supplier."),
    _S.DUE: gettext_lazy("The order is taken and waits to be placed with the supplier."),
    _S.IN_FLIGHT: gettext_lazy("The order is being placed with the supplier."),
    _S.UNKNOWN: gettext_lazy("The supplier's answer is not clear yet; it is being found out. Do not order again."),
    _S.HELD: gettext_lazy("The order is held until somebody at the shop has looked at it."),
    _S.REJECTED: gettext_lazy("The supplier refused the order."),
    _S.PLACED: gettext_lazy("The supplier has taken the order."),
    _S.PAID: gettext_lazy("The supplier has taken the order, and it is paid."),
    _S.SHIPPED: gettext_lazy("The goods are on their way."),
    _S.DELIVERED: gettext_lazy("The goods have been delivered."),
    _S.CANCELED: gettext_lazy("The order has been canceled."),
}


def place(call: OrderCall, *, user_id: int, own_key: str | None) -> SupplierOrder:
    """Have ``call`` bought, and wait a little for the supplier to decide. Talks to the supplier: no transaction.

    ``own_key`` stands for the caller's wish: with the same one the same order is found again, never a second one
    made. Raises ``ApiProblem`` if nothing was ordered.
    """
    supplier_order = SupplierOrder.objects.filter(order__checkout_key=own_key).first() if own_key else None
    if supplier_order is None:
        account = connected_account(call.provider)
        product = sold_product(account, call.product_id, country=call.contact.address.country)
        supplier_order = order_external(
            account=account,
            items=[(product, _sku(product, call), call.quantity)],
            contact=call.contact,
            actor=f"api:{user_id}",
            checkout_key=own_key,
        )
    wait_for_supplier(supplier_order.pk)
    return shown().get(pk=supplier_order.pk)


def was_made(own_key: str) -> bool:
    """Whether there is an order for the caller's wish."""
    return Order.objects.filter(checkout_key=own_key).exists()


def shown() -> QuerySet[SupplierOrder]:
    """Supplier orders with what ``standing`` tells."""
    return SupplierOrder.objects.select_related("order").prefetch_related("external_orders", "shipments")


def standing(supplier_order: SupplierOrder) -> dict[str, Any]:
    """Where the order stands, as callers read it."""
    order_ids = [external.external_id for external in supplier_order.external_orders.all()]
    parcels = sorted(supplier_order.shipments.all(), key=lambda shipment: shipment.pk)
    numbers = [parcel.tracking_number for parcel in parcels]
    return {
        "status": supplier_order.status,
        "orderId": order_ids[0] if order_ids else None,
        "orderIds": order_ids,
        "trackingNumber": numbers[0] if numbers else None,
        "trackingNumbers": numbers,
        "internalOrderId": supplier_order.order.number,
        "message": message(supplier_order),
    }


def message(supplier_order: SupplierOrder) -> str:
    """The order's state in words; a refusal in the supplier's reasons."""
    words = str(_WORDS[SupplierOrderStatus(supplier_order.status)])
    stopped = supplier_order.status in (_S.REJECTED, _S.HELD)
    return f"{words} {supplier_order.attention_note}".strip() if stopped else words


def answer_status(supplier_order: SupplierOrder) -> int:
    """201 when the supplier has (or had) the order, 422 when it refused, 202 while that is open."""
    if supplier_order.status in BOUGHT:
        return 201
    return 422 if supplier_order.status == _S.REJECTED else 202


def connected_account(provider: str) -> SupplierAccount:
    """The account that speaks to ``provider``. Raises ``ApiProblem`` without one."""
    account = account_for(provider)
    if account is None:
        text = _("No account is connected for this supplier.")
        raise ApiProblem(400, "supplier_not_connected", text, errors={"supplier": [text]})
    return account


def sold_product(
    account: SupplierAccount, product_id: str, *, country: str, field: str = "product.productId"
) -> ProductSnapshot:
    """The supplier's product as it is sold to ``country`` now. Raises ``ApiProblem``, which blames ``field``."""
    try:
        with asked(account):
            product = adapter_for(account).fetch_product(product_id, country=country, currency=account.currency)
    except Rejected as exc:
        raise _not_available(exc.message, field) from exc
    if not product.orderable or not product.skus:
        raise _not_available(_("The supplier does not sell this product at the moment."), field)
    return product


@contextmanager
def asked(account: SupplierAccount) -> Iterator[None]:
    """Around a question to the supplier: what keeps it from answering is a 503, and remembered on the account.

    ``Rejected`` and ``Unsupported`` are answers, and for the caller.
    """
    paused_s = (account.paused_until - timezone.now()).total_seconds() if account.paused_until else 0
    if paused_s > 0:
        # The supplier has asked for silence; a worker would wait as well.
        raise supplier_unavailable(Transient("paused", retry_after_s=paused_s))
    try:
        yield
    except (Rejected, Unsupported):
        raise
    except SupplierError as exc:
        if isinstance(exc, Transient):
            mark_account(account.pk, exc)
        raise supplier_unavailable(exc) from exc


def _sku(product: ProductSnapshot, call: OrderCall) -> SkuSnapshot:
    if not call.sku_id and len(product.skus) > 1:
        text = _("This product comes in several kinds; “choices” lists them.")
        choices = [{"skuId": sku.sku_id, "title": sku.title} for sku in product.skus]
        raise ApiProblem(400, "sku_required", text, errors={"product.skuId": [text]}, choices=choices)
    sku = product.sku(call.sku_id) if call.sku_id else product.skus[0]
    if sku is None:
        text = _("The supplier's product has no such SKU.")
        raise ApiProblem(422, "sku_not_found", text, errors={"product.skuId": [text]})
    if sku.stock is not None and sku.stock < call.quantity:
        text = _("The supplier has only %(stock)d of it.") % {"stock": sku.stock} if sku.stock else _("It is sold out.")
        raise ApiProblem(422, "out_of_stock", text, errors={"quantity": [text]})
    return sku


def _not_available(reason: str, field: str) -> ApiProblem:
    return ApiProblem(422, "product_not_available", reason, errors={field: [reason]})


def wait_for_supplier(supplier_order_id: int) -> None:
    """Look at the row until the supplier has decided or the time for that is over."""
    deadline = time.monotonic() + settings.ORDER_CALL_WAIT_S
    status = SupplierOrder.objects.values_list("status", flat=True)
    while status.get(pk=supplier_order_id) in _UNDECIDED and time.monotonic() < deadline:
        time.sleep(POLL_S)
