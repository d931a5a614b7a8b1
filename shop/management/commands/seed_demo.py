"""``manage.py seed_demo``: the demo's catalogue, pages, supplier account and, on a development machine, its staff."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shop.demo.german.load import load_demo_german
from shop.demo.load import create_demo_staff, load_demo
from shop.demo.pages import load_demo_pages
from shop.demo.prices import load_demo_prices
from shop.demo.second_supplier import add_second_supplier


class Command(BaseCommand):
    """Adds what is missing and changes nothing that is there; safe to run at every start."""

    help = "Load the demo catalogue, mapped to the supplier emulator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--second-supplier``: some goods come from another account, so that orders arrive in two parcels."""
        parser.add_argument(
            "--second-supplier", action="store_true", help="let the lamps come through a second supplier account"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_demo()
        load_demo_prices()
        load_demo_pages()
        translated = load_demo_german()
        create_demo_staff()
        if options["second_supplier"]:
            self.stdout.write(f"Second supplier: {add_second_supplier()} listings moved to it.")
        if translated:
            self.stdout.write(f"Demo in German: {translated} texts added.")
        if loaded.products or loaded.categories:
            self.stdout.write(f"Demo catalogue: {loaded.products} products and {loaded.categories} categories added.")
        else:
            self.stdout.write("Demo catalogue: already there, nothing changed.")
