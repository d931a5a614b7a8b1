"""Reading the fields of a JSON body, all violations at once."""

from collections.abc import Collection
from typing import Any

from integrations.sandbox.aliseeks.errors import Violation, invalid
from integrations.sandbox.settings import is_number

_MISSING = "may not be null"


class Fields:
    """The fields of one JSON object. What is missing or of a wrong type is noted, and raised by `check`."""

    def __init__(self, raw: object, violations: list[Violation] | None = None, place: str = "") -> None:
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        self._violations = [] if violations is None else violations
        self._place = place
        if not isinstance(raw, dict):
            self.refuse("", "TypeMismatch", "must be an object")

    def check(self) -> None:
        """Raise AliseeksError with everything noted so far."""
        if self._violations:
            raise invalid(*self._violations)

    def refuse(self, name: str, code: str, text: str) -> None:
        """Note a violation of a field."""
        self._violations.append(Violation(self._path(name), code, text))

    def text(self, name: str, default: str | None = None, *, may_be_empty: bool = False) -> str:
        """A text; mandatory without a default."""
        value = self._value(name, is_mandatory=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.refuse(name, "TypeMismatch", "must be a text")
            return ""
        if default is None and not value.strip() and not may_be_empty:
            self.refuse(name, "NotBlank", "may not be empty")
        return value

    def word(self, name: str, words: Collection[str], default: str) -> str:
        """One of some words."""
        value = self.text(name, default) or default
        if value not in words:
            self.refuse(name, "Enum", f"must be one of {', '.join(sorted(words))}")
            return default
        return value

    def whole(self, name: str, default: int | None = None, *, lowest: int = 1, highest: int = 10**18) -> int:
        """A whole number; mandatory without a default. A text with digits is none."""
        value = self._value(name, is_mandatory=default is None)
        if value is None:
            return lowest if default is None else default
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(name, "TypeMismatch", "must be a whole number")
        elif not lowest <= value <= highest:
            self.refuse(name, "Range", f"must be from {lowest} to {highest}")
        else:
            return value
        return lowest

    def number_or_text(self, name: str) -> str:
        """An optional number that the vendor's own samples also send as text; empty without one."""
        value = self._raw.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.refuse(name, "TypeMismatch", "must be a number")
        return str(value)

    def range(self, name: str) -> tuple[float, float]:
        """A range with both ends in it, either of which may be absent."""
        ends = self.inner(name) if self._raw.get(name) is not None else Fields({})
        found = []
        for end, default in (("from", float("-inf")), ("to", float("inf"))):
            value = ends._value(end, is_mandatory=False)
            if value is not None and not is_number(value):
                ends.refuse(end, "TypeMismatch", "must be a number")
            found.append(float(value) if is_number(value) else default)
        return found[0], found[1]

    def inner(self, name: str) -> "Fields":
        """A mandatory object in this one."""
        value = self._value(name, is_mandatory=True)
        return Fields({} if value is None else value, self._violations, self._path(name))

    def list_of(self, name: str, *, may_be_empty: bool = False) -> list["Fields"]:
        """A mandatory list of objects."""
        value = self._value(name, is_mandatory=True)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(name, "TypeMismatch", "must be a list")
            return []
        if not value and not may_be_empty:
            self.refuse(name, "NotEmpty", "may not be empty")
        return [Fields(item, self._violations, f"{self._path(name)}[{index}]") for index, item in enumerate(value)]

    def words(self, name: str, words: Collection[str]) -> frozenset[str]:
        """An optional list of words."""
        value = self._value(name, is_mandatory=False) or []
        if not isinstance(value, list) or not all(isinstance(item, str) and item in words for item in value):
            self.refuse(name, "Enum", f"must be a list of {', '.join(sorted(words))}")
            return frozenset()
        return frozenset(value)

    def _value(self, name: str, *, is_mandatory: bool) -> Any:
        value = self._raw.get(name)
        if value is None and is_mandatory:
            self.refuse(name, "NotNull", _MISSING)
        return value

    def _path(self, name: str) -> str:
        return ".".join(part for part in (self._place, name) if part)
