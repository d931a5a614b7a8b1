"""Takes secrets and personal data out of what is logged or kept of a call.

Works on names, not on guesses about values: an adapter says which names of its wire format are secret and which are
personal. JSON texts inside parameters are opened, cleaned and written again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

MASK = "[redacted]"

#: Names that are secret whatever the supplier.
SECRET_NAMES = frozenset(
    """access_token app_secret authorization client_secret code cookie password refresh_token secret session sign
    signature token""".split()
)

#: Names that describe a person whatever the supplier.
PERSONAL_NAMES = frozenset(
    """account address address1 address2 city contact_person email first_name full_name last_name line1 line2
    mobile_no name phone phone_country postcode province state tax_id user_nick zip""".split()
)


class Redactor:
    """Cleans mappings, lists and texts of one supplier's wire format."""

    def __init__(
        self, *, personal: Collection[str] = (), secret: Collection[str] = (), public: Collection[str] = ()
    ) -> None:
        """``public`` names are exempt, e.g. ``code`` where the supplier uses it for an error code."""
        names = SECRET_NAMES | PERSONAL_NAMES | set(personal) | set(secret)
        self._masked = frozenset(name.lower() for name in names) - {name.lower() for name in public}

    def clean(self, value: Any) -> Any:
        """``value`` with every masked name's content replaced, at any depth."""
        if isinstance(value, Mapping):
            return {
                key: MASK if str(key).lower() in self._masked and item not in ("", None) else self.clean(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.clean(item) for item in value]
        if isinstance(value, str) and value[:1] in "{[":
            return self._clean_json_text(value)
        return value

    def clean_body(self, body: bytes, *, limit: int = 65_536) -> str:
        """A reply's body as text, cleaned; one that is not JSON is kept only as its length and first words."""
        text = body[: limit * 4].decode("utf-8", "replace")
        try:
            cleaned = json.dumps(self.clean(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            words = re.sub(r"<[^>]*>|[\s\x00-\x1f]+", " ", text).strip()[:120]
            return f"[not JSON, {len(body)} bytes] {mask_long_tokens(words)}"
        # Halves of surrogate pairs, which JSON can spell, cannot be stored: a reply must not break its own log row.
        return cleaned[:limit].encode("utf-8", "replace").decode()

    def _clean_json_text(self, text: str) -> str:
        try:
            return json.dumps(self.clean(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return text


def mask_long_tokens(text: str) -> str:
    """``text`` without runs that look like keys or tokens (24 or more word characters)."""
    return re.sub(r"[A-Za-z0-9_\-+/=]{24,}", MASK, text)
