"""Calls Stripe through the official library, and says in our words what became of each call."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import stripe

from integrations.errors import (
    AccountUnusable,
    MalformedReply,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Transient,
)
from integrations.payments import (
    EventForged,
    EventUnreadable,
    ProviderEvent,
    ProviderRefund,
    RefundRequest,
    Session,
    SessionRequest,
)
from integrations.stripe import amounts, build, parse
from integrations.stripe.transport import StripeTransport

logger = logging.getLogger(__name__)

#: The library itself repeats broken connections, 409 and 5xx, all under one key.
MAX_NETWORK_RETRIES = 2
LIVE_KEYS = ("sk_live_", "rk_live_")
#: The same key with other parameters: nothing was done.
KEY_REUSED = "idempotency_error"
_MOST_REFUNDS = 100

_Read = TypeVar("_Read")

# What runs where is nobody else's business.
stripe.enable_telemetry = False


class StripeProvider:
    """One Stripe account. A test key takes no live object and a live key no test object."""

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        api_base: str,
        page_origins: tuple[str, ...],
        timeout_s: float,
    ) -> None:
        self.page_origins = page_origins
        self.livemode = secret_key.startswith(LIVE_KEYS)
        self._webhook_secrets = webhook_secrets
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base},
            max_network_retries=MAX_NETWORK_RETRIES,
            # Three tries must fit into the time of one call.
            http_client=StripeTransport(timeout_s=timeout_s / (MAX_NETWORK_RETRIES + 1)),
        )

    def open_session(self, request: SessionRequest) -> Session:
        params: Any = build.session_params(request)
        wire = self._call(
            "open session",
            lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": f"session-{request.key}"}),
            write=True,
        )
        return self._parsed(lambda: parse.session(wire, livemode=self.livemode))

    def fetch_session(self, session_id: str) -> Session:
        wire = self._call(
            "fetch session",
            lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent"]}),
        )
        return parse.session(wire, livemode=self.livemode)

    def expire_session(self, session_id: str) -> None:
        self._call("expire session", lambda: self._client.v1.checkout.sessions.expire(session_id), write=True)

    def refund(self, request: RefundRequest) -> ProviderRefund:
        params: Any = build.refund_params(request)
        wire = self._call(
            "refund",
            lambda: self._client.v1.refunds.create(params, {"idempotency_key": f"refund-{request.key}"}),
            write=True,
        )
        return self._parsed(lambda: parse.refund(wire))

    def fetch_refunds(self, payment_reference: str) -> tuple[ProviderRefund, ...]:
        wire = self._call(
            "fetch refunds",
            lambda: self._client.v1.refunds.list({"payment_intent": payment_reference, "limit": _MOST_REFUNDS}),
        )
        rows = wire.get("data")
        if not isinstance(rows, list):
            raise MalformedReply("data is no list", field="data")
        return tuple(parse.refund(row) for row in rows)

    def smallest(self, currency: str) -> Decimal:
        return amounts.smallest(currency)

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Any of the configured secrets may have signed it: two are in use while one is being replaced."""
        signature = headers.get("Stripe-Signature", "")
        for secret in self._webhook_secrets:
            try:
                event = self._client.construct_event(body, signature, secret)
            except stripe.SignatureVerificationError:
                continue
            except (ValueError, TypeError, AttributeError, KeyError) as exc:
                raise EventUnreadable("the body is no event", code="not_an_event") from exc
            return parse.event(event.to_dict(), livemode=self.livemode)
        raise EventForged("the signature does not fit")

    def _call(self, what: str, call: Callable[[], Any], *, write: bool = False) -> dict[str, Any]:
        """The reply as plain data. ``write``: a reply that did not arrive leaves the outcome unknown."""
        try:
            reply = call()
        except stripe.StripeError as exc:
            # Not ``from exc``: its text may repeat what was sent, and the queue keeps the trace of a task that failed.
            raise _our_error(what, exc, write=write) from None
        found: dict[str, Any] = reply.to_dict()
        return found

    def _parsed(self, read: Callable[[], _Read]) -> _Read:
        try:
            return read()
        except MalformedReply as exc:
            # Written it is; only what became of it cannot be read.
            raise OutcomeUnknown(exc.message, code="malformed_reply") from exc


def _our_error(what: str, exc: stripe.StripeError, *, write: bool) -> SupplierError:
    request_id = exc.request_id or ""
    # A code is a word; a sentence in its place may repeat what was sent.
    refusal = exc.code if exc.code and re.fullmatch(r"[a-z0-9_]{1,80}", exc.code) else ""
    logger.warning(
        "stripe call failed what=%s kind=%s status=%s code=%s request=%s",
        what, type(exc).__name__, exc.http_status, refusal or None, request_id,
    )  # fmt: skip
    if isinstance(exc, stripe.RateLimitError):
        return Transient("Stripe asks us to slow down", code="http_429", request_id=request_id)
    if isinstance(exc, stripe.AuthenticationError | stripe.PermissionError):
        return AccountUnusable("Stripe refuses the key", code=f"http_{exc.http_status}", request_id=request_id)
    if isinstance(exc, stripe.IdempotencyError):
        if exc.http_status == 409:
            return OutcomeUnknown("Stripe is still busy with this key", code="key_busy", request_id=request_id)
        return Rejected("the key was used with other parameters", code=KEY_REUSED, request_id=request_id)
    if isinstance(exc, stripe.InvalidRequestError | stripe.CardError):
        # Stripe's own text may repeat what it was sent, an address for instance.
        return Rejected(f"Stripe said no ({refusal or exc.http_status})", code=refusal or "rejected",
                        request_id=request_id)  # fmt: skip
    code = f"http_{exc.http_status}" if exc.http_status else "no_reply"
    if write:
        return OutcomeUnknown(f"no usable reply from Stripe ({code})", code=code, request_id=request_id)
    return Transient(f"no usable reply from Stripe ({code})", code=code, request_id=request_id)
