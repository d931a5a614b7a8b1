"""Who may open which of the web shop's pages, generated from all its addresses."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from rest_framework.views import APIView

from fulfillment.models import Invoice, Order, OrderLink, ReturnPhoto, ReturnRequest
from shop import devices
from shop.accounts.models import SavedAddress, Wish
from shop.models import Basket, Device, DeviceToken
from tests.addresses import Route, is_page, routes
from tests.customers import PASSWORD, customer
from tests.factories import ListingFactory, OrderFactory, OrderLineFactory, PaymentFactory
from tests.shop.baskets import TYPED, submit

pytestmark = pytest.mark.django_db

PAGES = {route.name: route for route in routes() if is_page(route)}
#: For everybody. What they show of a visitor (a basket, an order just placed) is the session's.
PUBLIC = {
    "home", "category", "search", "page", "product", "product-delivery", "buy", "basket", "basket-add", "basket-change",
    "checkout", "checkout-place-names", "preferences", "order-links", "stock-watch", "stock-watch-choose", "live",
    "ready", "sitemap", "sitemap-part", "robots", "None",
}  # fmt: skip
#: The way into an account, for those who are not in it yet.
ENTRANCE = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_email_verification_sent",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key_done",
    "account_confirm_login_code", "mfa_authenticate", "mfa_login_webauthn",
}  # fmt: skip
#: For whoever holds what stands in the address: from a mail, or a payment's number.
HELD = {
    "account_confirm_email", "account_reset_password_from_key", "stock-watch-confirm", "stock-watch-stop", "thanks",
    "pay-sandbox", "pay-transfer", "pay-return",
}  # fmt: skip
ORDER = {
    "order", "order-pay", "order-cancel", "order-invoice", "order-invoice-pdf", "order-return", "order-return-shown",
    "order-return-photo",
}  # fmt: skip
ACCOUNT = {
    "account", "account-orders", "account-order", "account-addresses", "account-address-new", "account-address",
    "account-address-action", "account-wishes", "account-wish-add", "account-wish-remove", "account-data",
    "account-export", "account-close", "account_reauthenticate", "account_email", "account_change_password",
    "account_set_password", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
    "usersessions_list", "account-end-device",
}  # fmt: skip
#: Signed by another program.
SIGNED = {"payment-webhook", "webhook"}
#: A developer's only.
DEVELOPMENT = {"development-mail", "development-mail-html"}
#: What a form may be sent to without the page's token, and why it may stands beside each view.
WITHOUT_CSRF = {"preferences", "stock-watch-stop"} | SIGNED


def pages(names: set[str]) -> list[Any]:
    return [pytest.param(PAGES[name], id=name) for name in sorted(names & set(PAGES))]


def browser(user: User | None = None, **options: Any) -> Client:
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client


def test_no_page_is_missing_here() -> None:
    named = [PUBLIC, ENTRANCE, HELD, ORDER, ACCOUNT, SIGNED, DEVELOPMENT]

    assert set().union(*named) == set(PAGES)
    assert sum(map(len, named)) == len(set().union(*named))


# --- what belongs to an account


@pytest.mark.parametrize("page", pages(ACCOUNT))
def test_stranger_is_led_to_the_login(page: Route) -> None:
    body = {"sku": ListingFactory().variant.sku}

    for answer in (Client().get(page.path()), Client().post(page.path(), body)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or answer["Location"].startswith("/account/login/")


@pytest.fixture
def eve() -> User:
    """A customer with one of everything."""
    user = customer("eve@example.com")
    order = OrderLineFactory(order__customer=user, order__email=user.email).order
    address = {name: value for name, value in TYPED.items() if name not in ("email", "province")}
    SavedAddress.objects.create(user=user, province="New York", **address)
    Wish.objects.create(user=user, variant=order.lines.get().variant)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})
    devices.open_device(user)
    browser(user).get("/account/")
    return user


def things_of(user: User) -> list[Any]:
    """All that an account has, as the database tells it; sessions by whether they are there."""
    rows = [SavedAddress, Wish, Authenticator, Device, EmailAddress]
    found = [list(model.objects.filter(user=user).order_by("pk").values()) for model in rows]
    tokens = list(DeviceToken.objects.filter(device__user=user).order_by("pk").values())
    orders = list(Order.objects.filter(customer=user).values())
    sessions = [key for key in Session.objects.all() if key.get_decoded().get("_auth_user_id") == str(user.pk)]
    return [*found, tokens, orders, len(sessions), User.objects.filter(pk=user.pk).values().get()]


def values_of(user: User) -> dict[str, object]:
    """What the addresses of ``user``'s things are made of."""
    return {
        "number": Order.objects.get(customer=user).number,
        "pk": Authenticator.objects.get(user=user).pk,
    }


def path_of(page: Route, user: User) -> str:
    ids = {"account-end-device": Device, "account-address": SavedAddress, "account-address-action": SavedAddress}
    model: Any = ids.get(page.name)
    more = {"public_id": model.objects.get(user=user).public_id} if model else {}
    return page.path(values_of(user) | more)


@pytest.mark.parametrize("page", pages(ACCOUNT))
def test_customer_changes_nothing_of_another_one(page: Route, eve: User) -> None:
    ada, before = customer(), things_of(eve)
    client = browser(ada)
    # Proven just now, so that nothing stops at the password.
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    sku = Wish.objects.get(user=eve).variant.sku
    body = {**TYPED, "action": "delete", "sku": sku, "email": eve.email, "action_remove": "", "name": "Mine"}

    answers = [client.get(path_of(page, eve)), client.post(path_of(page, eve), body)]

    assert things_of(eve) == before
    assert all(answer.status_code < 500 for answer in answers)
    if page.parts:
        assert {answer.status_code for answer in answers} <= {302, 404, 405}
    for answer in answers:
        assert TYPED["line1"] not in answer.content.decode() or page.name == "account-address-new"


@pytest.mark.parametrize(
    "page", pages({"account-order", "account-address", "mfa_edit_webauthn", "mfa_remove_webauthn"})
)
def test_owner_does_reach_the_same_address(page: Route, eve: User) -> None:
    client = browser(eve)
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    answer = client.get(path_of(page, eve))

    assert answer.status_code == (302 if page.name == "account-order" else 200)
    assert answer.status_code == 200 or answer["Location"].startswith("/o/")


# --- what an order's link opens


@pytest.fixture
def order() -> Order:
    order = OrderLineFactory(order__paid=True, order__status="delivered").order
    PaymentFactory(order=order, status="succeeded", amount=order.total)
    made = ReturnRequest.objects.create(order=order, number="R-1", key="k", reason="damaged")
    ReturnPhoto.objects.create(request=made, position=1, content=b"RIFF")
    return order


@pytest.mark.parametrize("page", pages(ORDER))
def test_order_is_opened_by_its_own_living_link_only(page: Route, order: Order, eve: User) -> None:
    right, expired, revoked, foreign = (OrderLink.mint(one) for one in (order, order, order, OrderFactory()))
    links = list(OrderLink.objects.filter(order=order).order_by("pk"))
    OrderLink.objects.filter(pk=links[1].pk).update(expires_at=timezone.now())
    OrderLink.objects.filter(pk=links[2].pk).update(revoked_at=timezone.now())
    wrong = ["x" * 43, order.number, str(order.pk), order.checkout_key or "none", expired, revoked]
    # Another order's link opens nothing that this one alone has.
    wrong += [foreign] if "number" in page.parts else []

    for token in wrong:
        path = page.path({"token": token, "number": "R-1", "position": 1})
        for client in (Client(), browser(eve)):
            assert {client.get(path).status_code, client.post(path, {"action": "x"}).status_code} <= {404, 405}
    assert not Invoice.objects.exists()
    assert list(Order.objects.filter(pk=order.pk).values_list("status", flat=True)) == ["delivered"]
    # The right one does open it.
    path = page.path({"token": right, "number": "R-1", "position": 1})
    assert Client().get(path).status_code in (200, 405, 503)


def test_thanks_is_for_the_session_that_ordered(client: Client) -> None:
    client.post("/buy/", {"sku": ListingFactory().variant.sku, "quantity": 1})
    submit(client)
    path = PAGES["thanks"].path({"number": Order.objects.get().number})

    assert client.get(path).status_code == 302
    assert Client().get(path).status_code == 404


def test_basket_of_another_session_is_out_of_reach(client: Client) -> None:
    client.post("/basket/add/", {"sku": ListingFactory().variant.sku, "quantity": 1})
    basket = Basket.objects.get()
    line = basket.lines.get()
    stranger = Client()
    stranger.post("/basket/add/", {"sku": ListingFactory().variant.sku, "quantity": 1})

    stranger.post("/basket/change/", {"remove": line.public_id})
    stranger.post("/basket/change/", {f"quantity-{line.public_id}": "5"})

    assert [row.quantity for row in basket.lines.all()] == [1]


# --- forms of other sites


@pytest.mark.parametrize("route", [pytest.param(route, id=f"{route.name} {route.text}") for route in routes()])
def test_form_of_another_site_is_refused_wherever_a_session_counts(route: Route) -> None:
    view = getattr(route.view, "cls", None)
    if view is not None and issubclass(view, APIView):
        # No session counts there: a token in a header does, which another site's form cannot send.
        assert not any("Session" in authentication.__name__ for authentication in view.authentication_classes)
    elif route.name in WITHOUT_CSRF:
        assert getattr(route.view, "csrf_exempt", False)
    else:
        strict = browser(User.objects.create_superuser("root"), enforce_csrf_checks=True)
        assert strict.post(route.path(), {"action": "x"}).status_code == 403


@pytest.mark.parametrize("page", pages(DEVELOPMENT))
def test_developer_s_pages_are_not_there_in_a_running_shop(page: Route) -> None:
    assert browser(User.objects.create_superuser("root")).get(page.path()).status_code == 404
