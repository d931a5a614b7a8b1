"""`aliexpress.trade.ds.order.get` and `aliexpress.ds.order.tracking.get`.

Vendor's pages: openservice.aliexpress.com, API reference of these methods. The zone of `gmt_create` is not
documented; US Pacific is the platform's habit elsewhere.
"""

from decimal import Decimal
from typing import Any

from integrations.sandbox import methods, orders
from integrations.sandbox.answers import GatewayError, WireList, missing_parameter
from integrations.sandbox.clock import pacific_text, pacific_zoned_text
from integrations.sandbox.currencies import BASE, RATES, money
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.placing import json_parameter
from integrations.sandbox.product_views import required
from integrations.sandbox.timeline import Line, Order, Parcel, State, state_of


def order_id_of(params: dict[str, str]) -> str:
    """The order id of either call, as text: the documented JSON form, or the flat one an SDK sends."""
    if params.get("single_order_query"):
        return str(json_parameter(params, "single_order_query").get("order_id", ""))
    return params.get("order_id", "") or params.get("ae_order_id", "")


def order_get(emulator: Emulator, call: Call) -> dict[str, Any]:
    """The state of one order."""
    text = order_id_of(call.params)
    if not text:
        raise missing_parameter("single_order_query")
    order = readable_order(emulator, text, call.now_ms)
    if order is None:
        raise GatewayError(
            "15",
            "Remote service error",
            kind="ISP",
            sub_code="isv.invalid-authorization",
            sub_msg="The order does not exist or belongs to another account",
        )
    state = state_of(order, call.now_ms)
    rate, currency = _currency(call, order)
    amount = money(order.amount * rate, currency)
    result: dict[str, Any] = {
        "gmt_create": pacific_text(order.created_at_ms),
        "order_paidtime_string": "",
        "pay_timeout_second": str(order.pay_timeout_ms // 1000),
        "order_status": state.order_status,
        "logistics_status": state.logistics_status,
        "order_amount": amount,
        "user_order_amount": amount,
        "child_order_list": WireList(
            "aeop_child_order_info", [_child(order, line, state, rate, currency) for line in order.lines]
        ),
        "logistics_info_list": WireList(
            "aeop_order_logistics_info",
            [{"logistics_no": p.tracking_number, "logistics_service": p.service} for p in state.parcels],
        ),
        "store_info": {
            "store_id": order.store_id,
            "store_name": order.store_name,
            "store_url": f"https://www.aliexpress.com/store/{order.store_id}",
        },
    }
    if state.is_paid and order.paid_at_ms is not None:
        result["order_paidtime_string"] = pacific_zoned_text(order.paid_at_ms)
    return {"result": result}


def tracking_get(emulator: Emulator, call: Call) -> dict[str, Any]:
    """The parcels of one order; code 1001 as long as nothing has been shipped."""
    text, _ = required(call.params, "ae_order_id", "language")
    order = readable_order(emulator, text, call.now_ms)
    parcels = () if order is None else state_of(order, call.now_ms).parcels
    if not parcels:
        return {"result": {"ret": False, "code": "1001", "msg": "TRACKING DATA NOT FOUND"}}
    lines = WireList("tracking_detail", [_parcel(parcel) for parcel in parcels])
    data = {"tracking_detail_line_list": lines}
    return {"result": {"ret": True, "code": "200", "msg": "success", "data": data}}


def readable_order(emulator: Emulator, text: str, now_ms: int) -> Order | None:
    """Find an order by its id in text; None also while it is too new to be read."""
    if not text.isdecimal() or len(text) > 18:
        return None
    order = orders.find(emulator.store, int(text))
    if order is None or order.supplier != methods.ALIEXPRESS:
        return None
    return order if order.readable_at_ms <= now_ms else None


def _currency(call: Call, order: Order) -> tuple[Decimal, str]:
    """A factor for all amounts and their currency, normally 1 and the order's own."""
    waiting = call.faults.take("wrong_currency")
    if waiting is None or order.currency != BASE:
        return Decimal(1), order.currency
    currency = str(waiting.fault.details["currency"])
    return RATES[currency], currency


def _child(order: Order, line: Line, state: State, rate: Decimal, currency: str) -> dict[str, Any]:
    fee = line.price * line.quantity
    nothing = money(Decimal(0), currency)
    freight = money(line.freight * rate, currency)
    return {
        "product_id": int(line.product_id),
        "sku_id": line.sku_id,
        "product_name": line.subject,
        "product_count": line.quantity,
        "product_price": money(line.price * rate, currency),
        "sale_fee": money(fee * rate, currency),
        "sale_discount_fee": nothing,
        "shipping_fee": freight,
        "shipping_discount_fee": nothing,
        "actual_shipping_fee": freight,
        "actual_tax_fee": nothing,
        "actual_fee": money((fee + line.freight) * rate, currency),
        "already_include_tax": "false",
        "price_include_tax": "false",
        "end_reason": "CANCELED" if state.is_canceled and order.marks_lines else "",
    }


def _parcel(parcel: Parcel) -> dict[str, Any]:
    nodes = [
        {"time_stamp": node.at_ms, "tracking_name": node.name, "tracking_detail_desc": node.description}
        for node in parcel.nodes
    ]
    contents = [
        {
            "item_id": int(line.product_id),
            "quantity": quantity,
            "item_title": line.subject,
            "sku_desc": line.sku_text,
            "sku_id": int(line.sku_id),
        }
        for line, quantity in parcel.contents
    ]
    return {
        "mail_no": parcel.tracking_number,
        "carrier_name": parcel.company,
        "eta_time_stamps": parcel.delivered_at_ms,
        "detail_node_list": WireList("detail_node", nodes),
        "package_item_list": WireList("package_item", contents),
    }
