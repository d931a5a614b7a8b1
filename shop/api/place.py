"""``POST /api/aliexpress/orders/place`` and what the supplier's order id leads to."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.models import ExternalOrder, SupplierOrder
from fulfillment.orders import ExternalItem, order_external, sum_of
from fulfillment.states import SupplierOrderStatus
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.api import order_call
from shop.api.base import ApiView
from shop.api.exceptions import ApiProblem
from shop.api.idempotency import Answer, RequestKey, answer_once, request_key
from shop.api.order_call import connected_account, sold_product, wait_for_supplier
from shop.api.place_serializers import ItemCall, PlaceCall, read_place_call
from shop.api.serializers import MAX_QUANTITY
from shop.api.sourcing import SourcingView
from shop.api.sourcing_serializers import SupplierQuery, read_query
from shop.money import CurrencyMismatch


class NothingOrdered(Exception):
    """The order was refused before there was any. Its id stays free: a caller cannot give its order a new one."""

    def __init__(self, problem: ApiProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class PlaceProducts(ApiView):
    """Buys one or several products of a supplier as one order. The caller vouches for its customer's payment."""

    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        user_id = int(request.auth.user_id)
        call = read_place_call(request.data)
        key = _key(call, user_id=user_id, path=request.path.rstrip("/"), body=request.data)
        work = partial(_place, request, call, user_id, key.own_key)
        try:
            answer = answer_once(key, work, made_something=partial(order_call.was_made, key.own_key))
        except NothingOrdered as exc:
            raise exc.problem from exc
        except ApiProblem as problem:
            raise _without_header(problem, call.id_name) from problem
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)


class ExternalOrderStatus(SourcingView):
    """Where an order stands, by the supplier's order id and in the supplier's words."""

    def get(self, request: Request, order_id: str) -> Response:
        provider = read_query(SupplierQuery, request.query_params)["supplier"]
        orders = ExternalOrder.objects.filter(external_id=order_id, account__provider=provider)
        external = orders.prefetch_related("shipments").order_by("-pk").first()
        if external is None:
            raise Http404
        return Response({"success": True, "data": _status(external)})


def _key(call: PlaceCall, *, user_id: int, path: str, body: Any) -> RequestKey:
    # Apart from the keys of the order call, which come in a header and are printable.
    key = request_key(call.external_order_id, user_id=user_id, path=path, body=body)
    assert key is not None
    return RequestKey(user_id, f"place\x1f{key.key}", key.path, key.body_hash)


def _without_header(problem: ApiProblem, id_name: str) -> ApiProblem:
    """The same "no" in words that fit: here the key is the caller's order id and no header."""
    if problem.code == "key_reused":
        text = _("This order id was used for another order. Send the same body again, or a new id.")
        return ApiProblem(422, problem.code, text, errors={id_name: [text]})
    if problem.code == "in_progress":
        text = _("The first request with this order id is still at work. Please ask again.")
        return ApiProblem(409, problem.code, text, headers=problem.headers)
    return problem


def _place(request: Request, call: PlaceCall, user_id: int, own_key: str) -> Answer:
    supplier_order = SupplierOrder.objects.filter(order__checkout_key=own_key).first()
    if supplier_order is None:
        try:
            account = connected_account(call.provider)
            items = _items(account, call)
        except ApiProblem as problem:
            raise NothingOrdered(problem) from problem
        supplier_order = order_external(
            account=account,
            items=items,
            contact=call.contact,
            actor=f"api:{user_id}",
            checkout_key=own_key,
        )
    wait_for_supplier(supplier_order.pk)
    supplier_order = order_call.shown().get(pk=supplier_order.pk)
    status_url = request.build_absolute_uri(reverse("api-order", args=[supplier_order.public_id]))
    return _answer(supplier_order, status_url)


def _answer(supplier_order: SupplierOrder, status_url: str) -> Answer:
    standing = order_call.standing(supplier_order)
    body = {
        "success": True,
        "message": _("Order placement initiated"),
        "order_id": standing["orderId"],
        "order_ids": standing["orderIds"],
        "status": standing["status"],
        "internalOrderId": standing["internalOrderId"],
        "statusUrl": status_url,
    }
    if supplier_order.status == SupplierOrderStatus.REJECTED:
        return Answer(422, {**body, "success": False, "code": "supplier_refused", "message": standing["message"]})
    return Answer(202, body)


def _items(account: SupplierAccount, call: PlaceCall) -> list[ExternalItem]:
    """What is bought, each SKU once. Asks the supplier; raises ``ApiProblem`` if something cannot be had."""
    products: dict[str, ProductSnapshot] = {}
    wanted: dict[tuple[str, str], ExternalItem] = {}
    for index, item in enumerate(call.items):
        field = f"{call.items_name}.{index}"
        product = products.get(item.product_id) or sold_product(
            account, item.product_id, country=call.contact.address.country, field=f"{field}.product_id"
        )
        products[item.product_id] = product
        sku = _sku(product, item, field)
        before = wanted.get((product.product_id, sku.sku_id))
        quantity = item.quantity + (before[2] if before else 0)
        _check_quantity(sku, quantity, f"{field}.quantity")
        wanted[product.product_id, sku.sku_id] = (product, sku, quantity)
    items = list(wanted.values())
    try:
        sum_of(items)
    except CurrencyMismatch as exc:
        text = _("The supplier prices these products in different currencies. Order them one by one.")
        raise ApiProblem(422, "different_currencies", text, errors={call.items_name: [text]}) from exc
    return items


def _sku(product: ProductSnapshot, item: ItemCall, field: str) -> SkuSnapshot:
    if not item.sku and len(product.skus) > 1:
        text = _("This product comes in several kinds; “choices” lists them.")
        choices = [{"sku_id": sku.sku_id, "sku_attr": sku.sku_attr, "title": sku.title} for sku in product.skus]
        raise ApiProblem(400, "sku_required", text, errors={f"{field}.sku_id": [text]}, choices=choices)
    by_text = next((sku for sku in product.skus if sku.sku_attr == item.sku), None)
    sku = (product.sku(item.sku.strip()) or by_text) if item.sku else product.skus[0]
    if sku is None:
        text = _("The supplier's product has no such SKU.")
        raise ApiProblem(422, "sku_not_found", text, errors={f"{field}.sku_id": [text]})
    return sku


def _check_quantity(sku: SkuSnapshot, quantity: int, field: str) -> None:
    if quantity > MAX_QUANTITY:
        text = _("That many cannot be ordered at once.")
        raise ApiProblem(400, "invalid_request", text, errors={field: [text]})
    if sku.stock is not None and sku.stock < quantity:
        text = _("The supplier has only %(stock)d of it.") % {"stock": sku.stock} if sku.stock else _("It is sold out.")
        raise ApiProblem(422, "out_of_stock", text, errors={field: [text]})


def _status(external: ExternalOrder) -> dict[str, Any]:
    order_status, _slash, logistics_status = external.raw_status.partition("/")
    parcel = min(external.shipments.all(), key=lambda shipment: shipment.pk, default=None)
    return {
        "order_status": order_status or None,
        "logistics_status": logistics_status or None,
        "tracking_number": parcel.tracking_number if parcel else None,
        "carrier": (parcel.carrier or None) if parcel else None,
        "estimated_delivery": parcel.eta.date().isoformat() if parcel and parcel.eta else None,
    }
