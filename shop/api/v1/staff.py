"""Lists for staff, each behind the permission that its list in the admin asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.crypto import UndecryptableValue, seal, unseal
from shop.api.v1 import staff_shapes as shapes
from shop.api.v1.base import V1View, read_query
from shop.api.v1.document import operation
from shop.api.v1.problems import Problem, field_problem, not_found

PAGE_SIZE = 50
_document = partial(operation, tag="staff", auth="staff")


class Orders(V1View):
    """Orders, newest first."""

    permission = "fulfillment.view_order"

    @_document("Orders, newest first", shapes.StaffOrdersShape, operation_id="staff_orders", query=shapes.OrdersQuery)
    def get(self, request: Request) -> Response:
        values = read_query(shapes.OrdersQuery, request.query_params)
        wanted = {name: values[name] for name in ("status", "number") if values[name]}
        return Response(_page(shapes.orders().filter(**wanted), values["cursor"], shapes.shown_order))


class OneOrder(V1View):
    """An order."""

    permission = "fulfillment.view_order"

    @_document("An order", shapes.StaffOrderShape, operation_id="staff_order", errors=[404])
    def get(self, request: Request, key: str) -> Response:
        order = shapes.orders().filter(number=key).first()
        if order is None:
            raise not_found()
        return Response(shapes.shown_order(order))


class SupplierOrders(V1View):
    """What is bought from suppliers."""

    permission = "fulfillment.view_supplierorder"

    @_document(
        "Supplier orders, newest first",
        shapes.SupplierOrdersShape,
        operation_id="staff_supplier_orders",
        query=shapes.SupplierOrdersQuery,
    )
    def get(self, request: Request) -> Response:
        values = read_query(shapes.SupplierOrdersQuery, request.query_params)
        rows = shapes.supplier_orders()
        if values["status"]:
            rows = rows.filter(status=values["status"])
        if values["needs_person"] == "true":
            rows = rows.exclude(attention="")
        return Response(_page(rows, values["cursor"], shapes.shown_supplier_order))


class OneSupplierOrder(V1View):
    """A supplier order."""

    permission = "fulfillment.view_supplierorder"

    @_document("A supplier order", shapes.SupplierOrderShape, operation_id="staff_supplier_order", errors=[404])
    def get(self, request: Request, key: str) -> Response:
        part = shapes.supplier_orders().filter(public_id=key).first()
        if part is None:
            raise not_found()
        return Response(shapes.shown_supplier_order(part))


class Shipments(V1View):
    """Parcels."""

    permission = "fulfillment.view_shipment"

    @_document("Parcels, newest first", shapes.ShipmentsShape, operation_id="staff_shipments", query=shapes.StaffQuery)
    def get(self, request: Request) -> Response:
        values = read_query(shapes.StaffQuery, request.query_params)
        return Response(_page(shapes.shipments(), values["cursor"], shapes.shown_shipment))


class Listings(V1View):
    """Where variants are bought."""

    permission = "catalog.view_listing"

    @_document(
        "Where variants are bought, newest first",
        shapes.ListingsShape,
        operation_id="staff_listings",
        query=shapes.StaffQuery,
    )
    def get(self, request: Request) -> Response:
        values = read_query(shapes.StaffQuery, request.query_params)
        return Response(_page(shapes.listings(), values["cursor"], shapes.shown_listing))


class Refunds(V1View):
    """Money that goes back."""

    permission = "fulfillment.view_refund"

    @_document(
        "Refunds, newest first",
        shapes.RefundsShape,
        operation_id="staff_refunds",
        query=shapes.RefundsQuery,
        description="With `status=to_do` those that a person has to send by hand, and then says so: `…/done/`.",
    )
    def get(self, request: Request) -> Response:
        values = read_query(shapes.RefundsQuery, request.query_params)
        rows = shapes.refunds()
        if values["status"]:
            rows = rows.filter(status=values["status"])
        return Response(_page(rows, values["cursor"], shapes.shown_refund))


def _page(rows: QuerySet[Any], cursor: str, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page of ``rows``, newest first. The cursor is a sealed id of this very list: ids never leave."""
    name = rows.model.__name__
    if cursor:
        rows = rows.filter(pk__lt=_opened(cursor, name))
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    return {
        "results": [show(row) for row in found[:PAGE_SIZE]],
        "next_cursor": seal(f"{name}:{found[PAGE_SIZE - 1].pk}") if more else None,
    }


def _opened(cursor: str, name: str) -> int:
    try:
        of, _colon, number = unseal(cursor).partition(":")
    except UndecryptableValue:
        of, number = "", ""
    if of != name or not number.isdecimal():
        raise unknown_cursor()
    return int(number)


def unknown_cursor() -> Problem:
    """The cursor is of another list, or of none."""
    text = _("There is no such page (any more). Begin at the first one.")
    return field_problem("cursor", text, code="unknown_cursor")
