"""Reading a request: query, urlencoded body and multipart text parts become one set of parameters.

The four SDKs in use split parameters differently between query string and body, so the gateway merges all of
them before it looks at the signature. File parts take no part in the signature and are only counted by name.
"""

from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl, urlsplit

MAX_FIELDS = 200


class UnreadableRequest(Exception):
    """The body cannot be taken apart into parameters."""


@dataclass(frozen=True)
class WireRequest:
    """One call of the platform, taken apart. `api_path` is empty for business calls."""

    is_system: bool
    api_path: str
    params: dict[str, str]
    files: frozenset[str]

    @property
    def name(self) -> str:
        """The method of a business call, the path of a system call."""
        return self.api_path if self.is_system else self.params.get("method", "")


def is_platform_path(target: str) -> bool:
    """Tell whether a request target belongs to the platform's two interfaces."""
    path = urlsplit(target).path
    return path in ("/sync", "/rest") or path.startswith("/rest/")


def read_request(target: str, content_type: str, body: bytes) -> WireRequest:
    """Merge all parameters of a request to `/sync`, `/rest` or `/rest/<path>`; the body wins over the query.

    Raises UnreadableRequest.
    """
    parts = urlsplit(target)
    params = _pairs(parts.query)
    files: frozenset[str] = frozenset()
    if content_type.split(";", maxsplit=1)[0].strip().lower() == "multipart/form-data":
        text_parts, files = _multipart(content_type, body)
        params |= text_parts
    else:
        # Whatever the label says: a plugin in production calls its urlencoded body text/plain.
        params |= _pairs(body.decode("utf-8", "replace"))
    if parts.path == "/sync":
        return WireRequest(is_system=False, api_path="", params=params, files=files)
    # The Python and PHP SDKs post system calls to the bare /rest and name the path in the parameter method.
    api_path = parts.path.removeprefix("/rest") or params.get("method", "")
    return WireRequest(is_system=True, api_path=api_path, params=params, files=files)


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as exc:
        raise UnreadableRequest(f"more than {MAX_FIELDS} parameters") from exc


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], frozenset[str]]:
    header = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(header + body)
    if not message.is_multipart():
        raise UnreadableRequest("multipart body without parts")
    texts: dict[str, str] = {}
    files: set[str] = set()
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        if part.get_filename() is not None:
            files.add(name)
            continue
        payload = part.get_payload(decode=True)
        texts[name] = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return texts, frozenset(files)
