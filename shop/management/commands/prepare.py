"""``manage.py prepare``: everything a new version needs before its processes start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from shop.catalogues import compile_catalogues


class Command(BaseCommand):
    """Migrates every database, compiles the translations and, outside of debug, collects static files. Repeatable."""

    help = (
        "Migrate all databases (the queue's own one too), compile translations, collect static files outside of debug."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for database in settings.DATABASES:
            call_command("migrate", database=database, interactive=False, verbosity=0, stdout=self.stdout)
            self.stdout.write(f"Database “{database}” is up to date.")
        languages = compile_catalogues()
        self.stdout.write(f"Translations: {', '.join(languages)}.")
        # After an upgrade: what was in the shop before there was a search.
        call_command("reindex_search", missing=True, stdout=self.stdout)
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=1, stdout=self.stdout)
