"""Devices and webhooks of accounts, as staff see and end them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop import devices, hooks
from shop.device_models import Device
from shop.devices import TokenProblem
from shop.hook_models import EventHook
from tests.customers import customer
from tests.factories import OrderFactory
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db

SECRET_URL = "https://push.example.com/hook/planted-key-1111"


def hook() -> tuple[EventHook, str]:
    return hooks.register(customer(), url=SECRET_URL, scope="own")


def test_staff_log_a_lost_device_out() -> None:
    pair = devices.open_device(customer(), name="Ada's phone")
    client = signed_in("shop.view_device", "shop.change_device")
    url = reverse("admin:shop_device_answer", args=[pair.device.pk, "end"])

    asked = client.get(url)
    before = Device.objects.get().revoked_at
    client.post(url)

    assert "logged out at once" in asked.content.decode()
    assert before is None
    with pytest.raises(TokenProblem):
        devices.authenticate(pair.access)
    assert "“Log out” does not fit" in client.post(url, follow=True).content.decode()


def test_staff_switch_a_webhook_off() -> None:
    made, _secret = hook()
    client = signed_in("shop.view_eventhook", "shop.change_eventhook")

    client.post(reverse("admin:shop_eventhook_answer", args=[made.pk, "switch-off"]))

    made.refresh_from_db()
    assert made.disabled_at is not None
    assert not hooks.send(made.pk)


@pytest.mark.parametrize("model", ["device", "eventhook"])
def test_looking_is_no_right_to_end(model: str) -> None:
    made, _secret = hook()
    row = made if model == "eventhook" else devices.open_device(made.user).device
    client = signed_in(f"shop.view_{model}")
    answer = "end" if model == "device" else "switch-off"

    page = client.get(reverse(f"admin:shop_{model}_change", args=[row.pk]))
    ended = client.post(reverse(f"admin:shop_{model}_answer", args=[row.pk, answer]))

    assert page.status_code == 200
    assert f"/answer/{answer}/" not in page.content.decode()
    assert ended.status_code == 403


def test_no_token_secret_or_whole_address_is_shown() -> None:
    made, secret = hook()
    pair = devices.open_device(made.user)
    stored = [*pair.device.tokens.values_list("token_hash", flat=True), made.secret_sealed, pair.device.auth_hash]
    client = superuser()

    for model, row in (("device", pair.device), ("eventhook", made)):
        for url in (reverse(f"admin:shop_{model}_changelist"), reverse(f"admin:shop_{model}_change", args=[row.pk])):
            page = client.get(url).content.decode()

            assert made.user.email in page
            assert not [text for text in (pair.access, pair.refresh, secret, "planted-key", *stored) if text in page]


@pytest.mark.parametrize("model", ["device", "eventhook"])
def test_lists_cost_the_same_for_any_number_of_rows(model: str) -> None:
    client = superuser()
    counts = []
    for names in ("a", "bcd"):
        for name in names:
            user = customer(f"{name}@example.com")
            devices.open_device(user)
            hooks.register(user, url=SECRET_URL, scope="own")
        client.get(reverse(f"admin:shop_{model}_changelist"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"admin:shop_{model}_changelist"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_order_page_leads_to_the_customer_s_account() -> None:
    mine, guests = OrderFactory(customer=customer()), OrderFactory()
    url = reverse("admin:auth_user_change", args=[mine.customer_id])
    pages = [reverse("admin:fulfillment_order_change", args=[order.pk]) for order in (mine, guests)]
    boss, clerk = superuser(), signed_in("fulfillment.view_order")

    assert [url in boss.get(page).content.decode() for page in pages] == [True, False]
    assert url not in clerk.get(pages[0]).content.decode()
