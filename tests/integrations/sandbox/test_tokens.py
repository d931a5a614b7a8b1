"""Token endpoints and the authorization page."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from .conftest import Start
from .wire import KEY, PRODUCT, REFRESH, TOKEN, Supplier, signature


def refreshed(supplier: Supplier, token: str = REFRESH) -> dict[str, str]:
    answer: dict[str, str] = supplier.system("/auth/token/refresh", refresh_token=token)
    return answer


def opens(supplier: Supplier, token: str) -> bool:
    answer = supplier.call(PRODUCT, product_id="1", ship_to_country="US", session=token)
    return "error_response" not in answer


def test_refresh_gives_two_new_tokens_at_top_level(supplier: Supplier) -> None:
    answer = refreshed(supplier)

    assert answer["code"] == "0"
    assert answer["access_token"] != TOKEN
    assert answer["refresh_token"] != REFRESH
    assert opens(supplier, answer["access_token"])


def test_online_lifetimes_are_thirty_and_sixty_days(supplier: Supplier) -> None:
    answer = refreshed(supplier)

    assert answer["expires_in"] == 2_592_000
    assert 5_184_000 - 60 <= int(answer["refresh_expires_in"]) <= 5_184_000


def test_refresh_restarts_the_access_lifetime_but_not_the_refresh_lifetime(supplier: Supplier) -> None:
    supplier.advance(86_400)

    answer = refreshed(supplier)

    assert answer["expires_in"] == 2_592_000
    assert int(answer["refresh_expires_in"]) <= 5_184_000 - 86_400


def test_refresh_token_works_once(supplier: Supplier) -> None:
    refreshed(supplier)

    assert refreshed(supplier)["code"] == "IllegalRefreshToken"


def test_parallel_refreshes_have_one_winner(supplier: Supplier) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: refreshed(supplier)["code"], range(8)))

    assert sorted(codes) == ["0"] + ["IllegalRefreshToken"] * 7


def test_refresh_revokes_the_old_access_token(supplier: Supplier) -> None:
    refreshed(supplier)

    assert not opens(supplier, TOKEN)


def test_old_access_token_can_be_kept_by_setting(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"after_refresh": "keeps_old"})

    refreshed(supplier)

    assert opens(supplier, TOKEN)


def test_access_token_expires_on_the_emulators_clock(supplier: Supplier) -> None:
    supplier.advance(30 * 86_400 + 1)

    assert not opens(supplier, TOKEN)
    assert opens(supplier, refreshed(supplier)["access_token"])


def test_refresh_token_expires(supplier: Supplier) -> None:
    supplier.advance(60 * 86_400 + 1)

    assert refreshed(supplier)["code"] == "IllegalRefreshToken"


def test_missing_refresh_token_is_a_flat_error(supplier: Supplier) -> None:
    assert supplier.system("/auth/token/refresh")["code"] == "MissingParameter"


def test_sdk_that_posts_to_bare_rest_with_method_is_understood(supplier: Supplier) -> None:
    params = supplier.common(method="/auth/token/refresh", refresh_token=REFRESH, partner_id="iop-sdk-python-20220609")
    del params["session"]

    answer = supplier.post(params | {"sign": signature(params, path="/auth/token/refresh")}, "/rest")

    assert answer["code"] == "0"


def test_code_is_exchanged_once(supplier: Supplier) -> None:
    code = supplier.control("POST", "codes")["code"]

    first = supplier.system("/auth/token/create", code=code)
    second = supplier.system("/auth/token/create", code=code)

    assert first["code"] == "0"
    assert opens(supplier, first["access_token"])
    assert second["code"] == "InvalidCode"


def test_code_lives_three_minutes(supplier: Supplier) -> None:
    code = supplier.control("POST", "codes")["code"]
    supplier.advance(181)

    assert supplier.system("/auth/token/create", code=code)["code"] == "InvalidCode"


def test_uuid_makes_the_code_invalid(supplier: Supplier) -> None:
    code = supplier.control("POST", "codes")["code"]

    assert supplier.system("/auth/token/create", code=code, uuid="x")["code"] == "InvalidCode"


def test_test_status_shortens_the_lifetimes(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"app_status": "test"})
    code = supplier.control("POST", "codes")["code"]

    answer = supplier.system("/auth/token/create", code=code)

    assert (answer["expires_in"], answer["refresh_expires_in"]) == (86_400, 172_800)


def test_authorization_page_returns_code_and_state(supplier: Supplier) -> None:
    callback = "http://127.0.0.1:1/back"
    query = {"response_type": "code", "client_id": KEY, "redirect_uri": callback, "state": "s&1"}
    connection = http.client.HTTPConnection("127.0.0.1", supplier.port, timeout=5)
    connection.request("GET", "/oauth/authorize?" + urlencode(query))
    response = connection.getresponse()
    location = response.getheader("Location") or ""
    connection.close()

    answer = parse_qs(urlsplit(location).query)
    assert response.status == 302
    assert location.startswith(callback)
    assert answer["state"] == ["s&1"]
    assert supplier.system("/auth/token/create", code=answer["code"][0])["code"] == "0"


@pytest.mark.parametrize("changes", [{"client_id": "1"}, {"redirect_uri": "javascript:1"}, {"response_type": "token"}])
def test_authorization_page_refuses_a_wrong_request(supplier: Supplier, changes: dict[str, str]) -> None:
    query = {"response_type": "code", "client_id": KEY, "redirect_uri": "http://127.0.0.1/"} | changes

    status, _ = supplier.send("GET", "/oauth/authorize?" + urlencode(query))

    assert status == 400


def test_account_shows_the_newest_pair(supplier: Supplier) -> None:
    answer = refreshed(supplier)

    account = supplier.control("GET", "account")

    assert account["access_token"] == answer["access_token"]
    assert account["refresh_token"] == answer["refresh_token"]


def test_demo_tokens_are_valid_again_after_a_restart(start: Start, tmp_path: object) -> None:
    store = f"{tmp_path}/sandbox.sqlite3"
    _, before = start(store=store)
    rotated = refreshed(before)

    _, after = start(store=store)

    assert opens(after, TOKEN)
    assert opens(after, rotated["access_token"])
