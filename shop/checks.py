"""System checks: what is configured or missing so that money or a document could be lost is said at the start."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

from fulfillment import pdf
from fulfillment.payment_methods import KNOWN, STRIPE_TEST_KEYS
from integrations.http import check_endpoint
from shop.addresses import known_countries
from shop.money import minor_unit

_STRIPE_KEYS = (*STRIPE_TEST_KEYS, "sk_live_", "rk_live_")


@register(Tags.compatibility)
def time_budgets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Call < task < lease < settle, and the queue repeats nothing before it has surely ended."""
    names = ["SUPPLIER_CALL_TIMEOUT_S", "SUPPLIER_TASK_TIMEOUT_S", "SUPPLIER_LEASE_S", "SUPPLIER_SETTLE_S"]
    return [
        Error(
            f"{small} ({getattr(settings, small)}) must be smaller than {large} ({getattr(settings, large)}).",
            hint="A purchase could be taken for lost while it is still on its way.",
            id="shop.E001",
        )
        for small, large in zip(names, [*names[1:], "QUEUE_RETRY_S"], strict=True)
        if getattr(settings, small) >= getattr(settings, large)
    ]


@register(Tags.security)
def encryption_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every key for tokens at rest is a usable one."""
    problems: list[CheckMessage] = []
    for position, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(
                Error(
                    f"Key {position} of FIELD_ENCRYPTION_KEYS is not a Fernet key.",
                    hint="Make one: python -c 'from cryptography.fernet import Fernet; "
                    "print(Fernet.generate_key().decode())'",
                    id="shop.E002",
                )
            )
    if not settings.FIELD_ENCRYPTION_KEYS:
        problems.append(Error("FIELD_ENCRYPTION_KEYS is empty.", id="shop.E003"))
    return problems


@register(Tags.compatibility)
def shop_country(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Suppliers are asked for a country that there is."""
    if settings.SHOP_COUNTRY in known_countries():
        return []
    return [Error(f"SHOP_COUNTRY names no country: {settings.SHOP_COUNTRY!r}. Write it as US or DE.", id="shop.E030")]


@register(Tags.security)
def payment_methods(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each way to pay that is named exists and is set up completely; keys go to Stripe, or to this machine, only."""
    methods = settings.PAYMENT_METHODS
    problems: list[CheckMessage] = [
        Error(f"PAYMENT_METHODS names {name!r}; known are {', '.join(sorted(KNOWN))}.", id="shop.E004")
        for name in methods
        if name not in KNOWN
    ]
    if "stripe" in methods and not settings.STRIPE_SECRET_KEY:
        problems.append(Error("PAYMENT_METHODS names stripe, but STRIPE_SECRET_KEY is not set.", id="shop.E005"))
    if settings.STRIPE_SECRET_KEY and not settings.STRIPE_SECRET_KEY.startswith(_STRIPE_KEYS):
        problems.append(Error(f"STRIPE_SECRET_KEY is none of {', '.join(_STRIPE_KEYS)}…", id="shop.E006"))
    if settings.STRIPE_SECRET_KEY and not settings.STRIPE_WEBHOOK_SECRETS:
        problems.append(
            Warning(
                "STRIPE_WEBHOOK_SECRET is not set: payments are noticed by asking only, and disputes not at all.",
                id="shop.W001",
            )
        )
    problems += _test_money()
    try:
        check_endpoint(settings.STRIPE_API_BASE)
    except ValueError as exc:
        problems.append(Error(f"STRIPE_API_BASE: {exc}", id="shop.E007"))
    if "bank_transfer" in methods and not (settings.BANK_ACCOUNT_HOLDER and settings.BANK_ACCOUNT_NUMBER):
        problems.append(Error("bank_transfer needs BANK_ACCOUNT_HOLDER and BANK_ACCOUNT_NUMBER.", id="shop.E008"))
    return problems


def _test_money() -> list[CheckMessage]:
    """A shop that may buy from live accounts should take real money only."""
    if settings.DEBUG or settings.USE_TEST_ACCOUNTS:
        return []
    methods, key = settings.PAYMENT_METHODS, settings.STRIPE_SECRET_KEY
    found = ["PAYMENT_METHODS names sandbox"] if "sandbox" in methods else []
    if "stripe" in methods and key.startswith(STRIPE_TEST_KEYS):
        found.append("STRIPE_SECRET_KEY is a test key")
    return [
        Warning(
            f"{what}: anybody can pay with test money.",
            hint="Orders paid so are held before a live supplier account buys them.",
            id="shop.W002",
        )
        for what in found
    ]


@register(Tags.compatibility)
def currency(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What is sold in is a currency whose amounts the shop's columns can keep: two decimals, or none."""
    code = settings.SHOP_CURRENCY
    if re.fullmatch("[A-Z]{3}", code) and minor_unit(code) >= Decimal("0.01"):
        return []
    return [
        Error(
            f"SHOP_CURRENCY is {code!r}; it must be a code such as USD, of a currency without thousandths.",
            hint="Amounts are kept with two decimals: BHD, IQD, JOD, KWD, LYD, OMR and TND need three.",
            id="shop.E021",
        )
    ]


@register(Tags.security)
def exchange_rates(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Rates that prices follow come from an address that nobody on the way can answer for."""
    try:
        if settings.ECB_RATES_URL:
            check_endpoint(settings.ECB_RATES_URL)
    except ValueError as exc:
        return [Error(f"ECB_RATES_URL: {exc}", id="shop.E020")]
    return []


@register(Tags.compatibility)
def retention(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nobody is forgotten while they may still send something back."""
    if settings.PERSONAL_DATA_DAYS and settings.RETURN_DAYS > settings.PERSONAL_DATA_DAYS:
        return [
            Error(
                f"PERSONAL_DATA_DAYS ({settings.PERSONAL_DATA_DAYS}) must not be smaller than RETURN_DAYS "
                f"({settings.RETURN_DAYS}); 0 keeps personal data for good.",
                id="shop.E009",
            )
        ]
    return []


@register(Tags.compatibility, deploy=True)
def pdf_documents(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production, say that invoices cannot be made as PDF; they can still be printed.

    With ``check --deploy`` only: to know it WeasyPrint must be loaded, which no other command should wait for.
    """
    if settings.DEBUG or pdf.is_available():
        return []
    return [
        Info(
            "Invoices can be printed, but not downloaded as PDF: WeasyPrint needs Pango.",
            hint="On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="shop.I001",
        )
    ]
