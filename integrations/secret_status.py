"""What may be said about a stored secret: that it is there, how it ends, and for how long it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.crypto import UndecryptableValue, unseal

#: A secret shorter than this would be given away by its last four characters.
_SHOWS_ITS_END_FROM = 12


@dataclass(frozen=True, slots=True)
class SecretStatus:
    """A sentence about a secret; ``tone`` is ``success``, ``warning`` or ``danger``."""

    text: str
    tone: str


def secret_status(sealed: str, *, expires_at: datetime | None = None) -> SecretStatus:
    """What to show in place of the secret behind ``sealed``. Never raises and never contains the secret."""
    if not sealed:
        return SecretStatus(_("not set"), "warning")
    try:
        secret = unseal(sealed)
    except UndecryptableValue:
        return SecretStatus(
            _("stored, but FIELD_ENCRYPTION_KEYS cannot decrypt it: add the key it was written with, or enter it anew"),
            "danger",
        )
    parts = [_("set")]
    if len(secret) >= _SHOWS_ITS_END_FROM:
        parts.append(_("ends with …%(end)s") % {"end": secret[-4:]})
    tone = "success"
    if expires_at is not None:
        text, tone = _life(expires_at)
        parts.append(text)
    return SecretStatus(", ".join(parts), tone)


def _life(expires_at: datetime) -> tuple[str, str]:
    left = expires_at - timezone.now()
    if left.total_seconds() <= 0:
        return _("expired on %(date)s") % {"date": f"{expires_at:%Y-%m-%d}"}, "danger"
    if left.days == 0:
        hours = int(left.total_seconds() // 3600)
        return ngettext("expires in %(n)d hour", "expires in %(n)d hours", hours) % {"n": hours}, "warning"
    text = ngettext("expires in %(n)d day", "expires in %(n)d days", left.days) % {"n": left.days}
    return text, "warning" if left.days < 7 else "success"
