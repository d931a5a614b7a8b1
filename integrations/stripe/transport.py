"""How the official library reaches the network: time-outs, no redirects, no proxy from the environment, a bounded
reply, TLS except on this machine, and never inside a database transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
import stripe
from requests.exceptions import ConnectTimeout, RequestException
from urllib3.exceptions import HTTPError

from integrations.http import CONNECT_TIMEOUT_S, check_endpoint, refuse_in_transaction

MAX_REPLY_BYTES = 4 * 1024 * 1024


class StripeTransport(stripe.HTTPClient):
    """Sends one request. The library repeats it, under the same key, as often as it was told to."""

    name = "buyrelay"

    def __init__(self, *, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s

    def request(  # type: ignore[override]  # as the library's own clients do: bytes, and no `_usage`
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Body, status and headers of a reply that arrived whole; else ``stripe.APIConnectionError``."""
        refuse_in_transaction()
        check_endpoint(url)
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    data=post_data,
                    timeout=(min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s),
                    allow_redirects=False,
                    stream=True,
                ) as reply:
                    body = reply.raw.read(MAX_REPLY_BYTES + 1, decode_content=True)
                    announced = reply.headers.get("Content-Length", "")
                    status, found = reply.status_code, reply.headers
        except (RequestException, HTTPError, OSError) as exc:
            # The error's own text may hold an address; its kind is enough.
            raise _broken(type(exc).__name__, again=not isinstance(exc, ConnectTimeout)) from exc
        if len(body) > MAX_REPLY_BYTES:
            raise _broken("reply too long", again=False)
        if announced.isdecimal() and "Content-Encoding" not in found and len(body) < int(announced):
            raise _broken("half a reply", again=True)
        return body, status, found

    def close(self) -> None:
        """Nothing is kept open."""


def _broken(text: str, *, again: bool) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(text, should_retry=again)
