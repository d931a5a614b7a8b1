"""Runs of the sync: planned by what is urgent, worked off by any worker, within the account's calls."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Listing, PriceChange, SyncChange, SyncCheck, SyncRule, SyncRun, WatchedProduct
from catalog.syncing import checking, planning, priority, runs
from integrations import ratelimit
from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from integrations.types import ProductSnapshot, Refusal
from tests.factories import ListingFactory, PriceRuleFactory, SupplierAccountFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(supplier):
    return SupplierAccountFactory(provider="fake")


def listing_of(account, number: int = 1, **values) -> Listing:
    listing: Listing = ListingFactory(
        account=account, external_product_id=str(number), external_sku_id="12000040000010101", **values
    )
    return listing


def watched(listing, **values) -> WatchedProduct:
    row: WatchedProduct = WatchedProduct.objects.create(
        account=listing.account, external_product_id=listing.external_product_id, **values
    )
    return row


def test_tick_checks_what_is_sold_and_tells_how_it_went(account, supplier):
    listing = listing_of(account, stock=100)
    listing_of(account, 2)
    supplier.skus = [sku(stock=3)]

    made = runs.tick()

    listing.refresh_from_db()
    run = SyncRun.objects.get()
    assert made == 2
    assert (run.planned, run.checked, run.failed) == (2, 2, 0)
    assert listing.stock == 3
    assert not SyncCheck.objects.exists()


def test_what_was_checked_a_moment_ago_is_not_checked_again(account):
    listing_of(account)
    runs.tick()

    assert runs.tick() == 0


def test_run_keeps_to_its_calls_of_an_hour(account, settings):
    settings.SYNC_CALLS_PER_HOUR = 12
    for number in range(20):
        listing_of(account, number)

    assert runs.tick() == 1
    SyncRun.objects.update(started_at=timezone.now() - timedelta(minutes=29))
    assert runs.tick() == 5


def test_schedule_can_be_switched_off(account, settings):
    settings.SYNC_CALLS_PER_HOUR = 0
    listing_of(account)

    assert runs.tick() == 0
    assert not SyncRun.objects.exists()


def test_hour_that_is_over_ends_its_run_and_begins_another(account):
    listing_of(account)
    runs.tick()
    SyncRun.objects.update(started_at=timezone.now() - timedelta(minutes=61))

    runs.tick()

    assert SyncRun.objects.filter(finished_at=None).count() == 1
    assert SyncRun.objects.exclude(finished_at=None).count() == 1


def test_another_worker_goes_on_where_one_died(account):
    listing_of(account)
    run = runs.start_for_account(account)
    SyncCheck.objects.update(lease_until=timezone.now() + timedelta(seconds=60), tries=1)
    assert runs.tick() == 0
    SyncCheck.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert runs.tick() == 1

    run.refresh_from_db()
    assert (run.checked, run.finished_at is None) == (1, False)


def test_check_that_ends_every_worker_is_given_up(account):
    listing_of(account)
    run = runs.start_for_account(account)
    SyncCheck.objects.update(lease_until=timezone.now() - timedelta(seconds=1), tries=runs.MOST_TRIES)

    runs.tick()

    run.refresh_from_db()
    assert (run.checked, run.failed) == (0, 1)
    assert SyncCheck.objects.get().code == "worker_lost"


@pytest.mark.parametrize("is_over", [True, False])
def test_check_that_a_dead_worker_left_in_a_run_without_calls_is_planned_anew(account, is_over):
    listing_of(account)
    planning.watch(account)
    begun = timezone.now() - timedelta(minutes=61)
    run = SyncRun.objects.create(
        account=account, trigger="schedule", started_at=begun, call_budget=5, calls=5, planned=1,
        finished_at=begun + timedelta(minutes=60) if is_over else None,
    )  # fmt: skip
    SyncCheck.objects.create(
        run=run, watched=WatchedProduct.objects.get(), lease_until=timezone.now() - timedelta(seconds=1), tries=1
    )

    assert runs.tick() == 1

    run.refresh_from_db()
    assert (run.planned, run.finished_at is not None) == (0, True)
    assert WatchedProduct.objects.get().checked_at is not None


def test_check_that_is_being_made_at_the_end_of_its_hour_is_left_alone(account):
    listing_of(account)
    planning.watch(account)
    begun = timezone.now() - timedelta(minutes=61)
    run = SyncRun.objects.create(account=account, trigger="schedule", started_at=begun, call_budget=5, planned=1)
    SyncCheck.objects.create(
        run=run, watched=WatchedProduct.objects.get(), lease_until=timezone.now() + timedelta(seconds=60), tries=1
    )

    assert runs.tick() == 0
    assert SyncCheck.objects.get().run == run


def test_without_a_place_for_its_call_a_check_waits(account, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, ratelimit.SYNC: 1}
    listing_of(account)
    listing_of(account, 2)

    assert runs.tick() == 1
    assert SyncCheck.objects.get().tries == 0


def test_failed_answer_changes_nothing_and_is_told(account, supplier):
    listing = listing_of(account, stock=100)
    supplier.read_error = MalformedReply("the price is missing", field="price")

    runs.tick()

    listing.refresh_from_db()
    check = SyncCheck.objects.get()
    assert listing.stock == 100
    assert (check.code, check.reason) == ("malformed_reply", "the price is missing")
    assert WatchedProduct.objects.get().failures == 1
    assert SyncRun.objects.get().failed == 1


@pytest.mark.parametrize("skus", [[], [sku(price=usd("60.00").__class__(Decimal("60"), "CNY"))]])
def test_answer_that_is_not_whole_changes_nothing(account, supplier, skus):
    listing = listing_of(account, stock=100)
    supplier.skus = skus

    runs.tick()

    listing.refresh_from_db()
    assert (listing.stock, listing.cost) == (100, Decimal("8.01"))
    assert SyncCheck.objects.get().code == "malformed_reply"


def test_supplier_that_cannot_be_reached_is_asked_again_later(account, supplier):
    listing_of(account)
    listing_of(account, 2)
    supplier.read_error = Transient("no connection to the supplier")

    assert runs.tick() == 1
    assert SyncCheck.objects.filter(failed_at=None, lease_until=None).count() == 2


def test_refused_token_stops_the_account(account, supplier):
    listing_of(account)
    supplier.read_error = AccountUnusable("the token is refused")

    runs.tick()

    account.refresh_from_db()
    assert account.health == "reconnect"
    assert runs.tick() == 0


def test_product_that_failed_rests(account, supplier):
    row = watched(listing_of(account), failures=1, failed_at=timezone.now())

    assert planning.next_to_check(account, 10, now=timezone.now()) == []
    later = timezone.now() + timedelta(minutes=11)
    assert planning.next_to_check(account, 10, now=later) == [row.pk]


@pytest.mark.parametrize(
    ("refusal", "kind", "status"),
    [(Refusal.SKU_GONE, "product_gone", "done"), (Refusal.SHIPPING, "shipping_gone", "waiting")],
)
def test_refusal_that_is_about_the_goods_is_a_change(account, supplier, refusal, kind, status):
    listing_of(account)
    supplier.read_error = Rejected("no", refusal=refusal)

    runs.tick()

    change = SyncChange.objects.get()
    assert (change.kind, change.status) == (kind, status)


def test_refusal_that_says_nothing_about_the_goods_changes_nothing_and_is_told(account, supplier):
    listing = listing_of(account, stock=100)
    supplier.read_error = Rejected("AliExpress does not show this product.", code="999", refusal=Refusal.OTHER)

    runs.tick()

    listing.refresh_from_db()
    assert (listing.stock, listing.variant.is_active) == (100, True)
    assert SyncCheck.objects.get().code == "999"
    assert not SyncChange.objects.exists()


def test_unlisted_word_for_a_products_state_changes_nothing_and_is_told(account, supplier):
    listing = listing_of(account, stock=100)
    supplier.products["1"] = ProductSnapshot("1", "Absorbent bath mat", False, (sku(),), unknown_status="auditing")

    runs.tick()

    listing.refresh_from_db()
    assert (listing.stock, listing.variant.is_active) == (100, True)
    assert "auditing" in SyncCheck.objects.get().reason
    assert not SyncChange.objects.exists()


def test_sku_that_is_missing_in_the_answer_is_gone(account, supplier):
    listing = listing_of(account, stock=100)
    supplier.skus = [sku("1")]

    runs.tick()

    listing.refresh_from_db()
    assert listing.stock == 0
    assert SyncChange.objects.get().kind == "sku_gone"


def test_new_sku_is_noticed_at_the_second_check(account, supplier):
    listing = listing_of(account)
    row = watched(listing)
    checking.check(row)
    row.refresh_from_db()
    supplier.skus = [sku(), sku("2")]

    checking.check(row)

    change = SyncChange.objects.get()
    assert (change.kind, change.status, change.external_sku_id) == ("new_variant", "waiting", "2")


def follow_new(account, supplier, *, options, listing_options, names):
    """A SKU with ``options`` appears beside one that is sold, with the rule to sell what is new."""
    PriceRuleFactory()
    SyncRule.objects.create(new_variant="follow")
    listing = listing_of(account, variant__product__option_names=names, variant__options=listing_options)
    row = watched(listing)
    checking.check(row)
    row.refresh_from_db()
    supplier.skus = [sku(), sku("2", options=options)]
    checking.check(row)
    return listing.variant.product


def test_new_variant_speaks_as_an_imported_one_and_hides_the_suppliers_number(account, supplier):
    options = (("Colour", "BLACK "), ("Ships From", "CN"))

    product = follow_new(account, supplier, options=options, listing_options={"Color": "Sage"}, names=["Color"])

    added = product.variants.get(listings__external_sku_id="2")
    assert added.options == {"Color": "Black"}
    assert added.sku == f"P{product.pk}-{added.position}"
    assert SyncChange.objects.get().status == "done"
    history = PriceChange.objects.get(variant=added)
    assert (history.old_price, history.new_price, history.actor) == (None, added.price, "system")
    assert "new at the supplier" in history.note


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((("Size", "M"),), "Its options are Size, the product's Color"),
        ((), "Its options are –, the product's Color"),
        ((("Colour", "SAGE"),), "has the same options"),
    ],
)
def test_new_variant_that_could_not_be_chosen_waits_for_staff(account, supplier, options, why):
    product = follow_new(account, supplier, options=options, listing_options={"Color": "Sage"}, names=["Color"])

    change = SyncChange.objects.get()
    assert product.variants.count() == 1
    assert change.status == "waiting"
    assert why in change.note


def checked(row, supplier, *skus) -> None:
    row.refresh_from_db()
    supplier.skus = list(skus)
    checking.check(row)


def test_sku_that_was_left_out_is_not_new_when_it_comes_back(account, supplier):
    SyncRule.objects.create(new_variant="follow")
    row = watched(listing_of(account))
    checked(row, supplier, sku(), sku("2"))

    checked(row, supplier, sku())
    checked(row, supplier, sku(), sku("2"))

    assert not SyncChange.objects.exists()


def test_new_variant_that_waits_says_what_was_found_last(account, supplier):
    row = watched(listing_of(account))
    checked(row, supplier, sku())
    checked(row, supplier, sku(), sku("2", price=usd("9.00"), stock=50))

    checked(row, supplier, sku(), sku("2", price=usd("9.50"), stock=2))

    change = SyncChange.objects.get()
    assert (change.cost_after, change.stock_after) == (Decimal("9.50"), 2)
    assert (change.details["price"], change.details["stock"]) == ("9.50", 2)


def test_new_variant_that_goes_again_is_overtaken_and_asked_about_when_it_is_back(account, supplier):
    row = watched(listing_of(account))
    checked(row, supplier, sku())
    checked(row, supplier, sku(), sku("2"))
    checked(row, supplier, sku())
    assert SyncChange.objects.get().status == "superseded"

    checked(row, supplier, sku(), sku("2"))

    assert SyncChange.objects.filter(status="waiting").count() == 1


def test_new_sku_with_more_pieces_than_a_column_holds_is_noted(account, supplier):
    row = watched(listing_of(account), known_skus={"12000040000010101": None})
    supplier.skus = [sku(), sku("2", stock=10**12)]

    checking.check(row)

    assert SyncChange.objects.get().stock_after == 2_000_000_000


def test_limit_of_a_promotion_ends_with_it_and_a_typed_one_stays(account, supplier):
    listing = listing_of(account)
    row = watched(listing)
    supplier.skus = [sku(quantity_limit=3)]
    checking.check(row)
    listing.refresh_from_db()
    assert listing.quantity_limit == 3
    row.refresh_from_db()
    supplier.skus = [sku()]
    checking.check(row)
    listing.refresh_from_db()
    assert listing.quantity_limit is None
    Listing.objects.update(quantity_limit=5)
    row.refresh_from_db()

    checking.check(row)

    listing.refresh_from_db()
    assert listing.quantity_limit == 5


def test_what_staff_ask_for_goes_before_the_schedule(account, settings, supplier):
    settings.SYNC_CALLS_PER_HOUR = 12
    first, second = listing_of(account), listing_of(account, 2)
    planning.watch(account)
    wanted = WatchedProduct.objects.get(external_product_id=second.external_product_id)
    other = WatchedProduct.objects.get(external_product_id=first.external_product_id)
    scheduled = SyncRun.objects.create(account=account, trigger="schedule", planned=1, call_budget=12)
    SyncCheck.objects.create(run=scheduled, watched=other)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, ratelimit.SYNC: 1}

    run = runs.start([wanted.pk], account=account)
    runs.tick()

    run.refresh_from_db()
    assert (run.planned, run.checked) == (1, 1)


def test_what_is_not_used_any_more_is_not_watched_any_more(account):
    listing = listing_of(account)
    planning.watch(account)
    Listing.objects.filter(pk=listing.pk).update(is_active=False)

    planning.watch(account)

    assert not WatchedProduct.objects.exists()


def test_what_sells_and_moves_is_checked_before_what_does_not(account):
    now = timezone.now()
    an_hour_ago = now - timedelta(hours=1)
    facts = {"checked_at": an_hour_ago, "hours_watched": 100.0}
    quiet = watched(listing_of(account, 1), changes_seen=5, demand=0, **facts)
    wanted = watched(listing_of(account, 2), changes_seen=5, demand=500, demand_at=now, **facts)
    still = watched(listing_of(account, 3), changes_seen=0, demand=100, demand_at=now, **facts)

    order = planning.next_to_check(account, 3, now=now)

    # The first place belongs to what was not checked for longest, here the first of equals.
    assert set(order) == {quiet.pk, wanted.pk, still.pk}
    assert order.index(wanted.pk) < order.index(still.pk)


def test_part_of_the_checks_goes_to_what_was_forgotten(account):
    now = timezone.now()
    forgotten = watched(listing_of(account, 99), checked_at=now - timedelta(days=30), hours_watched=1e6)
    for number in range(20):
        watched(
            listing_of(account, number), checked_at=now - timedelta(hours=2), demand=1e6, demand_at=now, changes_seen=9
        )

    assert planning.next_to_check(account, 10, now=now)[0] == forgotten.pk


def test_score_grows_with_demand_and_age_and_is_small_at_both_ends_of_the_rate():
    value = {"demand": 10.0, "changes_per_hour": 0.1, "age_h": 5.0}

    assert priority.score(**{**value, "demand": 20.0}) > priority.score(**value)
    assert priority.score(**{**value, "age_h": 6.0}) > priority.score(**value)
    assert priority.score(**{**value, "age_h": 0.0}) == 0
    assert priority.score(**{**value, "changes_per_hour": 1e-6}) < priority.score(**value)
    assert priority.score(**{**value, "changes_per_hour": 100.0}) < priority.score(**value)


def test_rate_is_learned_from_past_checks():
    moving = still = (0.0, 0.0)
    for _ in range(20):
        moving = priority.learned(changes_seen=moving[0], hours_watched=moving[1], hours=6, has_moved=True)
        still = priority.learned(changes_seen=still[0], hours_watched=still[1], hours=6, has_moved=False)

    rates = [priority.changes_per_hour(changes_seen=a, hours_watched=b) for a, b in (moving, still)]
    assert rates[0] == pytest.approx(1 / 6, rel=0.3)
    assert rates[1] < 0.01


def test_old_runs_and_changes_go_and_what_waits_stays(account):
    long_ago = timezone.now() - timedelta(days=60)
    values = {"account": account, "kind": "sku_gone", "action": "ask", "found_at": long_ago}
    SyncChange.objects.create(status="done", **values)
    kept = SyncChange.objects.create(status="waiting", **values)
    SyncRun.objects.create(account=account, trigger="staff", started_at=long_ago, finished_at=long_ago)

    runs.purge()

    assert list(SyncChange.objects.all()) == [kept]
    assert not SyncRun.objects.exists()


def test_checking_one_product_now_is_a_run_of_its_own(account, supplier):
    listing = listing_of(account)
    supplier.skus = [sku(stock=0)]

    assert runs.check_now(watched(listing)) == 1

    run = SyncRun.objects.get()
    assert (run.trigger, run.checked, run.changes) == ("staff", 1, 1)


def test_product_not_orderable_any_more_is_gone(account, supplier):
    listing = listing_of(account)
    supplier.products["1"] = ProductSnapshot("1", "Mat", False, (sku(),))

    runs.tick()

    listing.refresh_from_db()
    assert listing.stock == 0
    assert SyncChange.objects.get().kind == "product_gone"
