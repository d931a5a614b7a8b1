"""What the document's examples are made of: values by the name of a member, and by its shape where that differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_NUMBER = "ORD-7Q4M8K2T9XWA"
_TITLE = "Linen towel"
_SKU = "LINEN-TOWEL-SAGE"
_MEDIA = "https://shop.example.com/media/products/linen"
_PRICE = {"amount": "24.90", "currency": "USD"}
_SENDING = {"amount": "2.00", "currency": "USD"}
_NOTHING = {"amount": "0.00", "currency": "USD"}
_TOTAL = {"amount": "26.90", "currency": "USD"}
_COST = {"amount": "9.40", "currency": "USD"}
_ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "123 Main St",
    "line2": "",
    "city": "New York",
    "province": "New York",
    "postcode": "10001",
    "country": "US",
    "phone": "+1 212 555 0123",
    "tax_id": "",
    "national_address": "",
}
_RETURN_LINES = [{"position": 1, "quantity": 1}]
_COMMENT = "The seam is open."

#: The same wherever the name occurs.
NAMES: Mapping[str, Any] = {
    **_ADDRESS,
    # goods
    "sku": _SKU,
    "slug": "linen-towel",
    "title": _TITLE,
    "brand": "Nordhaus",
    "quantity": 1,
    "position": 1,
    "quantity_max": 20,
    "description": "",
    "picture_url": f"{_MEDIA}.webp",
    "compare_at": None,
    "saving_percent": None,
    "count": 29,
    "corrected": "",
    "url": "https://shop.example.com/p/linen-towel/",
    # money
    "amount": "24.90",
    "currency": "USD",
    "price": _PRICE,
    "money": _TOTAL,
    "total": _TOTAL,
    "coupon_code": "",
    "coupon_problem": "",
    # orders
    "number": _NUMBER,
    "order": _NUMBER,
    "reference": f"{_NUMBER}-1",
    "email": "ada@example.com",
    "stamp": "pX4kT9.0a1b2c3d4e5f6071",
    "shipping": [],
    "accepts_terms": True,
    "payment": "b9Yt2LqW8s",
    "reason": "damaged",
    "comment": _COMMENT,
    "answer": "",
    "note": "",
    "tracking_number": "1Z999AA10123456784",
    "carrier": "UPS",
    "tracking_url": "https://www.ups.com/track?tracknum=1Z999AA10123456784",
    "eta": "2026-01-09T00:00:00Z",
    "delivered_at": None,
    "next_cursor": None,
    # accounts
    "password": "a long sentence that nobody guesses",
    "username": "",
    "code": "",
    "device_name": "Ada's phone",
    "account": "Linen mill",
    "id": "k3VwX9aQ2d",
    "token": "Q7f2…",
    "is_default": True,
}

#: Where a name means something else. ``*without``: members that may be left out, and are.
SHAPES: Mapping[str, Mapping[str, Any]] = {
    # the shop and its catalogue
    "ShopShape": {
        "name": "Nordhaus",
        "max_quantity_per_line": 20,
        "max_basket_lines": 50,
        "return_days": 30,
        "terms_url": "https://shop.example.com/pages/terms/",
    },
    "PageLinkShape": {"slug": "terms", "title": "Terms"},
    "PageShape": {"slug": "terms", "title": "Terms", "body_html": "<p>Who buys here agrees to this.</p>"},
    "CountryShape": {"code": "US", "name": "United States of America"},
    "AddressFieldShape": {
        "name": "province",
        "label": "State",
        "is_required": True,
        "help_text": "",
    },
    "ChoiceShape": {"value": "New York", "label": "New York"},
    "CategoryShape": {"slug": "bath", "name": "Bath", "picture_url": None},
    "CardShape": {"picture_alt": "A folded towel", "in_stock": True},
    "FacetShape": {"name": "Color"},
    "FacetValueShape": {"value": "Sage", "count": 3},
    "ProductShape": {
        "summary": "Dries fast, lasts long.",
        "description_html": "<p>Woven from European flax.</p>",
        "option_names": ["Color"],
        "option_labels": {"Color": "Color", "Sage": "Sage"},
        "preselected_sku": _SKU,
    },
    "VariantShape": {
        "label": "Sage",
        "options": {"Color": "Sage"},
        "stock_text": "In stock",
    },
    "PictureShape": {
        "url": f"{_MEDIA}.webp",
        "thumbnail_url": f"{_MEDIA}-small.webp",
        "alt": "A folded towel",
        "width": 1200,
        "height": 1200,
    },
    "DeliveryShape": {"days": "5–8 days", "tracked": True, "price": _SENDING},
    "PaymentMethodShape": {
        "code": "stripe",
        "label": "Card",
        "explanation": "You pay on the page of our payment provider.",
    },
    # basket and checkout
    "BasketLineShape": {"options_text": "Sage", "price_before": None, "total": _PRICE, "problem": ""},
    "TotalsShape": {
        "items": _PRICE,
        "discount": _NOTHING,
        "shipping": _SENDING,
        "prices_include_tax": True,
    },
    "TaxShape": {"name": "Sales tax", "percent": "7.25", "tax": {"amount": "1.82", "currency": "USD"}},
    "CouponRequest": {"code": "WELCOME10"},
    "QuoteShape": {"unserved": [], "ships_to": None, "must_accept_terms": True},
    "ParcelChoiceShape": {"key": "7c1f2ab9", "titles": [_TITLE], "price": _SENDING},
    "WayShape": {
        "service": "standard",
        "price": _SENDING,
        "dates": "Jan 7 – Jan 9",
        "tracked": True,
        "is_chosen": True,
    },
    "OrderRequest": {
        "address": {name: value for name, value in _ADDRESS.items() if value},
        "seen_total": _TOTAL,
        "shipping": [{"parcel": "7c1f2ab9", "service": "standard"}],
    },
    # orders
    "OrderShape": {
        "status": "shipped",
        "status_text": "Shipped",
        "address": _ADDRESS,
        "payment_methods": [],
        "may_return": True,
    },
    "OrderLineShape": {"unit_price": _PRICE, "total": _PRICE, "quantity_returnable": 1},
    "TransferShape": {
        "holder": "Nordhaus Inc.",
        "account_number": "DE02120300000000202051",
        "bic": "BYLADEM1001",
        "bank": "DKB",
        "reference": _NUMBER,
        "days": 7,
    },
    "StepShape": {"title": "Order received", "detail": ""},
    "ParcelShape": {"state": "on_its_way", "next_text": "The carrier brings it by Jan 9."},
    "TrackingEventShape": {"label": "On its way", "description": "Departed from facility"},
    "PaymentRequest": {"method": "stripe"},
    "PaymentShape": {
        "id": "b9Yt2LqW8s",
        "method": "stripe",
        "status": "pending",
        "pay_url": "https://checkout.stripe.com/c/pay/cs_a1b2c3",
        "transfer": None,
    },
    "EventShape": {"id": "n.5f0c…", "type": "order.shipped"},
    "EventsShape": {"next_cursor": "n.5f0c…"},
    "ReturnRequestBody": {"lines": _RETURN_LINES},
    "ReturnForm": {"request": json.dumps({"lines": _RETURN_LINES, "reason": "damaged", "comment": _COMMENT})},
    "ReturnShape": {
        "number": "RET-4N8V2C",
        "status": "requested",
        "status_text": "Asked for",
        "photos": [f"https://shop.example.com/api/v1/orders/{_NUMBER}/returns/RET-4N8V2C/photos/1/"],
    },
    # accounts
    "ConfirmRequest": {"key": "MQ:1wGxQz:zX0Y3kT"},
    "LoginRequest": {"*without": ("username", "code")},
    "RefreshRequest": {"refresh_token": "m7Fq2XwT"},
    "TokensShape": {
        "access_token": "wq3…",
        "access_expires_in_s": 900,
        "refresh_token": "m7F…",
        "refresh_expires_in_s": 5184000,
        "device": "d8kQ2mZx",
    },
    "DeviceShape": {"id": "d8kQ2mZx", "name": "Ada's phone", "is_this_one": True},
    "ProfileShape": {"permissions": []},
    "ShortOrderShape": {"status": "shipped", "status_text": "Shipped"},
    "OrderListShape": {"next_cursor": _NUMBER},
    "HookRequest": {"url": "https://push.example.com/hook"},
    "HookShape": {
        "url": "https://push.example.com/hook",
        "secret": "whsec_MfKQ9r8G…",
        "failures": 0,
        "last_status": None,
        "disabled_at": None,
    },
    # staff
    "StaffOrderShape": {
        "status": "in_fulfillment",
        "status_text": "Placed with the supplier",
        "supplier_orders": [f"{_NUMBER}-1"],
    },
    "StaffPaymentShape": {"id": "b9Yt2LqW8s", "received": _TOTAL, "refundable": _TOTAL},
    "StaffRefundShape": {
        "method": "bank_transfer",
        "status": "to_do",
        "status_text": "To be done by a person",
        "reason": "The seam is open.",
    },
    "StaffReturnShape": {"number": "RET-4N8V2C", "status": "requested", "status_text": "Asked for", "pieces": 1},
    "SupplierOrderShape": {
        "status": "held",
        "status_text": "Held",
        "attention": "price",
        "attention_text": "The supplier's price has changed",
        "attention_note": "It costs 18.80 now.",
        "account_mode": "live",
        "expected_cost": _COST,
        "charged": None,
        "external_ids": [],
    },
    "ToPayShape": {
        "supplier_order": "k3VwX9aQ2d",
        "external_id": "8123456789012345",
        "money": _COST,
        "pay_by": "2026-01-03T03:04:05Z",
    },
    "ListingShape": {
        "external_product_id": "1005001234567890",
        "external_sku_id": "12000040000010101",
        "quantity_per_unit": 1,
        "cost": _COST,
        "stock": 120,
        "is_active": True,
    },
    "OrdersCancelAndRefundRequest": {"reason": "The customer asked for it."},
    "PaymentsConfirmRequest": {"amount": "26.90", "reference": "bank 4711"},
    "PaymentsRefundRequest": {"amount": "5.00", "reason": "The seam is open."},
    "RefundsDoneRequest": {"note": "bank 4711"},
    "ReturnsApproveRequest": {"instructions": "Send it to the address on the label, please."},
    "ReturnsDeclineRequest": {"reason": "The time to send it back is over."},
    "ReturnsCloseRequest": {"reason": "It never arrived."},
    "ReturnsRefundRequest": {"amount": "24.90"},
    "SupplierOrdersBoughtRequest": {"external_ids": "8123456789012345"},
    "SupplierOrdersCanceledThereRequest": {"reason": "The supplier has none left."},
    "StrayShape": {
        "provider": "stripe",
        "event_id": "evt_1QkZ8b",
        "session_id": "cs_a1b2c3",
        "payment_reference": "pi_3QkZ8b",
    },
    "SupplierOrdersSettledRequest": {"attention": "supplier_canceled", "reason": "The customer has the money back."},
    "ExportShape": {
        "account": {"first_name": "Ada", "last_name": "Lovelace", "has_password": True},
        "email_addresses": [{"email": "ada@example.com", "verified": True, "primary": True}],
        "second_factors": [],
        "sessions": [{"ip": "192.0.2.7", "user_agent": "Firefox"}],
        "devices": [{"name": "Ada's phone", "revoked_at": None}],
        "event_webhooks": [],
        "saved_addresses": [_ADDRESS],
        "wishes": [{"sku": _SKU}],
        "stock_watches": [],
        "orders_count": 1,
        "orders": [{"number": _NUMBER, "total": "26.90", "currency": "USD"}],
    },
}
