"""Authorization and tokens: the page a browser is sent to, and the two system calls that hand out tokens.

https://openservice.aliexpress.com/doc/doc.htm#/?docId=1364. Both calls are system interfaces without a session. The
vendor lists ``uuid`` as a parameter of ``create`` and says elsewhere that sending it makes the code invalid: it is
never sent.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone

from integrations import own_secrets
from integrations.aliexpress.client import Endpoints, save_reading
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.aliexpress.fields import moment, word
from integrations.aliexpress.signing import request_params
from integrations.errors import AccountUnusable, OutcomeUnknown, Rejected, SupplierError, Transient
from integrations.fields import Node, malformed, optional_exact_text, optional_text, optional_whole
from integrations.http import Call, SupplierHttp, is_loopback
from integrations.models import SupplierAccount
from integrations.redaction import Redactor
from integrations.types import TokenState

CREATE = "/auth/token/create"
REFRESH = "/auth/token/refresh"
AUTHORIZE_URL = "https://api-sg.aliexpress.com/oauth/authorize"

# Another one than the business calls have: here `code` opens the account.
REDACTOR = Redactor(
    personal=["user_id", "seller_id", "havana_id", "account_id", "user_nick", "account"],
    secret=["code", "access_token", "refresh_token"],
)

_WORDS = {
    "invalidcode": "The authorization code is used up or older than 3 minutes. Connect once more.",
    "illegalrefreshtoken": "The authorization has ended or was withdrawn. Connect the account again.",
}


class AliExpressTokens:
    """Tokens of one account; ``integrations.base.TokenIssuer`` says what each method promises."""

    def __init__(self, account: SupplierAccount) -> None:
        self._account = account
        self._endpoints = Endpoints.from_setting(account.endpoint)
        self._http = SupplierHttp(account, REDACTOR)

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """The page on which the buyer agrees; without an app key and secret there is nothing to agree to."""
        self._secret()
        query = {
            "response_type": "code",
            "force_auth": "true",
            "redirect_uri": redirect_uri,
            "client_id": self._account.app_key,
            "state": state,
        }
        return f"{self._authorize_page()}?{urlencode(query)}"

    def create(self, code: str) -> TokenState:
        """The first tokens, for the code that the browser brought back."""
        return self._ask(CREATE, {"code": code})

    def refresh(self, refresh_token: str) -> TokenState:
        """New tokens. An answer without a refresh token leaves the old one in force."""
        tokens = self._ask(REFRESH, {"refresh_token": refresh_token})
        return tokens if tokens.refresh_token is not None else replace(tokens, refresh_token=refresh_token)

    def _authorize_page(self) -> str:
        if settings.ALIEXPRESS_AUTHORIZE_URL:
            return settings.ALIEXPRESS_AUTHORIZE_URL
        if is_loopback(urlsplit(self._endpoints.base).hostname or ""):
            return f"{self._endpoints.base}/oauth/authorize"
        return AUTHORIZE_URL

    def _secret(self) -> str:
        with own_secrets.readable(self._account):
            secret = self._account.app_secret
        if not (self._account.app_key and secret):
            raise AccountUnusable("The account has no app key or no app secret yet.", code="account_incomplete")
        return secret

    def _ask(self, api_path: str, params: dict[str, str]) -> TokenState:
        form = request_params(
            params,
            app_key=self._account.app_key,
            secret=self._secret(),
            timestamp_ms=time.time_ns() // 1_000_000,
            api_path=api_path,
        )
        asked_at = timezone.now()
        # As a write: both calls use up what they are given, so that sending twice could only do harm.
        call = Call(operation=api_path, url=self._endpoints.system(api_path), form=form, write=True)
        try:
            reply = self._http.send(call)
        except OutcomeUnknown as exc:
            raise Transient(f"AliExpress did not answer about tokens ({exc.code})", code="token_unclear") from exc
        try:
            answer = open_answer(reply.body, write=False)
            reply.log.request_id = answer.request_id
            return token_state(answer, asked_at)
        except SupplierError as exc:
            exc.hide(REDACTOR.masked_texts(form))
            exc.request_id = exc.request_id or reply.log.request_id
            reply.log.request_id = exc.request_id
            reply.log.error = exc.code[:80]
            if words := _WORDS.get(exc.code.lower()):
                raise Rejected(words, code=exc.code, request_id=exc.request_id) from exc
            raise
        finally:
            save_reading(reply.log)


def token_state(answer: Answer, asked_at: datetime) -> TokenState:
    """The tokens in ``answer`` to a call of ``asked_at``. Raises ``MalformedReply``."""
    found = answer.payload
    access_token = _token(found, "access_token")
    if not access_token:
        raise malformed("access_token")
    refresh_token: str | None = _token(found, "refresh_token") or None
    if optional_whole(found, "refresh_expires_in") == 0:
        refresh_token = ""
    return TokenState(
        access_token=access_token,
        refresh_token=refresh_token,
        access_expires_at=_end(found, "expires_in", "expire_time", asked_at),
        refresh_expires_at=_end(found, "refresh_expires_in", "refresh_token_valid_time", asked_at)
        if refresh_token != ""
        else None,
        user_id=word(found, "user_id")[:64],
        name=(optional_text(found, "user_nick") or optional_text(found, "account"))[:120],
    )


def _token(found: Node, name: str) -> str:
    token = optional_exact_text(found, name)
    if any(char.isspace() for char in token):
        raise malformed(name, "is no token")
    return token


def _end(found: Node, seconds: str, instant: str, asked_at: datetime) -> datetime | None:
    # The seconds first: counted from our own clock they are right although their clock may differ from it.
    left_s = optional_whole(found, seconds)
    try:
        if left_s is not None:
            return asked_at + timedelta(seconds=left_s)
        return moment(found, instant).astimezone(UTC) if found.get(instant) else None
    except OverflowError as exc:
        raise malformed(seconds, "is not an instant") from exc
