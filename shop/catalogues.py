"""Makes of ``locale/<language>/LC_MESSAGES/django.po`` what gettext reads, with Babel: no gettext tools are needed.

The result lies below ``VAR_DIR``: the code's own folder need not be writable, and nothing made is in version control.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

DOMAIN = "django"


def compile_catalogues() -> list[str]:
    """Compile every language anew; which ones there are. A reader never meets half a file."""
    source, target = settings.LOCALE_PATHS
    languages = []
    for path in sorted(source.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parent.parent.name
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled: Path = target / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
        compiled.parent.mkdir(parents=True, exist_ok=True)
        unfinished = compiled.with_suffix(".new")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(compiled)
        languages.append(language)
    return languages
