"""Posting to a server of somebody else, however it behaves."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations import outgoing
from integrations.errors import Transient
from integrations.outgoing import Posted, post

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BODY = b'{"a":1}'


class Server:
    """Takes one request on this machine and answers as it is told. ``was_left``: the other side hung up on it."""

    def __init__(self, answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self._answer, self._tls = answer, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.request = b""
        self.was_left = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        client, _address = self._listener.accept()
        self._listener.close()
        try:
            with self._tls.wrap_socket(client, server_side=True) if self._tls else client as client:
                while BODY not in self.request and (data := client.recv(65_536)):
                    self.request += data
                self._answer(client)
        except OSError:
            self.was_left.set()


def drip(client: socket.socket) -> None:
    """For a minute a byte now and then, each in time for a time-out that counts from byte to byte."""
    for _ in range(1200):
        client.sendall(b"x")
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings, monkeypatch) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    monkeypatch.setattr(outgoing, "refuse_in_transaction", lambda: None)


@pytest.mark.parametrize(
    "begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: "], ids=["status", "headers", "header"]
)
def test_answer_that_drips_is_cut_off(begin: bytes) -> None:
    server = Server(lambda client: (client.sendall(begin), drip(client)))

    with pytest.raises(Transient):
        post(server.url, BODY, {}, within_s=0.5)

    assert server.was_left.wait(20)


def test_body_that_drips_is_not_waited_for() -> None:
    head = b"HTTP/1.1 202 Accepted\r\nContent-Length: 9999\r\nRetry-After: 7\r\n\r\n"
    server = Server(lambda client: (client.sendall(head), drip(client)))

    assert post(server.url, BODY, {}) == Posted(202, "7")
    assert server.was_left.wait(20)


def test_request_names_host_path_and_headers_and_holds_the_body() -> None:
    server = Server(lambda client: client.sendall(OK))

    posted = post(f"{server.url}?a=1", BODY, {"webhook-id": "msg_1"})

    head, _end, body = server.request.partition(b"\r\n\r\n")
    assert posted.status == 204
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert head.count(b"Host: ") == 1
    assert f"Host: 127.0.0.1:{server.port}".encode() in head
    assert b"webhook-id: msg_1" in head
    assert body == BODY


def test_closed_port_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Transient):
        post(f"http://127.0.0.1:{port}/", BODY, {})


@pytest.fixture
def tls(tmp_path: Path, monkeypatch) -> ssl.SSLContext:
    """A server's side with a certificate for ``push.example.com`` that is trusted; all names lead to this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("push.example.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    unsealed = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unsealed)
    (tmp_path / "server.pem").write_bytes(private + pem)
    trusting = ssl.create_default_context(cadata=pem.decode())
    monkeypatch.setattr(outgoing, "_tls", lambda: trusting)
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **more: look_up("127.0.0.1", *args, **more))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def test_certificate_has_to_be_that_of_the_name(tls: ssl.SSLContext) -> None:
    named, other = (Server(lambda client: client.sendall(OK), tls) for _ in range(2))

    assert post(f"https://push.example.com:{named.port}/", BODY, {}).status == 204
    with pytest.raises(Transient):
        post(f"https://other.example.com:{other.port}/", BODY, {})
    assert other.request == b""


def test_tls_answer_that_drips_is_cut_off(tls: ssl.SSLContext) -> None:
    server = Server(drip, tls)

    with pytest.raises(Transient):
        post(f"https://push.example.com:{server.port}/", BODY, {}, within_s=1.5)

    assert server.was_left.wait(20)


def test_silent_handshake_is_cut_off() -> None:
    server = Server(lambda client: client.sendall(OK))

    with pytest.raises(Transient):
        post(f"https://127.0.0.1:{server.port}/", BODY, {}, within_s=0.5)
