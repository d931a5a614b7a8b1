"""What the API says no with reads in the client's language; the code beside it never changes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils import timezone, translation

from catalog.models import Listing
from fulfillment import desk
from fulfillment.models import SupplierOrder
from fulfillment.orders import CannotOrder
from shop import devices
from shop.accounts.address_book import MAX_ADDRESSES
from shop.hooks import MAX_HOOKS
from shop.models import Device, DeviceToken, EventHook, SavedAddress
from tests.customers import customer
from tests.factories import ListingFactory, SupplierAccountFactory, SupplierOrderFactory
from tests.shop.api.v1.app import ADDRESS, App

pytestmark = pytest.mark.django_db

#: What ends in an answer of the API with its own words.
_TOLD = {
    "BookIsFull", "CannotOrder", "CannotRegister", "IsStaff", "ListIsFull", "NoInvoice", "NotConfirmed", "NotNow",
    "NotPublic", "PaymentProblem", "ReturnProblem", "TokenProblem", "UnknownCursor",
}  # fmt: skip


@pytest.fixture
def ada(app: App) -> User:
    """A customer who is logged in."""
    user = customer()
    app.log_in(user)
    return user


def expired(app: App) -> HttpResponse:
    DeviceToken.objects.update(expires_at=timezone.now())
    return app.get("account/")


def logged_out(app: App) -> HttpResponse:
    devices.end(Device.objects.get())
    return app.get("account/")


def new_password(app: App) -> HttpResponse:
    user = User.objects.get()
    user.set_password("another sentence of mine")
    user.save()
    return app.get("account/")


def used_twice(app: App) -> HttpResponse:
    pair = devices.open_device(User.objects.get())
    devices.refresh(pair.refresh)
    long_ago = timezone.now() - timedelta(hours=1)
    DeviceToken.objects.filter(used_at__isnull=False).update(used_at=long_ago)
    return app.post("auth/refresh/", {"refresh_token": pair.refresh})


def full_book(app: App) -> HttpResponse:
    user = User.objects.get()
    SavedAddress.objects.bulk_create(
        SavedAddress(user=user, **{**ADDRESS, "line1": f"{number} Main St"}) for number in range(MAX_ADDRESSES)
    )
    return app.post("account/addresses/", {"address": ADDRESS})


def many_hooks(app: App) -> HttpResponse:
    for number in range(MAX_HOOKS):
        app.post("account/webhooks/", {"url": f"https://push.example.com/{number}"})
    return app.post("account/webhooks/", {"url": "https://push.example.com/more"})


def same_hook(app: App) -> HttpResponse:
    EventHook.objects.all().delete()
    app.post("account/webhooks/", {"url": "https://push.example.com/hook"})
    return app.post("account/webhooks/", {"url": "https://push.example.com/hook"})


def hook(url: str) -> Callable[[App], HttpResponse]:
    return lambda app: app.post("account/webhooks/", {"url": url})


#: Code and name of the case -> what provokes it.
ACCOUNT_PROBLEMS: dict[tuple[str, str], Callable[[App], HttpResponse]] = {
    ("token_expired", ""): expired,
    ("token_revoked", "logged out"): logged_out,
    ("token_revoked", "new password"): new_password,
    ("token_unknown", ""): lambda app: app.get("account/", Authorization="Bearer nonsense"),
    ("token_reused", ""): used_twice,
    ("too_many_addresses", ""): full_book,
    ("too_many", ""): many_hooks,
    ("present", ""): same_hook,
    ("bad_url", "http"): hook("http://push.example.com/"),
    ("bad_url", "host"): hook("https://"),
    ("bad_url", "this machine"): hook("http://127.0.0.1/hook"),
    ("bad_url", "text"): hook("https://[/"),
    ("unknown_cursor", "events"): lambda app: app.get("account/events/?cursor=nonsense"),
    ("unknown_cursor", "orders"): lambda app: app.get("account/orders/?cursor=nonsense"),
}


def in_both(app: App, provoke: Callable[[App], HttpResponse], code: str) -> None:
    """Provokes the problem in English and in German, and compares."""
    credentials = dict(app.headers)
    english = provoke(app).json()
    app.headers = {**credentials, "Accept-Language": "de"}
    german = provoke(app).json()

    assert english["code"] == german["code"] == code
    assert german["detail"] != english["detail"]


@pytest.mark.parametrize("case", ACCOUNT_PROBLEMS, ids=" ".join)
def test_problem_of_an_account_is_told_in_german(app: App, ada: User, case: tuple[str, str], settings) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = False

    in_both(app, ACCOUNT_PROBLEMS[case], case[0])


def order(app: App, quote: dict, **changes: object) -> HttpResponse:
    return app.post("basket/order/", app.order_body(quote, **changes))


def dearer(app: App, quote: dict) -> HttpResponse:
    return order(app, quote, seen_total={"amount": "0.01", "currency": "USD"})


def gone(app: App, quote: dict) -> HttpResponse:
    Listing.objects.update(stock=1)
    return order(app, quote)


def other_way(app: App, quote: dict) -> HttpResponse:
    (parcel,) = quote["parcels"]
    return order(app, quote, shipping=[{"parcel": parcel["key"], "service": "BALLOON"}])


@pytest.mark.parametrize(
    ("provoke", "code"),
    [(dearer, "price_changed"), (gone, "out_of_stock"), (other_way, "shipping_changed")],
)
def test_problem_of_an_order_is_told_in_german(app: App, supplier, provoke, code: str) -> None:
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=5)
    app.buy_now(listing.variant.sku, 2)
    quote = app.quote()

    in_both(app, lambda app: provoke(app, quote), code)


@pytest.fixture
def boss(app: App) -> User:
    user = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    app.log_in(user)
    return user


def test_staff_s_answer_that_cannot_be_given_is_told_in_german(app: App, boss: User) -> None:
    stuck = SupplierOrderFactory(
        account=None,
        account_mode="",
        status="held",
        next_attempt_at=None,
        attention="no_listing",
        attention_note="Nobody sends it there.",
    )

    in_both(app, lambda app: app.post(f"staff/supplier-orders/{stuck.public_id}/retry/"), "no_listing")


@pytest.mark.parametrize("code", ["not_sold", "does_not_ship", "mixed_currencies", "nothing_to_order"])
def test_every_reason_not_to_take_an_order_is_told_in_german(code: str) -> None:
    texts = []
    for language in ("en", "de"):
        with translation.override(language):
            texts.append(CannotOrder.because_of([{"sku": "A", "code": code}]).message)

    assert texts[0] != texts[1]


@pytest.mark.parametrize("language", ["en", "de"])
def test_state_that_came_in_between_is_told_in_the_reader_s_words(language: str) -> None:
    with translation.override(language), pytest.raises(desk.NotNow) as refused:
        desk.note_canceled_at_supplier(SupplierOrder(status="held"), actor="staff:1", reason="")

    assert ("inzwischen" in refused.value.message) == (language == "de")


def _plain_texts(path: Path) -> list[str]:
    """The problems that ``path`` raises with words that nobody translates."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in _TOLD:
            text = node.args[0]
            if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                found.append(f"{path.name}:{node.lineno}")
    return found


def test_no_problem_that_the_api_tells_is_raised_with_english_alone() -> None:
    root = Path(settings.BASE_DIR)
    sources = [path for floor in ("shop", "fulfillment", "integrations") for path in (root / floor).rglob("*.py")]

    assert [place for path in sources for place in _plain_texts(path)] == []
