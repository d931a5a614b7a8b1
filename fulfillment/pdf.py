"""HTML to PDF by WeasyPrint, which needs Pango from the operating system."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import ImageFile

from shop.errors import DomainError


class PdfUnavailable(DomainError):
    """WeasyPrint or the libraries that it needs are not installed."""

    code = "pdf_unavailable"


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether PDFs can be made on this machine."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    finally:
        # WeasyPrint makes Pillow take files that are cut off for whole pictures, in the whole process.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return True


def render_pdf(html: str, *, stylesheet: str) -> bytes:
    """``html`` as PDF, styled by the static file ``stylesheet`` alone. Fetches nothing, whatever the HTML names.

    Raises ``PdfUnavailable``.
    """
    if not is_available():
        raise PdfUnavailable("PDFs cannot be made on this machine: WeasyPrint needs Pango.")
    import weasyprint

    path = finders.find(stylesheet)
    styles = [weasyprint.CSS(string=Path(path).read_text(encoding="utf-8"))] if path else []
    # No scheme is allowed: whatever a text of the order names, nothing is fetched for it.
    fetcher = weasyprint.URLFetcher(allowed_protocols=[])
    document: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=styles)
    return document
