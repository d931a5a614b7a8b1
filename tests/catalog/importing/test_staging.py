"""What the supplier shows becomes a staged product: cleaned, in our words, and never against a person's will."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importing import editing
from catalog.importing.staging import choose_category, stage
from catalog.models import CategoryMapping, OptionWord, PriceRule, StagedPicture, StagedProduct
from integrations.models import SupplierAccount
from tests.catalog.importing.goods import kinds, product
from tests.factories import CategoryFactory, ListingFactory, PriceRuleFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db


def staged(account, shown=None, **options) -> StagedProduct:
    return stage(account, shown or product(), country="US", **options).staged


def test_a_product_is_staged_whole(account):
    row = staged(account)

    assert (row.title, row.brand, row.option_names, row.store_name) == ("Linen towel", "Lumi", ["Color"], "")
    assert (row.external_category_id, row.rating_percent, row.ship_days) == ("154101", Decimal("92.0"), 9)
    assert [(v.options, v.cost, v.cost_currency, v.stock, v.is_kept) for v in row.variants.all()] == [
        ({"Color": "Sage"}, Decimal("8.01"), "USD", 100, True),
        ({"Color": "Sand"}, Decimal("8.01"), "USD", 100, True),
    ]


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>Soft</p><script>alert(1)</script>", "<p>Soft</p>"),
        ("<p onclick=alert(1)>Soft</p><img src=x onerror=alert(1)>", "<p>Soft</p>"),
        ("<svg><script>alert(1)</script></svg><p>Soft</p>", "<p>Soft</p>"),
        ('<p>See <a href="https://www.aliexpress.com/item/1.html">our shop</a></p>', "<p>See our shop</p>"),
        ("<p>More at https://www.aliexpress.com/store/1?x=1 today</p>", "<p>More at  today</p>"),
        ("<p>aliexpress.com/item/1.html</p><p>Soft</p>", "<p>Soft</p>"),
        ("<p>Write to seller@example.cn</p>", "<p>Write to </p>"),
        ("<p><b><a href='javascript:alert(1)'><img src=x></a></b></p><p>Soft</p>", "<p>Soft</p>"),
        ("<style>p{}</style><iframe src='//evil'></iframe><p style='x'>Soft</p>", "<p>Soft</p>"),
        ("<p>\u202etfoS\u202c</p>", "<p>tfoS</p>"),
    ],
)
def test_a_hostile_description_is_reduced_to_harmless_words(account, html, clean):
    assert staged(account, product(description_html=html)).description_html == clean


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("🌿 Linen towel 🧺", "🌿 Linen towel 🧺"),
        ("منشفة كتان", "منشفة كتان"),
        ("\u202eLinen\u202c towel\u200b", "Linen towel"),
        ("<b>Linen</b> <script>alert(1)</script>towel", "Linen towel"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Towel", "Towel"),
        ("Towel 20 < 30 cm", "Towel 20 < 30 cm"),
        ("Linen\x1f\n\ttowel", "Linen towel"),
        ("<i></i>", "1005006000000001"),
        ("word " * 60, f"{'word ' * 38}word…"),
        ("x" * 500, f"{'x' * 199}…"),
    ],
)
def test_titles_of_every_script_are_kept_and_marks_that_deceive_are_not(account, title, kept):
    assert staged(account, product(title=title)).title == kept


def test_a_fraction_of_html_that_is_longer_than_any_description_does_no_harm(account):
    row = staged(account, product(description_html="<p>" + "<b>" * 100_000 + "Soft"))

    assert len(row.description_html) < 500_000


def test_the_dictionary_says_how_options_are_called(account):
    OptionWord.objects.create(kind="name", supplier_word="Farbe", key="farbe", shop_word="Color")
    OptionWord.objects.create(kind="value", supplier_word="MULTI-A", key="multi-a", shop_word="Striped")
    skus = (
        sku("1", options=(("FARBE ", "multi-A"), ("Größe", "XL"))),
        sku("2", options=(("farbe", "BLACK"), ("Größe", "M"))),
    )

    row = staged(account, product(skus=skus))

    assert row.option_names == ["Color", "Größe"]
    assert [variant.options for variant in row.variants.all()] == [
        {"Color": "Striped", "Größe": "XL"},
        {"Color": "Black", "Größe": "M"},
    ]


def test_a_hidden_option_leaves_one_variant_of_those_that_look_alike(account):
    skus = (
        sku("1", options=(("Color", "Sage"), ("Ships From", "China"))),
        sku("2", options=(("Color", "Sage"), ("Ships From", "Spain"))),
    )

    row = staged(account, product(skus=skus))

    assert row.option_names == ["Color"]
    assert [variant.is_kept for variant in row.variants.all()] == [True, False]


def test_the_map_of_categories_says_where_goods_go(account):
    towels, other = CategoryFactory(), CategoryFactory()
    CategoryMapping.objects.create(provider="fake", external_category_id="154101", category=towels)

    assert staged(account, category=other).category == towels
    assert staged(account, product("2", category_id="9"), category=other).category == other
    assert staged(account, product("3", category_id="9")).category is None


def test_a_category_that_staff_choose_is_remembered_for_the_suppliers_category(account):
    towels = CategoryFactory()

    choose_category(staged(account), towels)

    assert staged(account, product("2")).category == towels


def test_what_a_person_wrote_stays_and_the_rest_follows_the_supplier(account):
    row = staged(account)
    row.title = "Our towel"
    editing.save_product(row, ["title"], old_options=[], remember_category=False)
    variant = row.variants.first()
    variant.price = Decimal("19.90")
    editing.save_row(variant, ["price"])

    again = staged(account, product(title="SALE towel", brand="Other", skus=kinds("Sage", "Sand", cost="9.00")))

    assert (again.title, again.brand) == ("Our towel", "Other")
    first = again.variants.first()
    assert (first.price, first.cost) == (Decimal("19.90"), Decimal("9.00"))


def test_a_variant_that_the_supplier_shows_no_more_is_marked_and_comes_back(account):
    staged(account)

    row = staged(account, product(skus=kinds("Sage")))
    assert [variant.is_gone for variant in row.variants.all()] == [False, True]
    row = staged(account)
    assert [variant.is_gone for variant in row.variants.all()] == [False, False]


def test_what_was_put_aside_is_skipped(account):
    row = staged(account)
    StagedProduct.objects.update(is_dismissed=True)

    done = stage(account, product(title="New"), country="US")

    row.refresh_from_db()
    assert (done.result, row.title) == ("skipped", "Linen towel")


def test_an_option_that_is_renamed_is_renamed_in_variants_and_pictures(account):
    row = staged(account, product(skus=(sku("1", image_url="https://a.example/1.jpg", options=(("Color", "Sage"),)),)))

    editing.rename_options(row, ["Color"], ["Shade"])

    assert row.variants.get().options == {"Shade": "Sage"}
    assert row.pictures.get().options == {"Shade": "Sage"}


def test_a_picture_that_could_not_be_had_is_asked_for_again_by_the_next_import(account):
    shown = product(image_urls=("https://a.example/1.jpg",))
    staged(account, shown)
    StagedPicture.objects.update(status="refused", note="no")

    staged(account, shown)

    assert StagedPicture.objects.get().status == "waiting"


def test_a_product_that_is_sold_already_is_linked_and_not_sold_twice(account):
    listing = ListingFactory(
        account=account, external_product_id="1005006000000001", external_sku_id="12000040000010101"
    )

    row = staged(account)

    assert row.product == listing.variant.product
    assert [variant.variant for variant in row.variants.all()] == [listing.variant, None]
    assert row.changes_count > 0


def test_a_cost_is_stored_to_the_coin(account):
    row = staged(account, product(skus=(sku("1", price=usd("8.019")),)))

    assert row.variants.get().cost == Decimal("8.02")


def test_rules_and_rates_are_read_once_whatever_the_variants_cost(account):
    PriceRuleFactory(percent=Decimal(100))
    skus = tuple(sku(str(n), options=(("Color", f"No {n}"),), price=usd(f"{n}.00")) for n in range(1, 21))

    with CaptureQueriesContext(connection) as captured:
        row = staged(account, product(skus=skus))

    assert [variant.price for variant in row.variants.all()] == [Decimal(2 * n) for n in range(1, 21)]
    asked = [query["sql"] for query in captured if f'FROM "{PriceRule._meta.db_table}"' in query["sql"]]
    assert len(asked) == 1
    asked = [query["sql"] for query in captured if f'FROM "{SupplierAccount._meta.db_table}"' in query["sql"]]
    assert len(asked) <= 2
