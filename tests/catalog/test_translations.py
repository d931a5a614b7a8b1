"""Products, categories and option words in another language: shown where staff wrote them, else the base text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from catalog.models import CategoryTranslation, Product, ProductTranslation, WordTranslation
from catalog.search import Find, find
from catalog.shelf import refresh
from catalog.translations import sold_titles, translate_products, words_in
from shop.models import Page, PageTranslation
from tests.factories import ListingFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def towel() -> Product:
    """A linen towel in sage, translated into German."""
    variant = VariantFactory(
        product__title="Linen towel",
        product__summary="Soft and dry.",
        product__option_names=["Color"],
        options={"Color": "Sage"},
        price=Decimal(10),
    )
    VariantFactory(product=variant.product, options={"Color": "Oat"})
    ListingFactory(variant=variant)
    product = variant.product
    ProductTranslation.objects.create(
        product=product, language="de", title="Leinentuch", description_html="<p>Gewebt in Leinen.</p>"
    )
    CategoryTranslation.objects.create(category=product.category, language="de", name="Badezimmer")
    for word, translated in (("Color", "Farbe"), ("Sage", "Salbei")):
        WordTranslation.objects.create(language="de", word=word, translation=translated)
    refresh([product.pk])
    return product


def test_page_shows_the_translation_and_falls_back_where_there_is_none(client: Client, towel: Product) -> None:
    page = client.get(f"{towel.get_absolute_url()}?lang=de").content.decode()

    for text in ("Leinentuch", "Gewebt in Leinen", "Badezimmer", "Farbe", "Salbei", "Oat", "Soft and dry."):
        assert text in page
    assert 'value="Sage"' in page


def test_page_in_the_shop_s_own_language_shows_the_base_texts(client: Client, towel: Product) -> None:
    page = client.get(towel.get_absolute_url()).content.decode()

    assert "Linen towel" in page
    assert "Leinentuch" not in page
    assert "Salbei" not in page


def test_translated_choice_can_be_bought(client: Client, towel: Product) -> None:
    client.get("/?lang=de")

    page = client.post(
        "/buy/", {"product": towel.slug, "option:Color": "Sage", "quantity": "1"}, follow=True
    ).content.decode()

    assert "Leinentuch" in page
    assert "Salbei" in page


def test_list_shows_translations_filters_included(client: Client, towel: Product) -> None:
    page = client.get(f"{towel.category.get_absolute_url()}?option=Color:Sage&lang=de").content.decode()

    for text in ("Leinentuch", "<h1>Badezimmer</h1>", "<legend>Farbe</legend>", "Farbe: Salbei"):
        assert text in page
    assert 'value="Color:Sage"' in page


@pytest.mark.parametrize("count", [1, 12])
def test_translated_list_takes_two_queries_more_however_long(
    client: Client, towel: Product, django_assert_num_queries, count: int
) -> None:
    for number in range(count):
        variant = VariantFactory(product__category=towel.category)
        ProductTranslation.objects.create(product=variant.product, language="de", title=f"Ding {number}")
        refresh([variant.product_id])

    with django_assert_num_queries(8):
        assert "Ding 0" in client.get(f"{towel.category.get_absolute_url()}?lang=de").content.decode()


def test_translation_is_found_by_its_own_words(towel: Product) -> None:
    assert [product.pk for product in find(Find(text="leinentuch")).products] == [towel.pk]
    assert [product.pk for product in find(Find(text="gewebt")).products] == [towel.pk]


@pytest.mark.parametrize("text", ["badezimmer", "salbei"])
def test_product_is_found_by_the_words_of_its_category_and_options(towel: Product, text: str) -> None:
    assert [product.pk for product in find(Find(text=text)).products] == [towel.pk]


def test_word_that_staff_translate_anew_is_found_and_the_old_one_is_not(admin_client: Client, towel: Product) -> None:
    row = WordTranslation.objects.get(word="Sage")
    page = f"/admin/catalog/wordtranslation/{row.pk}/change/"

    admin_client.post(page, {"language": "de", "word": "Sage", "translation": "Blassgrün"})

    assert [product.pk for product in find(Find(text="blassgrün")).products] == [towel.pk]
    assert find(Find(text="salbei")).products == []


def test_category_that_staff_translate_is_found(admin_client: Client, towel: Product) -> None:
    category, translation = towel.category, towel.category.translations.get()
    form = {
        "name": category.name, "slug": category.slug, "position": 0,
        "translations-TOTAL_FORMS": 1, "translations-INITIAL_FORMS": 1,
        "translations-0-id": translation.pk, "translations-0-category": category.pk,
        "translations-0-language": "de", "translations-0-name": "Nasszelle",
    }  # fmt: skip

    answer = admin_client.post(f"/admin/catalog/category/{category.pk}/change/", form)

    assert answer.status_code == 302, answer.content
    assert [product.pk for product in find(Find(text="nasszelle")).products] == [towel.pk]


def test_order_keeps_the_title_in_its_language(towel: Product) -> None:
    variant = towel.variants.get(options={"Color": "Sage"})

    assert sold_titles([variant], "de") == {variant.sku: "Leinentuch (Salbei)"}
    assert Product.objects.get(pk=towel.pk).title == "Linen towel"


@pytest.mark.parametrize("language", ["en", ""])
def test_order_in_the_shop_s_own_language_keeps_the_base_title(
    towel: Product, language: str, django_assert_num_queries
) -> None:
    variant = towel.variants.select_related("product").get(options={"Color": "Sage"})

    with django_assert_num_queries(0):
        assert sold_titles([variant], language) == {variant.sku: "Linen towel (Sage)"}


def test_nothing_is_read_in_the_shop_s_own_language(towel: Product, django_assert_num_queries) -> None:
    with translation.override("en"), django_assert_num_queries(0):
        translate_products([towel])
        assert words_in(["Color"]) == {}


def test_empty_translation_falls_back() -> None:
    product = ProductFactory(title="Mug")
    ProductTranslation.objects.create(product=product, language="de", title="")

    translate_products([product], "de")

    assert product.title == "Mug"


def test_page_of_text_is_shown_in_the_reader_s_language(client: Client) -> None:
    page = Page.objects.create(slug="hello", title="Hello", body_html="<p>Hi.</p>", is_published=True)
    PageTranslation.objects.create(page=page, language="de", title="Hallo", body_html="<p>Guten Tag.</p>")

    german = client.get("/pages/hello/?lang=de").content.decode()
    english = client.get("/pages/hello/?lang=en").content.decode()

    assert "<h1>Hallo</h1>" in german
    assert "Guten Tag." in german
    assert "<h1>Hello</h1>" in english


def test_staff_translate_a_product_on_its_page(admin_client: Client, towel: Product) -> None:
    page = admin_client.get(f"/admin/catalog/product/{towel.pk}/change/").content.decode()

    assert 'name="translations-0-language"' in page
    assert "Leinentuch" in page


def test_staff_see_translated_words_in_one_list(admin_client: Client, towel: Product) -> None:
    page = admin_client.get("/admin/catalog/wordtranslation/").content.decode()

    assert "Salbei" in page
