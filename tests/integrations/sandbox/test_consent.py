"""The authorization page of the AliExpress half."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from .wire import KEY, Supplier

CALLBACK = "http://127.0.0.1:1/back"
QUERY = {"response_type": "code", "client_id": KEY, "redirect_uri": CALLBACK, "state": 's&1"<', "force_auth": "true"}


class Form(HTMLParser):
    """The fields and buttons of the page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self.words: list[str] = []
        self._is_in_button = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.method = values["action"], values["method"]
        elif tag == "input":
            self.fields[values["name"]] = values["value"]
        elif tag == "button":
            self.buttons.append(values["value"])
            self._is_in_button = True

    def handle_data(self, data: str) -> None:
        if self._is_in_button:
            self.words.append(data)
            self._is_in_button = False


def open_page(supplier: Supplier, **changes: str) -> tuple[int, str]:
    status, body = supplier.send("GET", "/oauth/authorize?" + urlencode(QUERY | changes))
    return status, body.decode()


def press(supplier: Supplier, decision: str, **changes: str) -> tuple[int, str, dict[str, list[str]]]:
    """Press a button of the page; status, where the browser is sent, and with what."""
    form = Form(open_page(supplier, **changes)[1])
    body = urlencode(form.fields | {"decision": decision}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{supplier.port}"}
    status, answer, _ = supplier.exchange("POST", form.action, body, headers)
    target = answer["Location"] or ""
    return status, target, parse_qs(urlsplit(target).query)


def test_page_asks_with_two_buttons(supplier: Supplier) -> None:
    status, page = open_page(supplier)

    form = Form(page)
    assert status == 200
    assert (form.action, form.method) == ("/oauth/authorize", "post")
    assert form.words == ["Authorize", "Refuse"]
    assert form.fields == QUERY


def test_opening_the_page_alone_gives_no_code(supplier: Supplier) -> None:
    status, headers, _ = supplier.exchange("GET", "/oauth/authorize?" + urlencode(QUERY))

    assert (status, headers["Location"]) == (200, None)


def test_page_is_not_framed_not_kept_and_without_scripts(supplier: Supplier) -> None:
    _, headers, _ = supplier.exchange("GET", "/oauth/authorize?" + urlencode(QUERY))

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_authorize_sends_back_a_code_that_works_once_and_the_state(supplier: Supplier) -> None:
    status, target, answer = press(supplier, "authorize")

    assert status == 303
    assert target.startswith(CALLBACK + "?")
    assert answer["state"] == [QUERY["state"]]
    assert answer["code"][0].startswith(f"3_{KEY}_")
    assert supplier.system("/auth/token/create", code=answer["code"][0])["code"] == "0"
    assert supplier.system("/auth/token/create", code=answer["code"][0])["code"] == "InvalidCode"


def test_code_of_the_page_lives_three_minutes_of_the_emulators_clock(supplier: Supplier) -> None:
    _, _, answer = press(supplier, "authorize")
    supplier.advance(181)

    assert supplier.system("/auth/token/create", code=answer["code"][0])["code"] == "InvalidCode"


def test_refuse_sends_back_the_error_and_the_state(supplier: Supplier) -> None:
    status, target, answer = press(supplier, "refuse")

    assert status == 303
    assert target.startswith(CALLBACK + "?")
    assert answer == {"error": ["access_denied"], "state": [QUERY["state"]]}


def test_query_of_the_callback_is_kept(supplier: Supplier) -> None:
    _, target, answer = press(supplier, "authorize", redirect_uri=CALLBACK + "?shop=1")

    assert target.startswith(CALLBACK + "?shop=1&code=")
    assert answer["shop"] == ["1"]


def test_neither_button_decides_nothing(supplier: Supplier) -> None:
    assert press(supplier, "maybe")[0] == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:1"},
        {"redirect_uri": ""},
        {"redirect_uri": "https://shop.example/back"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://evil.example\\@127.0.0.1/"},
        {"redirect_uri": "http://127.0.0.1:99999/"},
        {"redirect_uri": "http://127.0.0.1/\r\nX: y"},
        {"redirect_uri": "//127.0.0.1/"},
    ],
)
def test_wrong_request_is_a_plain_page_and_never_a_redirect(supplier: Supplier, changes: dict[str, str]) -> None:
    target = "/oauth/authorize"
    shown, headers, body = supplier.exchange("GET", f"{target}?{urlencode(QUERY | changes)}")
    form = urlencode(QUERY | changes | {"decision": "authorize"}).encode()
    posted, answer, _ = supplier.exchange("POST", target, form)

    assert (shown, posted) == (400, 400)
    assert (headers["Location"], answer["Location"]) == (None, None)
    assert b"Authorization failed" in body


def test_unknown_application_is_named_as_the_problem(supplier: Supplier) -> None:
    assert "client_id is not known" in open_page(supplier, client_id="1")[1]


def test_registered_callback_may_be_elsewhere_and_must_be_equal(supplier: Supplier) -> None:
    callback = "https://shop.example/back"
    supplier.control("POST", "settings", {"oauth_callback": callback})

    assert press(supplier, "authorize", redirect_uri=callback)[0] == 303
    assert open_page(supplier, redirect_uri=callback + "/more")[0] == 400
    assert open_page(supplier)[0] == 200


@pytest.mark.parametrize("path", ["/oauth/authorize", "/aliseeks/authorize/x"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_form_of_a_page_elsewhere_cannot_agree(supplier: Supplier, path: str, origin: str) -> None:
    form = urlencode(QUERY | {"decision": "authorize"}).encode()

    assert supplier.exchange("POST", path, form, {"Origin": origin})[0] == 403


def test_buyer_who_always_agrees_is_a_setting(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"consent": "always"})

    status, headers, _ = supplier.exchange("GET", "/oauth/authorize?" + urlencode(QUERY))

    assert status == 303
    assert "code=3_" in headers["Location"]
