"""From the staging area into the shop, once; and afterwards only what staff accept."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import drift
from catalog.content import sanitize_supplier_html
from catalog.importing import editing, items, publishing
from catalog.importing.differences import changes_of
from catalog.importing.pictures import fetch_waiting
from catalog.importing.publishing import NotReady, answer_changes, publish
from catalog.importing.staging import stage
from catalog.models import (
    Listing,
    OptionWord,
    PriceChange,
    Product,
    ProductImage,
    StagedPicture,
    StagedProduct,
    Variant,
)
from catalog.supplier_pictures import looking_for
from integrations.http import refuse_in_transaction
from integrations.models import SupplierAccount
from shop.errors import DomainError
from tests.catalog.importing.goods import imported, kinds, picture_of_a, priced, product
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, SupplierAccountFactory
from tests.fake_supplier import sku

pytestmark = pytest.mark.django_db


def ready(account, shown=None, **options) -> StagedProduct:
    """Staged, with a category and prices."""
    row = stage(account, shown or product(), country="US", category=options.get("category") or CategoryFactory()).staged
    return priced(row)


def keys(row: StagedProduct) -> list[str]:
    return [change.key for change in changes_of(StagedProduct.objects.get(pk=row.pk))]


def test_publishing_writes_product_variants_listings_and_pictures(account):
    row = ready(account, product(image_urls=("https://a.example/1.jpg",)))
    row.pictures.update(status="stored", large="products/a.webp", small="products/small/a.webp", width=40, height=30)

    made = publish(row.pk)

    assert (made.status, made.title, made.slug, made.option_names) == (
        "active",
        "Linen towel",
        "linen-towel",
        ["Color"],
    )
    first = made.variants.first()
    assert (first.options, first.price, first.currency) == ({"Color": "Sage"}, Decimal("24.90"), "USD")
    listing = first.listings.get()
    assert (listing.account, listing.external_product_id, listing.external_sku_attr) == (
        account,
        "1005006000000001",
        "14:1",
    )
    assert (listing.cost, listing.stock) == (Decimal("8.01"), 100)
    assert listing.fingerprint["options"] == [["Color", "Sage"]]
    assert listing.fingerprint["picture"] == {"url": "https://a.example/1.jpg"}
    image = made.images.get()
    assert (image.image.name, image.width, image.height) == ("products/a.webp", 40, 30)
    assert made.shelf_entry.is_listed
    assert made.search_text.title == "linen towel"


def test_a_picture_that_moved_to_another_address_is_no_drift_and_another_picture_is(account, pictures):
    address = pictures.put("/a.jpg", picture_of_a("circle"))
    shown = product(image_urls=(address,))
    row = ready(account, shown)
    assert fetch_waiting(row, ends_at=time.monotonic() + 60)
    # A later import fetches no picture again, and forgets nothing about it.
    stage(account, shown, country="US")

    listing = publish(row.pk).variants.first().listings.get()

    look = looking_for(account)
    moved = product(image_urls=(pictures.put("/moved.png", picture_of_a("circle", kind="PNG"), kind="image/png"),))
    other = product(image_urls=(pictures.put("/other.jpg", picture_of_a("bars")),))
    assert drift.check(listing, moved, look=look) is None
    assert [change.what for change in drift.check(listing, other, look=look).changes] == ["picture"]


def test_publishing_twice_makes_one_product(account):
    row = ready(account)

    assert publish(row.pk) == publish(row.pk)
    assert (Product.objects.count(), Variant.objects.count(), Listing.objects.count()) == (1, 2, 2)


def test_many_variants_take_no_more_statements_than_few(account):
    few = ready(account, product("1", skus=kinds("Sage", "Sand")))
    many = ready(account, product("2", title="Wool rug", skus=kinds(*(f"Shade {number}" for number in range(40)))))
    with CaptureQueriesContext(connection) as with_few:
        publish(few.pk)

    with CaptureQueriesContext(connection) as with_many:
        made = publish(many.pk)

    # Large statements are cut into a few where a database takes only so many values.
    assert len(with_many) <= len(with_few) + 8
    assert Listing.objects.filter(variant__product=made).count() == 40


def test_variants_that_staff_left_out_are_not_sold(account):
    row = ready(account)
    row.variants.filter(position=2).update(is_kept=False)

    assert [variant.options for variant in publish(row.pk).variants.all()] == [{"Color": "Sage"}]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda row: StagedProduct.objects.update(category=None), "category"),
        (lambda row: row.variants.update(price=None), "no price"),
        (lambda row: row.variants.update(price=0), "no price"),
        (lambda row: row.variants.update(is_kept=False), "at least one variant"),
        (lambda row: row.variants.update(options={"Color": "Sage"}), "Two variants"),
        (lambda row: row.variants.update(options={"Size": "M"}), "does not have the options"),
        (lambda row: StagedProduct.objects.update(title=" "), "no title"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(account, spoil, why):
    row = ready(account)
    spoil(row)

    with pytest.raises(NotReady, match=why):
        publish(row.pk)
    assert not Product.objects.exists()


def test_titles_without_latin_letters_and_equal_titles_get_addresses_of_their_own(account):
    category = CategoryFactory()
    ProductFactory(slug="linen-towel")

    made = publish(ready(account, category=category).pk)
    arabic = ready(account, product("2", title="🧺 منشفة كتان", skus=(sku("77"),)), category=category)

    assert made.slug == "linen-towel-2"
    assert publish(arabic.pk).slug == f"product-{arabic.pk}"


def test_a_sku_that_another_variant_buys_stops_the_publication(account):
    row = ready(account)
    ListingFactory(account=account, external_product_id="1005006000000001", external_sku_id="12000040000010102")

    with pytest.raises(NotReady, match="already"):
        publish(row.pk)
    assert not Product.objects.filter(title="Linen towel").exists()


def test_history_of_prices_begins_with_the_published_one(account):
    (variant, _other) = publish(ready(account).pk, actor="staff:7").variants.all()

    first = PriceChange.objects.get(variant=variant)
    assert (first.old_price, first.new_price, first.currency) == (None, variant.price, variant.currency)
    assert (first.actor, first.note) == ("staff:7", "First price, as it was published")


def test_customers_never_see_the_suppliers_numbers(account):
    made = publish(ready(account).pk)

    assert not any("1005006" in variant.sku or "12000040" in variant.sku for variant in made.variants.all())


def test_importing_again_changes_nothing_in_the_shop_by_itself(account):
    row = ready(account)
    publish(row.pk)

    stage(account, product(title="New title", skus=kinds("Sage", "Moss", cost="99.00")), country="US")

    made = Product.objects.get()
    assert made.title == "Linen towel"
    assert {variant.price for variant in made.variants.all()} == {Decimal("24.90")}
    assert [key.partition(":")[0] for key in keys(row)] == ["title", "options"]


def test_only_what_is_accepted_is_changed_and_the_rest_is_not_proposed_again(account):
    row = ready(account)
    publish(row.pk)
    stage(account, product(title="New title", brand="New brand"), country="US")

    answer_changes(row.pk, accept=["title"], decline=["title", "brand"])

    made = Product.objects.get()
    assert (made.title, made.brand) == ("New title", "Lumi")
    assert keys(row) == []
    stage(account, product(title="New title", brand="New brand"), country="US")
    assert keys(row) == []


def test_new_names_of_options_are_taken_over_in_all_variants_at_once(account):
    row = ready(account)
    publish(row.pk)
    OptionWord.objects.create(kind="name", supplier_word="Color", key="color", shop_word="Shade")
    stage(account, product(), country="US")

    answer_changes(row.pk, accept=["option_names"], decline=keys(row))

    made = Product.objects.get()
    assert made.option_names == ["Shade"]
    assert [variant.options for variant in made.variants.all()] == [{"Shade": "Sage"}, {"Shade": "Sand"}]
    assert keys(row) == []


def test_a_new_variant_is_sold_once_it_is_accepted(account):
    row = ready(account)
    publish(row.pk)
    stage(account, product(skus=kinds("Sage", "Sand", "Moss")), country="US")
    new = row.variants.get(position=3)
    new.price = Decimal("30")
    editing.save_row(new, ["price"])

    answer_changes(row.pk, accept=[f"variant:{new.pk}"], decline=[])

    made = Product.objects.get()
    assert [variant.options["Color"] for variant in made.variants.all()] == ["Sage", "Sand", "Moss"]
    assert Listing.objects.count() == 3


def test_a_gone_variant_is_taken_off_sale_only_when_accepted(account):
    row = ready(account)
    publish(row.pk)
    stage(account, product(skus=kinds("Sage")), country="US")
    (key,) = keys(row)
    assert Variant.objects.filter(is_active=True).count() == 2

    answer_changes(row.pk, accept=[key], decline=[])

    assert Variant.objects.get(is_active=False).options == {"Color": "Sand"}
    assert keys(row) == []


def test_a_new_picture_is_shown_once_it_is_accepted(account):
    row = ready(account)
    publish(row.pk)
    stage(account, product(image_urls=("https://a.example/2.jpg",)), country="US")
    StagedPicture.objects.update(
        status="stored", large="products/b.webp", small="products/small/b.webp", width=4, height=3
    )
    (key,) = keys(row)

    answer_changes(row.pk, accept=[key], decline=[key])

    assert ProductImage.objects.get().image.name == "products/b.webp"
    assert keys(row) == []


def test_an_answer_to_what_has_changed_since_is_refused(account):
    row = ready(account)
    publish(row.pk)
    stage(account, product(title="New title"), country="US")

    with pytest.raises(DomainError) as refused:
        answer_changes(row.pk, accept=["title"], decline=[], seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert refused.value.code == "changed_meanwhile"


def test_what_is_not_in_the_shop_has_no_changes_to_answer(account):
    row = ready(account)

    with pytest.raises(DomainError) as refused:
        answer_changes(row.pk, accept=["title"], decline=[])
    assert (refused.value.code, keys(row)) == ("not_published", [])


def test_a_product_that_breaks_halfway_is_not_in_the_shop_at_all(account, monkeypatch):
    row = ready(account)
    monkeypatch.setattr(publishing, "_finish", _broken)

    with pytest.raises(RuntimeError):
        publish(row.pk)
    assert (Product.objects.count(), Listing.objects.count()) == (0, 0)
    assert StagedProduct.objects.get().product is None


def _broken(*_args):
    raise RuntimeError


def test_a_description_is_cleaned_before_a_transaction_keeps_others_waiting(account, monkeypatch):
    cleaned = []

    def watched(html: str) -> str:
        refuse_in_transaction()
        cleaned.append(html)
        return sanitize_supplier_html(html)

    monkeypatch.setattr("catalog.importing.staging.sanitize_supplier_html", watched)
    monkeypatch.setattr("catalog.importing.publishing.sanitize_supplier_html", watched)
    row = ready(account)
    publish(row.pk)
    stage(account, product(description_html="<p>Softer.</p>"), country="US")

    made = answer_changes(row.pk, accept=["description_html"], decline=[])

    assert made.description_html == "<p>Softer.</p>"
    assert len(cleaned) == 4


def test_a_description_that_is_edited_while_it_is_published_is_cleaned_all_the_same(account, monkeypatch):
    row = ready(account)
    locked = publishing._locked

    def edited_meanwhile(staged_id: int) -> StagedProduct:
        StagedProduct.objects.filter(pk=staged_id).update(description_html="<p>New</p><script>alert(1)</script>")
        return locked(staged_id)

    monkeypatch.setattr(publishing, "_locked", edited_meanwhile)

    assert publish(row.pk).description_html == "<p>New</p>"


@pytest.fixture
def second(account):
    """Another account of the same supplier."""
    return SupplierAccountFactory(provider="fake", endpoint=account.endpoint)


def test_a_product_that_another_account_sells_is_not_imported_again(account, second, supplier):
    sold = publish(ready(account).pk)

    run = imported(second, "1005006000000001")
    items.work()

    (item,) = run.items.all()
    assert (item.status, item.staged) == ("skipped", sold.staged)
    assert "“Linen towel” is sold from it already" in item.note
    assert StagedProduct.objects.count() == Product.objects.count() == 1


def test_a_product_that_was_staged_through_two_accounts_is_published_through_one(account, second):
    rows = [ready(account), ready(second)]
    publish(rows[0].pk)

    with pytest.raises(NotReady, match="sold from it already"):
        publish(rows[1].pk)
    assert Product.objects.count() == 1


def test_a_product_mapped_to_a_second_account_is_not_imported_through_that_one(account, second, supplier):
    sold = publish(ready(account).pk)
    ListingFactory(account=second, external_product_id="1005006000000001", variant=sold.variants.first())

    run = imported(second, "1005006000000001")
    items.work()

    assert [item.status for item in run.items.all()] == ["skipped"]


def test_a_product_mapped_by_hand_through_two_accounts_is_brought_up_to_date(account, second, supplier):
    listing = ListingFactory(account=account, external_product_id="1005006000000001")
    ListingFactory(account=second, external_product_id="1005006000000001", variant=listing.variant)
    supplier.products = {"1005006000000001": product()}

    run = imported(second, "1005006000000001")
    items.work()

    assert run.items.get().staged.product == listing.variant.product


@pytest.mark.parametrize(
    ("values", "status"), [({"mode": "live"}, "active"), ({"provider": "aliseeks"}, "active"), ({}, "archived")]
)
def test_what_is_sold_elsewhere_or_no_more_stands_in_nobodys_way(account, second, values, status):
    sold = publish(ready(account).pk)
    Product.objects.filter(pk=sold.pk).update(status=status)
    SupplierAccount.objects.filter(pk=second.pk).update(**values)
    second.refresh_from_db()

    assert publish(ready(second).pk) != sold
