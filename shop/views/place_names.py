"""For the checkout's script: which province or city was perhaps meant."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from shop.views.checkout import open_checkout
from shop.views.privacy import private_page


@private_page
@require_POST
def place_names(request: HttpRequest) -> JsonResponse:
    """What is typed travels in the body only; the answer names nothing but places of the supplier's list."""
    checkout = open_checkout(request)
    return JsonResponse({"nearest": checkout.nearest_places() if checkout and checkout.items else {}})
