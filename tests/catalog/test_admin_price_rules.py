"""The staff's pages of pricing rules: the form, the preview, and applying what it shows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import IntegrityError, InternalError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import PriceBand, PriceChange, PriceRule, Variant
from catalog.pricing.preview import LOOKED_AT, ROWS, parse_seen
from tests.factories import ListingFactory, PriceRuleFactory, ProductFactory, SupplierAccountFactory
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/pricerule/"
PREVIEW = f"{LIST}preview/"
VIEW = "catalog.view_pricerule"
D = Decimal


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "Mine",
        "scope": "shop",
        "currency": "usd",
        "kind": "percent",
        "percent": "40",
        "fixed": "0",
        "selling_fee_percent": "0",
        "selling_fee_fixed": "0",
        "rounding": "coin",
        "rounding_step": "1",
        "rounding_ending": "0",
        "compare_at": "keep",
        "compare_at_percent": "0",
        "is_automatic": "on",
        "is_active": "on",
        "bands-TOTAL_FORMS": "0",
        "bands-INITIAL_FORMS": "0",
    } | changes


def bands(*rows: tuple[str, str]) -> dict[str, str]:
    fields = {
        f"bands-{number}-{name}": value
        for number, row in enumerate(rows)
        for name, value in zip(("up_to", "percent"), row, strict=True)
    }
    return {
        "bands-TOTAL_FORMS": str(len(rows)),
        **{f"bands-{number}-fixed": "0" for number in range(len(rows))},
        **fields,
    }


def listed(cost: str = "11.00", price: str = "14.00", **kwargs):
    return ListingFactory(variant__price=D(price), cost=D(cost), **kwargs)


def price_of(listing) -> Decimal:
    return Variant.objects.get(pk=listing.variant_id).price


def ticks(page: str) -> list[tuple[str, bool]]:
    """The boxes of the preview: what they send, and whether they are ticked."""
    found = re.findall(r'<input type="checkbox" name="seen" value="([^"]+)"[^>]*?( checked)?>', page)
    return [(value, bool(checked)) for value, checked in found]


class TestForm:
    def test_rule_is_stored_and_its_preview_follows(self):
        response = superuser().post(f"{LIST}add/", form())

        rule = PriceRule.objects.get()
        assert (rule.percent, rule.currency, rule.scope) == (D(40), "USD", "shop")
        assert response.url == f"{PREVIEW}?rule={rule.pk}"

    def test_what_the_scope_does_not_use_is_emptied(self):
        account = SupplierAccountFactory()

        superuser().post(f"{LIST}add/", form(account=str(account.pk)))

        assert PriceRule.objects.get().account is None

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"scope": "account"}, "For which one?"),
            ({"scope": "product"}, "For which one?"),
            ({"kind": "margin", "percent": "95", "selling_fee_percent": "5"}, "leaves nothing of any price"),
            ({"minimum_margin_percent": "80", "selling_fee_percent": "20"}, "leaves nothing of any price"),
            ({"includes_shipping": "on"}, "To which country"),
            (
                {"rounding": "up", "rounding_step": "1", "rounding_ending": "1.99"},
                "The ending must be less than the step",
            ),
            ({"percent": "-1"}, "greater than or equal to 0"),
            ({"currency": "dollars"}, "at most 3 characters"),
            ({"kind": "bands"}, "One range, and only one, has no end"),
            ({"kind": "bands", **bands(("10", "50"), ("20", "40"))}, "One range, and only one, has no end"),
        ],
    )
    def test_rule_that_makes_no_sense_comes_back_with_a_message(self, changes, told):
        page = superuser().post(f"{LIST}add/", form(**changes))

        assert told in page.content.decode()
        assert not PriceRule.objects.exists()

    def test_second_rule_for_the_same_is_refused_in_words(self):
        PriceRuleFactory()

        page = superuser().post(f"{LIST}add/", form())

        assert page.status_code == 200
        assert "There is a rule in use for the whole shop in this currency already." in page.content.decode()
        assert PriceRule.objects.count() == 1

    def test_ranges_are_stored(self):
        superuser().post(f"{LIST}add/", form(kind="bands", **bands(("10", "100"), ("", "50"))))

        assert [(band.up_to, band.percent) for band in PriceBand.objects.all()] == [(D(10), D(100)), (None, D(50))]


class TestSummary:
    @pytest.mark.parametrize(
        ("rule", "says"),
        [
            ({}, "cost × 1.4"),
            ({"kind": "fixed", "fixed": D(5)}, "cost × 1 + 5 USD"),
            ({"kind": "margin", "percent": D("33.5")}, "33.5 % of the price is left"),
            ({"rounding": "up", "rounding_ending": D("0.99")}, "cost × 1.4, up to every 1 ending 0.99"),
            ({"minimum_margin_percent": D(20)}, "cost × 1.4, at least 20 % left"),
            (
                {"selling_fee_percent": D("2.9"), "selling_fee_fixed": D("0.30")},
                "selling fees of 2.9 % + 0.3 USD on top",
            ),
            ({"includes_shipping": True, "shipping_country": "US"}, "cost × 1.4, shipping to US in the price"),
        ],
    )
    def test_list_says_what_a_rule_does(self, rule, says):
        PriceRuleFactory(**rule)

        assert says in superuser().get(LIST).content.decode()

    def test_list_costs_the_same_number_of_queries_for_many_rules(self):
        client = superuser()

        def queries() -> int:
            cache.clear()
            with CaptureQueriesContext(connection) as counted:
                assert client.get(LIST).status_code == 200
            return len(counted)

        for _ in range(2):
            PriceRuleFactory(scope="product", product=ProductFactory())
        few = queries()
        for _ in range(6):
            PriceRuleFactory(scope="product", product=ProductFactory())

        assert queries() == few


class TestPreview:
    def test_shows_old_new_and_margins_and_changes_nothing(self):
        PriceRuleFactory()
        listing = listed()

        page = signed_in(VIEW).get(PREVIEW).content.decode()

        for text in ("14.00 USD", "15.40 USD", "21.4 %", "28.6 %", "Would change (1)"):
            assert text in page
        assert price_of(listing) == D("14.00")

    def test_what_moves_far_is_marked_and_not_ticked(self):
        PriceRuleFactory()
        sound, far = listed(), listed(cost="100.00")

        page = superuser().get(PREVIEW).content.decode()

        assert ticks(page) == [
            (f"{sound.variant_id}:14.00:15.40", True),
            (f"{far.variant_id}:14.00:140.00", False),
        ]
        assert "Too far: look first (1)" in page

    def test_what_has_no_price_says_why(self):
        PriceRuleFactory()
        listed(currency="CNY")

        page = superuser().get(PREVIEW, {"show": "problems"}).content.decode()

        assert "There is no exchange rate of CNY." in page
        assert ticks(page) == []

    def test_is_narrowed_down_to_a_rule_and_a_text(self):
        mine, other = listed(), listed()
        rule = PriceRuleFactory(scope="product", product=mine.variant.product)
        PriceRuleFactory()

        by_rule = superuser().get(PREVIEW, {"rule": rule.pk}).content.decode()
        assert mine.variant.sku in by_rule
        assert other.variant.sku not in by_rule

    def test_is_narrowed_down_to_a_text(self):
        PriceRuleFactory()
        mine, other = listed(variant__sku="MUG-1"), listed(variant__sku="LAMP-1")

        page = superuser().get(PREVIEW, {"q": "mug"}).content.decode()
        assert mine.variant.sku in page
        assert other.variant.sku not in page

    @pytest.mark.parametrize(
        "query", [{"rule": "x"}, {"rule": "9" * 30}, {"after": "-1"}, {"after": "9" * 30}, {"show": "x"}]
    )
    def test_nonsense_in_the_address_is_passed_over(self, query):
        assert superuser().get(PREVIEW, query).status_code == 200

    def test_rows_are_shown_in_pages(self, monkeypatch):
        monkeypatch.setattr("catalog.pricing.preview.ROWS", 2)
        PriceRuleFactory()
        listings = [listed() for _ in range(3)]
        client = superuser()

        first = client.get(PREVIEW).content.decode()
        after = re.search(r'href="(\?[^"]*after=\d+)"', first)
        second = client.get(PREVIEW + after.group(1).replace("&amp;", "&")).content.decode()

        assert [seen.split(":")[0] for seen, _ in ticks(first) + ticks(second)] == [
            str(listing.variant_id) for listing in listings
        ]

    def test_page_fits_into_what_a_form_may_send(self, settings):
        assert ROWS + 10 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        assert ROWS <= LOOKED_AT

    def test_is_for_those_who_may_see_rules(self):
        assert signed_in("catalog.view_product").get(PREVIEW).status_code == 403


class TestApply:
    def test_is_asked_once_more(self):
        PriceRuleFactory()
        listing = listed()

        page = superuser().post(PREVIEW, {"seen": f"{listing.variant_id}:14.00:15.40"}).content.decode()

        assert "Change 1 price?" in page
        assert price_of(listing) == D("14.00")

    def test_changes_what_was_ticked_and_nothing_else(self):
        PriceRuleFactory()
        ticked, other = listed(), listed()

        superuser().post(PREVIEW, {"seen": f"{ticked.variant_id}:14.00:15.40", "confirmed": "yes", "note": "Spring"})

        assert (price_of(ticked), price_of(other)) == (D("15.40"), D("14.00"))
        change = PriceChange.objects.get()
        assert (change.reason, change.note, change.actor.split(":")[0]) == ("rule", "Spring", "staff")

    def test_large_change_that_a_person_ticked_is_applied(self):
        PriceRuleFactory()
        listing = listed(cost="100.00")

        superuser().post(PREVIEW, {"seen": f"{listing.variant_id}:14.00:140.00", "confirmed": "yes"})

        assert price_of(listing) == D("140.00")

    @pytest.mark.parametrize("sent", ["14.00:15.41", "13.00:15.40", "14.00:0.01"])
    def test_price_that_the_rule_does_not_make_is_never_applied(self, sent):
        PriceRuleFactory()
        listing = listed()

        page = superuser().post(PREVIEW, {"seen": f"{listing.variant_id}:{sent}", "confirmed": "yes"}, follow=True)

        assert price_of(listing) == D("14.00")
        assert "something has moved" in page.content.decode()

    @pytest.mark.parametrize(
        "text",
        [
            "", "x", "1", "1:2", "1:x:3", "-1:2:3", "²:1:1", "1" * 40 + ":1:1", "1:" + "9" * 60, "1:NaN:2", "1:2:sNaN",
            "1:2:Infinity",
        ],
    )  # fmt: skip
    def test_nonsense_is_no_row(self, text):
        assert parse_seen(text) is None

    @pytest.mark.parametrize("price", ["NaN", "sNaN", "-Infinity"])
    def test_a_forged_price_is_answered_like_none(self, price):
        PriceRuleFactory()
        listing = listed()
        sent = [f"{listing.variant_id}:{price}:2", f"{listing.variant_id}:14.00:{price}"]

        page = superuser().post(PREVIEW, {"seen": sent, "confirmed": "yes"}, follow=True)

        assert page.status_code == 200
        assert "No price was ticked" in page.content.decode()
        assert price_of(listing) == D("14.00")

    def test_nothing_ticked_changes_nothing(self):
        PriceRuleFactory()
        listing = listed()

        page = superuser().post(PREVIEW, {"confirmed": "yes"}, follow=True)

        assert "No price was ticked" in page.content.decode()
        assert price_of(listing) == D("14.00")

    def test_needs_a_permission_of_its_own(self):
        PriceRuleFactory()
        listing = listed()
        row = {"seen": f"{listing.variant_id}:14.00:15.40", "confirmed": "yes"}
        client = signed_in(VIEW, "catalog.change_pricerule", "catalog.change_variant")

        assert client.post(PREVIEW, row).status_code == 403
        assert ticks(client.get(PREVIEW).content.decode()) == []
        assert price_of(listing) == D("14.00")


class TestPriceByHand:
    def page_of(self, variant) -> str:
        return reverse("admin:catalog_variant_change", args=[variant.pk])

    def form(self, variant, **changes: str) -> dict[str, str]:
        return {
            "sku": variant.sku,
            "price": "14.00",
            "initial-price": "14.00",
            "compare_at_price": "",
            "initial-compare_at_price": "",
            "currency": "USD",
            "is_active": "on",
            "position": "0",
            "listings-TOTAL_FORMS": "0",
            "listings-INITIAL_FORMS": "0",
            "parts-TOTAL_FORMS": "0",
            "parts-INITIAL_FORMS": "0",
        } | changes

    def test_is_written_down_with_its_reason(self):
        variant = listed().variant

        superuser().post(self.page_of(variant), self.form(variant, price="16.00", price_note="Looks better"))

        change = PriceChange.objects.get()
        assert (change.old_price, change.new_price, change.reason, change.note) == (
            D("14.00"),
            D("16.00"),
            "staff",
            "Looks better",
        )

    def test_form_that_was_open_does_not_undo_what_a_rule_did(self):
        variant = listed().variant
        Variant.objects.filter(pk=variant.pk).update(price=D("15.40"))

        superuser().post(self.page_of(variant), self.form(variant, position="3"))

        variant.refresh_from_db()
        assert (variant.price, variant.position) == (D("15.40"), 3)
        assert not PriceChange.objects.exists()

    def test_variant_can_be_exempt(self):
        variant = listed().variant

        superuser().post(self.page_of(variant), self.form(variant, price_is_fixed="on"))

        variant.refresh_from_db()
        assert variant.price_is_fixed

    def test_on_the_products_page_is_written_down_too(self):
        variant = listed().variant
        product = variant.product
        rows = {
            "id": str(variant.pk),
            "product": str(product.pk),
            "sku": variant.sku,
            "currency": "USD",
            "position": "0",
        }
        rows |= {"price": "16.00", "initial-price": "14.00"}
        fields = {
            "title": product.title,
            "slug": product.slug,
            "category": str(product.category_id),
            "status": "active",
        }
        management = {"variants-TOTAL_FORMS": "1", "variants-INITIAL_FORMS": "1"}
        management |= {"images-TOTAL_FORMS": "0", "images-INITIAL_FORMS": "0", "initial-variants-0-price": "14.00"}
        management |= {"translations-TOTAL_FORMS": "0", "translations-INITIAL_FORMS": "0"}
        data = fields | management | {f"variants-0-{name}": value for name, value in rows.items()}

        superuser().post(reverse("admin:catalog_product_change", args=[product.pk]), data)

        assert (PriceChange.objects.get().old_price, PriceChange.objects.get().new_price) == (D("14.00"), D("16.00"))

    def test_history_is_shown_on_the_variants_page(self):
        variant = listed().variant
        superuser_client = superuser()
        superuser_client.post(self.page_of(variant), self.form(variant, price="16.00", price_note="Looks better"))

        page = superuser_client.get(self.page_of(variant)).content.decode()

        assert "Looks better" in page
        assert "14.00 USD" in page

    def test_history_of_all_names_who_it_was(self):
        variant = listed().variant
        client = superuser()
        client.post(self.page_of(variant), self.form(variant, price="16.00"))

        page = client.get(reverse("admin:catalog_pricechange_changelist")).content.decode()

        assert "root" in page
        assert variant.sku in page


def test_price_history_cannot_be_rewritten():
    PriceRuleFactory()
    listing = listed()
    superuser().post(PREVIEW, {"seen": f"{listing.variant_id}:14.00:15.40", "confirmed": "yes"})

    for attempt in (
        lambda: PriceChange.objects.update(note="never"),
        lambda: PriceChange.objects.all()._raw_delete("default"),
    ):
        with pytest.raises((IntegrityError, InternalError, OperationalError)), transaction.atomic():
            attempt()

    assert PriceChange.objects.get().note == ""


def test_history_outlives_the_variant():
    PriceRuleFactory()
    listing = listed()
    superuser().post(PREVIEW, {"seen": f"{listing.variant_id}:14.00:15.40", "confirmed": "yes"})

    listing.variant.delete()

    assert PriceChange.objects.get().sku == listing.variant.sku
