"""Pictures of staged products: fetched where the supplier says, checked, encoded by us, stored by their content."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.images import MAX_BYTES, BadPicture, size_of, store_picture
from catalog.models import StagedPicture, StagedProduct, StagedVariant
from catalog.picture_marks import mark_of
from integrations.http import is_loopback
from integrations.models import SupplierAccount
from integrations.public_fetch import NotFetched, fetch_public

FOLDER = "products"
TIMEOUT_S = 10.0
_TRIES = 2
#: What servers call a picture; some name no kind at all. What it is, the decoder decides.
_KINDS = frozenset(
    {"image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/webp", "image/gif", "application/octet-stream",
     "binary/octet-stream", ""}
)  # fmt: skip


def fetch_waiting(staged: StagedProduct, *, ends_at: float) -> bool:
    """Fetch the pictures of ``staged`` that wait, none begun after ``ends_at`` (monotonic) but the first.

    True if none waits any more. One that cannot be had is noted as refused. Makes network calls.
    """
    allowed = local_origins(staged.account)
    is_first = True
    for picture in staged.pictures.filter(status=StagedPicture.Status.WAITING).order_by("position", "pk"):
        if not is_first and time.monotonic() >= ends_at:
            return False
        is_first = False
        _settle(picture, allowed)
    return True


def refusals(staged: StagedProduct) -> str:
    """How many pictures could not be had, and why the first of them; empty if all could."""
    refused = list(staged.pictures.filter(status=StagedPicture.Status.REFUSED).values_list("note", flat=True))
    if not refused:
        return ""
    text = ngettext("%(n)d picture is missing: %(why)s", "%(n)d pictures are missing: %(why)s", len(refused))
    return text % {"n": len(refused), "why": refused[0]}


def local_origins(account: SupplierAccount) -> frozenset[str]:
    """The exact ``host:port`` of this network that may be asked for ``account``'s pictures.

    Those of the setting ``PICTURE_LOCAL_ORIGINS``, and for an account of the emulator the emulator's own.
    """
    origins = set(settings.PICTURE_LOCAL_ORIGINS)
    if account.mode == SupplierAccount.Mode.SANDBOX:
        parts = urlsplit(account.endpoint)
        if is_loopback(parts.hostname or ""):
            origins.add(f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
    return frozenset(origins)


def origin_of(url: str, allowed: frozenset[str]) -> str:
    """The origin of a picture that a browser may load: https at the usual port, or one of ``allowed``; else empty."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not re.fullmatch(r"[a-z0-9.-]+", host) or parts.username is not None:
        return ""
    if f"{host}:{port}" in allowed:
        return f"{parts.scheme}://{host}:{port}"
    return f"https://{host}" if parts.scheme == "https" and port in (None, 443) else ""


def _settle(picture: StagedPicture, allowed: frozenset[str]) -> None:
    try:
        data = _fetched(picture.url, allowed)
        stored = store_picture(data, folder=FOLDER, watermark=_watermark())
        # Of the picture as the supplier shows it: ours may bear a watermark.
        mark = mark_of(data)
    except (NotFetched, BadPicture) as exc:
        StagedPicture.objects.filter(pk=picture.pk).update(status=StagedPicture.Status.REFUSED, note=exc.message[:200])
        return
    width, height = size_of(stored.large)
    # The same picture under a second address adds nothing.
    is_double = picture.staged.pictures.filter(large=stored.large).exclude(pk=picture.pk).exists()
    StagedPicture.objects.filter(pk=picture.pk).update(
        status=StagedPicture.Status.STORED,
        note="",
        large=stored.large,
        small=stored.small,
        width=width,
        height=height,
        **({"is_kept": False} if is_double else {}),
    )
    _keep_mark(picture, mark)


def _keep_mark(picture: StagedPicture, mark: str) -> None:
    """Note what can be seen on the variants that show it, so that a moved address is not another meaning."""
    with transaction.atomic():
        shown = picture.staged.variants.select_for_update().order_by("pk")
        changed = list(shown.filter(fingerprint__picture__url=picture.url))
        for row in changed:
            row.fingerprint["picture"]["mark"] = mark
        StagedVariant.objects.bulk_update(changed, ["fingerprint"], batch_size=100)


def _fetched(url: str, allowed: frozenset[str]) -> bytes:
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            fetched = fetch_public(url, max_bytes=MAX_BYTES, timeout_s=TIMEOUT_S / _TRIES, allowed=allowed)
        except NotFetched as exc:
            if last or not exc.is_passing:
                raise
            continue
        if fetched.content_type not in _KINDS:
            kind = fetched.content_type[:40]
            raise NotFetched(_("The server sends %(kind)s, not a picture that the shop accepts.") % {"kind": kind})
        return fetched.body
    raise AssertionError("the last try returns or raises")


def _watermark() -> bytes:
    path = settings.PICTURE_WATERMARK
    return Path(path).read_bytes() if path else b""
