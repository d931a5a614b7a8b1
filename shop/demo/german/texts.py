"""The shape of a demo product's texts in German."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProductText:
    """``paragraphs``, then a list of what it is made of, its measures and its care: as the English description."""

    title: str
    summary: str
    paragraphs: tuple[str, ...]
    material: str
    size: str
    care: str

    @property
    def description_html(self) -> str:
        """The description, of plain text that holds no HTML."""
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)
        points = [("Material", self.material), ("Maße", self.size), ("Pflege", self.care)]
        return paragraphs + "<ul>" + "".join(f"<li>{name}: {text}</li>" for name, text in points) + "</ul>"
