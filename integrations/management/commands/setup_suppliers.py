"""``manage.py setup_suppliers``: the supplier accounts that the environment describes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from integrations.accounts import described_account, emulator_account, save_account


class Command(BaseCommand):
    """Makes or updates the accounts, and prints one line without any secret."""

    help = "Make or update the supplier account that ALIEXPRESS_* describe; without them, in debug, the emulator's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--emulator`` for a machine where DEBUG is off and the emulator is wanted all the same."""
        parser.add_argument("--emulator", action="store_true", help="the emulator's account, whatever else is given")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            description = None if options["emulator"] else described_account()
            if description is None:
                # A real shop must not quietly "buy" from an emulator what its customers have paid for.
                if not settings.DEBUG and not options["emulator"]:
                    self.stdout.write("No supplier is described by the environment; connect one in the admin.")
                    return
                description = emulator_account()
            account, change = save_account(description)
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        tokens = "with token" if account.access_token_sealed else "without token"
        self.stdout.write(f"Supplier account {account} at {account.endpoint}, {tokens}: {change.value}.")
