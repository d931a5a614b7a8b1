"""The staff's answers: what a person decides about an order that stands in front of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment import bundle_guard, routing, tracking
from fulfillment.guards import WAIVABLE
from fulfillment.models import Attempt, Notice, Order, Payment, Refund, SupplierOrder, SupplierOrderLine
from fulfillment.notifications import owe
from fulfillment.orders import give_back_stock
from fulfillment.outcomes import adopt
from fulfillment.payments import close_if_all_went_back, refund
from fulfillment.progress import update_order
from fulfillment.states import BOUGHT, OrderStatus, PaymentStatus, SupplierOrderStatus
from fulfillment.transitions import call_for_person, lock_order, move_order, move_supplier_order, record
from fulfillment.unpaid import cancel_unpaid
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.types import Address
from integrations.wake import wake
from shop.errors import DomainError

_S = SupplierOrderStatus


class NotNow(DomainError):
    """The answer does not fit the state the order is in by now."""

    code = "not_now"


def confirm_bought(supplier_order: SupplierOrder, *, external_ids: list[str], actor: str) -> None:
    """An ``unknown`` purchase was found at the supplier under ``external_ids``."""
    ids = tuple(dict.fromkeys(text.strip() for text in external_ids if text.strip()))
    if not ids or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) for text in ids):
        raise NotNow(_("Give the supplier's order id as it stands there."), code="bad_id")
    with transaction.atomic():
        taken = supplier_order.account and supplier_order.account.external_orders.filter(external_id__in=ids)
        if taken and taken.exclude(supplier_order=supplier_order).exists():
            raise NotNow(_("That order at the supplier already belongs to another order here."), code="id_taken")
        if not adopt(supplier_order, ids, actor=actor):
            raise NotNow(_("It is not unknown any more."))


def confirm_not_bought(supplier_order: SupplierOrder, *, actor: str) -> None:
    """An ``unknown`` purchase is not at the supplier: buy it, under the same reference in case of an error."""
    with transaction.atomic():
        _move_from(
            supplier_order,
            _S.UNKNOWN,
            _S.DUE,
            actor=actor,
            next_attempt_at=database_now(),
            lease_until=None,
            settle_at=None,
            first_sent_at=None,
            note="A person found that it was not bought.",
        )
        supplier_order.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).update(outcome=Attempt.Outcome.NOT_DONE)
        wake("fulfillment.tasks.place", supplier_order.pk)


def retry(supplier_order: SupplierOrder, *, actor: str, waive: bool = False) -> None:
    """Try a held or refused purchase again; ``waive`` overrules the guards that are a matter of judgement.

    After a refusal it is a new purchase with a new reference. A part without a supplier is routed again first. What
    staff have mapped anew meanwhile is what is bought, unless something may have been sent for the old mapping.
    """
    with transaction.atomic():
        was = supplier_order.status
        if was not in (_S.HELD, _S.REJECTED):
            raise _too_late(supplier_order)
        if supplier_order.account_id is None and not _route_again(supplier_order):
            raise NotNow(_("Still no listing in use ships this there."), code="no_listing")
        changes: dict[str, object] = {"next_attempt_at": database_now(), "lease_until": None, "deferrals": 0}
        if waive:
            changes["guards_waived"] = sorted({*supplier_order.guards_waived, *WAIVABLE})
        if was == _S.REJECTED:
            purchase = supplier_order.purchase + 1
            changes |= {
                "purchase": purchase,
                "first_sent_at": None,
                "reference": f"{supplier_order.order.number}-{supplier_order.part}-{purchase}",
            }
        if not _perhaps_sent(supplier_order):
            _leave_retired(supplier_order)
            routing.take_present_mapping(supplier_order)
        _move_from(supplier_order, was, _S.DUE, actor=actor, data={"waive": waive}, **changes)
        wake("fulfillment.tasks.place", supplier_order.pk)
        bundle_guard.release_rest(supplier_order, actor=actor)


def take_proposed_place(supplier_order: SupplierOrder, *, actor: str) -> None:
    """Try it again under the supplier's nearest name of the place. The customer's own spelling stays in the order."""
    with transaction.atomic():
        proposal = supplier_order.place_proposal
        if not proposal or supplier_order.attention != SupplierOrder.Attention.ADDRESS:
            raise NotNow(_("No name of a place is proposed any more."))
        names = {f"ship_{field}": name for field, name in proposal.items()}
        # The status is looked at again by the retry; somebody else's answer undoes this one.
        SupplierOrder.objects.filter(pk=supplier_order.pk).update(**names, place_doubts={})
        data = {"fields": sorted(proposal)}
        record(
            supplier_order.order_id, "supplier_order.place_taken", supplier_order=supplier_order, actor=actor, data=data
        )
        supplier_order.refresh_from_db()
        retry(supplier_order, actor=actor)


def correct_address(order: Order, *, address: Address, actor: str) -> None:
    """Write a corrected address, as long as nothing was bought for the old one. Trying again is a second answer."""
    sent = [_S.IN_FLIGHT, _S.UNKNOWN, _S.PLACED, _S.PAID, _S.SHIPPED, _S.DELIVERED]
    with transaction.atomic():
        order = lock_order(order.pk)
        # A worker that is just checking the old address loses its claim, before we look whether one was faster.
        order.supplier_orders.filter(status=_S.DUE).update(fence=F("fence") + 1, lease_until=None)
        if order.supplier_orders.filter(status__in=sent).exists():
            raise NotNow(_("It is being bought, or was, for the address it has."))
        changed = [f.name for f in fields(address) if getattr(order, f.name) != getattr(address, f.name)]
        for name in changed:
            setattr(order, name, getattr(address, name))
        order.updated_at = timezone.now()
        order.save(update_fields=[*changed, "updated_at"])
        # What was found or taken for the old place is nothing for the new one.
        order.supplier_orders.exclude(status=_S.CANCELED).update(ship_province="", ship_city="", place_doubts={})
        record(order.pk, "order.address_corrected", actor=actor, data={"fields": changed})


def cancel_and_refund(order: Order, *, actor: str, reason: str) -> None:
    """Stop everything that is not bought yet and give the customer's money back.

    Refused while a part is being placed, perhaps bought, or bought: that part must be settled or canceled at the
    supplier first.
    """
    with transaction.atomic():
        order = lock_order(order.pk)
        if order.status == OrderStatus.AWAITING_PAYMENT:
            cancel_unpaid(order, actor=actor, note=reason)
            return
        for part in order.supplier_orders.exclude(status=_S.CANCELED):
            if part.status not in (_S.PLANNED, _S.DUE, _S.HELD, _S.REJECTED):
                text = _("%(reference)s is “%(status)s”. Settle it, or cancel it at the supplier first.")
                raise NotNow(text % {"reference": part.reference, "status": part.get_status_display()})
            _move_from(part, part.status, _S.CANCELED, actor=actor, note=reason, lease_until=None)
        for part in order.supplier_orders.exclude(attention=""):
            call_for_person(part, "", reason, actor=actor)  # This was the answer.
        if order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            # The supplier canceled what was on its way already: only the money can go back now.
            _refund_rest(order, actor=actor, reason=reason)
            return
        move_order(order, OrderStatus.CANCELED, actor=actor, note=reason)
        give_back_stock(order)
        owe(order, Notice.Kind.CANCELED)
        _refund_rest(order, actor=actor, reason=reason)


def note_canceled_at_supplier(supplier_order: SupplierOrder, *, actor: str, reason: str) -> None:
    """A person saw that the supplier canceled what was placed and the supplier's API does not say so."""
    if supplier_order.status not in (_S.PLACED, _S.PAID, _S.SHIPPED):
        raise _too_late(supplier_order)
    with transaction.atomic():
        _move_from(
            supplier_order,
            supplier_order.status,
            _S.CANCELED,
            actor=actor,
            note=reason,
            # The rest of the order goes on: the customer's money for this part must not be forgotten.
            attention=SupplierOrder.Attention.SUPPLIER_CANCELED,
            attention_note="Staff saw that it was canceled there. Refund the customer or buy it elsewhere.",
        )
        update_order(lock_order(supplier_order.order_id))


def may_settle(supplier_order: SupplierOrder) -> bool:
    """Whether a note stands on what was bought, or canceled, that nothing but a person's word can end.

    The others end with their answer, and a payment by being made, or lapsing.
    """
    attention, pay = supplier_order.attention, SupplierOrder.Attention.PAY
    if supplier_order.status == _S.CANCELED:
        return bool(attention)
    return supplier_order.status in BOUGHT and attention not in ("", pay)


def settled(supplier_order: SupplierOrder, *, attention: str, reason: str, actor: str) -> None:
    """A person has dealt with the note on what was bought, or canceled. Nothing else of it changes.

    ``attention`` is the note that they have read: what was noted since is not answered with it.
    """
    with transaction.atomic():
        lock_order(supplier_order.order_id)
        supplier_order.refresh_from_db()
        if not may_settle(supplier_order):
            text = _("It is %(status)s by now, and nothing is noted.")
            raise NotNow(text % {"status": supplier_order.get_status_display()})
        if supplier_order.attention != attention:
            raise NotNow(_("Something else is noted by now. Read it, then answer that."), code="other_note")
        call_for_person(supplier_order, "", reason, actor=actor)


def look_now(supplier_order: SupplierOrder, *, actor: str) -> int:
    """Look all orders of this purchase up at the supplier now. Makes network calls; how many gave news."""
    record(supplier_order.order_id, "supplier_order.look_now", supplier_order=supplier_order, actor=actor)
    return sum(tracking.look(external.pk, now_please=True) for external in supplier_order.external_orders.all())


def resume_account(account: SupplierAccount, *, actor: str) -> None:
    """The account works again: its waiting orders are bought from now on."""
    with transaction.atomic():
        SupplierAccount.objects.filter(pk=account.pk).update(
            health=SupplierAccount.Health.OK, health_note="", paused_until=None, updated_at=timezone.now()
        )
        waiting = SupplierOrder.objects.filter(account=account, status=_S.DUE)
        waiting.update(next_attempt_at=database_now(), updated_at=timezone.now())
        for supplier_order in waiting.only("pk", "order_id", "reference"):
            record(supplier_order.order_id, "supplier_order.resumed", supplier_order=supplier_order, actor=actor)
            wake("fulfillment.tasks.place", supplier_order.pk)


def _move_from(supplier_order: SupplierOrder, source: str, target: str, **kwargs: object) -> None:
    """Move only out of ``source``: what a person decided about must still be what is there."""
    if supplier_order.status != source:
        raise _too_late(supplier_order)
    if not move_supplier_order(supplier_order, target, where={"status": source}, **kwargs):  # type: ignore[arg-type]
        raise _too_late(supplier_order)


def _too_late(supplier_order: SupplierOrder) -> NotNow:
    return NotNow(_("It is “%(status)s” by now.") % {"status": supplier_order.get_status_display()})


def _perhaps_sent(supplier_order: SupplierOrder) -> bool:
    surely_not = [Attempt.Outcome.NOT_DONE, Attempt.Outcome.REJECTED]
    sent = supplier_order.attempts.filter(reference=supplier_order.reference)
    return sent.exclude(outcome__in=surely_not).exists()


def _route_again(supplier_order: SupplierOrder) -> bool:
    """Give a part without a supplier the lines that nobody serves yet; those of further accounts become further parts.

    Call inside a transaction. False if one of them still cannot be had.
    """
    order = lock_order(supplier_order.order_id)
    rows = SupplierOrderLine.objects.filter(supplier_order__order=order)
    planned = set(rows.values_list("order_line_id", "line_part_id"))
    lines = order.lines.select_related("listing__account")
    groups, unserved = routing.by_account(lines, order.country, planned=planned)
    if unserved or not groups:
        return False
    first, *others = groups
    _take_account(supplier_order, first)
    for group in others:
        routing.write_part(order, routing.next_part(order), group)
    return True


def _leave_retired(supplier_order: SupplierOrder) -> None:
    """Look for other listings if staff have stopped using one from which this part was to be bought."""
    if supplier_order.lines.filter(listing__is_active=False).exists():
        supplier_order.lines.all().delete()
        if not _route_again(supplier_order):
            raise NotNow(_("Still no listing in use ships this there."), code="no_listing")


def _take_account(supplier_order: SupplierOrder, group: Sequence[routing.Pick]) -> None:
    account = group[0].listing.account
    routed = SupplierOrder.objects.filter(pk=supplier_order.pk, account=supplier_order.account_id).update(
        account=account,
        account_mode=account.mode,
        currency=account.currency,
        expected_cost=routing.expected_cost(group),
        updated_at=timezone.now(),
    )
    if not routed:
        raise NotNow(_("Somebody else has just tried it again."))
    routing.add_lines(supplier_order, group)
    supplier_order.refresh_from_db()


def _refund_rest(order: Order, *, actor: str, reason: str) -> None:
    """The order is ``refunded`` when the money has gone back: at once, or when the provider or a person says so."""
    payment = Payment.objects.filter(order=order, status=PaymentStatus.SUCCEEDED).first()
    if payment is None:
        return
    rest = payment.amount - payment.refunded_amount
    if rest > 0:
        # After a refund that failed, the next one of the same order is another.
        failed = payment.refunds.filter(status=Refund.Status.FAILED).count()
        key = f"cancel:{order.number}" + (f":{failed}" if failed else "")
        refund(payment, amount=rest, key=key, reason=reason, actor=actor)
    close_if_all_went_back(payment)
