"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from catalog.models import Category


def shop(request: HttpRequest) -> dict[str, Any]:
    """The shop's name and its shelves; the latter are read only by a page that shows them."""
    return {
        "shop_name": settings.SHOP_NAME,
        "return_days": settings.RETURN_DAYS,
        "is_development": settings.DEBUG,
        "nav_categories": SimpleLazyObject(lambda: list(Category.objects.all()[:12])),
    }
