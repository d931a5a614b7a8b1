"""What a worker does for the catalogue. Every task takes ids, may run twice, late or never, and ends in seconds."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from catalog import unused_pictures
from catalog.importing import items, runs


def work_on_imports() -> int:
    """Take the next products of the imports that are running; how many were worked on."""
    return items.work()


def purge_imports() -> int:
    """Delete the records of imports that ended long ago; how many rows went."""
    return runs.purge(timezone.now() - timedelta(days=settings.IMPORT_RETENTION_DAYS))


def purge_pictures() -> int:
    """Delete files of pictures that nothing shows any more; how many files went."""
    return unused_pictures.purge()
