"""`aliexpress.ds.order.create` and its older twin `aliexpress.trade.buy.placeorder`.

Vendor's pages: openservice.aliexpress.com, API reference aliexpress.ds.order.create and the place-order
guide. `out_order_id` is an idempotency key for 24 hours; what a repeat answers is not established and
therefore a setting. The whole purchase is one transaction: reference, stock and orders are committed together
or not at all.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from integrations.sandbox import address_rules, goods, methods
from integrations.sandbox.answers import GatewayError, WireList
from integrations.sandbox.catalogue import FreightOption, Product, Sku
from integrations.sandbox.currencies import BASE, convert
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.order_writing import Sale, write_orders
from integrations.sandbox.settings import IDEMPOTENCY_WINDOW_S
from integrations.sandbox.timeline import Line

PARAMETER = "param_place_order_request4_open_api_d_t_o"
AUTO_PAY_FAILED = "OrderCreated, autoPay fail:APIPayFail"
_NOT_BUILT = "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"


class Refused(Exception):
    """A business refusal: `is_success` false with code and text, nothing created."""

    def __init__(self, code: str, msg: str) -> None:
        super().__init__(code)
        self.code, self.msg = code, msg


@dataclass(frozen=True)
class _Purchase:
    """A request as read. `reference` is the idempotency key, None without one."""

    reference: str | None
    address: Any
    items: list[Any]
    payment: dict[str, Any]
    trade_extra: dict[str, Any]
    promotion: dict[str, Any]

    @property
    def wants_payment(self) -> bool:
        """The table documents a text, the guide's sample a boolean."""
        return str(self.payment.get("try_to_pay", "")).lower() == "true"


def order_create(emulator: Emulator, call: Call) -> dict[str, Any]:
    """Create the orders of one purchase, or answer a repeat of it."""
    purchase = _read(call)
    try:
        with emulator.store.writing() as connection:
            ids, error_msg = _place(emulator, call, connection, purchase)
    except Refused as refused:
        return {"result": {"is_success": False, "error_code": refused.code, "error_msg": refused.msg}}
    result: dict[str, Any] = {"is_success": True}
    if error_msg:
        result["error_msg"] = error_msg
    if ids:
        result["order_list"] = WireList("number", ids)
    return {"result": result}


def json_parameter(params: dict[str, str], name: str) -> dict[str, Any]:
    """Decode a parameter that carries a JSON object as text. Raises GatewayError."""
    try:
        value = json.loads(params[name])
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise GatewayError("InvalidParameter", f"The specified parameter {name} is not a JSON object")
    return value


def _read(call: Call) -> _Purchase:
    if not call.params.get(PARAMETER):
        # The spelling of the live text, without the underscores of the parameter's name.
        raise GatewayError("MissingParameter", "MissingParameter: param_place_order_request4_open_api_dto")
    body = json_parameter(call.params, PARAMETER)
    extend: Any = {}
    if call.method == methods.PLACE_ORDER:
        extend = body.get("ds_extend_request")
    elif call.params.get("ds_extend_request"):
        extend = json_parameter(call.params, "ds_extend_request")
    sections = extend if isinstance(extend, dict) else {}

    def section(name: str) -> dict[str, Any]:
        value = sections.get(name)
        return value if isinstance(value, dict) else {}

    # The older twin was defined before out_order_id existed.
    reference = body.get("out_order_id") if call.method == methods.ORDER_CREATE else None
    items = body.get("product_items")
    return _Purchase(
        reference=None if reference in (None, "") else str(reference),
        address=body.get("logistics_address"),
        items=items if isinstance(items, list) else [],
        payment=section("payment"),
        trade_extra=section("trade_extra_param"),
        promotion=section("promotion"),
    )


def _place(
    emulator: Emulator, call: Call, connection: sqlite3.Connection, purchase: _Purchase
) -> tuple[list[int], str]:
    """Return the order ids to answer and the text beside them."""
    earlier = _earlier(call, connection, purchase)
    if earlier is not None:
        if call.settings.repeat == "error" or call.faults.take("repeated_order_error"):
            raise Refused("REPEATED_ORDER_ERROR", "The order has been created, please do not repeat")
        return json.loads(earlier["order_ids"]), earlier["error_msg"]
    if call.faults.take("no_ids_not_created"):
        return [], ""
    _refuse_on_command(call)
    _check(purchase)
    lines = _lines(emulator, call, connection, purchase)
    is_failed = purchase.wants_payment and (
        call.settings.auto_pay == "refused" or call.faults.take("created_unpaid") is not None
    )
    sale = Sale(methods.ALIEXPRESS, purchase.reference, purchase.address, str(purchase.address["country"]))
    ids = write_orders(call, connection, sale, lines, is_paying=purchase.wants_payment and not is_failed)
    error_msg = AUTO_PAY_FAILED if is_failed else ""
    if purchase.reference is not None:
        connection.execute(
            "INSERT INTO creation (out_order_id, created_at_ms, order_ids, error_msg) VALUES (?, ?, ?, ?)",
            (purchase.reference, call.now_ms, json.dumps(ids), error_msg),
        )
    return ([], error_msg) if call.faults.take("success_without_ids") else (ids, error_msg)


def _earlier(call: Call, connection: sqlite3.Connection, purchase: _Purchase) -> sqlite3.Row | None:
    """The creation under the same reference inside the window; an older one is forgotten."""
    if purchase.reference is None:
        return None
    forgotten_before_ms = call.now_ms - IDEMPOTENCY_WINDOW_S * 1000
    connection.execute(
        "DELETE FROM creation WHERE out_order_id = ? AND created_at_ms <= ?",
        (purchase.reference, forgotten_before_ms),
    )
    row: sqlite3.Row | None = connection.execute(
        "SELECT order_ids, error_msg FROM creation WHERE out_order_id = ?", (purchase.reference,)
    ).fetchone()
    return row


def _refuse_on_command(call: Call) -> None:
    if fault := call.faults.take("reject"):
        raise Refused(fault.fault.details["error_code"], fault.fault.details["error_msg"])
    if fault := call.faults.take("address_error"):
        raise Refused(address_rules.ADDRESS_ERROR, fault.fault.details["error_msg"])


def _check(purchase: _Purchase) -> None:
    if not purchase.items:
        raise Refused(_NOT_BUILT, "product_items is empty")
    if problem := address_rules.refusal(purchase.address, purchase.trade_extra):
        raise Refused(*problem)
    if purchase.payment and purchase.payment.get("pay_currency", "USD") != "USD":
        raise Refused("PRICE_PAY_CURRENCY_ERROR", "pay_currency is not supported")
    if purchase.promotion.get("promotion_code"):
        raise Refused("A004_CANNOT_USER_COUPON", "The coupon can not be used")


def _lines(
    emulator: Emulator, call: Call, connection: sqlite3.Connection, purchase: _Purchase
) -> list[tuple[Product, Line, str]]:
    """Check every item and price it; each comes with its product and the currency of its price."""
    lines = []
    asked: dict[str, int] = {}
    for item in purchase.items:
        if not isinstance(item, dict):
            raise Refused(_NOT_BUILT, "product_items is not valid")
        product = emulator.catalogue.find(str(item.get("product_id", "")))
        if product is None or goods.is_sold_as_version(call, product, str(purchase.address["country"])):
            raise Refused(_NOT_BUILT, "The product does not exist or is not on sale")
        sku = _sku(call, product, item)
        quantity = _quantity(item)
        asked[sku.sku_id] = asked.get(sku.sku_id, 0) + quantity
        stock = goods.stock_left(emulator, call, connection, product, sku)
        if asked[sku.sku_id] > stock:
            raise Refused("INVENTORY_HOLD_ERROR", "The inventory is not enough")
        option = _option(product, purchase.address["country"], str(item.get("logistics_service_name") or ""))
        currency = goods.forced_currency(call, product, sku) or BASE
        line = Line(
            product_id=product.product_id,
            sku_id=sku.sku_id,
            sku_attr=sku.sku_attr,
            sku_text=sku.description,
            subject=product.subject,
            quantity=quantity,
            price=convert(goods.price_of(call, product, sku), currency),
            freight=convert(option.fee_usd, currency),
            service=option.code,
            company=option.company,
            memo=str(item.get("order_memo") or ""),
        )
        lines.append((product, line, currency))
    return lines


def _sku(call: Call, product: Product, item: dict[str, Any]) -> Sku:
    sku_attr = str(item.get("sku_attr") or "")
    if sku_attr:
        found = [sku for sku in product.skus if sku.sku_attr == sku_attr]
    else:
        found = list(product.skus) if len(product.skus) == 1 else []
    if not found or goods.is_gone(call, product, found[0]):
        raise Refused("SKU_NOT_EXIST", "The sku does not exist")
    return found[0]


def _quantity(item: dict[str, Any]) -> int:
    count = item.get("product_count")
    if isinstance(count, str) and count.isdecimal():
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise Refused(_NOT_BUILT, "product_count must be 1 or more")
    return count


def _option(product: Product, country: str, code: str) -> FreightOption:
    """The chosen way of shipping; without a choice the first one the freight query offers."""
    options = [option for option in goods.options_for(product, country) if code in ("", option.code)]
    if not options:
        raise Refused("DELIVERY_METHOD_NOT_EXIST", "The delivery method does not exist")
    return options[0]
