"""The signature of requests and pushes. Pure: no clock, no settings, no network.

https://openservice.aliexpress.com/doc/doc.htm#/?docId=1366 (rule), docId=1371 (example), docId=1478 (pushes).

Observed and not documented there:

* the vendor's own SDKs disagree about empty values (left out, or signed as a name without a value). We
  neither sign nor send them, so that the question never arises;
* "sorted" means by code point (``appKey`` before ``app_key``). SDKs that sort by the rules of a language
  get a signature that differs for ``aliexpress.ds.product.specialinfo.get``, and report it refused;
* the value ``D13F2A03...`` that every generated sample of the vendor prints is a placeholder and fits no
  input.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

SIGN_METHOD = "sha256"


def without_empty(params: Mapping[str, str | None]) -> dict[str, str]:
    """``params`` without those that have no value; exactly these are signed and sent."""
    return {name: value for name, value in params.items() if value is not None and value != ""}


def string_to_sign(params: Mapping[str, str | None], *, api_path: str = "") -> str:
    """Names and values run together in code-point order of the names, after ``api_path`` if there is one.

    ``params`` holds no file parameters: those travel unsigned, and no method used here has one.
    """
    signed = without_empty(params)
    return api_path + "".join(f"{name}{signed[name]}" for name in sorted(signed) if name != "sign")


def sign(params: Mapping[str, str | None], *, secret: str, api_path: str = "", method: str = SIGN_METHOD) -> str:
    """The upper-case hex signature of ``params``.

    ``api_path`` (``/auth/token/create``) is given for system interfaces (``/rest``) only; business methods
    (``/sync``) have their name among the parameters. ``method`` is ``sha256`` or, for the older style,
    ``md5``.
    """
    message = string_to_sign(params, api_path=api_path)
    if method == "md5":
        text = f"{secret}{message}{secret}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    if method != SIGN_METHOD:
        raise ValueError(f"no such signature method: {method}")
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest().upper()


def request_params(
    business: Mapping[str, str | None],
    *,
    app_key: str,
    secret: str,
    timestamp_ms: int,
    method: str = "",
    session: str = "",
    api_path: str = "",
) -> dict[str, str]:
    """All parameters of one signed request, ready to be sent as a form: ``business`` and the common ones.

    Name a ``method`` for a business call or an ``api_path`` for a system call. ``simplify`` is not sent:
    its effect differs from what is documented.
    """
    params = without_empty(
        {
            **business,
            "app_key": app_key,
            "method": method,
            "session": session,
            "timestamp": str(timestamp_ms),
            "sign_method": SIGN_METHOD,
            "format": "json",
        }
    )
    return {**params, "sign": sign(params, secret=secret, api_path=api_path)}


def push_signature(app_key: str, secret: str, raw_body: bytes) -> str:
    """What the ``Authorization`` header of a push must hold (lower-case hex), over the body's very bytes.

    Compare with ``hmac.compare_digest`` after lower-casing. The formula is that of the vendor's shared
    platform; no published example exists to check it against.
    """
    return hmac.new(secret.encode(), app_key.encode() + raw_body, hashlib.sha256).hexdigest()
