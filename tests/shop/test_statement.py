"""The rows of an order's sum, on its pages, in its mails and in the admin."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from fulfillment import notifications
from fulfillment.coupons import CouponTerms
from fulfillment.models import Notice, Order, OrderLink, OrderShipping
from fulfillment.statement import statement, statement_of, stored_taxes
from fulfillment.taxes import TaxTerms
from fulfillment.totals import LineInput, ShippingInput, reckon
from shop.money import Money
from tests.factories import OrderFactory, OrderLineFactory, SupplierAccountFactory
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def totals_of(*, includes: bool):
    return reckon(
        [LineInput("a", 2, usd("50.00"))],
        shipping=[ShippingInput("p", usd("4.90"))],
        coupon=CouponTerms("WELCOME10", "percent", Decimal(10)),
        tax=TaxTerms("VAT", Decimal("19.000"), includes=includes, on_shipping=True),
    )


def stored(*, includes: bool) -> Order:
    totals = totals_of(includes=includes)
    order = OrderFactory(
        paid=True,
        items_total=totals.items.amount,
        discount_total=totals.discount.amount,
        shipping_total=totals.shipping.amount,
        tax_total=totals.tax.amount,
        total=totals.total.amount,
        prices_include_tax=includes,
        tax_lines=stored_taxes(totals.tax_lines),
        coupon_code="WELCOME10",
    )
    OrderLineFactory(order=order, quantity=2, total=Decimal("100.00"))
    return order


def text_of(html: str) -> str:
    return " ".join(html.split())


def test_statement_before_and_after_the_order_is_the_same():
    order = stored(includes=True)
    order.refresh_from_db()

    assert statement_of(order) == statement(totals_of(includes=True), coupon_code="WELCOME10")


def test_page_lists_what_the_sum_is_made_of(client):
    page = text_of(client.get(f"/o/{OrderLink.mint(stored(includes=True))}/").content.decode())

    for text in ("WELCOME10", "−$10.00", "$4.90", "$94.90", "including VAT 19 %", "$15.15"):
        assert text in page


def test_tax_beside_the_prices_stands_above_the_sum(client):
    page = text_of(client.get(f"/o/{OrderLink.mint(stored(includes=False))}/").content.decode())

    assert "including" not in page
    assert page.index("VAT 19") < page.index("totals-sum") < page.index("$112.93")


def test_rows_of_nothing_stay_away():
    shown = statement_of(OrderFactory(paid=True))

    html = render_to_string("shop/_totals.html", {"totals": shown})

    assert "Included" in html
    for text in ("Items", "Discount", "including"):
        assert text not in html


def test_shipping_that_is_not_known_yet_is_said_to_come():
    shown = statement(totals_of(includes=True), shipping_is_known=False)

    assert "At the next step" in render_to_string("shop/_totals.html", {"totals": shown})


def test_code_with_markup_is_shown_as_text():
    order = stored(includes=True)
    order.coupon_code = "<b>X</b>"

    html = render_to_string("shop/_totals.html", {"totals": statement_of(order)})

    assert "<b>X</b>" not in html


def test_mail_lists_what_the_sum_is_made_of():
    order = stored(includes=False)
    notifications.owe(order, Notice.Kind.RECEIVED)

    notifications.send(Notice.objects.get().pk)

    message = mail.outbox[0]
    html = str(message.alternatives[0][0])
    for text in ("WELCOME10", "$10.00", "$4.90", "VAT 19 %", "$18.03", "$112.93"):
        assert text in message.body
        assert text in html


def test_staff_see_what_the_sum_is_made_of():
    order = stored(includes=True)
    account = SupplierAccountFactory(label="North")
    OrderShipping.objects.create(
        order=order, account=account, name="Express", price=Decimal("4.90"), currency="USD", min_days=3, max_days=5
    )

    client = signed_in("fulfillment.view_order")
    page = text_of(client.get(f"/admin/fulfillment/order/{order.pk}/change/").content.decode())

    for text in ("WELCOME10", "10.00 USD", "including VAT 19 %", "15.15 USD", "North", "Express", "3–5"):
        assert text in page


@pytest.mark.parametrize(
    "change",
    [
        {"total": "24.91"},
        {"discount_total": "1.00"},
        {"shipping_total": "1.00"},
        {"tax_total": "1.00", "prices_include_tax": False},
        {"discount_total": "-1.00", "total": "25.90"},
        {"tax_total": "-1.00"},
    ],
)
def test_database_refuses_a_sum_that_is_not_one(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderFactory(**{name: Decimal(value) if isinstance(value, str) else value for name, value in change.items()})


@pytest.mark.parametrize(
    ("items", "discount", "shipping", "total"),
    [
        ("0.10", "0.00", "0.20", "0.30"),
        ("24.90", "2.49", "4.99", "27.40"),
        ("9999999999.99", "0.01", "0.01", "9999999999.99"),
    ],
)
def test_database_takes_sums_that_binary_floats_cannot_write(items, discount, shipping, total):
    order = OrderFactory(
        items_total=Decimal(items),
        discount_total=Decimal(discount),
        shipping_total=Decimal(shipping),
        total=Decimal(total),
    )

    order.refresh_from_db()
    assert order.total == Decimal(total)
