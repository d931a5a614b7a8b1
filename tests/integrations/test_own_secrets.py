"""An account whose secrets fit no key: an adapter's caller hears of it as of any other trouble with an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet

from catalog.live_quotes import quote
from integrations.base import SupplierAdapter
from integrations.errors import AccountUnusable
from integrations.models import ApiCall, SupplierAccount
from integrations.registry import adapter_for, token_issuer_for
from integrations.types import Purchase, PurchaseItem
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.fulfillment.scenes import ADDRESS

pytestmark = pytest.mark.django_db

PURCHASE = Purchase(reference="SO-1", address=ADDRESS, items=(PurchaseItem("1005006000000001", "1", 1),))


def account_of_another_key(settings, **values) -> SupplierAccount:
    account: SupplierAccount = SupplierAccountFactory(external_user_id="7", **values)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return account


@pytest.mark.parametrize("provider", ["aliexpress", "aliseeks"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda adapter: adapter.fetch_product("1005006000000001", country="US", currency="USD"),
        lambda adapter: adapter.fetch_order("8198352049800001"),
        lambda adapter: adapter.place(PURCHASE),
    ],
    ids=["product", "order", "place"],
)
def test_an_account_whose_secret_cannot_be_read_is_unusable_and_nothing_is_sent(
    settings, caplog, provider: str, ask: Callable[[SupplierAdapter], object]
):
    account = account_of_another_key(settings, provider=provider)

    with pytest.raises(AccountUnusable, match="FIELD_ENCRYPTION_KEYS") as caught:
        ask(adapter_for(account))

    assert caught.value.code == "secret_unreadable"
    assert f"secret cannot be decrypted account={account.pk}" in caplog.text
    assert not ApiCall.objects.exists()


def test_an_account_whose_secret_cannot_be_read_is_not_connected(settings):
    issuer = token_issuer_for(account_of_another_key(settings))

    assert issuer is not None
    with pytest.raises(AccountUnusable):
        issuer.authorize_url(redirect_uri="https://shop.example/", state="-")


def test_a_live_quote_says_that_the_secret_cannot_be_read(settings):
    listing = ListingFactory(account=account_of_another_key(settings))

    assert "FIELD_ENCRYPTION_KEYS" in quote(listing, country="US").problem
