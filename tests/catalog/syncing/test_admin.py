"""Staff's pages about the sync."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from catalog.models import LowStock, SyncChange, SyncCheck, SyncRule, SyncRun, WatchedProduct
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import Reading
from integrations.clock import database_now
from integrations.errors import Transient
from tests.factories import ListingFactory, ProductFactory, SupplierAccountFactory
from tests.fake_supplier import sku
from tests.staff import staff as staff_with

pytestmark = pytest.mark.django_db

CHANGES = "/admin/catalog/syncchange/"


@pytest.fixture
def staff(client: Client) -> Client:
    person = get_user_model().objects.create_superuser("ada", password="x")
    client.force_login(person)
    return client


def waiting_change(listing=None) -> SyncChange:
    SyncRule.objects.create(out_of_stock="ask")
    listing = listing or ListingFactory(stock=5)
    apply_readings([Reading(listing.pk, stock=0)], started_at=database_now())
    change: SyncChange = SyncChange.objects.get()
    return change


def act(client: Client, action: str, *changes: SyncChange):
    return client.post(CHANGES, {"action": action, "_selected_action": [row.pk for row in changes]}, follow=True)


def test_changes_to_decide_are_listed_and_counted_in_the_menu(staff):
    change = waiting_change()

    page = staff.get(f"{CHANGES}?status__exact=waiting").content.decode()

    assert change.listing.variant.title in page
    assert "Out of stock" in page
    assert "Changes to decide" in page


def test_accepted_change_is_followed(staff):
    change = waiting_change()

    page = act(staff, "accept", change).content.decode()

    change.refresh_from_db()
    assert "1 change is decided." in page
    assert (change.status, change.listing.stock) == ("accepted", 0)


def test_refused_change_leaves_the_stock(staff):
    change = waiting_change()

    act(staff, "refuse", change)

    change.refresh_from_db()
    assert (change.status, change.listing.stock) == ("refused", 5)


def test_decision_that_is_not_possible_says_why(staff):
    change = waiting_change()
    type(change.listing).objects.update(stock=4)

    page = act(staff, "accept", change).content.decode()

    assert "stock has moved since" in page


def test_only_those_with_the_permission_decide(client):
    change = waiting_change()
    person = get_user_model().objects.create_user("eve", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_syncchange"))
    client.force_login(person)

    act(client, "accept", change)

    change.refresh_from_db()
    assert change.status == "waiting"


def test_run_shows_progress_calls_changes_and_failures_with_reasons(staff):
    account = SupplierAccountFactory()
    run = SyncRun.objects.create(
        account=account, trigger="schedule", planned=10, checked=4, failed=1, calls=6, call_budget=60, changes=3
    )
    watched = WatchedProduct.objects.create(account=account, external_product_id="77")
    SyncCheck.objects.create(run=run, watched=watched, failed_at=timezone.now(), code="x", reason="Cannot be read.")

    listed = staff.get("/admin/catalog/syncrun/").content.decode()
    page = staff.get(f"/admin/catalog/syncrun/{run.pk}/change/").content.decode()

    assert "5 of 10 (50 %)" in listed
    assert "6 of 60" in listed
    assert "Cannot be read." in page


def test_run_over_an_account_is_begun_by_adding_one(staff, supplier):
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"))

    response = staff.post("/admin/catalog/syncrun/add/", {"account": listing.account_id}, follow=True)

    run = SyncRun.objects.get()
    assert "1 product is checked" in response.content.decode()
    assert (run.trigger, run.planned, run.checks.count()) == ("staff", 1, 1)


def test_button_of_a_product_asks_its_supplier(staff, supplier):
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), external_sku_id="12000040000010101")
    supplier.skus = [sku(stock=0)]
    address = f"/admin/catalog/product/{listing.variant.product_id}/sync/"

    assert "Sync now" in staff.get(f"/admin/catalog/product/{listing.variant.product_id}/change/").content.decode()
    assert staff.get(address).status_code == 200
    page = staff.post(address, follow=True).content.decode()

    listing.refresh_from_db()
    assert "1 change was found." in page
    assert listing.stock == 0


def test_button_says_when_the_supplier_does_not_answer(staff, supplier):
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"))
    supplier.read_error = Transient("no connection to the supplier")

    page = staff.post(f"/admin/catalog/product/{listing.variant.product_id}/sync/", follow=True).content.decode()

    assert "no connection to the supplier" in page


def test_product_without_listing_has_nobody_to_ask(staff):
    page = staff.get(f"/admin/catalog/product/{ProductFactory().pk}/sync/").content.decode()

    assert "there is nobody to ask" in page


def test_rule_is_for_one_thing_and_the_shop_has_one(staff):
    account = SupplierAccountFactory()
    product = ProductFactory()
    address = "/admin/catalog/syncrule/add/"

    two = staff.post(address, {"account": account.pk, "product": product.pk}).content.decode()
    assert "Choose one of account" in two
    assert staff.post(address, {"price_up": "ask"}).status_code == 302
    assert "already" in staff.post(address, {"price_up": "ask"}).content.decode()
    assert SyncRule.objects.get().price_up == "ask"


def test_rule_offers_no_action_that_makes_no_sense(staff):
    page = staff.post("/admin/catalog/syncrule/add/", {"back_in_stock": "hide"}).content.decode()

    assert not SyncRule.objects.exists()
    assert "Select a valid choice" in page


@pytest.mark.parametrize("page", ["lowstock", "watchedproduct", "syncrule"])
def test_other_lists_can_be_looked_at(staff, page):
    listing = ListingFactory(stock=1)
    LowStock.objects.create(variant=listing.variant, quantity=1)
    WatchedProduct.objects.create(account=listing.account, external_product_id="1", failures=2, failure="Broken.")
    SyncRule.objects.create(product=listing.variant.product)

    assert staff.get(f"/admin/catalog/{page}/").status_code == 200


def test_list_of_changes_costs_no_query_per_row(staff, django_assert_max_num_queries):
    SyncRule.objects.create(out_of_stock="ask")
    listings = [ListingFactory(stock=5) for _ in range(10)]
    apply_readings([Reading(row.pk, stock=0) for row in listings], started_at=database_now())
    staff.get(CHANGES)

    with django_assert_max_num_queries(16):
        staff.get(CHANGES)


class TestWholeAccount:
    """*Sync now* on the page of a supplier account."""

    def address(self, account) -> str:
        return f"/admin/integrations/supplieraccount/{account.pk}/sync/"

    def test_the_page_offers_it_and_asks_first(self, staff, supplier):
        listing = ListingFactory(account__provider="fake")
        page = self.address(listing.account)

        offered = staff.get(page.removesuffix("sync/") + "change/").content.decode()
        question = staff.get(page).content.decode()

        assert page in offered
        assert "1 product of this account is checked" in question
        assert not SyncRun.objects.exists()

    def test_a_run_over_its_products_is_begun(self, staff, supplier):
        listing = ListingFactory(account__provider="fake")
        ListingFactory(account=listing.account, is_active=False)
        ListingFactory(account__provider="fake")

        answer = staff.post(self.address(listing.account), follow=True)

        check = SyncCheck.objects.get()
        assert (check.run.account, check.run.trigger) == (listing.account, "staff")
        assert check.watched.external_product_id == listing.external_product_id
        assert "1 product is checked" in answer.content.decode()

    def test_an_account_that_cannot_be_asked_says_so(self, staff):
        listing = ListingFactory(account__health="reconnect")

        assert "the checks wait" in staff.get(self.address(listing.account)).content.decode()

    def test_an_account_without_goods_has_nothing_to_ask(self, staff):
        account = SupplierAccountFactory()

        assert "nothing to ask" in staff.get(self.address(account)).content.decode()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_staff_without_the_permission_cannot_begin(self, method, client):
        listing = ListingFactory()
        client.force_login(staff_with("integrations.view_supplieraccount", "integrations.change_supplieraccount"))

        assert getattr(client, method)(self.address(listing.account)).status_code == 403
        assert not SyncRun.objects.exists()
