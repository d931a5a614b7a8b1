"""What is configured so that money could be lost is said at the start."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from shop.checks import encryption_keys, time_budgets

NAMES = ["SUPPLIER_CALL_TIMEOUT_S", "SUPPLIER_TASK_TIMEOUT_S", "SUPPLIER_LEASE_S", "SUPPLIER_SETTLE_S", "QUEUE_RETRY_S"]


def test_defaults_are_sound():
    assert time_budgets(None) == []
    assert encryption_keys(None) == []
    assert [problem for problem in run_checks() if problem.id and problem.id.startswith("shop.")] == []


@pytest.mark.parametrize(("small", "large"), list(zip(NAMES, NAMES[1:], strict=False)))
def test_budget_that_reaches_the_next_one_is_an_error(settings, small, large):
    setattr(settings, small, getattr(settings, large))

    errors = time_budgets(None)

    assert errors[0].id == "shop.E001"
    assert f"{small} " in errors[0].msg


@pytest.mark.parametrize("key", ["", "short", "x" * 44, "ключ"])
def test_key_that_is_none_is_an_error_that_does_not_show_it(settings, key):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), key]

    (error,) = encryption_keys(None)

    assert (error.id, error.msg) == ("shop.E002", "Key 2 of FIELD_ENCRYPTION_KEYS is not a Fernet key.")


def test_no_key_at_all_is_an_error(settings):
    settings.FIELD_ENCRYPTION_KEYS = []

    assert [error.id for error in encryption_keys(None)] == ["shop.E003"]
