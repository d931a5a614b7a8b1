"""``manage.py prepare``: everything a new version needs before its processes start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrates every database and, outside of debug, collects the static files. Safe to repeat."""

    help = "Migrate all databases (the queue's own one too) and, outside of debug, collect static files."

    def handle(self, *args: Any, **options: Any) -> None:
        for database in settings.DATABASES:
            call_command("migrate", database=database, interactive=False, verbosity=0, stdout=self.stdout)
            self.stdout.write(f"Database “{database}” is up to date.")
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=1, stdout=self.stdout)
