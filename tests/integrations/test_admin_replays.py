"""The staff's way from a logged call to its replay against the emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import ApiCall
from integrations.redaction import MASK
from tests.faults.processes import Emulator
from tests.integrations.test_replaying import GET, aliseeks_order, live, logged, order_call
from tests.running_emulator import running_emulator
from tests.staff import VIEWS, signed_in, staff, superuser

pytestmark = pytest.mark.django_db

REPLAY = "integrations.replay_apicall"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def _port(request, settings):
    # Without an emulator, a port on which nobody answers.
    settings.SANDBOX_PORT = 9
    if "emulator" in request.fixturenames:
        settings.SANDBOX_PORT = int(request.getfixturevalue("emulator").base.rpartition(":")[2])


def question_of(call: ApiCall) -> str:
    return reverse("admin:integrations_apicall_replay_call", args=[call.pk])


def page_of(call: ApiCall) -> str:
    return reverse("admin:integrations_apicall_change", args=[call.pk])


def comparison_of(call: ApiCall) -> str:
    return reverse("admin:integrations_apicall_comparison", args=[call.pk])


def replayed(call: ApiCall) -> ApiCall:
    superuser().post(question_of(call))
    return call.replays.get()


def test_the_button_leads_to_a_question_that_sends_nothing(emulator):
    call = order_call(live())
    client = signed_in(*VIEWS, REPLAY)

    page, question = client.get(page_of(call)).content.decode(), client.get(question_of(call)).content.decode()

    assert question_of(call) in page
    assert f"{emulator.base}" in question
    assert "logistics_address" in question
    assert "Sample Person, 123 Main St" in question
    assert ">Replay</button>" in question
    assert not ApiCall.objects.filter(is_replay=True).exists()


@pytest.mark.parametrize("made", [pytest.param((order_call, "aliexpress"), id="aliexpress"),
                                  pytest.param((aliseeks_order, "aliseeks"), id="aliseeks")])  # fmt: skip
def test_the_answer_leads_to_both_replies_side_by_side(emulator, made):
    make, provider = made
    call = make(live(provider))
    ApiCall.objects.update(reply_body='{"logged": "reply"}', error="http_502", http_status=502)

    response = signed_in(*VIEWS, REPLAY).post(question_of(call), follow=True)

    row = ApiCall.objects.get(is_replay=True)
    assert response.redirect_chain == [(comparison_of(row), 302)]
    page = response.content.decode()
    for text in (
        "&quot;logged&quot;: &quot;reply&quot;",
        "http_502",
        "HTTP 502",
        "HTTP 200",
        row.path,
        "Sample Person",
    ):
        assert text in page, text


def test_hostile_replies_are_shown_as_text(emulator):
    row = replayed(order_call(live()))
    ApiCall.objects.update(reply_body="</pre><script>alert(1)</script>", request_body={"a": "<script>alert(2)"})

    page = signed_in(*VIEWS).get(comparison_of(row)).content.decode()

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 2


def test_both_calls_lead_to_the_comparison_and_the_list_marks_the_replay(emulator):
    call = order_call(live())
    row = replayed(call)
    client = signed_in(*VIEWS)

    pages = [client.get(page_of(one)).content.decode() for one in (call, row)]
    listed = client.get("/admin/integrations/apicall/", {"is_replay__exact": "1"}).content.decode()

    assert all(comparison_of(row) in page for page in pages)
    assert (page_of(row) in listed, page_of(call) in listed) == (True, False)


def test_comparison_tells_that_the_original_is_gone(emulator):
    call = order_call(live())
    row = replayed(call)
    call.delete()

    page = signed_in(*VIEWS).get(comparison_of(row)).content.decode()

    assert "no longer kept" in page


def test_emulator_that_does_not_run_is_said_before_anything_is_sent():
    call = order_call(live())

    page = signed_in(*VIEWS, REPLAY).get(question_of(call)).content.decode()

    assert "No emulator answers at http://127.0.0.1:9" in page
    assert ">Replay</button>" not in page


def test_call_about_tokens_has_no_button_and_says_why():
    call = logged(live(), "/auth/token/refresh", {"refresh_token": MASK})
    client = signed_in(*VIEWS, REPLAY)

    assert question_of(call) not in client.get(page_of(call)).content.decode()
    assert "Calls about tokens are not replayed" in client.post(question_of(call), follow=True).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_get_403(emulator, method):
    call = order_call(live())
    client = signed_in(*VIEWS)

    assert getattr(client, method)(question_of(call)).status_code == 403
    assert question_of(call) not in client.get(page_of(call)).content.decode()
    assert not ApiCall.objects.filter(is_replay=True).exists()


def test_staff_who_may_not_see_the_log_do_not_replay_from_it(emulator):
    call = order_call(live())
    row = replayed(call)
    client = Client()
    client.force_login(staff("fulfillment.view_order", REPLAY, username="other"))

    assert client.post(question_of(call)).status_code == 403
    assert client.get(comparison_of(row)).status_code == 403


def test_forged_form_sends_nothing(emulator):
    call = order_call(live())
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff(*VIEWS, REPLAY))

    assert client.post(question_of(call)).status_code == 403
    assert not ApiCall.objects.filter(is_replay=True).exists()


def test_what_is_not_there_is_404_and_a_comparison_takes_no_post(emulator):
    call = logged(live(), GET, {"single_order_query": json.dumps({"order_id": 1})})
    client = superuser()

    assert client.get(comparison_of(call)).status_code == 404
    assert client.get(question_of(call).replace(str(call.pk), str(call.pk + 99))).status_code == 404
    assert client.post(comparison_of(call)).status_code == 405
