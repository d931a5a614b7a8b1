"""What the shop's face keeps sealed, brought under a new key."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from integrations.crypto import reseal
from shop.accounts.models import OutgoingMail
from shop.hook_models import EventHook
from shop.models import IdempotentRequest

#: The names under which allauth keeps an app's secret and the seed of the recovery codes.
_SECRETS = ("secret", "seed")


def reseal_all() -> int:
    """Seal second factors, waiting mails, webhooks' secrets and kept answers anew; how many rows.

    Raises ``UndecryptableValue``.
    """
    count = 0
    for row_id in list(Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True)):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=row_id).first()
            if row is not None:
                fresh = {name: reseal(row.data[name]) for name in _SECRETS if row.data.get(name)}
                Authenticator.objects.filter(pk=row_id).update(data={**row.data, **fresh})
                count += 1
    for mail in OutgoingMail.objects.order_by("pk"):
        # A worker may send and delete it meanwhile.
        count += OutgoingMail.objects.filter(pk=mail.pk).update(content_sealed=reseal(mail.content_sealed))
    for hook in EventHook.objects.order_by("pk"):
        count += EventHook.objects.filter(pk=hook.pk).update(secret_sealed=reseal(hook.secret_sealed))
    for kept in IdempotentRequest.objects.exclude(sealed="").order_by("pk").iterator():
        count += IdempotentRequest.objects.filter(pk=kept.pk).update(sealed=reseal(kept.sealed))
    return count
