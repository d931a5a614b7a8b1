"""The link by which an e-mail address is confirmed."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import verify_email_and_resume
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import Login
from allauth.account.views import ConfirmEmailView as AllauthConfirmEmailView
from django import forms
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse

from shop.accounts.forms import ConfirmForm
from shop.views.privacy import private_page


class ConfirmEmailView(AllauthConfirmEmailView):
    """Who opens the link has to be who signed up: the same browser, or one that knows the password.

    Otherwise somebody could sign up with another person's address, and have its owner open the account for them.
    """

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.object = self.get_object()
        except Http404:
            self.object = None
            return self._page(404)
        address = self.object.email_address
        is_known = self._is_known(address.user)
        form = ConfirmForm(self.request.POST)
        if not is_known and not self._is_proven(form, address.user, address.email):
            return self._page(400, form=form)
        confirmed, response = verify_email_and_resume(self.request, self.object)
        if response is not None:
            return cast(HttpResponse, response)
        if confirmed is None:
            return self._page(409)
        if not is_known:
            self.logout_other_user(self.object)
            login = Login(user=address.user, email=address.email)
            return cast(HttpResponse, perform_password_login(self.request, {"email": address.email}, login))
        return cast(HttpResponse, self.respond(True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.object and not self._is_known(self.object.email_address.user):
            context["form"] = kwargs.get("form") or ConfirmForm()
        return context

    def logout_other_user(self, confirmation: Any) -> None:
        """Not by merely opening a link: another account is left when this one is entered."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def _page(self, status: int, **context: Any) -> HttpResponse:
        return cast(HttpResponse, self.render_to_response(self.get_context_data(**context), status=status))

    def _is_known(self, user: User) -> bool:
        if not user.has_usable_password():
            return True
        login = unstash_login(self.request, peek=True)
        return bool(self.request.user == user or (login is not None and login.user == user))

    def _is_proven(self, form: ConfirmForm, user: User, email: str) -> bool:
        if not form.is_valid():
            return False
        adapter = get_adapter(self.request)
        try:
            if adapter.knows_password(self.request, user, email=email, password=form.cleaned_data["password"]):
                return True
        except forms.ValidationError as exc:
            form.add_error(None, exc)
            return False
        form.add_error("password", adapter.validation_error("incorrect_password"))
        return False


@private_page
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Asks, then confirms; a link that is used up or too old says so."""
    response: HttpResponse = ConfirmEmailView.as_view()(request, key=key)
    return response
