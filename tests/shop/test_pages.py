"""Pages of text, the sitemap and robots.txt."""

from __future__ import annotations

import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client

from catalog.models import Product
from shop import sitemaps
from shop.demo import load
from shop.demo.pages import PAGES, load_demo_pages
from shop.models import Page
from tests.factories import CategoryFactory, ListingFactory
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_own_pages() -> None:
    Page.objects.all().delete()


def test_published_page_is_shown_cleaned_and_linked_in_the_footer(client: Client) -> None:
    body = '<h2>Returns</h2><p onclick="x()">30 days</p><script>steal()</script>'
    page = Page.objects.create(slug="returns", title="Returns", body_html=body, is_published=True)

    shown = client.get(page.get_absolute_url()).content.decode()

    assert "<p>30 days</p>" in shown
    assert "steal()" not in shown
    assert '<a href="/pages/returns/">Returns</a>' in client.get("/").content.decode()


def test_page_left_out_of_the_footer_is_still_there(client: Client) -> None:
    page = Page.objects.create(slug="x", title="Hidden away", is_published=True, is_in_footer=False)

    assert "Hidden away" not in client.get("/").content.decode()
    assert client.get(page.get_absolute_url()).status_code == 200


def test_draft_is_seen_by_staff_only(client: Client, admin_client: Client) -> None:
    page = Page.objects.create(slug="terms", title="Terms", body_html="<p>Soon.</p>")

    assert client.get(page.get_absolute_url()).status_code == 404
    assert "This is a draft" in admin_client.get(page.get_absolute_url()).content.decode()
    assert "Terms" not in client.get("/").content.decode()


def test_shop_begins_with_empty_drafts() -> None:
    migration = import_module("shop.migrations.0003_page_drafts")
    editor = SimpleNamespace(connection=connection)

    migration.add(apps, editor)
    drafts = list(Page.objects.values_list("slug", "body_html", "is_published"))
    migration.remove(apps, editor)

    assert drafts == [(slug, "", False) for slug, _ in migration.DRAFTS]
    assert not Page.objects.exists()


def test_demo_fills_untouched_drafts_and_leaves_others_alone() -> None:
    Page.objects.create(slug="terms", title="Terms")
    Page.objects.create(slug="privacy", title="Privacy", body_html="<p>Ours.</p>")

    first, second = load_demo_pages(), load_demo_pages()

    assert (first, second) == (len(PAGES) - 1, 0)
    assert "demo shop" in Page.objects.get(slug="terms").body_html
    assert Page.objects.get(slug="privacy").body_html == "<p>Ours.</p>"


def test_every_page_of_the_demo_says_that_it_is_one() -> None:
    load_demo_pages()

    assert all("This is a demo shop" in page.body_html for page in Page.objects.all())


NO_TRANSLATIONS = {"translations-TOTAL_FORMS": "0", "translations-INITIAL_FORMS": "0"}


def test_staff_translate_pages_and_the_translation_is_cleaned(admin_client: Client) -> None:
    data = {"title": "Terms", "slug": "terms", "body_html": "<p>Ours</p>", "position": "0", "is_published": "on"}
    rows = {"language": "de", "title": "Bedingungen", "body_html": "<p>Unsere<script>x</script></p>"}
    forms = {**NO_TRANSLATIONS, "translations-TOTAL_FORMS": "1"}

    admin_client.post(
        "/admin/shop/page/add/", {**data, **forms, **{f"translations-0-{name}": text for name, text in rows.items()}}
    )

    translation = Page.objects.get().translations.get()
    assert (translation.language, translation.title, translation.body_html) == ("de", "Bedingungen", "<p>Unsere</p>")


def test_staff_write_pages_that_are_cleaned(admin_client: Client) -> None:
    data = {"title": "Terms", "slug": "terms", "body_html": "<p>Ours<script>x</script></p>", "position": "0"}

    admin_client.post("/admin/shop/page/add/", {**data, **NO_TRANSLATIONS, "is_published": "on"})

    assert Page.objects.get().body_html == "<p>Ours</p>"


def test_empty_page_cannot_be_published(admin_client: Client) -> None:
    data = {"title": "Terms", "slug": "terms", "body_html": "<script>x</script>", "position": "0"}

    response = admin_client.post("/admin/shop/page/add/", {**data, **NO_TRANSLATIONS, "is_published": "on"})

    assert "Write the text before you publish the page." in response.content.decode()
    assert not Page.objects.exists()


def test_staff_are_told_of_pages_nobody_can_read_yet(admin_client: Client) -> None:
    Page.objects.create(slug="terms", title="Terms")

    assert "1 page is not published" in admin_client.get("/admin/shop/page/").content.decode()


def test_staff_without_the_right_see_no_pages() -> None:
    page = Page.objects.create(slug="terms", title="Terms")
    colleague = signed_in("catalog.view_product")

    assert colleague.get("/admin/shop/page/").status_code == 403
    assert colleague.get(page.get_absolute_url()).status_code == 404


def test_sitemap_names_what_is_sold_and_published_in_parts(client: Client, settings, monkeypatch) -> None:
    monkeypatch.setattr(sitemaps, "PRODUCTS_IN_A_PART", 1)
    shelf = CategoryFactory()
    sold = ListingFactory(variant__product__category=shelf).variant.product
    draft = ListingFactory(variant__product__category=shelf, variant__product__status="draft").variant.product
    page = Page.objects.create(slug="terms", title="Terms", is_published=True)
    Page.objects.create(slug="privacy", title="Privacy")

    index = client.get("/sitemap.xml").content.decode()
    parts = [path.split("testserver", 1)[1] for path in re.findall("<loc>(.*?)</loc>", index)]
    told = "".join(client.get(path).content.decode() for path in parts)

    paths = set(re.findall(r"<loc>https?://[^/]+(.*?)</loc>", told))
    assert paths == {"/", shelf.get_absolute_url(), sold.get_absolute_url(), page.get_absolute_url()}
    assert draft.get_absolute_url() not in told
    assert f"/sitemap-products-{sold.pk}.xml" in parts


@pytest.mark.parametrize("section", ["products-99999999", "nothing", "products-x"])
def test_unknown_part_of_the_sitemap_is_not_found(client: Client, section: str) -> None:
    ListingFactory()

    assert client.get(f"/sitemap-{section}.xml").status_code == 404


def test_sitemap_of_an_empty_shop_is_there(client: Client) -> None:
    assert Product.objects.count() == 0
    assert client.get("/sitemap.xml").status_code == 200


def test_robots_are_kept_from_what_belongs_to_one_person(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /o/" in text
    assert "Disallow: /search/" in text
    assert "/sitemap.xml" in text


def test_demo_command_loads_the_pages(monkeypatch) -> None:
    monkeypatch.setattr("shop.management.commands.seed_demo.load_demo", lambda: load.Loaded())

    call_command("seed_demo", verbosity=0)

    assert Page.objects.filter(is_published=True).count() == len(PAGES)
