"""The mails of a development shop, in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    settings.DEBUG = True


def write_mails(*subjects: str) -> None:
    """As the shop does; one connection, so that they end in one file."""
    with get_connection("django.core.mail.backends.filebased.EmailBackend") as connection:
        for subject in subjects:
            message = EmailMultiAlternatives(
                subject, f"Text of {subject}: http://127.0.0.1/o/abc/", to=["ada@example.com"], connection=connection
            )
            message.attach_alternative(f"<h1>{subject}</h1><script>steal()</script>", "text/html")
            message.send()


def test_page_exists_in_development_only(client: Client, settings: Any) -> None:
    settings.DEBUG = False

    assert client.get("/dev/mail/").status_code == 404
    assert client.get("/dev/mail/abc/html/").status_code == 404


def test_empty_folder_says_so(client: Client) -> None:
    assert "No emails yet" in client.get("/dev/mail/").content.decode()


def test_all_messages_of_a_file_are_listed_newest_first(client: Client) -> None:
    write_mails("First", "Second – größer")

    subjects = [mail.subject for mail in client.get("/dev/mail/").context["mails"]]

    assert subjects == ["Second – größer", "First"]


def test_text_is_shown_with_links_to_click(client: Client) -> None:
    write_mails("Hello")

    assert '<a href="http://127.0.0.1/o/abc/"' in client.get("/dev/mail/").content.decode()


def test_one_mail_can_be_opened(client: Client) -> None:
    write_mails("First", "Second")
    first = client.get("/dev/mail/").context["mails"][1]

    opened = client.get("/dev/mail/", {"mail": first.key}).context["opened"]

    assert opened.subject == "First"


def test_html_is_shown_without_any_rights(client: Client) -> None:
    write_mails("Hello")
    page = client.get("/dev/mail/")
    (address,) = re.findall(r'src="(/dev/mail/[^"]+)"', page.content.decode())

    html = client.get(address)

    policy = html["Content-Security-Policy"]
    assert "<h1>Hello</h1>" in html.content.decode()
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert 'sandbox="allow-popups' in page.content.decode()


@pytest.mark.parametrize("key", ["nope", "..%2f..%2fetc%2fpasswd", "0" * 20])
def test_unknown_mail_is_not_found(client: Client, key: str) -> None:
    write_mails("Hello")

    assert client.get(f"/dev/mail/{key}/html/").status_code == 404


def test_garbage_in_the_folder_breaks_nothing(client: Client, settings: Any, tmp_path: Any) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "broken.log").write_bytes(b"\xff\xfe\x00 no header at all\n\nDate: nonsense")

    assert client.get("/dev/mail/").status_code == 200
