"""An order's life: payment, shipment, tracking, delivery, closing."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from integrations.sandbox.clock import pacific_text, pacific_zoned_text

from .wire import BEAR, MAT, SAGE_ID, TRAY, Supplier, item, purchase


def words(supplier: Supplier, order_id: int) -> tuple[str, str]:
    order = supplier.order(order_id)
    return order["order_status"], order["logistics_status"]


def lines(order: dict) -> list[dict]:  # type: ignore[type-arg]
    return list(order["child_order_list"]["aeop_child_order_info"])


def test_paid_order_goes_from_payment_to_finish(supplier: Supplier) -> None:
    order_id = supplier.buy()

    seen = [words(supplier, order_id)]
    for step_s in (3, 12, 30, 5):
        supplier.advance(step_s)
        seen.append(words(supplier, order_id))

    assert seen == [
        ("PAYMENT_PROCESSING", "NO_LOGISTICS"),
        ("WAIT_SELLER_SEND_GOODS", "WAIT_SELLER_SEND_GOODS"),
        ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS"),
        ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS"),
        ("FINISH", "BUYER_ACCEPT_GOODS"),
    ]


def test_speed_divides_the_times_of_new_orders(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"speed": 10})
    order_id = supplier.buy()

    supplier.advance(1.5)

    assert words(supplier, order_id)[1] == "SELLER_SEND_GOODS"


def test_later_settings_do_not_change_an_orders_past(supplier: Supplier) -> None:
    order_id = supplier.buy()
    supplier.advance(16)

    supplier.control("POST", "settings", {"shipped_after_s": 1000, "delivered_after_s": 2000})

    assert words(supplier, order_id)[1] == "SELLER_SEND_GOODS"


def test_order_answer_has_the_documented_fields(supplier: Supplier) -> None:
    order_id = supplier.buy(item(count=2, logistics_service_name="CAINIAO_FULFILLMENT_STD"))
    supplier.advance(20)

    order = supplier.order(order_id)

    assert order["order_amount"] == order["user_order_amount"] == {"amount": "18.01", "currency_code": "USD"}
    assert order["pay_timeout_second"] == "86400"
    assert order["store_info"]["store_id"] == 11
    (child,) = lines(order)
    assert (child["product_id"], child["sku_id"], child["product_count"]) == (MAT, SAGE_ID, 2)
    amounts = {name: child[name]["amount"] for name in child if isinstance(child[name], dict)}
    assert amounts == {
        "product_price": "8.01",
        "sale_fee": "16.02",
        "sale_discount_fee": "0.00",
        "shipping_fee": "1.99",
        "shipping_discount_fee": "0.00",
        "actual_shipping_fee": "1.99",
        "actual_tax_fee": "0.00",
        "actual_fee": "18.01",
    }
    (parcel,) = order["logistics_info_list"]["aeop_order_logistics_info"]
    assert re.fullmatch(r"LP\d{14}", parcel["logistics_no"])
    assert parcel["logistics_service"] == "CAINIAO_FULFILLMENT_STD"


def test_flat_order_id_is_accepted(supplier: Supplier) -> None:
    order_id = supplier.buy()

    answer = supplier.call("aliexpress.trade.ds.order.get", order_id=str(order_id))

    assert answer["result"]["order_status"] == "PAYMENT_PROCESSING"


@pytest.mark.parametrize("order_id", [1, 10**17])
def test_unknown_order_is_an_authorization_error(supplier: Supplier, order_id: int) -> None:
    error = supplier.order(order_id)["error_response"]

    assert (error["type"], error["code"], error["sub_code"]) == ("ISP", "15", "isv.invalid-authorization")


def test_order_get_without_an_id_misses_a_parameter(supplier: Supplier) -> None:
    answer = supplier.call("aliexpress.trade.ds.order.get")

    assert answer["error_response"]["code"] == "MissingParameter"


def test_new_order_can_be_unreadable_for_a_while(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"unreadable_s": 10})
    order_id = supplier.buy()
    before = supplier.order(order_id)
    supplier.advance(10)

    assert "error_response" in before
    assert supplier.order(order_id)["order_status"] == "WAIT_SELLER_SEND_GOODS"


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2024-09-10T04:05:47", "2024-09-09T21:05:47-07:00[America/Los_Angeles]"),
        ("2024-12-10T04:05:47", "2024-12-09T20:05:47-08:00[America/Los_Angeles]"),
        ("2024-03-10T09:59:59", "2024-03-10T01:59:59-08:00[America/Los_Angeles]"),
        ("2024-03-10T10:00:00", "2024-03-10T03:00:00-07:00[America/Los_Angeles]"),
        ("2024-11-03T08:59:59", "2024-11-03T01:59:59-07:00[America/Los_Angeles]"),
        ("2024-11-03T09:00:00", "2024-11-03T01:00:00-08:00[America/Los_Angeles]"),
    ],
)
def test_pacific_times_change_on_the_right_days(utc: str, expected: str) -> None:
    instant_ms = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)

    assert pacific_zoned_text(instant_ms) == expected
    assert pacific_text(instant_ms) == expected[:19].replace("T", " ")


def test_paid_time_carries_zone_and_name(supplier: Supplier) -> None:
    order_id = supplier.buy()
    supplier.advance(3)

    order = supplier.order(order_id)

    written, _, name = order["order_paidtime_string"].partition("[")
    paid = datetime.fromisoformat(written)
    offset = paid.utcoffset() or timedelta()
    created = datetime.fromisoformat(order["gmt_create"]).replace(tzinfo=paid.tzinfo)
    assert name == "America/Los_Angeles]"
    assert offset in (timedelta(hours=-7), timedelta(hours=-8))
    assert (paid - created).total_seconds() == pytest.approx(3, abs=1)


def test_unpaid_order_waits_and_lapses_with_its_lines_canceled(supplier: Supplier) -> None:
    order_id = supplier.buy(pays=False)
    waiting = words(supplier, order_id)
    supplier.advance(86_400)

    order = supplier.order(order_id)

    assert waiting == ("PLACE_ORDER_SUCCESS", "NO_LOGISTICS")
    assert order["order_status"] == "FINISH"
    assert order["order_paidtime_string"] == ""
    assert [line["end_reason"] for line in lines(order)] == ["CANCELED"]


def test_lapsed_order_gives_its_stock_back(supplier: Supplier) -> None:
    supplier.buy(item(sku_attr=BEAR), pays=False)
    supplier.advance(86_400)

    assert supplier.buy(item(sku_attr=BEAR))


def test_unpaid_order_can_be_paid_by_hand(supplier: Supplier) -> None:
    order_id = supplier.buy(pays=False)
    supplier.advance(1000)

    supplier.control("POST", f"orders/{order_id}/pay")

    paid = words(supplier, order_id)
    supplier.advance(12)
    assert paid[0] == "WAIT_SELLER_SEND_GOODS"
    assert words(supplier, order_id)[0] == "WAIT_BUYER_ACCEPT_GOODS"


def test_order_cannot_be_paid_twice_or_after_its_end(supplier: Supplier) -> None:
    paid, lapsed = supplier.buy(), supplier.buy(pays=False)
    supplier.advance(90_000)

    statuses = [supplier.send("POST", f"/_control/orders/{order_id}/pay")[0] for order_id in (paid, lapsed, 1)]

    assert statuses == [409, 409, 404]


def test_automatic_payment_can_be_refused_by_setting(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"auto_pay": "refused"})

    result = supplier.create(purchase())

    assert result["is_success"] is True
    assert result["error_msg"] == "OrderCreated, autoPay fail:APIPayFail"
    assert words(supplier, result["order_list"]["number"][0])[0] == "PLACE_ORDER_SUCCESS"


def test_tracking_is_not_found_before_shipment(supplier: Supplier) -> None:
    order_id = supplier.buy()
    supplier.advance(14)

    assert supplier.tracking(order_id) == {"ret": False, "code": "1001", "msg": "TRACKING DATA NOT FOUND"}


def test_tracking_shows_the_parcel_newest_event_first(supplier: Supplier) -> None:
    order_id = supplier.buy(item(count=2))
    supplier.advance(30)

    data = supplier.tracking(order_id)

    (parcel,) = data["data"]["tracking_detail_line_list"]["tracking_detail"]
    times = [node["time_stamp"] for node in parcel["detail_node_list"]["detail_node"]]
    assert data["ret"] is True
    assert parcel["carrier_name"] == "AliExpress Selection Standard"
    assert len(times) > 1
    assert times == sorted(times, reverse=True)
    assert parcel["package_item_list"]["package_item"] == [
        {
            "item_id": MAT,
            "quantity": 2,
            "item_title": "Absorbent bath mat",
            "sku_desc": "Color:Sage;Size:50x80",
            "sku_id": int(SAGE_ID),
        }
    ]


def test_tracking_ends_with_delivery(supplier: Supplier) -> None:
    order_id = supplier.buy()
    supplier.advance(45)

    (parcel,) = supplier.tracking(order_id)["data"]["tracking_detail_line_list"]["tracking_detail"]

    newest = parcel["detail_node_list"]["detail_node"][0]
    assert newest["tracking_name"] == "Delivered"
    assert newest["time_stamp"] == parcel["eta_time_stamps"]


def test_order_and_tracking_name_the_same_parcel(supplier: Supplier) -> None:
    order_id = supplier.buy()
    supplier.advance(20)

    (info,) = supplier.order(order_id)["logistics_info_list"]["aeop_order_logistics_info"]
    (parcel,) = supplier.tracking(order_id)["data"]["tracking_detail_line_list"]["tracking_detail"]

    assert info["logistics_no"] == parcel["mail_no"]
    assert supplier.control("GET", "orders")[0]["tracking_numbers"] == [parcel["mail_no"]]


@pytest.mark.parametrize(
    ("items", "shares"),
    [
        ([item(), item(TRAY, "14:10#Natural", 3)], [[1], [3]]),
        ([item(count=5)], [[2], [3]]),
        ([item(count=1)], [[1]]),
    ],
)
def test_order_can_ship_in_two_parcels(supplier: Supplier, items: list[dict], shares: list[list[int]]) -> None:  # type: ignore[type-arg]
    supplier.control("POST", "settings", {"parcels": 2})
    order_id = supplier.buy(*items)
    supplier.advance(26)

    parcels = supplier.tracking(order_id)["data"]["tracking_detail_line_list"]["tracking_detail"]

    assert [[entry["quantity"] for entry in p["package_item_list"]["package_item"]] for p in parcels] == shares
    assert len({parcel["mail_no"] for parcel in parcels}) == len(shares)


def test_order_is_partly_shipped_between_two_parcels(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"parcels": 2})
    order_id = supplier.buy(item(count=2))
    supplier.advance(16)

    assert words(supplier, order_id) == ("SELLER_PART_SEND_GOODS", "SELLER_SEND_PART_GOODS")
