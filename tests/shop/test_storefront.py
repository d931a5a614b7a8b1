"""Home, category and product pages, and the Buy Now button."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from catalog.models import Category, Product, ProductImage
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, VariantFactory
from tests.shop.baskets import basket_of

pytestmark = pytest.mark.django_db

CountQueries = Callable[..., Any]


def make_products(count: int, **fields: Any) -> list[Product]:
    """Products as in a real shop: two variants with a listing each, and two pictures."""
    products = []
    for _ in range(count):
        product = ProductFactory(option_names=["Color"], **fields)
        for color in ("Sage", "Oat"):
            ListingFactory(variant=VariantFactory(product=product, options={"Color": color}))
            add_picture(product, {"Color": color})
        products.append(product)
    return products


def add_picture(product: Product, options: dict[str, str]) -> ProductImage:
    name = f"products/{product.slug}-{'-'.join(options.values())}.webp"
    return ProductImage.objects.create(
        product=product,
        image=name,
        thumbnail=name.replace("products/", "products/small/"),
        width=1200,
        height=1200,
        alt=f"{product.title} in {', '.join(options.values())}"[:200],
        options=options,
    )


@pytest.mark.parametrize("count", [24, 48])
def test_home_takes_six_queries_however_many_products_there_are(
    client: Client, django_assert_num_queries: CountQueries, count: int
) -> None:
    shelf = CategoryFactory()
    make_products(count // 2, category=shelf, is_featured=True)
    make_products(count // 2, category=shelf)

    with django_assert_num_queries(6):
        response = client.get("/")

    assert response.status_code == 200


def test_product_page_takes_seven_queries(client: Client, django_assert_num_queries: CountQueries) -> None:
    products = make_products(12, category=CategoryFactory())

    with django_assert_num_queries(7):
        response = client.get(products[0].get_absolute_url())

    assert response.content.count(b'class="card"') == 4


def test_home_of_an_empty_shop_says_so(client: Client) -> None:
    assert "The shelves are still empty" in client.get("/").content.decode()


def test_draft_is_neither_listed_nor_shown(client: Client) -> None:
    draft = ProductFactory(status=Product.Status.DRAFT, title="Secret")
    ListingFactory(variant__product=draft)

    assert "Secret" not in client.get(draft.category.get_absolute_url()).content.decode()
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_card_shows_lowest_price_and_its_saving(client: Client) -> None:
    product = ProductFactory(is_featured=True)
    VariantFactory(product=product, price=Decimal(40))
    VariantFactory(product=product, price=Decimal(30), compare_at_price=Decimal(60))

    (card,) = client.get("/").context["featured"]

    assert (str(card.price), card.saving, card.has_higher_prices) == ("30.00 USD", 50, True)


def test_product_without_picture_or_variant_has_a_page(client: Client) -> None:
    response = client.get(ProductFactory(title="Bare").get_absolute_url())

    assert "This is not available at the moment" in response.content.decode()


def test_description_is_cleaned_again_when_shown(client: Client) -> None:
    hostile = '<p onclick="x()">Fine <b>oak</b></p><script>steal()</script><img src=x onerror=steal()>'
    product = ProductFactory(description_html=hostile)

    page = client.get(product.get_absolute_url()).content.decode()

    assert "<p>Fine <b>oak</b></p>" in page
    assert "steal()" not in page


def test_texts_of_a_product_are_escaped(client: Client) -> None:
    product = ProductFactory(title='<script>alert("x")</script>', option_names=["Color"])
    ListingFactory(variant=VariantFactory(product=product, options={"Color": '"><img src=x onerror=y>'}))

    page = client.get(product.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_named_variant_is_preselected(client: Client) -> None:
    (product,) = make_products(1)
    second = product.variants.last()

    page = client.get(product.get_absolute_url(), {"variant": second.sku}).context["page"]

    assert page.selected.sku == second.sku


@pytest.mark.parametrize(
    ("stock", "level", "text"),
    [(None, "in", "In stock"), (100, "in", "In stock"), (3, "low", "Only 3 left"), (0, "out", "Sold out")],
)
def test_stock_is_said_in_words(client: Client, stock: int | None, level: str, text: str) -> None:
    listing = ListingFactory(stock=stock)

    selected = client.get(listing.variant.product.get_absolute_url()).context["page"].selected

    assert (selected.stock_level, selected.stock_text) == (level, text)


def test_sold_out_product_cannot_be_bought(client: Client) -> None:
    listing = ListingFactory(stock=0)

    page = client.get(listing.variant.product.get_absolute_url()).content.decode()

    assert 'data-shown="button" disabled' in page


# --- Buy Now --------------------------------------------------------------------------------------------------------


def test_buy_now_leads_to_the_checkout(client: Client) -> None:
    variant = ListingFactory().variant

    response = client.post("/buy/", {"sku": variant.sku, "quantity": 2})

    assert (response.status_code, response.url) == (302, "/checkout/")
    basket = basket_of(client)
    assert [(line.variant, line.quantity) for line in basket.lines.all()] == [(variant, 2)]
    assert len(basket.checkout_key) >= 32


def test_same_choice_keeps_its_checkout_key(client: Client) -> None:
    variant = ListingFactory().variant

    keys = set()
    for _ in range(2):
        client.post("/buy/", {"sku": variant.sku, "quantity": 2})
        keys.add(basket_of(client).checkout_key)

    assert len(keys) == 1


@pytest.mark.parametrize("change", [{"quantity": 3}, {"sku": "OTHER"}])
def test_another_choice_gets_another_checkout_key(client: Client, change: dict[str, Any]) -> None:
    choice = {"sku": ListingFactory().variant.sku, "quantity": 2}
    ListingFactory(variant__sku="OTHER")

    client.post("/buy/", choice)
    before = basket_of(client).checkout_key
    client.post("/buy/", {**choice, **change})

    assert basket_of(client).checkout_key != before


@pytest.mark.parametrize("quantity", ["0", "-1", "1000000000", "two", "", "1.5", "9" * 5000, "1e3", "\x00"])
def test_impossible_quantity_is_refused_at_its_field(client: Client, quantity: str) -> None:
    variant = ListingFactory().variant

    response = client.post("/buy/", {"sku": variant.sku, "quantity": quantity})

    assert response.status_code == 400
    assert list(response.context["errors"]) == ["quantity"]
    assert 'id="quantity-error"' in response.content.decode()
    assert "direct" not in client.session


@pytest.mark.parametrize("sku", ["", "NOPE", "1", "x" * 10_000, "' OR 1=1 --", "\x00"])
def test_unknown_variant_is_refused_on_the_product_s_page(client: Client, sku: str) -> None:
    product = ListingFactory().variant.product

    response = client.post("/buy/", {"product": product.slug, "sku": sku, "quantity": 1})

    assert response.status_code == 400
    assert list(response.context["errors"]) == ["sku"]
    assert response.context["product"] == product


def test_variant_that_is_not_sold_any_more_is_refused(client: Client) -> None:
    variant = ListingFactory(variant__is_active=False).variant

    response = client.post("/buy/", {"product": variant.product.slug, "sku": variant.sku, "quantity": 1})

    assert response.status_code == 400
    assert "not sold" in str(response.context["errors"]["sku"])


def test_variant_of_an_archived_product_is_refused(client: Client) -> None:
    variant = ListingFactory(variant__product__status=Product.Status.ARCHIVED).variant

    response = client.post("/buy/", {"product": variant.product.slug, "sku": variant.sku, "quantity": 1})

    assert response.status_code == 400
    assert "This is not sold here" in response.content.decode()


def test_more_than_there_are_is_refused_with_the_number_left(client: Client) -> None:
    variant = ListingFactory(stock=3).variant

    response = client.post("/buy/", {"sku": variant.sku, "quantity": 4})

    assert response.context["errors"]["quantity"] == ["Only 3 left. Please order fewer."]
    assert 'value="4"' in response.content.decode()


def test_sold_out_variant_is_refused(client: Client) -> None:
    variant = ListingFactory(stock=0).variant

    response = client.post("/buy/", {"sku": variant.sku, "quantity": 1})

    assert response.context["errors"]["sku"] == ["This choice is sold out."]


def test_price_from_the_browser_is_ignored(client: Client) -> None:
    variant = ListingFactory().variant

    client.post("/buy/", {"sku": variant.sku, "quantity": 1, "price": "0.01", "total": "0.01", "currency": "IDR"})

    assert "$24.90" in client.get("/checkout/").content.decode()


def test_form_without_token_gets_a_friendly_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/buy/", {"sku": "X", "quantity": 1})

    assert response.status_code == 403
    assert "Please send the form again" in response.content.decode()


def test_pages_hold_to_the_content_security_policy(client: Client) -> None:
    (product,) = make_products(1, is_featured=True)

    for address in ("/", product.category.get_absolute_url(), product.get_absolute_url()):
        response = client.get(address)
        page = response.content.decode()

        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert " style=" not in page
        assert "<style" not in page
        assert "onclick" not in page


def test_unknown_address_gets_the_shop_s_own_page(client: Client) -> None:
    Category.objects.create(name="Shelf", slug="shelf")

    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


@pytest.mark.parametrize("name", ["500.html", "503.html", "403_csrf.html", "403.html", "400.html"])
def test_page_for_a_broken_shop_needs_neither_database_nor_request(
    name: str, django_assert_num_queries: CountQueries
) -> None:
    with django_assert_num_queries(0):
        page = render_to_string(name)

    assert "To the shop" in page or "Try again" in page
