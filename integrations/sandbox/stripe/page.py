"""The hosted payment page: what Stripe shows, with its published test cards instead of real ones."""

import re
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from integrations.sandbox import pages
from integrations.sandbox.answers import Reply
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import sessions
from integrations.sandbox.stripe.errors import StripeRefusal

_GOOD, _AUTHENTICATE = "4242424242424242", "4000002500003155"
#: Published test numbers and what the customer reads.
_DECLINED = {
    "4000000000000002": "Your card was declined.",
    "4000000000009995": "Your card has insufficient funds.",
    "4000000000000069": "Your card has expired.",
}
_NO_DECIMALS = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
_STYLE = (
    "table{width:100%;border-collapse:collapse;margin:0 0 1.2rem}td,th{padding:.35rem 0;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}td:last-child,th:last-child{text-align:right;white-space:nowrap;"
    "padding-left:1rem}tfoot th{border-top:1px solid #ccc}label{display:block;margin:.7rem 0 .2rem;font-weight:600}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.55rem .7rem;border:1px solid #888;border-radius:5px}"
    ".pair{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}"
    "button{width:100%;margin:.9rem 0 0;padding:.7rem;border-radius:5px;border:1px solid #635bff;background:#635bff;"
    "color:#fff}button.quiet{background:#fff;color:#1c1c1c;border-color:#888}"
    ".error{background:#fdeceb;color:#8a1f11;padding:.7rem .9rem;border-radius:5px}"
    "details{margin-top:1rem}a{color:#4b45c6}hr{border:0;border-top:1px solid #ddd;margin:1.2rem 0}"
)
_NOTE = "This is an emulator of Stripe's payment page. No card is charged; only the published test cards work."


def show(emulator: Emulator, session_id: str, *, error: str = "") -> Reply:
    """The page of an open session, or what became of it."""
    try:
        session = sessions.retrieve(emulator, session_id)
    except StripeRefusal:
        return _page("Page not found", "There is no such payment page.", status=404)
    if session["status"] == "expired":
        return _page("This page has expired", "Nothing was charged.", _back(session), status=410)
    if session["status"] == "complete":
        return _page("All done here", "This payment was already submitted.", _back(session, done=True))
    body = _summary(emulator, session) + (f'<p class="error" role="alert">{escape(error)}</p>' if error else "")
    body += _card_form(session_id, session.get("customer_email") or "") + _bank_form(session_id) + _back(session)
    return _page("Pay with Stripe (test)", "", body, status=402 if error else 200)


def submit(emulator: Emulator, session_id: str, body: bytes) -> Reply:
    """A button was pressed."""
    typed = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))
    action = typed.get("action", "")
    try:
        session = sessions.retrieve(emulator, session_id)
        if session["status"] != "open":
            return show(emulator, session_id)
        if action in ("debit", "debit_fails"):
            sessions.pay(emulator, session_id, is_delayed=True, will_fail=action == "debit_fails")
        elif action == "authenticated":
            sessions.pay(emulator, session_id)
        elif action == "not_authenticated":
            return show(emulator, session_id, error="Your bank did not confirm that it is you. Nothing was charged.")
        else:
            number = re.sub(r"[ -]", "", typed.get("number", ""))
            if number == _AUTHENTICATE:
                return _ask_bank(session_id)
            if number != _GOOD:
                return show(emulator, session_id, error=_DECLINED.get(number, "Your card number is invalid."))
            sessions.pay(emulator, session_id)
    except StripeRefusal:
        return show(emulator, session_id)
    return pages.sent_back(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id), {})


def _page(title: str, text: str, form: str = "", *, status: int = 200) -> Reply:
    return pages.page(title, text, form=form, status=status, outcome="ok", note=_NOTE, style=_STYLE)


def _summary(emulator: Emulator, session: dict[str, Any]) -> str:
    currency = session["currency"]
    rows = "".join(
        f"<tr><td>{escape(line['name'])}{' × ' + str(line['quantity']) if line['quantity'] > 1 else ''}</td>"
        f"<td>{_amount(line['amount'], currency)}</td></tr>"
        for line in sessions.lines_of(emulator, session["id"])
    )
    total = _amount(session["amount_total"], currency)
    return f"<table><tbody>{rows}</tbody><tfoot><tr><th>Total</th><th>{total}</th></tr></tfoot></table>"


def _amount(amount: int, currency: str) -> str:
    return f"{amount} {currency.upper()}" if currency in _NO_DECIMALS else f"{amount / 100:.2f} {currency.upper()}"


def _card_form(session_id: str, email: str) -> str:
    return (
        f'<form method="post" action="{sessions.PAGE_PATH}/{session_id}">'
        f'<label for="email">Email</label><input id="email" name="email" type="email" value="{escape(email)}" readonly>'
        '<label for="number">Card number</label>'
        f'<input id="number" name="number" inputmode="numeric" autocomplete="off" value="{_spaced(_GOOD)}">'
        '<div class="pair"><div><label for="expiry">Expiry</label><input id="expiry" name="expiry" value="12 / 34" '
        'autocomplete="off"></div><div><label for="cvc">CVC</label><input id="cvc" name="cvc" value="123" '
        'autocomplete="off"></div></div><button type="submit" name="action" value="card">Pay</button></form>'
        "<details><summary>Test cards</summary><p>"
        f"{_spaced(_GOOD)} pays, {_spaced(_AUTHENTICATE)} asks your bank first, "
        f"{', '.join(_spaced(number) for number in _DECLINED)} are declined.</p></details>"
    )


def _bank_form(session_id: str) -> str:
    return (
        f'<hr><form method="post" action="{sessions.PAGE_PATH}/{session_id}">'
        '<button class="quiet" type="submit" name="action" value="debit">Bank debit (confirmed later)</button>'
        '<button class="quiet" type="submit" name="action" value="debit_fails">Bank debit that fails later</button>'
        "</form>"
    )


def _ask_bank(session_id: str) -> Reply:
    form = (
        f'<form method="post" action="{sessions.PAGE_PATH}/{session_id}">'
        '<button type="submit" name="action" value="authenticated">Confirm</button>'
        '<button class="quiet" type="submit" name="action" value="not_authenticated">Refuse</button></form>'
    )
    return _page("Confirm at your bank", "Your bank asks whether it is you who pays.", form)


def _back(session: dict[str, Any], *, done: bool = False) -> str:
    target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]) if done else session["cancel_url"]
    if not target or not target.startswith(("http://", "https://")):
        return ""
    words = "Back to the shop" if done else "Cancel and go back to the shop"
    return f'<p><a id="back" href="{escape(target)}">{words}</a></p>'


def _spaced(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
