"""``manage.py fetch_exchange_rates``: asks the European Central Bank for its rates now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.rate_fetching import fetch_rates
from shop.errors import DomainError


class Command(BaseCommand):
    """Safe at any time; a worker asks by itself every few hours."""

    help = "Fetch the exchange rates of the last day and store what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--history", action="store_true", help="the last 90 days instead of the last one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stored = fetch_rates(history=options["history"])
        except DomainError as exc:
            raise CommandError(exc.message) from exc
        newest = f", the newest of {stored.newest}" if stored.newest else ""
        self.stdout.write(f"Exchange rates: {stored.count} stored{newest}.")
        if stored.doubted:
            self.stdout.write(f"Not stored, because they moved too far: {', '.join(stored.doubted)}.")
