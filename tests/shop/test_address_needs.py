"""A country's own numbers at the checkout: asked where they are needed, told why, checked, and not kept otherwise."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from fulfillment.models import Order
from integrations.models import AddressTree
from shop.address_needs import needs_of
from shop.addresses import AddressError, clean_address
from tests.factories import SupplierAccountFactory
from tests.shop.test_checkout import put_into_basket, submit

pytestmark = pytest.mark.django_db

BRAZIL = {
    "country": "BR", "province": "São Paulo", "city": "São Paulo", "postcode": "01310-100", "phone": "+5511987654321",
}  # fmt: skip
SAUDI = {"country": "SA", "province": "", "city": "Riyadh", "postcode": "12345", "phone": "+966512345678"}


def page_for(client: Client, country: str) -> str:
    """The checkout after ``country`` was chosen, before anything is sent."""
    answer = client.post("/checkout/", {"action": "update", "country": country})
    return unescape(answer.content.decode())


def test_checkout_of_the_united_states_asks_for_no_number(client: Client) -> None:
    put_into_basket(client)

    page = client.get("/checkout/").content.decode()

    assert 'name="tax_id"' not in page
    assert 'name="national_address"' not in page


@pytest.mark.parametrize("country", ["AR", "BR", "CL", "IL", "KR", "MX"])
def test_country_that_needs_a_number_is_asked_for_it_as_soon_as_it_is_chosen(client: Client, country: str) -> None:
    put_into_basket(client)

    assert 'name="tax_id"' in page_for(client, country)


def test_checkout_says_what_the_number_is_why_it_is_asked_for_and_whether_it_must_be_given(client: Client) -> None:
    put_into_basket(client)

    brazil, chile = page_for(client, "BR"), page_for(client, "CL")

    assert "CPF (Brazilian tax number)</label>" in brazil
    assert "Brazilian customs ask for the recipient's CPF." in brazil
    assert re.search(r"RUT \(Chilean tax number\)\s*<span class=\"optional\">", chile)


def test_browser_is_not_asked_to_fill_in_a_number(client: Client) -> None:
    put_into_basket(client)

    (field,) = re.findall(r'<input[^>]* id="id_tax_id"[^>]*>', page_for(client, "BR"))

    assert 'autocomplete="off"' in field


def test_saudi_arabia_is_asked_for_its_national_address(client: Client) -> None:
    put_into_basket(client)

    assert 'name="national_address"' in page_for(client, "SA")


def test_supplier_that_needs_nothing_asks_for_nothing(client: Client, supplier: Any) -> None:
    put_into_basket(client, account__provider="fake")

    assert 'name="tax_id"' not in page_for(client, "BR")
    assert submit(client, **BRAZIL).status_code == 302


def test_listing_that_does_not_ship_there_asks_for_nothing(client: Client, supplier: Any) -> None:
    variant = put_into_basket(client, destination_countries=["US"])
    listing = variant.listings.get()
    listing.pk, listing.public_id, listing.account = None, "another", SupplierAccountFactory(provider="fake")
    listing.destination_countries = ["US", "BR"]
    listing.save()

    assert submit(client, **BRAZIL).status_code == 302


def test_checkout_without_javascript_comes_back_and_asks(client: Client) -> None:
    put_into_basket(client)

    response = submit(client, **BRAZIL)

    page = response.content.decode()
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["tax_id"]
    assert "Please enter the CPF (Brazilian tax number). Example: 123.456.789-09" in page
    assert "Brazilian customs ask for the recipient&#x27;s CPF." in page
    assert 'value="São Paulo"' in page
    assert not Order.objects.exists()


def test_number_is_kept_as_the_customer_wrote_it(client: Client) -> None:
    put_into_basket(client)

    assert submit(client, **BRAZIL, tax_id=" 123.456.789-09 ").status_code == 302
    assert Order.objects.get().tax_id == "123.456.789-09"


@pytest.mark.parametrize(
    ("typed", "message"),
    [("123.456.789-00", "The digits do not add up."), ("12345", "This does not have the form that is needed.")],
)
def test_wrong_number_comes_back_with_what_is_wrong(client: Client, typed: str, message: str) -> None:
    put_into_basket(client)

    page = submit(client, **BRAZIL, tax_id=typed).content.decode()

    assert message in page
    assert f'value="{typed}"' in page


def test_number_typed_for_another_country_is_not_kept(client: Client) -> None:
    put_into_basket(client)

    submit(client, tax_id="123.456.789-09", national_address="RRRD2929")

    order = Order.objects.get()
    assert (order.country, order.tax_id, order.national_address) == ("US", "", "")


def test_saudi_national_address_reaches_the_order(client: Client) -> None:
    put_into_basket(client)

    assert list(submit(client, **SAUDI).context["form"].errors) == ["national_address"]
    assert submit(client, **SAUDI, national_address="rrrd2929").status_code == 302
    assert Order.objects.get().national_address == "rrrd2929"


def test_phone_that_the_carrier_does_not_take_is_told(client: Client) -> None:
    put_into_basket(client)

    response = submit(client, **{**SAUDI, "phone": "+12125550123"}, national_address="RRRD2929")

    assert list(response.context["form"].errors) == ["phone"]
    assert "+966 51 234 5678" in response.content.decode()


def test_optional_number_may_be_left_out_unless_the_shop_insists(settings: Any) -> None:
    assert [need.is_required for need in needs_of(["aliexpress"], "CL")] == [False]

    settings.REQUIRE_TAX_ID_IN = ["CL"]

    assert [need.is_required for need in needs_of(["aliexpress"], "CL")] == [True]


def test_one_of_several_suppliers_who_insists_is_enough() -> None:
    assert [need.field for need in needs_of(["aliexpress", "aliseeks", "fake"], "BR")] == ["tax_id"]
    assert needs_of([], "BR") == ()


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(AddressError) as caught:
        clean_address(
            first_name="", last_name="Silva", line1="Rua 1", line2="", **BRAZIL,
            needs=lambda country: needs_of(["aliexpress"], country),
        )  # fmt: skip

    assert set(caught.value.errors) == {"first_name", "tax_id"}


# --- names of places ---


@pytest.fixture
def listed(client: Client) -> None:
    """A basket whose supplier has told its list of Brazilian places before."""
    account = put_into_basket(client).listings.get().account
    tree = ["BR", "country", [["Sao Paulo", "province", [["Campinas", "city", []]]]]]
    AddressTree.objects.create(account=account, country="BR", tree=tree)


def ask(client: Client, **typed: str) -> Any:
    return client.post("/checkout/place-names/", {"country": "BR", "province": "SP", "city": "", **typed}).json()


@pytest.mark.usefixtures("listed")
def test_name_that_was_perhaps_meant_is_proposed(client: Client) -> None:
    assert ask(client, city="Campina") == {"nearest": {"city": "Campinas"}}
    assert ask(client, city="CAMPINAS") == {"nearest": {}}
    assert ask(client, country="US", city="Campina") == {"nearest": {}}
    assert ask(client, country="\x00", city="x" * 10_000) == {"nearest": {}}


@pytest.mark.usefixtures("listed")
def test_proposal_stands_in_the_form_that_comes_back_and_blocks_nothing(client: Client) -> None:
    back = submit(client, **{**BRAZIL, "city": "Campina"}).content.decode()
    ordered = submit(client, **{**BRAZIL, "city": "Campina"}, tax_id="12345678909")

    assert "data-take-nearest>Campinas</button>" in back
    assert ordered.status_code == 302
    assert Order.objects.get().city == "Campina"


def test_proposal_is_for_who_has_a_basket_and_posts(client: Client) -> None:
    assert ask(client, city="Campina") == {"nearest": {}}
    assert client.get("/checkout/place-names/").status_code == 405


@pytest.mark.usefixtures("listed")
def test_proposals_need_the_forms_token(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    assert strict.post("/checkout/place-names/", {"country": "BR"}).status_code == 403
