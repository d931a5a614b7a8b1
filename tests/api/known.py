"""What exists while requests are made up: what the document's examples name, and the tokens that open it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import ReturnPhoto, ReturnRequest
from fulfillment.transitions import record
from shop import devices
from shop.api.v1.example_values import NAMES, SHAPES
from shop.models import Page
from tests.customers import customer
from tests.factories import CouponFactory, ListingFactory, OrderFactory, OrderLineFactory, SupplierAccountFactory
from tests.shop.api.v1.app import ADDRESS, App


class Goods:
    """A product, a coupon and a page: what a guest comes for. ``real``: an example's value -> what is here instead."""

    def __init__(self) -> None:
        listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=10**6)
        product = listing.variant.product
        CouponFactory(code=SHAPES["CouponRequest"]["code"])
        Page.objects.filter(slug="contact").update(is_published=True)
        self.sku: str = listing.variant.sku
        self.real: dict[str, Any] = {NAMES["sku"]: self.sku, SHAPES["PaymentRequest"]["method"]: "sandbox"}
        self.path = {"slug": product.slug, "country": "US"}
        self.query = {"sku": self.sku, "country": "US", "category": product.category.slug}
        #: What only some operations take otherwise.
        self.of_operation: dict[str, dict[str, str]] = {"page": {"slug": "contact"}}
        self.bodies: dict[str, dict[str, str]] = {}

    def aim(self, case: Any) -> None:
        """Let the case be about what exists."""
        path = {**self.path, **self.of_operation.get(id_of(case), {})}
        for given, known in ((case.path_parameters, path), (case.query, self.query)):
            for name in (given or {}).keys() & known.keys():
                given[name] = known[name]
        case.body = self._here(case.body)
        if isinstance(case.body, dict):
            case.body |= {name: at for name, at in self.bodies.get(id_of(case), {}).items() if name in case.body}

    def _here(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.real.get(value, value)
        if isinstance(value, list):
            return [self._here(part) for part in value]
        if isinstance(value, dict):
            return {name: self._here(part) for name, part in value.items()}
        return value


class Belongings(Goods):
    """The same, and what belongs to one customer: baskets, orders, a return, an address, a webhook, devices."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.user = customer(NAMES["email"])
        self.user.set_password(NAMES["password"])
        self.user.save()
        app = App(client)
        app.log_in(self.user)
        app.buy_now(self.sku)
        order = app.order()
        payment = app.post(f"orders/{order['number']}/payments/", {"method": "sandbox"}).json()
        app.headers.pop("Basket-Token")
        basket = app.post("basket/lines/", {"sku": self.sku}).json()
        self.tokens = {"Basket-Token": basket["token"], "Order-Token": order["token"]}
        app.headers["Basket-Token"] = basket["token"]
        self._agree(app.quote())
        self._own_account(app)
        self.path |= {"number": order["number"], "payment_id": payment["id"], "line": basket["lines"][0]["id"]}

    def headers(self) -> dict[str, str]:
        """A new device's, and those of basket and order: a case before may have ended the others."""
        return {**self.tokens, **bearer(self.user)}

    def _agree(self, quote: dict[str, Any]) -> None:
        parcel, seen = SHAPES["OrderRequest"]["shipping"][0], SHAPES["OrderRequest"]["seen_total"]
        self.real |= {
            NAMES["stamp"]: quote["stamp"],
            seen["amount"]: quote["totals"]["total"]["amount"],
            parcel["parcel"]: quote["parcels"][0]["key"],
            parcel["service"]: quote["parcels"][0]["ways"][0]["service"] if quote["parcels"][0]["ways"] else "",
        }

    def _own_account(self, app: App) -> None:
        arrived = OrderFactory(paid=True, status="shipped", customer=self.user)
        OrderLineFactory(order=arrived, quantity=9)
        record(arrived.pk, "order.shipped")
        wish = {"lines": [{"position": 1, "quantity": 1}], "reason": "damaged"}
        asked = app.post(f"orders/{arrived.number}/returns/", wish).json()
        self.path |= {
            "address_id": app.post("account/addresses/", {"address": ADDRESS}).json()["id"],
            "hook_id": app.post("account/webhooks/", {"url": "https://push.example.com/first"}).json()["id"],
            "device_id": devices.open_device(self.user).device.public_id,
        }
        self.of_operation |= {
            "ask_for_return": {"number": arrived.number},
            "order_return": {"number": arrived.number, "return_number": asked["number"]},
            "return_photo": {"number": arrived.number, "return_number": asked["number"], "position": "1"},
            "invoice": {"number": arrived.number},
            "invoice_pdf": {"number": arrived.number},
        }
        ReturnPhoto.objects.create(
            request=ReturnRequest.objects.get(number=asked["number"]), position=1, content=b"RIFF"
        )
        EmailAddress.objects.create(user=self.user, email="ada@example.net", verified=True)
        self.bodies = dict.fromkeys(("make_email_primary", "remove_email"), {"email": "ada@example.net"})
        self.bodies["add_email"] = {"email": "ada@new.example.org"}
        second = EmailAddress.objects.create(user=self.user, email="ada@example.org")
        self.real |= {
            SHAPES["RefreshRequest"]["refresh_token"]: devices.open_device(self.user).refresh,
            SHAPES["ConfirmRequest"]["key"]: EmailConfirmationHMAC(second).key,
        }


def id_of(case: Any) -> str:
    """The ``operationId`` of the case."""
    return str(case.operation.definition.raw["operationId"])


def bearer(user: User) -> dict[str, str]:
    """The headers of a new device of ``user``."""
    return {"Authorization": f"Bearer {devices.open_device(user).access}"}
