"""The admin as a whole: what it does not offer, what it never shows, what it says on every page."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from fulfillment.models import Attempt
from integrations.models import ApiCall, SupplierAccount
from tests.factories import (
    PAID_AT,
    ListingFactory,
    OrderLineFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
)
from tests.staff import VIEWS, signed_in, staff, superuser

pytestmark = pytest.mark.django_db

PLANTED = {
    "app_secret": "planted-app-secret-1111",
    "access_token": "planted-access-token-2222",
    "refresh_token": "planted-refresh-token-3333",
}


def _addresses() -> list[str]:
    """Every list and every page of the admin, for one row of each model, and the questions of all answers."""
    listing = ListingFactory(account=SupplierAccountFactory(**PLANTED))
    shipment = ShipmentFactory(external_order__supplier_order__account=listing.account)
    part = shipment.supplier_order
    OrderLineFactory(order=part.order, variant=listing.variant)
    PaymentFactory(order=part.order, status="succeeded")
    Attempt.objects.create(supplier_order=part, number=1, reference=part.reference, fence=1, started_at=PAID_AT)
    ApiCall.objects.create(
        account=listing.account,
        operation="x",
        method="POST",
        path="x",
        started_at=timezone.now(),
        reference=part.reference,
    )
    urls = ["/admin/", reverse("admin:catalog_variant_read_listing", args=[listing.variant_id, listing.pk])]
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls.append(reverse(f"{name}_changelist"))
        urls += [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:1]]
        urls += [reverse(f"{name}_history", args=[row.pk]) for row in model._default_manager.all()[:1]]
        for answer in getattr(model_admin, "answers", ()):
            urls += [reverse(f"{name}_answer", args=[row.pk, answer.name]) for row in model._default_manager.all()[:1]]
    return urls


def test_no_page_shows_a_planted_secret_or_has_an_inline_script():
    client = superuser()
    key = Token.objects.create(user=User.objects.get()).key
    sealed = [getattr(SupplierAccount(**PLANTED), f"{name}_sealed") for name in PLANTED]

    for url in _addresses():
        response = client.get(url, follow=True)
        page = response.content.decode()

        assert response.status_code == 200, url
        assert key not in page, url
        assert not any(secret in page for secret in [*PLANTED.values(), *sealed]), url
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page), url
        assert not re.search(r"\son[a-z]+=\"", page), url


def test_the_queue_and_the_api_tokens_have_no_page():
    labels = {model._meta.label for model in admin.site._registry}

    assert not {label for label in labels if label.startswith(("django_q.", "authtoken."))}


def test_the_policy_allows_no_inline_script():
    policy = superuser().get("/admin/")["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))

    assert "'unsafe-inline'" not in scripts


@pytest.mark.parametrize(
    ("modes", "badge"),
    [
        ([], "No supplier"),
        (["sandbox"], "Emulator"),
        (["sandbox", "test"], "Test"),
        (["sandbox", "test", "live"], "Live"),
    ],
)
def test_the_badge_names_the_most_serious_world(modes, badge):
    client = superuser()
    for mode in modes:
        SupplierAccountFactory(mode=mode)

    page = " ".join(client.get("/admin/").content.decode().split())

    assert f"> {badge} </span>" in page


def test_what_waits_for_a_person_is_counted_beside_the_menu():
    client = superuser()
    before = client.get("/admin/").content.decode()
    SupplierOrderFactory.create_batch(3, status="held", attention="price")
    cache.clear()

    page = client.get("/admin/").content.decode()

    assert before.count("staff-no-badge") - page.count("staff-no-badge") == 1
    assert re.search(r">\s*3\s*</span>", page)


@pytest.mark.parametrize(
    ("account", "text"),
    [
        ({"health": "reconnect"}, "the supplier refuses the token"),
        ({"buying_enabled": False, "mode": "live"}, "buying is off"),
    ],
)
def test_an_account_that_cannot_buy_is_told_loudly_on_every_page(account, text):
    client = superuser()
    SupplierAccountFactory(label="Main", **account)

    for url in ("/admin/", "/admin/fulfillment/order/", "/admin/auth/user/"):
        page = client.get(url).content.decode()
        assert f"Main: {text}" in page, url


@pytest.mark.parametrize(
    ("mode", "use_test_accounts", "text"),
    [
        ("live", True, "Main is live, and USE_TEST_ACCOUNTS is on"),
        ("test", False, "Main is a test account, and USE_TEST_ACCOUNTS is off"),
        ("live", False, ""),
        ("test", True, ""),
        ("sandbox", True, ""),
    ],
)
def test_an_account_whose_mode_the_setting_refuses_is_told_loudly(settings, mode, use_test_accounts, text):
    settings.USE_TEST_ACCOUNTS = use_test_accounts
    SupplierAccountFactory(label="Main", mode=mode)

    page = superuser().get("/admin/").content.decode()

    assert ("USE_TEST_ACCOUNTS" in page, text in page) == (bool(text), True)


@pytest.mark.parametrize(
    ("methods", "key", "mode", "is_told"),
    [
        (["sandbox"], "", "live", True),
        (["stripe"], "sk_test_1", "live", True),
        (["stripe"], "sk_live_1", "live", False),
        (["sandbox"], "", "sandbox", False),
    ],
)
def test_test_money_beside_a_live_account_is_told_loudly(settings, methods, key, mode, is_told):
    settings.PAYMENT_METHODS, settings.STRIPE_SECRET_KEY = methods, key
    SupplierAccountFactory(mode=mode)

    page = superuser().get("/admin/").content.decode()

    assert ("pay with test money" in page) is is_told


def test_the_kill_switch_and_the_dry_run_are_told_loudly(settings):
    settings.BUYING_ENABLED, settings.BUYING_DRY_RUN = False, True

    page = superuser().get("/admin/").content.decode()

    assert "Buying is switched off" in page
    assert "Dry run" in page


def test_a_visitor_who_is_not_signed_in_is_told_nothing(client):
    SupplierAccountFactory(label="Main", health="reconnect")

    page = client.get("/admin/", follow=True).content.decode()

    assert "refuses the token" not in page
    assert client.get("/admin/fulfillment/order/").status_code == 302


def test_customers_with_a_login_are_kept_out(client):
    user = User.objects.create_user("customer", password="not-a-secret")
    client.force_login(user)

    assert client.get("/admin/fulfillment/order/").status_code == 302


def test_staff_cannot_give_themselves_rights():
    client = signed_in("auth.view_user", "auth.change_user")
    me = User.objects.get()
    url = reverse("admin:auth_user_change", args=[me.pk])

    client.post(
        url, {"username": me.username, "is_superuser": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    )

    me.refresh_from_db()
    assert not me.is_superuser


def test_staff_cannot_change_a_superuser():
    superuser()
    root = User.objects.get()
    client = signed_in("auth.view_user", "auth.change_user", "auth.delete_user")

    assert client.post(reverse("admin:auth_user_change", args=[root.pk]), {"username": "mine"}).status_code == 403
    assert client.post(reverse("admin:auth_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403


def test_staff_who_may_only_view_are_offered_no_answer():
    part = SupplierOrderFactory(status="held", attention="price")

    page = signed_in(*VIEWS).get(reverse("admin:fulfillment_order_change", args=[part.order_id])).content.decode()

    assert "/answer/" not in page
    assert staff(username="unused").is_staff
