"""Who may what: every address of ``/api/v1/``, by every kind of caller. The list is the URL configuration's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from fulfillment.admin.answers import Answer
from fulfillment.models import OrderLink
from shop import devices
from shop.api.v1.base import V1View
from shop.api.v1.staff_kinds import KINDS, Answered
from shop.api.v1.urls import Nothing, urlpatterns
from shop.models import Device, DeviceToken
from tests.customers import customer
from tests.factories import ListingFactory, OrderFactory
from tests.shop.api.v1.app import ADDRESS, ROOT, App
from tests.shop.api.v1.staff_rows import key_for
from tests.staff import staff

pytestmark = pytest.mark.django_db

#: What a guest may call without any token. Every other address must stand in one of the sets below.
PUBLIC = {
    "v1-shop", "v1-page", "v1-countries", "v1-country", "v1-categories", "v1-products", "v1-product-filters",
    "v1-product", "v1-product-delivery", "v1-basket-lines", "v1-buy-now", "v1-order-links", "v1-register",
    "v1-confirm-address", "v1-log-in", "v1-refresh", "v1-reset-password", "v1-currencies", "v1-watch-stock",
}  # fmt: skip
#: What a basket's token opens, an order's, an account's.
BASKET = {"v1-basket", "v1-basket-line", "v1-basket-coupon", "v1-basket-tidy", "v1-quote", "v1-place-order"}
ORDER = {
    "v1-order", "v1-order-cancel", "v1-order-events", "v1-start-payment", "v1-payment", "v1-ask-for-return",
    "v1-return", "v1-return-photo", "v1-invoice", "v1-invoice-pdf",
}  # fmt: skip
ACCOUNT = {
    "v1-log-out", "v1-devices", "v1-end-device", "v1-account", "v1-addresses", "v1-one-address", "v1-account-orders",
    "v1-account-events", "v1-webhooks", "v1-one-webhook", "v1-wishes", "v1-emails", "v1-remove-email",
    "v1-primary-email", "v1-change-password", "v1-export", "v1-close-account",
}  # fmt: skip
STAFF = {pattern.name for pattern in urlpatterns if (pattern.name or "").startswith("v1-staff-")}


def routes() -> Iterator[tuple[str, str, URLPattern]]:
    """(name, method, pattern) of every operation."""
    for pattern in urlpatterns:
        view = pattern.callback.view_class
        if view is Nothing:
            continue
        for method in ("get", "post", "put", "patch", "delete"):
            if method in view.http_method_names and hasattr(view, method):
                yield str(pattern.name), method.upper(), pattern


def view_of(route: Any) -> Any:
    return route.values[2].callback.view_class


ROUTES = [pytest.param(*route, id=f"{route[1]} {route[0]}") for route in routes()]


def path_of(pattern: URLPattern, **known: str) -> str:
    """An address that fits ``pattern``; what is not ``known`` is a name that nothing has."""
    names = pattern.pattern.regex.groupindex
    route = {name: known.get(name, "US" if name == "country" else "none") for name in names}
    text = str(pattern.pattern).replace("^", "").replace("$", "")
    for name, value in route.items():
        text = text.replace(f"<slug:{name}>", value).replace(f"(?P<{name}>[A-Z]{{2}})", value)
    return f"{ROOT}{text}"


def ask(method: str, path: str, **headers: str) -> tuple[int, str]:
    """(status, problem's code) of a request with an empty body."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Client().generic(
        method, path, json.dumps({}), content_type="application/json", headers={"Idempotency-Key": "k", **sent}
    )
    is_problem = answer["Content-Type"] == "application/problem+json" if answer.content else False
    return answer.status_code, answer.json()["code"] if is_problem else ""


def bearer(user: User) -> str:
    return f"Bearer {devices.open_device(user).access}"


def test_no_address_is_missing_here() -> None:
    named = [PUBLIC, BASKET, ORDER, ACCOUNT, STAFF]

    assert set().union(*named) == {name for name, _, _ in routes()}
    assert sum(map(len, named)) == len(set().union(*named))
    assert all(issubclass(pattern.callback.view_class, V1View) for _, _, pattern in routes())


@pytest.mark.parametrize(("name", "method", "pattern"), ROUTES)
def test_guest_is_let_in_by_the_right_token_only(name: str, method: str, pattern: URLPattern) -> None:
    status, code = ask(method, path_of(pattern))

    if name in ACCOUNT | STAFF:
        assert (status, code) == (401, "not_authenticated")
    elif name in BASKET:
        assert (status, code) == (400, "basket_token_required")
    elif name in ORDER:
        assert (status, code) == (404, "not_found")
    else:
        assert status not in (401, 403, 500)


@pytest.mark.parametrize(("name", "method", "pattern"), ROUTES)
def test_customer_does_not_reach_another_one_s_things(name: str, method: str, pattern: URLPattern, supplier) -> None:
    theirs, app = customer("eve@example.com"), App(Client())
    app.log_in(theirs)
    app.buy_now(ListingFactory(variant__product__slug="known").variant.sku)
    order = app.order()
    payment = app.post(f"orders/{order['number']}/payments/", {"method": "sandbox"}).json()
    saved = app.post("account/addresses/", {"address": ADDRESS}).json()
    hook = app.post("account/webhooks/", {"url": "https://push.example.com/hook"}).json()
    path = path_of(
        pattern,
        number=order["number"],
        payment_id=payment["id"],
        address_id=saved["id"],
        hook_id=hook["id"],
        device_id=Device.objects.get(user=theirs).public_id,
        return_number="none",
        key=order["number"],
    )

    status, _code = ask(method, path, Authorization=bearer(customer()))

    if name in STAFF:
        assert status == 403
    elif name in ORDER or name in {"v1-one-address", "v1-one-webhook", "v1-end-device"}:
        assert status in (400, 404) if name == "v1-one-address" else status == 404
    else:
        assert status not in (401, 403, 500)
    assert app.get("account/addresses/").json()["results"][0]["id"] == saved["id"]
    assert app.get("account/webhooks/").json()["results"][0]["id"] == hook["id"]


def needs(view: Any) -> list[str]:
    """The permissions that open a staff view, all of them together."""
    if hasattr(view, "permissions"):
        # Any of them does.
        return list(view.permissions[:1])
    return [view.permission, *([view.kind.view_permission] if hasattr(view, "kind") else [])]


@pytest.mark.parametrize(("name", "method", "pattern"), [p for p in ROUTES if p.values[0] in STAFF])
def test_staff_need_the_very_permission(name: str, method: str, pattern: URLPattern) -> None:
    view = pattern.callback.view_class
    needed, path = needs(view), path_of(pattern)

    without = ask(method, path, Authorization=bearer(staff(username="nobody")))
    allowed = ask(method, path, Authorization=bearer(staff(*needed, username="clerk")))
    outsider = customer()
    outsider.user_permissions.set(User.objects.get(username="clerk").user_permissions.all())
    no_staff = ask(method, path, Authorization=bearer(outsider))

    assert without == (403, "permission_denied")
    assert allowed[0] in (200, 404)
    assert no_staff == (403, "permission_denied")


@pytest.mark.parametrize(
    "permission", sorted({one for p in ROUTES if p.values[0] in STAFF for one in needs(view_of(p))})
)
def test_each_permission_alone_opens_its_own_addresses_and_no_other(permission: str) -> None:
    token = bearer(staff(permission))

    for name, method, pattern in routes():
        if name in STAFF:
            view = pattern.callback.view_class
            is_enough = permission in getattr(view, "permissions", ()) or needs(view) == [permission]
            status, _code = ask(method, path_of(pattern), Authorization=token)
            assert status in (200, 404) if is_enough else status == 403, (name, status)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [pytest.param(kind, answer, id=f"{kind.noun} {answer.name}") for kind in KINDS for answer in kind.answers],
)
def test_answer_reaches_a_real_row_for_those_who_may_give_it(kind: Answered, answer: Answer, supplier) -> None:
    path = f"{ROOT}staff/{kind.noun}/{key_for(kind, answer)}/{answer.name}/"
    may_see = bearer(staff(kind.view_permission, username="viewer"))
    may_answer = bearer(staff(kind.view_permission, answer.permission, username="clerk"))

    refused = ask("POST", path, Authorization=may_see)
    blind = ask("POST", path, Authorization=bearer(staff(answer.permission, username="blind")))
    status, code = ask("POST", path, Authorization=may_answer)

    assert refused == (403, "permission_denied")
    assert blind == (403, "permission_denied")
    # The row was found and fits; what a form asks for is not in an empty body.
    assert status == 200 or (status, code) == (400, "invalid_request")


@pytest.mark.parametrize(("name", "method", "pattern"), [p for p in ROUTES if p.values[0] in BASKET | ORDER])
def test_token_of_a_device_that_is_out_opens_no_basket_and_no_order(
    name: str, method: str, pattern: URLPattern
) -> None:
    ended = devices.open_device(customer())
    devices.end(ended.device)
    path = path_of(pattern)

    assert ask(method, path, Authorization=f"Bearer {ended.access}") == (401, "token_revoked")
    assert ask(method, path, Authorization="Bearer nonsense") == (401, "token_unknown")


@pytest.mark.parametrize(("name", "method", "pattern"), [p for p in ROUTES if p.values[0] in ORDER])
def test_expired_and_revoked_order_tokens_open_nothing(name: str, method: str, pattern: URLPattern) -> None:
    order, another = OrderFactory(), OrderFactory()
    expired, revoked, foreign = OrderLink.mint(order), OrderLink.mint(order), OrderLink.mint(another)
    links = OrderLink.objects.filter(order=order).order_by("pk")
    OrderLink.objects.filter(pk=links[0].pk).update(expires_at=timezone.now())
    OrderLink.objects.filter(pk=links[1].pk).update(revoked_at=timezone.now())
    path = path_of(pattern, number=order.number)

    for token in (expired, revoked, foreign, "nonsense"):
        assert ask(method, path, Order_Token=token) == (404, "not_found")


@pytest.mark.parametrize(("name", "method", "pattern"), [p for p in ROUTES if p.values[0] in ACCOUNT | STAFF])
def test_ended_and_expired_tokens_open_nothing(name: str, method: str, pattern: URLPattern) -> None:
    boss = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    ended, expired = devices.open_device(boss), devices.open_device(boss)
    devices.end(ended.device)
    DeviceToken.objects.filter(device=expired.device).update(expires_at=expired.device.created_at)
    path = path_of(pattern)

    assert ask(method, path, Authorization=f"Bearer {ended.access}") == (401, "token_revoked")
    assert ask(method, path, Authorization=f"Bearer {expired.access}") == (401, "token_expired")
    assert ask(method, path, Authorization="Bearer nonsense") == (401, "token_unknown")
