"""The mapping pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.bundles import set_parts
from catalog.mapping_doubts import Doubt, counts, doubtful
from catalog.models import Listing, Variant
from integrations.errors import Transient
from integrations.types import ProductSnapshot
from tests.factories import ExchangeRateFactory, ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import sku, usd
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

STAFF = ("catalog.view_listing", "catalog.change_listing", "catalog.add_listing")
READ = {"fingerprint": {"options": []}, "checked_at": timezone.now()}
BOARD = "/admin/catalog/variant/mapping/"


def page(variant: Variant) -> str:
    return f"/admin/catalog/variant/{variant.pk}/mapping/"


def ours(**changes) -> Variant:
    made: Variant = VariantFactory(**{"options": {"Color": "Sage"}, **changes})
    return made


def look(client, variant, account, **changes):
    return client.post(page(variant), {"do": "look", "account": account.pk, "product": "1005", "pieces": 1, **changes})


@pytest.fixture
def account(supplier):
    supplier.products["1005"] = ProductSnapshot(
        "1005", "Towel", True,
        (sku("1", options=(("Color", "Rose"),)),
         sku("2", options=(("Color", "Sage"),), price=usd("9.50"), image_url="https://pictures.example/sage.jpg")),
    )  # fmt: skip
    return SupplierAccountFactory(provider="fake")


class TestDoubts:
    @pytest.mark.parametrize(
        ("doubt", "changes"),
        [
            (Doubt.UNMAPPED, {"is_active": False}),
            (Doubt.DRIFTED, {"drifted_at": timezone.now()}),
            (Doubt.LOSS, {"cost": "24.90"}),
            (Doubt.LOSS, {"cost": "8.30", "quantity_per_unit": 3}),
            (Doubt.UNREAD, {"fingerprint": {}}),
            (Doubt.NO_COST, {"cost": None}),
            (Doubt.STALE, {"checked_at": timezone.now() - timedelta(days=15)}),
            (Doubt.SOLD_OUT, {"stock": 2, "quantity_per_unit": 3}),
        ],
    )
    def test_each_reason_is_found(self, doubt, changes):
        ListingFactory(**READ)
        found = ListingFactory(**{**READ, **changes})

        assert list(doubtful(doubt)) == [found.variant]
        assert counts()[doubt] == 1

    @pytest.mark.parametrize(("cost", "is_loss"), [("19.00", True), ("18.00", False)])
    def test_a_loss_counts_rates_and_fees(self, settings, cost, is_loss):
        settings.EXCHANGE_MARGIN_PERCENT = 0
        ExchangeRateFactory(currency="USD", rate="1.25")
        account = SupplierAccountFactory(fee_percent="5", fee_fixed="1.25")
        # 19.00 USD are 15.20 EUR, with 5 % and 1.00 EUR 16.96; 18.00 USD are 16.12 EUR.
        price = {"variant__currency": "EUR", "variant__price": "16.50"}
        listing = ListingFactory(**READ, account=account, cost=cost, **price)

        assert list(doubtful(Doubt.LOSS)) == ([listing.variant] if is_loss else [])

    def test_a_cost_without_a_rate_counts_as_a_loss(self):
        ListingFactory(**READ)
        listing = ListingFactory(**READ, variant__currency="EUR")

        assert list(doubtful(Doubt.LOSS)) == [listing.variant]

    def test_a_bundle_with_a_part_that_is_bought_nowhere(self):
        made, part = VariantFactory(), VariantFactory(is_active=False)
        set_parts(made, [(part, 1)])

        assert list(doubtful(Doubt.BROKEN_BUNDLE)) == [made]
        assert list(doubtful(Doubt.UNMAPPED)) == [part]

    def test_what_is_not_sold_is_no_doubt(self):
        VariantFactory(is_active=False)
        VariantFactory(product__status="archived")

        assert not any(counts().values())


class TestBoard:
    def test_reasons_with_their_counts_and_variants(self):
        variant = VariantFactory()

        content = signed_in("catalog.view_listing").get(BOARD).content.decode()

        assert "Bought nowhere" in content
        assert page(variant) in content

    def test_queries_do_not_grow_with_the_rows(self, django_assert_max_num_queries):
        client = signed_in("catalog.view_listing")
        for _ in range(12):
            ListingFactory(fingerprint={})

        with django_assert_max_num_queries(24):
            assert client.get(BOARD, {"doubt": "unread"}).status_code == 200

    def test_an_unknown_reason_is_not_found(self):
        assert signed_in("catalog.view_listing").get(BOARD, {"doubt": "x"}).status_code == 404

    @pytest.mark.parametrize("address", [BOARD, "/admin/catalog/variant/1/mapping/"])
    def test_only_for_those_who_may_see_listings(self, address):
        assert signed_in("catalog.view_product").get(address).status_code == 403


class TestPage:
    def test_the_variant_stands_beside_what_is_bought(self):
        fingerprint = {
            "title": "Linen towel", "options": [["Color", "Green"]], "picture": {"url": "https://pictures.example/a.jpg"}
        }  # fmt: skip
        listing = ListingFactory(fingerprint=fingerprint, variant__options={"Color": "Sage"})

        response = signed_in(*STAFF).get(page(listing.variant))

        content = response.content.decode()
        for text in (
            "Sage",
            "Color: Green",
            "Linen towel",
            "67.8 %",
            "not asked yet",
            "https://pictures.example/a.jpg",
        ):
            assert text in content
        assert "img-src 'self' data: https://pictures.example" in response["Content-Security-Policy"]

    def test_the_country_to_quote_for_is_the_one_that_the_listing_is_asked_for(self):
        listing = ListingFactory(country="DE")

        text = signed_in(*STAFF).get(page(listing.variant)).content.decode()

        assert 'name="country" value="DE"' in text

    def test_the_margin_counts_rates_and_fees(self, settings):
        settings.EXCHANGE_MARGIN_PERCENT = 0
        ExchangeRateFactory(currency="USD", rate="1.25")
        account = SupplierAccountFactory(fee_percent="10")
        listing = ListingFactory(account=account, cost="10.00", variant__currency="EUR", variant__price="17.60")

        text = signed_in(*STAFF).get(page(listing.variant)).content.decode()

        # 10.00 USD are 8.00 EUR, with fees 8.80 EUR.
        assert "50.0 %" in text

    def test_a_bundle_shows_its_parts(self):
        made, part = VariantFactory(), VariantFactory(product__title="Bulb")
        set_parts(made, [(part, 2)])

        content = signed_in(*STAFF).get(page(made)).content.decode()

        assert page(part) in content
        assert "Read its SKUs" not in content

    def test_a_picture_from_inside_the_network_is_not_shown(self):
        listing = ListingFactory(fingerprint={"picture": {"url": "http://127.0.0.1:6379/x.jpg"}})

        response = signed_in(*STAFF).get(page(listing.variant))

        assert "6379" not in response.content.decode()
        assert "6379" not in response["Content-Security-Policy"]

    def test_candidates_come_likeliest_first(self, account):
        response = look(signed_in(*STAFF), ours(), account)

        assert [(one.sku_id, one.is_likely) for one in response.context["candidates"]] == [("2", True), ("1", False)]

    def test_the_chosen_sku_is_mapped_with_what_the_supplier_says(self, account):
        variant = ours()

        look(signed_in(*STAFF), variant, account, do="map", sku_id="2", pieces=3, cost="0.01")

        listing = Listing.objects.get()
        assert (listing.variant, listing.external_sku_id, str(listing.cost)) == (variant, "2", "9.50")
        assert (listing.quantity_per_unit, listing.fingerprint["options"]) == (3, [["Color", "Sage"]])

    def test_a_second_listing_is_tried_after_the_first(self, account):
        variant = ours()
        ListingFactory(variant=variant, priority=4)

        look(signed_in(*STAFF), variant, account, do="map", sku_id="2")

        assert list(variant.listings.values_list("priority", flat=True)) == [4, 5]

    def test_a_sku_of_another_variant_is_refused(self, account):
        ListingFactory(account=account, external_product_id="1005", external_sku_id="2")

        response = look(signed_in(*STAFF), ours(), account, do="map", sku_id="2")

        assert "already" in response.content.decode()
        assert Listing.objects.count() == 1

    def test_a_supplier_that_cannot_be_asked_is_said(self, supplier, account):
        supplier.read_error = Transient("Too busy just now.")

        assert "Too busy just now." in look(signed_in(*STAFF), ours(), account).content.decode()

    def test_who_may_only_look_maps_nothing(self, account):
        response = look(signed_in("catalog.view_listing"), ours(), account, do="map", sku_id="2")

        assert response.status_code == 403
        assert not Listing.objects.exists()


class TestQuotes:
    def quoted(self, listing, country="de", **changes):
        return signed_in(*STAFF).post(page(listing.variant), {"do": "quote", "country": country, **changes})

    def listing(self, account, **changes) -> Listing:
        made: Listing = ListingFactory(
            account=account, external_product_id="1005", external_sku_id="2", external_sku_attr="14:29#Bear", **changes
        )
        return made

    def test_goods_delivery_and_margin_of_today(self, account):
        (quote,) = self.quoted(self.listing(account, quantity_per_unit=2)).context["quotes"]

        assert (quote.goods, quote.way.fee, quote.total) == (usd("19.00"), usd("1.99"), usd("20.99"))
        assert str(quote.margin) == "15.7"

    def test_a_place_to_which_nothing_is_sent(self, account):
        (quote,) = self.quoted(self.listing(account, destination_countries=["US"])).context["quotes"]

        assert (quote.total, quote.problem) == (None, "It is not sent there.")

    def test_a_sku_that_means_something_else_is_said(self, account):
        found = self.listing(account, fingerprint={"options": [["Color", "Blue"]]})

        (quote,) = self.quoted(found).context["quotes"]

        assert quote.drift.changes[0].what == "options"

    def test_a_sku_that_is_gone_is_said(self, account):
        found = self.listing(account)
        Listing.objects.update(external_sku_id="404")

        (quote,) = self.quoted(found).context["quotes"]

        assert quote.problem == "The supplier no longer sells this SKU."

    def test_asking_again_at_once_is_put_off(self, account):
        listing, client = self.listing(account), signed_in(*STAFF)
        data = {"do": "quote", "country": "DE"}
        client.post(page(listing.variant), data)

        assert "quotes" not in client.post(page(listing.variant), data).context

    @pytest.mark.parametrize("country", ["", "DEU", "1<"])
    def test_what_is_no_country_is_refused(self, account, country):
        assert "quotes" not in self.quoted(self.listing(account), country=country).context


class TestPartsForm:
    MAY = ("catalog.view_variant", "catalog.change_variant", "catalog.view_product", "catalog.view_bundlepart",
           "catalog.add_bundlepart", "catalog.change_bundlepart", "catalog.delete_bundlepart")  # fmt: skip

    def save(self, variant: Variant, *parts: tuple[Variant, int]):
        data = {
            "sku": variant.sku, "options": "", "price": "24.90", "currency": "USD", "is_active": "on", "position": "0",
            "parts-TOTAL_FORMS": len(parts), "parts-INITIAL_FORMS": 0,
        }  # fmt: skip
        for number, (part, quantity) in enumerate(parts):
            data |= {f"parts-{number}-variant": part.pk, f"parts-{number}-quantity": quantity}
        return signed_in(*self.MAY).post(f"/admin/catalog/variant/{variant.pk}/change/", data)

    def test_staff_put_a_bundle_together(self):
        made, part = VariantFactory(), VariantFactory()

        assert self.save(made, (part, 2)).status_code == 302

        made.refresh_from_db()
        assert made.is_bundle
        assert [(one.variant, one.quantity) for one in made.parts.all()] == [(part, 2)]

    def test_a_bundle_of_itself_is_refused(self):
        made = VariantFactory()

        response = self.save(made, (made, 1))

        assert "is a bundle itself" in response.content.decode()
        assert not made.parts.exists()
