"""How the staff's admin looks: colours and menu."""

from __future__ import annotations

from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, page: str, *, query: str = "", **more: str) -> dict[str, Any]:
    """An entry of the menu. *page* names a URL; *more* are unfold's ``badge`` and ``active``, callables by path."""
    link = (lambda request: reverse(page) + query) if query else reverse_lazy(page)
    return {"title": title, "icon": icon, "link": link, **more}


def _orders() -> dict[str, Any]:
    return {
        "title": _("Orders"),
        "items": [
            _item(_("Orders"), "shopping_bag", "admin:fulfillment_order_changelist"),
            _item(
                _("Supplier orders"),
                "local_shipping",
                "admin:fulfillment_supplierorder_changelist",
                badge="fulfillment.admin.needs_person_badge",
                active="fulfillment.admin.on_supplier_orders",
            ),
            _item(
                _("To pay at the supplier"),
                "credit_card",
                "admin:fulfillment_to_pay",
                badge="fulfillment.admin.to_pay_badge",
            ),
            _item(_("Shipments"), "package_2", "admin:fulfillment_shipment_changelist"),
            _item(_("Payments"), "payments", "admin:fulfillment_payment_changelist"),
            _item(_("Payment events"), "webhook", "admin:fulfillment_paymentevent_changelist"),
            _item(_("Refunds"), "currency_exchange", "admin:fulfillment_refund_changelist"),
            _item(
                _("Returns"),
                "assignment_return",
                "admin:fulfillment_returnrequest_changelist",
                badge="fulfillment.admin.returns_badge",
            ),
            _item(_("Invoices"), "receipt_long", "admin:fulfillment_invoice_changelist"),
        ],
    }


def _catalogue() -> dict[str, Any]:
    return {
        "title": _("Catalogue"),
        "items": [
            _item(_("Products"), "inventory_2", "admin:catalog_product_changelist"),
            _item(_("Mapping"), "join_inner", "admin:catalog_mapping", active="catalog.menu.on_mapping"),
            _item(_("Means something else"), "difference", "admin:catalog_mappingdrift_changelist"),
            _item(_("Categories"), "category", "admin:catalog_category_changelist"),
            _item(_("Find products"), "travel_explore", "admin:catalog_importrun_find"),
            _item(_("Imports"), "downloading", "admin:catalog_importrun_changelist", active="catalog.admin.on_imports"),
            _item(_("Staged products"), "edit_note", "admin:catalog_stagedproduct_changelist"),
            _item(_("Option words"), "dictionary", "admin:catalog_optionword_changelist"),
            _item(_("Translated option words"), "translate", "admin:catalog_wordtranslation_changelist"),
            _item(_("Category mappings"), "alt_route", "admin:catalog_categorymapping_changelist"),
            _item(_("Pages of text"), "article", "admin:shop_page_changelist"),
        ],
    }


def _stock_and_cost() -> dict[str, Any]:
    return {
        "title": _("Stock and cost"),
        "items": [
            _item(
                _("Changes to decide"),
                "rule",
                "admin:catalog_syncchange_changelist",
                query="?status__exact=waiting",
                badge="catalog.admin.changes_badge",
            ),
            _item(_("Low stock"), "production_quantity_limits", "admin:catalog_lowstock_changelist"),
            _item(_("Sync runs"), "sync", "admin:catalog_syncrun_changelist"),
            _item(_("Sync rules"), "tune", "admin:catalog_syncrule_changelist"),
            _item(_("Watched products"), "visibility", "admin:catalog_watchedproduct_changelist"),
        ],
    }


def _prices_and_taxes() -> dict[str, Any]:
    return {
        "title": _("Prices and taxes"),
        "items": [
            _item(
                _("Pricing rules"),
                "calculate",
                "admin:catalog_pricerule_changelist",
                active="catalog.menu.on_price_rules",
            ),
            _item(_("Price preview"), "preview", "admin:catalog_price_preview"),
            _item(_("Price history"), "history", "admin:catalog_pricechange_changelist"),
            _item(_("Exchange rates"), "currency_exchange", "admin:catalog_rates_now", active="catalog.menu.on_rates"),
            _item(_("Coupons"), "sell", "admin:fulfillment_coupon_changelist"),
            _item(_("Tax rates"), "percent", "admin:fulfillment_taxrate_changelist"),
            _item(_("Shipping prices"), "package", "admin:fulfillment_shippingrate_changelist"),
        ],
    }


def _suppliers() -> dict[str, Any]:
    return {
        "title": _("Suppliers"),
        "items": [
            _item(_("Supplier accounts"), "key", "admin:integrations_supplieraccount_changelist"),
            _item(_("Call limits"), "speed", "admin:integrations_ratewindow_changelist"),
            _item(_("API calls"), "swap_horiz", "admin:integrations_apicall_changelist"),
            _item(_("Push messages"), "notifications", "admin:integrations_pushmessage_changelist"),
        ],
    }


def _staff() -> dict[str, Any]:
    return {
        "title": _("Staff"),
        "items": [
            _item(_("Users"), "person", "admin:auth_user_changelist"),
            _item(_("Groups"), "group", "admin:auth_group_changelist"),
            _item(_("Devices"), "devices", "admin:shop_device_changelist"),
            _item(_("Event webhooks"), "webhook", "admin:shop_eventhook_changelist"),
        ],
    }


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
                _orders(),
                _catalogue(),
                _stock_and_cost(),
                _prices_and_taxes(),
                _suppliers(),
                _staff(),
            ],
        },
    }
