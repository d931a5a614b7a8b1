"""The mails that the shop wrote into files, readable in a browser. Only while DEBUG is on."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import wraps
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

#: Django's file backend ends each message with this line.
_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
_LATEST = 50

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One message; ``key`` names it in addresses."""

    key: str
    subject: str
    to: str
    sender: str
    at: datetime | None
    text: str
    html: str


def _in_development_only(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@_in_development_only
@never_cache
@require_safe
@csp_update({"frame-src": [SELF]})
def mails(request: HttpRequest) -> HttpResponse:
    """The latest mails, newest first; ``?mail=`` opens one."""
    found = _latest_mails(Path(settings.EMAIL_FILE_PATH))
    wanted = request.GET.get("mail", "")
    opened = next((mail for mail in found if mail.key == wanted), None) or next(iter(found), None)
    context = {"mails": found, "opened": opened, "folder": settings.EMAIL_FILE_PATH}
    return render(request, "shop/development_mail.html", context)


@_in_development_only
@never_cache
@require_safe
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # typed for views without arguments
    {
        "default-src": [NONE],
        "style-src": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """A mail's HTML as it is, but without rights: it is somebody else's page inside ours."""
    for mail in _latest_mails(Path(settings.EMAIL_FILE_PATH)):
        if mail.key == key and mail.html:
            # Links open beside the frame, which may not navigate by itself.
            return HttpResponse('<!doctype html><base target="_blank">' + mail.html)
    raise Http404


def _latest_mails(folder: Path) -> list[ShownMail]:
    """The newest messages of the newest files; the backend puts several into one file."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found: list[ShownMail] = []
    for path in files[:_LATEST]:
        messages = [part for part in path.read_bytes().split(_SEPARATOR) if part.strip()]
        for index in range(len(messages) - 1, -1, -1):
            key = hashlib.sha256(f"{path.name}:{index}".encode()).hexdigest()[:20]
            found.append(_shown(key, messages[index]))
    # Files have the time of their writing, messages the second of theirs: sorting keeps the files' order within it.
    found.sort(key=lambda mail: mail.at.timestamp() if mail.at else 0.0, reverse=True)
    return found[:_LATEST]


def _shown(key: str, raw: bytes) -> ShownMail:
    message = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
    return ShownMail(
        key=key,
        subject=str(message.get("Subject", "")),
        to=str(message.get("To", "")),
        sender=str(message.get("From", "")),
        at=_date(message),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    return at if at.tzinfo else at.astimezone()


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    content = part.get_content() if part else ""
    return content if isinstance(content, str) else ""
