"""Every answer of the API has one shape, also where something is wrong with the request or with us."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from rest_framework.authtoken.models import Token

from fulfillment.models import Order
from shop.api import order_call
from shop.api.base import MAX_BODY_BYTES
from tests.shop.api.conftest import PATH, body

pytestmark = pytest.mark.django_db


def test_wrong_fields_are_400_with_their_names(post):
    response = post(body(quantity=0))

    assert response.status_code == 400
    assert response.json() == {
        "success": False,
        "code": "invalid_request",
        "message": "The request is not valid; “errors” says where.",
        "errors": {"quantity": ["Ensure this value is greater than or equal to 1."]},
    }


@pytest.mark.parametrize("key", [None, "Token", "Token wrong", "Token a b", "Bearer x", "Token \x00", "Token é"])
def test_no_or_wrong_key_is_401_and_says_what_to_send(client, key):
    headers = {"Authorization": key} if key else {}

    response = client.post(PATH, "{}", content_type="application/json", headers=headers)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert (response.json()["success"], response.json()["code"]) in [
        (False, "not_authenticated"),
        (False, "authentication_failed"),
    ]


def test_a_staff_session_is_no_key(client, admin_user):
    client.force_login(admin_user)

    assert client.post(PATH, "{}", content_type="application/json").status_code == 401


def test_user_without_the_permission_is_403(client):
    token = Token.objects.create(user=User.objects.create_user("reader", is_staff=True))

    response = client.post(
        PATH, json.dumps(body()), content_type="application/json", headers={"Authorization": f"Token {token.key}"}
    )

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not Order.objects.exists()


def test_superuser_has_the_permission(client, admin_user):
    token = Token.objects.create(user=admin_user)

    response = client.post(PATH, "{}", content_type="application/json", headers={"Authorization": f"Token {token.key}"})

    assert response.status_code == 400


def test_user_who_has_left_is_401(client, caller, headers):
    caller.is_active = False
    caller.save(update_fields=["is_active"])

    assert client.post(PATH, "{}", content_type="application/json", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/orders/", "/api/orders/a/b/", "/api/orders/%00/"])
def test_unknown_address_is_404_in_json(client, path):
    response = client.get(path)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_wrong_method_is_405(client, headers, method):
    response = getattr(client, method)(PATH, headers=headers)

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response["Allow"] == "POST"


def test_address_with_a_slash_is_the_same(client, headers):
    response = client.post(f"{PATH}/", "{}", content_type="application/json", headers=headers)

    assert response.json()["code"] == "invalid_request"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_body_of_another_type_is_415(client, headers, content_type):
    response = client.post(PATH, "a=1", content_type=content_type, headers=headers)

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_no_body_at_all_names_what_is_needed(client, headers):
    response = client.post(PATH, "", content_type="application/json", headers=headers)

    assert response.status_code == 400
    assert "product" in response.json()["errors"]


def test_malformed_json_is_400(post):
    response = post('{"product": ')

    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")


def test_large_body_is_413(post):
    response = post(" " * (MAX_BODY_BYTES + 1))

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_body_without_a_length_is_411(client, headers):
    response = client.generic(
        "POST", PATH, b"", content_type="application/json", headers={**headers, "Transfer-Encoding": "chunked"}
    )

    assert response.status_code == 411


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense"])
def test_answer_is_json_whatever_is_accepted(post, accept):
    response = post("{}", Accept=accept)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"


def test_answers_are_not_kept_by_caches(post):
    assert post("{}")["Cache-Control"] == "no-store"


def test_own_mistake_is_500_with_a_request_id_and_no_trace(post, account, monkeypatch, caplog):
    monkeypatch.setattr(order_call, "order_external", lambda **_: 1 / 0)

    response = post(body())

    answer = response.json()
    assert (response.status_code, answer["code"]) == (500, "internal_error")
    assert "division" not in response.content.decode()
    assert answer["requestId"] in caplog.text


def test_database_that_is_down_is_503(post, account, monkeypatch):
    def down(**_):
        raise OperationalError("could not connect to 10.0.0.5")

    monkeypatch.setattr(order_call, "order_external", down)

    response = post(body())

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "30"
    assert "10.0.0.5" not in response.content.decode()
