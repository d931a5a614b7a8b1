"""The only door to the outside answers one question: was it surely not done? Against a real server that misbehaves."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import requests
import responses
from django.db import DatabaseError, transaction

from integrations import http
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, SupplierError, Transient
from integrations.http import Call, CalledInTransaction, SupplierHttp, check_endpoint
from integrations.models import ApiCall
from integrations.redaction import Redactor
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db

FORM = {"access_token": "t0ken", "city": "Springfield", "item": "42"}


class Server:
    """Answers each connection with what ``answer`` writes to it, and counts them."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/sync"
        self.requests: list[bytes] = []
        self.answer: Callable[[socket.socket], None] = lambda connection: None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with closing(connection):
                self.requests.append(self._read(connection))
                try:
                    self.answer(connection)
                except OSError:
                    pass  # The client has hung up, as it should.

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65_536)
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        while len(body) < sum(lengths):
            body += connection.recv(65_536)
        return head + b"\r\n\r\n" + body

    def says(self, body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> None:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
        self.answer = lambda connection: connection.sendall("\r\n".join(head).encode("latin-1") + body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.listener.close()


@pytest.fixture
def client() -> SupplierHttp:
    return SupplierHttp(SupplierAccountFactory(), Redactor())


def post(client: SupplierHttp, server: Server | str, *, write: bool = True) -> http.Reply:
    url = server if isinstance(server, str) else server.url
    return client.send(Call(operation="order.create", url=url, form=FORM, write=write, reference="ORD-1-1"))


def failure(client: SupplierHttp, server: Server | str, *, write: bool = True) -> tuple[type, str]:
    with pytest.raises(SupplierError) as raised:
        post(client, server, write=write)
    return type(raised.value), raised.value.code


def test_whole_reply_comes_back_and_is_logged_without_secrets(client, server):
    server.says(b'{"token": "abc", "id": 7}')

    assert post(client, server).body == b'{"token": "abc", "id": 7}'

    row = ApiCall.objects.get()
    assert (row.operation, row.http_status, row.error, row.reference) == ("order.create", 200, "", "ORD-1-1")
    assert row.request_body == {"access_token": "[redacted]", "city": "[redacted]", "item": "42"}
    assert json.loads(row.reply_body) == {"token": "[redacted]", "id": 7}
    assert b"access_token=t0ken" in server.requests[0]


def test_secret_stands_in_no_address_and_in_no_log_line(client, server, caplog):
    server.says(b"{}")

    with caplog.at_level(logging.DEBUG):
        post(client, server)

    assert server.requests[0].startswith(b"POST /sync HTTP/1.1\r\n")
    assert "t0ken" not in caplog.text
    assert "Springfield" not in caplog.text


def test_reply_that_repeats_what_was_sent_is_logged_without_it(client, server):
    server.says(b'{"msg": "no such city: SPRINGFIELD", "x": ["Springfield"]}')

    post(client, server)

    assert "springfield" not in ApiCall.objects.get().reply_body.lower()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_redirect_is_not_followed(client, server, status):
    server.says(b"", status, f"Location: {server.url}/elsewhere")

    assert failure(client, server)[0] is OutcomeUnknown

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/sync",
        "http://10.0.0.1/sync",
        "http://localhost.example.com/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "https://user:password@api.example.com/",
        "https://",
        "api.example.com",
        "",
        "file:///etc/passwd",
        "http://127.0.0.1@evil.example/",
    ],
)
def test_address_that_is_not_safe_is_refused_before_anything_is_sent(client, url):
    with pytest.raises(ValueError, match=r"https|base address"):
        post(client, url)

    assert not ApiCall.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://api.example.com", "http://127.0.0.1:8100", "http://localhost", "http://[::1]:1"]
)
def test_https_and_this_machine_are_allowed(url):
    check_endpoint(url)


def test_nobody_listens_is_surely_not_done(client):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

    assert failure(client, url) == (Transient, "not_connected")

    assert ApiCall.objects.latest("pk").error == "not_connected"


@pytest.mark.parametrize(("write", "expected"), [(True, OutcomeUnknown), (False, Transient)])
class TestBroken:
    """A reply that is not whole: unknown for a write, try again for a read."""

    def test_connection_closed_without_a_word(self, client, server, write, expected):
        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_half_a_reply(self, client, server, write, expected):
        server.says(b'{"id": 1', length=500)

        assert failure(client, server, write=write) == (expected, "no_whole_reply")
        assert ApiCall.objects.latest("pk").error == "no_whole_reply"

    def test_half_a_chunk(self, client, server, write, expected):
        server.answer = lambda connection: connection.sendall(
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"id"'
        )

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_reply_that_is_no_http(self, client, server, write, expected):
        server.answer = lambda connection: connection.sendall(b"220 smtp.example.com ready\r\n")

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_reply_that_is_not_the_compression_it_claims(self, client, server, write, expected):
        server.says(b"not gzip at all", "200 OK", "Content-Encoding: gzip")

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_reply_that_is_too_large(self, client, server, write, expected, monkeypatch):
        monkeypatch.setattr(http, "MAX_REPLY_BYTES", 100_000)
        server.says(b"x" * 100_001)

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_small_reply_that_unpacks_too_large(self, client, server, write, expected, monkeypatch):
        monkeypatch.setattr(http, "MAX_REPLY_BYTES", 100_000)
        server.says(gzip.compress(b"x" * 5_000_000), "200 OK", "Content-Encoding: gzip")

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

    def test_drip_that_never_ends(self, client, server, write, expected, settings):
        settings.SUPPLIER_CALL_TIMEOUT_S = 1
        stop = threading.Event()

        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            while not stop.wait(0.1):
                connection.sendall(b"x")

        server.answer = drip
        started = time.monotonic()

        assert failure(client, server, write=write) == (expected, "no_whole_reply")

        stop.set()
        assert time.monotonic() - started < 5

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_server_error(self, client, server, write, expected, status):
        server.says(b"<h1>oops</h1>", f"{status} Oops")

        assert failure(client, server, write=write) == (expected, f"http_{status}")


def test_silence_ends_with_the_time_out(client, server, settings):
    settings.SUPPLIER_CALL_TIMEOUT_S = 1
    stop = threading.Event()
    server.answer = lambda connection: stop.wait(10) and None

    assert failure(client, server) == (OutcomeUnknown, "no_whole_reply")

    stop.set()


def test_compressed_and_chunked_replies_are_read_whole(client, server):
    body = gzip.compress(b"y" * 200_000)
    server.answer = lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:50], body[50:]))
        + b"0\r\n\r\n"
    )

    assert post(client, server).body == b"y" * 200_000


def test_refused_account_is_surely_not_done(client, server):
    server.says(b"", "401 Unauthorized")

    assert failure(client, server) == (AccountUnusable, "http_401")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ([], 60), (["Retry-After: 7"], 7), (["Retry-After: Fri, 31 Dec 2027 23:59:59 GMT"], 60),
        (["Retry-After: 99999999999999999999"], 60), (["Retry-After: 86400"], 3600), (["Retry-After: -5"], 60),
        (["Retry-After: \xb2"], 60),
    ],
)  # fmt: skip
def test_limit_is_surely_not_done_and_says_for_how_long(client, server, header, seconds):
    server.says(b"", "429 Too Many Requests", *header)

    with pytest.raises(Transient) as raised:
        post(client, server)

    assert raised.value.retry_after_s == seconds


def test_client_error_of_a_write_proves_nothing(client, server):
    server.says(b"", "400 Bad Request")

    assert failure(client, server) == (OutcomeUnknown, "http_400")


def test_client_error_of_a_read_is_unreadable(client, server):
    server.says(b"", "404 Not Found")

    assert failure(client, server, write=False)[0] is MalformedReply


def test_no_call_inside_a_transaction(client, server):
    with transaction.atomic(), pytest.raises(CalledInTransaction):
        post(client, server)

    assert server.requests == []


def test_proxy_and_netrc_of_the_environment_are_ignored(client, server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    server.says(b"{}")

    post(client, server)

    assert b"authorization" not in server.requests[0].lower()


def test_each_call_has_its_own_connection(client, server):
    server.says(b"{}")

    post(client, server)
    post(client, server)

    assert len(server.requests) == 2


def test_log_that_cannot_be_written_does_not_lose_the_reply(client, server, monkeypatch, caplog):
    def refuse(self, *args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(ApiCall, "save", refuse)
    server.says(b'{"order": 1}')

    assert post(client, server).body == b'{"order": 1}'

    assert "could not be logged" in caplog.text


def test_host_is_reached_without_asking_it_anything(client, server):
    server.says(b"", "500 Oops")

    client.reach(server.url)

    assert server.requests[0].startswith(b"GET /sync")


def test_host_that_is_not_there_is_transient(client):
    with pytest.raises(Transient):
        client.reach("http://127.0.0.1:9/")


class TestAgain:
    """A read that did not get through is made again, a purchase never."""

    @pytest.mark.parametrize(("write", "sent"), [(False, 3), (True, 1)])
    def test_lost_reply(self, write, sent):
        with responses.RequestsMock() as mock:
            for _ in range(sent):
                mock.post("https://supplier.example/sync", body=requests.ReadTimeout())

            with pytest.raises(OutcomeUnknown if write else Transient):
                caller().send(ask(write=write))

            assert len(mock.calls) == sent

    def test_read_that_gets_through_the_second_time_is_answered(self):
        with responses.RequestsMock() as mock:
            mock.post("https://supplier.example/sync", status=503)
            mock.post("https://supplier.example/sync", body=b"{}")

            assert caller().send(ask(write=False)).body == b"{}"

    def test_request_to_slow_down_is_not_answered_with_another_call(self):
        with responses.RequestsMock() as mock:
            mock.post("https://supplier.example/sync", status=429)

            with pytest.raises(Transient):
                caller().send(ask(write=False))

            assert len(mock.calls) == 1


def caller() -> SupplierHttp:
    return SupplierHttp(SupplierAccountFactory(), Redactor())


def ask(*, write: bool) -> Call:
    return Call(operation="order.create", url="https://supplier.example/sync", form={"a": "b"}, write=write)


def test_read_that_a_visitor_waits_for_ends_when_they_give_up(server, client, settings):
    settings.SUPPLIER_CALL_TIMEOUT_S = 30
    server.answer = lambda connection: time.sleep(8)
    started = time.monotonic()

    with http.done_within(1.5), pytest.raises(Transient):
        client.send(Call(operation="freight", url=server.url, form=FORM))

    assert time.monotonic() - started < 6


def test_time_given_to_one_read_does_not_bind_the_next(settings):
    settings.SUPPLIER_CALL_TIMEOUT_S = 30
    with http.done_within(2):
        hurried = http.deadline_of_call() - time.monotonic()

    assert hurried <= 2
    assert http.deadline_of_call() - time.monotonic() > 29
