"""Orders at suppliers that wait for our payment: the list of them, and the mails before and after they lapse.

One mail of each kind for an order at the supplier, whatever the number of sweeps: what was told stands in its row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from fulfillment import tracking
from fulfillment.models import ExternalOrder
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import record
from integrations.cells import amount_text
from integrations.clock import database_now
from integrations.registry import PROVIDERS
from integrations.staff_mail import tell_staff
from integrations.types import SupplierOrderState

#: What lapsed longer ago is told of no more: after a long stop, or when a shop begins to tell.
LAPSE_IS_NEWS = timedelta(days=7)


def awaiting_payment() -> QuerySet[ExternalOrder]:
    """Orders at suppliers that are not paid as far as we know, those that lapse first in front."""
    rows = ExternalOrder.objects.filter(state=SupplierOrderState.AWAITING_PAYMENT)
    rows = rows.exclude(supplier_order__status=SupplierOrderStatus.CANCELED)
    return rows.order_by(F("pay_by").asc(nulls_last=True), "created_at", "pk")


def pays_itself(now: datetime) -> Q:
    """Of these, the ones that the supplier was asked to charge a moment ago: most are paid at the next look."""
    young = Q(account__pays_automatically=True, created_at__gt=now - tracking.PAYMENT_PATIENCE)
    # The supplier said at once that charging failed, or a look has shown it.
    return young & ~Q(supplier_order__attention="pay")


def waiting_for_staff() -> QuerySet[ExternalOrder]:
    """Orders at suppliers that a person has to pay, or that have lapsed unpaid."""
    return awaiting_payment().exclude(pays_itself(database_now()))


def untold() -> list[int]:
    """Ids of orders at suppliers of which staff are to be told: they lapse soon, or have lapsed."""
    return list(_untold(database_now()).order_by("pay_by", "pk").values_list("pk", flat=True)[:200])


def tell(external_order_id: int) -> bool:
    """Look the order up, and mail staff if it is still unpaid. True if they were told now."""
    external = _untold(database_now()).select_related("account").filter(pk=external_order_id).first()
    if external is None:
        return False
    if external.account.provider in PROVIDERS:
        # Somebody may have paid it since the last look: nobody shall be called for nothing.
        tracking.look(external_order_id, now_please=True)
    now = database_now()
    return _tell_once(external_order_id, _lapsed(now), "lapse_told_at", "supplier_pay_lapsed") or _tell_once(
        external_order_id, _lapses_soon(now), "pay_warned_at", "supplier_pay_soon"
    )


def _untold(now: datetime) -> QuerySet[ExternalOrder]:
    return ExternalOrder.objects.filter(_lapses_soon(now) | _lapsed(now)).exclude(pays_itself(now))


def _unpaid() -> Q:
    return Q(paid_at__isnull=True) & Q(state=SupplierOrderState.AWAITING_PAYMENT)


def _lapses_soon(now: datetime) -> Q:
    until = now + timedelta(hours=settings.SUPPLIER_PAY_ALERT_HOURS)
    soon = Q(pay_by__gt=now, pay_by__lte=until, pay_warned_at__isnull=True)
    return soon & _unpaid() & ~Q(supplier_order__status=SupplierOrderStatus.CANCELED)


def _lapsed(now: datetime) -> Q:
    over = Q(pay_by__lte=now, pay_by__gt=now - LAPSE_IS_NEWS, lapse_told_at__isnull=True)
    not_ours = _unpaid() & ~Q(supplier_order__status=SupplierOrderStatus.CANCELED)
    # Seen canceled only after its time: the supplier closed it for that. Earlier, somebody canceled it on purpose.
    closed = Q(state=SupplierOrderState.CANCELED, paid_at__isnull=True, polled_at__gte=F("pay_by"))
    return over & (not_ours | closed)


def _tell_once(external_order_id: int, condition: Q, field: str, kind: str) -> bool:
    if not ExternalOrder.objects.filter(condition, pk=external_order_id).exists():
        return False
    # Of several sweeps one matches the row. By the column alone: a condition over other tables would not be looked at
    # again by the one that comes second.
    mine = ExternalOrder.objects.filter(pk=external_order_id, **{f"{field}__isnull": True})
    if not mine.update(**{field: database_now()}):
        return False
    external = ExternalOrder.objects.select_related("account", "supplier_order__order").get(pk=external_order_id)
    if not _mail(external, kind):
        # The mail server is down: the next sweep tries again, as long as it is news.
        ExternalOrder.objects.filter(pk=external_order_id).update(**{field: None})
        return False
    record(
        external.supplier_order.order_id,
        f"external_order.{kind.removeprefix('supplier_')}",
        supplier_order=external.supplier_order,
        data={"external_id": external.external_id, "pay_by": f"{external.pay_by:%Y-%m-%d %H:%M} UTC"},
    )
    return True


def _mail(external: ExternalOrder, kind: str) -> bool:
    order = external.supplier_order.order
    pages = {
        "supplier_pay_soon": reverse("admin:fulfillment_to_pay"),
        "supplier_pay_lapsed": reverse("admin:fulfillment_order_change", args=[order.pk]),
    }
    subjects = {
        "supplier_pay_soon": _("Pay %(id)s at the supplier before %(pay_by)s"),
        "supplier_pay_lapsed": _("%(id)s lapsed unpaid at the supplier"),
    }
    context = {
        "external": external,
        "order_number": order.number,
        "amount": amount_text(external.amount, external.currency),
        "pay_by": f"{external.pay_by:%Y-%m-%d %H:%M} UTC",
        "page_url": f"{settings.BASE_URL}{pages[kind]}",
    }
    subject = subjects[kind] % {"id": external.external_id, "pay_by": context["pay_by"]}
    return tell_staff(subject, kind, context, about=f"external_order={external.pk}")
