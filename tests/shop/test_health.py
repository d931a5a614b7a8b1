"""``/healthz/live`` and ``/healthz/ready``."""

from __future__ import annotations

import pytest

from fulfillment.health import Check
from shop.views import health


def _readiness(monkeypatch, **failing: str) -> None:
    checks = {name: Check(True, "answers") for name in ("database", "queue", "supplier")}
    checks |= {name: Check(False, detail) for name, detail in failing.items()}
    monkeypatch.setattr(health, "readiness", lambda: checks)


def test_live_answers_without_asking_the_database(client):
    # No database mark: a query would fail this test.
    response = client.get("/healthz/live")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ready_names_every_part(client, monkeypatch):
    _readiness(monkeypatch)

    response = client.get("/healthz/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert set(response.json()["checks"]) == {"database", "queue", "supplier"}


def test_one_failing_part_makes_it_unavailable_and_is_named(client, monkeypatch):
    _readiness(monkeypatch, queue="no heartbeat yet")

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["checks"]["queue"] == {"ok": False, "detail": "no heartbeat yet"}
    assert response.json()["checks"]["database"]["ok"] is True


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_answer_is_not_kept_redirected_or_tied_to_a_session(client, monkeypatch, settings, path):
    _readiness(monkeypatch)
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz/"]

    response = client.get(path)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_health_is_read_only(client):
    assert client.post("/healthz/live").status_code == 405
