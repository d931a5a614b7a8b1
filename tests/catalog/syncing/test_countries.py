"""A check asks in the account's currency and for the country that the goods are meant for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from catalog import live_quotes
from catalog.importing import publishing
from catalog.importing.staging import stage
from catalog.mapping import blank_listing, read_product
from catalog.models import Listing, StagedProduct, SyncChange, SyncRule, Variant, WatchedProduct
from catalog.syncing import checking, just_in_time
from integrations.errors import MalformedReply, Rejected
from integrations.types import ProductSnapshot, Refusal
from shop.money import Money
from tests.catalog.importing.goods import priced, product
from tests.factories import (
    CategoryFactory,
    ExchangeRateFactory,
    ListingFactory,
    PriceRuleFactory,
    ProductFactory,
    SupplierAccountFactory,
    VariantFactory,
)
from tests.fake_supplier import FakeSupplier, install, sku, usd

pytestmark = pytest.mark.django_db

SKU_ID = "12000040000010101"


class CountrySupplier(FakeSupplier):
    """Sells by country: ``shown`` has each country's answer; what it is asked for is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, ProductSnapshot | Exception] = {}
        self.asked: list[tuple[str, str]] = []

    def fetch_product(self, product_id: str, *, country: str, currency: str) -> ProductSnapshot:
        self.asked.append((country, currency))
        answer = self.shown.get(country) or Rejected("not there", code="602", refusal=Refusal.SHIPPING)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def seller(supplier) -> CountrySupplier:
    made = CountrySupplier()
    install(made)
    return made


@pytest.fixture
def account(seller):
    return SupplierAccountFactory(provider="fake")


def watched(listing: Listing) -> WatchedProduct:
    row, _is_new = WatchedProduct.objects.get_or_create(
        account=listing.account, external_product_id=listing.external_product_id
    )
    return row


def published(account, shown: ProductSnapshot, *, country: str) -> list[Listing]:
    row = stage(account, shown, country=country, category=CategoryFactory()).staged
    publishing.publish(priced(row).pk)
    return list(Listing.objects.filter(external_product_id=shown.product_id).order_by("pk"))


def grown_old(*listings: Listing) -> None:
    Listing.objects.filter(pk__in=[one.pk for one in listings]).update(checked_at=timezone.now() - timedelta(hours=2))


def test_cost_and_price_follow_in_a_shop_of_another_currency_than_the_account(account, seller, settings):
    settings.SHOP_CURRENCY, settings.EXCHANGE_MARGIN_PERCENT = "EUR", 0
    ExchangeRateFactory(currency="USD", rate=Decimal("1.25"))
    PriceRuleFactory(currency="EUR")
    listing, _other = published(account, product(), country="US")
    Variant.objects.update(price=Decimal("9.00"))
    seller.shown["US"] = product(
        skus=tuple(
            sku(one.sku_id, sku_attr=one.sku_attr, options=one.options, price=usd("10.00")) for one in product().skus
        )
    )

    checking.check(watched(listing))

    listing.refresh_from_db()
    listing.variant.refresh_from_db()
    assert seller.asked == [("US", "USD")]
    assert (listing.cost, listing.currency) == (Decimal("10.00"), "USD")
    assert (listing.variant.price, listing.variant.currency) == (Decimal("11.20"), "EUR")


def kept_in_euro(account) -> Listing:
    listing: Listing = ListingFactory(
        account=account, external_product_id="1", external_sku_id=SKU_ID, cost=Decimal("7.00"), currency="EUR"
    )
    return listing


def test_cost_kept_in_another_currency_is_written_anew_in_the_accounts(account, seller):
    listing = kept_in_euro(account)
    seller.shown["US"] = ProductSnapshot("1", "Mat", True, (sku(price=usd("8.01")),))

    checking.check(watched(listing))

    listing.refresh_from_db()
    assert (listing.cost, listing.currency) == (Decimal("8.01"), "USD")
    assert not SyncChange.objects.filter(kind__in=["price_up", "price_down"]).exists()


def test_answer_in_a_third_currency_changes_nothing(account, seller):
    listing = kept_in_euro(account)
    seller.shown["US"] = ProductSnapshot("1", "Mat", True, (sku(price=Money(Decimal(60), "CNY")),))

    with pytest.raises(MalformedReply):
        checking.check(watched(listing))

    listing.refresh_from_db()
    assert (listing.cost, listing.currency) == (Decimal("7.00"), "EUR")


def test_live_quote_asks_in_the_accounts_currency(account, seller):
    listing = ListingFactory(account=account, external_product_id="1", variant__currency="EUR")
    seller.shown["DE"] = ProductSnapshot("1", "Mat", True, (sku(),))

    live_quotes.quote(listing, country="DE")

    assert seller.asked == [("DE", "USD")]


def test_goods_imported_for_a_country_are_checked_for_it(account, seller):
    listing, _other = published(account, product(), country="DE")
    seller.shown["DE"] = product(
        skus=tuple(sku(one.sku_id, sku_attr=one.sku_attr, options=one.options, stock=3) for one in product().skus)
    )

    checking.check(watched(listing))

    listing.refresh_from_db()
    assert (listing.country, {country for country, _currency in seller.asked}) == ("DE", {"DE"})
    assert listing.stock == 3
    assert not SyncChange.objects.exists()


@pytest.mark.parametrize(
    ("country", "destinations", "asked"),
    [("", [], "DE"), ("FR", [], "FR"), ("FR", ["IT", "FR"], "FR"), ("FR", ["IT", "ES"], "IT"), ("", ["IT"], "IT")],
)
def test_listing_is_asked_for_a_country_that_it_is_meant_for(settings, country, destinations, asked):
    settings.SHOP_COUNTRY = "DE"

    assert ListingFactory.build(country=country, destination_countries=destinations).asked_country == asked


def two_countries(account) -> tuple[Listing, Listing]:
    return (
        ListingFactory(account=account, external_product_id="1", external_sku_id="a", country="US", stock=9),
        ListingFactory(account=account, external_product_id="1", external_sku_id="b", country="DE", stock=9),
    )


def test_each_country_is_asked_once_and_its_answer_is_its_listings(account, seller):
    here, there = two_countries(account)
    skus = [sku("a", sku_attr=""), sku("b", sku_attr="")]
    seller.shown["US"] = ProductSnapshot("1", "Mat", True, tuple(sku(one.sku_id, stock=1) for one in skus))
    seller.shown["DE"] = ProductSnapshot("1", "Mat", True, tuple(sku(one.sku_id, stock=2) for one in skus))
    Listing.objects.update(external_sku_attr="")

    checking.check(watched(here))

    here.refresh_from_db()
    there.refresh_from_db()
    assert seller.asked == [("US", "USD"), ("DE", "USD")]
    assert (here.stock, there.stock) == (1, 2)


def test_country_that_cannot_be_read_does_not_stop_the_other_and_is_told(account, seller):
    here, there = two_countries(account)
    Listing.objects.update(external_sku_attr="")
    seller.shown["US"] = MalformedReply("unreadable")
    seller.shown["DE"] = ProductSnapshot("1", "Mat", True, (sku("b", sku_attr="", stock=2),))

    with pytest.raises(MalformedReply):
        checking.check(watched(here))

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.stock, there.stock) == (9, 2)


@pytest.mark.parametrize("action", ["ask", "nothing", "follow"])
def test_refused_country_does_not_make_old_figures_look_fresh(account, seller, settings, action):
    settings.CHECKOUT_CHECK_MINUTES = 15
    SyncRule.objects.create(shipping_gone=action)
    listing = ListingFactory(
        account=account, external_product_id="1", stock=9, destination_countries=["DE", "FR"], country="DE"
    )
    grown_old(listing)

    checking.check(watched(listing))

    listing.refresh_from_db()
    assert listing.stock == 9
    assert just_in_time.needs_look(listing)


def test_new_variant_is_noted_once_however_many_countries_show_it(account, seller):
    here, _there = two_countries(account)
    Listing.objects.update(external_sku_attr="")
    row = watched(here)
    WatchedProduct.objects.filter(pk=row.pk).update(known_skus={"a": None, "b": None})
    row.refresh_from_db()
    shown = ProductSnapshot("1", "Mat", True, (sku("a", sku_attr=""), sku("b", sku_attr=""), sku("c")))
    seller.shown |= {"US": shown, "DE": shown}

    checking.check(row)

    assert list(SyncChange.objects.values_list("kind", "external_sku_id")) == [("new_variant", "c")]


def test_another_variant_of_the_product_is_read_for_the_same_country(account, seller):
    listing = ListingFactory(account=account, external_product_id="1", country="DE")
    other = VariantFactory(product=ProductFactory())
    seller.shown["DE"] = ProductSnapshot("1", "Mat", True, (sku(),))

    read_product(blank_listing(other, account, listing.external_product_id))

    assert seller.asked == [("DE", "USD")]


def test_listings_that_were_imported_before_learn_their_country():
    fill = import_module("catalog.migrations.0014_fill_listing_country").fill
    staged = StagedProduct.objects.create(
        account=SupplierAccountFactory(), external_product_id="1", country="DE", source_title="Mat", title="Mat"
    )
    imported = ListingFactory(account=staged.account, external_product_id="1")
    mapped = ListingFactory(account=staged.account, external_product_id="2")

    fill(apps, None)

    imported.refresh_from_db()
    mapped.refresh_from_db()
    assert (imported.country, mapped.country) == ("DE", "")
