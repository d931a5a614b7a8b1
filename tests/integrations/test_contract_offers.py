"""What only some suppliers offer (searching, categories, places, tokens), and where parcels are: each on the emulator's
wire if it offers it, else a plain no.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from catalog.sourcing import can_be_searched, sourcing_adapter
from integrations.base import SourcingAdapter, SupplierAdapter
from integrations.errors import AccountUnusable, Rejected, Unsupported
from integrations.models import SupplierAccount
from integrations.registry import adapter_for, token_issuer_for
from integrations.types import PlaceNode, Purchase, PurchaseItem, SupplierOrderState
from tests.factories import SupplierAccountFactory
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import ADDRESS, PRODUCT_ID
from tests.running_emulator import aliexpress_account, aliseeks_account, running_emulator

pytestmark = pytest.mark.django_db

#: Who offers what; a new supplier says it here.
SEARCHED = {"aliexpress"}
AGREED_TO_IN_A_BROWSER = {"aliexpress"}
ON_THE_WIRE = ["aliexpress", "aliseeks"]


@pytest.fixture
def emulator(monkeypatch) -> Iterator[Emulator]:
    monkeypatch.setattr("integrations.http.sleep", lambda _seconds: None)
    with running_emulator() as running:
        yield running


@pytest.fixture(params=[*ON_THE_WIRE, "fake"])
def account(request, supplier, emulator) -> SupplierAccount:
    make = {"aliexpress": aliexpress_account, "aliseeks": aliseeks_account}.get(request.param)
    return make(emulator) if make else SupplierAccountFactory(provider="fake")


def searched(account: SupplierAccount) -> SourcingAdapter:
    """The adapter of a supplier that can be searched; for the others the test ends with their plain no."""
    if account.provider in SEARCHED:
        return sourcing_adapter(account)
    assert not can_be_searched(account)
    with pytest.raises(Unsupported):
        sourcing_adapter(account)
    pytest.skip("said no, as it should")


def test_what_a_search_finds_can_be_read(account):
    adapter = searched(account)

    page = adapter.search_products("mat", country="US", currency="USD", page=1, page_size=5)

    assert page.rows >= len(page.hits) > 0
    for hit in page.hits:
        assert (hit.price.currency, hit.price.amount > 0) == ("USD", True)
        shown = adapter_for(account).fetch_product(hit.product_id, country="US", currency="USD")
        assert (shown.product_id, shown.title) == (hit.product_id, hit.title)


def test_search_that_finds_nothing_is_an_empty_page(account):
    page = searched(account).search_products("qqzzqq", country="US", currency="USD", page=1, page_size=5)

    assert page.hits == ()


def test_categories_are_named_once_and_hang_together(account):
    categories = searched(account).fetch_categories()

    ids = {category.category_id for category in categories}
    assert len(ids) == len(categories) > 0
    assert all(category.name for category in categories)
    assert {category.parent_id for category in categories} <= ids | {""}


def test_places_of_a_country_are_a_tree_of_names(account):
    tree = searched(account).fetch_address_tree("US")

    def kinds(node: PlaceNode) -> set[str]:
        assert node.name
        return {node.kind}.union(*(kinds(child) for child in node.children))

    assert tree.kind == "country"
    assert kinds(tree) == {"country", "province", "city"}
    assert "New York" in {child.name for child in tree.children}


def test_places_of_a_country_that_is_none_are_refused(account):
    adapter = searched(account)

    with pytest.raises(Rejected):
        adapter.fetch_address_tree("XX")


def bought(adapter: SupplierAdapter) -> str:
    sku = adapter.fetch_product(PRODUCT_ID, country="US", currency="USD").skus[0]
    (way, *_others) = adapter.fetch_freight(PRODUCT_ID, sku.sku_id, quantity=1, country="US", currency="USD")
    item = PurchaseItem(PRODUCT_ID, sku.sku_id, 1, sku_attr=sku.sku_attr, shipping_service=way.service)
    (external_id,) = adapter.place(Purchase("R-1000-1", ADDRESS, (item,))).external_ids
    return external_id


@pytest.mark.parametrize("account", ON_THE_WIRE, indirect=True)
def test_parcel_is_told_with_its_number_and_its_way_in_order(account, emulator):
    adapter = adapter_for(account)
    external_id = bought(adapter)
    assert adapter.fetch_order(external_id).parcels == ()
    if account.provider == "aliseeks":
        emulator.call("POST", f"/_control/orders/{external_id}/pay", {})
    emulator.call("POST", "/_control/clock", {"advance_s": 3600})

    order = adapter.fetch_order(external_id)

    assert order.state in (SupplierOrderState.SHIPPED, SupplierOrderState.DELIVERED)
    (parcel,) = order.parcels
    assert parcel.tracking_number
    instants = [point.at for point in parcel.checkpoints]
    assert all(at.utcoffset() == timedelta(0) for at in instants)
    assert parcel.delivered_at is None or parcel.delivered_at in instants
    assert all(point.label or point.description for point in parcel.checkpoints)


def issuer(account: SupplierAccount):
    """Where the account's tokens come from; the test ends for a supplier whose key is entered by hand."""
    found = token_issuer_for(account)
    assert (found is not None) == (account.provider in AGREED_TO_IN_A_BROWSER)
    return found or pytest.skip("no tokens, as it should be")


def test_page_on_which_the_buyer_agrees_brings_the_state_back_and_tells_no_secret(account):
    url = issuer(account).authorize_url(redirect_uri="https://shop.example/back/", state="s-t-a-t-e")

    asked = parse_qs(urlsplit(url).query)
    assert (asked["state"], asked["redirect_uri"]) == (["s-t-a-t-e"], ["https://shop.example/back/"])
    assert account.app_secret not in url


def test_code_gives_tokens_that_buy_and_can_be_renewed(account, emulator):
    tokens = issuer(account)

    first = tokens.create(emulator.call("POST", "/_control/codes", {})["code"])
    renewed = tokens.refresh(first.refresh_token)

    assert first.access_token != renewed.access_token
    assert renewed.access_expires_at > timezone.now()
    account.access_token = renewed.access_token
    assert adapter_for(account).fetch_product(PRODUCT_ID, country="US", currency="USD").product_id == PRODUCT_ID


@pytest.mark.parametrize("give", [lambda tokens: tokens.create("never-given"), lambda tokens: tokens.refresh("ended")])
def test_code_and_token_that_are_none_are_refused_for_a_person_to_see(account, give):
    tokens = issuer(account)

    with pytest.raises((Rejected, AccountUnusable)):
        give(tokens)
