"""The terms that a customer agrees to, as far as the shop publishes any."""

from __future__ import annotations

from django.apps import apps
from django.urls import NoReverseMatch, reverse

_SLUG = "terms"


def terms_address() -> str:
    """The address of the page with the terms, or nothing while staff publish none."""
    try:
        pages = apps.get_app_config("shop").get_model("Page")
        address = reverse("page", args=[_SLUG])
    except (LookupError, NoReverseMatch):
        return ""
    return address if pages._default_manager.filter(slug=_SLUG, is_published=True).exists() else ""
