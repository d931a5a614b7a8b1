"""The emulator's files of exchange rates."""

from __future__ import annotations

import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

NS = {"e": "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"}


def get(server, name="eurofxref-daily.xml", **headers: str):
    url = f"http://127.0.0.1:{server.server_port}/stats/eurofxref/{name}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as reply:
        return reply.headers, reply.read()


def days(body: bytes) -> dict[str, dict[str, str]]:
    root = ET.fromstring(body)
    return {
        cube.get("time"): {entry.get("currency"): entry.get("rate") for entry in cube.findall("e:Cube", NS)}
        for cube in root.findall("e:Cube/e:Cube", NS)
    }


def test_daily_file_is_of_the_last_working_day(start):
    server, _ = start()

    (day,) = days(get(server)[1])

    found = datetime.fromisoformat(day).date()
    assert found.weekday() < 5
    assert timedelta(0) <= datetime.now(UTC).date() - found <= timedelta(days=2)


def test_euro_itself_is_not_listed_and_the_others_are(start):
    server, _ = start()

    (rates,) = days(get(server)[1]).values()

    assert len(rates) >= 25
    assert "EUR" not in rates
    assert 1.08 < float(rates["USD"]) < 1.1


def test_history_has_only_working_days_newest_first(start):
    server, _ = start()

    found = list(days(get(server, "eurofxref-hist-90d.xml")[1]))

    assert found == sorted(found, reverse=True)
    assert 60 <= len(found) <= 66
    assert all(datetime.fromisoformat(day).weekday() < 5 for day in found)


def test_rates_of_a_seed_are_the_same_every_time(start):
    (one, _), (other, _), (third, _) = start(), start(), start()
    third.emulator.change_settings({"rates_seed": 2})

    assert get(one)[1] == get(other)[1] != get(third)[1]


def test_attributes_are_in_single_quotes_as_in_the_real_file(start):
    server, _ = start()

    assert b"<Cube currency='USD' rate='" in get(server)[1]


def test_unchanged_file_is_not_sent_again(start):
    server, _ = start()
    headers, _body = get(server)

    with pytest.raises(urllib.error.HTTPError) as answer:
        get(server, **{"If-Modified-Since": headers["Last-Modified"]})

    answer.value.close()
    assert answer.value.code == 304


def test_file_can_be_made_old(start):
    server, _ = start()
    server.emulator.change_settings({"rates_days_old": 30})

    (day,) = days(get(server)[1])

    assert (datetime.now(UTC).date() - datetime.fromisoformat(day).date()).days >= 30


def test_there_are_no_other_files(start):
    server, _ = start()

    with pytest.raises(urllib.error.HTTPError) as answer:
        get(server, "../../etc/passwd")

    answer.value.close()
    assert answer.value.code == 404
