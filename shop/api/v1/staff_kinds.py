"""The kinds of things that staff answer by API, and their answers: the admin's own where it asks as this API does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog import listing_use
from fulfillment import desk
from fulfillment.admin.answers import (
    ORDER_ANSWERS,
    PAYMENT_ANSWERS,
    REFUND_ANSWERS,
    SETTLE,
    Answer,
)
from fulfillment.admin.part_answers import SUPPLIER_ORDER_ANSWERS
from fulfillment.admin.returns import RETURN_ANSWERS
from fulfillment.models import Order, Payment
from shop.api.v1 import staff_shapes as shapes

#: As on the admin's page of a variant, and for its button *Sync now*.
_CHANGE, _SYNC = "catalog.change_listing", "catalog.add_syncrun"


def _status_text(target: Any) -> str:
    return str(target.get_status_display())


SHIPMENT_ANSWERS = (
    Answer(
        name="look-now",
        title=_("Look now"),
        consequence=_("The supplier is asked for the state and the parcels of this order."),
        done=_("Looked up at the supplier."),
        permission=SETTLE,
        # What has arrived moves no more.
        fits=lambda shipment: shipment.delivered_at is None,
        call=lambda shipment, *, actor: desk.look_now(shipment.supplier_order, actor=actor),
        icon="travel_explore",
    ),
)

LISTING_ANSWERS = (
    Answer(
        name="check-now",
        title=_("Check now"),
        consequence=_("The supplier is asked for cost and stock of this product in this moment."),
        done=_("The supplier was asked."),
        permission=_SYNC,
        fits=lambda listing: listing.is_active,
        call=lambda listing, *, actor: listing_use.check_now(listing),
        icon="sync",
    ),
    Answer(
        name="switch-off",
        title=_("Switch off"),
        consequence=_("Nothing is sold or bought through this listing any more. Others of the variant go on."),
        done=_("The listing is off."),
        permission=_CHANGE,
        fits=lambda listing: listing.is_active,
        call=listing_use.switch,
        icon="toggle_off",
        fixed=(("in_use", False),),
    ),
    Answer(
        name="switch-on",
        title=_("Switch on"),
        consequence=_("The variant is sold and bought through this listing again, as far as its SKU still fits."),
        done=_("The listing is in use."),
        permission=_CHANGE,
        fits=lambda listing: not listing.is_active,
        call=listing_use.switch,
        icon="toggle_on",
        fixed=(("in_use", True),),
    ),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A kind of thing that staff answer: its addresses, how it is found, who may see it, how it is shown."""

    noun: str
    answers: tuple[Answer, ...]
    find: Callable[[str], Model | None]
    view_permission: str
    show: Callable[[Any], Mapping[str, Any]]
    shape: type[serializers.Serializer[Any]]
    state_text: Callable[[Any], str] = _status_text


KINDS = (
    Answered(
        "orders",
        ORDER_ANSWERS,
        lambda key: Order.objects.filter(number=key).prefetch_related("supplier_orders", "payments").first(),
        "fulfillment.view_order",
        shapes.shown_order,
        shapes.StaffOrderShape,
    ),
    Answered(
        "supplier-orders",
        SUPPLIER_ORDER_ANSWERS,
        lambda key: shapes.supplier_orders().filter(public_id=key).first(),
        "fulfillment.view_supplierorder",
        shapes.shown_supplier_order,
        shapes.SupplierOrderShape,
    ),
    Answered(
        "payments",
        PAYMENT_ANSWERS,
        lambda key: Payment.objects.filter(public_id=key).select_related("order").first(),
        "fulfillment.view_payment",
        shapes.shown_payment,
        shapes.StaffPaymentShape,
    ),
    Answered(
        "refunds",
        REFUND_ANSWERS,
        lambda key: shapes.refunds().filter(public_id=key).first(),
        "fulfillment.view_refund",
        shapes.shown_refund,
        shapes.StaffRefundShape,
    ),
    Answered(
        "returns",
        RETURN_ANSWERS,
        lambda key: shapes.returns_().filter(number=key).first(),
        "fulfillment.view_returnrequest",
        shapes.shown_return,
        shapes.StaffReturnShape,
    ),
    Answered(
        "shipments",
        SHIPMENT_ANSWERS,
        lambda key: shapes.shipments().filter(public_id=key).first(),
        "fulfillment.view_shipment",
        shapes.shown_shipment,
        shapes.ShipmentShape,
        lambda shipment: shipment.supplier_order.get_status_display(),
    ),
    Answered(
        "listings",
        LISTING_ANSWERS,
        lambda key: shapes.listings().filter(public_id=key).first(),
        "catalog.view_listing",
        shapes.shown_listing,
        shapes.ListingShape,
        lambda listing: gettext("In use") if listing.is_active else gettext("Off"),
    ),
)
