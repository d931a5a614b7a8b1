"""Finding products by words, filters and order, a page at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Product
from catalog.search import Find, Found, Sort, UnknownCursor, find
from catalog.shelf import count_sold, refresh, refresh_category
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def make(title: str, **fields: Any) -> Product:
    """A product in stock, with one variant; ``price``, ``options`` and ``countries`` are the variant's."""
    price, options = fields.pop("price", Decimal("24.90")), fields.pop("options", {})
    stock, countries = fields.pop("stock", 5), fields.pop("countries", [])
    product = ProductFactory(title=title, **fields)
    variant = VariantFactory(product=product, price=price, options=options)
    ListingFactory(variant=variant, stock=stock, destination_countries=countries)
    return product


def titles(found: Found) -> list[str]:
    return [product.title for product in found.products]


@pytest.mark.parametrize(
    "text", ["lamp", "LAMPS", "Lämp", "mushroom lamp", "lamp-mushroom", "mushr", "the lamp", "glowing", "alderlow"]
)
def test_words_are_found_in_any_form_and_order(text: str) -> None:
    lamp = make("Mushroom Lamp", description_html="<p>It glows <b>warm</b>.</p>", brand="Älderlow")
    make("Oak Tray")

    found = find(Find(text=text))

    assert found.products == [lamp]
    assert found.corrected == ""


@pytest.mark.parametrize("text", ["lmap", "lammp", "lam", "mushrom lamp", "mushrrooom lmap"])
def test_slips_are_forgiven(text: str) -> None:
    lamp = make("Mushroom Lamp")
    make("Linen Towel")

    assert find(Find(text=text)).products == [lamp]


def test_correction_is_told() -> None:
    make("Mushroom Lamp")

    assert find(Find(text="Lmap!")).corrected == "lamp"


def test_correction_that_finds_nothing_is_not_told() -> None:
    make("Mushroom Lamp", stock=0)

    found = find(Find(text="lmap", in_stock=True))

    assert (found.products, found.corrected) == ([], "")


@pytest.mark.parametrize(
    "text",
    [
        "lamp",
        "'lamp'",
        '"lamp',
        "lamp\x00",
        "-lamp",
        "lamp*",
        "(lamp",
        "lamp) & !!:*",
        "title:lamp",
        "lamp 🛋️",
        "lamp;--",
        "%lamp_",
        "\\lamp",
    ],
)
def test_signs_of_a_query_language_mean_nothing(text: str) -> None:
    lamp = make("Lamp")
    make("Title")

    found = find(Find(text=text))

    assert found.products in ([lamp], [])


@pytest.mark.parametrize(
    "text", ["🛋️", "\x00", "''", "-- ;", "AND OR NOT NEAR", "x" * 10_000, "a b " * 5000, "ﷺ" * 3000]
)
def test_nonsense_finds_nothing_and_breaks_nothing(text: str) -> None:
    make("Lamp")

    assert find(Find(text=text)).products == []


def test_words_of_the_title_come_before_words_of_the_text() -> None:
    towel = make("Linen Towel", summary="Goes well with any lamp, lamp, lamp.")
    lamp = make("Reading Lamp")

    assert find(Find(text="lamp")).products == [lamp, towel]


def test_of_equal_matches_the_more_sold_one_comes_first() -> None:
    first, second = make("Red Lamp"), make("Blue Lamp")
    count_sold([(first.variants.get().pk, 3)])

    assert find(Find(text="lamp")).products == [first, second]


def test_what_is_not_sold_is_not_found() -> None:
    draft = make("Lamp", status=Product.Status.DRAFT)
    bare = ProductFactory(title="Lamp without variants")
    refresh([bare.pk])

    assert find(Find(text="lamp")).products == []
    assert find(Find()).count == 0
    assert draft.status == Product.Status.DRAFT


def test_changed_title_is_found_and_the_old_one_is_not() -> None:
    product = make("Lamp")
    Product.objects.filter(pk=product.pk).update(title="Lantern")

    refresh([product.pk])

    assert find(Find(text="lantern")).products == [product]
    assert find(Find(text="lamp")).products == []


def test_deleted_product_is_found_no_more() -> None:
    product = make("Lamp")

    product.delete()

    assert find(Find(text="lamp")).products == []


def test_category_s_new_name_is_found() -> None:
    product = make("Lamp")
    product.category.name = "Lighting"
    product.category.save()

    refresh_category(product.category_id)

    assert find(Find(text="lighting")).products == [product]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Find(max_price=Decimal("24.90")), ["Cheap"]),
        (Find(min_price=Decimal("24.91")), ["Dear"]),
        (Find(in_stock=True), ["Cheap"]),
        (Find(country="DE"), ["Dear"]),
        (Find(country="FR"), []),
        (Find(options=(("Color", "Sage"),)), ["Cheap"]),
        (Find(options=(("Color", "Sage"), ("Color", "Oat"))), ["Cheap", "Dear"]),
        (Find(options=(("Color", "Sage"), ("Size", "M"))), []),
        (Find(text="cheap", country="DE"), []),
    ],
)
def test_filters_narrow(wanted: Find, expected: list[str]) -> None:
    make("Dear", price=Decimal(80), stock=0, countries=["DE", "AT"], options={"Color": "Oat", "Size": "M"})
    make("Cheap", price=Decimal("24.90"), countries=["US"], options={"Color": "Sage"})

    assert titles(find(wanted)) == expected


def test_empty_destinations_mean_everywhere() -> None:
    product = make("Lamp", countries=[])

    assert find(Find(country="NZ")).products == [product]


def test_price_in_another_currency_passes_no_bound() -> None:
    VariantFactory(currency="JPY", price=Decimal(20))

    assert find(Find(max_price=Decimal(30))).products == []


def test_category_holds_its_own() -> None:
    shelf = CategoryFactory()
    product = make("Lamp", category=shelf)
    make("Other Lamp")

    assert find(Find(text="lamp", category_id=shelf.pk)).products == [product]


SORTS = {
    Sort.NEWEST: lambda product, prices, sold: -product.pk,
    Sort.PRICE: lambda product, prices, sold: (prices[product.pk], product.pk),
    Sort.PRICE_FALLING: lambda product, prices, sold: (-prices[product.pk], -product.pk),
    Sort.POPULAR: lambda product, prices, sold: (-sold[product.pk], -product.pk),
}


@pytest.mark.parametrize("text", ["", "lamp"])
@pytest.mark.parametrize("sort", SORTS)
def test_each_product_is_shown_once_over_the_pages_and_back(sort: Sort, text: str) -> None:
    # Equal prices and equal sales: only the second part of the order tells them apart.
    products = [make("Lamp", price=Decimal(10 + number % 4)) for number in range(20)]
    count_sold([(product.variants.get().pk, number % 3) for number, product in enumerate(products)])
    prices = {product.pk: 10 + number % 4 for number, product in enumerate(products)}
    sold = {product.pk: number % 3 for number, product in enumerate(products)}
    in_order = sorted(products, key=lambda product: SORTS[sort](product, prices, sold))

    pages = [find(Find(text=text, sort=sort, size=8))]
    while pages[-1].next_cursor:
        pages.append(find(Find(text=text, sort=sort, size=8, after=pages[-1].next_cursor)))
    back = find(Find(text=text, sort=sort, size=8, before=pages[-1].previous_cursor))

    assert [product for page in pages for product in page.products] == in_order
    assert back.products == in_order[8:16]
    assert (bool(back.previous_cursor), bool(back.next_cursor)) == (True, True)


def test_ranked_pages_go_on_and_back() -> None:
    products = [make("Lamp") for _ in range(20)][::-1]

    second = find(Find(text="lamp", size=8, after=products[7].slug))
    first = find(Find(text="lamp", size=8, before=second.previous_cursor))

    assert (first.products, second.products) == (products[:8], products[8:16])
    assert (first.previous_cursor, second.next_cursor) == ("", products[15].slug)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("text", ["", "lamp"])
def test_unknown_cursor_is_refused(sort: Sort, text: str) -> None:
    make("Lamp")

    with pytest.raises(UnknownCursor):
        find(Find(text=text, sort=sort, after="gone"))


def test_count_stops_at_its_bound(monkeypatch) -> None:
    monkeypatch.setattr("catalog.search.MAX_COUNTED", 3)
    for _ in range(3):
        make("Lamp", options={"Color": "Sage"})
    exact = find(Find(text="lamp"))
    make("Lamp", options={"Color": "Sage"})
    beyond = find(Find(text="lamp"))

    assert (exact.count, exact.has_more_than_counted, exact.facets[0].values[0].count) == (3, False, 3)
    assert (beyond.count, beyond.has_more_than_counted, beyond.facets[0].values[0].count) == (3, True, None)


def test_option_s_other_values_are_counted_as_if_it_were_not_chosen() -> None:
    make("One", options={"Color": "Sage", "Size": "M"})
    make("Two", options={"Color": "Oat", "Size": "M"})
    make("Three", options={"Color": "Oat", "Size": "L"})

    facets = find(Find(options=(("Color", "Sage"),))).facets

    counted = {(group.name, value.value): (value.count, value.is_chosen) for group in facets for value in group.values}
    assert counted == {
        ("Color", "Sage"): (1, True),
        ("Color", "Oat"): (2, False),
        ("Size", "M"): (1, False),
    }


def test_chosen_value_that_nothing_has_can_still_be_taken_away() -> None:
    make("One", options={"Color": "Oat"})

    (color,) = find(Find(options=(("Color", "Plaid"),))).facets

    assert [(value.value, value.count, value.is_chosen) for value in color.values] == [
        ("Oat", 1, False),
        ("Plaid", 0, True),
    ]
