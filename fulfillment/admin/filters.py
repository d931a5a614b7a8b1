"""How staff narrow down lists of orders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fulfillment.models import ExternalOrder, Order, Shipment, SupplierOrder
from integrations.models import SupplierAccount


def _parts(**conditions: Any) -> Exists:
    return Exists(SupplierOrder.objects.filter(order=OuterRef("pk"), **conditions))


class OrderAttentionFilter(admin.SimpleListFilter):
    """Orders by what a person is needed for."""

    title = _("needs a person")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("any", _("Anything")), *((value, text) for value, text in SupplierOrder.Attention.choices if value)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "any":
            waiting = SupplierOrder.objects.needing_a_person().filter(order=OuterRef("pk"))
            return queryset.filter(Exists(waiting))
        return queryset.filter(_parts(attention=self.value())) if self.value() else queryset


class SupplierOrderAttentionFilter(admin.SimpleListFilter):
    """Supplier orders by what a person is needed for."""

    title = _("needs a person")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        choices = [(value, text) for value, text in SupplierOrder.Attention.choices if value]
        return [("any", _("Anything")), *choices, ("none", _("Nothing to do"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SupplierOrder]) -> QuerySet[SupplierOrder]:
        if self.value() == "any":
            return queryset.exclude(attention="")
        if self.value() == "none":
            return queryset.filter(attention="")
        return queryset.filter(attention=self.value()) if self.value() else queryset


class OrderModeFilter(admin.SimpleListFilter):
    """Orders by the world in which they are bought."""

    title = _("bought as")
    parameter_name = "mode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(SupplierAccount.Mode.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(_parts(account_mode=self.value())) if self.value() else queryset


def orders_matching(queryset: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders whose number begins with ``text``, or to which an e-mail, reference, order id or parcel of it belongs.

    Each part is looked up in its own index: a search over joins would read every order and repeat rows.
    """
    text = text.strip()
    if not text:
        return queryset
    found = Q(number__startswith=text.upper()) | Q(email=text) | Q(email=text.lower())
    references = SupplierOrder.objects.filter(Q(reference=text.upper()) | Q(attempts__reference=text.upper()))
    externals = ExternalOrder.objects.filter(external_id=text)
    parcels = Shipment.objects.filter(Q(tracking_number=text) | Q(tracking_number=text.upper()))
    return queryset.filter(
        found
        | Q(pk__in=references.values("order_id"))
        | Q(pk__in=externals.values("supplier_order__order_id"))
        | Q(pk__in=parcels.values("supplier_order__order_id"))
    )
