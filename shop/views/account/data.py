"""The customer's data: to take away, and to have deleted. Both ask for the password again."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from shop.accounts import closing, personal_data
from shop.views.account.pages import account_page, user_of
from shop.views.privacy import private_page


@account_page
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the shop keeps, and what the customer may do about it."""
    return render(request, "account/data.html", {})


@account_page
@require_safe
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """Everything as one JSON file."""
    response = JsonResponse(personal_data.export(user_of(request)), json_dumps_params={"indent": 2})
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="my-data-{day}.json"'
    return response


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def close(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays for now, then closes the account for good."""
    user = user_of(request)
    context = {"still_needed": closing.orders_still_needed(user), "is_staff": user.is_staff or user.is_superuser}
    if request.method != "POST":
        return render(request, "account/close.html", context)
    if request.POST.get("confirm") != "on":
        return render(request, "account/close.html", {**context, "is_unconfirmed": True}, status=400)
    try:
        done = closing.close_account(user)
    except closing.IsStaff:
        return render(request, "account/close.html", context, status=403)
    logout(request)
    return _closed(request, done)


@private_page
def _closed(request: HttpRequest, done: closing.Closed) -> HttpResponse:
    return render(request, "account/closed.html", {"done": done})
