"""The address book, and the checkout that begins with it."""

from __future__ import annotations

import pytest
from django.test import Client

from fulfillment.models import Order
from integrations.types import Address
from shop.accounts import address_book
from shop.accounts.models import SavedAddress
from tests.customers import browser_of, customer
from tests.factories import ListingFactory
from tests.shop.baskets import TYPED, submit

pytestmark = pytest.mark.django_db

HOME = Address(
    first_name="Ada", last_name="Lovelace", line1="123 Main St", city="New York", province="New York",
    postcode="10001", country="US", phone="+12125550123",
)  # fmt: skip
FIELDS = {name: value for name, value in TYPED.items() if name not in ("email", "payment_method")}


def elsewhere(line1: str = "9 Elm St") -> Address:
    return Address(**{**{name: getattr(HOME, name) for name in HOME.__dataclass_fields__}, "line1": line1})


def test_first_address_is_the_default_and_another_becomes_it() -> None:
    user = customer()
    first = address_book.save_address(user, HOME)
    second = address_book.save_address(user, elsewhere())

    address_book.make_default(second)

    assert [saved.pk for saved in address_book.addresses_of(user)] == [second.pk, first.pk]
    assert SavedAddress.objects.filter(user=user, is_default=True).count() == 1


def test_same_address_is_kept_once() -> None:
    user = customer()

    assert address_book.save_address(user, HOME) == address_book.save_address(user, HOME)


def test_next_one_becomes_the_default_when_the_default_goes() -> None:
    user = customer()
    first, second = address_book.save_address(user, HOME), address_book.save_address(user, elsewhere())

    address_book.remove_address(first)

    second.refresh_from_db()
    assert second.is_default


def test_book_has_an_end() -> None:
    user = customer()
    for number in range(address_book.MAX_ADDRESSES):
        address_book.save_address(user, elsewhere(f"{number} Elm St"))

    with pytest.raises(address_book.BookIsFull):
        address_book.save_address(user, HOME)


def test_number_that_the_form_does_not_ask_for_is_not_lost_by_a_change() -> None:
    user = customer()
    saved = address_book.save_address(user, HOME)
    SavedAddress.objects.filter(pk=saved.pk).update(tax_id="123-45")
    saved.refresh_from_db()

    address_book.change_address(saved, elsewhere())

    saved.refresh_from_db()
    assert (saved.line1, saved.tax_id) == ("9 Elm St", "123-45")


def test_page_saves_what_the_checkout_would_accept_and_nothing_else() -> None:
    user = customer()
    browser = browser_of(user)

    refused = browser.post("/account/addresses/new/", {**FIELDS, "postcode": "nonsense"})
    accepted = browser.post("/account/addresses/new/", FIELDS)

    assert (refused.status_code, accepted.status_code) == (400, 302)
    assert "ZIP code" in refused.content.decode()
    saved = SavedAddress.objects.get()
    assert (saved.province, saved.phone, saved.user) == ("New York", "+12125550123", user)


def test_another_country_asks_for_its_own_fields_and_saves_nothing() -> None:
    browser = browser_of(customer())

    page = browser.post("/account/addresses/new/", {**FIELDS, "country": "DE", "action": "update"})

    assert page.status_code == 200
    assert 'name="province"' not in page.content.decode()
    assert not SavedAddress.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_address_of_somebody_else_is_not_found(method: str) -> None:
    saved = address_book.save_address(customer("bob@example.com"), HOME)
    browser = browser_of(customer())

    response = getattr(browser, method)(f"/account/addresses/{saved.public_id}/", FIELDS)
    browser.post(f"/account/addresses/{saved.public_id}/action/", {"action": "delete"})

    assert response.status_code == 404
    assert SavedAddress.objects.get().line1 == "123 Main St"


def into_checkout(browser: Client) -> None:
    browser.post("/buy/", {"sku": ListingFactory().variant.sku, "quantity": 1})


def test_checkout_begins_with_the_default_address_and_the_accounts_mail() -> None:
    user = customer()
    address_book.save_address(user, HOME)
    browser = browser_of(user)
    into_checkout(browser)

    page = browser.get("/checkout/").content.decode()

    assert 'value="123 Main St"' in page
    assert 'value="ada@example.com"' in page


def test_checkout_takes_the_chosen_address_of_the_own_book_only() -> None:
    user = customer()
    address_book.save_address(user, HOME)
    other = address_book.save_address(user, elsewhere())
    strange = address_book.save_address(customer("bob@example.com"), elsewhere("1 Secret St"))
    browser = browser_of(user)
    into_checkout(browser)

    assert 'value="9 Elm St"' in browser.get(f"/checkout/?address={other.public_id}").content.decode()
    assert "1 Secret St" not in browser.get(f"/checkout/?address={strange.public_id}").content.decode()
    assert 'value="123 Main St"' not in browser.get("/checkout/?address=new").content.decode()


def test_checkout_keeps_the_address_only_where_it_is_asked_to() -> None:
    user = customer()
    browser = browser_of(user)
    into_checkout(browser)
    submit(browser)
    before = SavedAddress.objects.count()

    submit(browser, save_address="on")

    assert before == 0
    assert SavedAddress.objects.get().address == Order.objects.get().address


def test_guest_cannot_keep_an_address(client: Client) -> None:
    into_checkout(client)

    assert submit(client, save_address="on").status_code == 302
    assert not SavedAddress.objects.exists()
