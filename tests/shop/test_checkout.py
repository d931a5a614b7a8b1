"""From the basket to the payment: what is typed, what is tampered with, what is clicked twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.models import Listing, Product, ProductTranslation, Variant
from fulfillment import dispatch
from fulfillment.models import Order, OrderLink, Payment, Refund, SupplierOrder
from fulfillment.states import OrderStatus, PaymentStatus
from shop import basket as baskets
from tests.factories import CouponFactory, ListingFactory, OrderFactory, PaymentFactory, VariantFactory
from tests.fulfillment.scenes import PRODUCT_ID, SKU_ID, order_of
from tests.shop.baskets import TYPED, basket_of, stamp, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(client: Client) -> Variant:
    """A variant in the client's basket, once."""
    return put_into_basket(client)


def put_into_basket(client: Client, quantity: int = 1, **listing: Any) -> Variant:
    variant = ListingFactory(**listing).variant
    assert client.post("/buy/", {"sku": variant.sku, "quantity": quantity}).status_code == 302
    return variant


def settle(client: Client, address: str, action: str) -> Any:
    return client.post(address, {"action": action})


def test_complete_checkout_becomes_one_unpaid_order_and_a_payment(client: Client, variant: Variant) -> None:
    response = submit(client)

    order, payment = Order.objects.get(), Payment.objects.get()
    assert response.url == f"/pay/{payment.public_id}/"
    assert (order.status, order.total, order.email) == (OrderStatus.AWAITING_PAYMENT, Decimal("24.90"), TYPED["email"])
    assert (order.province, order.phone, order.country) == ("New York", "+12125550123", "US")
    assert (payment.status, payment.amount, payment.order) == (PaymentStatus.PENDING, order.total, order)


def test_order_keeps_the_language_and_its_titles_for_good(client: Client, variant: Variant) -> None:
    ProductTranslation.objects.create(product=variant.product, language="de", title="Becher")
    client.post("/preferences/", {"language": "de", "currency": "EUR"})

    submit(client)

    order = Order.objects.get()
    assert (order.language, order.currency) == ("de", "USD")
    assert order.lines.get().title.startswith("Becher")


def test_checkout_sent_twice_is_one_order_and_one_payment(client: Client, variant: Variant) -> None:
    addresses = {submit(client).url, submit(client).url}

    assert len(addresses) == 1
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


def test_correction_before_paying_changes_the_same_order(client: Client, variant: Variant) -> None:
    submit(client)

    submit(client, line1="124 Main St")

    assert Order.objects.get().line1 == "124 Main St"


def test_checkout_sent_again_after_paying_shows_the_order(client: Client, variant: Variant) -> None:
    # Another tab, opened before the payment, still has the form.
    form = {**TYPED, "basket": stamp(client), "seen_total": "24.90"}
    settle(client, client.post("/checkout/", form).url, "approve")

    response = client.post("/checkout/", form)

    assert response.url == f"/orders/{Order.objects.get().number}/thanks/"


def test_checkout_without_a_basket_says_so(client: Client) -> None:
    assert "Nothing to check out" in client.get("/checkout/").content.decode()
    assert "Nothing to check out" in client.post("/checkout/", TYPED).content.decode()


def test_basket_whose_variant_is_gone_says_so(client: Client, variant: Variant) -> None:
    Variant.objects.update(is_active=False)

    assert "Nothing to check out" in client.get("/checkout/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", ""),
        ("email", "nonsense"),
        ("email", "a@b"),
        ("email", "x" * 10_000 + "@example.com"),
        ("email", "ada@example.com\nBcc: eve@example.com"),
        ("first_name", ""),
        ("first_name", "x" * 10_000),
        ("first_name", "Ada 😀"),
        ("last_name", "\x00"),
        ("line1", ""),
        ("city", ""),
        ("province", ""),
        ("province", "Bavaria"),
        ("postcode", ""),
        ("postcode", "SW1A 1AA"),
        ("country", ""),
        ("country", "XX"),
        ("country", "Atlantis"),
        ("phone", "call me"),
        ("phone", "1234"),
        ("phone", "1" * 16),
    ],
)
def test_bad_input_comes_back_with_the_message_at_its_field(
    client: Client, variant: Variant, field: str, typed: str
) -> None:
    response = submit(client, **{field: typed})

    page = response.content.decode()
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in page
    assert 'aria-invalid="true"' in page
    assert not Order.objects.exists()


def test_nothing_typed_is_lost(client: Client, variant: Variant) -> None:
    page = submit(client, postcode="nonsense", line2="Rear <building> & yard").content.decode()

    for text in ("ada@example.com", "Lovelace", "123 Main St", "nonsense", "Rear &lt;building&gt; &amp; yard"):
        assert f'value="{text}"' in page
    assert '<option value="US" selected>' in page


def test_messages_name_the_country_in_plain_words(client: Client, variant: Variant) -> None:
    errors = submit(client, country="DE", postcode="ABC").context["form"].errors

    assert "Germany" in errors["postcode"][0]


def test_control_characters_are_dropped_from_names(client: Client, variant: Variant) -> None:
    submit(client, first_name="\x00A\x07da\u202e")

    assert Order.objects.get().first_name == "Ada"


@pytest.mark.parametrize("seen", ["0.01", "", "free", "NaN", "Infinity", "-24.90", "1e999999"])
def test_tampered_total_is_never_charged(client: Client, variant: Variant, seen: str) -> None:
    response = submit(client, seen_total=seen)

    assert response.status_code == 400
    assert "The total is now $24.90" in response.content.decode()
    assert not Order.objects.exists()


def test_what_else_a_client_sends_changes_neither_goods_nor_money(client: Client, variant: Variant) -> None:
    other = ListingFactory(variant__price=Decimal("1.00")).variant

    submit(
        client, sku=other.sku, variant=str(other.pk), quantity="99", price="0.01", total="0.01", discount="24.89",
        tax="-5", currency="IDR", status="paid", paid_at="2026-01-01",
    )  # fmt: skip

    order = Order.objects.get()
    (line,) = order.lines.all()
    assert (line.sku, line.quantity, line.unit_price) == (variant.sku, 1, Decimal("24.90"))
    assert (order.total, order.currency, order.status) == (Decimal("24.90"), "USD", OrderStatus.AWAITING_PAYMENT)
    assert order.paid_at is None


def test_price_that_rose_meanwhile_is_told_and_can_be_confirmed(client: Client, variant: Variant) -> None:
    Variant.objects.update(price=Decimal("29.90"))

    refused = submit(client).content.decode()
    accepted = submit(client, seen_total="29.90")

    assert "The total is now $29.90" in refused
    assert 'name="seen_total" value="29.90"' in refused
    assert accepted.status_code == 302
    assert Order.objects.get().total == Decimal("29.90")


def test_another_tab_s_choice_is_not_bought_unseen(client: Client, variant: Variant) -> None:
    old = stamp(client)
    put_into_basket(client)

    response = submit(client, basket=old)

    assert response.status_code == 400
    assert "changed in another tab" in response.content.decode()
    assert not Order.objects.exists()


def test_sold_out_meanwhile_is_told_and_nothing_is_ordered(client: Client, variant: Variant) -> None:
    Listing.objects.update(stock=0)

    response = submit(client)

    assert "This has just sold out" in response.content.decode()
    assert not Order.objects.exists()


def test_fewer_left_than_wanted_is_told_with_the_number(client: Client) -> None:
    put_into_basket(client, quantity=5)
    Listing.objects.update(stock=3)

    response = submit(client, seen_total="124.50")

    assert "Only 3 are left" in response.content.decode()


def test_only_countries_that_are_shipped_to_are_offered(client: Client) -> None:
    put_into_basket(client, destination_countries=["DE", "FR"])

    page = client.get("/checkout/").content.decode()

    assert page.count("<option") == 2
    assert "Germany" in page


def test_country_that_is_not_shipped_to_is_refused(client: Client) -> None:
    put_into_basket(client, destination_countries=["DE", "FR"])

    assert list(submit(client).context["form"].errors) == ["country"]


def test_country_that_dropped_out_meanwhile_is_told_at_the_country(client: Client) -> None:
    variant = put_into_basket(client, destination_countries=["DE", "US"])
    # The other listing makes the country choosable, but has no stock.
    Listing.objects.update(destination_countries=["DE"])
    ListingFactory(variant=variant, destination_countries=["US"], stock=0)

    errors = submit(client).context["form"].errors

    assert errors["country"] == ["We cannot send this to United States."]


@pytest.mark.parametrize(
    ("languages", "country"),
    [("de-AT,de;q=0.9", "AT"), ("fr", "US"), ("", "US"), ("en-GB;q=0.3, en", "GB"), ("xx-QQ,,;;q=" * 99, "US")],
)
def test_country_is_guessed_from_the_browser_s_languages(
    client: Client, variant: Variant, languages: str, country: str
) -> None:
    page = client.get("/checkout/", headers={"accept-language": languages}).content.decode()

    assert f'<option value="{country}" selected>' in page


def test_fields_tell_browsers_what_they_are_for(client: Client, variant: Variant) -> None:
    page = client.get("/checkout/").content.decode()

    for attribute in (
        'autocomplete="email"',
        'autocomplete="shipping given-name"',
        'autocomplete="shipping address-line1"',
        'autocomplete="shipping postal-code"',
        'autocomplete="shipping country"',
        'inputmode="tel"',
        'type="tel"',
    ):
        assert attribute in page
    assert page.count("autocomplete=") == len(re.findall(r"<(?:input(?! type=\"hidden\")|select)", page))


def test_checkout_is_kept_out_of_caches(client: Client, variant: Variant) -> None:
    response = client.get("/checkout/")

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_nothing_is_ordered_while_nobody_can_pay(client: Client, variant: Variant, settings: Any) -> None:
    settings.PAYMENT_METHODS = []

    response = submit(client)

    assert "We cannot take payments" in response.content.decode()
    assert not Order.objects.exists()


def test_placing_an_order_stays_within_its_queries(
    client: Client, variant: Variant, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    form = {**TYPED, "basket": stamp(client), "seen_total": "24.90"}

    with django_assert_max_num_queries(30):
        assert client.post("/checkout/", form).status_code == 302


# --- the sandbox payment page ---------------------------------------------------------------------------------------


def test_payment_page_is_marked_as_a_test_and_offers_three_ends(client: Client, variant: Variant) -> None:
    page = client.get(submit(client).url).content.decode()

    assert "no real money" in page
    assert "$24.90" in page
    assert Order.objects.get().number in page
    for word in ("Approve", "Decline", "Abandon"):
        assert f">{word}</button>" in page


def test_approved_payment_pays_the_order_and_says_thanks(client: Client, variant: Variant) -> None:
    response = settle(client, submit(client).url, "approve")

    order = Order.objects.get()
    assert order.status == OrderStatus.PAID
    assert response.url == f"/orders/{order.number}/thanks/"
    assert "direct" not in client.session
    assert SupplierOrder.objects.filter(order=order).count() == 1


def test_approving_twice_buys_once(client: Client, variant: Variant) -> None:
    address = submit(client).url

    arrivals = {settle(client, address, "approve").url for _ in range(2)}

    assert len(arrivals) == 1
    assert SupplierOrder.objects.count() == 1
    assert Payment.objects.filter(status=PaymentStatus.SUCCEEDED).count() == 1


def test_declined_payment_charges_nothing_and_can_be_tried_again(client: Client, variant: Variant) -> None:
    address = submit(client).url

    declined = settle(client, address, "decline")
    page = client.get(declined.url).content.decode()
    approved = settle(client, address, "approve")

    assert "Nothing was charged" in page
    assert "Try again" in page
    assert approved.url.endswith("/thanks/")
    assert Order.objects.get().status == OrderStatus.PAID


@pytest.mark.parametrize("first", ["", "decline", "abandon"])
def test_abandoned_payment_leads_to_pay_now(client: Client, variant: Variant, first: str) -> None:
    address = submit(client).url
    if first:
        settle(client, address, first)

    response = client.post(address, {"action": "abandon"}, follow=True)

    page = response.content.decode()
    assert "Not paid yet" in page
    assert "Pay now" in page
    assert Order.objects.get().status == OrderStatus.AWAITING_PAYMENT


def test_decline_after_approval_changes_nothing(client: Client, variant: Variant) -> None:
    address = submit(client).url
    settle(client, address, "approve")

    settle(client, address, "decline")

    assert Order.objects.get().status == OrderStatus.PAID
    assert "This payment is complete" in client.get(address).content.decode()


def test_approval_of_a_canceled_order_is_put_before_staff(client: Client) -> None:
    payment = PaymentFactory(order=OrderFactory(status=OrderStatus.CANCELED))
    address = f"/pay/{payment.public_id}/"

    before = client.get(address).content.decode()
    after = client.post(address, {"action": "approve"}, follow=True).content.decode()

    assert "There is nothing to pay here" in before
    assert "We are looking into this payment" in after
    assert not SupplierOrder.objects.exists()


def test_order_canceled_unpaid_gets_a_new_one_on_confirming_again(client: Client, variant: Variant) -> None:
    submit(client)
    Order.objects.update(status=OrderStatus.CANCELED)

    told = submit(client)
    again = submit(client)

    assert "Confirm again to place a new one" in told.content.decode()
    assert again.status_code == 302
    assert Order.objects.count() == 2


def test_unknown_action_does_nothing(client: Client, variant: Variant) -> None:
    assert settle(client, submit(client).url, "steal").status_code == 400
    assert Payment.objects.get().status == PaymentStatus.PENDING


@pytest.mark.parametrize("public_id", ["nope", "1", "%00"])
def test_unknown_payment_is_not_found(client: Client, public_id: str) -> None:
    assert client.get(f"/pay/{public_id}/").status_code == 404


def test_sandbox_page_does_not_exist_without_the_sandbox(client: Client, settings: Any) -> None:
    payment = PaymentFactory()
    settings.PAYMENT_METHODS = []

    assert client.get(f"/pay/{payment.public_id}/").status_code == 404
    assert settle(client, f"/pay/{payment.public_id}/", "approve").status_code == 404


def test_paying_with_another_browser_shows_no_order(client: Client, variant: Variant) -> None:
    address = submit(client).url
    stranger = Client()

    response = stranger.post(address, {"action": "approve"}, follow=True)

    page = response.content.decode()
    assert "This payment is complete" in page
    assert "Main St" not in page
    assert stranger.get(f"/orders/{Order.objects.get().number}/thanks/").status_code == 404


def test_same_choice_after_paying_is_a_new_order(client: Client, variant: Variant) -> None:
    settle(client, submit(client).url, "approve")

    client.post("/buy/", {"sku": variant.sku, "quantity": 1})
    submit(client)

    assert Order.objects.count() == 2


def test_archived_product_cannot_be_ordered_from_an_old_basket(client: Client, variant: Variant) -> None:
    Product.objects.update(status=Product.Status.ARCHIVED)

    assert "Nothing to check out" in client.post("/checkout/", TYPED).content.decode()
    assert not Order.objects.exists()


def test_variant_of_another_currency_is_shown_in_it(client: Client) -> None:
    listing = ListingFactory(variant=VariantFactory(currency="JPY", price=Decimal(3200)))
    client.post("/buy/", {"sku": listing.variant.sku, "quantity": 2})

    assert "¥6,400" in client.get("/checkout/").content.decode()


class TestNothingToPay:
    """A coupon pays for everything: nobody asks for money, and the goods are bought."""

    @pytest.fixture
    def free(self, client: Client, supplier: Any) -> Variant:
        CouponFactory(code="FREE", percent=Decimal(100))
        variant = put_into_basket(
            client, account__provider="fake", external_product_id=PRODUCT_ID, external_sku_id=SKU_ID
        )
        baskets.set_coupon(basket_of(client), "FREE")
        return variant

    def test_page_asks_for_no_way_to_pay(self, client: Client, free: Variant) -> None:
        page = client.get("/checkout/").content.decode()

        assert "Place the order" in page
        assert 'id="payment-heading"' not in page
        assert "There is nothing to pay" in page

    @pytest.mark.parametrize("method", ["sandbox", "bank_transfer", "stripe"])
    def test_order_is_paid_and_routed_as_soon_as_it_is_confirmed(
        self, client: Client, free: Variant, settings: Any, method: str
    ) -> None:
        settings.PAYMENT_METHODS = [method]
        settings.STRIPE_SECRET_KEY = "sk_test_1"
        settings.BANK_ACCOUNT_HOLDER, settings.BANK_ACCOUNT_NUMBER = "Shop", "DE00"

        response = submit(client, seen_total="0.00")

        order, payment = Order.objects.get(), Payment.objects.get()
        assert response.url == f"/orders/{order.number}/thanks/"
        assert (order.status, payment.method, payment.status, payment.amount) == ("paid", "none", "succeeded", 0)
        assert SupplierOrder.objects.get().order == order
        assert "There was nothing to pay" in client.get(response.url).content.decode()
        assert client.get("/checkout/").context.get("page") is None

    def test_order_needs_no_way_to_pay_at_all(self, client: Client, free: Variant, settings: Any) -> None:
        settings.PAYMENT_METHODS = []

        submit(client, seen_total="0.00")

        assert Order.objects.get().status == "paid"

    def test_total_of_nothing_is_only_compared(self, client: Client, variant: Variant, settings: Any) -> None:
        settings.PAYMENT_METHODS = []

        assert submit(client, seen_total="0.00").status_code == 400
        assert not Order.objects.exists()

    def test_order_left_unconfirmed_is_confirmed_on_its_page(self, client: Client, free: Variant) -> None:
        token = OrderLink.mint(order_of(free, coupon_code="FREE"))

        page = client.get(f"/o/{token}/").content.decode()
        client.post(f"/o/{token}/pay/")

        assert ("There is nothing to pay" in page, "Place the order" in page) == (True, True)
        assert Order.objects.get().status == "paid"

    def test_cancelling_it_gives_nothing_back(self, client: Client, free: Variant) -> None:
        submit(client, seen_total="0.00")
        order = Order.objects.get()
        token = OrderLink.mint(order)

        page = client.post(f"/o/{token}/cancel/", follow=True).content.decode()

        order.refresh_from_db()
        assert (order.status, Refund.objects.count()) == ("canceled", 0)
        assert "This order was canceled" in page

    def test_its_margin_waits_for_a_person(self, client: Client, free: Variant) -> None:
        submit(client, seen_total="0.00")
        part = SupplierOrder.objects.get()

        dispatch.place(part.pk)

        part.refresh_from_db()
        assert (part.status, part.attention) == ("held", "price")

    def test_its_invoice_says_that_there_was_nothing_to_pay(self, client: Client, free: Variant) -> None:
        submit(client, seen_total="0.00")

        page = client.get(f"/o/{OrderLink.mint(Order.objects.get())}/invoice/").content.decode()

        assert "There was nothing to pay." in page
