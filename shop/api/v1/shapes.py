"""The shapes that several answers share, for the document; ``amount`` and ``picture`` write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from rest_framework import serializers

from catalog.models import ProductImage
from fulfillment.statement import Statement
from shop.money import Money
from shop.structured_data import absolute


class MoneyShape(serializers.Serializer[Any]):
    """An amount in major units, as text so that no cent is lost, beside its currency (ISO 4217)."""

    amount = serializers.RegexField(r"^-?[0-9]+(\.[0-9]+)?$")
    currency = serializers.RegexField(r"^[A-Z]{3}$")


class PictureShape(serializers.Serializer[Any]):
    """A picture. `thumbnail_url` is the smallest there is."""

    url = serializers.CharField()
    thumbnail_url = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class TaxShape(serializers.Serializer[Any]):
    """One tax by name."""

    name = serializers.CharField()
    percent = serializers.CharField(help_text="Without needless zeros: `19`, `7.25`.")
    tax = MoneyShape()


class TotalsShape(serializers.Serializer[Any]):
    """What it costs and why. `shipping` is null while it is not known."""

    items = MoneyShape()
    discount = MoneyShape()
    coupon_code = serializers.CharField(allow_blank=True)
    shipping = MoneyShape(allow_null=True)
    taxes = TaxShape(many=True)
    prices_include_tax = serializers.BooleanField()
    total = MoneyShape()


def amount(money: Money | None) -> dict[str, str] | None:
    return {"amount": str(money.rounded().amount), "currency": money.currency} if money else None


def instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def picture(image: ProductImage | None) -> dict[str, Any] | None:
    if image is None or not image.image:
        return None
    return {
        "url": absolute(default_storage.url(image.image.name or "")),
        "thumbnail_url": absolute(default_storage.url(image.thumbnail.name or image.image.name or "")),
        "alt": image.alt,
        "width": image.width,
        "height": image.height,
    }


def totals(statement: Statement) -> dict[str, Any]:
    return {
        "items": amount(statement.items),
        "discount": amount(statement.discount),
        "coupon_code": statement.coupon_code,
        "shipping": amount(statement.shipping),
        "taxes": [{"name": tax.name, "percent": tax.percent, "tax": amount(tax.tax)} for tax in statement.taxes],
        "prices_include_tax": statement.prices_include_tax,
        "total": amount(statement.total),
    }
