"""The staff's page of a variant: where it is bought."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import Listing
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import Reading
from integrations.clock import database_now
from integrations.errors import Transient
from tests.factories import PAID_AT, ExchangeRateFactory, ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import sku, usd
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db


def page_of(variant) -> str:
    return reverse("admin:catalog_variant_change", args=[variant.pk])


def read_page_of(listing: Listing) -> str:
    return reverse("admin:catalog_variant_read_listing", args=[listing.variant_id, listing.pk])


def form(variant, listing: Listing | None = None, **changes: str) -> dict[str, str]:
    row = {
        "account": "",
        "external_product_id": "1005006000000101",
        "external_sku_id": "77",
        "quantity_per_unit": "1",
        "currency": "USD",
        "priority": "1",
        "is_active": "on",
        "cost": "8.01",
        "stock": "100",
    }
    if listing is not None:
        row |= {
            "id": str(listing.pk),
            "variant": str(variant.pk),
            "account": str(listing.account_id),
            "external_product_id": listing.external_product_id,
            "external_sku_id": listing.external_sku_id,
            "external_sku_attr": listing.external_sku_attr,
        }
    row |= changes
    return {
        "sku": variant.sku,
        "price": str(variant.price),
        "currency": variant.currency,
        "is_active": "on",
        "position": "0",
        "parts-TOTAL_FORMS": "0",
        "parts-INITIAL_FORMS": "0",
        "listings-TOTAL_FORMS": "1",
        "listings-INITIAL_FORMS": "1" if listing else "0",
        **{f"listings-0-{name}": value for name, value in row.items()},
    }


@pytest.mark.parametrize(
    "text",
    [
        "https://www.aliexpress.com/item/1005006000000101.html?spm=a2g0o.x",
        "aliexpress.com/item/1005006000000101.html",
        " 1005006000000101 ",
    ],
)
def test_the_product_id_is_taken_from_a_pasted_address(text):
    variant, account = VariantFactory(), SupplierAccountFactory()

    response = superuser().post(page_of(variant), form(variant, account=str(account.pk), external_product_id=text))

    assert response.status_code == 302
    assert Listing.objects.get().external_product_id == "1005006000000101"


@pytest.mark.parametrize(
    "text", ["https://example.com/item/1005006000000101.html", "mug", "https://www.aliexpress.com/"]
)
def test_text_without_a_product_id_comes_back_with_the_message_at_the_field(text):
    variant, account = VariantFactory(), SupplierAccountFactory()

    page = superuser().post(page_of(variant), form(variant, account=str(account.pk), external_product_id=text))

    assert "There is no product id of this supplier in it." in page.content.decode()
    assert text in page.content.decode()
    assert not Listing.objects.exists()


def test_countries_are_typed_as_codes():
    listing = ListingFactory()

    superuser().post(page_of(listing.variant), form(listing.variant, listing, destination_countries="us, DE"))

    listing.refresh_from_db()
    assert listing.destination_countries == ["US", "DE"]


def test_a_country_that_is_no_code_is_refused():
    listing = ListingFactory()

    page = superuser().post(page_of(listing.variant), form(listing.variant, listing, destination_countries="Germany"))

    assert "is no country code" in page.content.decode()


def test_saving_does_not_undo_an_order_that_took_off_stock_meanwhile():
    listing = ListingFactory(stock=100)
    opened_with = {"initial-listings-0-stock": "100", "initial-listings-0-cost": "8.01"}
    data = form(listing.variant, listing, priority="2", stock="100") | opened_with
    Listing.objects.filter(pk=listing.pk).update(stock=97)

    superuser().post(page_of(listing.variant), data)

    listing.refresh_from_db()
    assert (listing.priority, listing.stock) == (2, 97)


def test_a_stock_that_staff_enter_is_written():
    listing = ListingFactory(stock=100)
    opened_with = {"initial-listings-0-stock": "100", "initial-listings-0-cost": "8.01"}

    superuser().post(page_of(listing.variant), form(listing.variant, listing, stock="40") | opened_with)

    listing.refresh_from_db()
    assert listing.stock == 40


@pytest.mark.parametrize("figure", [{"stock": "40"}, {"cost": "9.50"}, {"quantity_limit": "3"}])
def test_a_check_that_is_under_way_does_not_undo_what_staff_enter(figure):
    listing = ListingFactory(stock=100, cost="8.01", checked_at=PAID_AT)
    opened_with = {"initial-listings-0-stock": "100", "initial-listings-0-cost": "8.01"}
    started_at = database_now()

    superuser().post(page_of(listing.variant), form(listing.variant, listing, **figure) | opened_with)
    apply_readings([Reading(listing.pk, Decimal("7.00"), "USD", 90, 8)], started_at=started_at)

    listing.refresh_from_db()
    ((name, typed),) = figure.items()
    assert Decimal(getattr(listing, name)) == Decimal(typed)


def test_saving_without_other_figures_is_no_check():
    listing = ListingFactory(stock=100, cost="8.01", checked_at=PAID_AT)
    opened_with = {"initial-listings-0-stock": "100", "initial-listings-0-cost": "8.01"}

    superuser().post(page_of(listing.variant), form(listing.variant, listing, priority="2") | opened_with)

    listing.refresh_from_db()
    assert (listing.priority, listing.checked_at) == (2, PAID_AT)


def test_another_sku_forgets_what_the_old_one_meant():
    listing = ListingFactory(fingerprint={"options": [["Color", "Bear"]]})

    superuser().post(page_of(listing.variant), form(listing.variant, listing, external_sku_id="78"))

    listing.refresh_from_db()
    assert (listing.external_sku_id, listing.fingerprint, listing.checked_at) == ("78", {}, None)


def test_the_same_sku_keeps_its_meaning():
    listing = ListingFactory(fingerprint={"options": [["Color", "Bear"]]})

    superuser().post(page_of(listing.variant), form(listing.variant, listing, priority="3"))

    listing.refresh_from_db()
    assert listing.fingerprint == {"options": [["Color", "Bear"]]}


@pytest.mark.parametrize(
    ("currency", "text"), [("USD", "67.8 % of 24.90 USD"), ("EUR", "cost in another currency than the price")]
)
def test_the_margin_is_shown(currency, text):
    listing = ListingFactory(cost=Decimal("8.01"), currency=currency)

    assert text in superuser().get(page_of(listing.variant)).content.decode()


def test_the_margin_counts_the_fees_of_the_account():
    listing = ListingFactory(cost=Decimal("8.00"), account__fee_percent=Decimal(10), account__fee_fixed=Decimal("0.30"))

    assert "63.5 % of 24.90 USD" in superuser().get(page_of(listing.variant)).content.decode()


def test_the_margin_of_what_is_bought_in_another_currency_is_known_by_a_rate():
    listing = ListingFactory(cost=Decimal("8.00"), currency="EUR")
    ExchangeRateFactory(currency="USD", rate=Decimal("1.25"))

    # 10.00 USD, and 10.20 with the safety margin.
    assert "59.0 % of 24.90 USD" in superuser().get(page_of(listing.variant)).content.decode()


def test_a_listing_of_unknown_cost_has_no_margin():
    listing = ListingFactory(cost=None)

    assert "24.90 USD" not in superuser().get(page_of(listing.variant)).content.decode()


def test_skus_are_read_only_by_post(supplier):
    supplier.read_error = AssertionError("a GET asked the supplier")
    listing = ListingFactory(account__provider="fake")

    assert superuser().get(read_page_of(listing)).status_code == 200


def test_skus_are_listed_with_options_cost_and_stock(supplier):
    supplier.skus = [sku(), sku("77", options=(("Color", "Sage"), ("Size", "M")), price=usd("9.50"), stock=12)]
    listing = ListingFactory(account__provider="fake")

    page = superuser().post(read_page_of(listing)).content.decode()

    for text in ("Color: Sage, Size: M", "9.50 USD", ">12<", 'value="77"'):
        assert text in page, text


def test_a_sku_is_picked_by_a_click(supplier):
    supplier.skus = [sku("77", sku_attr="14:175#Sage", options=(("Color", "Sage"),), price=usd("9.50"), stock=12)]
    listing = ListingFactory(account__provider="fake")

    response = superuser().post(read_page_of(listing), {"sku_id": "77", "cost": "0.01"})

    listing.refresh_from_db()
    assert response.url == page_of(listing.variant)
    assert (listing.external_sku_id, listing.cost, listing.stock) == ("77", Decimal("9.50"), 12)


@pytest.mark.parametrize("sku_id", ["", "404"])
def test_what_goes_wrong_is_a_message(supplier, sku_id):
    supplier.read_error = None if sku_id else Transient("The supplier is busy.")
    listing = ListingFactory(account__provider="fake")

    page = superuser().post(read_page_of(listing), {"sku_id": sku_id})

    assert page.status_code == 200
    assert ("no such SKU" if sku_id else "The supplier is busy.") in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_cannot_read_from_the_supplier(supplier, method):
    listing = ListingFactory(account__provider="fake")

    assert getattr(signed_in(*VIEWS), method)(read_page_of(listing), {"sku_id": "77"}).status_code == 403
