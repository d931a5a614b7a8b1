"""What the API calls: the same rules as the pages, without giving anything away."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore

from shop.accounts import registering
from shop.accounts.models import OutgoingMail
from tests.customers import PASSWORD, customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(rf):
    """A request as the middleware makes it."""
    request = rf.post("/api/v1/accounts/")
    request.session, request.user = SessionStore(), AnonymousUser()
    with context.request_context(request):
        yield request


def test_known_and_unknown_address_register_alike(request_) -> None:
    customer("known@example.com")

    results = [
        registering.register(request_, email=email, password=PASSWORD)
        for email in ("known@example.com", "unknown@example.com")
    ]

    assert results == [None, None]
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == ["known@example.com", "unknown@example.com"]
    assert User.objects.count() == 2


def test_bad_password_is_explained_at_its_field(request_) -> None:
    with pytest.raises(registering.CannotRegister) as refused:
        registering.register(request_, email="ada@example.com", password="12345")

    assert list(refused.value.errors) == ["password"]


def test_password_opens_a_confirmed_account_only(request_) -> None:
    user = customer()
    customer("bob@example.com", confirmed=False)

    assert registering.check_password(request_, email="Ada@example.com", password=PASSWORD) == user
    for email, password in (("ada@example.com", "wrong"), ("bob@example.com", PASSWORD), ("no@example.com", PASSWORD)):
        with pytest.raises(registering.NotLetIn) as refused:
            registering.check_password(request_, email=email, password=password)
        assert refused.value.code == "bad_credentials"


def test_guessing_is_stopped(request_) -> None:
    customer()
    codes = []
    for _ in range(6):
        with pytest.raises(registering.NotLetIn) as refused:
            registering.check_password(request_, email="ada@example.com", password="guess")
        codes.append(refused.value.code)

    assert codes == ["bad_credentials"] * 5 + ["too_many_tries"]


def test_reset_mails_to_known_and_unknown(request_) -> None:
    customer()

    for email in ("ada@example.com", "nobody@example.com"):
        registering.ask_for_password_reset(request_, email=email)

    assert OutgoingMail.objects.count() == 2


def test_address_that_another_account_has_confirmed_is_not_taken_over() -> None:
    customer("ada@example.com")
    squatter = User.objects.create_user("squatter")
    EmailAddress.objects.create(user=squatter, email="ada@example.com")

    assert not registering.confirm_only_address(squatter)
