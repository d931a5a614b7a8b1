"""Texts from outside that become part of our pages."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import nh3

_TAGS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "small",
    "sub",
    "sup",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
}
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
#: A supplier's description beyond this is cut: it is no description any more.
_MAX_HTML = 200_000
# An address in a text, with or without its scheme; what follows the host belongs to it.
_WEB_ADDRESS = re.compile(
    r"(?:https?:)?//[^\s<>\"']+|\bwww\.[^\s<>\"']+|\b(?:[a-z0-9-]+\.)*(?:aliexpress|alibaba|1688|taobao|temu|dhgate)"
    r"\.[a-z]{2,3}\b[^\s<>\"']*",
    re.IGNORECASE,
)
_MAIL_ADDRESS = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_EMPTY = re.compile(r"<(p|h2|h3|h4|li|b|i|u|s|em|strong|small|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
# Marks that turn the direction of everything behind them, and others that nobody sees. The joiners of emoji and of
# Persian words are none of these.
_HIDDEN = re.compile(
    r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def sanitize_html(html: str) -> str:
    """``html`` reduced to plain text structure and https links: no scripts, styles, pictures, frames or forms."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def sanitize_supplier_html(html: str) -> str:
    """The same for a supplier's description, without any link, address or mail address: they lead to the supplier."""
    clean = nh3.clean(html[:_MAX_HTML], tags=_TAGS - {"a"}, attributes={"th": {"colspan"}, "td": {"colspan"}})
    clean = _HIDDEN.sub("", _MAIL_ADDRESS.sub("", _WEB_ADDRESS.sub("", clean)))
    # What held only a picture or a link is empty now; what held only that, too.
    for _layer in range(4):
        shorter = _EMPTY.sub("", clean)
        if shorter == clean:
            break
        clean = shorter
    return clean.strip()


def plain_text(text: str) -> str:
    """``text`` as one line without markup, control characters and marks that turn what stands behind them.

    Emoji and letters of every script stay as they are.
    """
    bare = text[:_MAX_HTML]
    # Tags that were written as entities come out of the first round as tags.
    for _round in range(2):
        bare = unescape(nh3.clean(bare, tags=set()))
    bare = "".join(" " if unicodedata.category(char) == "Cc" else char for char in _HIDDEN.sub("", bare))
    return " ".join(bare.split())


def shortened(text: str, length: int) -> str:
    """``text`` within ``length`` characters, cut between words where there are some."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words = head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else head
    return f"{words.rstrip(' ,;:-')}…"
