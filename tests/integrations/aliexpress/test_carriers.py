"""Customers read carriers' names, never the platform's."""

from __future__ import annotations

import pytest

from integrations.aliexpress.carriers import public_name, without_brands


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("AliExpress Selection Standard", "Standard delivery"),
        ("CAINIAO_FULFILLMENT_STD", "Standard delivery"),
        ("CAINIAO_STANDARD", "Standard delivery"),
        ("AliExpress Standard Shipping", "Standard delivery"),
        ("AliExpress Premium Shipping", "Express delivery"),
        ("CAINIAO_ECONOMY", "Economy delivery"),
        ("USPS", "USPS"),
        ("usps", "USPS"),
        ("ROYAL_MAIL", "Royal Mail"),
        ("DHL Express", "DHL Express"),
        ("Some Brand Of Theirs", "Standard delivery"),
        ("", ""),
    ],
)
def test_carrier_has_a_public_name(theirs: str, ours: str) -> None:
    assert public_name(theirs) == ours


@pytest.mark.parametrize("brand", ["AliExpress", "ALI EXPRESS", "Cainiao", "cainiao", "Alibaba", "Taobao"])
def test_platform_is_not_named_in_a_carriers_report(brand: str) -> None:
    assert without_brands(f"Received by {brand} warehouse") == "Received by carrier warehouse"


def test_other_reports_stay_as_they_are() -> None:
    words = "Departed from departure country/region; arrived at Maebashi"

    assert without_brands(words) == words
