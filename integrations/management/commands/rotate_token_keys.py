"""``manage.py rotate_token_keys``: every stored secret under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.accounts import reseal_accounts
from integrations.crypto import resealers


class Command(BaseCommand):
    """Seals everything anew. Afterwards the older keys may leave ``FIELD_ENCRYPTION_KEYS``."""

    help = "Seal all stored secrets under the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        result = reseal_accounts()
        self.stdout.write(f"{result.count} supplier accounts are sealed under the first key.")
        others = sum(work() for work in resealers)
        self.stdout.write(f"{others} other secrets are sealed under the first key.")
        if result.unreadable:
            raise CommandError(
                f"No key in FIELD_ENCRYPTION_KEYS fits the secrets of: {', '.join(result.unreadable)}. Keep the older "
                "keys, add the one they were written with to the end of the list, or enter the secrets anew."
            )
