"""``manage.py seed_demo``: the demo's catalogue, its supplier account and, on a development machine, its staff."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shop.demo.load import create_demo_staff, load_demo


class Command(BaseCommand):
    """Adds what is missing and changes nothing that is there; safe to run at every start."""

    help = "Load the demo catalogue, mapped to the supplier emulator."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_demo()
        create_demo_staff()
        if loaded.products or loaded.categories:
            self.stdout.write(f"Demo catalogue: {loaded.products} products and {loaded.categories} categories added.")
        else:
            self.stdout.write("Demo catalogue: already there, nothing changed.")
