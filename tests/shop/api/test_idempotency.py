"""Idempotency-Key: a repeat gets the first answer and orders nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.authtoken.models import Token

from fulfillment import tasks
from fulfillment.models import Order, SupplierOrder
from integrations.errors import Rejected, Transient
from shop.api import order_call
from shop.api.idempotency import ABANDONED_AFTER_S
from shop.models import IdempotentRequest
from tests.shop.api.conftest import PATH, body

KEY = {"Idempotency_Key": "order-4711"}


def test_repeat_gets_the_first_answer(post, account, supplier):
    first = post(body(), **KEY)

    second = post(body(), **KEY)

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert Order.objects.count() == 1


def test_repeat_may_be_written_differently(post, account, supplier):
    first = post(body(), **KEY)

    shuffled = json.dumps(dict(reversed(body().items())), indent=3)

    assert post(shuffled, **KEY).json() == first.json()
    assert Order.objects.count() == 1


def test_repeat_to_the_address_with_a_slash_is_a_repeat(post, account, supplier, client, headers):
    post(body(), **KEY)

    again = client.post(
        f"{PATH}/", json.dumps(body()), content_type="application/json",
        headers={**headers, "Idempotency-Key": "order-4711"},
    )  # fmt: skip

    assert again["Idempotent-Replayed"] == "true"


def test_other_body_under_the_key_is_422(post, account, supplier):
    post(body(), **KEY)

    response = post(body(quantity=2), **KEY)

    assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert list(response.json()["errors"]) == ["Idempotency-Key"]
    assert Order.objects.count() == 1


def test_other_key_is_another_order(post, account, supplier):
    post(body(), Idempotency_Key="a")

    post(body(), Idempotency_Key="b")

    assert Order.objects.count() == 2


def test_without_a_key_every_call_is_an_order(post, account, supplier):
    post(body())

    post(body())

    assert Order.objects.count() == 2


def test_key_of_another_user_is_another_key(post, account, supplier, client):
    post(body(), **KEY)
    token = Token.objects.create(user=User.objects.create_superuser("other"))

    client.post(
        PATH, json.dumps(body()), content_type="application/json",
        headers={"Authorization": f"Token {token.key}", "Idempotency-Key": "order-4711"},
    )  # fmt: skip

    assert Order.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ключ", "a\x00b"])
def test_key_that_is_not_printable_ascii_is_400(post, account, key):
    response = post(body(), Idempotency_Key=key)

    assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("key", ["x", "x" * 255, " ~!"])
def test_every_printable_ascii_key_will_do(post, account, supplier, key):
    assert post(body(), Idempotency_Key=key).status_code == 202


def test_wrong_body_does_not_use_up_the_key(post, account, supplier):
    post(body(quantity=0), **KEY)

    assert post(body(), **KEY).status_code == 202


def test_supplier_that_cannot_be_asked_does_not_use_up_the_key(post, account, supplier):
    supplier.read_error = Transient("busy")
    assert post(body(), **KEY).status_code == 503

    supplier.read_error = None

    assert post(body(), **KEY).status_code == 202


def test_own_mistake_before_the_order_does_not_use_up_the_key(post, account, supplier, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(order_call, "order_external", lambda **_: 1 / 0)
        assert post(body(), **KEY).status_code == 500

    assert post(body(), **KEY).status_code == 202


def test_refusal_of_the_product_is_kept(post, account, supplier):
    supplier.read_error = Rejected("No such product.")
    first = post(body(), **KEY)

    supplier.read_error = None
    second = post(body(), **KEY)

    assert (second.status_code, second.json(), second["Idempotent-Replayed"]) == (422, first.json(), "true")


@pytest.mark.django_db(transaction=True)
def test_refusal_of_the_order_is_kept(post, account, supplier, settings):
    settings.WAKE = "inline"
    supplier.answers = [Rejected("This SKU is no longer sold.")]
    first = post(body(), **KEY)

    second = post(body(), **KEY)

    assert (second.status_code, second.json()) == (422, first.json())
    assert len(supplier.purchases) == 1


def claimed(seconds_ago: float) -> None:
    """As if the first request had got no further than its claim (and perhaps its order)."""
    then = timezone.now() - timedelta(seconds=seconds_ago)
    IdempotentRequest.objects.update(status=None, answer={}, created_at=then)


def test_key_that_is_still_at_work_is_409(post, account, supplier):
    post(body(), **KEY)
    claimed(ABANDONED_AFTER_S - 10)

    response = post(body(), **KEY)

    assert (response.status_code, response.json()["code"]) == (409, "in_progress")
    assert response["Retry-After"] == "2"


def test_abandoned_key_with_an_order_gives_that_order(post, account, supplier):
    first = post(body(), **KEY)
    claimed(ABANDONED_AFTER_S + 1)
    # The order stands; what the supplier says about the product today has no part in it.
    supplier.read_error = Rejected("No such product.")

    second = post(body(), **KEY)

    assert (second.status_code, second.json()) == (202, first.json())
    assert SupplierOrder.objects.count() == 1


def test_abandoned_key_without_an_order_orders(post, account, caller, supplier):
    supplier.read_error = Rejected("No such product.")
    post(body(), **KEY)
    claimed(ABANDONED_AFTER_S + 1)
    supplier.read_error = None

    assert post(body(), **KEY).status_code == 202
    assert IdempotentRequest.objects.get().status == 202


def test_failure_after_the_order_keeps_the_key_for_that_order(post, account, supplier, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(order_call, "wait_for_supplier", lambda _: 1 / 0)
        assert post(body(), **KEY).status_code == 500
    assert post(body(quantity=2), **KEY).json()["code"] == "key_reused"
    claimed(ABANDONED_AFTER_S + 1)

    response = post(body(), **KEY)

    assert (response.status_code, Order.objects.count()) == (202, 1)


def test_old_answers_are_purged_each_day_and_young_ones_kept(caller, settings):
    now = timezone.now()
    for key, age in (
        ("old", settings.IDEMPOTENCY_RETENTION_DAYS + 1),
        ("young", settings.IDEMPOTENCY_RETENTION_DAYS - 1),
    ):
        IdempotentRequest.objects.create(
            user=caller, key=key, path=PATH, body_hash="x", status=201, created_at=now - timedelta(days=age)
        )

    tasks.purge()

    assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["young"]


def test_repeat_after_the_purge_finds_its_order(post, account, supplier):
    post(body(), **KEY)
    IdempotentRequest.objects.all().delete()

    post(body(), **KEY)

    assert Order.objects.count() == 1


def test_who_was_overtaken_does_not_overwrite_the_answer(post, account, supplier, monkeypatch):
    original = order_call.place

    def slow(*args, **kwargs):
        result = original(*args, **kwargs)
        IdempotentRequest.objects.update(created_at=timezone.now(), status=202, answer={"by": "the second"})
        return result

    monkeypatch.setattr(order_call, "place", slow)

    post(body(), **KEY)

    assert IdempotentRequest.objects.get().answer == {"by": "the second"}
