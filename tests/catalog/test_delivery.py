"""How a supplier sends goods: what is kept of its answers, when it is asked, and what it may cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from catalog import delivery
from catalog.delivery import known_options, known_options_for, look_up, purge, refresh, want
from catalog.models import FreightQuote
from fulfillment import tasks
from integrations.errors import Rejected, Transient
from integrations.models import SupplierAccount
from integrations.types import FreightOption, Refusal
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.fake_supplier import usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(supplier):
    return ListingFactory(account__provider="fake")


def option(service: str, fee: str = "1.99", **fields) -> FreightOption:
    return FreightOption(service, service.title(), usd(fee), tracked=True, **fields)


def grow_old(hours: float) -> None:
    FreightQuote.objects.update(checked_at=timezone.now() - timedelta(hours=hours))


def test_nothing_is_known_until_somebody_asks(listing):
    assert known_options(listing, country="US") is None


def test_answer_is_kept_and_known_from_then_on(listing, supplier):
    supplier.freight = [option("EXPRESS", "9.00", min_days=3, max_days=5), option("ECONOMY", "1.00")]

    told = look_up(listing, country="us")

    assert told == known_options(listing, country="US")
    assert [(way.service, way.fee, way.min_days) for way in told] == [
        ("ECONOMY", usd("1.00"), None), ("EXPRESS", usd("9.00"), 3),
    ]  # fmt: skip


def test_that_it_does_not_go_there_is_an_answer(listing, supplier):
    supplier.freight = []

    assert look_up(listing, country="US") == ()
    assert known_options(listing, country="US") == ()


def test_refusal_to_send_there_is_an_answer_too(listing, supplier):
    supplier.read_error = Rejected("not to this country", refusal=Refusal.SHIPPING)

    assert look_up(listing, country="US") == ()
    assert known_options(listing, country="US") == ()


@pytest.mark.parametrize(
    "error", [Transient("no connection"), Rejected("who are you", refusal=Refusal.OTHER)], ids=["silent", "refused"]
)
def test_supplier_that_tells_nothing_leaves_what_was_known(listing, supplier, error):
    look_up(listing, country="US")
    supplier.read_error = error

    assert look_up(listing, country="US") is None
    assert known_options(listing, country="US")


def test_new_answer_takes_the_place_of_the_old_one(listing, supplier):
    supplier.freight = [option("ECONOMY"), option("EXPRESS")]
    look_up(listing, country="US")
    supplier.freight = [option("EXPRESS", "7.00")]

    look_up(listing, country="US")

    assert [(way.service, way.fee) for way in known_options(listing, country="US")] == [("EXPRESS", usd("7.00"))]


def test_country_that_is_closed_opens_and_closes_again(listing, supplier):
    supplier.freight = []
    look_up(listing, country="US")
    supplier.freight = [option("ECONOMY")]
    look_up(listing, country="US")
    assert len(known_options(listing, country="US")) == 1

    supplier.freight = []
    look_up(listing, country="US")

    assert known_options(listing, country="US") == ()


def test_old_answer_is_not_believed(listing, settings):
    settings.FREIGHT_QUOTE_HOURS = 24
    look_up(listing, country="US")

    grow_old(23.9)
    assert known_options(listing, country="US")
    grow_old(24.1)
    assert known_options(listing, country="US") is None


def test_another_quantity_or_country_is_another_question(listing):
    look_up(listing, country="US", quantity=2)

    assert known_options(listing, country="US", quantity=2)
    assert known_options(listing, country="US") is None
    assert known_options(listing, country="DE", quantity=2) is None


def test_question_counts_the_suppliers_pieces(supplier):
    pack = ListingFactory(account__provider="fake", quantity_per_unit=3)

    look_up(pack, country="US", quantity=2)

    assert FreightQuote.objects.get().quantity == 6


def test_country_that_staff_excluded_is_asked_of_nobody(supplier):
    listing = ListingFactory(account__provider="fake", destination_countries=["DE"])
    supplier.read_error = AssertionError("asked")

    assert look_up(listing, country="US") == ()
    assert known_options(listing, country="US") == ()


def test_many_listings_are_known_in_one_query(listing, django_assert_num_queries):
    others = [ListingFactory(account__provider="fake") for _ in range(3)]
    look_up(listing, country="US")

    with django_assert_num_queries(1):
        known = known_options_for([listing, *others], country="US")

    assert len(known[listing.pk]) == 1
    assert [known[other.pk] for other in others] == [None, None, None]


def test_visitors_cause_no_more_calls_than_their_share(listing, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "visitors": 2}

    answers = [look_up(listing, country=country) for country in ("US", "DE", "FR")]

    assert [answer is None for answer in answers] == [False, False, True]


def test_account_without_an_adapter_tells_nothing():
    assert look_up(ListingFactory(account__provider="gone"), country="US") is None


def test_service_that_no_purchase_could_name_is_left_out(listing, supplier):
    supplier.freight = [option("x" * 81), option("ECONOMY", "2.00"), option("ECONOMY", "1.00")]

    assert [(way.service, way.fee) for way in look_up(listing, country="US")] == [("ECONOMY", usd("1.00"))]


def test_answer_that_cannot_be_kept_stops_nobody(listing, monkeypatch, caplog):
    def broken(*args):
        raise DatabaseError("database is locked")

    monkeypatch.setattr(delivery, "keep", broken)

    delivery.remember(delivery.Question(listing.account_id, "1", "2", "US", 1), [])

    assert "freight quote not kept" in caplog.text


def test_wanted_answer_is_asked_for_again_before_it_ends(listing, supplier):
    look_up(listing, country="US")
    grow_old(19)
    supplier.freight = [option("ECONOMY", "5.00")]

    assert tasks.refresh_freight() == 1
    assert [way.fee for way in known_options(listing, country="US")] == [usd("5.00")]
    assert refresh() == 0


def test_answer_nobody_wants_any_more_is_not_asked_for(listing, supplier):
    look_up(listing, country="US")
    grow_old(19)
    FreightQuote.objects.update(wanted_at=timezone.now() - timedelta(days=8))

    assert refresh() == 0

    want([listing], country="US")
    assert refresh() == 1


def test_refresh_is_bounded(listing):
    for country in ("US", "DE", "FR"):
        look_up(listing, country=country)
    grow_old(19)

    assert refresh(limit=2) == 2
    assert refresh(seconds=-1) == 0


def test_refresh_leaves_a_silent_supplier_alone_for_this_time(listing, supplier, monkeypatch):
    for country in ("US", "DE", "FR"):
        look_up(listing, country=country)
    grow_old(19)
    asked = []

    def silent(*args, **kwargs):
        asked.append(kwargs["country"])
        raise Transient("no connection")

    monkeypatch.setattr(supplier, "fetch_freight", silent)

    assert refresh() == 0
    assert len(asked) == 1


def test_question_that_is_always_refused_stands_in_nobodys_way(listing, supplier, monkeypatch):
    for country in ("US", "DE"):
        look_up(listing, country=country)
    grow_old(19)
    told = supplier.fetch_freight

    def refuses_one(*args, **kwargs):
        if kwargs["country"] == "DE":
            raise Rejected("who are you", refusal=Refusal.OTHER)
        return told(*args, **kwargs)

    monkeypatch.setattr(supplier, "fetch_freight", refuses_one)

    assert refresh(limit=1) + refresh(limit=1) == 1
    monkeypatch.setattr(supplier, "fetch_freight", told)
    assert refresh() == 0


@pytest.mark.parametrize(
    "change", [{"health": SupplierAccount.Health.RECONNECT}, {"paused_until": timezone.now() + timedelta(hours=1)}]
)
def test_refresh_asks_only_accounts_that_work(listing, change):
    look_up(listing, country="US")
    grow_old(19)
    SupplierAccount.objects.update(**change)

    assert refresh() == 0


def test_refresh_forgets_goods_that_are_mapped_no_more(listing):
    look_up(listing, country="US")
    grow_old(19)
    listing.delete()

    assert refresh() == 0


def test_purge_takes_what_is_old_and_unwanted(listing):
    look_up(listing, country="US")
    assert purge() == 0

    grow_old(25)
    assert purge() == 0
    FreightQuote.objects.update(wanted_at=timezone.now() - timedelta(days=8))
    assert purge() == 1


def test_database_refuses_a_way_without_a_fee():
    account = SupplierAccountFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        FreightQuote.objects.create(account=account, external_product_id="1", country="US", quantity=1, service="S")


def test_fee_is_kept_in_whole_cents(listing, supplier):
    supplier.freight = [option("ECONOMY", "1.995")]

    assert look_up(listing, country="US")[0].fee == usd("2.00")
    assert FreightQuote.objects.get().fee == Decimal("2.00")
