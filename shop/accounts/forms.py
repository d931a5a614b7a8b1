"""allauth's forms where ours say or do more."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

PASSWORD_HELP = _("At least 8 characters, and none that are often used. A short sentence is easy to keep in mind.")


class SignupForm(allauth_forms.SignupForm):
    """Address and password. For an address that has an account it takes the same time and says the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # What takes long about a new account is the password's hash.
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The old password and twice the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = PASSWORD_HELP


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """Twice the first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """Twice the new password, behind a link from a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class ConfirmForm(forms.Form):
    """The password of the account whose address is confirmed, where another browser signed up than this one."""

    password = forms.CharField(
        label=_("The password you signed up with"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Please enter the password.")},
    )
    use_required_attribute = False
