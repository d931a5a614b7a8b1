"""The one interface behind which every way to pay stands: neutral words, and no provider's vocabulary.

A provider raises the errors of ``integrations.errors``. A write that perhaps happened (``OutcomeUnknown``) is repeated
under the same key: that is what the key is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol, cast

from integrations.errors import Unsupported
from shop.errors import DomainError
from shop.money import Money


class SessionState(StrEnum):
    """Where a payment session stands. *Processing*: the customer is done, the bank is not."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class RefundState(StrEnum):
    """Where a refund stands at the provider."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class EventKind(StrEnum):
    """What an event is about: it says where to look, and the truth is read there."""

    SESSION = "session"
    REFUND = "refund"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_CLOSED = "dispute_closed"
    OTHER = "other"


class EventForged(DomainError):
    """The signature is missing, wrong or too old: nobody knows who sent it."""

    code = "event_forged"


class EventUnreadable(DomainError):
    """The signature is good, but it is no event that this shop can take (another mode, not JSON, no id)."""

    code = "event_unreadable"


@dataclass(frozen=True, slots=True)
class SessionLine:
    """What the customer sees on the payment page; ``total`` is for all ``quantity`` pieces."""

    title: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A payment session to be opened. Sent again under the same ``key`` it is the same session, if nothing differs.

    ``reference`` is the payment's public id, ``label`` what the customer knows the order by. ``lines`` are shown only
    if they add up to ``money``. ``expires_at`` is aware UTC.
    """

    key: str
    reference: str
    label: str
    money: Money
    email: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    lines: tuple[SessionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the provider shows it. ``money`` is what it asks for, or what was paid.

    ``payment_reference`` is the provider's id of the money itself (empty before there is any), ``reference`` ours.
    ``url`` is where the browser goes while it is open. ``is_test``: no money moves by it.
    """

    session_id: str
    state: SessionState
    money: Money
    reference: str = ""
    payment_reference: str = ""
    url: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to send back, once per ``key``."""

    key: str
    payment_reference: str
    money: Money


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider shows it; ``key`` is ours, empty for one made in the provider's own pages."""

    refund_id: str
    state: RefundState
    money: Money
    key: str = ""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An event whose signature was good. ``word`` is the provider's own name for it, kept for staff.

    ``reference`` is ours, as it was told when the session was opened; empty if the event names none.
    """

    event_id: str
    kind: EventKind
    word: str
    session_id: str = ""
    payment_reference: str = ""
    reference: str = ""
    note: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


class PaymentProvider(Protocol):
    """A payment provider with pages of its own. Every method but ``read_event`` makes network calls and must not be
    called inside a database transaction.
    """

    #: Origins (``https://host``) of the pages to which a browser may be sent.
    page_origins: tuple[str, ...]

    def open_session(self, request: SessionRequest) -> Session:
        """Open a session, or find the one that this key opened before."""
        ...

    def fetch_session(self, session_id: str) -> Session:
        """The session as it stands now."""
        ...

    def expire_session(self, session_id: str) -> None:
        """Close an open session, so that nobody pays through it any more. ``Rejected`` if it is open no more."""
        ...

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Send money back, or find the refund that this key made before."""
        ...

    def fetch_refunds(self, payment_reference: str) -> tuple[ProviderRefund, ...]:
        """All refunds of one payment, whoever made them."""
        ...

    def smallest(self, currency: str) -> Decimal:
        """The smallest step of an amount in ``currency`` that the provider takes."""
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event in the raw ``body``. Raises ``EventForged`` unless its signature is good, ``EventUnreadable``."""
        ...


#: method -> module with ``connect() -> PaymentProvider``. Ways to pay without a provider (a transfer, the sandbox page)
#: are not listed: nobody is called for them.
PROVIDERS = {"stripe": "integrations.stripe"}


def has_provider(method: str) -> bool:
    """Whether somebody outside is asked about payments of this method."""
    return method in PROVIDERS


def provider_for(method: str) -> PaymentProvider:
    """Who handles payments of this method. Raises ``Unsupported`` for a method that nobody outside handles."""
    if method not in PROVIDERS:
        raise Unsupported(f"nobody is called for payments by {method}")
    return cast(PaymentProvider, import_module(PROVIDERS[method]).connect())
