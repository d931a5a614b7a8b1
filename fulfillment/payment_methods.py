"""Which ways to pay are offered: those that ``PAYMENT_METHODS`` names and that are set up completely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fulfillment.models import Payment
from shop.money import Money

#: How Stripe's keys begin with which no money moves.
STRIPE_TEST_KEYS = ("sk_test_", "rk_test_")


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay as the customer sees it."""

    code: str
    label: Any
    explanation: Any


def _always() -> bool:
    return True


def _stripe_is_set_up() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def _account_is_known() -> bool:
    return bool(settings.BANK_ACCOUNT_HOLDER and settings.BANK_ACCOUNT_NUMBER)


_METHODS: dict[str, tuple[Any, Any, Callable[[], bool]]] = {
    Payment.Method.SANDBOX.value: (
        _("Test payment"),
        _("A page on which you choose how the payment ends. No money moves."),
        _always,
    ),
    Payment.Method.STRIPE.value: (
        _("Card and more"),
        _("You pay on the secure page of Stripe. We never see your card number."),
        _stripe_is_set_up,
    ),
    Payment.Method.BANK_TRANSFER.value: (
        _("Bank transfer"),
        _("You transfer the amount to our account. We place the order when it has arrived."),
        _account_is_known,
    ),
}
#: What ``PAYMENT_METHODS`` may name.
KNOWN = frozenset(_METHODS)


#: Stands where nothing is to be paid, for whoever shows ways to pay; it cannot be configured.
NOTHING_TO_PAY = PaymentMethod(
    Payment.Method.NONE.value, _("Nothing to pay"), _("The order is placed as soon as you confirm it.")
)


def methods_for(total: Money) -> list[PaymentMethod]:
    """The ways to pay ``total``."""
    return usable_methods(total.currency) if total.amount else [NOTHING_TO_PAY]


def usable_methods(currency: str) -> list[PaymentMethod]:
    """The ways to pay in ``currency``, in the order of the setting; the first one is the default."""
    found = []
    for code in dict.fromkeys(settings.PAYMENT_METHODS):
        if code not in _METHODS or not _takes(code, currency):
            continue
        label, explanation, is_set_up = _METHODS[code]
        if is_set_up():
            found.append(PaymentMethod(code, label, explanation))
    return found


def takes_test_money() -> bool:
    """Whether some way to pay is offered by which no money moves."""
    stripe_test = settings.STRIPE_SECRET_KEY.startswith(STRIPE_TEST_KEYS)
    methods = settings.PAYMENT_METHODS
    return Payment.Method.SANDBOX in methods or (Payment.Method.STRIPE in methods and stripe_test)


def _takes(code: str, currency: str) -> bool:
    # A transfer in another currency than the account's would arrive as another amount.
    return code != Payment.Method.BANK_TRANSFER or currency == settings.SHOP_CURRENCY
