"""What is kept of a call carries no secret and no person."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.redaction import (
    MASK,
    PERSONAL_NAMES,
    SECRET_NAMES,
    Redactor,
    mask_long_tokens,
    without_texts,
)

redactor = Redactor(personal=["logistics_address"], secret=["session"], public=["code"])


@pytest.mark.parametrize("name", sorted((SECRET_NAMES | PERSONAL_NAMES) - {"code"}))
def test_every_listed_name_is_masked_at_any_depth_and_in_any_case(name):
    value = {"a": [{"b": {name: "PLANTED"}}, {name.upper(): ["PLANTED"]}], "json": json.dumps({name: {"x": "PLANTED"}})}

    assert "PLANTED" not in json.dumps(redactor.clean(value))


def test_public_name_is_shown():
    assert redactor.clean({"code": "15"}) == {"code": "15"}


def test_empty_value_is_shown_as_empty():
    assert redactor.clean({"token": "", "email": None}) == {"token": "", "email": None}


def test_what_is_not_secret_is_kept_as_it_is():
    value = {"product_id": 1005, "list": [1, "x", None, True], "text": "{not json"}

    assert redactor.clean(value) == value


def test_json_inside_json_inside_json_is_opened():
    value = {"a": json.dumps({"b": json.dumps({"phone": "PLANTED"})})}

    assert "PLANTED" not in json.dumps(redactor.clean(value))


def test_reply_that_is_not_json_is_kept_as_its_first_words():
    text = redactor.clean_body(b"<html><body>Bad gateway " + b"k" * 40 + b"</body></html>")

    assert text.startswith("[not JSON, ")
    assert "Bad gateway" in text
    assert "k" * 24 not in text


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"[" * 100_000, b'{"a": "\\ud800"}', b'{"a": "\\u0000"}', b"null", b"1e999999", b"{" * 9],
)
def test_any_reply_leaves_a_storable_text(body):
    text = redactor.clean_body(body)

    text.encode()
    assert "\x00" not in text


@pytest.mark.parametrize(
    "body", [b'{"msg": "no mail to ada.l@mail.example.org"}', b"no mail to ada.l@mail.example.org"]
)
def test_mail_address_in_a_sentence_is_masked(body):
    text = redactor.clean_body(body)

    assert "ada.l" not in text
    assert "no mail to" in text


def test_long_reply_is_cut():
    assert len(redactor.clean_body(json.dumps(["x" * 100] * 5000).encode(), limit=1000)) <= 1000


def test_masked_texts_are_those_that_clean_takes_out():
    value = {"session": "s1", "address": json.dumps({"city": "Springfield", "n": 7}), "item": "42", "x": [{"zip": "1"}]}

    assert sorted(redactor.masked_texts(value)) == ["1", "Springfield", "s1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Main St 5 in SPRINGFIELD", f"{MASK} 5 in {MASK}"),
        ("nothing to hide", "nothing to hide"),
        ("", ""),
    ],
)
def test_hidden_texts_go_whatever_their_case(text, expected):
    assert without_texts(text, ["springfield", "Main St", "in", "", "  "]) == expected


def test_hidden_texts_are_no_patterns():
    assert without_texts("a.*b and axxb", ["a.*b"]) == f"{MASK} and axxb"


def test_long_runs_look_like_tokens():
    assert mask_long_tokens("key 50000601c30exampleAccessToken01 end") == f"key {MASK} end"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["token", "City", "a", "phone", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_nothing_under_a_masked_name_survives(value):
    def check(cleaned):
        if isinstance(cleaned, dict):
            for name, item in cleaned.items():
                if name.lower() in {"token", "city", "phone"}:
                    assert item in (MASK, "", None)
                else:
                    check(item)
        if isinstance(cleaned, list):
            for item in cleaned:
                check(item)

    check(redactor.clean(value))
    check(json.loads(redactor.clean_body(json.dumps(value).encode())))
