"""The staff's pages of the call log."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.models import ApiCall
from tests.factories import SupplierAccountFactory
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/integrations/apicall/"


def api_call(**changes) -> ApiCall:
    values = {"operation": "order.create", "method": "POST", "path": "127.0.0.1:9/sync", "started_at": timezone.now()}
    account = changes.pop("account", None) or SupplierAccountFactory()
    return ApiCall.objects.create(account=account, **{**values, **changes})


def page_of(call: ApiCall) -> str:
    return reverse("admin:integrations_apicall_change", args=[call.pk])


def test_list_costs_the_same_number_of_queries_for_5_and_for_50_rows():
    client = superuser()
    account = SupplierAccountFactory()

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            assert client.get(LIST).status_code == 200
        return len(counted)

    for _ in range(5):
        api_call(account=account)
    few = queries()
    for _ in range(45):
        api_call(account=account)

    assert queries() == few


@pytest.mark.parametrize("query", [{"q": "ORD-1"}, {"q": "21016f"}, {"q": "order.get"}, {"failed": "yes"}])
def test_calls_are_found(query):
    api_call(
        reference="ORD-1-1", request_id="21016f35", operation="order.get", error="busy", path="wanted.example/sync"
    )
    api_call(reference="ORD-2-1", request_id="7777", operation="order.create.other")

    page = signed_in(*VIEWS).get(LIST, query).content.decode()

    assert "ORD-1-1" in page
    assert "order.create.other" not in page


def test_the_page_shows_request_reply_and_the_text_for_support():
    call = api_call(
        request_body={"sku": "14:29"}, reply_body='{"order":{"id":1}}', request_id="21016f35", http_status=200
    )

    page = signed_in(*VIEWS).get(page_of(call)).content.decode()

    for text in (
        "&quot;sku&quot;: &quot;14:29&quot;",
        "&quot;id&quot;: 1",
        "Request ID: 21016f35",
        "App key: 33505222",
    ):
        assert text in page, text


def test_a_hostile_reply_is_shown_as_text():
    call = api_call(reply_body="</textarea></pre><script>alert(1)</script>")

    assert "<script>alert" not in superuser().get(page_of(call)).content.decode()


def test_the_log_cannot_be_changed():
    call = api_call()
    client = superuser()

    assert client.post(page_of(call), {"operation": "x"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(reverse("admin:integrations_apicall_delete", args=[call.pk]), {"post": "yes"}).status_code == 403


def test_staff_without_the_permission_do_not_see_the_log():
    assert signed_in("fulfillment.view_order").get(LIST).status_code == 403
