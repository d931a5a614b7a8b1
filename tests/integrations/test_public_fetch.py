"""Fetching from an address that somebody else wrote."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from integrations import public_fetch
from integrations.public_fetch import NotFetched, fetch_public, is_public
from tests.catalog.importing.goods import PictureServer, picture_server


@pytest.fixture
def server():
    with picture_server() as shown:
        yield shown


def fetched(url: str, *, allowed=(), max_bytes: int = 1000) -> bytes:
    return fetch_public(url, max_bytes=max_bytes, timeout_s=5, allowed=allowed).body


def origin(server: PictureServer) -> frozenset[str]:
    return frozenset({f"127.0.0.1:{server.port}"})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378::1", "ff02::1",
        "2001:db8::1", "nonsense",
    ],
)  # fmt: skip
def test_what_is_not_on_the_public_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "47.246.131.55", "2606:4700::6810:84e5"])
def test_a_public_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/a.jpg", "private network"),
        ("https://localhost/a.jpg", "private network"),
        ("https://2130706433/a.jpg", "private network"),
        ("https://0x7f.1/a.jpg", "private network"),
        ("https://[::1]/a.jpg", "private network"),
        ("https://[::ffff:127.0.0.1]/a.jpg", "private network"),
        ("http://8.8.8.8/a.jpg", "not https"),
        ("https://8.8.8.8:6379/a.jpg", "unusual port"),
        ("https://user@8.8.8.8/a.jpg", "no web address"),
        ("file:///etc/passwd", "no web address"),
        ("https://8.8.8.8/a\r\nHost: x", "no web address"),
        ("https://[::1", "no web address"),
        ("https://8.8.8.8:99999/", "no web address"),
        ("", "no web address"),
    ],
)
def test_an_address_that_is_not_to_be_asked_is_refused_in_words(url, why):
    with pytest.raises(NotFetched, match=why):
        fetched(url)


def test_a_name_that_has_one_private_address_among_its_public_ones_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(["8.8.8.8", "10.0.0.5"]))

    with pytest.raises(NotFetched, match="private network"):
        fetched("https://pictures.example/a.jpg")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that answers with a private address a moment after the check leads nowhere."""
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(["8.8.8.8"], ["127.0.0.1"], asked=asked))
    connected: list[tuple[str, int]] = []

    def connect(address, *_args, **_options):
        connected.append(address[:2])
        raise OSError("no way out of here")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)

    with pytest.raises(NotFetched, match="no connection"):
        fetched("https://pictures.example/a.jpg")

    assert connected == [("8.8.8.8", 443)]
    assert asked == ["pictures.example"]


def test_an_exactly_allowed_origin_may_be_asked_by_plain_http(server):
    url = server.put("/a.jpg", b"picture")

    assert fetched(url, allowed=origin(server)) == b"picture"


def test_another_port_of_an_allowed_host_is_refused(server):
    url = server.put("/a.jpg", b"picture")

    with pytest.raises(NotFetched, match="not https"):
        fetched(url, allowed={f"127.0.0.1:{server.port + 1}"})
    assert server.asked == []


def test_a_redirect_to_this_machine_is_refused(server):
    with picture_server() as hidden:
        hidden.put("/secret", b"secret")
        url = server.put("/a.jpg", b"", status=302, Location=hidden.url("/secret"))

        with pytest.raises(NotFetched, match="not https"):
            fetched(url, allowed=origin(server))
        url = server.put("/b.jpg", b"", status=302, Location=f"https://127.0.0.1:{hidden.port}/secret")
        with pytest.raises(NotFetched, match="unusual port"):
            fetched(url, allowed=origin(server))
        url = server.put("/c.jpg", b"", status=302, Location="https://127.0.0.1/secret")
        with pytest.raises(NotFetched, match="private network"):
            fetched(url, allowed=origin(server))

        assert hidden.asked == []


def test_nobody_from_outside_leads_to_an_allowed_origin(server, monkeypatch):
    """A public server that redirects to the one private origin that the shop may ask itself."""
    server.put("/secret", b"secret")
    answers = iter([_Answer(302, {"Location": server.url("/secret")})])
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(["8.8.8.8"]))
    monkeypatch.setattr("urllib3.HTTPSConnectionPool.urlopen", lambda *_args, **_options: next(answers))

    with pytest.raises(NotFetched, match="not https"):
        fetched("https://pictures.example/a.jpg", allowed=origin(server))
    assert server.asked == []


def test_a_redirect_within_the_rules_is_followed_a_few_times(server):
    server.put("/end.jpg", b"picture")
    url = server.put("/a.jpg", b"", status=301, Location="/end.jpg")
    server.put("/round.jpg", b"", status=302, Location="/round.jpg")

    assert fetched(url, allowed=origin(server)) == b"picture"
    with pytest.raises(NotFetched, match="again and again"):
        fetched(server.url("/round.jpg"), allowed=origin(server))
    assert server.asked.count("/round.jpg") == public_fetch.MAX_REDIRECTS + 1


def test_a_file_that_is_too_large_is_refused_whatever_the_server_says_of_it(server):
    told = server.put("/told.jpg", b"x" * 2000)
    untold = server.put("/untold.jpg", b"x" * 2000, **{"Content-Length": "10000000000000000000000"})

    for url in (told, untold):
        with pytest.raises(NotFetched, match="larger than"):
            fetched(url, allowed=origin(server))


def test_a_packed_file_is_not_unpacked(server):
    url = server.put("/a.jpg", b"x", **{"Content-Encoding": "gzip"})

    with pytest.raises(NotFetched, match="packed"):
        fetched(url, allowed=origin(server))


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
    ids=["headers", "one header", "continue", "length of a piece", "body"],
)
def test_a_server_that_drips_does_not_outlive_the_deadline(begin, drop):
    drops: list[bytes] = []
    with dripping(begin, drop, drops) as port, pytest.raises(NotFetched, match="in time") as refused:
        fetch_public(f"http://127.0.0.1:{port}/a.jpg", max_bytes=1000, timeout_s=0.3, allowed={f"127.0.0.1:{port}"})

    assert refused.value.is_passing
    assert len(drops) < _DROPS


_DROPS = 200


@contextmanager
def dripping(begin: bytes, drop: bytes, sent: list[bytes]) -> Iterator[int]:
    """The port of a server that answers ``begin``, and then ``drop`` twenty times a second until nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _address = server.accept()
            with client, suppress(OSError):
                client.recv(4096)
                client.sendall(begin)
                for _drop in range(_DROPS):
                    client.sendall(drop)
                    sent.append(drop)
                    time.sleep(0.05)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(15)


def test_what_the_server_refuses_is_told(server):
    with pytest.raises(NotFetched, match="HTTP 404") as refused:
        fetched(server.url("/none.jpg"), allowed=origin(server))
    assert not refused.value.is_passing
    server.put("/busy.jpg", b"", status=503)
    with pytest.raises(NotFetched, match="HTTP 503") as refused:
        fetched(server.url("/busy.jpg"), allowed=origin(server))
    assert refused.value.is_passing


class _Answer:
    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status, self.headers = status, headers

    def close(self) -> None:
        pass


def _resolver(*answers: list[str], asked: list[str] | None = None):
    """Answers with each list in turn, the last one for good."""
    left = list(answers)

    def look_up(host, port, *_args, **_options):
        if asked is not None:
            asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return look_up
