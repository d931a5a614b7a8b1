"""Reading the order call: every wrong field by name, and no surprise from hostile bodies."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from shop.api.base import MAX_BODY_BYTES, StrictJSONParser
from shop.api.exceptions import ApiProblem, field_errors
from shop.api.serializers import OrderCall, read_order_call
from tests.shop.api.conftest import address, body


def errors(data: object) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        read_order_call(data)
    return field_errors(caught.value.detail)


def test_the_guides_sample_is_accepted():
    call = read_order_call(body(supplier=None))

    assert (call.provider, call.product_id, call.sku_id, call.quantity) == (
        "aliexpress", "1234567890", "12000040000010101", 1,
    )  # fmt: skip
    assert call.contact.address.phone == "+1234567890"


@pytest.mark.parametrize("quantity", [0, -1, 1001, 10**30, True, "1", 1.0, 1.5, None, [], {}])
def test_quantity_is_a_whole_number_from_1_to_1000(quantity):
    assert list(errors({**body(), "quantity": quantity})) == ["quantity"]


@pytest.mark.parametrize("product_id", ["", "12a", "1" * 21, "-1", "１２", -1, 10**20, 1.0, True, None, [], "1\x00"])
def test_product_id_is_up_to_20_digits(product_id):
    assert list(errors(body(product={"productId": product_id}))) == ["product.productId"]


@pytest.mark.parametrize(("given_id", "read"), [(" 123 ", "123"), (123, "123"), (10**20 - 1, "9" * 20), ("007", "007")])
def test_product_id_may_be_text_or_number(given_id, read):
    assert read_order_call(body(product={"productId": given_id})).product_id == read


@pytest.mark.parametrize("sku_id", ["x", True, 1.5, [], {}])
def test_sku_id_follows_the_same_rule(sku_id):
    assert list(errors(body(product={"productId": "1", "skuId": sku_id}))) == ["product.skuId"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"firstName": ""}, "firstName"),
        ({"lastName": None}, "lastName"),
        ({"address": " "}, "address"),
        ({"city": None}, "city"),
        ({"state": "Nowhere"}, "state"),
        ({"zipCode": "abc"}, "zipCode"),
        ({"zipCode": 10001}, "zipCode"),
        ({"country": "XX"}, "country"),
        ({"country": "United States of America"}, "country"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1234"}, "phone"),
        ({"email": "no mail"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"address": "x" * 10_000}, "address"),
        ({"address2": "x\x00y"}, "address2"),
        ({"city": ["New York"]}, "city"),
        ({"city": {"a": 1}}, "city"),
        ({"firstName": "🦊"}, "firstName"),
        ({"zip": "10001"}, "zip"),
    ],
)
def test_wrong_part_of_the_address_is_named_as_in_the_guide(changes, field):
    assert list(errors(body(shippingAddress=address(**changes)))) == [f"shippingAddress.{field}"]


def test_every_wrong_field_is_told_at_once():
    data = {**body(quantity=0, product={"skuId": "x"}, shippingAddress=address(zipCode="1", phone="1")), "coupon": 1}

    assert sorted(errors(data)) == [
        "coupon", "product.productId", "product.skuId", "quantity", "shippingAddress.phone", "shippingAddress.zipCode",
    ]  # fmt: skip


def test_empty_body_names_what_is_needed():
    assert sorted(errors({})) == ["product", "quantity", "shippingAddress"]


@pytest.mark.parametrize("data", [[], "text", 5, None, True])
def test_body_that_is_no_object_is_refused(data):
    assert list(errors(data)) == ["body"]


def test_some_mail_address_is_needed():
    data = body(customerEmail=None, shippingAddress=address(email=None))

    assert list(errors(data)) == ["shippingAddress.email"]


def test_only_some_unknown_fields_are_listed():
    assert len(errors({**body(), **{f"{n:0>200}": n for n in range(1000)}})) <= 20


def parse(raw: bytes) -> object:
    return StrictJSONParser().parse(io.BytesIO(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}', b"[" * 50_000, b'{"a":' * 10_000, b"1" * 5_000, b"{} {}",
    ],
)  # fmt: skip
def test_body_that_is_not_one_clear_json_value_is_400(raw):
    with pytest.raises(ApiProblem) as caught:
        parse(raw)

    assert (caught.value.status, caught.value.code) == (400, "invalid_json")


def test_large_body_is_413():
    with pytest.raises(ApiProblem) as caught:
        parse(b" " * (MAX_BODY_BYTES + 1))

    assert caught.value.status == 413


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_names = ["product", "quantity", "shippingAddress", "customerName", "customerEmail", "customerPhone", "supplier"]


@given(changes=st.dictionaries(st.sampled_from(_names), _json), part=st.sampled_from(list(address())), value=_json)
@settings(max_examples=300, deadline=None)
def test_no_body_breaks_the_reading(changes, part, value):
    data = {**body(shippingAddress=address(**{part: value})), **changes}
    try:
        call = read_order_call(data)
    except ValidationError as exc:
        json.dumps(field_errors(exc.detail))
    else:
        assert isinstance(call, OrderCall)


@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_the_parser(raw):
    # Anything else than a value or an ApiProblem fails the test.
    with contextlib.suppress(ApiProblem):
        parse(raw)
