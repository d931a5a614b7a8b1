"""What the pages of an order and of a supplier order show, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fulfillment.admin.answers import SUPPLIER_ORDER_ANSWERS, Button, buttons
from fulfillment.models import ExternalOrder, Order, OrderEvent, Shipment, SupplierOrder, SupplierOrderLine
from integrations.models import ApiCall, SupplierAccount
from integrations.registry import PROVIDERS, adapter_for
from integrations.support import pretty_reply, support_text

#: More calls than this belong to an order only if something polls it in vain; the log has them all.
CALLS_SHOWN = 40
EVENTS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ExternalView:
    """An order at the supplier, and where staff see (and pay) it."""

    row: ExternalOrder
    url: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A supplier order with the answers it can be given now."""

    row: SupplierOrder
    externals: list[ExternalView]
    buttons: list[Button]


@dataclass(frozen=True, slots=True)
class EventView:
    """A line of the history; ``actor`` with the name of the person where there is one."""

    row: OrderEvent
    actor: str
    details: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CallView:
    """A call to a supplier with its texts ready to read and to copy."""

    row: ApiCall
    reply: str
    support: str


def parts_for_page() -> QuerySet[SupplierOrder]:
    """Supplier orders with everything their card shows."""
    shipments = Shipment.objects.select_related("external_order").prefetch_related("events")
    return SupplierOrder.objects.select_related("account").prefetch_related(
        Prefetch("lines", SupplierOrderLine.objects.select_related("order_line", "listing")),
        "attempts",
        Prefetch("external_orders", ExternalOrder.objects.select_related("account")),
        Prefetch("shipments", shipments),
    )


def orders_for_page() -> QuerySet[Order]:
    """Orders with everything their page shows except history and calls."""
    return Order.objects.prefetch_related(
        "lines__variant", "payments__refunds", "notices", Prefetch("supplier_orders", parts_for_page().order_by("part"))
    )


def part_views(request: HttpRequest, parts: Iterable[SupplierOrder]) -> list[PartView]:
    """The cards of ``parts``."""
    return [
        PartView(
            row=part,
            externals=[
                ExternalView(row, supplier_url(row.account, row.external_id)) for row in part.external_orders.all()
            ],
            buttons=buttons(request, part, SUPPLIER_ORDER_ANSWERS),
        )
        for part in parts
    ]


def supplier_url(account: SupplierAccount, external_id: str) -> str:
    """The page of an order at its supplier; empty if the supplier is no longer installed."""
    if account.provider not in PROVIDERS:
        return ""
    return adapter_for(account).order_url(external_id)


def event_views(events: QuerySet[OrderEvent]) -> list[EventView]:
    """The history, newest first, with the names of staff."""
    rows = list(events.select_related("supplier_order").order_by("-at", "-pk")[:EVENTS_SHOWN])
    ids = {_person_id(row.actor) for row in rows} - {None}
    people: dict[Any, Any] = get_user_model()._default_manager.in_bulk(ids) if ids else {}
    return [EventView(row, _actor_text(row.actor, people), _details(row.data)) for row in rows]


def call_views(parts: Iterable[SupplierOrder]) -> list[CallView]:
    """The calls that belong to ``parts`` by one of our references or by an order id of the supplier, newest first."""
    accounts, references = set(), set()
    for part in parts:
        accounts.add(part.account_id)
        references.add(part.reference)
        references.update(attempt.reference for attempt in part.attempts.all())
        references.update(external.external_id for external in part.external_orders.all())
    if not references:
        return []
    calls = ApiCall.objects.filter(reference__in=references, account__in=accounts - {None}).select_related("account")
    return [CallView(row, reply=pretty_reply(row.reply_body), support=support_text(row)) for row in calls[:CALLS_SHOWN]]


def _details(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, ", ".join(map(str, item)) if isinstance(item, list) else str(item)) for name, item in data.items()]


def _person_id(actor: str) -> int | None:
    kind, _colon, number = actor.partition(":")
    return int(number) if kind in ("staff", "api") and number.isdigit() else None


def _actor_text(actor: str, people: dict[Any, Any]) -> str:
    person = people.get(_person_id(actor))
    if person is None:
        return {"system": _("the shop"), "customer": _("the customer")}.get(actor, actor)
    kind = _("order call") if actor.startswith("api:") else _("staff")
    return f"{person.get_username()} ({kind})"
