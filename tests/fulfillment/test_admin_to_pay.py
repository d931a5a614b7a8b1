"""The staff's page of orders to pay at suppliers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fulfillment.admin import to_pay_badge
from fulfillment.admin.answers import SETTLE
from fulfillment.admin.to_pay import left_text
from fulfillment.models import ExternalOrder
from integrations.errors import Transient
from integrations.types import SupplierOrderState
from tests.factories import ExternalOrderFactory, SupplierAccountFactory
from tests.fulfillment.scenes import snapshot
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db

PAGE = "/admin/fulfillment/supplierorder/to-pay/"
HOUR = timedelta(hours=1)


def unpaid(*, account=None, left: timedelta | None = 5 * HOUR, **changes) -> ExternalOrder:
    account = account or SupplierAccountFactory(provider="fake", pays_automatically=False)
    pay_by = timezone.now() + left if left is not None else None
    values = {"supplier_order__account": account, "pay_by": pay_by, "amount": Decimal("10.50"), "currency": "USD"}
    return ExternalOrderFactory(**{**values, **changes})


def shown(client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def look(client, external: ExternalOrder, **kwargs):
    return client.post(reverse("admin:fulfillment_to_pay_look", args=[external.pk]), follow=True, **kwargs)


def test_each_order_is_shown_with_its_link_its_amount_and_the_time_left(supplier):
    external = unpaid(left=2 * 24 * HOUR + 5 * HOUR + timedelta(seconds=30))

    page = shown(signed_in(*VIEWS))

    for text in (
        external.external_id,
        f'href="https://supplier.example/orders/{external.external_id}"',
        external.supplier_order.order.number,
        external.account.label,
        "10.50 USD",
        "2 d 5 h",
    ):
        assert text in page, text


def test_the_first_to_lapse_stands_first_and_what_lapsed_is_marked(supplier):
    last, lapsed, first = unpaid(left=None), unpaid(left=-HOUR), unpaid(left=HOUR)

    page = shown(signed_in(*VIEWS))

    places = [page.index(f'data-external-order="{row.external_id}"') for row in (lapsed, first, last)]
    assert places == sorted(places)
    assert ">lapsed<" in page


def test_totals_are_kept_apart_by_account_and_currency(supplier):
    one = SupplierAccountFactory(provider="fake", label="One", pays_automatically=False)
    two = SupplierAccountFactory(provider="fake", label="Two", pays_automatically=False)
    for account, amount, currency in (
        (one, "10.10", "USD"), (one, "5.05", "USD"), (one, "7.00", "EUR"), (two, "1.00", "USD"), (two, None, "USD"),
    ):  # fmt: skip
        unpaid(account=account, amount=amount and Decimal(amount), currency=currency)
    unpaid(account=one, amount=Decimal("999.00"), left=-HOUR)

    totals = signed_in(*VIEWS).get(PAGE).context["totals"]

    assert [(total.account, total.amount, total.count, total.unknown) for total in totals] == [
        ("One", "7.00 EUR", 1, 0),
        ("One", "15.15 USD", 2, 0),
        ("Two", "1.00 USD", 2, 1),
    ]


def test_what_is_being_charged_is_shown_last_and_not_asked_for(supplier):
    account = SupplierAccountFactory(provider="fake", pays_automatically=True)
    charging, waiting = unpaid(account=account, left=HOUR), unpaid(left=9 * HOUR)

    page = shown(signed_in(*VIEWS))

    assert page.index(waiting.external_id) < page.index(charging.external_id)
    assert page.count("Pay at the supplier</a>") == 1
    assert to_pay_badge(None) == "1"


def test_empty_list_says_so():
    assert "Nothing is to be paid" in shown(signed_in(*VIEWS))


def test_order_of_a_supplier_that_is_gone_is_shown_without_a_link():
    unpaid(account=SupplierAccountFactory(provider="gone", pays_automatically=False), external_id="77001")

    page = shown(superuser())

    assert "77001" in page
    assert "Pay at the supplier</a>" not in page


def test_page_costs_the_same_number_of_queries_for_2_and_for_20_rows(supplier):
    client = superuser()

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            shown(client)
        return len(counted)

    for _ in range(2):
        unpaid()
    few = queries()
    for _ in range(18):
        unpaid()

    assert queries() == few


def test_the_menu_counts_what_waits(supplier):
    client = superuser()
    unpaid()
    unpaid()

    page = client.get("/admin/").content.decode()

    assert PAGE in page
    assert to_pay_badge(None) == "2"


def test_looking_again_reads_the_order_at_the_supplier_now(supplier):
    external = unpaid()
    supplier.snapshots[external.external_id] = snapshot(external.external_id, SupplierOrderState.PROCESSING)

    page = look(signed_in(*VIEWS, SETTLE), external).content.decode()

    external.refresh_from_db()
    assert external.state == "processing"
    assert f"{external.external_id} waits for no payment any more." in page
    assert f'data-external-order="{external.external_id}"' not in page


def test_looking_again_says_that_it_is_still_unpaid(supplier):
    external = unpaid()

    assert "is still not paid" in look(signed_in(*VIEWS, SETTLE), external).content.decode()


def test_supplier_that_cannot_be_read_is_said(supplier):
    external = unpaid()
    supplier.snapshots[external.external_id] = Transient("down")

    assert "could not be read at the supplier just now" in look(signed_in(*VIEWS, SETTLE), external).content.decode()


def test_staff_without_the_permission_neither_see_the_list_nor_look(supplier):
    external = unpaid()
    viewer = signed_in(*VIEWS)

    assert look(viewer, external).status_code == 403
    assert "Look again" not in shown(viewer)
    viewer.logout()
    assert viewer.get(PAGE).status_code == 302


def test_staff_who_may_not_see_supplier_orders_get_403():
    external = unpaid()
    client = signed_in("fulfillment.view_order", SETTLE)

    assert client.get(PAGE).status_code == 403
    assert look(client, external).status_code == 403


def test_a_get_looks_at_nothing_and_a_post_to_the_list_is_refused(supplier):
    external = unpaid()
    client = superuser()

    assert client.get(reverse("admin:fulfillment_to_pay_look", args=[external.pk])).status_code == 405
    assert client.post(PAGE).status_code == 405
    assert client.post(reverse("admin:fulfillment_to_pay_look", args=[external.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (None, "not told"),
        (timedelta(0), "lapsed"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h 0 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(days=1), "1 d 0 h"),
    ],
)
def test_time_left_in_words(left, text):
    assert left_text(left) == text
