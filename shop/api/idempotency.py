"""``Idempotency-Key``: a request that is sent again gets the first answer, and nothing happens twice.

The claim is a row that is committed before the work begins. Who dies between the two leaves a claim that a repeat
may take over after a while; what the work had made by then it must find again by ``own_key``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import Order, Refund
from fulfillment.sweep import delete_in_steps
from integrations.crypto import seal, unseal
from shop.api.exceptions import ApiProblem
from shop.models import Basket, IdempotentRequest

#: A claim older than this belongs to a process that died: no order call takes as long.
ABANDONED_AFTER_S = 120
RETRY_AFTER_S = 2

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that may be kept."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key of one request: whose it is, and the fingerprint of what was asked with it.

    It belongs to a user, or to ``owner``: then ``user_id`` is None. ``is_sealed``: the answer holds what only its
    customer may read, and is kept encrypted.
    """

    user_id: int | None
    key: str
    path: str
    body_hash: str
    owner: str = ""
    is_sealed: bool = False

    @property
    def own_key(self) -> str:
        """The same key as text of a fixed length, unlike every other user's."""
        return f"api:{self.user_id or self.owner}:{hashlib.sha256(self.key.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class _Claim:
    pk: int
    # The moment of the claim is its fence: who takes it over sets another.
    created_at: datetime
    is_sealed: bool


def request_key(
    header: str | None, *, user_id: int | None, path: str, body: Any, owner: str = "", is_sealed: bool = False
) -> RequestKey | None:
    """The key in ``header``, None without one. Raises ``ApiProblem`` if it is none.

    ``owner`` says whose it is where there is no user; it is a secret (a basket's token) and kept as a hash.
    """
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        message = _("An Idempotency-Key is 1 to 255 printable ASCII characters.")
        raise ApiProblem(400, "invalid_idempotency_key", message, errors={"Idempotency-Key": [message]})
    canonical = json.dumps([path, body], sort_keys=True, separators=(",", ":"))
    body_hash = hashlib.sha256(canonical.encode()).hexdigest()
    owner_hash = _owner_hash(owner) if owner else ""
    return RequestKey(user_id, header, path[:200], body_hash, owner_hash, is_sealed)


def answer_once(key: RequestKey, work: Callable[[], Answer], *, made_something: Callable[[], bool]) -> Answer:
    """What ``work`` answers, or answered when ``key`` came first.

    Kept are its answers and the refusals with status 422. Any other failure gives the key back, so that a repeat
    works anew, unless ``made_something`` says that the work has left a trace: then a repeat takes over later.
    Raises ``ApiProblem`` for a key that is still at work or belongs to another body.
    """
    claim = _claim(key)
    if isinstance(claim, Answer):
        return claim
    try:
        answer = work()
    except ApiProblem as problem:
        if problem.status == 422:
            _keep(claim, Answer(problem.status, problem.body()))
        else:
            _give_back(claim, made_something)
        raise
    except BaseException:
        # A worker that is stopped raises SystemExit here; the key must not stay locked for that.
        _give_back(claim, made_something)
        raise
    _keep(claim, answer)
    return answer


def purge() -> int:
    """Delete the answers older than ``IDEMPOTENCY_RETENTION_DAYS``. How many.

    An order call that comes again after that finds its order by ``own_key`` all the same.
    """
    before = timezone.now() - timedelta(days=settings.IDEMPOTENCY_RETENTION_DAYS)
    return delete_in_steps(IdempotentRequest.objects.filter(created_at__lt=before))


def owner_of_order(order: Order) -> str:
    """To whom a guest's key for this order belongs."""
    return f"order:{order.number}"


def owner_of_basket(basket: Basket) -> str:
    """To whom a guest's key for this basket belongs."""
    return f"basket:{basket.public_id}"


def forget(order: Order) -> None:
    """Delete what was answered about ``order``, to its customer and to staff: it may say for whom it was.

    Has to run while the order's basket is there: under its name a guest has ordered.
    """
    root = reverse("v1-shop").removesuffix("shop/")
    kinds = {
        "orders": [order.number],
        "staff/orders": [order.number],
        "staff/supplier-orders": order.supplier_orders.values_list("public_id", flat=True),
        "staff/payments": order.payments.values_list("public_id", flat=True),
        "staff/refunds": Refund.objects.filter(payment__order=order).values_list("public_id", flat=True),
        "staff/returns": order.returns.values_list("number", flat=True),
    }
    baskets = Basket.objects.filter(checkout_key=order.checkout_key)
    owners = [owner_of_order(order), *(owner_of_basket(basket) for basket in baskets)]
    said = Q(owner__in=[_owner_hash(owner) for owner in owners])
    for kind, ids in kinds.items():
        for one in ids:
            said |= Q(path__startswith=f"{root}{kind}/{one}/")
    IdempotentRequest.objects.filter(said).delete()


def _owner_hash(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()


def _claim(key: RequestKey) -> _Claim | Answer:
    try:
        with transaction.atomic():
            row = IdempotentRequest.objects.create(
                user_id=key.user_id, owner=key.owner, key=key.key, path=key.path, body_hash=key.body_hash
            )
        return _Claim(row.pk, row.created_at, key.is_sealed)
    except IntegrityError:
        pass
    mine = {"user": key.user_id} if key.user_id else {"owner": key.owner}
    first = IdempotentRequest.objects.filter(key=key.key, **mine).first()
    if first is None:
        # Given back between the two statements: its owner's client will hear of it, this one comes again.
        raise _in_progress()
    if first.body_hash != key.body_hash:
        message = _("This Idempotency-Key was used for another request. Use a new key for a new order.")
        raise ApiProblem(422, "key_reused", message, errors={"Idempotency-Key": [message]})
    if first.status is not None:
        body = json.loads(unseal(first.sealed)) if first.sealed else first.answer
        return Answer(first.status, body, replayed=True)
    return _take_over(first, key.is_sealed)


def _take_over(first: IdempotentRequest, is_sealed: bool) -> _Claim:
    now = timezone.now()
    if first.created_at > now - timedelta(seconds=ABANDONED_AFTER_S):
        raise _in_progress()
    # Of several repeats one matches the row.
    if not _own(_Claim(first.pk, first.created_at, is_sealed)).update(created_at=now):
        raise _in_progress()
    return _Claim(first.pk, now, is_sealed)


def _keep(claim: _Claim, answer: Answer) -> None:
    if claim.is_sealed:
        _own(claim).update(status=answer.status, sealed=seal(json.dumps(dict(answer.body))))
    else:
        _own(claim).update(status=answer.status, answer=dict(answer.body))


def _give_back(claim: _Claim, made_something: Callable[[], bool]) -> None:
    if not made_something():
        _own(claim).delete()


def _own(claim: _Claim) -> Any:
    return IdempotentRequest.objects.filter(pk=claim.pk, created_at=claim.created_at, status__isnull=True)


def _in_progress() -> ApiProblem:
    message = _("The first request with this Idempotency-Key is still at work. Please ask again.")
    return ApiProblem(409, "in_progress", message, headers={"Retry-After": str(RETRY_AFTER_S)})
