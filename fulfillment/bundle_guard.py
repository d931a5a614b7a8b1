"""Keeps the parts of a bundle together that are bought from several accounts: all of them, or a person is asked.

Before the first part is bought, the others are checked as well. What happens after that cannot be undone: a part that
its supplier refuses then stands in front of a person with the others placed.
"""

from __future__ import annotations

from django.db.models import QuerySet

from fulfillment import guards
from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import move_supplier_order
from integrations.clock import database_now
from integrations.errors import Transient
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.wake import wake

_S = SupplierOrderStatus
_A = SupplierOrder.Attention

#: A part in one of these is not going to be bought by itself.
_STOPPED = (_S.PLANNED, _S.HELD, _S.REJECTED, _S.CANCELED)


def rest_of_bundles(supplier_order: SupplierOrder) -> QuerySet[SupplierOrder]:
    """The other supplier orders of the order that buy parts of the same bundles."""
    lines = supplier_order.lines.filter(line_part__isnull=False).values("order_line")
    rows = SupplierOrder.objects.filter(lines__order_line__in=lines, lines__line_part__isnull=False)
    return rows.exclude(pk=supplier_order.pk).select_related("account", "order").order_by("part").distinct()


def check_rest(supplier_order: SupplierOrder) -> None:
    """Raise ``Stop`` if another part of a bundle is stopped, and ``Transient`` if one is about to be.

    Makes network calls for the parts that are not bought yet; none if there is no bundle.
    """
    if _A.BUNDLE in supplier_order.guards_waived:
        return
    rest = list(rest_of_bundles(supplier_order))
    for other in rest:
        # One that only waits for this one is no reason to wait for it.
        if other.status in _STOPPED and other.attention != _A.BUNDLE:
            raise guards.Stop(
                _A.BUNDLE,
                f"{other.reference}, which buys other parts of the same bundle, is {other.get_status_display()}: "
                f"{other.attention_note or other.get_attention_display()}",
            )
    for other in rest:
        if other.status == _S.DUE and other.account:
            _check_due(other, other.account)


def release_rest(supplier_order: SupplierOrder, *, actor: str) -> None:
    """Let the parts go on that were held because of this one. Call inside the transaction that lets it go on."""
    for other in rest_of_bundles(supplier_order).filter(status=_S.HELD, attention=_A.BUNDLE):
        where = {"status": _S.HELD, "attention": _A.BUNDLE}
        if move_supplier_order(other, _S.DUE, where=where, actor=actor, next_attempt_at=database_now()):
            wake("fulfillment.tasks.place", other.pk)


def _check_due(other: SupplierOrder, account: SupplierAccount) -> None:
    if not account.buying_enabled or account.health != SupplierAccount.Health.OK:
        raise Transient(f"{other.reference} buys other parts and its account does not work.", code="bundle_waits")
    try:
        guards.check_standing(other, account)
        guards.quote(other, adapter_for(account))
    except guards.Stop as stop:
        # Its own attempt holds it, with its own reason; the next attempt of this one finds that.
        raise Transient(f"{other.reference} buys other parts: {stop}", code="bundle_waits") from stop
    except Transient as exc:
        # As it stands this would be counted against the account of the part that only waits.
        raise Transient(f"{other.reference} buys other parts: {exc.message}", code="bundle_waits") from exc
