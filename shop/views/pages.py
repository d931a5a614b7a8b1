"""The pages of text that staff keep."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shop.models import Page


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A published page. Staff may look at a draft before anybody else does."""
    pages = Page.objects.all() if request.user.has_perm("shop.view_page") else Page.objects.published()
    shown: Any = get_object_or_404(pages.with_shown_texts(), slug=slug)
    shown.title, shown.body_html = shown.shown_title, shown.shown_body
    crumbs = [(_("Home"), reverse("home")), (shown.title, shown.get_absolute_url())]
    return render(request, "shop/page.html", {"page": shown, "crumbs": crumbs})
