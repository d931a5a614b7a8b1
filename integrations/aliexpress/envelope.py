"""What surrounds every answer of the gateway: wrappers, and the errors raised before or around a method.

https://openservice.aliexpress.com/doc/doc.htm#/?docId=1385 and following (errors), docId=1679 (call
limits). Errors come with HTTP 200 in one of these shapes::

    {"error_response": {"type": "ISV", "code": "IllegalAccessToken", "msg": "...", "request_id": "..."}}
    {"error_response": {"type": "ISP", "code": "15", "sub_code": "isv....", "sub_msg": "..."}}
    {"type": "ISV", "code": "IncompleteSignature", "message": "...", "request_id": "..."}

Observed and not documented: answers carry the wrapper ``<method>_response`` or not, whatever ``simplify``
says; limits are told with HTTP 200 and a text that names the seconds.

For a purchase only a refusal that is raised before the order logic runs proves that nothing was bought:
signature, key, token, permission, parameters, path, call limit. Every other error of the gateway leaves the
outcome unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from integrations.aliexpress.fields import word
from integrations.errors import (
    AccountUnusable,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Transient,
    Unsupported,
)
from integrations.fields import Node, clean, malformed, opened_node, optional_text, said

_DEFAULT_WAIT_S = 2.0
_LONGEST_WAIT_S = 3600.0

_TOKEN = "The access token is not accepted: it has ended or was withdrawn. Connect the account again."  # noqa: S105
_KEY = "The app key is not known to AliExpress. Check the account's settings."
_GRANT = "The app or the account may not use this method. Check its permissions in the AliExpress console."
_CLOCK = "AliExpress finds our clock wrong. Set the clock of this machine."

# Lower-cased, because the vendor spells some of them in two ways.
_ACCOUNT_REFUSED = {
    "incompletesignature": "The signature is not accepted. Check the account's app key and app secret.",
    "invalidappkey": _KEY,
    **dict.fromkeys(["illegalaccesstoken", "invalidsession", "invalidcode", "illegalrefreshtoken", "isv.402"], _TOKEN),
    "auth_type_unsupported": "This kind of sign-in is not supported. Connect the account again.",
    "insufficientpermission": _GRANT,
    "isv.insufficient-permission": _GRANT,
    "isv.account-migration-check-fail": "AliExpress has not migrated the account's region. Ask its support.",
}
_BAD_PARAMETERS = frozenset({"missingparameter", "invalidparameter", "unsupportedparammapping"})
_CALL_LIMITS = frozenset(
    [
        "apicalllimit",
        "appcalllimit",
        "appapicalllimit",
        "sellercalllimit",
        "7",
        "accesscontrol.limited-by-app-api-access-count",
    ]
)
# Their names are not confirmed for this platform, so for a purchase they prove nothing.
_CLOCK_CODES = frozenset({"illegaltimestamp", "invalidtimestamp"})
_THEIR_SIDE = frozenset({"serviceunavailable", "servicetimeout", "internalerror"})

_SUCCESS_CODES = frozenset({"", "0", "00", "200"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answered, out of its wrapper."""

    payload: Node
    request_id: str


def open_answer(body: bytes, *, write: bool) -> Answer:
    """The method's answer in ``body``. Raises the ``SupplierError`` that an error of the gateway amounts to.

    ``write`` says that the call may have cost money. Unreadable bodies raise ``MalformedReply`` for both.
    """
    document = opened_node(body)
    wrappers = [name for name in document if name.endswith("_response")]
    if len(wrappers) > 1:
        raise malformed("wrapper", "is there more than once")
    if "error_response" in wrappers:
        error = document["error_response"]
        if not isinstance(error, dict):
            raise malformed("error_response")
        _raise_gateway_error(error, _request_id(error) or _request_id(document), write=write)
    payload = document[wrappers[0]] if wrappers else document
    if not isinstance(payload, dict):
        raise malformed(wrappers[0])
    request_id = _request_id(payload) or _request_id(document)
    if not wrappers and _is_flat_error(document):
        _raise_gateway_error(document, request_id, write=write)
    return Answer(payload=payload, request_id=request_id)


def _request_id(found: Node) -> str:
    value = found.get("request_id")
    return clean(value)[:80] if isinstance(value, str) else ""


def _is_flat_error(document: Node) -> bool:
    """Whether a bare answer is an error: it has a code, and nothing that a method would have answered."""
    if "result" in document or "rsp_code" in document:
        return False
    return word(document, "code") not in _SUCCESS_CODES


def _raise_gateway_error(error: Node, request_id: str, *, write: bool) -> NoReturn:
    code, message = _code_of(error), said(_message_of(error))
    raised = _before_the_method(code, message, write=write) or (
        _unclear_write(code, message) if write else _failed_read(code, message, error)
    )
    raised.request_id = request_id
    raise raised


def _code_of(error: Node) -> str:
    code = word(error, "code").split(":")[0].strip()
    # The older numeric form keeps what really happened in sub_code.
    sub_code = word(error, "sub_code").strip()
    return (sub_code if code.isdigit() and sub_code else code) or "gateway_error"


def _message_of(error: Node) -> str:
    for name in ("sub_msg", "msg", "message"):
        if found := optional_text(error, name):
            return found
    return "no reason given"


def _before_the_method(code: str, message: str, *, write: bool) -> SupplierError | None:
    """The error for a code that is raised before any method runs, None for all others."""
    known = code.lower()
    if known == "isv.insufficient-permission" and not write:
        # For an order it also means a wrong number or somebody else's: no reason to stop the whole account.
        return Rejected(f"AliExpress does not show this to the account ({message}).", code=code)
    if known in _ACCOUNT_REFUSED:
        return AccountUnusable(_ACCOUNT_REFUSED[known], code=code)
    if known in _BAD_PARAMETERS:
        return Rejected(f"AliExpress refuses the form of the request: {message}", code=code)
    if known == "invalidapipath":
        return Unsupported("AliExpress has no such method", code=code)
    if known in _CALL_LIMITS:
        return Transient("AliExpress asks us to slow down", code=code, retry_after_s=_wait_s(message))
    if known in _CLOCK_CODES and not write:
        return AccountUnusable(_CLOCK, code=code)
    return None


def _wait_s(message: str) -> float:
    match = re.search(r"ban will last (\d{1,9})(?: more)? second", message, re.IGNORECASE | re.ASCII)
    return min(max(float(match[1]), 1.0), _LONGEST_WAIT_S) if match else _DEFAULT_WAIT_S


def _unclear_write(code: str, message: str) -> SupplierError:
    return OutcomeUnknown(f"AliExpress failed while it handled the order ({code}: {message})", code=code)


def _failed_read(code: str, message: str, error: Node) -> SupplierError:
    known = code.lower()
    theirs = word(error, "type").upper() in {"ISP", "SYSTEM"} and not known.startswith("isv.")
    if theirs or known in _THEIR_SIDE or known.startswith("isp.") or known.isdigit():
        return Transient(f"AliExpress is not available at the moment ({code}: {message})", code=code)
    return Rejected(f"AliExpress refuses the question ({code}: {message})", code=code)
