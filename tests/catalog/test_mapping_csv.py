"""Mappings as CSV, out and in."""

from __future__ import annotations

from decimal import Decimal

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import mapping_csv
from catalog.bundles import set_parts
from catalog.mapping_csv import MappingResource
from catalog.models import Listing, ShelfEntry
from tests.factories import ListingFactory, SupplierAccountFactory, VariantFactory
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

HEAD = "sku,account,product_id,sku_id,pieces,priority,in_use,ships_to,shipping_service"
IMPORT = "/admin/catalog/listing/import/"
STAFF = ("catalog.view_listing", "catalog.add_listing", "catalog.change_listing")


@pytest.fixture
def listing() -> Listing:
    made: Listing = ListingFactory(
        variant__sku="MUG-1",
        account__label="Main",
        external_product_id="1005",
        external_sku_id="77",
        fingerprint={"a": 1},
    )
    return made


def load(*rows: str, head: str = HEAD, dry_run: bool = False):
    dataset = tablib.Dataset().load("\n".join([head, *rows]), format="csv")
    return MappingResource().import_data(dataset, dry_run=dry_run)


def errors_of(result) -> list[tuple[int, str]]:
    return [
        (row.number, message)
        for row in result.invalid_rows
        for messages in row.error_dict.values()
        for message in messages
    ]


def test_what_is_exported_changes_nothing_when_imported(listing):
    exported = MappingResource().export().csv

    result = load(*exported.splitlines()[1:])

    assert exported.splitlines() == [HEAD, "MUG-1,aliexpress: Main,1005,77,1,1,yes,,"]
    assert result.totals["skip"] == 1


def test_a_row_changes_what_it_names_and_nothing_that_was_read(listing):
    load("MUG-1,aliexpress: Main,1005,77,1,3,no,us de,FAST")

    listing.refresh_from_db()
    assert (listing.priority, listing.is_active, listing.shipping_service) == (3, False, "FAST")
    assert listing.destination_countries == ["US", "DE"]
    assert (listing.cost, listing.stock, listing.fingerprint) == (Decimal("8.01"), 100, {"a": 1})
    assert not ShelfEntry.objects.get(product=listing.variant.product_id).in_stock


def test_a_column_that_is_not_there_stays(listing):
    Listing.objects.update(priority=7, shipping_service="SLOW")

    load("MUG-1,aliexpress: Main,1005,77,1,no", head="sku,account,product_id,sku_id,pieces,in_use")

    listing.refresh_from_db()
    assert (listing.priority, listing.shipping_service, listing.is_active) == (7, "SLOW", False)


def test_a_new_row_is_a_listing_that_was_never_read():
    VariantFactory(sku="MUG-1")
    SupplierAccountFactory(label="Main")

    load("MUG-1,aliexpress: Main,1005,78,6,,,,")

    made = Listing.objects.get()
    assert (made.external_sku_id, made.quantity_per_unit, made.priority, made.cost) == ("78", 6, 1, None)
    assert (made.fingerprint, made.is_active) == ({}, True)


def test_a_dry_run_writes_nothing(listing):
    result = load("MUG-1,aliexpress: Main,1005,77,1,3,no,,", dry_run=True)

    listing.refresh_from_db()
    assert result.totals["update"] == 1
    assert listing.is_active


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("NONE,aliexpress: Main,1005,77,1,1,yes,,", "sku"),
        ("MUG-1,aliexpress: Other,1005,77,1,1,yes,,", "account"),
        ("MUG-1,Main,1005,77,1,1,yes,,", "account"),
        ("MUG-1,aliexpress: Main,,77,1,1,yes,,", "product_id"),
        ("MUG-1,aliexpress: Main,<b>,77,1,1,yes,,", "product_id"),
        ("MUG-1,aliexpress: Main,1005," + "7" * 65 + ",1,1,yes,,", "sku_id"),
        ("MUG-1,aliexpress: Main,1005,77,0,1,yes,,", "pieces"),
        ("MUG-1,aliexpress: Main,1005,77,1,first,yes,,", "priority"),
        ("MUG-1,aliexpress: Main,1005,77,1,1,perhaps,,", "in_use"),
        ("MUG-1,aliexpress: Main,1005,77,1,1,yes,USA,", "ships_to"),
        ("MUG-1,aliexpress: Main,1005,77,1,1,yes,," + "x" * 81, "shipping_service"),
    ],
)
def test_a_wrong_row_names_its_column(listing, row, column):
    result = load("MUG-1,aliexpress: Main,1005,77,1,9,yes,,", row)

    ((number, message),) = errors_of(result)
    assert (number, message.split(":")[0]) == (2, f"Column {column}")


def test_a_row_with_two_mistakes_names_both(listing):
    result = load("NONE,aliexpress: Main,1005,77,1,1,perhaps,,")

    assert len(errors_of(result)) == 2


def test_a_mapping_is_not_taken_from_another_variant(listing):
    VariantFactory(sku="MUG-2")

    result = load("MUG-2,aliexpress: Main,1005,77,1,1,yes,,")

    assert "another variant" in errors_of(result)[0][1]
    assert Listing.objects.get().variant.sku == "MUG-1"


def test_a_bundle_is_mapped_by_its_parts(listing):
    made = VariantFactory(sku="SET-1")
    set_parts(made, [(listing.variant, 1)])

    assert "bundle" in errors_of(load("SET-1,aliexpress: Main,1005,99,1,1,yes,,"))[0][1]


@pytest.mark.parametrize(
    ("head", "said"), [("sku,account", "product_id"), (HEAD + ",cost", "cost"), (HEAD + ",stock", "stock")]
)
def test_a_file_that_is_not_meant_for_this_is_refused(listing, head, said):
    result = load("MUG-1,aliexpress: Main", head=head)

    assert said in str(result.base_errors[0].error)
    assert Listing.objects.count() == 1


def test_a_file_that_is_too_long_says_so(listing, monkeypatch):
    monkeypatch.setattr(mapping_csv, "MAX_ROWS", 1)

    result = load(*["MUG-1,aliexpress: Main,1005,77,1,3,yes,,"] * 2)

    assert "At most 1 rows at once" in str(result.base_errors[0].error)


def test_what_rows_name_is_read_for_all_of_them_at_once(listing):
    def reads(numbers: range) -> int:
        rows = [f"MUG-1,aliexpress: Main,{number},1,1,3,yes,," for number in numbers]
        with CaptureQueriesContext(connection) as counted:
            assert load(*rows, *rows).totals["new"] == len(rows)
        return sum(query["sql"].startswith("SELECT") for query in counted)

    assert reads(range(2000, 2002)) == reads(range(3000, 3020))


def test_formulas_are_disarmed_on_the_way_out_and_understood_on_the_way_in(listing):
    listing.variant.sku = "=cmd"
    listing.variant.save()

    row = MappingResource().export().csv.splitlines()[1]

    assert row.startswith("'=cmd,")
    assert load(row).totals["skip"] == 1


class TestPages:
    def upload(self, client, *rows: str):
        file = SimpleUploadedFile("m.csv", "\n".join([HEAD, *rows]).encode(), content_type="text/csv")
        return client.post(IMPORT, {"format": "0", "resource": "", "import_file": file})

    def test_the_dry_run_comes_first_and_is_then_carried_out(self, listing):
        client = signed_in(*STAFF)
        shown = self.upload(client, "MUG-1,aliexpress: Main,1005,77,1,3,yes,,")
        listing.refresh_from_db()
        assert listing.priority == 1

        confirm = shown.context["confirm_form"].initial
        client.post("/admin/catalog/listing/process_import/", confirm)

        listing.refresh_from_db()
        assert listing.priority == 3

    def test_mistakes_are_shown_and_nothing_can_be_confirmed(self, listing):
        shown = self.upload(signed_in(*STAFF), "MUG-1,aliexpress: Main,1005,77,x,3,yes,,")

        assert "Column pieces" in shown.content.decode()
        assert "confirm_form" not in shown.context

    def test_the_export_is_a_file(self, listing):
        client = signed_in("catalog.view_listing")
        names = {f"mappingresource_{name}": "on" for name in HEAD.split(",")}
        exported = client.post("/admin/catalog/listing/export/", {"format": "0", "resource": "0", **names})

        assert exported["Content-Type"].startswith("text/csv")
        assert "MUG-1" in exported.content.decode()

    @pytest.mark.parametrize("more", [(), ("catalog.add_listing",), ("catalog.change_listing",)])
    def test_who_may_not_write_listings_imports_none(self, listing, more):
        client = signed_in("catalog.view_listing", *more)

        assert client.get(IMPORT).status_code == 403
        assert client.post("/admin/catalog/listing/process_import/", {}).status_code == 403

    def test_who_may_not_see_listings_exports_none(self, listing):
        assert signed_in("catalog.view_product").get("/admin/catalog/listing/export/").status_code == 403
