"""Stripe Checkout: hosted payment pages, refunds and events, through the official library.

Vendor's pages: https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/webhooks (library 16.1.0).
"""

from __future__ import annotations

from django.conf import settings

from integrations.errors import AccountUnusable
from integrations.stripe.client import StripeProvider


def connect() -> StripeProvider:
    """The provider with the keys of the environment. Raises ``AccountUnusable`` without a secret key."""
    if not settings.STRIPE_SECRET_KEY:
        raise AccountUnusable("STRIPE_SECRET_KEY is not set")
    return StripeProvider(
        secret_key=settings.STRIPE_SECRET_KEY,
        webhook_secrets=tuple(settings.STRIPE_WEBHOOK_SECRETS),
        api_base=settings.STRIPE_API_BASE,
        page_origins=tuple(settings.STRIPE_PAGE_ORIGINS),
        timeout_s=settings.SUPPLIER_CALL_TIMEOUT_S,
    )
