"""All listings at once: looked through, and carried out and in as CSV."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from catalog.mapping_csv import MappingResource
from catalog.models import Listing
from integrations.cells import money_text


@admin.register(Listing)
class ListingAdmin(ModelAdmin, ImportExportModelAdmin):
    """The list; a listing is edited on its variant's pages."""

    resource_classes = [MappingResource]
    import_form_class = ImportForm
    export_form_class = ExportForm
    list_display = ["variant", "account", "external_product_id", "external_sku_id", "quantity_per_unit", "priority",
                    "cost_text", "stock", "is_active", "mapping_link"]  # fmt: skip
    list_display_links = None
    list_select_related = ["variant__product", "account"]
    list_filter = ["account", "is_active"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["variant__sku", "external_product_id__exact", "external_sku_id__exact"]

    def get_import_formats(self) -> list[type]:
        return [CSV]

    def get_export_formats(self) -> list[type]:
        return [CSV]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perms(["catalog.add_listing", "catalog.change_listing"]))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("cost"), ordering="cost")
    def cost_text(self, listing: Listing) -> str:
        return money_text(listing.unit_cost) if listing.unit_cost else "-"

    @display(description=_("mapping"))
    def mapping_link(self, listing: Listing) -> SafeString:
        url = reverse("admin:catalog_variant_mapping", args=[listing.variant_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("mapping"))
