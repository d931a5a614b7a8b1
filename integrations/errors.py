"""What can go wrong with a supplier. The tree says what the caller must *do*::

    SupplierError
    ├── Transient            surely not done (refused connection, rate limit): try again later, counted
    │   └── AccountUnusable  surely not done, and no call of this account will succeed: wait for a person
    ├── Rejected             the supplier said no: stop, show a person
    ├── OutcomeUnknown       a write may have happened: settle it, never resend blindly
    │   └── AlreadyPlaced    the supplier has handled this reference before but gave no order id
    ├── MalformedReply       unreadable; after a read stop and show it, after a write it is an OutcomeUnknown
    └── Unsupported          our plan is wrong: the supplier has no such thing

Messages are safe to show to staff and to log: adapters put no token, address or full URL into them.
"""

from __future__ import annotations

from collections.abc import Collection

from integrations.redaction import without_texts
from integrations.types import Refusal
from shop.errors import DomainError


class SupplierError(DomainError):
    """Anything a supplier, or the way to it, did not do as asked."""

    code = "supplier_error"

    def __init__(self, message: str, *, code: str | None = None, request_id: str = "") -> None:
        super().__init__(message, code=code)
        self.request_id = request_id

    def hide(self, texts: Collection[str]) -> None:
        """Take ``texts`` out of message and code: a supplier's words may repeat what it was sent."""
        self.message = without_texts(self.message, texts)
        if without_texts(self.code, texts) != self.code:
            self.code = type(self).code  # A sentence where a code should be.
        self.args = (self.message,)


class Transient(SupplierError):
    """Surely not done; the same call may be made again, after ``retry_after_s`` seconds if given."""

    code = "supplier_busy"

    def __init__(
        self, message: str, *, code: str | None = None, request_id: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after_s = retry_after_s


class AccountUnusable(Transient):
    """The account's token, key or permission is refused before any work: nothing was done, nothing will be."""

    code = "account_unusable"


class Rejected(SupplierError):
    """The supplier decided against it and nothing was created. ``code`` is the supplier's own, ``refusal`` ours.

    ``field`` is the field of ``Address`` that it is about, empty if it is about none or does not say which.
    """

    code = "rejected"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        request_id: str = "",
        refusal: Refusal = Refusal.OTHER,
        field: str = "",
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.refusal = refusal
        self.field = field


class OutcomeUnknown(SupplierError):
    """A write whose result nobody knows."""

    code = "outcome_unknown"


class AlreadyPlaced(OutcomeUnknown):
    """The supplier refuses a repeat of our reference: an order exists there, its id is not known to us."""

    code = "already_placed"


class MalformedReply(SupplierError):
    """A reply that cannot be read. ``field`` names the part that is missing or badly typed."""

    code = "malformed_reply"

    def __init__(self, message: str, *, field: str = "", request_id: str = "") -> None:
        super().__init__(message, request_id=request_id)
        self.field = field


class Unsupported(SupplierError):
    """The supplier cannot do this at all."""

    code = "unsupported"
