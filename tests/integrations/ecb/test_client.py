"""Asking the bank for its file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import requests
import responses
from django.db import transaction
from responses import matchers

from integrations import ecb
from integrations.errors import MalformedReply, Transient
from integrations.http import CalledInTransaction

BASE = "https://www.ecb.europa.eu/stats/eurofxref"
DAILY = f"{BASE}/eurofxref-daily.xml"
TODAY = date(2026, 1, 3)
BODY = Path(__file__).with_name("payloads").joinpath("daily.xml").read_bytes()
MODIFIED = "Fri, 02 Jan 2026 14:56:00 GMT"


@responses.activate
def test_file_is_fetched_with_its_version():
    responses.get(DAILY, body=BODY, headers={"Last-Modified": MODIFIED})

    fetched = ecb.fetch(BASE, today=TODAY)

    assert [found.day for found in fetched.days] == [date(2026, 1, 2)]
    assert fetched.last_modified == MODIFIED


@responses.activate
def test_unchanged_file_is_not_sent_again():
    asked = matchers.header_matcher({"If-Modified-Since": MODIFIED})
    responses.get(DAILY, status=304, match=[asked])

    assert ecb.fetch(BASE, today=TODAY, last_modified=MODIFIED) == ecb.Fetched((), MODIFIED)


@responses.activate
@pytest.mark.parametrize("status", [302, 304, 404, 429, 500, 503])
def test_file_that_is_not_given_out_is_asked_for_later(status):
    responses.get(DAILY, status=status, body=BODY, headers={"Location": "http://127.0.0.1/"})

    with pytest.raises(Transient):
        ecb.fetch(BASE, today=TODAY)

    assert len(responses.calls) == 1


@responses.activate
def test_broken_connection_is_asked_again_later():
    responses.get(DAILY, body=requests.ConnectionError("no route"))

    with pytest.raises(Transient):
        ecb.fetch(BASE, today=TODAY)


@responses.activate
def test_file_that_cannot_be_read_says_so():
    responses.get(DAILY, body=b"<html>maintenance</html>")

    with pytest.raises(MalformedReply):
        ecb.fetch(BASE, today=TODAY)


@responses.activate
def test_file_without_an_end_is_not_read_whole(monkeypatch):
    monkeypatch.setattr("integrations.http.MAX_REPLY_BYTES", 100)
    responses.get(DAILY, body=BODY)

    with pytest.raises(Transient):
        ecb.fetch(BASE, today=TODAY)


@pytest.mark.parametrize("base", ["http://www.ecb.europa.eu/stats", "ftp://example.com", "https://user:x@example.com"])
def test_address_that_is_not_safe_is_not_asked(base):
    with pytest.raises(ValueError, match="http|address"):
        ecb.fetch(base, today=TODAY)


@pytest.mark.django_db
def test_nothing_is_fetched_inside_a_transaction():
    with transaction.atomic(), pytest.raises(CalledInTransaction):
        ecb.fetch(BASE, today=TODAY)
