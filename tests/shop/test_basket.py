"""The basket: what is put in, what changes meanwhile, and what cannot be done to it from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Listing, Product, Variant
from fulfillment import sweep
from fulfillment.models import Coupon, Order
from shop import basket as baskets
from shop.basket import BasketProblem
from shop.models import Basket, BasketLine
from tests.factories import ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fulfillment.scenes import together
from tests.queries import exact_queries
from tests.shop.baskets import basket_of, submit

pytestmark = pytest.mark.django_db


def put(client: Client, quantity: int = 1, **listing: Any) -> Variant:
    """A new variant in the client's cart."""
    variant = ListingFactory(**listing).variant
    assert client.post("/basket/add/", {"sku": variant.sku, "quantity": quantity}).url == "/basket/"
    return variant


def page(client: Client, address: str = "/basket/") -> str:
    return client.get(address).content.decode()


def lines(client: Client) -> list[tuple[str, int]]:
    return [(line.variant.sku, line.quantity) for line in basket_of(client, "cart").lines.select_related("variant")]


def change(client: Client, **fields: str) -> Any:
    return client.post("/basket/change/", fields)


def quantity_field(variant: Variant) -> str:
    return f"quantity-{BasketLine.objects.get(variant=variant).public_id}"


def test_different_things_are_lines_and_the_same_thing_counts_up(client: Client) -> None:
    first, second = put(client), put(client, 2)

    client.post("/basket/add/", {"sku": first.sku, "quantity": 3})

    assert lines(client) == [(first.sku, 4), (second.sku, 2)]
    assert "$149.40" in page(client)


def test_header_counts_the_pieces(client: Client) -> None:
    put(client, 2)
    put(client, 1)

    assert "data-basket-count>3<" in page(client, "/")


def test_visitor_without_basket_costs_no_query_for_the_count(
    client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    # The one query is for the shelves in the header.
    with django_assert_num_queries(1):
        context = client.get("/basket/").context

    assert not context["basket_count"]


def test_empty_basket_says_so(client: Client) -> None:
    assert "Your basket is empty" in page(client)


def test_quantity_is_changed(client: Client) -> None:
    variant = put(client)

    response = change(client, **{quantity_field(variant): "5"})

    assert (response.url, lines(client)) == ("/basket/", [(variant.sku, 5)])


@pytest.mark.parametrize("typed", ["-1", "two", "1.5", "", "9" * 500, "\x00", "1e3"])
def test_nonsense_quantity_is_told_at_its_line_and_changes_nothing(client: Client, typed: str) -> None:
    variant = put(client, 2)

    response = change(client, **{quantity_field(variant): typed})

    assert response.status_code == 400
    assert "as a whole number" in response.content.decode()
    assert lines(client) == [(variant.sku, 2)]


@pytest.mark.parametrize(
    ("stock", "typed", "told"),
    [(3, "4", "Only 3 are left"), (1, "2", "Only 1 is left"), (100, "21", "at most 20 at once")],
)
def test_more_than_there_is_or_may_be_is_refused(client: Client, stock: int, typed: str, told: str) -> None:
    variant = put(client, stock=stock)

    response = change(client, **{quantity_field(variant): typed})

    assert told in response.content.decode()
    assert lines(client) == [(variant.sku, 1)]


def test_removed_line_can_be_put_back(client: Client) -> None:
    variant, other = put(client, 3), put(client)

    response = change(client, remove=BasketLine.objects.get(variant=variant).public_id)
    told = page(client, response.url)
    client.post("/basket/add/", {"sku": variant.sku, "quantity": "3"})

    assert "Put it back" in told
    assert f'name="sku" value="{variant.sku}"' in told
    assert lines(client) == [(other.sku, 1), (variant.sku, 3)]


def test_quantity_of_nothing_removes(client: Client) -> None:
    variant = put(client)

    change(client, **{quantity_field(variant): "0"})

    assert lines(client) == []


def test_price_that_changed_is_shown_with_what_it_was(client: Client) -> None:
    put(client)
    Variant.objects.update(price=Decimal("29.90"))

    shown = page(client)

    assert "Was $24.90 when you put it in, now $29.90" in shown
    assert "Prices have changed" in shown


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (lambda: Listing.objects.update(stock=0), "This is sold out."),
        (lambda: Listing.objects.update(is_active=False), "This is sold out."),
        (lambda: Listing.objects.update(stock=1), "Only 1 is left."),
        (lambda: Variant.objects.update(is_active=False), "This is not sold any more."),
        (lambda: Product.objects.update(status=Product.Status.ARCHIVED), "This is not sold any more."),
        (lambda: Variant.objects.all().delete(), "This is not sold any more."),
    ],
)
def test_what_cannot_be_bought_is_marked_and_the_checkout_waits(
    client: Client, happens: Callable[[], Any], told: str
) -> None:
    put(client, 2)
    happens()

    shown = page(client)

    assert told in shown
    assert "To the checkout" not in shown
    assert client.get("/checkout/?of=cart").status_code in (200, 302)


def test_tidying_takes_out_what_is_gone_and_lowers_what_is_scarce(client: Client) -> None:
    gone, scarce, fine = put(client), put(client, 5), put(client)
    Listing.objects.filter(variant=gone).update(stock=0)
    Listing.objects.filter(variant=scarce).update(stock=2)

    change(client, action="tidy")

    assert lines(client) == [(scarce.sku, 2), (fine.sku, 1)]
    assert "To the checkout" in page(client)


def test_variant_of_another_currency_is_not_mixed_in(client: Client) -> None:
    put(client)
    other = ListingFactory(variant__currency="EUR").variant

    response = client.post("/basket/add/", {"sku": other.sku, "quantity": 1})

    assert response.status_code == 400
    assert "another currency" in response.content.decode()


def test_basket_holds_so_many_lines_and_no_more(client: Client, settings: Any) -> None:
    settings.MAX_BASKET_LINES = 2
    put(client)
    put(client)
    other = ListingFactory().variant

    response = client.post("/basket/add/", {"sku": other.sku, "quantity": 1})

    assert "at most 2 different things" in response.content.decode()


def test_line_of_another_visitor_cannot_be_touched(client: Client) -> None:
    variant, stranger = put(client, 2), Client()
    put(stranger)
    line = BasketLine.objects.get(variant=variant)

    change(stranger, remove=line.public_id)
    change(stranger, **{f"quantity-{line.public_id}": "9"})

    assert lines(client) == [(variant.sku, 2)]


def test_basket_id_from_the_client_opens_nothing(client: Client) -> None:
    put(client)
    public_id = basket_of(client, "cart").public_id

    shown = page(Client(), f"/basket/?basket={public_id}&cart={public_id}")

    assert "Your basket is empty" in shown


def test_price_from_the_client_is_ignored(client: Client) -> None:
    variant = ListingFactory().variant

    client.post("/basket/add/", {"sku": variant.sku, "quantity": 1, "price": "0.01", "price_seen": "0.01"})

    assert BasketLine.objects.get().price_seen == Decimal("24.90")
    assert "$24.90" in page(client)


def test_coupon_takes_off_and_can_be_removed(client: Client) -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10)
    put(client)

    change(client, action="coupon", coupon=" ten ")
    with_coupon = page(client)
    change(client, action="coupon-remove")

    assert "$22.41" in with_coupon
    assert basket_of(client, "cart").coupon_code == ""
    assert "$22.41" not in page(client)


def test_unknown_coupon_is_told_and_not_kept(client: Client) -> None:
    put(client)

    response = change(client, action="coupon", coupon="<b>")

    assert "We do not know this code." in response.content.decode()
    assert basket_of(client, "cart").coupon_code == ""


def test_codes_cannot_be_guessed_for_ever(client: Client) -> None:
    put(client)

    told = [change(client, action="coupon", coupon=f"GUESS{number}").content.decode() for number in range(25)]

    assert "You have tried many codes" in told[-1]


def test_queries_do_not_grow_with_the_lines(client: Client) -> None:
    account = SupplierAccountFactory()
    put(client, account=account)
    with exact_queries(9):
        page(client)
    for _ in range(5):
        put(client, account=account)

    with exact_queries(9):
        page(client)


def test_old_baskets_are_purged_with_everything_else(settings: Any) -> None:
    settings.BASKET_DAYS = 60
    old, young = Basket.objects.create(), Basket.objects.create()
    Basket.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=61))

    sweep.purge()

    assert list(Basket.objects.all()) == [young]


class TestBought:
    """What is paid leaves the basket; what is not stays."""

    def test_paid_lines_leave_the_cart_and_it_gets_a_new_key(self, client: Client) -> None:
        put(client, 2)
        key = basket_of(client, "cart").checkout_key

        client.post(submit(client, kind="cart", seen_total="49.80").url, {"action": "approve"})

        assert "Your basket is empty" in page(client)
        assert basket_of(client, "cart").checkout_key != key

    @pytest.mark.parametrize("action", ["decline", "abandon"])
    def test_payment_that_fails_keeps_the_basket(self, client: Client, action: str) -> None:
        variant = put(client, 2)

        client.post(submit(client, kind="cart", seen_total="49.80").url, {"action": action})

        assert lines(client) == [(variant.sku, 2)]

    def test_what_was_put_in_after_ordering_stays(self, client: Client) -> None:
        variant = put(client)
        address = submit(client, kind="cart").url
        client.post("/basket/add/", {"sku": variant.sku, "quantity": 2})
        other = put(client)

        client.post(address, {"action": "approve"})
        page(client)

        assert lines(client) == [(variant.sku, 2), (other.sku, 1)]

    def test_direct_purchase_leaves_the_cart_alone(self, client: Client) -> None:
        kept, bought = put(client), ListingFactory().variant
        client.post("/buy/", {"sku": bought.sku, "quantity": 1})

        client.post(submit(client).url, {"action": "approve"})

        assert lines(client) == [(kept.sku, 1)]
        assert Order.objects.get().lines.get().variant == bought

    def test_basket_without_a_session_is_emptied_as_well(self, client: Client) -> None:
        put(client)
        public_id = basket_of(client, "cart").public_id
        address = submit(client, kind="cart").url
        Client().post(address, {"action": "approve"})

        assert baskets.count(public_id) == 0
        found = baskets.find(public_id)

        assert found is not None
        assert not found.lines.exists()


def test_unknown_line_is_refused() -> None:
    with pytest.raises(BasketProblem) as refused:
        baskets.change(baskets.open_cart(), "nope", 1)

    assert refused.value.code == "no_such_line"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_add_at_once_make_one_line() -> None:
    cart = baskets.open_cart()
    variant = VariantFactory()
    ListingFactory(variant=variant)

    together(4, lambda _: baskets.add(cart, Variant.objects.select_related("product").get(pk=variant.pk), 1))

    line = cart.lines.get()
    assert 1 <= line.quantity <= 4
