"""Whatever the wire holds, the result is a value or a SupplierError: no order is lost to a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.aliexpress import parse, parse_goods
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.errors import SupplierError
from tests.integrations.aliexpress.payloads import payload, payload_json

READERS: dict[str, Callable[[Answer], Any]] = {
    "order_created.json": parse.order_created,
    "order_shown.json": lambda answer: parse.order_shown(answer, "1"),
    "tracking_shown.json": parse.parcels_tracked,
    "product_shown.json": parse_goods.product_shown,
    "freight_shown.json": lambda answer: parse_goods.freight_offered(answer, currency="USD"),
    "error_token.json": parse.order_created,
    "error_flat.json": parse.order_created,
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**18)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["0", "true", "1e999999", "NaN", "200", "2024-09-09T21:05", "\ud800", "\x00", "٣", "²"])
)
names = st.text(max_size=10) | st.sampled_from(
    [
        "result",
        "code",
        "error_response",
        "x_response",
        "is_success",
        "order_list",
        "number",
        "data",
        "rsp_code",
    ]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=15,
)


def read_all(body: bytes) -> None:
    for reader in READERS.values():
        for write in (True, False):
            try:
                reader(open_answer(body, write=write))
            except SupplierError as error:
                json.dumps([error.message, error.code, error.request_id], ensure_ascii=False).encode()


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_nothing_but_a_supplier_error(body: bytes) -> None:
    read_all(body)


@given(anything)
def test_arbitrary_json_gives_nothing_but_a_supplier_error(document: Any) -> None:
    read_all(json.dumps(document).encode())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        children: Any = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        return found
    return found + [each for key, child in children for each in places(child, (*path, key))]


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    document[path[0]] = replaced(document[path[0]], path[1:], value)
    return document


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=150)
@given(data=st.data())
def test_good_answer_with_one_part_spoilt_gives_nothing_but_a_supplier_error(name: str, data: st.DataObject) -> None:
    document = payload_json(name)
    path = data.draw(st.sampled_from(places(document)))

    read_all(json.dumps(replaced(document, path, data.draw(anything))).encode())


@pytest.mark.parametrize("name", sorted(READERS))
def test_answer_cut_off_anywhere_is_never_taken_for_a_whole_one(name: str) -> None:
    body = payload(name).rstrip()

    for end in range(0, len(body), 7):
        with pytest.raises(SupplierError):
            READERS[name](open_answer(body[:end], write=True))


@given(st.lists(st.integers() | st.text(max_size=5) | st.none(), max_size=4), st.booleans() | st.none())
def test_an_order_is_placed_only_with_success_and_an_id(listed: list[Any], succeeded: bool | None) -> None:
    body = json.dumps({"x_response": {"result": {"is_success": succeeded, "order_list": listed}}}).encode()

    try:
        placed = parse.order_created(open_answer(body, write=True))
    except SupplierError:
        return

    assert succeeded is True
    assert placed.external_ids
    assert all(each.isdigit() and int(each) > 0 for each in placed.external_ids)
