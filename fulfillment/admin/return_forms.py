"""What staff enter with an answer to a return."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from fulfillment import returns
from fulfillment.admin.forms import AnswerForm


class InstructionsForm(AnswerForm):
    """How it is to be sent back; the customer reads it as it stands."""

    instructions = forms.CharField(
        label=_("Instructions"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_("Where to, by which carrier, who pays. The customer gets this text by mail."),
    )

    def __init__(self, target: Any, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["instructions"].initial = settings.RETURN_INSTRUCTIONS.replace("|", "\n")


class TellForm(AnswerForm):
    """Why; the customer reads it as it stands."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("The customer gets this text by mail."),
    )


class RefundForm(AnswerForm):
    """How much goes back."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=_("In the order's currency. Suggested: what was paid for these pieces, without shipping."),
    )

    def __init__(self, target: Any, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["amount"].initial = returns.suggested_refund(target).amount
