"""What the pages of an order and of a supplier order show, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fulfillment.admin.answers import Button, buttons
from fulfillment.admin.forms import PLACE_WORDS
from fulfillment.admin.part_answers import SUPPLIER_ORDER_ANSWERS
from fulfillment.models import ExternalOrder, Order, OrderEvent, Shipment, SupplierOrder, SupplierOrderLine
from fulfillment.profit import PartProfit, profit_of
from integrations.models import ApiCall, SupplierAccount
from integrations.registry import PROVIDERS, adapter_for
from integrations.support import pretty_reply, support_text

#: What was sent under our references (placing it) is shown whole, as good as; of the looks at it afterwards, of which a
#: slow supplier causes hundreds, the latest. The log has them all.
CALLS_SHOWN = 40
LOOKS_SHOWN = 10
EVENTS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ExternalView:
    """An order at the supplier, and where staff see (and pay) it."""

    row: ExternalOrder
    url: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A supplier order with the answers it can be given now, and what the supplier's list of places lacks."""

    row: SupplierOrder
    externals: list[ExternalView]
    buttons: list[Button]
    place_doubts: list[str]
    profit: PartProfit | None


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
        Prefetch("lines", SupplierOrderLine.objects.select_related("order_line", "line_part", "listing")),
        "attempts",
        Prefetch("external_orders", ExternalOrder.objects.select_related("account")),
        Prefetch("shipments", shipments),
    )


def orders_for_page() -> QuerySet[Order]:
    """Orders with everything their page shows except history and calls."""
    return Order.objects.select_related("invoice").prefetch_related(
        "lines__variant",
        "shippings__account",
        "payments__refunds",
        "notices",
        "returns",
        Prefetch("supplier_orders", parts_for_page().order_by("part")),
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
            place_doubts=_place_doubts(part),
            profit=profit_of(part),
        )
        for part in parts
    ]


def _place_doubts(part: SupplierOrder) -> list[str]:
    if part.attention != SupplierOrder.Attention.ADDRESS:
        return []
    texts = []
    for field, nearest in part.place_doubts.items():
        words = {
            "field": PLACE_WORDS[field],
            "name": getattr(part, f"ship_{field}") or getattr(part.order, field),
            "nearest": nearest,
        }
        text = _("%(field)s “%(name)s” is not in the supplier's list of places.") % words
        texts.append(f"{text} {_('Nearest: “%(nearest)s”.') % words}" if nearest else text)
    return texts


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
    accounts: set[int | None] = set()
    references: set[str] = set()
    external_ids: set[str] = set()
    for part in parts:
        accounts.add(part.account_id)
        references.add(part.reference)
        references.update(attempt.reference for attempt in part.attempts.all())
        external_ids.update(external.external_id for external in part.external_orders.all())
    if not references:
        return []
    calls = ApiCall.objects.filter(account__in=accounts - {None}).select_related("account")
    rows = [
        *calls.filter(reference__in=references)[:CALLS_SHOWN],
        *calls.filter(reference__in=external_ids - references)[:LOOKS_SHOWN],
    ]
    rows.sort(key=lambda row: (row.started_at, row.pk), reverse=True)
    return [CallView(row, reply=pretty_reply(row.reply_body), support=support_text(row)) for row in rows]


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
