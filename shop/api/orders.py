"""``POST /api/orders/aliexpress`` and the address at which the order's further way is told."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.models import SupplierOrder
from shop.api import order_call
from shop.api.base import ApiView
from shop.api.idempotency import Answer, answer_once, request_key
from shop.api.serializers import OrderCall, read_order_call


class PlaceOrder(ApiView):
    """Buys one product of a supplier for an address. The caller vouches for its customer's payment."""

    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        user_id = int(request.auth.user_id)
        call = read_order_call(request.data)
        key = request_key(
            request.headers.get("Idempotency-Key"),
            user_id=user_id,
            path=request.path.rstrip("/"),
            body=request.data,
        )
        work = partial(_place, request, call, user_id, key.own_key if key else None)
        if key is None:
            answer = work()
        else:
            answer = answer_once(key, work, made_something=partial(order_call.was_made, key.own_key))
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)


class OrderStatus(ApiView):
    """Where a supplier order stands."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, public_id: str) -> Response:
        supplier_order = order_call.shown().filter(public_id=public_id).first()
        if supplier_order is None:
            raise Http404
        return Response({"success": True, **order_call.standing(supplier_order)})


class Nothing(ApiView):
    """Every other address below ``/api/``: a program asked, so it gets JSON and no page."""

    authentication_classes = []
    permission_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def _place(request: Request, call: OrderCall, user_id: int, own_key: str | None) -> Answer:
    supplier_order = order_call.place(call, user_id=user_id, own_key=own_key)
    return _answer(supplier_order, request.build_absolute_uri(reverse("api-order", args=[supplier_order.public_id])))


def _answer(supplier_order: SupplierOrder, status_url: str) -> Answer:
    status = order_call.answer_status(supplier_order)
    body: dict[str, Any] = {"success": True, **order_call.standing(supplier_order), "statusUrl": status_url}
    if status == 422:
        body |= {"success": False, "code": "supplier_refused"}
    return Answer(status, body)
