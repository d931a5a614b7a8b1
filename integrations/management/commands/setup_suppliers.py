"""``manage.py setup_suppliers``: the supplier accounts that the environment describes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from integrations.accounts import (
    AccountDescription,
    aliseeks_account,
    described_account,
    emulator_account,
    save_account,
)


class Command(BaseCommand):
    """Makes or updates the accounts, and prints one line without any secret."""

    help = "Make or update the accounts that ALIEXPRESS_* and ALISEEKS_* describe; in debug, else the emulator's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--emulator`` for a machine where DEBUG is off and the emulator is wanted all the same."""
        parser.add_argument("--emulator", action="store_true", help="the emulator's account, whatever else is given")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            descriptions = _descriptions(emulator_only=options["emulator"])
            if not descriptions:
                self.stdout.write("No supplier is described by the environment; connect one in the admin.")
            for description in descriptions:
                account, change = save_account(description)
                tokens = "with token" if account.access_token_sealed else "without token"
                if not account.app_key:
                    # A supplier that knows no tokens: the key is the app secret.
                    tokens = "with key"
                self.stdout.write(f"Supplier account {account} at {account.endpoint}, {tokens}: {change.value}.")
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc


def _descriptions(*, emulator_only: bool) -> list[AccountDescription]:
    """The accounts to make. A real shop must not quietly "buy" from an emulator what its customers have paid for."""
    if emulator_only:
        return [emulator_account()]
    found = [description for description in (described_account(), aliseeks_account()) if description is not None]
    if settings.DEBUG and not any(description.provider == "aliexpress" for description in found):
        found.insert(0, emulator_account())
    return found
