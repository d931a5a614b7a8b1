"""Access and refresh tokens, and the codes of the authorization page.

Vendor's page: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1364. A refresh hands out two new
tokens; the life of the access token starts anew, the life of the refresh token goes on from the
authorization.
"""

import secrets
import sqlite3
from typing import Any

from integrations.sandbox.account import DEMO_ACCOUNT
from integrations.sandbox.answers import GatewayError, missing_parameter, new_request_id
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.settings import Settings

CODE_LIFETIME_S = 180
_TEST_LIFETIMES_S = (86_400, 172_800)
_INSERT = (
    "INSERT INTO token_pair (access_token, refresh_token, access_expires_at_ms, refresh_expires_at_ms)"
    " VALUES (?, ?, ?, ?)"
)


# Revoking ends both tokens of a pair: the refresh token counts as used up.
_CHANGES = {
    "expire_access": "UPDATE token_pair SET access_expires_at_ms = :now WHERE access_expires_at_ms > :now",
    "expire_refresh": "UPDATE token_pair SET refresh_expires_at_ms = :now WHERE refresh_expires_at_ms > :now",
    "revoke": "UPDATE token_pair SET is_revoked = 1, is_refresh_used = 1 WHERE is_revoked = 0",
}
CHANGES = (*_CHANGES, "restore")


def revive_demo_tokens(emulator: Emulator) -> None:
    """Make the demo account's well-known tokens valid again, from now on; called at each start."""
    now_ms = emulator.clock.now_ms()
    access_s, refresh_s = _lifetimes_s(emulator.settings)
    with emulator.store.writing() as connection:
        connection.execute("DELETE FROM token_pair WHERE access_token = ?", (DEMO_ACCOUNT.access_token,))
        connection.execute(
            _INSERT,
            (
                DEMO_ACCOUNT.access_token,
                DEMO_ACCOUNT.refresh_token,
                now_ms + access_s * 1000,
                now_ms + refresh_s * 1000,
            ),
        )


def is_valid_access_token(emulator: Emulator, token: str, now_ms: int) -> bool:
    """Tell whether a token opens the buyer's account now."""
    with emulator.store.reading() as connection:
        row = connection.execute(
            "SELECT 1 FROM token_pair WHERE access_token = ? AND access_expires_at_ms > ? AND is_revoked = 0",
            (token, now_ms),
        ).fetchone()
    return row is not None


def current_pair(emulator: Emulator) -> dict[str, Any] | None:
    """The newest pair that was neither revoked nor exchanged, in the shape of the token answer."""
    with emulator.store.reading() as connection:
        row = connection.execute(
            "SELECT * FROM token_pair WHERE is_revoked = 0 AND is_refresh_used = 0 ORDER BY id DESC LIMIT 1"
        ).fetchone()
    return None if row is None else _answer(row, emulator.clock.now_ms())


def change_all(emulator: Emulator, kind: str) -> dict[str, int]:
    """End the account's tokens as time or the buyer would, or bring the well-known pair back."""
    if kind == "restore":
        revive_demo_tokens(emulator)
        return {"changed": 1}
    now_ms = emulator.clock.now_ms()
    with emulator.store.writing() as connection:
        return {"changed": connection.execute(_CHANGES[kind], {"now": now_ms}).rowcount}


def new_code(emulator: Emulator) -> str:
    """Issue a single-use authorization code."""
    code = f"3_{DEMO_ACCOUNT.app_key}_{secrets.token_urlsafe(18)}"
    expires_at_ms = emulator.clock.now_ms() + CODE_LIFETIME_S * 1000
    with emulator.store.writing() as connection:
        connection.execute("INSERT INTO authorization_code (code, expires_at_ms) VALUES (?, ?)", (code, expires_at_ms))
    return code


def token_create(emulator: Emulator, call: Call) -> dict[str, Any]:
    """Exchange an authorization code for tokens. The listed `uuid` makes it invalid, as the vendor says."""
    code = call.params.get("code")
    if not code:
        raise missing_parameter("code")
    with emulator.store.writing() as connection:
        row = connection.execute(
            "DELETE FROM authorization_code WHERE code = ? RETURNING expires_at_ms", (code,)
        ).fetchone()
        is_good = row is not None and row["expires_at_ms"] > call.now_ms and "uuid" not in call.params
        access_s, refresh_s = _lifetimes_s(call.settings)
        refresh_ends_ms = call.now_ms + refresh_s * 1000
        pair = _insert(connection, call.now_ms, call.now_ms + access_s * 1000, refresh_ends_ms) if is_good else None
    if pair is None:
        raise GatewayError("InvalidCode", "The specified authorization code is invalid or expired")
    return pair


def token_refresh(emulator: Emulator, call: Call) -> dict[str, Any]:
    """Exchange a refresh token for new tokens; it works once."""
    token = call.params.get("refresh_token")
    if not token:
        raise missing_parameter("refresh_token")
    pair = None
    with emulator.store.writing() as connection:
        row = connection.execute(
            "UPDATE token_pair SET is_refresh_used = 1, is_revoked = ?"
            " WHERE refresh_token = ? AND is_refresh_used = 0 AND refresh_expires_at_ms > ?"
            " RETURNING refresh_expires_at_ms",
            (call.settings.after_refresh == "revokes_old", token, call.now_ms),
        ).fetchone()
        if row is not None:
            access_ends_ms = call.now_ms + _lifetimes_s(call.settings)[0] * 1000
            pair = _insert(connection, call.now_ms, access_ends_ms, row["refresh_expires_at_ms"])
    if pair is None:
        raise GatewayError("IllegalRefreshToken", "The specified refresh token is invalid or expired")
    return pair


def _lifetimes_s(settings: Settings) -> tuple[int, int]:
    """Seconds that new tokens live: those of the application's status, unless set one by one."""
    access_s, refresh_s = DEMO_ACCOUNT.access_token_lifetime_s, DEMO_ACCOUNT.refresh_token_lifetime_s
    if settings.app_status == "test":
        access_s, refresh_s = _TEST_LIFETIMES_S
    return int(settings.access_lifetime_s or access_s), int(settings.refresh_lifetime_s or refresh_s)


def _insert(connection: sqlite3.Connection, now_ms: int, access_ends_ms: int, refresh_ends_ms: int) -> dict[str, Any]:
    row = connection.execute(
        _INSERT + " RETURNING *",
        (f"50000{secrets.token_hex(20)}", f"50001{secrets.token_hex(20)}", access_ends_ms, refresh_ends_ms),
    ).fetchone()
    return _answer(row, now_ms)


def _answer(row: sqlite3.Row, now_ms: int) -> dict[str, Any]:
    return {
        "access_token": row["access_token"],
        "refresh_token": row["refresh_token"],
        "expires_in": max(0, (row["access_expires_at_ms"] - now_ms) // 1000),
        "refresh_expires_in": max(0, (row["refresh_expires_at_ms"] - now_ms) // 1000),
        "expire_time": row["access_expires_at_ms"],
        "refresh_token_valid_time": row["refresh_expires_at_ms"],
        "user_id": DEMO_ACCOUNT.user_id,
        "seller_id": DEMO_ACCOUNT.seller_id,
        "havana_id": DEMO_ACCOUNT.havana_id,
        "user_nick": DEMO_ACCOUNT.user_nick,
        "account": DEMO_ACCOUNT.account,
        "account_platform": DEMO_ACCOUNT.account_platform,
        "locale": DEMO_ACCOUNT.locale,
        "sp": DEMO_ACCOUNT.sp,
        "code": "0",
        "request_id": new_request_id(),
    }
