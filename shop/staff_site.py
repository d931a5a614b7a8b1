"""How the staff's admin looks: colours and menu."""

from __future__ import annotations

from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def staff_site(shop_name: str) -> dict[str, Any]:
    """The settings of unfold, for a shop of this name."""
    return {
        "SITE_TITLE": shop_name,
        "SITE_HEADER": shop_name,
        "SITE_SYMBOL": "local_shipping",
        "COLORS": {
            "primary": {
                "50": "oklch(97% .015 165)",
                "100": "oklch(94% .03 165)",
                "200": "oklch(88% .05 165)",
                "300": "oklch(80% .07 165)",
                "400": "oklch(68% .085 165)",
                "500": "oklch(56% .085 165)",
                "600": "oklch(47% .075 165)",
                "700": "oklch(40% .065 165)",
                "800": "oklch(34% .055 165)",
                "900": "oklch(28% .045 165)",
                "950": "oklch(20% .035 165)",
            },
        },
        "SHOW_VIEW_ON_SITE": True,
        "SHOW_HISTORY": True,
        "SHOW_LANGUAGES": True,
        "LANGUAGES": {"action": reverse_lazy("preferences")},
        "ENVIRONMENT": "fulfillment.admin.environment_badge",
        "DASHBOARD_CALLBACK": "fulfillment.admin.home_context",
        "SIDEBAR": {
            "show_search": True,
            "navigation": [
                {
                    "title": _("Orders"),
                    "items": [
                        {
                            "title": _("Orders"),
                            "icon": "shopping_bag",
                            "link": reverse_lazy("admin:fulfillment_order_changelist"),
                        },
                        {
                            "title": _("Supplier orders"),
                            "icon": "local_shipping",
                            "link": reverse_lazy("admin:fulfillment_supplierorder_changelist"),
                            "badge": "fulfillment.admin.needs_person_badge",
                            "active": "fulfillment.admin.on_supplier_orders",
                        },
                        {
                            "title": _("To pay at the supplier"),
                            "icon": "credit_card",
                            "link": reverse_lazy("admin:fulfillment_to_pay"),
                            "badge": "fulfillment.admin.to_pay_badge",
                        },
                        {
                            "title": _("Shipments"),
                            "icon": "package_2",
                            "link": reverse_lazy("admin:fulfillment_shipment_changelist"),
                        },
                        {
                            "title": _("Payments"),
                            "icon": "payments",
                            "link": reverse_lazy("admin:fulfillment_payment_changelist"),
                        },
                        {
                            "title": _("Refunds"),
                            "icon": "currency_exchange",
                            "link": reverse_lazy("admin:fulfillment_refund_changelist"),
                        },
                        {
                            "title": _("Returns"),
                            "icon": "assignment_return",
                            "link": reverse_lazy("admin:fulfillment_returnrequest_changelist"),
                            "badge": "fulfillment.admin.returns_badge",
                        },
                        {
                            "title": _("Invoices"),
                            "icon": "receipt_long",
                            "link": reverse_lazy("admin:fulfillment_invoice_changelist"),
                        },
                    ],
                },
                {
                    "title": _("Catalogue"),
                    "items": [
                        {
                            "title": _("Products"),
                            "icon": "inventory_2",
                            "link": reverse_lazy("admin:catalog_product_changelist"),
                        },
                        {
                            "title": _("Mapping"),
                            "icon": "join_inner",
                            "link": reverse_lazy("admin:catalog_mapping"),
                            "active": "catalog.menu.on_mapping",
                        },
                        {
                            "title": _("Means something else"),
                            "icon": "difference",
                            "link": reverse_lazy("admin:catalog_mappingdrift_changelist"),
                        },
                        {
                            "title": _("Categories"),
                            "icon": "category",
                            "link": reverse_lazy("admin:catalog_category_changelist"),
                        },
                        {
                            "title": _("Find products"),
                            "icon": "travel_explore",
                            "link": reverse_lazy("admin:catalog_importrun_find"),
                        },
                        {
                            "title": _("Imports"),
                            "icon": "downloading",
                            "link": reverse_lazy("admin:catalog_importrun_changelist"),
                            "active": "catalog.admin.on_imports",
                        },
                        {
                            "title": _("Staged products"),
                            "icon": "edit_note",
                            "link": reverse_lazy("admin:catalog_stagedproduct_changelist"),
                        },
                        {
                            "title": _("Option words"),
                            "icon": "dictionary",
                            "link": reverse_lazy("admin:catalog_optionword_changelist"),
                        },
                        {
                            "title": _("Translated option words"),
                            "icon": "translate",
                            "link": reverse_lazy("admin:catalog_wordtranslation_changelist"),
                        },
                        {
                            "title": _("Category mappings"),
                            "icon": "alt_route",
                            "link": reverse_lazy("admin:catalog_categorymapping_changelist"),
                        },
                        {
                            "title": _("Pages of text"),
                            "icon": "article",
                            "link": reverse_lazy("admin:shop_page_changelist"),
                        },
                    ],
                },
                {
                    "title": _("Stock and cost"),
                    "items": [
                        {
                            "title": _("Changes to decide"),
                            "icon": "rule",
                            "link": lambda request: (
                                reverse("admin:catalog_syncchange_changelist") + "?status__exact=waiting"
                            ),
                            "badge": "catalog.admin.changes_badge",
                        },
                        {
                            "title": _("Low stock"),
                            "icon": "production_quantity_limits",
                            "link": reverse_lazy("admin:catalog_lowstock_changelist"),
                        },
                        {
                            "title": _("Sync runs"),
                            "icon": "sync",
                            "link": reverse_lazy("admin:catalog_syncrun_changelist"),
                        },
                        {
                            "title": _("Sync rules"),
                            "icon": "tune",
                            "link": reverse_lazy("admin:catalog_syncrule_changelist"),
                        },
                        {
                            "title": _("Watched products"),
                            "icon": "visibility",
                            "link": reverse_lazy("admin:catalog_watchedproduct_changelist"),
                        },
                    ],
                },
                {
                    "title": _("Prices and taxes"),
                    "items": [
                        {
                            "title": _("Pricing rules"),
                            "icon": "calculate",
                            "link": reverse_lazy("admin:catalog_pricerule_changelist"),
                            "active": "catalog.menu.on_price_rules",
                        },
                        {
                            "title": _("Price preview"),
                            "icon": "preview",
                            "link": reverse_lazy("admin:catalog_price_preview"),
                        },
                        {
                            "title": _("Price history"),
                            "icon": "history",
                            "link": reverse_lazy("admin:catalog_pricechange_changelist"),
                        },
                        {
                            "title": _("Exchange rates"),
                            "icon": "currency_exchange",
                            "link": reverse_lazy("admin:catalog_rates_now"),
                            "active": "catalog.menu.on_rates",
                        },
                        {
                            "title": _("Coupons"),
                            "icon": "sell",
                            "link": reverse_lazy("admin:fulfillment_coupon_changelist"),
                        },
                        {
                            "title": _("Tax rates"),
                            "icon": "percent",
                            "link": reverse_lazy("admin:fulfillment_taxrate_changelist"),
                        },
                        {
                            "title": _("Shipping prices"),
                            "icon": "package",
                            "link": reverse_lazy("admin:fulfillment_shippingrate_changelist"),
                        },
                    ],
                },
                {
                    "title": _("Suppliers"),
                    "items": [
                        {
                            "title": _("Supplier accounts"),
                            "icon": "key",
                            "link": reverse_lazy("admin:integrations_supplieraccount_changelist"),
                        },
                        {
                            "title": _("Call limits"),
                            "icon": "speed",
                            "link": reverse_lazy("admin:integrations_ratewindow_changelist"),
                        },
                        {
                            "title": _("API calls"),
                            "icon": "swap_horiz",
                            "link": reverse_lazy("admin:integrations_apicall_changelist"),
                        },
                        {
                            "title": _("Push messages"),
                            "icon": "notifications",
                            "link": reverse_lazy("admin:integrations_pushmessage_changelist"),
                        },
                    ],
                },
                {
                    "title": _("Staff"),
                    "items": [
                        {"title": _("Users"), "icon": "person", "link": reverse_lazy("admin:auth_user_changelist")},
                        {"title": _("Groups"), "icon": "group", "link": reverse_lazy("admin:auth_group_changelist")},
                        {
                            "title": _("Devices"),
                            "icon": "devices",
                            "link": reverse_lazy("admin:shop_device_changelist"),
                        },
                        {
                            "title": _("Event webhooks"),
                            "icon": "webhook",
                            "link": reverse_lazy("admin:shop_eventhook_changelist"),
                        },
                    ],
                },
            ],
        },
    }
