"""The few pages that a person sees: plain HTML without scripts, and where they may send a browser to."""

from html import escape
from urllib.parse import SplitResult, urlencode, urlsplit

from integrations.sandbox.answers import Reply
from integrations.sandbox.hosts import is_loopback

_HEADERS = {
    # No form-action here: browsers apply it to the redirect after the form too, which leads to the shop.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_NOTE = "This is the supplier emulator. Nothing here reaches a real supplier."
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1c1c1c}"
    "main{border:1px solid #ccc;border-radius:6px;padding:1.5rem}h1{font-size:1.3rem;margin-top:0}"
    "button{font:inherit;padding:.5rem 1.2rem;margin-right:.6rem;cursor:pointer}"
    "small{color:#555;display:block;margin-top:1rem}"
)


def page(
    title: str, text: str, *, form: str = "", status: int = 200, outcome: str = "", note: str = _NOTE, style: str = ""
) -> Reply:
    """A page with a heading, a paragraph and perhaps a form. `form` is HTML, `style` CSS, the others are text."""
    paragraph = f"<p>{escape(text)}</p>" if text else ""
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head><body><main>"
        f"<h1>{escape(title)}</h1>{paragraph}{form}"
        f"<small>{escape(note)}</small>"
        "</main></body></html>"
    )
    default = "ok" if status < 400 else f"refused:{status}"
    return Reply(
        body.encode(), outcome or default, status=status, content_type="text/html;charset=UTF-8", headers=dict(_HEADERS)
    )


def form(action: str, hidden: dict[str, str], buttons: dict[str, str]) -> str:
    """A form that posts; `buttons` are values of `decision` with their words."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    choices = "".join(
        f'<button type="submit" name="decision" value="{escape(value)}">{escape(words)}</button>'
        for value, words in buttons.items()
    )
    return f'<form method="post" action="{escape(action)}">{fields}{choices}</form>'


def sent_back(address: str, answer: dict[str, str], outcome: str = "ok") -> Reply:
    """Send the browser to an address of the shop, with an answer added to its query."""
    joint = "&" if urlsplit(address).query else "?"
    location = address.rstrip("?&") + joint + urlencode(answer) if answer else address
    return Reply(b"", outcome, status=303, headers=_HEADERS | {"Location": location})


def is_allowed_address(address: str, registered: str | None) -> bool:
    """Tell whether a browser may be sent there: to this machine, or to exactly the registered address."""
    parts = _parts(address)
    if parts is None or parts.scheme not in ("http", "https") or parts.fragment:
        return False
    # Browsers read a backslash as a slash and skip control characters, so that they could see another host.
    if "@" in parts.netloc or "\\" in address or not address.isascii() or not address.isprintable() or " " in address:
        return False
    return address == registered or is_loopback(parts.hostname or "")


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts
