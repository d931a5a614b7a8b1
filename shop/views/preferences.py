"""The language and the currency that a visitor chooses in the page's footer."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.visitor import is_offered, offered_currencies, remember_currency, remember_language


@csrf_exempt
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember what was chosen and go back to the page; what the shop does not offer is passed over.

    Without Django's token: it would put a cookie on every page and make every copy of a page differ, and all that a
    forged form could change is how pages read. Browsers that say where a form comes from are held to it all the same.
    """
    response = HttpResponseRedirect(_way_back(request))
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return response
    language, currency = request.POST.get("language", ""), request.POST.get("currency", "")
    if is_offered(language):
        remember_language(response, language)
    if currency in offered_currencies():
        remember_currency(response, currency)
    return response


def _way_back(request: HttpRequest) -> str:
    """The page that was looked at, if it is one of this shop's."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            parts = urlsplit(address)
            return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return "/"
