"""``manage.py reindex_search``: works out anew what lists and the search read."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.shelf import refresh_all, refresh_missing


class Command(BaseCommand):
    """Safe at any time and as often as one likes, the shop may be running."""

    help = "Work out anew what lists and the search read of each product: prices, stock, destinations, options, words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only products that have never been worked out")

    def handle(self, *args: Any, **options: Any) -> None:
        count = refresh_missing() if options["missing"] else refresh_all()
        self.stdout.write(f"Search: {count} products worked out.")
