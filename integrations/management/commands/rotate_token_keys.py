"""``manage.py rotate_token_keys``: every stored secret under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.accounts import reseal_accounts


class Command(BaseCommand):
    """Seals everything anew. Afterwards the older keys may leave ``FIELD_ENCRYPTION_KEYS``."""

    help = "Seal all stored supplier secrets under the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        result = reseal_accounts()
        self.stdout.write(f"{result.count} supplier accounts are sealed under the first key.")
        if result.unreadable:
            raise CommandError(
                f"No key in FIELD_ENCRYPTION_KEYS fits the secrets of: {', '.join(result.unreadable)}. Keep the older "
                "keys, add the one they were written with to the end of the list, or enter the secrets anew."
            )
