"""`POST /merchants`, the one-time page where a merchant authorizes, and whether a merchant may act now.

Vendor's page: docs.aliseeks.com, "Ordering", merchants. An authorization lasts a month; how calls fail afterwards is
not published. A known `merchantId` keeps its id when it authorizes again.
"""

import secrets
from typing import Any

from integrations.sandbox import pages
from integrations.sandbox.account import DEMO_ALISEEKS
from integrations.sandbox.aliseeks.errors import AliseeksError, Violation, invalid
from integrations.sandbox.aliseeks.fields import Fields
from integrations.sandbox.answers import Reply
from integrations.sandbox.emulator import Call, Emulator

PAGE_PATH = "/aliseeks/authorize"
_SET_AUTHORIZED = "INSERT OR REPLACE INTO aliseeks_merchant (merchant_id, authorized_until_ms) VALUES (?, ?)"


def revive_demo_merchant(emulator: Emulator) -> None:
    """Authorize the demo merchant from now on; called at each start."""
    with emulator.store.writing() as connection:
        connection.execute(_SET_AUTHORIZED, (DEMO_ALISEEKS.merchant_id, _ends_ms(emulator)))


def check_merchant(emulator: Emulator, call: Call, merchant_id: str) -> None:
    """Raise AliseeksError for a merchant that is not known or must authorize again."""
    until_ms = _authorized_until_ms(emulator, merchant_id)
    if until_ms is None:
        raise _unknown(call)
    is_over = call.settings.aliseeks_authorization == "ended" or until_ms <= call.now_ms
    if is_over or call.faults.take("token_expired"):
        raise AliseeksError(403, "MerchantNotAuthorized", "The merchant must authorize again")


def register(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """Register a merchant, or let one authorize again; the answer's `redirectUrl` is the page for it."""
    fields = Fields(body)
    back, merchant_id = fields.text("redirectUrl"), fields.text("merchantId", "")
    fields.check()
    if not pages.is_allowed_address(back, call.settings.oauth_callback):
        raise invalid(Violation("redirectUrl", "Url", "must be an address of this machine or the registered one"))
    if merchant_id and _authorized_until_ms(emulator, merchant_id) is None:
        raise _unknown(call)
    token = secrets.token_urlsafe(24)
    with emulator.store.writing() as connection:
        if not merchant_id:
            merchant_id = secrets.token_hex(6)
            connection.execute(_SET_AUTHORIZED, (merchant_id, 0))
        connection.execute(
            "INSERT INTO aliseeks_link (token, merchant_id, redirect_url) VALUES (?, ?, ?)", (token, merchant_id, back)
        )
    return {"merchantId": merchant_id, "redirectUrl": f"{emulator.public_url}{PAGE_PATH}/{token}"}


def show(emulator: Emulator, token: str) -> Reply:
    """The page; looking at it does not use it up."""
    with emulator.store.reading() as connection:
        row = connection.execute("SELECT * FROM aliseeks_link WHERE token = ?", (token,)).fetchone()
    if row is None:
        return pages.page("Not found", "There is no such link.", status=404)
    if row["is_used"]:
        return _used()
    form = pages.form(f"{PAGE_PATH}/{token}", {}, {"authorize": "Authorize"})
    text = f"Aliseeks asks to place orders in your AliExpress account, as merchant {row['merchant_id']}."
    return pages.page("Authorize Aliseeks?", text, form=form)


def authorize(emulator: Emulator, token: str) -> Reply:
    """Use the link: the merchant is authorized for a month and the browser goes back to the shop."""
    with emulator.store.writing() as connection:
        row = connection.execute(
            "UPDATE aliseeks_link SET is_used = 1 WHERE token = ? AND is_used = 0 RETURNING merchant_id, redirect_url",
            (token,),
        ).fetchone()
        if row is not None:
            connection.execute(_SET_AUTHORIZED, (row["merchant_id"], _ends_ms(emulator)))
    return show(emulator, token) if row is None else pages.sent_back(row["redirect_url"], {})


def _used() -> Reply:
    return pages.page("Already used", "This link was used before. Ask the shop for a new one.", status=410)


def _unknown(call: Call) -> AliseeksError:
    if call.settings.aliseeks_unknown_merchant == 422:
        return invalid(Violation("merchantId", "UnknownMerchant", "is not a merchant of this account"))
    return AliseeksError(403, "UnknownMerchant", "The merchant is not one of this account")


def _authorized_until_ms(emulator: Emulator, merchant_id: str) -> int | None:
    with emulator.store.reading() as connection:
        row = connection.execute(
            "SELECT authorized_until_ms FROM aliseeks_merchant WHERE merchant_id = ?", (merchant_id,)
        ).fetchone()
    return None if row is None else int(row["authorized_until_ms"])


def _ends_ms(emulator: Emulator) -> int:
    return emulator.clock.now_ms() + DEMO_ALISEEKS.authorization_lifetime_s * 1000
