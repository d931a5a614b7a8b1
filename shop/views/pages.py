"""The pages of text that staff keep."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.translations import text_of
from shop.models import Page, PageTranslation


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A published page. Staff may look at a draft before anybody else does."""
    pages = Page.objects.all() if request.user.has_perm("shop.view_page") else Page.objects.published()
    texts = {
        "shown_title": text_of(PageTranslation, "page", "title"),
        "shown_body": text_of(PageTranslation, "page", "body_html"),
    }
    shown: Any = get_object_or_404(pages.annotate(**texts), slug=slug)
    shown.title, shown.body_html = shown.shown_title, shown.shown_body
    crumbs = [(_("Home"), reverse("home")), (shown.title, shown.get_absolute_url())]
    return render(request, "shop/page.html", {"page": shown, "crumbs": crumbs})
