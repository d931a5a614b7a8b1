"""Errors as Aliseeks writes them: a status, two headers, and for status 422 a list of violations.

Vendor's page: docs.aliseeks.com, "Errors". The documentation shows only the list; the vendor's SDKs declare an object
for other errors. Of the codes only `NotNull` is published, all others are chosen here.
"""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.answers import Reply, to_json
from integrations.sandbox.settings import Settings


@dataclass(frozen=True)
class Violation:
    """What is wrong with one field of a request."""

    field: str
    code: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """The three fields on the wire; the text begins with the code."""
        return {"code": self.code, "field": self.field, "violation": f"{self.code} {self.text}".strip()}


class AliseeksError(Exception):
    """A call is refused; nothing was done."""

    def __init__(
        self, status: int, code: str, message: str, *, violations: tuple[Violation, ...] = (), retry_after_s: int = 0
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.message = status, code, message
        self.violations, self.retry_after_s = violations, retry_after_s


def invalid(*violations: Violation) -> AliseeksError:
    """Status 422; the headers tell of the first violation."""
    first = violations[0].as_dict()
    message = ": ".join(part for part in (first["field"], first["violation"]) if part)
    return AliseeksError(422, first["code"], message, violations=violations)


def error_reply(error: AliseeksError, settings: Settings, *, outcome: str = "") -> Reply:
    """The reply for an error. `outcome` is the word for the log, by default the code."""
    headers = {"x-error-code": _header(error.code), "x-error-detailed-message": _header(error.message)}
    if error.retry_after_s:
        headers["Retry-After"] = str(error.retry_after_s)
    shape = "list" if error.violations else settings.aliseeks_error_body
    bodies: dict[str, Any] = {
        "list": [violation.as_dict() for violation in error.violations],
        "object": {"exception": error.code, "type": str(error.status), "cause": None, "message": error.message},
    }
    body = to_json(bodies[shape]) if shape in bodies else error.message.encode() if shape == "text" else b""
    content_type = "application/json;charset=UTF-8" if shape in bodies else "text/plain;charset=UTF-8"
    shown = outcome or f"refused:{error.status}:{error.code}"
    return Reply(body, shown, status=error.status, content_type=content_type, headers=headers)


def _header(text: str) -> str:
    """Text that cannot break out of a header: it may quote what a test asked for."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:300]
