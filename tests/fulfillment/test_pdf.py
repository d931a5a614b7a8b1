"""``fulfillment.pdf``: what the library for PDFs must not change for everybody else."""

from __future__ import annotations

from PIL import ImageFile

from fulfillment import pdf


def test_pictures_that_are_cut_off_stay_refused_after_a_pdf(monkeypatch):
    # WeasyPrint switches this on when it is imported, which may have happened long before this test.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    pdf.is_available.cache_clear()

    pdf.is_available()

    assert not ImageFile.LOAD_TRUNCATED_IMAGES
