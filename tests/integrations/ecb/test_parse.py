"""Reading the bank's file of exchange rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.ecb.build import url_of
from integrations.ecb.parse import parse_rates
from integrations.errors import MalformedReply

PAYLOADS = Path(__file__).with_name("payloads")
TODAY = date(2026, 1, 3)


def payload(name: str) -> str:
    return (PAYLOADS / f"{name}.xml").read_text(encoding="utf-8")


def test_daily_file_is_read():
    (found,) = parse_rates(payload("daily").encode(), today=TODAY)

    assert found.day == date(2026, 1, 2)
    assert len(found.rates) == 20
    assert (found.rates["USD"], found.rates["CNY"]) == (Decimal("1.1000"), Decimal("7.7000"))
    assert "EUR" not in found.rates


def test_history_is_read_oldest_day_first():
    days = parse_rates(payload("history").encode(), today=TODAY)

    assert [found.day for found in days] == [date(2025, 12, 31), date(2026, 1, 2)]
    assert days[-1].rates["USD"] == Decimal("1.1010")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("'2026-01-02'", "'2026-01-04'", "time"),
        ("'2026-01-02'", "'soon'", "time"),
        ("time=", "day=", "time"),
        ("'1.1000'", "'0'", "rate"),
        ("'1.1000'", "'-1.1'", "rate"),
        ("'1.1000'", "'N/A'", "rate"),
        ("'1.1000'", "'NaN'", "rate"),
        ("'1.1000'", "'1e9999'", "rate"),
        ("'USD'", "'usd'", "currency"),
        ("'USD'", "'EUR'", "currency"),
        ("'USD'", "'JPY'", "currency"),
        ("<Cube currency='USD' rate='1.1000'/>", "", "Cube"),
        ("</gesmes:Envelope>", "", "Envelope"),
        ("http://www.ecb.int/vocabulary/2002-08-01/eurofxref", "http://example.com/", "Cube"),
    ],
)
def test_file_that_is_odd_is_not_used(old, new, field):
    text = payload("daily")
    assert old in text

    with pytest.raises(MalformedReply) as refused:
        parse_rates(text.replace(old, new).encode(), today=TODAY)

    assert refused.value.field == field


def test_file_with_a_day_twice_is_not_used():
    text = payload("history").replace("2025-12-31", "2026-01-02")

    with pytest.raises(MalformedReply):
        parse_rates(text.encode(), today=TODAY)


def test_file_of_few_currencies_is_not_used():
    head, _, rest = payload("daily").partition("\t\t\t<Cube currency='HUF'")
    tail = rest[rest.index("\t\t</Cube>") :]

    with pytest.raises(MalformedReply):
        parse_rates((head + tail).encode(), today=TODAY)


def test_entities_that_would_grow_or_reach_outside_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    text = payload("daily").replace("<gesmes:Envelope", bomb + "<gesmes:Envelope", 1)

    with pytest.raises(MalformedReply):
        parse_rates(text.encode(), today=TODAY)


@pytest.mark.parametrize("body", [b"", b"<html>Sorry", b"\x00\xff", b'{"rates": {}}'])
def test_what_is_no_such_file_is_refused(body):
    with pytest.raises(MalformedReply):
        parse_rates(body, today=TODAY)


@pytest.mark.parametrize(("history", "name"), [(False, "eurofxref-daily.xml"), (True, "eurofxref-hist-90d.xml")])
def test_address_of_a_file(history, name):
    assert url_of("https://example.com/x/", history=history) == f"https://example.com/x/{name}"
