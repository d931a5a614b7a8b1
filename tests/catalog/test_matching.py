"""Proposing which supplier SKU is which of our variants."""

from __future__ import annotations

import pytest

from catalog.matching import LIKELY, POSSIBLE, likeness, propose, ranked
from tests.fake_supplier import sku


def theirs(sku_id: str = "1", **options: str):
    return sku(sku_id, options=tuple((name.replace("_", " "), value) for name, value in options.items()))


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        ({"Color": "Sage"}, theirs(Color="Sage")),
        ({"Color": "Sage"}, theirs(color="sage")),
        ({"Farbe": "Sage green"}, theirs(Color="Green Sage")),
        ({"Color": "Sage", "Size": "M"}, theirs(Size="M", Color="Sage")),
        ({"Color": "Sage"}, theirs(Color="Sage", Ships_From="CHINA")),
        ({"Size": "40 x 60 cm"}, theirs(Size="40X60CM")),
        ({"Color": "grey"}, theirs(Color="Gray")),
        ({"Color": "Café"}, theirs(Color="cafe")),
        ({}, theirs()),
    ],
)
def test_the_same_is_likely(ours, other):
    assert likeness(ours, other) >= LIKELY


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        ({"Color": "Sage"}, theirs(Color="Rose")),
        ({"Color": "Sage", "Size": "M"}, theirs(Color="Sage", Size="L")),
        ({"Pack": "2 pieces"}, theirs(Pack="3 pieces")),
        ({"Size": "10"}, theirs(Size="100")),
        ({"Size": "XL"}, theirs(Size="L")),
        ({"Color": "Sage"}, theirs()),
        ({}, theirs(Color="Sage")),
    ],
)
def test_another_is_not_likely(ours, other):
    assert likeness(ours, other) < LIKELY


def test_a_likeness_is_never_above_100():
    assert likeness({"Color": "Sage"}, theirs(Color="Sage")) == 100


def test_ranking_keeps_the_suppliers_order_among_equals():
    skus = [theirs("1", Color="Rose"), theirs("2", Color="Sage"), theirs("3", Color="Blue")]

    assert [found.sku_id for found, _score in ranked({"Color": "Sage"}, skus)][0] == "2"
    assert [found.sku_id for found, _score in ranked({"Color": "🦊"}, skus)] == ["1", "2", "3"]


class TestProposals:
    def test_each_variant_gets_its_own(self):
        skus = [theirs("1", Color="Rose"), theirs("2", Color="Sage")]

        found = propose({"a": {"Color": "sage"}, "b": {"Color": "rose"}}, skus)

        assert [(one.key, one.sku.sku_id, one.is_doubtful) for one in found] == [("a", "2", False), ("b", "1", False)]

    def test_no_sku_is_proposed_twice(self):
        found = propose({"a": {"Color": "Sage"}, "b": {"Color": "Sage light"}}, [theirs("1", Color="Sage")])

        assert [one.key for one in found] == ["a"]

    def test_two_that_fit_alike_are_doubtful(self):
        skus = [theirs("1", Color="Sage", Ships_From="CN"), theirs("2", Color="Sage", Ships_From="US")]

        (found,) = propose({"a": {"Color": "Sage"}}, skus)

        assert found.is_doubtful

    def test_nothing_alike_is_not_proposed(self):
        assert propose({"a": {"Color": "Sage"}}, [theirs("1", Color="Blue")]) == []
        assert likeness({"Color": "Sage"}, theirs("1", Color="Blue")) < POSSIBLE
