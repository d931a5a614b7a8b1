"""Texts from outside that become part of our pages."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from string import ascii_letters, digits

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
#: The parser looks through everything that is open for each list that begins: so many tags cost a tenth of a second.
_MAX_TAGS = 10_000
_TAG = re.compile(r"<[a-z]", re.IGNORECASE)
_WORD = re.compile(r"[^\s<>\"']+")
# What makes a word a web address. Nothing here looks further than a few characters: the labels of a ``name``'s host are
# found by going back from it, once for a word. A pattern that began with them would try them anew from every label.
_WEB_ADDRESS = re.compile(
    r"(?:https?:)?//|\bwww\.|(?P<name>(?<![a-z0-9])"
    r"(?:(?:aliexpress|alibaba|1688|taobao|temu|dhgate)\.[a-z]{2,3}(?![a-z0-9])|(?:wa|t|m)\.me/))",
    re.IGNORECASE,
)
_IN_A_HOST = f"{ascii_letters}{digits}-."
_MAIL_ADDRESS = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_EMPTY = re.compile(r"<(p|h2|h3|h4|li|b|i|u|s|em|strong|small|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
# Marks that turn the direction of everything behind them, and others that nobody sees. The joiners of emoji and of
# Persian words are none of these.
_HIDDEN = re.compile(
    r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
#: These may stand in a word; in an address they only hide it.
_JOINERS = re.compile(r"[\u00ad\u034f\u061c\u180b-\u180f\u200c\u200d\ufe00-\ufe0f]")


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
    clean = nh3.clean(_bounded(html), tags=_TAGS - {"a"}, attributes={"th": {"colspan"}, "td": {"colspan"}})
    # Before the addresses: a mark that nobody sees in the middle of one would hide it from us and from no reader.
    clean = _HIDDEN.sub("", clean)
    # What held only a picture or a link is empty now; what held only that, too. And what stood apart by something
    # empty in between may be an address together.
    for _layer in range(4):
        shorter = _WORD.sub(_without_address, _EMPTY.sub("", clean))
        if shorter == clean:
            break
        clean = shorter
    return clean.strip()


def plain_text(text: str) -> str:
    """``text`` as one line without markup, control characters and marks that turn what stands behind them.

    Emoji and letters of every script stay as they are.
    """
    bare = _bounded(text)
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


def _bounded(html: str) -> str:
    """As much of ``html`` as can be parsed in a fraction of a second, whatever it is."""
    html = html[:_MAX_HTML]
    for number, tag in enumerate(_TAG.finditer(html)):
        if number == _MAX_TAGS:
            return html[: tag.start()]
    return html


def _without_address(word: re.Match[str]) -> str:
    """A word without the addresses in it. What follows a web address without a blank belongs to it."""
    shown = bare = _JOINERS.sub("", word[0])
    if found := _WEB_ADDRESS.search(bare):
        bare = bare[: found.start()]
        if found["name"]:
            bare = bare.rstrip(_IN_A_HOST)
    bare = _MAIL_ADDRESS.sub("", bare)
    return word[0] if bare == shown else bare
