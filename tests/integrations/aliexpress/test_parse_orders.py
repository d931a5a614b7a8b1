"""Answers about orders and parcels."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.aliexpress import parse, refusals
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.errors import (
    AlreadyPlaced,
    MalformedReply,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from integrations.types import OrderedItem, OrderSnapshot, Parcel, Placed, SupplierOrderState
from shop.money import Money
from tests.integrations.aliexpress.payloads import payload, payload_json

ORDER_ID = "8198352049851315"


def answer(document: Any) -> Answer:
    return open_answer(json.dumps(document).encode(), write=True)


def created(name: str) -> Placed:
    return parse.order_created(open_answer(payload(name), write=True))


def created_from(**result: Any) -> Placed:
    return parse.order_created(answer({"x_response": {"result": result, "request_id": "2101abc"}}))


# --- order.create ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["order_created.json", "order_created_simplified.json", "order_created_older_wrapper.json"]
)
def test_created_order_gives_its_id(name: str) -> None:
    assert created(name) == Placed((ORDER_ID,), request_id="2101f04d17767599114785865")


def test_split_order_gives_all_ids_and_a_text_flag_counts() -> None:
    assert created("order_created_several.json").external_ids == (ORDER_ID, "8198352049861315")


def test_order_created_but_not_paid_is_placed_with_a_note() -> None:
    placed = created("order_created_unpaid.json")

    assert placed.external_ids == ("8190439416163295",)
    assert placed.payment_note == "OrderCreated, autoPay fail:APIPayFail"


@pytest.mark.parametrize("listed", [{"number": 5}, {"number": ["5"]}, {"ids": [5]}, [5], 5, "5", [5, "5"]])
def test_ids_are_read_in_every_shape_of_list(listed: Any) -> None:
    assert created_from(is_success=True, order_list=listed).external_ids == ("5",)


@pytest.mark.parametrize("listed", [None, [], {}, {"number": []}, {"number": None}, ""])
def test_success_without_ids_is_unknown(listed: Any) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        created_from(is_success=True, order_list=listed)

    assert caught.value.code == "success_without_id"


@pytest.mark.parametrize("listed", [[None], [0], [-1], [True], ["abc"], ["٣"], [1.5], ["9" * 20], [[5]], [{"a": 1}]])
def test_an_id_that_is_none_is_malformed(listed: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        created_from(is_success=True, order_list=listed)

    assert caught.value.field == "order_list"


@pytest.mark.parametrize("result", [{}, {"is_success": None}, {"is_success": "maybe"}, {"is_success": 1}])
def test_answer_that_does_not_say_whether_it_succeeded_is_malformed(result: dict[str, Any]) -> None:
    with pytest.raises(MalformedReply) as caught:
        created_from(**result)

    assert caught.value.field == "is_success"


def test_refusal_is_rejected_in_plain_words_with_the_vendors_behind_them() -> None:
    with pytest.raises(Rejected) as caught:
        created("order_refused_address.json")

    assert caught.value.code == "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL"
    assert caught.value.message == "The delivery address is not accepted. AliExpress says: Please enter a city"


@pytest.mark.parametrize("code", sorted(refusals.MEANINGS))
def test_documented_refusal_is_rejected_with_words_of_its_own(code: str) -> None:
    with pytest.raises(Rejected) as caught:
        created_from(is_success="false", error_code=code, error_msg="x")

    assert caught.value.code == code
    assert caught.value.message == f"{refusals.MEANINGS[code]} AliExpress says: x"


def test_undocumented_refusal_is_rejected_with_its_code() -> None:
    with pytest.raises(Rejected) as caught:
        created_from(is_success=False, error_code="B_SOMETHING_NEW")

    assert caught.value.code == "B_SOMETHING_NEW"


@pytest.mark.parametrize("code", ["SYSTEM_ERROR", "B_TIMEOUT", "isp.something", "UNKNOWN_ERROR"])
def test_undocumented_code_that_sounds_like_a_breakdown_is_unknown(code: str) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        created_from(is_success=False, error_code=code)

    assert caught.value.code == code


def test_repeated_reference_is_already_placed() -> None:
    with pytest.raises(AlreadyPlaced) as caught:
        created("order_repeated.json")

    assert caught.value.code == "REPEATED_ORDER_ERROR"


def test_refusal_that_names_an_order_is_unknown_and_tells_the_id() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        created_from(is_success=False, error_code="SKU_NOT_EXIST", order_list=[77])

    assert caught.value.code == "refused_with_id"
    assert "77" in caught.value.message


# --- order.get ------------------------------------------------------------------------------------------


def shown(**changes: Any) -> OrderSnapshot:
    document = payload_json("order_shown.json")
    document["aliexpress_trade_ds_order_get_response"]["result"] |= changes
    return parse.order_shown(answer(document), ORDER_ID)


def test_order_is_read_whole() -> None:
    assert shown() == OrderSnapshot(
        external_id=ORDER_ID,
        state=SupplierOrderState.SHIPPED,
        raw_status="WAIT_BUYER_ACCEPT_GOODS/SELLER_SEND_GOODS",
        paid_at=datetime(2024, 9, 10, 4, 5, 47, tzinfo=UTC),
        pay_within_s=86400,
        amount=Money(Decimal("21.47"), "USD"),
        items=(OrderedItem("1005008177221739", "12000044126059467", 2),),
        parcels=(Parcel("LP00681234567890", carrier="Standard delivery"),),
    )


@pytest.mark.parametrize("missing", [None, {}, ""])
def test_amount_falls_back_to_the_order_amount(missing: Any) -> None:
    assert shown(user_order_amount=missing).amount == Money(Decimal("23.50"), "EUR")


def test_order_without_amounts_has_none() -> None:
    assert shown(user_order_amount=None, order_amount=None).amount is None


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": "21,47", "currency_code": "USD"},
        {"amount": "-1", "currency_code": "USD"},
        {"amount": "NaN", "currency_code": "USD"},
        {"amount": "1e9", "currency_code": "USD"},
        {"amount": True, "currency_code": "USD"},
        {"amount": "1.00", "currency_code": "usd"},
        {"amount": "1.00"},
        "21.47",
    ],
)
def test_amount_that_cannot_be_read_is_malformed(bad: Any) -> None:
    with pytest.raises(MalformedReply):
        shown(user_order_amount=bad)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-09-09T21:05:47-07:00[America/Los_Angeles]", datetime(2024, 9, 10, 4, 5, 47, tzinfo=UTC)),
        ("2024-09-09T21:05-07:00", datetime(2024, 9, 10, 4, 5, tzinfo=UTC)),
        ("2024-09-09T21:05:47Z", datetime(2024, 9, 9, 21, 5, 47, tzinfo=UTC)),
        ("2024-09-09 21:05:47", datetime(2024, 9, 10, 4, 5, 47, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_time_of_payment_is_aware_utc(text: str | None, at: datetime | None) -> None:
    assert shown(order_paidtime_string=text).paid_at == at


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "0001-01-01T00:00:00+14:00", 5])
def test_time_of_payment_that_cannot_be_read_is_malformed(text: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        shown(order_paidtime_string=text)

    assert caught.value.field == "order_paidtime_string"


LINE = {"product_id": "7", "sku_id": 8, "product_count": "1", "end_reason": "canceled"}


@pytest.mark.parametrize("listed", [{"aeop_child_order_info": LINE}, {"other": [LINE]}, [LINE], LINE])
def test_line_is_read_in_every_shape_of_list(listed: Any) -> None:
    order = shown(child_order_list=listed)

    assert order.items == (OrderedItem("7", "8", 1, canceled=True),)
    assert order.state is SupplierOrderState.CANCELED


def test_shipment_without_a_number_is_no_parcel_yet() -> None:
    assert shown(logistics_info_list=[{"logistics_no": "", "logistics_service": "X"}]).parcels == ()


def test_finish_without_parcel_and_payment_is_canceled() -> None:
    order = shown(order_status="FINISH", order_paidtime_string="", logistics_info_list=None)

    assert order.state is SupplierOrderState.CANCELED


def test_unlisted_word_is_kept_for_staff() -> None:
    order = shown(order_status="NEW_WORD", logistics_status="PROCESSING")

    assert (order.state, order.raw_status) == (SupplierOrderState.UNKNOWN, "NEW_WORD/PROCESSING")


@pytest.mark.parametrize("result", [None, {}])
def test_order_that_cannot_be_read_yet_is_transient(result: Any) -> None:
    body = {"x_response": {"result": result, "request_id": "2101abc"}}

    with pytest.raises(Transient) as caught:
        parse.order_shown(answer(body), ORDER_ID)

    assert caught.value.code == "order_not_readable"
    assert caught.value.retry_after_s is None  # it would pause the whole account


def test_older_refusal_of_an_order_is_rejected() -> None:
    body = {"x_response": {"rsp_code": 500, "rsp_msg": "no such order", "request_id": "2101abc"}}

    with pytest.raises(Rejected) as caught:
        parse.order_shown(answer(body), ORDER_ID)

    assert caught.value.code == "500"


@pytest.mark.parametrize("document", [{}, {"other": 1}, {"x_response": {"result": "text"}}])
def test_answer_that_holds_no_order_is_malformed(document: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        parse.order_shown(answer(document), ORDER_ID)

    assert caught.value.field == "result"


def test_order_without_status_is_malformed() -> None:
    with pytest.raises(MalformedReply) as caught:
        shown(order_status=None)

    assert caught.value.field == "order_status"


# --- tracking -------------------------------------------------------------------------------------------


def tracked(*lines: Any) -> tuple[Parcel, ...]:
    data = {"tracking_detail_line_list": list(lines)}
    return parse.parcels_tracked(answer({"x_response": {"result": {"ret": "true", "data": data}}}))


def point(ms: int, name: str = "In transit", description: str = "") -> dict[str, Any]:
    return {"time_stamp": ms, "tracking_name": name, "tracking_detail_desc": description}


def test_tracking_gives_parcels_with_checkpoints_oldest_first() -> None:
    (parcel,) = parse.parcels_tracked(open_answer(payload("tracking_shown.json"), write=False))

    assert parcel.tracking_number == "LP00681234567890"
    assert parcel.carrier == "Standard delivery"
    assert parcel.eta == datetime(2025, 1, 22, tzinfo=UTC)
    assert parcel.items == (OrderedItem("1005008177221739", "12000044126059467", 2),)
    assert [(each.at, each.label, each.description) for each in parcel.checkpoints] == [
        (datetime(2025, 1, 6, 21, 46, 40, tzinfo=UTC), "Shipped", "Package received by carrier"),
        (datetime(2025, 1, 9, 5, 20, tzinfo=UTC), "In transit", "Departed from departure country/region"),
    ]


def test_goods_not_shipped_yet_are_no_error() -> None:
    assert parse.parcels_tracked(open_answer(payload("tracking_not_yet.json"), write=False)) == ()


def test_refused_tracking_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        parse.parcels_tracked(answer({"x_response": {"result": {"ret": False, "code": 2000, "msg": "no"}}}))

    assert caught.value.code == "2000"


def test_success_of_tracking_does_not_depend_on_its_code() -> None:
    body = {"x_response": {"result": {"ret": True, "code": "whatever", "data": None}}}

    assert parse.parcels_tracked(answer(body)) == ()


def test_several_lines_are_several_parcels_and_repeats_are_one() -> None:
    line = {"mail_no": "A", "detail_node_list": [point(1000)]}
    later = {"mail_no": "A", "detail_node_list": [point(2000), point(1000)], "carrier_name": "USPS"}

    first, second = tracked(line, {"mail_no": "B"}, later)

    assert (first.tracking_number, second.tracking_number) == ("A", "B")
    assert [each.at.second for each in first.checkpoints] == [1, 2]
    assert first.carrier == "USPS"


def test_checkpoints_of_one_instant_keep_their_true_order() -> None:
    (parcel,) = tracked({"mail_no": "A", "detail_node_list": [point(1000, "second"), point(1000, "first")]})

    assert [each.label for each in parcel.checkpoints] == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "description", "delivered"),
    [
        ("Delivered", "", True),
        ("DELIVERED", "", True),
        ("Delivered to the sorting centre", "", False),
        ("Delivery attempted", "", False),
        ("Out for delivery", "Delivered", False),
        ("In transit", "Delivered", False),
    ],
)
def test_only_the_exact_word_marks_a_delivery(name: str, description: str, delivered: bool) -> None:
    (parcel,) = tracked({"mail_no": "A", "detail_node_list": [point(1000, name, description)]})

    assert parcel.checkpoints[0].delivered is delivered


@pytest.mark.parametrize("ms", [None, "soon", -1, 1.5, True, 10**15, {"a": 1}])
def test_checkpoint_without_an_instant_is_malformed(ms: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        tracked({"mail_no": "A", "detail_node_list": [point(ms)]})

    assert caught.value.field == "time_stamp"


def test_parcel_without_a_number_is_malformed() -> None:
    with pytest.raises(MalformedReply) as caught:
        tracked({"carrier_name": "X", "detail_node_list": []})

    assert caught.value.field == "mail_no"


# --- both together --------------------------------------------------------------------------------------


def test_tracking_is_matched_to_parcels_by_number() -> None:
    parcels = tracked({"mail_no": "LP00681234567890", "carrier_name": "DHL"}, {"mail_no": "B"})

    order = parse.with_tracking(shown(), parcels)

    assert [(each.tracking_number, each.carrier) for each in order.parcels] == [
        ("LP00681234567890", "DHL"),
        ("B", ""),
    ]


def test_wholly_shipped_order_is_delivered_with_its_last_parcel() -> None:
    order = shown()
    here = tracked({"mail_no": "LP00681234567890", "detail_node_list": [point(1000, "Delivered")]})
    under_way = tracked({"mail_no": "B", "detail_node_list": [point(1000)]})

    assert parse.with_tracking(order, here).state is SupplierOrderState.DELIVERED
    assert parse.with_tracking(order, (*here, *under_way)).state is SupplierOrderState.SHIPPED


def test_partly_shipped_order_is_not_delivered_by_its_first_parcel() -> None:
    order = shown(order_status="SELLER_PART_SEND_GOODS", logistics_status="SELLER_SEND_PART_GOODS")
    here = tracked({"mail_no": "LP00681234567890", "detail_node_list": [point(1000, "Delivered")]})

    assert parse.with_tracking(order, here).state is SupplierOrderState.SHIPPED


def test_frozen_order_stays_frozen_when_its_parcel_arrives() -> None:
    order = replace(shown(), state=SupplierOrderState.FROZEN)
    here = tracked({"mail_no": "LP00681234567890", "detail_node_list": [point(1000, "Delivered")]})

    assert parse.with_tracking(order, here).state is SupplierOrderState.FROZEN


@pytest.mark.parametrize(
    "document", [{"x_response": {"result": {"ret": None}}}, {"result": []}, {"result": {"ret": True, "data": 5}}]
)
def test_answer_that_holds_no_tracking_is_malformed(document: Any) -> None:
    with pytest.raises(MalformedReply):
        parse.parcels_tracked(answer(document))
