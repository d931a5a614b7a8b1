"""Follows what was placed: looks each order up at the supplier, keeps its parcels, and moves things forward."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fulfillment.models import ExternalOrder, Notice, Shipment, SupplierOrder, TrackingEvent
from fulfillment.notifications import owe
from fulfillment.outcomes import mark_account
from fulfillment.progress import further, update_supplier_order
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import call_for_person, lock_order, record
from integrations.clock import database_now
from integrations.errors import SupplierError, Transient
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import OrderSnapshot, Parcel, SupplierOrderState

logger = logging.getLogger(__name__)

_A = SupplierOrder.Attention
_E = SupplierOrderState
FINAL = frozenset({_E.DELIVERED, _E.CANCELED})

#: How much less often an order is looked up when it is older than so many days.
SLOWER = ((30, 48), (7, 16), (1, 4))
#: An order that should be paid by itself and still is not after this long needs a person.
PAYMENT_PATIENCE = timedelta(minutes=10)


def to_look_up() -> list[int]:
    """Ids of orders at suppliers that are due to be looked up, longest waiting first."""
    now = database_now()
    rows = ExternalOrder.objects.filter(next_poll_at__lte=now).exclude(account__health=SupplierAccount.Health.RECONNECT)
    rows = rows.exclude(account__paused_until__gt=now)
    return list(rows.order_by("next_poll_at", "pk").values_list("pk", flat=True)[:200])


def look(external_order_id: int, *, now_please: bool = False) -> bool:
    """Look one order up, if it is due (or ``now_please``) and nobody else is at it. True if news was read."""
    now = database_now()
    external = ExternalOrder.objects.select_related("account", "supplier_order").get(pk=external_order_id)
    if external.account.paused_until and external.account.paused_until > now:
        return False  # The supplier has asked for silence: one more call would only be refused as well.
    due = ExternalOrder.objects.filter(pk=external_order_id)
    if not now_please:
        due = due.filter(next_poll_at__lte=now)
    if not due.update(next_poll_at=now + _interval(external.created_at, now)):
        return False
    try:
        snapshot = adapter_for(external.account).fetch_order(external.external_id)
    except Transient as exc:
        mark_account(external.account_id, exc)
        return False
    except SupplierError as exc:
        logger.warning("order cannot be looked up external_order=%s code=%s", external.pk, exc.code)
        if database_now() - external.created_at > PAYMENT_PATIENCE:
            # A young order may not be readable yet.
            _call_for_unreadable(external, f"It cannot be looked up: {exc.message}")
        return False
    take_over(external, snapshot)
    return True


def take_over(external: ExternalOrder, snapshot: OrderSnapshot) -> None:
    """Write down what the supplier shows; the same picture twice changes nothing. A word we do not know neither."""
    with transaction.atomic():
        lock_order(external.supplier_order.order_id)
        external = ExternalOrder.objects.select_for_update().select_related("supplier_order__order").get(pk=external.pk)
        news = snapshot.raw_status != external.raw_status
        external.raw_status = snapshot.raw_status[:120]
        external.polled_at = timezone.now()
        external.paid_at = snapshot.paid_at or external.paid_at
        if snapshot.pay_within_s is not None:
            external.pay_by = external.created_at + timedelta(seconds=snapshot.pay_within_s)
        if snapshot.amount is not None:
            external.amount, external.currency = snapshot.amount.amount, snapshot.amount.currency
        was, state = external.state, further(external.state, snapshot.state.value)
        if state in FINAL:
            external.next_poll_at = None
        if state != was or (news and snapshot.state is _E.UNKNOWN):
            record(
                external.supplier_order.order_id,
                f"external_order.{snapshot.state.value}",
                supplier_order=external.supplier_order,
                data={"external_id": external.external_id, "in_their_words": snapshot.raw_status},
            )
        external.state = state
        external.save(
            update_fields=[
                "raw_status",
                "polled_at",
                "paid_at",
                "pay_by",
                "amount",
                "currency",
                "next_poll_at",
                "state",
            ]
        )
        is_erased = external.supplier_order.order.personal_data_erased_at is not None
        for parcel in () if is_erased else snapshot.parcels:
            _keep_parcel(external, parcel, state)
        update_supplier_order(external.supplier_order)
        if state == _E.CANCELED != was and external.supplier_order.status != SupplierOrderStatus.CANCELED:
            call_for_person(
                external.supplier_order,
                _A.SUPPLIER_CANCELED,
                f"The supplier canceled {external.external_id}, one of the orders that this purchase became.",
            )
        else:
            _call_if_needed(external, snapshot)


def _keep_parcel(external: ExternalOrder, parcel: Parcel, state: str) -> None:
    supplier_order = external.supplier_order
    first = parcel.checkpoints[0].at if parcel.checkpoints else timezone.now()
    shipment, is_new = Shipment.objects.get_or_create(
        external_order=external,
        tracking_number=parcel.tracking_number,
        defaults={"supplier_order": supplier_order, "shipped_at": first},
    )
    TrackingEvent.objects.bulk_create(
        [
            TrackingEvent(shipment=shipment, at=point.at, label=point.label[:120], description=point.description[:300])
            for point in parcel.checkpoints
        ],
        ignore_conflicts=True,
    )
    delivered_at = parcel.delivered_at or (timezone.now() if state == _E.DELIVERED else None)
    shipment.carrier = parcel.carrier[:120] or shipment.carrier
    told = _web_address(parcel.tracking_url)
    shipment.tracking_url = told or shipment.tracking_url or tracking_page(parcel.tracking_number)
    shipment.eta = parcel.eta or shipment.eta
    shipment.delivered_at = shipment.delivered_at or delivered_at
    shipment.save(update_fields=["carrier", "tracking_url", "eta", "delivered_at"])
    if is_new:
        record(
            supplier_order.order_id,
            "shipment.created",
            supplier_order=supplier_order,
            data={"tracking_number": parcel.tracking_number, "carrier": parcel.carrier},
        )
        owe(supplier_order.order, Notice.Kind.SHIPPED, shipment=shipment)


def tracking_page(number: str) -> str:
    """Where anybody can follow the parcel; empty if the shop has chosen no such page."""
    return settings.TRACKING_URL_TEMPLATE.replace("{number}", quote(number, safe=""))[:300]


def _web_address(url: str) -> str:
    """``url`` if it can be linked in pages and mails, else nothing: it is a supplier's word."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 300 else ""


def _call_for_unreadable(external: ExternalOrder, note: str) -> None:
    with transaction.atomic():
        lock_order(external.supplier_order.order_id)
        external.refresh_from_db()
        external.supplier_order.refresh_from_db()
        _note(external, note)


def _call_if_needed(external: ExternalOrder, snapshot: OrderSnapshot) -> None:
    supplier_order = external.supplier_order
    if snapshot.state is _E.UNKNOWN:
        unknown = f"The supplier says “{snapshot.raw_status}”, a word we do not know."
        _note(external, snapshot.needs_person or unknown)
        return
    if snapshot.needs_person:
        _note(external, snapshot.needs_person)
        return
    _take_back_note(external)
    if snapshot.state is _E.AWAITING_PAYMENT:
        patient = external.account.pays_automatically and database_now() - external.created_at < PAYMENT_PATIENCE
        if not patient and not supplier_order.attention:
            until = f" by {external.pay_by:%Y-%m-%d %H:%M} UTC" if external.pay_by else ""
            call_for_person(supplier_order, _A.PAY, f"Pay it at the supplier{until}, or it lapses there.")
    elif supplier_order.attention == _A.PAY and not _waits_for_payment(supplier_order):
        call_for_person(supplier_order, _A.NONE, "It is paid now.")


def _note(external: ExternalOrder, note: str) -> None:
    """Call a person because of ``external``. The same words again are no news: they stand there, or were answered."""
    note = note[:500]
    if external.unclear_note == note:
        return
    call_for_person(external.supplier_order, _A.SUPPLIER_NOTE, note)
    _remember_note(external, note)


def _remember_note(external: ExternalOrder, note: str) -> None:
    if external.unclear_note != note:
        external.unclear_note = note
        external.save(update_fields=["unclear_note"])


def _take_back_note(external: ExternalOrder) -> None:
    """It was read, and shows nothing to look at: nobody needs to because of its last note. Other notes stay."""
    supplier_order, note = external.supplier_order, external.unclear_note
    if not note:
        return
    _remember_note(external, "")
    if (supplier_order.attention, supplier_order.attention_note) == (_A.SUPPLIER_NOTE, note):
        call_for_person(supplier_order, _A.NONE, "What was noted of it is over: the supplier shows it in order again.")


def _waits_for_payment(supplier_order: SupplierOrder) -> bool:
    return supplier_order.external_orders.filter(state=_E.AWAITING_PAYMENT).exists()


def _interval(created_at: datetime, now: datetime) -> timedelta:
    age = now - created_at
    factor = next((factor for days, factor in SLOWER if age > timedelta(days=days)), 1)
    return timedelta(seconds=settings.TRACKING_POLL_S * factor)
