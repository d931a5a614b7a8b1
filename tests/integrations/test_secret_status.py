"""What is said about a stored secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from integrations.crypto import seal
from integrations.secret_status import secret_status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_nothing_stored_is_not_set():
    assert secret_status("").text == "not set"


def test_only_the_end_of_a_secret_is_shown():
    status = secret_status(seal("a-long-secret-token-9876"))

    assert status.text == "set, ends with …9876"
    assert status.tone == "success"


def test_of_a_short_secret_nothing_is_shown():
    assert secret_status(seal("short-9876")).text == "set"


def test_what_no_key_opens_is_a_warning_and_no_error():
    status = secret_status("gAAAA-of-another-key")

    assert "cannot decrypt it" in status.text
    assert status.tone == "danger"


@pytest.mark.parametrize(
    ("left", "text", "tone"),
    [
        (timedelta(days=29, hours=3), "expires in 29 days", "success"),
        (timedelta(days=1, hours=3), "expires in 1 day", "warning"),
        (timedelta(hours=3, minutes=5), "expires in 3 hours", "warning"),
        (timedelta(seconds=-1), "expired on 2026-03-01", "danger"),
    ],
)
def test_the_life_that_is_left_is_told(left, text, tone):
    with time_machine.travel(NOW, tick=False):
        status = secret_status(seal("short"), expires_at=NOW + left)

    assert status.text == f"set, {text}"
    assert status.tone == tone
