"""The document of ``/api/v1/`` for programs, and a page for people that draws it with the shop's own files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView


class Schema(SpectacularAPIView):
    """The OpenAPI document as JSON."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [OpenApiJsonRenderer]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Swagger UI under the policy of every page: no inline script, nothing from elsewhere."""
    return render(request, "shop/api_docs.html")
