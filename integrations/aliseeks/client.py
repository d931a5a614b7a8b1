"""The only file of this adapter that sends.

https://docs.aliseeks.com, "Authentication" and "Errors": JSON, the API key in the header ``X-Api-Client-Id``.
Success is status 200. The vendor warns of strange answers with status 200 and asks to repeat the call: a read is sent
a second time, an order never.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.db import DatabaseError

from integrations import own_secrets, ratelimit
from integrations.aliseeks import build, parse
from integrations.aliseeks.address_rules import field_of_number
from integrations.aliseeks.refusals import READABLE, error_of
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, SupplierError
from integrations.http import Call, Reply, SupplierHttp, is_loopback
from integrations.models import ApiCall, SupplierAccount
from integrations.redaction import Redactor
from integrations.types import (
    Capabilities,
    FreightOption,
    OrderSnapshot,
    Placed,
    ProductSnapshot,
    Purchase,
    SettleClass,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

KEY_HEADER = "X-Api-Client-Id"

REDACTOR = Redactor(
    # The address goes as a whole; its fields go wherever else they turn up, e.g. in an error's echo.
    personal=["mailingAddress", "contactName", "fullName", "taxNumber", "phoneNumber", "postalCode", "merchantId"],
    # Whoever opens that page first is connected by it.
    secret=["redirectUrl", KEY_HEADER],
    # Here `code` is an error's code, and `name` is that of a product, a store or an attribute.
    public=["code", "name"],
)


class AliseeksAdapter:
    """Aliseeks, for one merchant; ``integrations.base.SupplierAdapter`` says what each method promises.

    The account keeps the API key as its app secret and the merchant's id as its user id at the supplier.
    """

    capabilities = Capabilities(settle_class=SettleClass.NOTHING)

    def __init__(self, account: SupplierAccount) -> None:
        self._account = account
        self._base = account.endpoint.strip().rstrip("/")
        self._http = SupplierHttp(account, REDACTOR)

    def place(self, purchase: Purchase) -> Placed:
        """Create the order(s), one for each store, unpaid; sends once."""
        call = self._call(
            build.ORDER_CREATE,
            "/orders",
            json=build.order_create(purchase, merchant_id=self._merchant_id()),
            write=True,
            reference=purchase.reference,
        )
        try:
            return self._ask(call, parse.order_created)
        except MalformedReply as exc:
            raise OutcomeUnknown(exc.message, code=exc.code) from exc
        except Rejected as exc:
            if exc.field == "tax_id":
                # One field carries whatever number the country has.
                exc.field = field_of_number(purchase.address.country)
            raise

    def fetch_order(self, external_id: str) -> OrderSnapshot:
        """The order with its tracking numbers; there are no checkpoints."""
        query = build.order_get(external_id, merchant_id=self._merchant_id())
        call = self._call(build.ORDER_GET, "/orders", query=query, method="GET", reference=external_id)
        return self._read(call, lambda body: parse.order_shown(body, external_id))

    def fetch_product(self, product_id: str, *, country: str, currency: str) -> ProductSnapshot:
        """The product as sold to ``country``, priced in ``currency``."""
        body = build.product_get(product_id, country=country, currency=currency)
        return self._read(self._call(build.PRODUCT, "/products", json=body), parse.product_shown)

    def fetch_freight(
        self, product_id: str, sku_id: str, *, quantity: int, country: str, currency: str
    ) -> tuple[FreightOption, ...]:
        """Ways to send the product to ``country``: the same for all of its SKUs."""
        body = build.shipping_options(product_id, quantity=quantity, country=country, currency=currency)
        return self._read(self._call(build.SHIPPING, "/products/shipping", json=body), parse.freight_offered)

    def order_url(self, external_id: str) -> str:
        """The order's page on AliExpress, where it is paid, or in the list of the emulator on this machine."""
        parts = urlsplit(self._base)
        if is_loopback(parts.hostname or ""):
            return f"{parts.scheme}://{parts.netloc}/_control/orders?{urlencode({'order_id': external_id})}"
        return f"https://www.aliexpress.com/p/order/detail.html?{urlencode({'orderId': external_id})}"

    def ping(self) -> None:
        """Reach the host."""
        self._http.reach(f"{self._base}/")

    def authorization_page(self, return_url: str) -> parse.MerchantLink:
        """A page, for one use, on which the merchant authorizes (again); ``return_url`` is where it leads back to.

        An account without a merchant gets a new one. Nothing is bought by it: a lost reply only wastes a page.
        """
        body = build.merchant(return_url, merchant_id=self._account.external_user_id)
        return self._ask(self._call(build.MERCHANTS, "/merchants", json=body), parse.merchant_link)

    def _merchant_id(self) -> str:
        if not self._account.external_user_id:
            raise AccountUnusable(
                "The account has no merchant id. Use “Authorize at Aliseeks” or enter it.", code="account_incomplete"
            )
        return self._account.external_user_id

    def _call(
        self,
        operation: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        method: str = "POST",
        write: bool = False,
        reference: str = "",
    ) -> Call:
        with own_secrets.readable(self._account):
            key = self._account.app_secret
        if not key:
            raise AccountUnusable("The account has no API key. Enter it first.", code="account_incomplete")
        return Call(
            operation=operation,
            url=f"{self._base}{path}",
            json=json,
            query=query,
            method=method,
            headers={KEY_HEADER: key},
            write=write,
            # Who buys has taken a place among the order calls before writing down that the purchase is on its way.
            group=None if write else ratelimit.STANDARD,
            reference=reference,
            readable=READABLE,
        )

    def _read(self, call: Call, read: Callable[[bytes], T]) -> T:
        """Ask for something, and once more if the answer cannot be read."""
        try:
            return self._ask(call, read)
        except MalformedReply:
            return self._ask(call, read)

    def _ask(self, call: Call, read: Callable[[bytes], T]) -> T:
        """Send one call and read its answer; the call log is told how that went."""
        reply = self._http.send(call)
        try:
            raise_for_refusal(call, reply)
            return read(reply.body)
        except SupplierError as exc:
            exc.hide([*REDACTOR.masked_texts(call.question), *call.headers.values()])
            reply.log.error = exc.code[:80]
            _save_reading(reply.log)
            raise


def raise_for_refusal(call: Call, reply: Reply) -> None:
    """Raise the error that ``reply`` is, if it is one."""
    if reply.status in READABLE:
        raise error_of(reply.status, reply.headers, reply.body, write=call.write)


def _save_reading(log: ApiCall) -> None:
    if log.pk is None:
        return  # The row could not be written, as the log has said already.
    try:
        log.save(update_fields=["error"])
    except DatabaseError:
        logger.exception("aliseeks: call log row %s could not be completed", log.pk)
