"""What is configured so that money could be lost is said at the start."""

from __future__ import annotations

import logging

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from shop.checks import (
    currency,
    encryption_keys,
    exchange_rates,
    payment_methods,
    retention,
    shop_country,
    time_budgets,
)

NAMES = ["SUPPLIER_CALL_TIMEOUT_S", "SUPPLIER_TASK_TIMEOUT_S", "SUPPLIER_LEASE_S", "SUPPLIER_SETTLE_S", "QUEUE_RETRY_S"]


def test_defaults_are_sound(settings):
    settings.PAYMENT_METHODS = []  # As outside of debug: it is the tests' own settings that take test money there.

    assert time_budgets(None) == []
    assert encryption_keys(None) == []
    assert [problem for problem in run_checks() if problem.id and problem.id.startswith("shop.")] == []


@pytest.mark.parametrize(("code", "problems"), [("DE", 0), ("UK", 1), ("Germany", 1), ("", 1)])
def test_country_of_the_shop_is_one_that_there_is(settings, code, problems):
    settings.SHOP_COUNTRY = code

    assert len(shop_country(None)) == problems


@pytest.mark.parametrize(("small", "large"), list(zip(NAMES, NAMES[1:], strict=False)))
def test_budget_that_reaches_the_next_one_is_an_error(settings, small, large):
    setattr(settings, small, getattr(settings, large))

    errors = time_budgets(None)

    assert errors[0].id == "shop.E001"
    assert f"{small} " in errors[0].msg


@pytest.mark.parametrize(
    ("url", "problems"),
    [
        ("", []),
        ("https://www.ecb.europa.eu/stats/eurofxref", []),
        ("http://127.0.0.1:8100/stats/eurofxref", []),
        ("http://www.ecb.europa.eu/stats/eurofxref", ["shop.E020"]),
        ("ecb", ["shop.E020"]),
    ],
)
def test_rates_come_from_a_safe_address_or_not_at_all(settings, url, problems):
    settings.ECB_RATES_URL = url

    assert [problem.id for problem in exchange_rates(None)] == problems


@pytest.mark.parametrize("key", ["", "short", "x" * 44, "ключ"])
def test_key_that_is_none_is_an_error_that_does_not_show_it(settings, key):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), key]

    (error,) = encryption_keys(None)

    assert (error.id, error.msg) == ("shop.E002", "Key 2 of FIELD_ENCRYPTION_KEYS is not a Fernet key.")


def test_no_key_at_all_is_an_error(settings):
    settings.FIELD_ENCRYPTION_KEYS = []

    assert [error.id for error in encryption_keys(None)] == ["shop.E003"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"PAYMENT_METHODS": ["cheque"]}, "shop.E004"),
        ({"PAYMENT_METHODS": ["stripe"]}, "shop.E005"),
        ({"STRIPE_SECRET_KEY": "pk_live_1", "STRIPE_WEBHOOK_SECRETS": ["whsec_1"]}, "shop.E006"),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRETS": []}, "shop.W001"),
        ({"STRIPE_API_BASE": "http://stripe.example"}, "shop.E007"),
        ({"PAYMENT_METHODS": ["bank_transfer"]}, "shop.E008"),
    ],
)
def test_way_to_pay_that_is_not_set_up_is_said(settings, changes, found):
    settings.PAYMENT_METHODS = []
    for name, value in changes.items():
        setattr(settings, name, value)

    problems = payment_methods(None)

    assert [problem.id for problem in problems] == [found]
    assert "live_1" not in str(problems)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"PAYMENT_METHODS": ["sandbox"]}, ["shop.W002"]),
        ({"PAYMENT_METHODS": ["stripe"], "STRIPE_SECRET_KEY": "rk_test_1"}, ["shop.W002"]),
        ({"PAYMENT_METHODS": ["stripe"], "STRIPE_SECRET_KEY": "sk_live_1"}, []),
        ({"PAYMENT_METHODS": ["sandbox"], "USE_TEST_ACCOUNTS": True}, []),
        ({"PAYMENT_METHODS": ["sandbox"], "DEBUG": True}, []),
    ],
)
def test_test_money_in_a_shop_that_may_buy_live_is_said(settings, changes, found):
    settings.DEBUG, settings.USE_TEST_ACCOUNTS, settings.STRIPE_WEBHOOK_SECRETS = False, False, ["whsec_1"]
    for name, value in changes.items():
        setattr(settings, name, value)

    assert [problem.id for problem in payment_methods(None)] == found


@pytest.mark.parametrize(
    ("code", "found"),
    [("USD", []), ("JPY", []), ("KWD", ["shop.E021"]), ("usd", ["shop.E021"]), ("", ["shop.E021"])],
)
def test_currency_whose_coin_the_shop_cannot_keep_is_an_error(settings, code, found):
    settings.SHOP_CURRENCY = code

    assert [problem.id for problem in currency(None)] == found


def test_pdf_library_is_asked_for_by_the_deployment_check_only(settings, monkeypatch):
    settings.DEBUG = False
    monkeypatch.setattr("fulfillment.pdf.is_available", lambda: False)

    at_each_start = {problem.id for problem in run_checks()}
    before_deployment = {problem.id for problem in run_checks(include_deployment_checks=True)}

    assert "shop.I001" not in at_each_start
    assert "shop.I001" in before_deployment


@pytest.mark.parametrize("name", ["weasyprint.progress", "fontTools.subset"])
def test_drawing_a_pdf_narrates_nothing_into_the_log(name):
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_nobody_is_forgotten_before_their_time_to_send_things_back_is_over(settings):
    settings.RETURN_DAYS, settings.PERSONAL_DATA_DAYS = 30, 29

    assert [problem.id for problem in retention(None)] == ["shop.E009"]


@pytest.mark.parametrize("days", [0, 30])
def test_retention_that_is_off_or_long_enough_is_sound(settings, days):
    settings.RETURN_DAYS, settings.PERSONAL_DATA_DAYS = 30, days

    assert retention(None) == []
