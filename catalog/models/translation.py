"""What staff have written of products, categories and option words in the shop's other languages.

The base texts stay where they are, in the shop's own language; an empty or missing translation falls back to them.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Category, Product


class ProductTranslation(models.Model):
    """A product's texts in another language."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="translations", verbose_name=_("product")
    )
    language = models.CharField(_("language"), max_length=8)
    title = models.CharField(_("title"), max_length=200, blank=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description_html = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "language"], name="product_translation_once_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"


class CategoryTranslation(models.Model):
    """A category's texts in another language."""

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="translations", verbose_name=_("category")
    )
    language = models.CharField(_("language"), max_length=8)
    name = models.CharField(_("name"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["category", "language"], name="category_translation_once_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.name}"


class WordTranslation(models.Model):
    """An option's name or value, such as *Color* or *Sage*, in another language: once for all products."""

    language = models.CharField(_("language"), max_length=8)
    word = models.CharField(_("word"), max_length=200)
    translation = models.CharField(_("in that language"), max_length=200)

    class Meta:
        verbose_name = _("translated option word")
        verbose_name_plural = _("translated option words")
        ordering = ["language", "word", "pk"]
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="word_translation_once_a_language")]

    def __str__(self) -> str:
        return f"{self.word} ({self.language})"
