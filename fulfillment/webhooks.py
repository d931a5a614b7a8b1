"""What suppliers tell us unasked. A push is a hint: it makes us look at the order now instead of at the next poll.

The request only checks, stores and answers; the rest is a job. Nothing a push says is believed, so repeats, late ones
and a wrong order of arrival are harmless, and one that never comes costs a poll's interval.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from fulfillment import tracking
from fulfillment.models import ExternalOrder, SupplierOrder
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import call_for_person, lock_order
from integrations.clock import database_now
from integrations.models import PushMessage, SupplierAccount
from integrations.pushes import PushKind, PushOutcome
from integrations.registry import read_push
from integrations.types import SupplierOrderState
from integrations.wake import wake

logger = logging.getLogger(__name__)

_A = SupplierOrder.Attention
_S = SupplierOrderStatus

#: After this long an order that could not be read is left to polling.
GIVE_UP_AFTER = timedelta(hours=24)
#: How far the supplier's clock and ours may differ when an order is compared with a purchase.
CLOCKS_DIFFER = timedelta(minutes=5)

_ABOUT_ORDERS = frozenset(kind for kind in PushKind if kind.value.startswith("order_"))


def receive(account: SupplierAccount, *, headers: Mapping[str, str], body: bytes) -> bool:
    """Check and keep the push in the raw ``body``; handled later. True if it is new, False for a repeat.

    Raises ``PushForged``, ``Unsupported`` for a supplier that pushes nothing.
    """
    hint = read_push(account, headers, body)
    message, is_new = PushMessage.objects.get_or_create(
        account=account,
        key=hint.key,
        defaults={
            "kind": hint.kind.value,
            "external_id": hint.external_id,
            "body": dict(hint.body),
            "received_at": database_now(),
        },
    )
    if is_new:
        logger.info("push kept message=%s account=%s kind=%s", message.pk, account.pk, hint.kind.value)
        wake("fulfillment.tasks.handle_push", message.pk)
    return is_new


def unhandled() -> list[int]:
    """Ids of pushes to be handled; those that nobody came to yet before those that wait for their order."""
    rows = PushMessage.objects.filter(handled_at=None).order_by("outcome", "received_at", "pk")
    return list(rows.values_list("pk", flat=True)[:200])


def handle(message_id: int) -> bool:
    """Act on one push: look at the order it names, or tell staff. True if it is done with by this call.

    Makes network calls. What cannot be done yet stays for the next sweep, a day at most.
    """
    message = PushMessage.objects.select_related("account").get(pk=message_id)
    if message.handled_at:
        return False
    outcome = _outcome(message)
    if outcome is None:
        if database_now() - message.received_at < GIVE_UP_AFTER:
            return False
        outcome = PushOutcome.FAILED
    rows = PushMessage.objects.filter(pk=message.pk, handled_at=None)
    return bool(rows.update(handled_at=database_now(), outcome=outcome.value))


def _outcome(message: PushMessage) -> PushOutcome | None:
    """Do what the push asks for; None if that must be tried again."""
    if message.kind == PushKind.AUTHORIZATION_ENDS:
        return _note_authorization(message.account)
    if message.kind == PushKind.TEST:
        return PushOutcome.NOTED
    if message.kind not in _ABOUT_ORDERS:
        logger.warning("push of unknown kind message=%s", message.pk)
        return PushOutcome.UNKNOWN_KIND
    if not message.external_id:
        return PushOutcome.NOT_AN_ORDER
    # Asked before the order is looked up: what has left this state by now has written down its orders as well.
    under_way = _purchases(message, _S.IN_FLIGHT).exists()
    external = _order_of(message)
    if external is not None:
        return _follow(message, external)
    if under_way:
        return None  # Suppliers push an order before our own call for it has returned.
    return _stranger(message)


def _accounts(message: PushMessage) -> Q:
    """The accounts a push may be about. An app has one address for pushes, whichever of its accounts they concern."""
    own = message.account
    if not own.app_key:
        return Q(account=own)
    return Q(account__provider=own.provider, account__app_key=own.app_key, account__endpoint=own.endpoint)


def _order_of(message: PushMessage) -> ExternalOrder | None:
    rows = ExternalOrder.objects.filter(_accounts(message), external_id=message.external_id)
    return rows.select_related("supplier_order").order_by("pk").first()


def _purchases(message: PushMessage, status: str) -> models.QuerySet[SupplierOrder]:
    return SupplierOrder.objects.filter(_accounts(message), status=status)


def _follow(message: PushMessage, external: ExternalOrder) -> PushOutcome | None:
    """Look the order up once. If that fails, polling is brought forward and this waits until it has succeeded."""
    first = PushMessage.objects.filter(pk=message.pk, handled_at=None, outcome="").update(outcome=PushOutcome.WAITING)
    if not (first and tracking.look(external.pk, now_please=True)):
        external.refresh_from_db()
        if external.polled_at is None or external.polled_at < message.received_at:
            _poll_sooner(message, external)
            return None
    if message.kind == PushKind.ORDER_PAYMENT_FAILED:
        _call_for_payment(external)
    return PushOutcome.LOOKED


def _poll_sooner(message: PushMessage, external: ExternalOrder) -> None:
    """Each wait is as long as all before it, so that an order that cannot be read is asked for a dozen times a day."""
    now = database_now()
    wanted = now + max(timedelta(minutes=1), now - message.received_at)
    rows = ExternalOrder.objects.filter(Q(next_poll_at=None) | Q(next_poll_at__gt=wanted), pk=external.pk)
    rows.update(next_poll_at=wanted)


def _call_for_payment(external: ExternalOrder) -> None:
    """A payment failed: if the order still waits for it, so does a person's answer to anything else."""
    with transaction.atomic():
        lock_order(external.supplier_order.order_id)
        external.refresh_from_db()
        supplier_order = external.supplier_order
        supplier_order.refresh_from_db()
        if external.state != SupplierOrderState.AWAITING_PAYMENT or supplier_order.attention not in ("", _A.PAY):
            return
        until = f" by {external.pay_by:%Y-%m-%d %H:%M} UTC" if external.pay_by else ""
        note = f"The supplier could not take the payment. Pay it there{until}, or it lapses."
        call_for_person(supplier_order, _A.PAY, note)


def _stranger(message: PushMessage) -> PushOutcome | None:
    """An order that nobody here knows: placed by hand at the supplier, or what an unclear purchase became."""
    if message.kind != PushKind.ORDER_CREATED:
        return PushOutcome.UNKNOWN_ORDER
    at = parse_datetime(message.body.get("at") or "") or message.received_at
    unclear = list(_purchases(message, _S.UNKNOWN).filter(first_sent_at__lte=at + CLOCKS_DIFFER).order_by("pk")[:50])
    if not unclear:
        return PushOutcome.UNKNOWN_ORDER
    if _settles_itself(message, unclear):
        return None
    for supplier_order in unclear:
        _show_evidence(supplier_order, message.external_id, at)
    return PushOutcome.EVIDENCE


def _settles_itself(message: PushMessage, unclear: list[SupplierOrder]) -> bool:
    """Whether the supplier's own key may still tell which order it is: the same reference sent again, if that is
    allowed. Calling a person now would stop just that.
    """
    patience = timedelta(seconds=5 * settings.SUPPLIER_SETTLE_S)
    young = database_now() - message.received_at < patience
    return young and settings.RESEND_UNKNOWN and all(not supplier_order.attention for supplier_order in unclear)


def _show_evidence(supplier_order: SupplierOrder, external_id: str, at: datetime) -> None:
    """Never adopted by itself: staff buy at the supplier by hand as well, and the push names neither goods nor
    address.
    """
    evidence = (
        f"The supplier pushed that order {external_id} was created at {at:%Y-%m-%d %H:%M} UTC; compare address and "
        "items."
    )
    with transaction.atomic():
        lock_order(supplier_order.order_id)
        supplier_order.refresh_from_db()
        if supplier_order.status != _S.UNKNOWN or evidence in supplier_order.attention_note:
            return
        # What stands there already is evidence as well. The newest comes first: a long note is cut at its end.
        before = supplier_order.attention_note if supplier_order.attention == _A.OUTCOME else ""
        call_for_person(supplier_order, _A.OUTCOME, f"{evidence} {before}".strip())


def _note_authorization(account: SupplierAccount) -> PushOutcome:
    note = "The supplier says that the authorization ends soon. Connect the account again before it does."
    # Whatever stands there already (why it is refused, until when it must be connected again) says more.
    quiet = SupplierAccount.objects.filter(pk=account.pk, health=SupplierAccount.Health.OK, health_note="")
    changed = quiet.update(health_note=note)
    logger.warning("authorization ends soon account=%s noted=%s", account.pk, changed)
    return PushOutcome.NOTED
