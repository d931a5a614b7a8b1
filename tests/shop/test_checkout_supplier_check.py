"""The last look at the supplier while the customer confirms."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from catalog.models import Listing, SyncChange, Variant
from catalog.syncing import just_in_time
from fulfillment.models import Order
from integrations.errors import Transient
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot
from tests.catalog.importing.goods import picture_server
from tests.factories import ListingFactory, PriceRuleFactory, SupplierAccountFactory
from tests.fake_supplier import sku, usd
from tests.odd_pictures import jpeg_with_a_text_for_its_width, png_with_half_an_exif
from tests.shop.baskets import submit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on(settings):
    settings.CHECKOUT_CHECK_MINUTES = 15


@pytest.fixture
def listing(client, supplier) -> Listing:
    made: Listing = ListingFactory(
        account=SupplierAccountFactory(provider="fake"), external_sku_id="12000040000010101", cost=Decimal("8.01")
    )
    assert client.post("/buy/", {"sku": made.variant.sku, "quantity": 2}).status_code == 302
    return made


def test_order_is_taken_when_nothing_has_changed(client, listing):
    assert submit(client, seen_total="49.80").status_code == 302

    listing.refresh_from_db()
    assert listing.checked_at is not None
    assert Order.objects.count() == 1


def test_new_price_is_shown_and_confirmed(client, listing, supplier):
    PriceRuleFactory(percent=Decimal(100))
    supplier.skus = [sku(price=usd("10.00"))]

    response = submit(client, seen_total="49.80")

    assert response.status_code == 400
    assert "The total is now $40.00" in response.content.decode()
    assert not Order.objects.exists()
    assert submit(client, seen_total="40.00").status_code == 302


def test_what_is_sold_out_by_now_is_told(client, listing, supplier):
    supplier.skus = [sku(stock=1)]

    response = submit(client, seen_total="49.80")

    assert response.status_code == 400
    assert "Only 1 is left" in response.content.decode()
    assert not Order.objects.exists()


def test_what_is_gone_by_now_is_told(client, listing, supplier):
    supplier.products[listing.external_product_id] = ProductSnapshot("1", "Mat", False, ())

    response = submit(client, seen_total="49.80", follow=False)

    assert response.status_code in (302, 400)
    assert not Order.objects.exists()
    assert not Variant.objects.get().is_active


def test_supplier_that_does_not_answer_keeps_nobody_from_buying(client, listing, supplier):
    supplier.read_error = Transient("no connection to the supplier")

    assert submit(client, seen_total="49.80").status_code == 302
    assert not SyncChange.objects.exists()


def test_what_was_checked_lately_is_not_asked_again(client, listing, supplier):
    Listing.objects.update(checked_at=timezone.now() - timedelta(minutes=14))
    supplier.skus = [sku(stock=0)]

    assert submit(client, seen_total="49.80").status_code == 302


def test_all_questions_share_one_budget_of_time(settings, supplier):
    settings.CHECKOUT_CHECK_S = 0
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"))

    assert just_in_time.look_again([listing]) is False


@pytest.mark.parametrize(
    "data", [png_with_half_an_exif(), jpeg_with_a_text_for_its_width(), b"no picture"], ids=["png", "jpeg", "none"]
)
def test_supplier_whose_picture_cannot_be_read_keeps_nobody_from_buying(client, listing, supplier, data):
    with picture_server() as pictures:
        SupplierAccount.objects.update(endpoint=f"http://127.0.0.1:{pictures.port}")
        fingerprint = {"picture": {"url": pictures.url("/then.jpg"), "mark": "0" * 16}}
        Listing.objects.update(fingerprint=fingerprint)
        supplier.skus = [sku(image_url=pictures.put("/now.jpg", data))]

        response = submit(client, seen_total="49.80")

    assert response.status_code == 302
    assert pictures.asked == ["/now.jpg"]


def test_account_whose_secret_cannot_be_read_keeps_nobody_from_buying(client, settings):
    made = ListingFactory(cost=Decimal("8.01"))
    assert client.post("/buy/", {"sku": made.variant.sku, "quantity": 2}).status_code == 302
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert submit(client, seen_total="49.80").status_code == 302
