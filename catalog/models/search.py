"""What the search reads."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product


class SearchText(models.Model):
    """A product's words as the search reads them: folded, without marks. The database indexes this table itself
    (a generated tsvector on PostgreSQL, FTS5 and triggers on SQLite).
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    title = models.TextField()
    #: Brand, category, option values, SKUs.
    labels = models.TextField()
    body = models.TextField()

    class Meta:
        verbose_name = "search text"
        ordering = ["product"]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word of a title or label: what a mistyped word may have meant."""

    word = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name = "search word"
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class SearchWordKey(models.Model):
    """The word with one letter left out (or none): two words that share such a key differ by about one slip."""

    key = models.CharField(max_length=40)
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        verbose_name = "search word key"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["key", "word"], name="search_word_key_once")]

    def __str__(self) -> str:
        return self.key
