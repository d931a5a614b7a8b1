"""How the options of suppliers' goods are called in the shop: built-in words, and those that staff keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.content import plain_text
from catalog.models import OptionWord

NAME_LENGTH = 80
VALUE_LENGTH = 200

#: Names that suppliers everywhere use. Staff's own rows stand above them; nothing: customers do not choose by it.
_NAMES = {
    "colour": "Color",
    "main color": "Color",
    "shoe size": "Size",
    "kid size": "Size",
    "ring size": "Size",
    "ships from": "",
    "ship from": "",
}


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The words as they are now: ours by the supplier's, folded. An empty name hides its option."""

    names: dict[str, str]
    values: dict[str, str]

    def options(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """A supplier's options in our words, in their order; the first of two that have one name stands."""
        found: dict[str, str] = {}
        for supplier_name, supplier_value in pairs:
            name = self.names.get(folded(supplier_name))
            if name is None:
                name = tidy_word(supplier_name, NAME_LENGTH)
            value = self.values.get(folded(supplier_value)) or tidy_word(supplier_value, VALUE_LENGTH)
            if name and value:
                found.setdefault(name, value)
        return found


def load() -> Dictionary:
    """The dictionary, in one query."""
    words = Dictionary(names=dict(_NAMES), values={})
    for kind, key, shop_word in OptionWord.objects.values_list("kind", "key", "shop_word"):
        (words.names if kind == OptionWord.Kind.NAME else words.values)[key] = shop_word
    return words


def folded(word: str) -> str:
    """``word`` as it is compared: without marks of case, width and doubled blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())[:VALUE_LENGTH]


def tidy_word(word: str, length: int) -> str:
    """A supplier's word as it may stand in the shop: one line, no markup or hidden marks, cut to ``length``.

    Words that shout (``BLACK``) are made quiet; sizes and codes such as ``XL`` and ``USB-C`` stay as they are.
    """
    text = plain_text(word)[:length].strip(" :;,.")
    if re.fullmatch(r"[A-Z]{4,}( [A-Z]{2,})*", text):
        text = text.capitalize()
    return text
