"""The staff's pages of products and categories."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from catalog.models import Category, Product, ShelfEntry, Variant
from catalog.search import Find, find
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, VariantFactory
from tests.staff import superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"


def form(product: Product | None = None, **changes):
    category = product.category if product else CategoryFactory()
    values = {
        "title": "Mug",
        "slug": "mug",
        "category": str(category.pk),
        "status": "active",
        "description_html": "",
        "option_names": "Color, Size",
        "variants-TOTAL_FORMS": "0",
        "variants-INITIAL_FORMS": "0",
        "images-TOTAL_FORMS": "0",
        "images-INITIAL_FORMS": "0",
        "translations-TOTAL_FORMS": "0",
        "translations-INITIAL_FORMS": "0",
    }
    return {**values, **changes}


def picture(name: str = "mug.png", size: tuple[int, int] = (30, 20)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def test_list_costs_the_same_number_of_queries_for_5_and_for_50_products():
    client = superuser()
    category = CategoryFactory()

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            assert client.get(LIST).status_code == 200
        return len(counted)

    ProductFactory.create_batch(5, category=category)
    few = queries()
    ProductFactory.create_batch(45, category=category)

    assert queries() == few


def test_a_product_is_found_by_the_suppliers_product_id():
    listing = ListingFactory(external_product_id="1005006000000777")
    ProductFactory(title="Another thing")

    page = superuser().get(LIST, {"q": "1005006000000777"}).content.decode()

    assert listing.variant.product.title in page
    assert "Another thing" not in page


def test_a_description_is_cleaned_before_it_is_stored():
    superuser().post(f"{LIST}add/", form(description_html="<p>Good</p><script>alert(1)</script>"))

    assert Product.objects.get().description_html == "<p>Good</p>"


def test_options_are_typed_as_words():
    superuser().post(f"{LIST}add/", form())

    assert Product.objects.get().option_names == ["Color", "Size"]


def test_a_variant_is_added_as_a_row():
    row = {
        "sku": "MUG-S",
        "options": "Color: Sage, Size: M",
        "price": "24.90",
        "currency": "usd",
        "position": "1",
        "is_active": "on",
    }
    rows = {f"variants-0-{name}": value for name, value in row.items()}

    response = superuser().post(f"{LIST}add/", form(**{"variants-TOTAL_FORMS": "1", **rows}))

    variant = Variant.objects.get()
    assert response.status_code == 302
    assert (variant.options, variant.currency) == ({"Color": "Sage", "Size": "M"}, "USD")


def test_product_that_staff_archive_is_not_published_again_by_the_sync():
    product = ProductFactory(archived_by_sync=True, status="archived")
    client, page = superuser(), f"{LIST}{product.pk}/change/"

    for status in ("active", "archived"):
        assert client.post(page, form(product, status=status)).status_code == 302

    product.refresh_from_db()
    assert (product.status, product.archived_by_sync) == ("archived", False)


def test_variant_that_staff_hide_is_not_shown_again_by_the_sync():
    variant = VariantFactory(product__option_names=["Color"], options={"Color": "Red"}, hidden_by_sync=True)
    row = {"id": variant.pk, "product": variant.product_id, "sku": variant.sku, "options": "Color: Red",
           "price": "24.90", "initial-price": "24.90", "currency": "USD", "position": "0"}  # fmt: skip
    rows = {f"variants-0-{name}": str(value) for name, value in row.items()}
    values = form(variant.product, **rows, **{"variants-TOTAL_FORMS": "1", "variants-INITIAL_FORMS": "1"})

    assert superuser().post(f"{LIST}{variant.product_id}/change/", values).status_code == 302

    variant.refresh_from_db()
    assert (variant.is_active, variant.hidden_by_sync) == (False, False)


def test_options_without_a_name_come_back_with_a_message():
    row = {"sku": "MUG-S", "options": "Sage", "price": "24.90", "currency": "USD", "position": "1"}
    rows = {f"variants-0-{name}": value for name, value in row.items()}

    page = superuser().post(f"{LIST}add/", form(**{"variants-TOTAL_FORMS": "1", **rows})).content.decode()

    assert "Write options as" in page
    assert not Variant.objects.exists()


def test_a_product_leads_to_the_mapping_of_its_variants():
    variant = VariantFactory()

    page = superuser().get(reverse("admin:catalog_product_change", args=[variant.product_id])).content.decode()

    assert reverse("admin:catalog_variant_change", args=[variant.pk]) in page


def test_a_picture_is_stored_in_two_sizes_as_we_encode_it():
    row = {
        "images-0-image": picture(),
        "images-0-alt": "A mug",
        "images-0-position": "0",
        "images-0-options": "Color: Sage",
    }

    superuser().post(f"{LIST}add/", form(**{"images-TOTAL_FORMS": "1", **row}))

    stored = Product.objects.get().images.get()
    assert stored.image.name.endswith(".webp")
    assert stored.thumbnail.name.endswith(".webp")
    assert (stored.width, stored.height, stored.options) == (30, 20, {"Color": "Sage"})


def test_what_is_no_picture_is_refused_at_the_field():
    drawing = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>", content_type="image/svg+xml")
    row = {"images-0-image": drawing, "images-0-alt": "A mug", "images-0-position": "0"}

    response = superuser().post(f"{LIST}add/", form(**{"images-TOTAL_FORMS": "1", **row}))

    assert response.status_code == 200
    assert not Product.objects.exists()


def test_categories_are_listed_with_their_products():
    ProductFactory.create_batch(3, category=CategoryFactory(name="Kitchen"))

    page = superuser().get("/admin/catalog/category/").content.decode()

    assert "Kitchen" in page
    assert Category.objects.count() == 1


def test_a_saved_product_is_found_at_once():
    variant = VariantFactory(product__title="Old name")
    product = variant.product

    superuser().post(f"{LIST}{product.pk}/change/", form(product, title="Quilted Kettle", slug=product.slug))

    assert find(Find(text="kettle")).products == [product]


def test_a_saved_listing_changes_what_is_in_stock_and_where_it_goes():
    listing = ListingFactory(stock=5)
    page = f"/admin/catalog/variant/{listing.variant_id}/change/"
    client = superuser()
    opened = client.get(page).context["inline_admin_formsets"][0].formset.forms[0]
    values = {f"listings-0-{name}": opened[name].value() or "" for name in opened.fields}
    values |= {f"initial-listings-0-{name}": opened[name].value() or "" for name in ("stock", "cost")}
    values |= {"listings-0-stock": "0", "listings-0-destination_countries": "DE", "listings-0-is_active": "on"}
    values |= {"parts-TOTAL_FORMS": "0", "parts-INITIAL_FORMS": "0"}
    values |= {"listings-TOTAL_FORMS": "1", "listings-INITIAL_FORMS": "1"}
    variant = {"sku": listing.variant.sku, "price": "9.90", "currency": "USD", "is_active": "on", "position": "0"}

    response = client.post(page, {**values, **variant})

    entry = ShelfEntry.objects.get(product=listing.variant.product)
    assert response.status_code == 302
    assert (entry.in_stock, entry.destinations, str(entry.price)) == (False, " DE ", "9.90")


def test_a_renamed_category_is_found_at_once():
    product = VariantFactory().product
    shelf = product.category

    superuser().post(
        f"/admin/catalog/category/{shelf.pk}/change/",
        {
            "name": "Glasshouse",
            "slug": shelf.slug,
            "position": "0",
            "translations-TOTAL_FORMS": "0",
            "translations-INITIAL_FORMS": "0",
        },
    )

    assert find(Find(text="glasshouse")).products == [product]
