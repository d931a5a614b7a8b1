"""One mail when something can be had again, to those who have agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from catalog.models import Listing, ProductTranslation, Variant
from fulfillment import sweep
from shop.accounts import stock_watch
from shop.accounts.models import StockWatch
from tests.customers import browser_of, customer, link_in, mails
from tests.factories import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant() -> Variant:
    """Sold out."""
    return ListingFactory(stock=0).variant


def ask(client: Client, variant: Variant, email: str = "ada@example.com"):
    return client.post("/stock-watch/", {"sku": variant.sku, "email": email})


def restock(variant: Variant) -> None:
    Listing.objects.filter(variant=variant).update(stock=5)


def work() -> None:
    for watch_id in stock_watch.due():
        stock_watch.tell(watch_id)


def test_visitor_agrees_by_mail_and_gets_one_mail(client: Client, variant: Variant) -> None:
    ask(client, variant)
    question = link_in(mails()[0], "/confirm/")
    client.post(question)
    restock(variant)

    work()
    work()

    sent = mails()
    assert len(sent) == 2
    assert "is available again" in sent[1].subject
    assert f"variant={variant.sku}" in sent[1].body


def test_nothing_is_sent_to_who_has_not_agreed(client: Client, variant: Variant) -> None:
    ask(client, variant)
    client.get(link_in(mails()[0], "/confirm/"))
    restock(variant)

    work()

    assert len(mails()) == 1


def test_nothing_is_sent_while_it_is_sold_out_or_not_shown(client: Client, variant: Variant) -> None:
    stock_watch.watch(variant, email="ada@example.com", user=customer())
    work()
    restock(variant)
    variant.product.status = "draft"
    variant.product.save()

    work()

    assert mails() == []


def test_customer_with_a_confirmed_address_need_not_agree_again(variant: Variant) -> None:
    browser = browser_of(customer())

    ask(browser, variant)

    assert mails() == []
    assert StockWatch.objects.get().confirmed_at is not None


def test_customer_who_types_another_address_must_have_it_agree(variant: Variant) -> None:
    ask(browser_of(customer()), variant, "bob@example.com")

    assert StockWatch.objects.get().confirmed_at is None
    assert mails()[0].to == ["bob@example.com"]


def test_asking_again_mails_nobody_again(client: Client, variant: Variant) -> None:
    answers = [ask(client, variant).url for _ in range(3)]

    assert len(set(answers)) == 1
    assert len(mails()) == 1


def test_next_time_it_is_sold_out_one_can_ask_anew(client: Client, variant: Variant) -> None:
    user = customer()
    stock_watch.watch(variant, email="ada@example.com", user=user)
    restock(variant)
    work()
    Listing.objects.update(stock=0)
    stock_watch.watch(variant, email="ada@example.com", user=user)
    restock(variant)

    work()

    assert len(mails()) == 2


def test_mail_program_can_stop_it_by_itself(client: Client, variant: Variant) -> None:
    stock_watch.watch(variant, email="ada@example.com", user=customer())
    restock(variant)
    work()
    header = mails()[0].extra_headers

    strict = Client(enforce_csrf_checks=True)
    response = strict.post(link_in(mails()[0], "/stop/"), {"List-Unsubscribe": "One-Click"})

    assert header["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert response.status_code == 200
    assert not StockWatch.objects.exists()


def test_opening_the_way_out_stops_nothing(client: Client, variant: Variant) -> None:
    ask(client, variant)

    assert client.get(link_in(mails()[0], "/stop/")).status_code == 200
    assert StockWatch.objects.exists()


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ:abc:def"])
def test_forged_link_opens_nothing(client: Client, token: str) -> None:
    assert client.get(f"/stock-watch/{token}/confirm/").status_code == 404


def test_link_of_a_row_that_is_gone_does_not_fit_the_next_one(client: Client, variant: Variant) -> None:
    row = StockWatch.objects.create(variant=variant, email="ada@example.com")
    token = stock_watch.token_of(row)
    StockWatch.objects.filter(pk=row.pk).update(email="bob@example.com")

    assert stock_watch.find(token) is None


def test_sweep_finds_what_is_available(variant: Variant) -> None:
    stock_watch.watch(variant, email="ada@example.com", user=customer())
    restock(variant)

    sweep.sweep(sweep.run_here)
    sweep.sweep(sweep.run_here)

    assert len(mails()) == 1


def test_unanswered_and_answered_watches_are_forgotten(variant: Variant) -> None:
    old = timezone.now() - timedelta(days=4)
    StockWatch.objects.create(variant=variant, email="a@example.com", created_at=old)
    StockWatch.objects.create(variant=variant, email="b@example.com", confirmed_at=old, mailed_at=old)
    kept = StockWatch.objects.create(variant=variant, email="c@example.com", created_at=old, confirmed_at=old)

    stock_watch.purge()

    assert list(StockWatch.objects.all()) == [kept]


def test_product_page_offers_it_where_it_is_sold_out_only(client: Client, variant: Variant) -> None:
    button = 'formaction="/stock-watch/choose/" data-shown="watch" hidden'
    sold_out = client.get(variant.product.get_absolute_url()).content.decode()
    in_stock = client.get(ListingFactory().variant.product.get_absolute_url()).content.decode()
    response = client.post("/stock-watch/choose/", {"sku": variant.sku, "product": variant.product.slug})

    assert button not in sold_out
    assert button in in_stock
    assert client.get(response.url).status_code == 200


def test_mails_are_in_the_language_in_which_it_was_asked(client: Client, variant: Variant) -> None:
    ProductTranslation.objects.create(product=variant.product, language="de", title="Leinentuch")
    client.post("/stock-watch/", {"sku": variant.sku, "email": "ada@example.com"}, headers={"Accept-Language": "de"})
    client.post(link_in(mails()[0], "/confirm/"))
    restock(variant)

    with translation.override("en"):
        work()

    question, news = mails()
    assert question.subject.startswith("Sollen wir")
    assert "Leinentuch" in question.subject
    assert news.subject == "Leinentuch ist wieder verfügbar"
    assert "Leinentuch ist wieder verfügbar." in news.body
    assert variant.product.title not in news.subject + news.body
    assert StockWatch.objects.get().variant.product.title == variant.product.title


def test_asking_again_in_another_language_changes_the_mail_s(variant: Variant) -> None:
    user = customer()
    for language in ("de", "en"):
        with translation.override(language):
            stock_watch.watch(variant, email="ada@example.com", user=user)
    restock(variant)

    with translation.override("de"):
        work()

    assert "is available again" in mails()[0].subject
