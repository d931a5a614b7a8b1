"""Requests made up from the OpenAPI document, by a guest, a customer and staff: no 5xx, no answer outside of it.

Every phase of schemathesis is run: the document's examples, its borders (coverage), chance (fuzzing), and requests that
follow the document's links (stateful).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shop.api.v1.staff_kinds import KINDS
from shop.wsgi import application
from tests.api.known import Belongings, Goods, bearer, id_of
from tests.shop.api.v1.staff_rows import ROWS, key_for, key_of

pytestmark = [pytest.mark.api, pytest.mark.django_db]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: The examples and the borders are those that the document has; by chance come so many more for each operation.
EXAMPLES = 6
WALKS = 60
#: What the links send along: the quote's total and stamp.
SENT_BY_LINK = {"place_order"}
STEPS = 14
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(hypothesis.HealthCheck),
}

Aim = Callable[[Any], dict[str, str]]
#: (operation, status) -> how often it was answered so.
Answers = Counter[tuple[str, int]]


@pytest.fixture
def document(settings, db, monkeypatch) -> Any:
    settings.API_RATE_LIMITS = dict.fromkeys(settings.API_RATE_LIMITS, 10**9)
    settings.ACCOUNT_RATE_LIMITS = False
    settings.RETURN_DAYS = 30
    # Nobody is posted to.
    monkeypatch.setattr("shop.hooks.post", lambda *args: pytest.fail("a webhook was sent"))
    with one_connection():
        return schemathesis.openapi.from_wsgi("/api/schema/", application)


@contextmanager
def one_connection() -> Iterator[None]:
    """As Django's own test client does for each of its requests: none must end the test's connection."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


def made_up(document: Any, operation: Any, attempt: Callable[[Any], None]) -> Callable[[], None]:
    """A test that calls ``attempt`` with the examples, the borders and cases by chance of ``operation``."""
    settings = hypothesis.settings(max_examples=EXAMPLES, **SETTINGS)
    phases = list(HypothesisTestMode)
    config = HypothesisTestConfig(project=document.config, modes=phases, settings=settings)
    test: Callable[[], None] = create_test(operation=operation, test_func=attempt, config=config)
    return test


def try_everything(document: Any, aim: Aim) -> Answers:
    """Make requests up for every operation, in every phase but the links'.

    ``aim`` may change a case, and gives the headers that go with it.
    """
    answers: Answers = Counter()
    wrong = []

    def attempt(case: Any) -> None:
        # Each case finds the same things: what one has changed, the next does not see.
        with transaction.atomic():
            response = case.call_and_validate(checks=CHECKS, headers=aim(case))
            transaction.set_rollback(True)
        answers[id_of(case), response.status_code] += 1

    for result in document.get_all_operations():
        try:
            with one_connection():
                made_up(document, result.ok(), attempt)()
        except (Exception, BaseExceptionGroup) as exc:
            wrong.append(f"{result.ok().label}: {exc}")
    assert not wrong, "\n\n".join(wrong)
    return answers


def walk(document: Any, wanted: set[str], aim: Aim) -> Answers:
    """Follow the links between the ``wanted`` operations: what one answer gives goes into the next request."""
    answers: Answers = Counter()
    # What cannot be meant was asked for already; here it would only end the walk.
    document.config.phases.stateful.generation.update(modes=[GenerationMode.POSITIVE])

    class Walk(document.include(operation_id=sorted(wanted)).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self._atomic = transaction.atomic()
            self._atomic.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            _send_the_example(case)
            return {"headers": aim(case)}

        def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
            answers[id_of(case), response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

    settings = hypothesis.settings(
        max_examples=WALKS, stateful_step_count=STEPS, phases=[hypothesis.Phase.generate], **SETTINGS
    )
    with one_connection():
        run_state_machine_as_test(Walk, settings=settings)
    return answers


def _send_the_example(case: Any) -> None:
    """Nothing made up ends a walk: what no link gives is the document's example."""
    name, body = id_of(case), case.operation.definition.raw.get("requestBody")
    if body is not None and name not in SENT_BY_LINK:
        case.body = deepcopy(next(iter(body["content"]["application/json"]["examples"].values()))["value"])
    if name == "buy_now":
        # A token would be that of an earlier basket.
        case.headers.pop("Basket-Token", None)


def done(answers: Answers) -> set[str]:
    """The operations that were answered with success."""
    return {operation for operation, status in answers if status < 400}


def operations(document: Any) -> set[str]:
    return {result.ok().definition.raw["operationId"] for result in document.get_all_operations()}


@pytest.fixture
def goods(supplier, document) -> Goods:
    return Goods()


@pytest.fixture
def mine(client: Client, supplier, document) -> Belongings:
    return Belongings(client)


@pytest.fixture
def boss(db) -> User:
    return User.objects.create(username="boss", is_staff=True, is_superuser=True)


def test_guest_gets_only_what_is_documented(goods: Goods, document: Any) -> None:
    def aim(case: Any) -> dict[str, str]:
        goods.aim(case)
        return {}

    answers = try_everything(document, aim)

    assert {"product", "product_delivery", "basket_add", "buy_now", "page", "register"} <= done(answers)


def test_customer_gets_only_what_is_documented(mine: Belongings, document: Any) -> None:
    def aim(case: Any) -> dict[str, str]:
        mine.aim(case)
        return mine.headers()

    answers = try_everything(document, aim)

    assert {name for name in operations(document) if not name.startswith("staff_")} == done(answers)


def test_staff_get_only_what_is_documented(supplier, document: Any, boss: User) -> None:
    """Each answer is about a row that it fits; what is only read, about any row."""
    keys = {
        f"staff_{kind.noun}_{answer.name}".replace("-", "_"): key_for(kind, answer)
        for kind in KINDS
        for answer in kind.answers
    }
    keys["staff_order"] = key_of(ROWS["orders"]()[0])
    keys["staff_supplier_order"] = key_of(ROWS["supplier-orders"]()[0])

    def aim(case: Any) -> dict[str, str]:
        if "key" in (case.path_parameters or {}):
            case.path_parameters["key"] = keys[id_of(case)]
        return bearer(boss)

    answers = try_everything(document, aim)

    assert {name for name in operations(document) if name.startswith("staff_")} <= done(answers)


def test_guest_who_follows_the_links_buys(goods: Goods, document: Any) -> None:
    steps = {"buy_now", "quote", "place_order", "order", "start_payment", "payment", "order_events", "cancel_order"}

    def aim(case: Any) -> dict[str, str]:
        goods.aim(case)
        return {}

    answers = walk(document, steps, aim)

    # The last two stand at the end of ways that chance seldom goes: a payment of this very order, then what came of it.
    assert done(answers) >= steps - {"payment", "order_events"}, answers


def test_customer_who_follows_the_links_gets_only_what_is_documented(mine: Belongings, document: Any) -> None:
    steps = {
        "devices", "end_device", "save_address", "change_address", "remove_address", "register_webhook",
        "remove_webhook",
    }  # fmt: skip
    mine.path.clear()

    def aim(case: Any) -> dict[str, str]:
        mine.aim(case)
        return bearer(mine.user)

    answers = walk(document, steps, aim)

    assert done(answers) == steps, answers


def test_staff_who_follow_the_links_get_only_what_is_documented(supplier, document: Any, boss: User) -> None:
    steps = {
        "staff_orders", "staff_order", "staff_supplier_orders", "staff_supplier_order", "staff_shipments",
        "staff_shipments_look_now", "staff_listings", "staff_listings_switch_off", "staff_listings_switch_on",
        "staff_listings_check_now", "staff_refunds", "staff_refunds_done",
    }  # fmt: skip
    for make in ROWS.values():
        make()

    assert done(walk(document, steps, lambda case: bearer(boss))) >= steps - {"staff_listings_switch_on"}
