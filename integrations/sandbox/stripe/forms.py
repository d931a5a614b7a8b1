"""Stripe's way of writing nested parameters in a form: `line_items[0][price_data][currency]=eur`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from integrations.sandbox.stripe.errors import StripeRefusal

_NAME = re.compile(r"([A-Za-z0-9_]+)((?:\[[A-Za-z0-9_]*\])*)")
_MAX_FIELDS = 2000


def parse(text: str) -> dict[str, Any]:
    """Nested objects and lists of texts. Raises StripeRefusal for names that contradict each other."""
    tree: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MAX_FIELDS)
    except ValueError as exc:
        raise StripeRefusal(400, "The body is not a form.") from exc
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        if found is None:
            raise StripeRefusal(400, "A parameter's name cannot be read.", code="parameter_unknown")
        keys = [found[1], *re.findall(r"\[([A-Za-z0-9_]*)\]", found[2])]
        _put(tree, keys, value)
    return {name: _lists(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], keys: list[str], value: str) -> None:
    place = tree
    for key in keys[:-1]:
        key = key or str(len(place))
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            raise StripeRefusal(400, "A parameter is both a text and an object.", code="parameter_invalid")
    last = keys[-1] or str(len(place))
    if isinstance(place.get(last), dict):
        raise StripeRefusal(400, "A parameter is both a text and an object.", code="parameter_invalid")
    place[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}
