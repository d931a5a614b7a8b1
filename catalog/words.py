"""Texts as the search reads them: words without case, accents and marks, for what is stored and asked alike."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")


def split_words(text: str) -> list[str]:
    """The words of ``text`` in order: letters and digits only, folded, each at most 40 characters long.

    Nothing of a query language survives this: no quote, operator, hyphen, wildcard or NUL.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return [word[:MAX_WORD] for word in _WORD.findall(plain)]


def words_of_html(text: str) -> list[str]:
    """The words of an HTML text, its tags left out."""
    return split_words(html.unescape(_TAG.sub(" ", text)))
