"""Which account buys when only the supplier is named."""

from __future__ import annotations

import pytest

from integrations.choice import account_for
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("use_test_accounts", "modes", "chosen"),
    [
        (False, ["sandbox", "test", "live"], "live"),
        (True, ["sandbox", "live", "test"], "test"),
        (False, ["test", "sandbox"], "sandbox"),
        (True, ["live", "sandbox"], "sandbox"),
        (False, ["test"], None),
        (True, ["live"], None),
        (False, [], None),
    ],
)
def test_mode_follows_the_setting(settings, use_test_accounts, modes, chosen):
    settings.USE_TEST_ACCOUNTS = use_test_accounts
    for mode in modes:
        SupplierAccountFactory(mode=mode)

    account = account_for("aliexpress")

    assert (account.mode if account else None) == chosen


def test_oldest_of_equal_accounts_is_chosen():
    first = SupplierAccountFactory()
    SupplierAccountFactory()

    assert account_for("aliexpress") == first


@pytest.mark.parametrize("trouble", [{"health": "reconnect"}, {"buying_enabled": False}])
def test_account_that_can_buy_goes_first(trouble):
    SupplierAccountFactory(**trouble)
    able = SupplierAccountFactory()

    assert account_for("aliexpress") == able


def test_other_suppliers_account_is_not_chosen():
    SupplierAccountFactory(provider="other")

    assert account_for("aliexpress") is None


def test_supplier_that_is_not_installed_has_no_account():
    SupplierAccountFactory(provider="nobody")

    assert account_for("nobody") is None
