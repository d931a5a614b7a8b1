"""Token endpoints, and tokens ended on command."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .conftest import Start
from .wire import PRODUCT, REFRESH, TOKEN, Supplier, signature


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


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({"app_status": "test"}, (86_400, 172_800)),
        ({"app_status": "online"}, (2_592_000, 5_184_000)),
        ({"access_lifetime_s": 90, "refresh_lifetime_s": 600}, (90, 600)),
        ({"app_status": "test", "refresh_lifetime_s": 600}, (86_400, 600)),
    ],
)
def test_lifetimes_are_settings(supplier: Supplier, changes: dict[str, Any], seconds: tuple[int, int]) -> None:
    supplier.control("POST", "settings", changes)

    answer = supplier.system("/auth/token/create", code=supplier.control("POST", "codes")["code"])

    assert (answer["expires_in"], answer["refresh_expires_in"]) == seconds


def test_second_refresh_does_not_restart_the_refresh_lifetime(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"access_lifetime_s": 100, "refresh_lifetime_s": 300})
    first = supplier.system("/auth/token/create", code=supplier.control("POST", "codes")["code"])
    supplier.advance(120)
    second = refreshed(supplier, first["refresh_token"])
    supplier.advance(120)
    third = refreshed(supplier, second["refresh_token"])
    supplier.advance(61)

    assert int(third["refresh_expires_in"]) <= 60
    assert refreshed(supplier, third["refresh_token"])["code"] == "IllegalRefreshToken"


# Tokens ended on command


def test_access_tokens_expire_on_command_and_can_be_refreshed(supplier: Supplier) -> None:
    supplier.control("POST", "tokens", {"kind": "expire_access"})

    assert not opens(supplier, TOKEN)
    assert opens(supplier, refreshed(supplier)["access_token"])


def test_refresh_tokens_expire_on_command_and_leave_the_access_token(supplier: Supplier) -> None:
    supplier.control("POST", "tokens", {"kind": "expire_refresh"})

    assert opens(supplier, TOKEN)
    assert refreshed(supplier)["code"] == "IllegalRefreshToken"
    assert supplier.control("GET", "account")["refresh_expires_in"] == 0


def test_revoked_account_opens_nothing_until_the_buyer_agrees_again(supplier: Supplier) -> None:
    supplier.control("POST", "tokens", {"kind": "revoke"})

    account = supplier.control("GET", "account")
    refusal = supplier.call(PRODUCT, product_id="1", ship_to_country="US")["error_response"]
    assert refusal["code"] == "IllegalAccessToken"
    assert refreshed(supplier)["code"] == "IllegalRefreshToken"
    assert (account["access_token"], account["refresh_token"]) == (None, None)

    code = supplier.control("POST", "codes")["code"]
    assert opens(supplier, supplier.system("/auth/token/create", code=code)["access_token"])


def test_well_known_tokens_can_be_restored(supplier: Supplier) -> None:
    supplier.control("POST", "tokens", {"kind": "revoke"})

    supplier.control("POST", "tokens", {"kind": "restore"})

    assert opens(supplier, TOKEN)
    assert refreshed(supplier)["code"] == "0"


@pytest.mark.parametrize("body", [b"{}", b'{"kind": "lose"}', b'{"kind": "revoke", "token": "x"}', b"[]"])
def test_other_changes_of_tokens_are_refused(supplier: Supplier, body: bytes) -> None:
    assert supplier.send("POST", "/_control/tokens", body)[0] == 400
    assert opens(supplier, TOKEN)


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
