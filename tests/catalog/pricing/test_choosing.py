"""Which rule makes a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import PriceBand
from catalog.pricing.choosing import Subject, rule_book, terms_of
from tests.factories import CategoryFactory, PriceRuleFactory, ProductFactory, SupplierAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject() -> Subject:
    product = ProductFactory()
    return Subject("USD", product.pk, product.category_id, SupplierAccountFactory().pk)


def rules_for(subject: Subject, *scopes: str, **kwargs) -> dict[str, object]:
    targets = {
        "shop": {},
        "account": {"account_id": subject.account_id},
        "category": {"category_id": subject.category_id},
        "product": {"product_id": subject.product_id},
    }
    return {scope: PriceRuleFactory(scope=scope, **targets[scope], **kwargs) for scope in scopes}


@pytest.mark.parametrize(
    ("scopes", "chosen"),
    [
        (["shop", "account", "category", "product"], "product"),
        (["shop", "account", "category"], "category"),
        (["shop", "account"], "account"),
        (["shop"], "shop"),
    ],
)
def test_narrowest_rule_counts(subject, scopes, chosen):
    rules = rules_for(subject, *scopes)

    assert rule_book([subject]).rule_for(subject) == rules[chosen]


def test_rule_for_something_else_does_not_count(subject):
    PriceRuleFactory(scope="category", category=CategoryFactory())
    PriceRuleFactory(scope="product", product=ProductFactory())
    PriceRuleFactory(scope="account", account=SupplierAccountFactory())

    assert rule_book([subject]).rule_for(subject) is None


def test_rule_in_another_currency_does_not_count(subject):
    rules_for(subject, "product", currency="EUR")
    in_dollars = rules_for(subject, "shop")["shop"]

    assert rule_book([subject]).rule_for(subject) == in_dollars


def test_rule_that_is_off_does_not_count(subject):
    rules_for(subject, "product", is_active=False)

    assert rule_book([subject]).rule_for(subject) is None


@pytest.mark.parametrize("scope", ["shop", "account", "category", "product"])
def test_there_is_never_a_second_rule_for_the_same(subject, scope):
    rules_for(subject, scope)
    rules_for(subject, scope, currency="EUR")
    rules_for(subject, scope, is_active=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        rules_for(subject, scope)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "product"},
        {"scope": "shop", "account": "an account"},
        {"percent": Decimal(-1)},
        {"kind": "margin", "percent": Decimal(100)},
        {"rounding_step": Decimal(1), "rounding_ending": Decimal(1)},
        {"currency": "usd"},
    ],
)
def test_database_refuses_a_rule_that_makes_no_sense(wrong):
    if "account" in wrong:
        wrong = wrong | {"account": SupplierAccountFactory()}

    with pytest.raises(IntegrityError), transaction.atomic():
        PriceRuleFactory(**wrong)


def test_ranges_count_only_for_a_rule_by_ranges():
    rule = PriceRuleFactory()
    PriceBand.objects.create(rule=rule, up_to=None, percent=Decimal(10))

    assert terms_of(rule).bands == ()


@pytest.mark.parametrize("up_to", [Decimal(10), None])
def test_range_is_there_once(up_to):
    rule = PriceRuleFactory(kind="bands")
    PriceBand.objects.create(rule=rule, up_to=up_to)

    with pytest.raises(IntegrityError), transaction.atomic():
        PriceBand.objects.create(rule=rule, up_to=up_to)
