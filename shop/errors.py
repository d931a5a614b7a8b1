"""The root of the shop's own errors.

A leaf module: it imports only the standard library and may be used from every floor.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A rule of the shop said no.

    ``code`` is stable and meant for programs; ``message`` is for people; ``data`` holds what a caller may act on
    (never secrets or personal data, because it ends in logs and answers).
    """

    code = "domain_error"

    def __init__(self, message: str, *, code: str | None = None, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.data = data
