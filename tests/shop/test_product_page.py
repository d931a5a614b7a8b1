"""What the product's page offers: choices, stock and its age, pictures, what other programs read, and odd goods."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Listing, Product, ProductImage, Variant
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, VariantFactory
from tests.shop.baskets import basket_of
from tests.shop.test_storefront import add_picture, make_products

pytestmark = pytest.mark.django_db

CountQueries = Callable[..., Any]


def product_with(*combinations: tuple[str, ...], names: tuple[str, ...] = ("Color", "Size"), **fields: Any) -> Product:
    """A product whose variants have these values, each with a listing."""
    product = ProductFactory(option_names=list(names), **fields)
    for values in combinations:
        ListingFactory(variant=VariantFactory(product=product, options=dict(zip(names, values, strict=True))))
    return product


def page_of(client: Client, product: Product, **query: str) -> Any:
    return client.get(product.get_absolute_url(), query).context["page"]


def html_of(client: Client, product: Product, **query: str) -> str:
    return client.get(product.get_absolute_url(), query).content.decode()


def variant_data(html: str) -> Any:
    found = re.search(r'<script id="variant-data" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


# --- choosing -------------------------------------------------------------------------------------------------------


def test_two_options_are_offered_one_by_one(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Sage", "L"), ("Oat", "S"))

    groups = page_of(client, product).groups

    assert [(group.field, [value.text for value in group.values]) for group in groups] == [
        ("option:Color", ["Sage", "Oat"]),
        ("option:Size", ["S", "L"]),
    ]


def test_single_variant_asks_for_nothing(client: Client) -> None:
    product = product_with(("Sage", "S"))

    html = html_of(client, product)

    assert 'type="radio"' not in html
    assert f'<input type="hidden" name="sku" value="{product.variants.get().sku}">' in html


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (("Color",), [{"Color": "Sage"}, {}]),
        (("Color",), [{"Color": "Sage"}, {"Color": "Sage"}]),
        ((), [{"Color": "Sage"}, {"Color": "Oat"}]),
        (("Color", "Size"), [{"Color": "Sage"}, {"Size": "L"}]),
    ],
    ids=["one without options", "the same twice", "no names", "different options"],
)
def test_variants_that_their_options_do_not_tell_apart_are_chosen_by_sku(
    client: Client, names: tuple[str, ...], options: list[dict[str, str]]
) -> None:
    product = ProductFactory(option_names=list(names))
    for chosen in options:
        ListingFactory(variant=VariantFactory(product=product, options=chosen))

    response = client.get(product.get_absolute_url())

    (group,) = response.context["page"].groups
    skus = [variant.sku for variant in product.variants.all()]
    assert (group.field, [value.value for value in group.values]) == ("sku", skus)
    assert [variant["values"] for variant in variant_data(response.content.decode())["variants"]] == [[0], [1]]


def test_first_variant_in_stock_is_preselected_with_its_picture_first(client: Client) -> None:
    (product,) = make_products(1)
    first, second = product.variants.all()
    first.listings.update(stock=0)

    page = page_of(client, product)

    assert (page.selected.sku, page.selected.picture_number) == (second.sku, 1)
    assert [picture.alt for picture in page.pictures] == [f"{product.title} in Oat", f"{product.title} in Sage"]


def test_ticked_options_are_bought_without_a_script(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Oat", "L"))
    wanted = product.variants.get(options__Color="Oat")

    form = {"product": product.slug, "option:Color": "Oat", "option:Size": "L", "quantity": 2}
    response = client.post("/buy/", form)

    assert response.status_code == 302
    line = basket_of(client).lines.get()
    assert (line.variant, line.quantity) == (wanted, 2)


def test_ticked_options_win_over_a_sku_that_says_otherwise(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Oat", "L"))
    sage, oat = product.variants.all()

    client.post(
        "/buy/",
        {"product": product.slug, "option:Color": "Oat", "option:Size": "L", "sku": sage.sku, "quantity": 1},
    )

    assert basket_of(client).lines.get().variant == oat


def test_impossible_combination_is_explained_and_stays_ticked(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Sage", "L"), ("Oat", "S"))

    response = client.post(
        "/buy/", {"product": product.slug, "option:Color": "Oat", "option:Size": "L", "quantity": "3"}
    )

    page, html = response.context["page"], response.content.decode()
    assert response.status_code == 400
    assert response.context["errors"]["sku"] == ["There is no such combination. Please choose another one."]
    assert [group.selected_text for group in page.groups] == ["Oat", "L"]
    assert 'value="3"' in html
    assert 'data-shown="price"' not in html
    assert f"?variant={product.variants.get(options={'Color': 'Oat', 'Size': 'S'}).sku}" in html
    assert "basket" not in client.session


@pytest.mark.parametrize(
    "options",
    [
        {"option:Color": "Oat"},
        {"option:Color": "\x00", "option:Size": "S"},
        {"option:Color": "x" * 10_000, "option:Size": "S"},
        {"option:Colour": "Oat", "option:Size": "S"},
        {"option:": ""},
    ],
    ids=["incomplete and ambiguous", "NUL", "long", "another name", "empty"],
)
def test_options_that_name_no_variant_are_refused(client: Client, options: dict[str, str]) -> None:
    product = product_with(("Oat", "S"), ("Oat", "L"))

    response = client.post("/buy/", {"product": product.slug, "quantity": 1, **options})

    assert response.status_code == 400
    assert list(response.context["errors"]) == ["sku"]


def test_price_of_another_choice_is_shown_without_a_script(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Oat", "L"))
    oat = product.variants.get(options__Color="Oat")

    form = {"product": product.slug, "option:Color": "Oat", "option:Size": "L", "quantity": 1, "show": "1"}
    response = client.post("/buy/", form)

    assert (response.status_code, response.url) == (302, f"{product.get_absolute_url()}?variant={oat.sku}")
    assert "basket" not in client.session


@pytest.mark.parametrize("sku", ["GONE", "\x00", "x" * 5000, '"><script>'])
def test_link_to_a_variant_that_is_gone_shows_another_and_says_so(client: Client, sku: str) -> None:
    product = product_with(("Sage", "S"), ("Oat", "L"))

    response = client.get(product.get_absolute_url(), {"variant": sku})

    assert "The choice you asked for is not sold any more" in response.content.decode()
    assert response.context["page"].selected.label == "Sage · S"


def test_long_option_is_a_list(client: Client) -> None:
    product = product_with(*[(f"Shade {number}",) for number in range(31)], names=("Shade",))

    html = html_of(client, product)

    choices = html.split('name="option:Shade"')[1].split("</select>")[0]
    assert choices.count("<option") == 31
    assert 'type="radio"' not in html


def test_page_does_not_grow_with_combinations_but_for_its_data(client: Client) -> None:
    small = product_with(*[(f"C{color}", f"S{size}") for color in range(20) for size in range(1)])
    large = product_with(*[(f"C{color}", f"S{size}") for color in range(20) for size in range(10)])

    elements = [html_of(client, product).count("<input") for product in (small, large)]

    assert elements[1] - elements[0] == 9
    assert len(variant_data(html_of(client, large))["variants"]) == 200


def test_script_gets_each_variant_once(client: Client) -> None:
    product = ProductFactory(option_names=["Color"])
    sage = VariantFactory(product=product, options={"Color": "Sage"}, price=Decimal(30), compare_at_price=Decimal(60))
    oat = VariantFactory(product=product, options={"Color": "Oat"})
    ListingFactory(variant=sage, stock=3)
    ListingFactory(variant=oat, stock=0, checked_at=timezone.now())

    first, second = variant_data(html_of(client, product))["variants"]

    assert first == {
        "sku": sage.sku, "values": [0], "label": "Sage", "price": "$30.00", "compareAt": "$60.00", "saving": "Save 50%",
        "stock": "low", "stockText": "Only 3 left", "checked": "not checked yet", "max": 3, "limit": "", "picture": 1,
    }  # fmt: skip
    assert (second["stock"], second["checked"], second["max"]) == ("out", "checked just now", 1)


# --- stock and quantity ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (None, "not checked yet"),
        (timedelta(seconds=-30), "checked just now"),
        (timedelta(seconds=59), "checked just now"),
        (timedelta(minutes=1), "checked 1 minute ago"),
        (timedelta(minutes=59, seconds=50), "checked 59 minutes ago"),
        (timedelta(hours=1), "checked 1 hour ago"),
        (timedelta(hours=47), "checked 1 day ago"),
        (timedelta(days=400), "checked 400 days ago"),
    ],
)
def test_age_of_the_stock_is_said_in_words(client: Client, age: timedelta | None, text: str) -> None:
    listing = ListingFactory(checked_at=None if age is None else timezone.now() - age)

    assert page_of(client, listing.variant.product).selected.checked_text == text


@pytest.mark.parametrize(
    ("stock", "limit", "most", "text"),
    [
        (None, None, 20, ""),
        (100, None, 20, ""),
        (3, None, 3, ""),
        (100, 4, 4, "At most 4 per order"),
        (None, 4, 4, "At most 4 per order"),
        (3, 4, 3, ""),
        (100, 50, 20, ""),
    ],
)
def test_quantity_is_bounded_by_shop_stock_and_supplier(
    client: Client, stock: int | None, limit: int | None, most: int, text: str
) -> None:
    listing = ListingFactory(stock=stock, quantity_limit=limit)

    selected = page_of(client, listing.variant.product).selected

    assert (selected.quantity_max, selected.limit_text) == (most, text)


def test_more_than_the_supplier_sells_at_once_is_refused_at_its_field(client: Client) -> None:
    variant = ListingFactory(stock=100, quantity_limit=4).variant

    response = client.post("/buy/", {"sku": variant.sku, "quantity": 5})

    assert response.status_code == 400
    assert response.context["errors"]["quantity"] == ["You can order at most 4 of this at once."]


# --- basket ---------------------------------------------------------------------------------------------------------


def test_choice_can_be_put_into_the_basket_instead(client: Client) -> None:
    assert 'formaction="/basket/add/"' in html_of(client, ListingFactory().variant.product)


# --- what other programs read ---------------------------------------------------------------------------------------


def structured(html: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(\{[^<]*"Product"[^<]*)</script>', html)
    assert found
    return json.loads(found[1])


def test_product_is_told_to_search_engines(client: Client, settings: Any) -> None:
    settings.BASE_URL = "https://shop.example.com"
    product = product_with(("Sage", "S"), ("Oat", "L"), title="Mug", brand="Alderlow", summary="Round.")
    add_picture(product, {"Color": "Sage"})
    Listing.objects.filter(variant__options__Color="Oat").update(stock=0)
    sage, oat = product.variants.all()

    data = structured(html_of(client, product))

    address = f"https://shop.example.com/p/{product.slug}/"
    assert {name: data[name] for name in ("@type", "name", "url", "description", "brand", "sku")} == {
        "@type": "Product",
        "name": "Mug",
        "url": address,
        "description": "Round.",
        "brand": {"@type": "Brand", "name": "Alderlow"},
        "sku": sage.sku,
    }
    assert data["image"] == [f"https://shop.example.com/media/products/{product.slug}-Sage.webp"]
    assert [
        (offer["url"], offer["sku"], offer["price"], offer["priceCurrency"], offer["availability"])
        for offer in data["offers"]
    ] == [
        (f"{address}?variant={sage.sku}", sage.sku, "24.90", "USD", "https://schema.org/InStock"),
        (f"{address}?variant={oat.sku}", oat.sku, "24.90", "USD", "https://schema.org/OutOfStock"),
    ]


def test_many_variants_are_told_as_a_range_in_one_currency(client: Client) -> None:
    product = product_with(*[(f"C{number}",) for number in range(22)], names=("Color",))
    Variant.objects.filter(options__Color="C3").update(price=Decimal("9.50"))
    Variant.objects.filter(options__Color="C4").update(price=Decimal("1.00"), currency="EUR")

    offers = structured(html_of(client, product))["offers"]

    assert offers == {
        "@type": "AggregateOffer",
        "priceCurrency": "USD",
        "lowPrice": "9.50",
        "highPrice": "24.90",
        "offerCount": 21,
        "availability": "https://schema.org/InStock",
    }


def test_page_can_be_shared_with_its_picture(client: Client, settings: Any) -> None:
    settings.BASE_URL = "https://shop.example.com"
    product = product_with(("Sage", "S"), title='A "fine" mug')
    add_picture(product, {"Color": "Sage"})

    html = html_of(client, product, variant=product.variants.get().sku)

    assert f'<link rel="canonical" href="https://shop.example.com/p/{product.slug}/">' in html
    assert '<meta property="og:title" content="A &quot;fine&quot; mug">' in html
    assert f'<meta property="og:image" content="https://shop.example.com/media/products/{product.slug}-Sage' in html
    assert '<meta property="product:price:amount" content="24.90">' in html


def test_texts_cannot_leave_the_data_they_stand_in(client: Client) -> None:
    hostile = "</script><script>alert(1)</script>"
    product = product_with((hostile, "S"), ("Oat", "L"), title=hostile, summary=hostile, brand=hostile)

    html = html_of(client, product)

    assert "<script>alert" not in html
    assert structured(html)["name"] == hostile
    assert variant_data(html)["variants"][0]["label"] == f"{hostile} · S"


# --- odd goods ------------------------------------------------------------------------------------------------------


def test_variant_whose_supplier_sku_vanished_is_sold_out_beside_the_others(client: Client) -> None:
    product = product_with(("Sage", "S"), ("Oat", "L"))
    oat = product.variants.get(options__Color="Oat")
    oat.listings.all().delete()

    selected = page_of(client, product, variant=oat.sku).selected

    assert (selected.sku, selected.stock_text, selected.checked_text) == (oat.sku, "Sold out", "")
    assert client.get(product.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("columns", [{"image": ""}, {"thumbnail": ""}, {"image": "", "thumbnail": ""}, {"alt": ""}])
def test_incomplete_picture_breaks_neither_page_nor_checkout(client: Client, columns: dict[str, Any]) -> None:
    (product,) = make_products(1, is_featured=True)
    ProductImage.objects.filter(product=product).update(**columns)
    client.post("/buy/", {"sku": product.variants.all()[0].sku, "quantity": 1})

    statuses = [client.get(address).status_code for address in ("/", product.get_absolute_url(), "/checkout/")]

    assert statuses == [200, 200, 200]


def test_picture_without_words_is_named_after_its_product(client: Client) -> None:
    (product,) = make_products(1)
    ProductImage.objects.update(alt="")

    assert {picture.alt for picture in page_of(client, product).pictures} == {product.title}


def test_product_without_any_picture_shows_its_letter(client: Client) -> None:
    assert 'class="no-picture" aria-hidden="true">Z' in html_of(client, product_with(("A", "B"), title="Zebra"))


@pytest.mark.parametrize(
    "title",
    ["W" * 200, "كوب خزفي مصنوع يدويا", "🫖" * 60, "Mug\u202etxt.exe", "  ", "a b " * 50],
    ids=["one long word", "right to left", "emoji", "override", "blank", "many words"],
)
def test_strange_texts_have_a_page(client: Client, title: str) -> None:
    product = product_with((title, "S"), (title[::-1] + "2", "L"), title=title[:200], summary=title, brand=title[:80])
    add_picture(product, {})

    assert client.get(product.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("variants", [2, 60])
def test_page_takes_seven_queries_however_much_a_product_consists_of(
    client: Client, django_assert_num_queries: CountQueries, variants: int
) -> None:
    shelf = CategoryFactory()
    make_products(6, category=shelf)
    product = product_with(*[(f"C{number}",) for number in range(variants)], names=("Color",), category=shelf)
    for variant in product.variants.all():
        ListingFactory(variant=variant, account=variant.listings.get().account)
        add_picture(product, variant.options)

    with django_assert_num_queries(7):
        response = client.get(product.get_absolute_url())

    assert len(response.context["page"].pictures) == variants
    assert response.content.count(b'class="card"') == 4
