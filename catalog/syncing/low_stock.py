"""What is running out: a list that is always true, and one mail for each time that it begins."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Case, F, IntegerField, Max, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from catalog.models import Listing, LowStock, Product, Variant
from integrations.staff_mail import tell_staff

#: A mail names so many; the list has all of them.
_NAMED = 20
#: So many that nobody runs out of it: the listing's stock is not known.
_UNKNOWN = 2_000_000_000


def refresh_and_tell() -> int:
    """Bring the list up to date and mail staff what is new on it. How many are new.

    A variant is told of again only after there was enough of it in between.
    """
    refresh()
    return tell()


def refresh() -> None:
    """Add what is running out by now, and take away what is not any more."""
    low = {variant.pk: int(variant.left) for variant in _low().only("pk")}  # type: ignore[attr-defined]
    rows = LowStock.objects.in_bulk(field_name="variant_id")
    LowStock.objects.filter(pk__in=[row.pk for pk, row in rows.items() if pk not in low]).delete()
    LowStock.objects.bulk_create(
        [LowStock(variant_id=pk, quantity=left) for pk, left in low.items()],
        update_conflicts=True,
        unique_fields=["variant"],
        update_fields=["quantity"],
        batch_size=1000,
    )


def tell() -> int:
    """One mail about everything that staff have not been told of. How many variants that were."""
    now = timezone.now()
    ids = list(LowStock.objects.filter(told_at=None).order_by("quantity", "pk").values_list("pk", flat=True))
    # Noted before the mail is sent, so that two workers do not send two; the list shows the same in any case.
    told = [pk for pk in ids if LowStock.objects.filter(pk=pk, told_at=None).update(told_at=now)]
    if not told:
        return 0
    rows = LowStock.objects.filter(pk__in=told[:_NAMED]).select_related("variant__product")
    subject = ngettext("%(n)d article is running out", "%(n)d articles are running out", len(told)) % {"n": len(told)}
    context = {
        "rows": [{"title": row.variant.title, "sku": row.variant.sku, "quantity": row.quantity} for row in rows],
        "more": max(0, len(told) - _NAMED),
        "page": settings.BASE_URL + reverse("admin:catalog_lowstock_changelist"),
    }
    if not tell_staff(subject, "low_stock", context, about="low stock"):
        LowStock.objects.filter(pk__in=told).update(told_at=None)
        return 0
    return len(told)


def _low() -> QuerySet[Variant]:
    """What is sold, can be had from somewhere as far as is known, and of which no listing has more than a few. One that
    means something else by now has nothing of it.
    """
    left = Case(
        When(stock__isnull=True, then=Value(_UNKNOWN)),
        default=F("stock") / F("quantity_per_unit"),
        output_field=IntegerField(),
    )
    most = (
        Listing.objects.filter(variant=OuterRef("pk"), is_active=True, drifted_at=None)
        .order_by()
        .values("variant")
        .annotate(most=Max(left))
        .values("most")
    )
    sold = Variant.objects.filter(is_active=True, product__status=Product.Status.ACTIVE)
    return sold.annotate(left=Subquery(most)).filter(left__lte=settings.LOW_STOCK_QUANTITY if _is_on() else -1)


def _is_on() -> bool:
    return bool(settings.LOW_STOCK_QUANTITY > 0)
