"""The checkout of a cart: parcels, coupon, taxes and country on one page, and nothing believed that is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog import delivery
from catalog.delivery import Question
from catalog.models import Listing, Variant
from fulfillment.models import Coupon, Order, ShippingRate, SupplierOrder, TaxRate
from fulfillment.parcels import parcel_key
from shop import checkout as open_checkout
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.fake_supplier import FakeSupplier, usd
from tests.fulfillment.test_parcels import FAST, SLOW, customers_pay_the_fee
from tests.queries import exact_queries
from tests.shop.baskets import TYPED, basket_of, stamp, submit

pytestmark = pytest.mark.django_db


def put(client: Client, quantity: int = 1, **listing: Any) -> Listing:
    listing_ = ListingFactory(**listing)
    client.post("/basket/add/", {"sku": listing_.variant.sku, "quantity": quantity})
    return listing_


def say(listing: Listing, country: str = "US") -> None:
    question = Question(listing.account_id, listing.external_product_id, listing.external_sku_id, country, 1)
    delivery.keep(question, [SLOW, FAST])


def update(client: Client, action: str = "update", *, fragment: bool = False, **changes: str) -> Any:
    sent = {**TYPED, "basket": stamp(client, "cart"), "seen_total": "0", "action": action, **changes}
    headers = {"x-fragment": "1"} if fragment else {}
    return client.post("/checkout/?of=cart", sent, headers=headers)


def seen(response: Any) -> str:
    """The total that the page's form would send back."""
    return re.search(r'name="seen_total" value="([^"]*)"', response.content.decode())[1]  # type: ignore[index]


def test_two_suppliers_are_two_parcels_one_order_and_two_supplier_orders(client: Client) -> None:
    first, second = put(client), put(client)

    page = client.get("/checkout/?of=cart").content.decode()
    client.post(submit(client, kind="cart", seen_total="49.80").url, {"action": "approve"})

    assert "2 parcels, from different places" in page
    assert {row.account_id for row in SupplierOrder.objects.all()} == {first.account_id, second.account_id}
    assert Order.objects.get().total == Decimal("49.80")


def test_chosen_way_of_sending_is_charged_and_bought(client: Client) -> None:
    customers_pay_the_fee()
    listing = put(client)
    say(listing)
    way = {f"shipping-{parcel_key(listing.account_id)}": "EXPRESS"}

    shown = update(client, **way)
    response = submit(client, kind="cart", seen_total=seen(shown), **way)

    assert response.status_code == 302
    order = Order.objects.get()
    assert (order.total, order.shippings.get().service) == (Decimal("33.90"), "EXPRESS")


@pytest.mark.parametrize("service", ["EXPRESS", "TELEPORT", "<script>", "\x00"])
def test_way_that_is_not_offered_is_not_bought(client: Client, service: str) -> None:
    listing = put(client)
    say(listing)

    response = submit(client, kind="cart", **{f"shipping-{parcel_key(listing.account_id)}": service})

    assert response.status_code == 400
    assert "not offered any more" in response.content.decode()
    assert not Order.objects.exists()


def test_shipping_price_from_the_client_is_ignored(client: Client) -> None:
    ShippingRate.objects.create(country="", kind="flat", amount=Decimal("5.00"), currency="USD")
    put(client)

    response = submit(client, kind="cart", shipping_total="0", price="0.01", discount_total="24.90", sku="OTHER")

    assert "The total is now $29.90" in response.content.decode()
    assert submit(client, kind="cart", seen_total="29.90").status_code == 302
    assert Order.objects.get().total == Decimal("29.90")


def test_quantity_that_another_tab_changed_is_shown_first(client: Client) -> None:
    listing = put(client)
    old = stamp(client, "cart")
    client.post("/basket/add/", {"sku": listing.variant.sku, "quantity": 1})

    response = submit(client, kind="cart", basket=old)

    assert "changed in another tab" in response.content.decode()
    assert not Order.objects.exists()


def test_another_session_s_basket_cannot_be_checked_out(client: Client) -> None:
    put(client)
    stolen = stamp(client, "cart")

    response = Client().post("/checkout/?of=cart", {**TYPED, "basket": stolen, "seen_total": "24.90"})

    assert "Nothing to check out" in response.content.decode()
    assert not Order.objects.exists()


def test_paid_order_of_another_session_is_not_shown_for_its_key(client: Client) -> None:
    put(client)
    form = {**TYPED, "basket": stamp(client, "cart"), "seen_total": "24.90"}
    client.post(client.post("/checkout/?of=cart", form).url, {"action": "approve"})

    own, stranger = client.post("/checkout/?of=cart", form), Client().post("/checkout/?of=cart", form)

    assert own.url == f"/orders/{Order.objects.get().number}/thanks/"
    assert "Nothing to check out" in stranger.content.decode()


def test_country_decides_which_fields_there_are_and_what_they_are_called(client: Client) -> None:
    put(client)

    japan = update(client, country="JP", fragment=True).content.decode()
    germany = update(client, country="DE", fragment=True).content.decode()

    assert "Prefecture" in japan
    assert 'name="city"' not in japan
    assert 'value="Tokyo"' in japan
    assert 'name="province"' not in germany
    assert germany.index('name="postcode"') < germany.index('name="city"')
    assert "For example 26133" in germany


def test_province_of_another_country_is_not_carried_over(client: Client) -> None:
    put(client)

    canada = update(client, country="CA", province="New York", fragment=True).content.decode()
    america = update(client, country="US", province="NY", fragment=True).content.decode()

    assert '<option value="New York"' not in canada
    assert 'value="New York" selected' in america


def test_updating_keeps_what_was_typed_and_complains_about_nothing(client: Client) -> None:
    put(client)

    response = update(client, country="DE", email="", line1="Rathausplatz <1>")

    page = response.content.decode()
    assert (response.status_code, "error-summary" in page) == (200, False)
    assert 'value="Rathausplatz &lt;1&gt;"' in page
    assert '<option value="DE" selected>' in page


def test_country_changed_without_updating_orders_for_that_country(client: Client) -> None:
    put(client)

    response = submit(client, kind="cart", country="DE", postcode="10117", city="Berlin")

    assert response.status_code == 302
    assert (Order.objects.get().country, Order.objects.get().province) == ("DE", "")


def test_tax_of_the_place_is_shown_before_and_charged_after(client: Client) -> None:
    TaxRate.objects.create(country="US", region="New York", name="Sales tax", percent=Decimal(10), is_included=False)
    put(client)

    unseen = submit(client, kind="cart")
    shown = update(client, fragment=True)
    response = submit(client, kind="cart", seen_total=seen(shown))

    assert "The total is now $27.39" in unseen.content.decode()
    assert "Sales tax" in shown.content.decode()
    assert response.status_code == 302
    assert Order.objects.get().total == Decimal("27.39")


def test_coupon_is_applied_and_the_rest_of_the_form_kept(client: Client) -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10)
    put(client)

    applied = update(client, "coupon", coupon="ten", line1="Here 1")
    response = submit(client, kind="cart", seen_total=seen(applied))

    assert 'value="Here 1"' in applied.content.decode()
    assert response.status_code == 302
    assert (Order.objects.get().total, Order.objects.get().coupon_code) == (Decimal("22.41"), "TEN")


def test_coupon_typed_but_not_applied_is_shown_before_it_is_charged(client: Client) -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10)
    put(client)

    response = submit(client, kind="cart", coupon="TEN")

    assert "The total is now $22.41" in response.content.decode()
    assert not Order.objects.exists()


def test_coupon_used_up_meanwhile_is_taken_off_and_told(client: Client) -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10, usage_limit=1)
    put(client)
    update(client, "coupon", coupon="TEN")
    Coupon.objects.update(used_count=1)

    response = submit(client, kind="cart", seen_total="22.41")

    page = response.content.decode()
    assert "used up" in page
    assert "The total is now $24.90" in page
    assert not Order.objects.exists()
    assert submit(client, kind="cart").status_code == 302


def test_line_that_sold_out_is_named_and_can_be_left_out(client: Client) -> None:
    gone, fine = put(client), put(client)
    Listing.objects.filter(pk=gone.pk).update(stock=0)

    refused = submit(client, kind="cart", seen_total="49.80")
    tidied = update(client, "tidy")

    assert f"{gone.variant.title}: This has just sold out" in refused.content.decode()
    assert 'value="tidy"' in refused.content.decode()
    assert seen(tidied) == "24.90"
    assert [line.variant for line in basket_of(client, "cart").lines.all()] == [fine.variant]


def test_basket_with_something_in_the_way_is_looked_at_first(client: Client) -> None:
    put(client, 5)
    Listing.objects.update(stock=2)

    assert client.get("/checkout/?of=cart").url == "/basket/"


def test_only_countries_that_get_everything_are_offered(client: Client) -> None:
    put(client, destination_countries=["DE", "FR", "US"])
    put(client, destination_countries=["DE", "JP"])

    page = client.get("/checkout/?of=cart").content.decode()

    assert re.findall(r'<option value="([A-Z]{2})"', page) == ["DE"]


def test_unknown_delivery_is_asked_for_once_when_the_page_is_updated(client: Client, supplier: FakeSupplier) -> None:
    supplier.freight = [SLOW]
    put(client, account=SupplierAccountFactory(provider="fake"))

    before = client.get("/checkout/?of=cart").content.decode()
    after = update(client, fragment=True).content.decode()

    assert "Delivery time not known yet" in before
    assert "Delivery time not known yet" not in after
    assert "Tracked delivery" in after


def test_terms_are_asked_for_once_staff_publish_them(client: Client, monkeypatch: Any) -> None:
    put(client)
    without = client.get("/checkout/?of=cart").content.decode()
    monkeypatch.setattr(open_checkout, "terms_address", lambda: "/pages/terms/")

    page = client.get("/checkout/?of=cart").content.decode()
    refused = submit(client, kind="cart")
    agreed = submit(client, kind="cart", terms="on")

    assert 'name="terms"' not in without
    assert re.search(r'name="terms"[^>]*>', page)[0].count("checked") == 0  # type: ignore[index]
    assert list(refused.context["form"].errors) == ["terms"]
    assert agreed.status_code == 302


def test_every_visible_field_says_what_belongs_into_it(client: Client) -> None:
    put(client)
    page = client.get("/checkout/?of=cart").content.decode()

    fields = re.findall(r"<(?:input|select)[^>]*>", page)
    shown = [field for field in fields if 'type="hidden"' not in field]

    assert shown
    assert all("autocomplete=" in field for field in shown)
    assert all("inputmode=" in field for field in shown if 'type="radio"' not in field)


def test_queries_of_the_page_do_not_grow_with_the_lines(client: Client) -> None:
    account = SupplierAccountFactory()
    put(client, account=account)
    with exact_queries(8):
        client.get("/checkout/?of=cart")
    for _ in range(4):
        put(client, account=account)

    with exact_queries(8):
        client.get("/checkout/?of=cart")


def test_placing_an_order_of_two_lines_stays_within_its_queries(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(2):
        put(client)
    form = {**TYPED, "basket": stamp(client, "cart"), "seen_total": "49.80"}

    with django_assert_max_num_queries(30):
        assert client.post("/checkout/?of=cart", form).status_code == 302


def test_cart_sent_twice_is_one_order(client: Client) -> None:
    put(client)
    put(client)

    addresses = {submit(client, kind="cart", seen_total="49.80").url for _ in range(2)}

    assert (len(addresses), Order.objects.count()) == (1, 1)


def test_ordered_cart_that_is_changed_before_paying_is_the_same_order(client: Client) -> None:
    put(client)
    submit(client, kind="cart")
    other = put(client)

    submit(client, kind="cart", seen_total="49.80")

    order = Order.objects.get()
    assert order.lines.count() == 2
    assert Variant.objects.get(pk=other.variant_id) in [line.variant for line in order.lines.all()]
    assert usd(str(order.total)) == usd("49.80")
