"""Stripe's refusals: `{"error": {"type", "code", "message", "param"}}` with an HTTP status."""

from typing import Any


class StripeRefusal(Exception):
    """The call is refused; nothing was done."""

    def __init__(
        self, status: int, message: str, *, type: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.type, self.code, self.param = status, message, type, code, param

    def as_dict(self) -> dict[str, Any]:
        """The answer's body."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error}


def missing(param: str) -> StripeRefusal:
    """A mandatory parameter is absent."""
    return StripeRefusal(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def invalid(param: str, message: str) -> StripeRefusal:
    """A parameter has an impossible value."""
    return StripeRefusal(400, message, code="parameter_invalid", param=param)


def no_such(kind: str, object_id: str) -> StripeRefusal:
    """An id that nobody knows."""
    return StripeRefusal(404, f"No such {kind}: '{object_id}'", code="resource_missing", param="id")
