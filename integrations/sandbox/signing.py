"""Request and push signatures as the platform checks them.

Vendor's page: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1366 and docId=1386. Names are ordered
by code point. The official SDKs disagree about an empty value (the Java SDK leaves it out, the Python and PHP
SDKs sign its name); which of the two the platform takes is not established, so `is_signed` is tolerant and
takes both.
"""

import hashlib
import hmac
from collections.abc import Mapping


def text_to_sign(params: Mapping[str, str], *, api_path: str = "", leave_out_empty: bool = False) -> str:
    """Concatenate names and raw values; `api_path` prefixes system calls and is empty for business calls."""
    names = sorted(name for name in params if name != "sign" and (params[name] or not leave_out_empty))
    return api_path + "".join(name + params[name] for name in names)


def sign(params: Mapping[str, str], secret: str, *, api_path: str = "", leave_out_empty: bool = False) -> str:
    """Return the upper-case hex signature in the style named by `sign_method` (sha256, md5 or hmac).

    Raises ValueError for another style.
    """
    message = text_to_sign(params, api_path=api_path, leave_out_empty=leave_out_empty).encode()
    key = secret.encode()
    style = params.get("sign_method", "sha256")
    if style == "sha256":
        return hmac.new(key, message, hashlib.sha256).hexdigest().upper()
    if style == "hmac":
        return hmac.new(key, message, "md5").hexdigest().upper()
    if style == "md5":
        return hashlib.md5(key + message + key, usedforsecurity=False).hexdigest().upper()
    raise ValueError(f"unknown sign_method: {style}")


def is_signed(params: Mapping[str, str], secret: str, *, api_path: str = "") -> bool:
    """Tell whether `sign` fits the other parameters, an empty value signed or left out. Constant time."""
    given = params.get("sign", "").encode()
    candidates = [sign(params, secret, api_path=api_path, leave_out_empty=drop).encode() for drop in (False, True)]
    return any([hmac.compare_digest(given, candidate) for candidate in candidates])


def sign_push(app_key: str, secret: str, body: bytes) -> str:
    """Return the lower-case hex value of a push message's Authorization header, over the raw body."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()
