"""Whether a supplier still accepts an account, and the mails that tell staff when it does not, or soon will not.

What was told already stands in the account's row, so that one change makes one mail, whatever the number of workers.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS
from integrations.staff_mail import tell_staff

logger = logging.getLogger(__name__)

#: Staff are told so long before an authorization ends; of a short one, at its half.
WARNINGS = (timedelta(days=7), timedelta(days=2))


def refused(account_id: int, words: str, *, refresh_token_sealed: str | None = None) -> bool:
    """The supplier refuses the account: nothing is bought through it until a person has acted. True if that is news.

    ``words`` are shown to staff. They are mailed once, after the surrounding transaction has committed. With
    ``refresh_token_sealed``, what the row held when that token was refused: nothing happens if it holds another now.
    """
    rows = SupplierAccount.objects.filter(pk=account_id, health=SupplierAccount.Health.OK)
    if refresh_token_sealed is not None:
        rows = rows.filter(refresh_token_sealed=refresh_token_sealed)
    news = rows.update(health=SupplierAccount.Health.RECONNECT, health_note=words[:200], updated_at=timezone.now())
    if news:
        logger.error("account refused account=%s", account_id)
        transaction.on_commit(partial(_tell, account_id, "account_refused"), robust=True)
    return bool(news)


def warn_before_the_end(account_id: int) -> bool:
    """Tell staff, once 7 days and once 2 days before, that the account must be connected anew. True if told now."""
    account = SupplierAccount.objects.get(pk=account_id)
    ends_at = account.refresh_token_expires_at
    if ends_at is None or account.health != SupplierAccount.Health.OK:
        return False
    left = ends_at - database_now()
    life = ends_at - account.authorized_at if account.authorized_at else None
    stages = [min(stage, life / 2) if life else stage for stage in WARNINGS]
    reached = [stage for stage in stages if left <= stage]
    if not reached:
        return False
    note = _("Connect again before %(date)s: the authorization ends (%(days)d days' notice).") % {
        "date": f"{ends_at:%Y-%m-%d %H:%M} UTC",
        "days": min(reached).days,
    }
    # The note is what staff see in the admin, and what remembers that they were told.
    rows = SupplierAccount.objects.filter(pk=account_id, health=SupplierAccount.Health.OK).exclude(health_note=note)
    if not rows.update(health_note=note, updated_at=timezone.now()):
        return False
    transaction.on_commit(partial(_tell, account_id, "account_ends"), robust=True)
    return True


def _tell(account_id: int, template: str) -> None:
    account = SupplierAccount.objects.get(pk=account_id)
    page = reverse("admin:integrations_supplieraccount_change", args=[account.pk])
    known = PROVIDERS.get(account.provider)
    context = {
        "account": account,
        "provider": known.label if known else account.provider,
        "page_url": f"{settings.BASE_URL}{page}",
    }
    tell_staff(
        _("Connect “%(account)s” again") % {"account": account.label}, template, context, about=f"account={account.pk}"
    )
