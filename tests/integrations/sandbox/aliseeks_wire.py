"""A client of the Aliseeks half for the tests, written from the vendor's pages."""

import json
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from .wire import MAT, Supplier

API_KEY = "emulator-aliseeks-key-known-to-all"
MERCHANT = "SandboxMrch1"
PLACE = "aliseeks.orders.create"
SAGE_PROPERTIES = [{"sku": "14:193#Sage"}, {"sku": "5:100014064"}]
BEAR_PROPERTIES = [{"sku": "14:29#Bear"}, {"sku": "5:100014064"}]
STANDARD = "CAINIAO_FULFILLMENT_STD"

ADDRESS = {
    "contactName": "John Doe",
    "fullName": "John Doe",
    "phoneNumber": {"number": "2345678901", "countryPrefix": "+1"},
    "address": {
        "line1": "123 Main St",
        "line2": "",
        "city": "New York",
        "state": "New York",
        "country": "US",
        "postalCode": "10001",
    },
}


class Aliseeks:
    """Speaks to the Aliseeks half of one running emulator."""

    def __init__(self, supplier: Supplier) -> None:
        self.supplier = supplier

    def call(
        self, verb: str, path: str, body: Any = None, *, key: str | None = API_KEY, timeout_s: float = 10
    ) -> tuple[int, Message, bytes]:
        """One call below the base address."""
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"X-Api-Client-Id": key})
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.supplier.exchange(verb, f"/aliseeks/v1{path}", data, headers, timeout_s)

    def post(self, path: str, body: Any) -> Any:
        """A POST that must succeed."""
        status, _, answer = self.call("POST", path, body)
        assert status == 200, answer
        return json.loads(answer)

    def refusal(self, path: str, body: Any, status: int = 422) -> list[dict[str, str]]:
        """The violations of a POST that must be refused."""
        seen, headers, answer = self.call("POST", path, body)
        assert seen == status, answer
        assert headers["x-error-code"]
        assert headers["x-error-detailed-message"]
        violations: list[dict[str, str]] = json.loads(answer)
        return violations

    def buy(self, *items: dict[str, Any], **changes: Any) -> list[int]:
        """Place an order that must be taken; the ids."""
        ids: list[int] = self.post("/orders", purchase(*items, **changes))["orderIds"]
        return ids

    def order(self, order_id: int, merchant_id: str = MERCHANT) -> Any:
        """Read an order that must be there."""
        status, _, answer = self.get_order(order_id, merchant_id)
        assert status == 200, answer
        return json.loads(answer)

    def get_order(self, order_id: int | str, merchant_id: str = MERCHANT) -> tuple[int, Message, bytes]:
        """Read an order."""
        return self.call("GET", "/orders?" + urlencode({"merchantId": merchant_id, "orderId": order_id}))

    def stored(self) -> list[Any]:
        """What the emulator holds."""
        return list(self.supplier.control("GET", "orders"))


def item(
    product_id: Any = MAT,
    properties: list[dict[str, str]] | None = None,
    quantity: Any = 1,
    service: str = STANDARD,
) -> dict[str, Any]:
    """One of `items`."""
    chosen = SAGE_PROPERTIES if properties is None else properties
    return {"productId": product_id, "quantity": quantity, "shippingService": service, "properties": chosen}


def purchase(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of `POST /orders`."""
    return {"merchantId": MERCHANT, "mailingAddress": ADDRESS, "items": list(items) or [item()]} | changes


def address(**changes: Any) -> dict[str, Any]:
    """`mailingAddress` with another `address` part."""
    return ADDRESS | {"address": ADDRESS["address"] | changes}  # type: ignore[operator]
