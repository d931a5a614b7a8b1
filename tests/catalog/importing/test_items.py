"""The products of an import: taken up one by one, by one worker at a time, each with a result of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.importing import items
from catalog.importing.runs import progress, retry_failed, stop_run
from catalog.models import ImportItem, ImportRun, StagedPicture, StagedProduct
from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from tests.catalog.importing.goods import imported, kinds, picture, product, results

pytestmark = pytest.mark.django_db


def test_every_item_gets_its_own_result_and_one_bad_one_stops_nobody(account, supplier):
    supplier.products = {
        "1": product("1"),
        "2": Rejected("AliExpress has no product with this number."),
        "3": MalformedReply("subject is missing", field="subject"),
        "4": RuntimeError("a bug of ours"),
        "5": product("5", skus=()),
        "6": product("6"),
    }
    run = imported(account, "1", "2", "3", "4", "5", "6")

    items.work()

    assert results(run) == [
        ("1", "imported"), ("2", "failed"), ("3", "failed"), ("4", "failed"), ("5", "failed"), ("6", "imported"),
    ]  # fmt: skip
    notes = dict(run.items.values_list("external_product_id", "note"))
    assert notes["2"] == "AliExpress has no product with this number."
    assert "the log has it" in notes["4"]
    run.refresh_from_db()
    assert (run.status, progress(run).percent) == ("finished", 100)


def test_importing_again_updates_and_doubles_nothing(account, supplier):
    supplier.products = {"1": product("1")}
    imported(account, "1")
    items.work()
    supplier.products = {"1": product("1", title="Linen towel, new")}

    run = imported(account, "1")
    items.work()

    assert results(run) == [("1", "updated")]
    (staged,) = StagedProduct.objects.all()
    assert (staged.title, staged.variants.count()) == ("Linen towel, new", 2)


def test_pictures_are_fetched_and_stored_once_however_many_products_show_them(account, supplier, pictures):
    url = pictures.put("/a.jpg", picture())
    supplier.products = {str(n): product(str(n), image_urls=(url,)) for n in (1, 2)}

    imported(account, "1", "2")
    items.work()

    first, second = StagedPicture.objects.order_by("pk")
    assert (first.status, second.status) == ("stored", "stored")
    assert first.large == second.large
    assert (first.width, first.height) == (40, 30)


def test_a_missing_picture_is_told_and_the_product_is_imported_all_the_same(account, supplier, pictures):
    supplier.products = {"1": product("1", image_urls=(pictures.url("/none.jpg"),))}

    run = imported(account, "1")
    items.work()

    (item,) = run.items.all()
    assert item.status == "imported"
    assert "1 picture is missing: The server answers HTTP 404." in item.note


def test_a_supplier_that_is_busy_is_asked_again_later(account, supplier):
    supplier.products = {"1": Transient("busy", retry_after_s=60), "2": product("2")}
    run = imported(account, "1", "2")

    items.work()

    assert results(run) == [("1", "waiting"), ("2", "waiting")]
    run.refresh_from_db()
    assert run.next_work_at > timezone.now() + timedelta(seconds=50)
    assert items.work() == 0


def test_a_product_that_is_only_unreadable_now_does_not_hold_up_the_others(account, supplier):
    supplier.products = {"1": Transient("try later"), "2": product("2")}
    run = imported(account, "1", "2")

    items.work()

    assert results(run) == [("1", "waiting"), ("2", "imported")]


def test_a_refused_account_lets_the_items_wait(account, supplier):
    supplier.products = {"1": AccountUnusable("reconnect"), "2": product("2")}
    run = imported(account, "1", "2")

    assert items.work() == 1
    assert results(run) == [("1", "waiting"), ("2", "waiting")]


def test_an_item_is_given_up_after_some_tries(account, supplier):
    supplier.products = {"1": Transient("try later")}
    run = imported(account, "1")

    for _try in range(items.MAX_ATTEMPTS):
        _as_if_later(run)
        items.work()

    assert results(run) == [("1", "failed")]


def test_an_item_that_kills_its_worker_is_given_up(account, supplier):
    run = imported(account, "1", "2")
    run.items.filter(external_product_id="1").update(attempts=items.MAX_ATTEMPTS)

    items.work()

    assert results(run) == [("1", "failed"), ("2", "imported")]
    assert "cut off" in run.items.get(external_product_id="1").note


def test_waiting_for_a_place_is_no_try(account, supplier, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "imports": 1}
    run = imported(account, "1", "2")

    items.work()

    waiting = run.items.get(status="waiting")
    assert (waiting.external_product_id, waiting.attempts) == ("2", 0)


def test_two_workers_never_work_on_imports_at_once(account, supplier):
    run = imported(account, "1")
    ImportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() + timedelta(seconds=60))
    imported(account, "2")

    assert items.work() == 0


def test_a_claimed_item_is_not_claimed_again_until_its_lease_has_lapsed(account, supplier):
    run = imported(account, "1")
    first = items.claim(run)

    assert first is not None
    assert items.claim(run) is None
    ImportItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = items.claim(run)
    assert second is not None
    assert second.fence == first.fence + 1


def test_what_a_worker_finds_after_losing_its_item_changes_nothing(account, supplier):
    run = imported(account, "1")
    lost = items.claim(run)
    ImportItem.objects.update(fence=7)

    items._note(lost, status="failed", note="too late")

    assert results(run) == [("1", "waiting")]


def test_a_dead_workers_run_is_found_by_the_sweep_and_gone_on_with(account, supplier):
    run = imported(account, "1", "2")
    before = timezone.now() - timedelta(seconds=200)
    claimed = items.claim(run)
    ImportItem.objects.filter(pk=claimed.pk).update(lease_until=before)
    ImportRun.objects.filter(pk=run.pk).update(lease_until=before, next_work_at=before)

    assert items.is_left_behind()
    items.work()
    assert results(run) == [("1", "imported"), ("2", "imported")]


def test_a_death_between_staging_and_pictures_doubles_nothing(account, supplier, pictures, monkeypatch):
    url = pictures.put("/a.jpg", picture())
    supplier.products = {"1": product("1", image_urls=(url,))}
    run = imported(account, "1")
    with monkeypatch.context() as patch:
        patch.setattr("catalog.importing.pictures._settle", _killed)
        with pytest.raises(SystemExit):
            items.work()
    _as_if_later(run)

    items.work()

    assert results(run) == [("1", "imported")]
    assert (StagedProduct.objects.count(), StagedPicture.objects.count()) == (1, 1)


def test_a_stopped_import_takes_up_nothing_more(account, supplier):
    run = imported(account, "1")

    assert stop_run(run)
    assert items.work() == 0
    assert results(run) == [("1", "skipped")]


def test_what_failed_can_be_tried_again(account, supplier):
    supplier.products = {"1": Rejected("not today")}
    run = imported(account, "1", "2")
    items.work()
    supplier.products = {}

    assert retry_failed(run) == 1
    items.work()
    assert results(run) == [("1", "imported"), ("2", "imported")]


def test_a_product_of_500_variants_is_imported_and_one_of_more_is_refused_in_words(account, supplier):
    supplier.products = {
        "1": product("1", skus=kinds(*(f"No {n}" for n in range(500)))),
        "2": product("2", skus=kinds(*(f"No {n}" for n in range(501)))),
    }
    run = imported(account, "1", "2")

    items.work()

    assert results(run) == [("1", "imported"), ("2", "failed")]
    assert run.items.get(external_product_id="2").note == "It has 501 variants; more than 500 are not imported."


def test_an_import_of_nothing_but_lines_without_ids_is_finished_at_once(account):
    from catalog.importing.addresses import Entry
    from catalog.importing.runs import start_run

    run = start_run(account, [Entry("hello", "")], title="x", country="US")

    run.refresh_from_db()
    assert (run.status, results(run)) == ("finished", [(None, "failed")])


def _as_if_later(run):
    before = timezone.now() - timedelta(seconds=1)
    ImportRun.objects.filter(pk=run.pk).update(lease_until=None, next_work_at=before)
    ImportItem.objects.filter(run=run).update(lease_until=None, next_attempt_at=before)


def _killed(*_args):
    raise SystemExit
