"""Every price that became another one."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.auth import get_user_model
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import PriceChange, Variant
from catalog.pricing.repricing import SYSTEM
from integrations.admin.reading import ReadOnlyAdmin
from integrations.cells import amount_text, nowrap, time_text

#: More changes than this are read in the list of all.
SHOWN = 10


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    """The history of prices, append-only."""

    list_display = ["at_text", "sku_link", "was", "is_now", "margin", "reason", "rule_name", "note", "who"]
    list_filter = ["reason"]
    search_fields = ["sku__exact", "rule_name", "note"]
    search_help_text = _("The whole SKU, or words of the rule or the reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceChange]:
        queryset: QuerySet[PriceChange] = super().get_queryset(request)
        staff = get_user_model()._default_manager.annotate(actor=Concat(Value("staff:"), Cast("pk", CharField())))
        return queryset.annotate(username=Subquery(staff.filter(actor=OuterRef("actor")).values("username")[:1]))

    @display(description=_("by"))
    def who(self, change: PriceChange) -> str:
        if change.actor == SYSTEM:
            return gettext("the shop")
        return str(change.username or change.actor)  # type: ignore[attr-defined]

    @display(description=_("at"), ordering="at")
    def at_text(self, change: PriceChange) -> SafeString:
        return time_text(change.at)

    @display(description=_("SKU"), ordering="sku")
    def sku_link(self, change: PriceChange) -> SafeString:
        # The variant may be gone; its page says so.
        url = reverse("admin:catalog_variant_change", args=[change.variant_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, change.sku)

    @display(description=_("was"))
    def was(self, change: PriceChange) -> SafeString | str:
        return nowrap(amount_text(change.old_price, change.currency)) if change.old_price is not None else "–"

    @display(description=_("is"))
    def is_now(self, change: PriceChange) -> SafeString:
        return nowrap(amount_text(change.new_price, change.currency))

    @display(description=_("margin"))
    def margin(self, change: PriceChange) -> SafeString | str:
        return nowrap(f"{change.margin_percent} %") if change.margin_percent is not None else "–"


def history_of(variant: Variant) -> SafeString | str:
    """The last changes of a variant's price, as a table."""
    rows = list(PriceChange.objects.filter(variant=variant)[: SHOWN + 1])
    if not rows:
        return "–"
    more = f"{reverse('admin:catalog_pricechange_changelist')}?q={variant.sku}" if len(rows) > SHOWN else ""
    context = {"rows": rows[:SHOWN], "more_url": more}
    # The template escapes what it shows.
    return mark_safe(render_to_string("admin/catalog/_price_history.html", context))  # noqa: S308
