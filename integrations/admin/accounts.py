"""Supplier accounts: how they are connected. Secrets go in and never come out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin import display
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from integrations.admin.aliseeks import AliseeksMixin
from integrations.cells import label, remark
from integrations.http import check_endpoint
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, takes_pushes
from integrations.secret_status import secret_status

#: The form's inputs, each with the account's property that it replaces.
SECRET_INPUTS = {
    "new_app_secret": "app_secret",
    "new_access_token": "access_token",
    "new_refresh_token": "refresh_token",
}
MODE_TONES = {"sandbox": "info", "test": "warning", "live": "danger"}
HEALTH_TONES = {"ok": "success", "reconnect": "danger"}


def _secret_input(title: Any) -> forms.CharField:
    return forms.CharField(
        label=title,
        required=False,
        strip=True,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty keeps what is stored."),
    )


class SupplierAccountForm(forms.ModelForm):
    """An account, with inputs that replace its secrets and never show them."""

    new_app_secret = _secret_input(_("New app secret"))
    new_access_token = _secret_input(_("New access token"))
    new_refresh_token = _secret_input(_("New refresh token"))

    class Meta:
        model = SupplierAccount
        fields = [
            "provider",
            "label",
            "mode",
            "endpoint",
            "app_key",
            "external_user_id",
            "access_token_expires_at",
            "refresh_token_expires_at",
            "health",
            "health_note",
            "buying_enabled",
            "pays_automatically",
            "daily_spend_cap",
            "currency",
            "fee_percent",
            "fee_fixed",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("access_token_expires_at", "refresh_token_expires_at"):
            if name in self.fields:
                # Compared with what the form was opened with: a refresh of the token meanwhile is not undone.
                self.fields[name].show_hidden_initial = True
        for name in ("fee_percent", "fee_fixed"):
            if name in self.fields:
                # Empty is no fee.
                self.fields[name].required = False
        if "provider" in self.fields:
            choices = [(key, provider.label) for key, provider in PROVIDERS.items()]
            self.fields["provider"] = forms.ChoiceField(
                label=_("Provider"), choices=choices, widget=UnfoldAdminSelectWidget()
            )

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            check_endpoint(endpoint)
        except ValueError as exc:
            raise forms.ValidationError(str(exc)) from exc
        return endpoint

    def clean_fee_percent(self) -> Decimal:
        return self.cleaned_data["fee_percent"] or Decimal(0)

    def clean_fee_fixed(self) -> Decimal:
        return self.cleaned_data["fee_fixed"] or Decimal(0)

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
            raise forms.ValidationError(_("Enter a currency code such as USD."))
        return currency

    def save(self, commit: bool = True) -> SupplierAccount:
        for name in self.new_secrets():
            setattr(self.instance, SECRET_INPUTS[name], self.cleaned_data[name])
        account: SupplierAccount = super().save(commit)
        return account

    def new_secrets(self) -> list[str]:
        """The inputs in which a secret was entered."""
        return [name for name in SECRET_INPUTS if self.cleaned_data.get(name)]

    def changed_columns(self) -> set[str]:
        """What to write, so that a token which the worker refreshes meanwhile is not undone."""
        columns = {name for name in self.changed_data if name not in SECRET_INPUTS}
        return columns | {f"{SECRET_INPUTS[name]}_sealed" for name in self.new_secrets()} | {"updated_at"}


class SupplierAccountAdmin(AliseeksMixin, ModelAdmin):
    """The accounts and whether they can buy."""

    form = SupplierAccountForm
    compressed_fields = False
    list_display = ["label", "provider_name", "mode_label", "health_label", "buying_enabled", "token_status"]
    list_filter = ["mode", "health", "buying_enabled"]
    search_fields = ["label", "app_key"]
    actions_detail = ["connect_account", "authorize_at_aliseeks"]
    actions_row = ["connect_account"]
    readonly_fields = [
        "connected_as",
        "push_address",
        "app_secret_status",
        "access_token_status",
        "refresh_token_status",
        "health_label",
        "health_note",
        "paused_until",
    ]
    fieldsets = [
        (
            _("Connection"),
            {
                "fields": [
                    "connected_as",
                    "app_key",
                    ("app_secret_status", "new_app_secret"),
                    ("access_token_status", "new_access_token"),
                    "access_token_expires_at",
                    ("refresh_token_status", "new_refresh_token"),
                    "refresh_token_expires_at",
                    "push_address",
                ]
            },
        ),
        (_("Health"), {"fields": [("health_label", "health_note"), "paused_until"]}),
        (
            _("Buying"),
            {
                "fields": [
                    ("buying_enabled", "pays_automatically"),
                    ("daily_spend_cap", "currency"),
                    ("fee_percent", "fee_fixed"),
                ]
            },
        ),
    ]

    @method_decorator(sensitive_post_parameters(*SECRET_INPUTS))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As usual, with the secrets kept out of error reports."""
        if object_id is not None and not object_id.isdecimal():
            # An address can be typed; the buttons of the page ask the database by this number.
            raise Http404
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def save_model(self, request: HttpRequest, obj: SupplierAccount, form: SupplierAccountForm, change: bool) -> None:
        if change:
            obj.save(update_fields=form.changed_columns())
        else:
            obj.save()

    def get_readonly_fields(self, request: HttpRequest, obj: SupplierAccount | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        # The listings of an account hold ids of its provider.
        return [*fields, "provider_name"] if obj else fields

    def get_fieldsets(self, request: HttpRequest, obj: SupplierAccount | None = None) -> list[Any]:
        first = "provider_name" if obj else "provider"
        return [
            (None, {"fields": [(first, "label"), ("mode", "endpoint")]}),
            *self.provider_fieldsets(obj, self.fieldsets),
        ]

    @display(description=_("provider"), ordering="provider")
    def provider_name(self, account: SupplierAccount) -> str:
        known = PROVIDERS.get(account.provider)
        return known.label if known else account.provider

    @display(description=_("address for push messages"))
    def push_address(self, account: SupplierAccount) -> str:
        """To be entered in the supplier's app console."""
        if account.pk is None or not takes_pushes(account.provider):
            return "-"
        return f"{settings.BASE_URL}/webhooks/{account.provider}/{account.public_id}"

    @display(description=_("mode"), ordering="mode")
    def mode_label(self, account: SupplierAccount) -> SafeString:
        return label(account.get_mode_display(), MODE_TONES.get(account.mode, ""))

    @display(description=_("health"), ordering="health")
    def health_label(self, account: SupplierAccount) -> SafeString:
        return remark(account.get_health_display(), HEALTH_TONES.get(account.health, ""))

    @display(description=_("access token"))
    def token_status(self, account: SupplierAccount) -> SafeString:
        return self.access_token_status(account)

    @display(description=_("app secret"))
    def app_secret_status(self, account: SupplierAccount) -> SafeString:
        status = secret_status(account.app_secret_sealed)
        return remark(status.text, status.tone)

    @display(description=_("access token"))
    def access_token_status(self, account: SupplierAccount) -> SafeString:
        status = secret_status(account.access_token_sealed, expires_at=account.access_token_expires_at)
        return remark(status.text, status.tone)

    @display(description=_("refresh token"))
    def refresh_token_status(self, account: SupplierAccount) -> SafeString:
        status = secret_status(account.refresh_token_sealed, expires_at=account.refresh_token_expires_at)
        return remark(status.text, status.tone)
