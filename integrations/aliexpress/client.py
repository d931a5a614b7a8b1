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

from django.conf import settings
from django.db import DatabaseError

from integrations import own_secrets, ratelimit, tokens
from integrations.aliexpress import build, parse, parse_goods, parse_sourcing, sourcing
from integrations.aliexpress.address_rules import rules
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.aliexpress.signing import request_params
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, SupplierError, Transient
from integrations.http import Call, SupplierHttp, is_loopback
from integrations.models import ApiCall, SupplierAccount
from integrations.ratelimit import RateLimited
from integrations.redaction import Redactor
from integrations.types import (
    Capabilities,
    CategoryNode,
    FreightOption,
    OrderSnapshot,
    Placed,
    PlaceNode,
    ProductSnapshot,
    Purchase,
    SearchPage,
    SearchSort,
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

#: What the gateway calls a token that has ended; another key, signature or permission is not cured by a new token.
_TOKEN_REFUSED = frozenset({"illegalaccesstoken", "invalidsession", "isv.402"})

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
    capabilities = Capabilities(
        settle_class=SettleClass.KEY_FOR_A_TIME,
        resend_window_s=20 * 3600,
        places_checked_in=rules().places_checked_in,
    )

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

    def search_products(
        self, keywords: str, *, country: str, currency: str, page: int, page_size: int, sort: SearchSort | None = None
    ) -> SearchPage:
        """One page of the products for ``keywords``."""
        params = sourcing.text_search(
            keywords, country=country, currency=currency, page=page, page_size=page_size, sort=sort
        )
        return self._ask(
            sourcing.TEXT_SEARCH,
            params,
            lambda answer: parse_sourcing.products_found(answer, currency=currency),
            group=ratelimit.SEARCH,
        )

    def fetch_categories(self) -> tuple[CategoryNode, ...]:
        """All categories."""
        return self._ask(sourcing.CATEGORY_GET, sourcing.category_get(), parse_sourcing.categories_listed)

    def fetch_address_tree(self, country: str) -> PlaceNode:
        """The provinces and cities of ``country``."""
        return self._ask(
            sourcing.ADDRESS_GET,
            sourcing.address_get(country),
            lambda answer: parse_sourcing.places_listed(answer, country=country),
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
        group: str = ratelimit.STANDARD,
    ) -> T:
        """Send one business call and read its answer; a refused token is refreshed, and the call made again, once.

        For a purchase too: the gateway refuses a token before the order logic runs, so nothing was bought.
        """
        started = time.monotonic()
        try:
            return self._ask_once(operation, params, read, reference=reference, write=write, group=group)
        except AccountUnusable as exc:
            if exc.code.lower() not in _TOKEN_REFUSED:
                raise
            self._take_new_token(exc)
        if write:
            # The place that the buyer took among the order calls was used up by the refused one.
            ratelimit.wait_for_place(self._account, ratelimit.ORDER, patience_s=settings.RATE_PATIENCE_S)
        if write and time.monotonic() - started > settings.SUPPLIER_CALL_TIMEOUT_S:
            # The lease may not outlast a second call. Nothing was bought: the next attempt has the new token.
            raise Transient("The token was refreshed; there was no time left to buy.", code="token_refreshed")
        return self._ask_once(operation, params, read, reference=reference, write=write, group=group)

    def _take_new_token(self, refusal: AccountUnusable) -> None:
        """Go on with a token other than the refused one. Raises ``refusal`` if only a person can help."""
        try:
            # Another process may have stored a token under a key that this one does not have.
            with own_secrets.readable(self._account):
                self._account = tokens.refresh_now(self._account, refused=self._account.access_token)
        except (AccountUnusable, Rejected) as exc:
            raise refusal from exc

    def _ask_once(
        self,
        operation: str,
        params: Mapping[str, str],
        read: Callable[[Answer], T],
        *,
        reference: str,
        write: bool,
        group: str,
    ) -> T:
        """Send one business call and read its answer; the call log is told how that went.

        Who buys has taken a place among the order calls before writing down that the purchase is on its way.
        """
        form = self._signed(operation, params)
        call = Call(
            operation=operation,
            url=self._endpoints.business,
            form=form,
            write=write,
            group=None if write else group,
            reference=reference,
        )
        reply = self._http.send(call)
        try:
            answer = open_answer(reply.body, write=write)
            reply.log.request_id = answer.request_id
            return read(answer)
        except SupplierError as exc:
            exc.hide(REDACTOR.masked_texts(form))
            exc.request_id = exc.request_id or reply.log.request_id
            reply.log.request_id = exc.request_id
            reply.log.error = exc.code[:80]
            if isinstance(exc, Transient) and exc.retry_after_s is not None:
                # The platform bans the method for so long, not the whole account.
                ratelimit.pause(self._account, ratelimit.ORDER if write else group, seconds=exc.retry_after_s)
                raise RateLimited(
                    exc.message, code=exc.code, request_id=exc.request_id, retry_after_s=exc.retry_after_s
                ) from exc
            raise
        finally:
            save_reading(reply.log)

    def _signed(self, operation: str, params: Mapping[str, str]) -> dict[str, str]:
        account = self._account
        with own_secrets.readable(account):
            secret, session = account.app_secret, account.access_token
        if not (account.app_key and secret and session):
            raise AccountUnusable(
                "The account has no app key, app secret or access token. Connect it first.",
                code="account_incomplete",
            )
        return request_params(
            params,
            app_key=account.app_key,
            secret=secret,
            session=session,
            method=operation,
            timestamp_ms=time.time_ns() // 1_000_000,
        )


def save_reading(log: ApiCall) -> None:
    """Complete the row of a call with what its reply said."""
    if log.pk is None:
        return  # The row could not be written, as the log has said already.
    try:
        log.save(update_fields=["request_id", "error"])
    except DatabaseError:
        # The answer may hold the id of an order that was just bought: it matters more than its entry in the
        # log.
        logger.exception("aliexpress: call log row %s could not be completed", log.pk)
