"""One situation before the order, asked of the page and of the API: price, stock and address rules cannot differ.

A basket's token is its id, which the page's session holds: both look at the very same basket.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Listing, Variant
from fulfillment.models import CouponRedemption, Order
from shop import basket as baskets
from shop.addresses import MAX_LENGTHS
from shop.api.v1.buying_shapes import AddressShape
from shop.api.v1.shapes import amount
from shop.models import Basket, Page
from tests.factories import CouponFactory, ListingFactory
from tests.shop.api.v1.app import App
from tests.shop.baskets import TYPED, basket_of, submit

pytestmark = pytest.mark.django_db

ADDRESS = {name: value for name, value in TYPED.items() if name != "email"}


@pytest.fixture
def app(db: None) -> App:
    """An app that shares no cookie with the browser, which is ``client``."""
    return App(Client())


def both(client: Client, app: App, *variants: Variant, quantity: int = 1, kind: str = "cart") -> Basket:
    """The browser's basket, open to the app as well."""
    for variant in variants:
        path = "/basket/add/" if kind == "cart" else "/buy/"
        assert client.post(path, {"sku": variant.sku, "quantity": quantity}).status_code == 302
    basket = basket_of(client, kind)
    app.headers["Basket-Token"] = basket.public_id
    return basket


def sums(statement: Any) -> dict[str, Any]:
    names = ("items", "discount", "shipping", "total")
    return {name: amount(getattr(statement, name)) for name in names} | {"coupon_code": statement.coupon_code}


def told(answer: Any) -> dict[str, list[str]]:
    """The API's messages by the form's names."""
    errors: dict[str, list[str]] = {}
    for error in answer.json().get("errors", []):
        name = {"accepts_terms": "terms"}.get(error["field"], error["field"].removeprefix("address."))
        errors.setdefault(name, []).append(error["message"])
    return errors


def shown(page: Any) -> dict[str, list[str]]:
    """The page's messages by field."""
    return {name: [str(message) for message in messages] for name, messages in page.context["form"].errors.items()}


def order_by(app: App, quote: dict[str, Any], **changes: Any) -> Any:
    return app.post("basket/order/", app.order_body(quote, **{"address": ADDRESS, **changes}))


# --- the basket: prices, stock, problems

MEANWHILE = {
    "nothing": {},
    "dearer": {"variant": {"price": Decimal("30.00")}},
    "sold out": {"listing": {"stock": 0}},
    "fewer": {"listing": {"stock": 1}},
    "limited": {"listing": {"quantity_limit": 1}},
    "taken off": {"variant": {"is_active": False}},
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_basket_has_the_same_sums_and_the_same_problems(client: Client, app: App, meanwhile: str) -> None:
    CouponFactory(code="TEN")
    first, second = ListingFactory(stock=5), ListingFactory(stock=5)
    both(client, app, first.variant, second.variant, quantity=2)
    client.post("/basket/change/", {"action": "coupon", "coupon": "TEN"})
    changes = MEANWHILE[meanwhile]
    Variant.objects.filter(pk=first.variant.pk).update(**changes.get("variant", {"is_active": True}))
    Listing.objects.filter(pk=first.pk).update(**changes.get("listing", {"quantity_limit": None}))

    page, answer = client.get("/basket/").context["page"], app.get("basket/").json()

    for line, by_app in zip(page.lines, answer["lines"], strict=True):
        assert (by_app["id"], by_app["sku"], by_app["title"]) == (line.id, line.sku, line.title)
        assert (by_app["quantity"], by_app["quantity_max"]) == (line.quantity, line.quantity_max)
        for name in ("price", "price_before", "total"):
            assert by_app[name] == amount(getattr(line, name))
        assert by_app["problem"] == line.problem
    assert {name: answer["totals"][name] for name in sums(page.totals)} == sums(page.totals)
    assert (answer["has_problems"], answer["coupon_problem"]) == (page.has_problems, page.coupon_problem)
    assert page.has_problems == (meanwhile not in ("nothing", "dearer"))
    assert page.totals.discount.amount > 0


@pytest.mark.parametrize(("values", "quantity"), [({"stock": 3}, 4), ({"quantity_limit": 2}, 3), ({"stock": 50}, 21)])
def test_more_than_can_be_had_goes_into_neither_basket(
    client: Client, app: App, values: dict[str, int], quantity: int
) -> None:
    variant = ListingFactory(**values).variant
    basket = both(client, app, variant)
    line = basket.lines.get().public_id

    page = client.post("/basket/change/", {f"quantity-{line}": str(quantity)})
    answer = app.send("PATCH", f"basket/lines/{line}/", {"quantity": quantity})
    added = app.post("basket/lines/", {"sku": variant.sku, "quantity": quantity - 1})

    assert (page.status_code, answer.status_code) == (400, 422)
    assert page.context["page"].errors == {line: answer.json()["detail"]}
    assert added.json()["detail"] == answer.json()["detail"]
    assert basket.lines.get().quantity == 1


def test_tidied_basket_is_the_same(client: Client, app: App) -> None:
    first, second = ListingFactory(stock=5), ListingFactory(stock=5)
    kept = []
    for tidy in (lambda: client.post("/basket/change/", {"action": "tidy"}), lambda: app.post("basket/tidy/")):
        Listing.objects.update(stock=5)
        Basket.objects.all().delete()
        basket = both(client, app, first.variant, second.variant, quantity=3)
        Listing.objects.filter(pk=first.pk).update(stock=0)
        Listing.objects.filter(pk=second.pk).update(stock=2)
        tidy()
        kept.append([(line.variant, line.quantity) for line in basket.lines.all()])

    assert kept == [[(second.variant, 2)]] * 2


# --- coupons

COUPONS: dict[str, dict[str, Any]] = {
    "good": {},
    "unknown": {"code": "OTHER"},
    "withdrawn": {"is_active": False},
    "not yet": {"starts_at": timedelta(days=1)},
    "expired": {"ends_at": timedelta(days=-1)},
    "used up": {"usage_limit": 1, "used_count": 1},
    "minimum": {"minimum": Decimal(50), "currency": "USD"},
    "currency": {"currency": "EUR", "minimum": Decimal(1)},
}


@pytest.mark.parametrize("coupon", COUPONS)
@pytest.mark.parametrize("kind", ["cart", "direct"])
def test_coupon_is_taken_or_refused_in_the_same_words(client: Client, app: App, kind: str, coupon: str) -> None:
    values = {
        name: timezone.now() + value if isinstance(value, timedelta) else value
        for name, value in COUPONS[coupon].items()
    }
    CouponFactory(**{"code": "TEN", **values})
    basket = both(client, app, ListingFactory().variant, kind=kind)
    path = "/basket/change/" if kind == "cart" else "/checkout/"

    page = client.post(path, {"action": "coupon", "coupon": "ten"})
    code_by_page = Basket.objects.get().coupon_code
    baskets.set_coupon(basket, "")
    answer = app.send("PUT", "basket/coupon/", {"code": "ten"})

    assert Basket.objects.get().coupon_code == code_by_page == ("TEN" if coupon == "good" else "")
    if coupon == "good":
        totals = (client.get("/basket/") if kind == "cart" else page).context["page"].totals
        assert answer.json()["totals"]["total"] == amount(totals.total) == {"amount": "22.41", "currency": "USD"}
    else:
        problem = page.context["page"].coupon_problem if kind == "cart" else page.context["coupon_problem"]
        assert (answer.status_code, answer.json()["detail"]) == (422, problem)
        assert problem


def test_customer_s_second_use_of_a_code_is_refused_by_both_orders(client: Client, app: App) -> None:
    CouponFactory(code="TEN", usage_limit_per_customer=1)
    refused = []
    for kind in ("direct", "cart", "direct"):
        basket = both(client, app, ListingFactory().variant, kind=kind)
        baskets.set_coupon(basket, "TEN")
        quote = app.quote()
        if kind == "cart":
            refused = submit(client, kind="cart", seen_total="22.41").context["form"].non_field_errors()
            baskets.set_coupon(basket, "TEN")
        answer = order_by(app, quote)

    assert CouponRedemption.objects.count() == 1
    assert answer.status_code == 422
    assert answer.json()["detail"] in refused


# --- the checkout: sums, addresses, terms, countries


@pytest.mark.parametrize("country", ["US", "DE"])
def test_checkout_costs_the_same_for_a_country(client: Client, app: App, supplier: Any, country: str) -> None:
    both(client, app, ListingFactory(account__provider="fake").variant, quantity=2)

    page = client.post("/checkout/?of=cart", {"action": "update", "country": country}).context["page"]
    quote = app.quote(country=country)

    assert {name: quote["totals"][name] for name in sums(page.totals)} == sums(page.totals)
    assert [parcel["key"] for parcel in quote["parcels"]] == [parcel.key for parcel in page.parcels]
    assert [[way["price"] for way in parcel["ways"]] for parcel in quote["parcels"]] == [
        [amount(way.price) for way in parcel.ways] for parcel in page.parcels
    ]
    assert (quote["stamp"], quote["is_unknown"], quote["unserved"]) == (page.stamp, page.is_unknown, page.unserved)


BRAZIL = {"country": "BR", "province": "São Paulo", "city": "São Paulo", "postcode": "01310-100",
          "phone": "+5511987654321"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (BRAZIL, "tax_id"),
        ({**BRAZIL, "tax_id": "1"}, "tax_id"),
        ({"country": "SA", "province": "", "city": "Riyadh", "postcode": "12345"}, "national_address"),
        ({"province": "Bavaria"}, "province"),
        ({"province": ""}, "province"),
        ({"phone": "call me"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"postcode": "SW1A 1AA"}, "postcode"),
        ({"first_name": "Ada 😀"}, "first_name"),
        ({"city": ""}, "city"),
        ({}, ""),
        ({**BRAZIL, "tax_id": "123.456.789-09"}, ""),
    ],
)
def test_address_is_refused_at_the_same_field_in_the_same_words(
    client: Client, app: App, changes: dict[str, str], field: str
) -> None:
    both(client, app, ListingFactory().variant, kind="direct")
    quote = app.quote()

    page = submit(client, **changes)
    by_page = [order.address for order in Order.objects.all()]
    answer = order_by(app, quote, address={**ADDRESS, **changes})

    if field:
        assert (page.status_code, answer.status_code) == (400, 400)
        assert field in told(answer)
        assert told(answer)[field] == shown(page)[field]
        assert not Order.objects.exists()
    else:
        assert (page.status_code, answer.status_code) == (302, 201), answer.content
        # The same basket: the app's order is the page's, corrected by nothing.
        assert [Order.objects.get().address] == by_page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_name", "\x00"),
        ("country", "XX"),
        *((name, "x" * (most + 1)) for name, most in MAX_LENGTHS.items() if name not in ("tax_id", "national_address")),
        *(("email", typed) for typed in ("", "nonsense", "a@b", "ada@example.com\nBcc: eve@example.com")),
    ],
)
def test_what_the_document_s_shape_refuses_is_refused_by_the_page(
    client: Client, app: App, field: str, typed: str
) -> None:
    both(client, app, ListingFactory().variant, kind="direct")
    address = {name: {**TYPED, field: typed}[name] for name in ADDRESS}

    page = submit(client, **{field: typed})
    answer = order_by(app, app.quote(), address=address, email=typed if field == "email" else TYPED["email"])

    assert (page.status_code, answer.status_code) == (400, 400)
    assert field in shown(page)
    assert field in told(answer)


def test_document_s_shape_takes_what_the_page_takes() -> None:
    fields = AddressShape().fields

    assert {name: fields[name].max_length for name in MAX_LENGTHS} == MAX_LENGTHS


def test_terms_have_to_be_accepted_in_both(client: Client, app: App) -> None:
    Page.objects.filter(slug="terms").update(is_published=True)
    both(client, app, ListingFactory().variant, kind="direct")
    quote = app.quote()

    page, answer = submit(client), order_by(app, quote)
    agreed = submit(client, terms="on").status_code, order_by(app, quote, accepts_terms=True).status_code

    assert quote["must_accept_terms"] is True
    assert told(answer) == {"terms": shown(page)["terms"]}
    assert agreed == (302, 201)


def test_country_that_is_not_reached_is_refused_by_both(client: Client, app: App) -> None:
    both(client, app, ListingFactory(destination_countries=["DE", "FR"]).variant, kind="direct")
    quote = app.quote()

    offered = client.get("/checkout/").context["form"].fields["country"].choices
    page, answer = submit(client), order_by(app, quote)

    assert {code for code, _name in offered if code} == set(quote["ships_to"]) == {"DE", "FR"}
    assert told(answer)["country"] == shown(page)["country"]
    assert not Order.objects.exists()


@pytest.mark.parametrize(("left", "words"), [(1, "Only 1 is left"), (0, "just sold out")])
def test_stock_that_went_after_the_quote_is_missing_in_both(client: Client, app: App, left: int, words: str) -> None:
    listing = ListingFactory(stock=2)
    both(client, app, listing.variant, quantity=2, kind="direct")
    quote = app.quote()
    Listing.objects.update(stock=left)

    page, answer = submit(client, seen_total="49.80"), order_by(app, quote)

    assert page.status_code == 400
    assert words in " ".join(page.context["form"].non_field_errors())
    assert (answer.status_code, answer.json()["code"]) == (422, "out_of_stock")
    assert answer.json()["facts"]["lines"] == [{"sku": listing.variant.sku, "code": "out_of_stock", "available": left}]
    assert not Order.objects.exists()


def test_price_that_moved_is_confirmed_first_and_is_then_the_same_in_both(client: Client, app: App) -> None:
    variant = ListingFactory().variant
    both(client, app, variant, kind="direct")
    quote = app.quote()
    Variant.objects.update(price=Decimal(30))

    page, answer = submit(client), order_by(app, quote)
    again = page.context["page"].seen_total
    by_page = submit(client, seen_total=again), Order.objects.get().total
    by_app = order_by(app, app.quote())

    assert "The total is now $30.00" in " ".join(page.context["form"].non_field_errors())
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (
        422, "price_changed", {"total": again},
    )  # fmt: skip
    assert (by_page[0].status_code, by_app.status_code) == (302, 201)
    assert by_app.json()["total"] == {"amount": str(by_page[1]), "currency": "USD"}
