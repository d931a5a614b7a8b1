"""When a parcel arrives, in words."""

from __future__ import annotations

from datetime import date

import pytest

from shop.delivery_dates import arrival


@pytest.mark.parametrize(
    ("min_days", "max_days", "told"),
    [
        (2, 11, "Dec 3 – 12"),
        (20, 45, "Dec 21, 2026 – Jan 15, 2027"),
        (3, 33, "Dec 4, 2026 – Jan 3, 2027"),
        (None, 7, "by Dec 8"),
        (7, 7, "by Dec 8"),
        (9, 7, "by Dec 8"),
        (3, None, ""),
        (None, None, ""),
    ],
)
def test_days_become_dates(min_days: int | None, max_days: int | None, told: str) -> None:
    assert arrival(min_days, max_days, today=date(2026, 12, 1)).replace("\u2009", " ") == told
