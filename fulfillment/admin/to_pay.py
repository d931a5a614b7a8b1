"""The page *To pay at the supplier*: what was placed and waits for our money, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from fulfillment import desk, to_pay
from fulfillment.admin.answers import SETTLE, staff_actor
from fulfillment.admin.pages import supplier_url
from fulfillment.badges import forget_cached
from fulfillment.models import ExternalOrder
from integrations.cells import amount_text
from integrations.clock import database_now
from integrations.registry import PROVIDERS

PAGE = "fulfillment_to_pay"
LOOK = "fulfillment_to_pay_look"
VIEW = "fulfillment.view_supplierorder"

#: More rows than this are not paid in one sitting.
ROWS_SHOWN = 200
#: From here on the time left is shown in red; from when staff are mailed on, as a warning.
URGENT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order to pay. ``tone`` is ``danger``, ``warning`` or empty; ``charging``: the supplier may be charging it."""

    row: ExternalOrder
    url: str
    left: str
    tone: str
    lapsed: bool
    charging: bool


@dataclass(frozen=True, slots=True)
class Total:
    """What is to be paid through one account in one currency; ``unknown`` orders have not told their amount yet."""

    account: str
    amount: str
    count: int
    unknown: int


def on_supplier_orders(request: HttpRequest) -> bool:
    """Whether the menu marks *Supplier orders*: this page has an entry of its own."""
    here, page = request.path, reverse(f"admin:{PAGE}")
    return here.startswith(reverse("admin:fulfillment_supplierorder_changelist")) and not here.startswith(page)


class ToPayMixin:
    """Adds the page to a model's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("to-pay/", view(self.to_pay), name=PAGE),
            path("to-pay/<int:object_id>/look/", view(self.look_again), name=LOOK),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @method_decorator(never_cache)
    def to_pay(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        _check_may_view(request)
        now = database_now()
        rows = _waiting(now)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("To pay at the supplier"),
            "opts": self.model._meta,  # type: ignore[attr-defined]
            "rows": rows[:ROWS_SHOWN],
            "is_cut": len(rows) > ROWS_SHOWN,
            "totals": _totals(now),
            "may_look": request.user.has_perm(SETTLE),
        }
        return TemplateResponse(request, "admin/fulfillment/to_pay.html", context)

    def look_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Read one order at the supplier now (POST)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        _check_may_view(request)
        if not request.user.has_perm(SETTLE):
            raise PermissionDenied
        external = ExternalOrder.objects.select_related("supplier_order", "account").filter(pk=object_id).first()
        if external is None:
            raise Http404
        _look(request, external)
        forget_cached()
        return HttpResponseRedirect(reverse(f"admin:{PAGE}"))


def _check_may_view(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied


def _look(request: HttpRequest, external: ExternalOrder) -> None:
    news = 0
    if external.account.provider in PROVIDERS:
        news = desk.look_now(external.supplier_order, actor=staff_actor(request))
    if not news:
        text = _("%(id)s could not be read at the supplier just now.")
        messages.warning(request, text % {"id": external.external_id})
    elif to_pay.awaiting_payment().filter(pk=external.pk).exists():
        messages.info(request, _("%(id)s is still not paid.") % {"id": external.external_id})
    else:
        messages.success(request, _("%(id)s waits for no payment any more.") % {"id": external.external_id})


def _waiting(now: datetime) -> list[Waiting]:
    rows = to_pay.awaiting_payment().select_related("account", "supplier_order__order")
    charging = set(rows.filter(to_pay.pays_itself(now)).values_list("pk", flat=True)[: ROWS_SHOWN + 1])
    found = [_row(row, now, charging=row.pk in charging) for row in rows[: ROWS_SHOWN + 1]]
    return sorted(found, key=lambda waiting: waiting.charging)  # Stable: otherwise by the time that is left.


def _row(row: ExternalOrder, now: datetime, *, charging: bool) -> Waiting:
    left = row.pay_by - now if row.pay_by else None
    lapsed = left is not None and left <= timedelta(0)
    tone = ""
    if left is not None and left <= timedelta(hours=settings.SUPPLIER_PAY_ALERT_HOURS):
        tone = "warning"
    if left is not None and left <= URGENT:
        tone = "danger"
    return Waiting(
        row=row,
        url=supplier_url(row.account, row.external_id),
        left=left_text(left),
        tone=tone,
        lapsed=lapsed,
        charging=charging,
    )


def left_text(left: timedelta | None) -> str:
    """``2 d 5 h``, ``5 h 12 min`` or ``12 min``; for a time that is over or not known, that."""
    if left is None:
        return _("not told")
    minutes = int(left.total_seconds() // 60)
    if left <= timedelta(0):
        return _("lapsed")
    if minutes >= 24 * 60:
        return _("%(days)d d %(hours)d h") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}
    if minutes >= 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return ngettext("%(minutes)d min", "%(minutes)d min", minutes) % {"minutes": minutes}


def _totals(now: datetime) -> list[Total]:
    """Sums by account and currency of what can still be paid."""
    payable = to_pay.waiting_for_staff().exclude(pay_by__lte=now)
    groups = (
        payable.order_by()
        .values("account__label", "currency")
        .annotate(sum=Sum("amount"), known=Count("amount"), count=Count("pk"))
        .order_by("account__label", "currency")
    )
    return [
        Total(
            account=group["account__label"],
            amount=amount_text(group["sum"] if group["known"] else Decimal(0), group["currency"]),
            count=group["count"],
            unknown=group["count"] - group["known"],
        )
        for group in groups
    ]
