"""Where suppliers and payment providers push. Answers at once and with nothing: what is to be done is a job's work."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fulfillment import payment_events, webhooks
from integrations.errors import AccountUnusable, SupplierError, Unsupported
from integrations.models import SupplierAccount
from integrations.payments import EventForged, EventUnreadable
from integrations.pushes import PushForged

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024
#: A session with many lines is long.
MAX_EVENT_BYTES = 256 * 1024


@csrf_exempt  # No browser and no session stands behind it: the message's signature says who sent it.
@require_POST
def receive(request: HttpRequest, provider: str, public_id: str) -> HttpResponse:
    """Take one push: 200 if it is kept (or was before), 401 forged, 404 nobody here, 413 too long, 503 if the
    secret that it is signed with cannot be read for now: it comes again.
    """
    if _announced_length(request) > MAX_BYTES:
        return HttpResponse(status=413)
    account = get_object_or_404(SupplierAccount, provider=provider, public_id=public_id)
    try:
        webhooks.receive(account, headers=request.headers, body=request.body)
    except PushForged:
        logger.warning("push refused: bad signature account=%s", account.pk)
        return HttpResponse(status=401)
    except AccountUnusable:
        return HttpResponse(status=503)
    except Unsupported as exc:
        raise Http404 from exc
    return HttpResponse(status=200)


@csrf_exempt  # As above.
@require_POST
def receive_payment_event(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one event: 200 if it is kept (or was before), 400 forged or unreadable, 404 nobody here, 413 too long."""
    if _announced_length(request) > MAX_EVENT_BYTES:
        return HttpResponse(status=413)
    try:
        payment_events.receive(provider, headers=request.headers, body=request.body)
    except (EventForged, EventUnreadable) as exc:
        logger.warning("payment event refused provider=%s code=%s", provider, exc.code)
        return HttpResponse(status=400)
    except SupplierError as exc:
        raise Http404 from exc
    return HttpResponse(status=200)


def _announced_length(request: HttpRequest) -> int:
    # Django reads no more than was announced.
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
