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
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+")

#: Names that are secret whatever the supplier.
SECRET_NAMES = frozenset(
    """access_token app_secret authorization client_secret code cookie password refresh_token secret session sign
    signature token""".split()
)

#: Names that describe a person whatever the supplier.
PERSONAL_NAMES = frozenset(
    """account address address1 address2 city contact_person email first_name full_name last_name line1 line2
    mobile_no name national_address phone phone_country postcode province state tax_id user_nick zip""".split()
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

    def masked_texts(self, value: Any) -> list[str]:
        """The texts in ``value`` that ``clean`` takes out, e.g. to take them out of a reply that repeats them."""
        if isinstance(value, Mapping):
            texts = []
            for key, item in value.items():
                texts += _texts(item) if str(key).lower() in self._masked else self.masked_texts(item)
            return texts
        if isinstance(value, list | tuple):
            return [text for item in value for text in self.masked_texts(item)]
        opened = _opened(value)
        return self.masked_texts(opened) if opened is not None else []

    def clean_body(self, body: bytes, *, limit: int = 65_536) -> str:
        """A reply's body as text, cleaned; one that is not JSON is kept only as its length and first words."""
        text = body[: limit * 4].decode("utf-8", "replace")
        try:
            cleaned = json.dumps(self.clean(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            words = re.sub(r"<[^>]*>|[\s\x00-\x1f]+", " ", text).strip()[:120]
            return f"[not JSON, {len(body)} bytes] {_EMAIL.sub(MASK, mask_long_tokens(words))}"
        cleaned = _EMAIL.sub(MASK, cleaned)
        # Halves of surrogate pairs, which JSON can spell, cannot be stored: a reply must not break its own log row.
        return cleaned[:limit].encode("utf-8", "replace").decode()

    def _clean_json_text(self, text: str) -> str:
        try:
            return json.dumps(self.clean(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return text


def without_texts(text: str, hidden: Collection[str]) -> str:
    """``text`` with every occurrence of the ``hidden`` texts masked, longest first, whatever their case.

    Texts of one to three characters are left: they would mask half of every sentence and tell nothing alone.
    """
    worth = sorted({item.strip() for item in hidden if len(item.strip()) > 3}, key=len, reverse=True)
    if not worth:
        return text
    return re.sub("|".join(re.escape(item) for item in worth), MASK, text, flags=re.IGNORECASE)


def _texts(value: Any) -> list[str]:
    """Every text in ``value``, at any depth."""
    opened = _opened(value)
    if opened is not None:
        value = opened
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _opened(value: Any) -> Any:
    """What the JSON text ``value`` holds, None if it is not one."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def mask_long_tokens(text: str) -> str:
    """``text`` without runs that look like keys or tokens (24 or more word characters)."""
    return re.sub(r"[A-Za-z0-9_\-+/=]{24,}", MASK, text)
