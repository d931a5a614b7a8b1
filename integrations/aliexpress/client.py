"""The only file of this adapter that sends.

https://openservice.aliexpress.com/doc/doc.htm#/?docId=1366 (gateway). Business methods are posted to
``/sync``, system interfaces to ``/rest`` plus their path; all parameters travel in the body, so that no
token ever stands in an address.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from django.db import DatabaseError

from integrations.aliexpress import build, parse, parse_goods
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.aliexpress.signing import request_params
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, SupplierError
from integrations.http import Call, SupplierHttp, is_loopback
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
    SupplierOrderState,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

REDACTOR = Redactor(
    # The address goes as a whole, so that a field added to it later cannot slip through; its fields go
    # wherever else they turn up, e.g. in an error's echo.
    personal=[
        "logistics_address",
        "cpf",
        "rut_no",
        "passport_no",
        "passport_no_date",
        "passport_organization",
        "foreigner_passport_no",
        "is_foreigner",
        "tax_number",
        "tax_company",
        "vat_no",
        "nat_addr",
        "location_tree_address_id",
        "user_id",
        "seller_id",
        "havana_id",
        "account_id",
        "buyerId",
        "ali_member_id",
    ],  # fmt: skip
    secret=["session"],
    # Here `code` is an error's or a carrier's code. The OAuth code of the same name belongs to another
    # redactor.
    public=["code"],
)

_SHIPPED = frozenset({SupplierOrderState.SHIPPED, SupplierOrderState.DELIVERED})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The two call styles' addresses. ``base`` has neither ``/sync`` nor ``/rest``."""

    base: str

    @classmethod
    def from_setting(cls, address: str) -> Endpoints:
        """Accepts the base and the two complete addresses that the vendor's SDKs want."""
        base = address.strip().rstrip("/")
        for tail in ("/sync", "/rest"):
            base = base.removesuffix(tail).rstrip("/")
        return cls(base)

    @property
    def business(self) -> str:
        return f"{self.base}/sync"

    def system(self, api_path: str) -> str:
        return f"{self.base}/rest{api_path}"


class AliExpressAdapter:
    """AliExpress, for one account; ``integrations.base.SupplierAdapter`` says what each method promises."""

    # The vendor keeps out_order_id for 24 hours; the margin is for clocks and for the time a call may take.
    capabilities = Capabilities(settle_class=SettleClass.KEY_FOR_A_TIME, resend_window_s=20 * 3600)

    def __init__(self, account: SupplierAccount) -> None:
        self._account = account
        self._endpoints = Endpoints.from_setting(account.endpoint)
        self._http = SupplierHttp(account, REDACTOR)

    def place(self, purchase: Purchase) -> Placed:
        """Create the order(s); sends once."""
        params = build.order_create(purchase, pays_automatically=self._account.pays_automatically)
        try:
            return self._ask(build.ORDER_CREATE, params, parse.order_created, reference=purchase.reference, write=True)
        except MalformedReply as exc:
            raise OutcomeUnknown(exc.message, code=exc.code, request_id=exc.request_id) from exc

    def fetch_order(self, external_id: str) -> OrderSnapshot:
        """The order and, once something is on its way, what the carriers say.

        Fails only if the order itself cannot be read: without tracking, its own list of parcels must do.
        """
        order = self._ask(
            build.ORDER_GET,
            build.order_get(external_id),
            lambda answer: parse.order_shown(answer, external_id),
            reference=external_id,
        )
        if order.state not in _SHIPPED and not order.parcels:
            return order
        try:
            tracked = self._ask(
                build.TRACKING_GET,
                build.tracking_get(external_id),
                parse.parcels_tracked,
                reference=external_id,
            )
        except SupplierError as exc:
            logger.warning("aliexpress: no tracking for order=%s error=%s", external_id, exc.code)
            return order
        return parse.with_tracking(order, tracked)

    def fetch_product(self, product_id: str, *, country: str, currency: str) -> ProductSnapshot:
        """The product as sold to ``country``, priced in ``currency``."""
        params = build.product_get(product_id, country=country, currency=currency)
        return self._ask(build.PRODUCT_GET, params, parse_goods.product_shown)

    def fetch_freight(
        self, product_id: str, sku_id: str, *, quantity: int, country: str, currency: str
    ) -> tuple[FreightOption, ...]:
        """Ways to send the SKU to ``country``."""
        params = build.freight_query(product_id, sku_id, quantity=quantity, country=country, currency=currency)
        return self._ask(
            build.FREIGHT_QUERY, params, lambda answer: parse_goods.freight_offered(answer, currency=currency)
        )

    def order_url(self, external_id: str) -> str:
        """The order's page on the site, or in the emulator's list when the account points at this machine."""
        if is_loopback(urlsplit(self._endpoints.base).hostname or ""):
            return f"{self._endpoints.base}/_control/orders?{urlencode({'order_id': external_id})}"
        return f"https://www.aliexpress.com/p/order/detail.html?{urlencode({'orderId': external_id})}"

    def ping(self) -> None:
        """Reach the gateway's host."""
        self._http.reach(f"{self._endpoints.base}/")

    def _ask(
        self,
        operation: str,
        params: Mapping[str, str],
        read: Callable[[Answer], T],
        *,
        reference: str = "",
        write: bool = False,
    ) -> T:
        """Send one business call and read its answer; the call log is told how that went."""
        form = self._signed(operation, params)
        reply = self._http.post_form(
            Call(operation=operation, url=self._endpoints.business, form=form, write=write, reference=reference)
        )
        try:
            answer = open_answer(reply.body, write=write)
            reply.log.request_id = answer.request_id
            return read(answer)
        except SupplierError as exc:
            exc.hide(REDACTOR.masked_texts(form))
            exc.request_id = exc.request_id or reply.log.request_id
            reply.log.request_id = exc.request_id
            reply.log.error = exc.code[:80]
            raise
        finally:
            _save_reading(reply.log)

    def _signed(self, operation: str, params: Mapping[str, str]) -> dict[str, str]:
        account = self._account
        if not (account.app_key and account.app_secret and account.access_token):
            raise AccountUnusable(
                "The account has no app key, app secret or access token. Connect it first.",
                code="account_incomplete",
            )
        return request_params(
            params,
            app_key=account.app_key,
            secret=account.app_secret,
            session=account.access_token,
            method=operation,
            timestamp_ms=time.time_ns() // 1_000_000,
        )


def _save_reading(log: ApiCall) -> None:
    if log.pk is None:
        return  # The row could not be written, as the log has said already.
    try:
        log.save(update_fields=["request_id", "error"])
    except DatabaseError:
        # The answer may hold the id of an order that was just bought: it matters more than its entry in the
        # log.
        logger.exception("aliexpress: call log row %s could not be completed", log.pk)
