"""A client of the wire format for the tests, written from the vendor's pages; nothing of the emulator in it."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from email.message import Message
from typing import Any
from urllib.parse import urlencode

KEY = "33500001"
SECRET = "emulator-app-secret-known-to-all"
TOKEN = "50000000emulatorAccessTokenKnownToAll"
REFRESH = "50001000emulatorRefreshTokenKnownToAll"

MAT, TRAY, WHISK = 1005006000000101, 1005006000000102, 1005006000000103
SAGE, BEAR = "14:193#Sage;5:100014064", "14:29#Bear;5:100014064"
SAGE_ID, BEAR_ID = "12000040000010101", "12000040000010102"

CREATE = "aliexpress.ds.order.create"
ORDER_GET = "aliexpress.trade.ds.order.get"
TRACKING = "aliexpress.ds.order.tracking.get"
PRODUCT = "aliexpress.ds.product.get"
FREIGHT = "aliexpress.ds.freight.query"

US_ADDRESS = {
    "contact_person": "John Doe",
    "full_name": "John Doe",
    "country": "US",
    "province": "New York",
    "city": "New York",
    "address": "123 Main St",
    "zip": "10001",
    "phone_country": "+1",
    "mobile_no": "234567890",
    "locale": "en_US",
}


def signature(params: dict[str, str], secret: str = SECRET, path: str = "") -> str:
    """HMAC-SHA256 over path and name-value pairs in code-point order."""
    message = path + "".join(name + params[name] for name in sorted(params) if name != "sign")
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest().upper()


class Supplier:
    """Speaks to one running emulator."""

    def __init__(self, port: int) -> None:
        self.port = port

    def send(
        self, verb: str, target: str, body: bytes = b"", content_type: str = "", timeout_s: float = 10
    ) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        headers = {"Content-Type": content_type} if content_type else {}
        status, _, answer = self.exchange(verb, target, body, headers, timeout_s)
        return status, answer

    def exchange(
        self, verb: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None, timeout_s: float = 10
    ) -> tuple[int, Message, bytes]:
        """The same with headers in both directions."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(verb, target, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def control(self, verb: str, path: str, value: Any = None) -> Any:
        """A control request that must succeed."""
        status, body = self.send(verb, f"/_control/{path}", b"" if value is None else json.dumps(value).encode())
        assert status == 200, body
        return json.loads(body)

    def common(self, **params: str) -> dict[str, str]:
        """Common parameters of a business call, unsigned."""
        now = str(int(time.time() * 1000))
        base = {
            "app_key": KEY,
            "timestamp": now,
            "sign_method": "sha256",
            "session": TOKEN,
            "simplify": "false",
        }
        return base | params

    def signed(self, **params: str) -> dict[str, str]:
        """The parameters of a business call with their signature."""
        complete = self.common(**params)
        return complete | {"sign": signature(complete)}

    def post(self, params: dict[str, str], path: str = "/sync", timeout_s: float = 10) -> Any:
        """Post urlencoded parameters and decode the answer, which always has status 200."""
        body = urlencode(params).encode()
        status, answer = self.send("POST", path, body, "application/x-www-form-urlencoded", timeout_s)
        assert status == 200, answer
        return json.loads(answer)

    def call(self, method: str, **params: str) -> Any:
        """A business call; unwraps the answer."""
        answer = self.post(self.signed(method=method, **params))
        return answer.get(method.replace(".", "_") + "_response", answer)

    def system(self, path: str, **params: str) -> Any:
        """A token call."""
        complete = self.common(**params)
        del complete["session"]
        return self.post(complete | {"sign": signature(complete, path=path)}, f"/rest{path}")

    def create(self, request: dict[str, Any], *, pays: bool = True, **params: str) -> Any:
        """`order.create`, the `result` of it or the whole error."""
        if pays:
            payment = {"payment": {"try_to_pay": "true", "pay_currency": "USD"}}
            params.setdefault("ds_extend_request", json.dumps(payment))
        text = json.dumps(request)
        answer = self.call(CREATE, param_place_order_request4_open_api_d_t_o=text, **params)
        return answer.get("result", answer)

    def buy(self, *items: dict[str, Any], pays: bool = True, **fields: Any) -> int:
        """Buy (a mat by default) and return the only order's id."""
        result = self.create(purchase(*items, **fields), pays=pays)
        assert result["is_success"] is True, result
        (order_id,) = result["order_list"]["number"]
        return int(order_id)

    def order(self, order_id: int) -> Any:
        """`order.get`, the `result` of it or the whole error."""
        answer = self.call(ORDER_GET, single_order_query=json.dumps({"order_id": order_id}))
        return answer.get("result", answer)

    def tracking(self, order_id: int) -> Any:
        """`tracking.get`, the `result` of it."""
        return self.call(TRACKING, ae_order_id=str(order_id), language="en_US")["result"]

    def product(self, product_id: int = MAT, country: str = "US", currency: str = "USD") -> Any:
        """`product.get`."""
        return self.call(
            PRODUCT,
            product_id=str(product_id),
            ship_to_country=country,
            target_currency=currency,
            target_language="en",
        )

    def skus(self, product_id: int = MAT, currency: str = "USD") -> dict[str, Any]:
        """The SKUs of a product by id."""
        dtos = self.product(product_id, currency=currency)["result"]["ae_item_sku_info_dtos"]
        return {sku["sku_id"]: sku for sku in dtos.get("ae_item_sku_info_d_t_o", [])}

    def freight(self, **changes: Any) -> Any:
        """`freight.query`, the `result` of it or the whole error."""
        query = {
            "productId": str(MAT),
            "selectedSkuId": SAGE_ID,
            "quantity": "1",
            "shipToCountry": "US",
            "language": "en_US",
            "locale": "en_US",
            "currency": "USD",
        }
        answer = self.call(FREIGHT, queryDeliveryReq=json.dumps(query | changes))
        return answer.get("result", answer)

    def faults(self, *faults: dict[str, Any]) -> None:
        """Let faults wait."""
        self.control("POST", "faults", list(faults))

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock."""
        self.control("POST", "clock", {"advance_s": seconds})


def item(product_id: int = MAT, sku_attr: str = SAGE, count: int = 1, **fields: Any) -> dict[str, Any]:
    """One of `product_items`."""
    return {"product_id": product_id, "product_count": count, "sku_attr": sku_attr} | fields


def purchase(*items: dict[str, Any], address: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The request of `order.create`."""
    return {
        "logistics_address": US_ADDRESS | (address or {}),
        "product_items": list(items) or [item()],
    } | fields


def wait_until(condition: Callable[[], bool], timeout_s: float = 5) -> None:
    """Wait for something that happens in another thread or process."""
    ends = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)
