"""Reading, checking and answering: what holds for every method."""

import hashlib
import http.client
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from .conftest import Start
from .wire import CREATE, MAT, PRODUCT, SECRET, TOKEN, Supplier, purchase, signature, wait_until

FORM = "application/x-www-form-urlencoded"
ASKED = {"product_id": str(MAT), "ship_to_country": "US"}


def product_call(supplier: Supplier, **changes: str) -> dict[str, str]:
    return supplier.signed(method=PRODUCT, **ASKED, **changes)


def rsp_code(body: bytes) -> int:
    return int(json.loads(body)["aliexpress_ds_product_get_response"]["rsp_code"])


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    attached = '--edge\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body = "".join(parts).encode() + attached.encode() + b"\x89PNG\xff\r\n--edge--\r\n"
    return body, "multipart/form-data; boundary=edge"


def test_everything_in_the_body_is_accepted(supplier: Supplier) -> None:
    _, body = supplier.send("POST", "/sync", urlencode(product_call(supplier)).encode(), FORM)

    assert rsp_code(body) == 200


def test_everything_in_the_query_with_empty_post_is_accepted(supplier: Supplier) -> None:
    _, body = supplier.send("POST", "/sync?" + urlencode(product_call(supplier)))

    assert rsp_code(body) == 200


def test_get_is_accepted(supplier: Supplier) -> None:
    _, body = supplier.send("GET", "/sync?" + urlencode(product_call(supplier)))

    assert rsp_code(body) == 200


def test_common_in_query_and_business_in_body_are_merged(supplier: Supplier) -> None:
    params = product_call(supplier)
    common = {name: value for name, value in params.items() if name not in ASKED}

    _, body = supplier.send("POST", "/sync?" + urlencode(common), urlencode(ASKED).encode(), FORM)

    assert rsp_code(body) == 200


def test_multipart_text_parts_count_and_file_parts_are_not_signed(supplier: Supplier) -> None:
    params = product_call(supplier)
    common = {name: value for name, value in params.items() if name not in ASKED}
    body, content_type = multipart(ASKED)

    _, answer = supplier.send("POST", "/sync?" + urlencode(common), body, content_type)

    assert rsp_code(answer) == 200


def test_multipart_values_keep_unicode_and_line_ends(supplier: Supplier) -> None:
    params = supplier.signed(
        method="aliexpress.ds.text.search",
        keyWord="bath — é\r\nx",
        local="en_US",
        countryCode="US",
        currency="USD",
    )
    body, content_type = multipart(params)

    _, answer = supplier.send("POST", "/sync", body, content_type)

    assert json.loads(answer)["aliexpress_ds_text_search_response"]["code"] == "00"


def test_form_labelled_as_plain_text_is_accepted(supplier: Supplier) -> None:
    body = urlencode(product_call(supplier)).encode()

    _, answer = supplier.send("POST", "/sync", body, "text/plain;charset=UTF-8")

    assert rsp_code(answer) == 200


def test_token_may_be_called_access_token(supplier: Supplier) -> None:
    params = supplier.common(method=PRODUCT, **ASKED)
    params["access_token"] = params.pop("session")

    answer = supplier.post(params | {"sign": signature(params)})

    assert answer["aliexpress_ds_product_get_response"]["rsp_code"] == 200


def test_old_md5_style_is_accepted(supplier: Supplier) -> None:
    params = supplier.common(method=PRODUCT, **ASKED) | {"sign_method": "md5"}
    text = SECRET + "".join(name + params[name] for name in sorted(params)) + SECRET

    answer = supplier.post(params | {"sign": hashlib.md5(text.encode()).hexdigest().upper()})

    assert answer["aliexpress_ds_product_get_response"]["rsp_code"] == 200


@pytest.mark.parametrize("pattern", ["%Y-%m-%dT%H:%M:%SZ", "old"])
def test_timestamp_may_be_a_text(supplier: Supplier, pattern: str) -> None:
    shift, written = (8 * 3600, "%Y-%m-%d %H:%M:%S") if pattern == "old" else (0, pattern)
    text = datetime.fromtimestamp(time.time() + shift, UTC).strftime(written)

    answer = supplier.post(product_call(supplier, timestamp=text))

    assert answer["aliexpress_ds_product_get_response"]["rsp_code"] == 200


@pytest.mark.parametrize("name", ["method", "app_key", "timestamp", "sign_method", "sign"])
def test_each_common_parameter_is_mandatory(supplier: Supplier, name: str) -> None:
    params = product_call(supplier)
    del params[name]

    error = supplier.post(params)["error_response"]

    assert (error["type"], error["code"]) == ("ISV", "MissingParameter")
    assert f'"{name}"' in error["msg"]


def test_unknown_app_key_is_refused_before_the_signature(supplier: Supplier) -> None:
    params = supplier.signed(method=PRODUCT) | {"app_key": "1", "sign": "0"}

    assert supplier.post(params)["error_response"]["code"] == "InvalidAppkey"


@pytest.mark.parametrize("offset_s", [-7300, 7300])
def test_clock_difference_over_two_hours_is_refused_before_the_signature(supplier: Supplier, offset_s: int) -> None:
    stamp = str(int((time.time() + offset_s) * 1000))
    params = supplier.signed(method=PRODUCT, timestamp=stamp) | {"sign": "0"}

    assert supplier.post(params)["error_response"]["code"] == "IllegalTimestamp"


def test_clock_difference_under_two_hours_is_accepted(supplier: Supplier) -> None:
    stamp = str(int((time.time() - 7100) * 1000))

    answer = supplier.post(product_call(supplier, timestamp=stamp))

    assert "error_response" not in answer


def test_moving_the_emulators_clock_does_not_refuse_true_timestamps(supplier: Supplier) -> None:
    supplier.advance(10 * 86_400)

    assert supplier.product()["rsp_code"] == 200


def test_wrong_signature_is_refused_before_the_token(supplier: Supplier) -> None:
    params = product_call(supplier, session="wrong") | {"sign": "A" * 64}

    error = supplier.post(params)["error_response"]

    assert error["code"] == "IncompleteSignature"
    assert error["msg"] == "The request signature does not conform to platform standards"


def test_lower_case_signature_is_refused(supplier: Supplier) -> None:
    params = product_call(supplier)

    answer = supplier.post(params | {"sign": params["sign"].lower()})

    assert answer["error_response"]["code"] == "IncompleteSignature"


def test_signature_over_a_system_prefix_does_not_open_a_business_method(supplier: Supplier) -> None:
    params = supplier.common(method=PRODUCT, **ASKED)

    answer = supplier.post(params | {"sign": signature(params, path="/sync")})

    assert answer["error_response"]["code"] == "IncompleteSignature"


@pytest.mark.parametrize("token", ["", "wrong"])
def test_wrong_or_absent_token_is_refused_before_the_method(supplier: Supplier, token: str) -> None:
    answer = supplier.post(supplier.signed(method="aliexpress.no.such", session=token))

    assert answer["error_response"]["code"] == "IllegalAccessToken"
    assert answer["error_response"]["msg"] == "The specified access token is invalid or expired"


@pytest.mark.parametrize("method", ["aliexpress.no.such", "/auth/token/refresh"])
def test_method_that_sync_does_not_know_is_refused(supplier: Supplier, method: str) -> None:
    assert supplier.post(supplier.signed(method=method))["error_response"]["code"] == "InvalidApiPath"


def test_rest_errors_are_flat_and_say_message(supplier: Supplier) -> None:
    answer = supplier.system("/auth/token/nothing")

    assert set(answer) == {"type", "code", "message", "request_id"}
    assert answer["code"] == "InvalidApiPath"


def test_business_method_under_rest_is_refused(supplier: Supplier) -> None:
    assert supplier.system("/aliexpress/ds/order/create")["code"] == "InvalidApiPath"


def test_xml_format_is_refused(supplier: Supplier) -> None:
    assert supplier.post(product_call(supplier, format="xml"))["error_response"]["code"] == "InvalidParameter"


def test_every_answer_carries_a_fresh_request_id(supplier: Supplier) -> None:
    first = supplier.product()["request_id"]
    second = supplier.call("aliexpress.no.such")["error_response"]["request_id"]

    assert first != second


def test_unsimplified_lists_are_wrapped(supplier: Supplier) -> None:
    answer = supplier.post(supplier.signed(method=CREATE, **create_params()))

    (order_id,) = answer["aliexpress_ds_order_create_response"]["result"]["order_list"]["number"]
    assert len(str(order_id)) == 16


def test_simplify_keeps_the_wrapper_and_flattens_lists(supplier: Supplier) -> None:
    answer = supplier.post(supplier.signed(method=CREATE, simplify="true", **create_params()))

    (order_id,) = answer["aliexpress_ds_order_create_response"]["result"]["order_list"]
    assert isinstance(order_id, int)


def test_simplify_can_be_switched_to_bare(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"simplify": "bare"})

    answer = supplier.post(supplier.signed(method=CREATE, simplify="true", **create_params()))

    assert set(answer) == {"result", "code", "request_id"}
    assert answer["code"] == "0"
    assert len(answer["result"]["order_list"]) == 1


def test_simplify_can_be_switched_to_change_nothing(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"simplify": "ignored"})

    answer = supplier.post(supplier.signed(method=CREATE, simplify="true", **create_params()))

    (order_id,) = answer["aliexpress_ds_order_create_response"]["result"]["order_list"]["number"]
    assert isinstance(order_id, int)


@pytest.mark.parametrize(("secret", "code"), [(SECRET, "InsufficientPermission"), ("other", "IncompleteSignature")])
def test_affiliate_methods_are_not_granted_and_want_no_token(supplier: Supplier, secret: str, code: str) -> None:
    params = supplier.common(method="aliexpress.affiliate.product.query", keywords="mat")
    del params["session"]

    answer = supplier.post(params | {"sign": signature(params, secret)})

    assert answer["error_response"]["code"] == code


def test_single_elements_can_be_switched_to_bare_objects(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"single_items": "bare"})

    order = supplier.order(int(supplier.create(purchase())["order_list"]["number"]))

    assert order["child_order_list"]["aeop_child_order_info"]["product_id"] == MAT


def test_scalars_can_be_switched_to_text(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"scalars": "text"})

    result = supplier.create(purchase())

    assert result["is_success"] == "true"
    assert isinstance(result["order_list"]["number"][0], str)


def test_log_names_method_outcome_and_time_but_no_token_or_address(start: Start) -> None:
    server, supplier = start()

    supplier.buy()
    # A line is written after its answer was sent: the next request must not overtake it.
    wait_until(lambda: len(server.lines) == 1)
    supplier.post(supplier.signed(method="aliexpress.spy\n" + TOKEN))
    wait_until(lambda: len(server.lines) == 2)

    assert "/sync" not in server.lines[0]
    assert server.lines[0].startswith(f"{CREATE} ok ")
    assert server.lines[0].endswith(" ms")
    assert server.lines[1].startswith("unknown-method error:InvalidApiPath")
    assert not any(word in line for line in server.lines for word in (TOKEN, "Main St", SECRET, "Doe"))


def test_body_over_the_limit_is_refused_unread(supplier: Supplier) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", supplier.port, timeout=5)
    connection.putrequest("POST", "/sync")
    connection.putheader("Content-Length", str(5 * 1024 * 1024))
    connection.endheaders()

    assert connection.getresponse().status == 413
    connection.close()


def test_too_many_parameters_are_refused(supplier: Supplier) -> None:
    status, _ = supplier.send("POST", "/sync", b"&".join(b"a%d=1" % i for i in range(300)), FORM)

    assert status == 400


def create_params() -> dict[str, Any]:
    return {"param_place_order_request4_open_api_d_t_o": json.dumps(purchase())}
