"""Staff's pages about coupons, tax rates and shipping prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from fulfillment.coupons import find, redeem
from fulfillment.models import Coupon, ShippingRate, TaxRate
from shop.money import Money
from tests.factories import CouponFactory, OrderFactory
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db

COUPONS, TAXES, SHIPPING = (f"/admin/fulfillment/{name}/" for name in ("coupon", "taxrate", "shippingrate"))
PERCENT = {"code": "SPRING", "kind": "percent", "percent": "15", "is_active": "on"}
REDEMPTIONS = {f"redemptions-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}


def save(client, address: str, **data: Any):
    return client.post(address, {**REDEMPTIONS, **data})


def errors(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_coupon_is_made_with_the_code_as_it_is_compared():
    save(superuser(), f"{COUPONS}add/", **{**PERCENT, "code": " spring "})

    made = Coupon.objects.get()
    assert (made.code, made.percent, made.used_count) == ("SPRING", Decimal(15), 0)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"code": "two words"}, "code"),
        ({"percent": ""}, "percent"),
        ({"percent": "100.01"}, "percent"),
        ({"percent": "0"}, "percent"),
        ({"kind": "fixed", "currency": "USD"}, "amount"),
        ({"kind": "fixed", "amount": "5"}, "currency"),
        ({"minimum": "5"}, "currency"),
        ({"minimum": "-5", "currency": "USD"}, "minimum"),
        ({"currency": "dollar"}, "currency"),
        ({"usage_limit": "0"}, "usage_limit"),
        (
            {"starts_at_0": "2026-02-01", "starts_at_1": "00:00", "ends_at_0": "2026-01-01", "ends_at_1": "00:00"},
            "ends_at",
        ),
    ],
)
def test_coupon_that_makes_no_sense_is_explained(data, field):
    response = save(superuser(), f"{COUPONS}add/", **{**PERCENT, **data})

    assert field in errors(response)
    assert not Coupon.objects.exists()


def test_same_code_in_other_letters_is_the_same_code():
    CouponFactory(code="SPRING")

    assert "code" in errors(save(superuser(), f"{COUPONS}add/", **{**PERCENT, "code": "Spring"}))


def test_what_the_kind_does_not_use_is_emptied():
    save(superuser(), f"{COUPONS}add/", **{**PERCENT, "kind": "free_shipping"})

    assert Coupon.objects.get().percent is None


def test_saving_a_coupon_keeps_what_was_counted_meanwhile(monkeypatch):
    coupon = CouponFactory()
    client = superuser()

    save_now = Coupon.save

    def save_after_a_use(self, *args: Any, **kwargs: Any) -> None:
        Coupon.objects.filter(pk=self.pk).update(used_count=F("used_count") + 1)
        save_now(self, *args, **kwargs)

    monkeypatch.setattr(Coupon, "save", save_after_a_use)
    save(client, f"{COUPONS}{coupon.pk}/change/", **{**PERCENT, "note": "spring"})

    coupon.refresh_from_db()
    assert (coupon.used_count, coupon.note, coupon.code) == (1, "spring", "SPRING")


def test_page_of_a_coupon_shows_who_used_it():
    coupon = CouponFactory(usage_limit=5)
    order = OrderFactory()
    redeem(order, find(coupon.code, items=Money(Decimal(20), "USD")), email=order.email)

    page = superuser().get(f"{COUPONS}{coupon.pk}/change/").content.decode()

    assert order.number in page
    assert "1 / 5" in page


def test_list_of_coupons_takes_the_same_queries_however_many(django_assert_max_num_queries):
    client = superuser()
    for number in range(12):
        CouponFactory(code=f"CODE{number}")

    with django_assert_max_num_queries(10):
        page = client.get(COUPONS)

    assert page.content.decode().count("CODE") >= 12


@pytest.mark.parametrize("address", [COUPONS, TAXES, SHIPPING])
def test_prices_are_for_staff_who_may(address):
    assert signed_in("fulfillment.view_order").get(address).status_code == 403
    assert superuser().get(address).status_code == 200


def test_staff_who_may_only_look_change_nothing():
    coupon = CouponFactory()
    client = signed_in("fulfillment.view_coupon")

    assert client.get(f"{COUPONS}{coupon.pk}/change/").status_code == 200
    assert save(client, f"{COUPONS}{coupon.pk}/change/", **PERCENT).status_code == 403
    assert client.get(f"{COUPONS}add/").status_code == 403


def test_tax_rate_is_made_for_a_country_by_name():
    client = superuser()
    page = client.get(f"{TAXES}add/").content.decode()
    data = {"country": "DE", "name": "VAT", "percent": "19", "is_included": "on", "is_active": "on"}
    response = client.post(f"{TAXES}add/", data)

    assert "Germany (DE)" in page
    assert response.status_code == 302
    assert str(TaxRate.objects.get()) == "DE"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"country": ""}, "country"),
        ({"country": "EU"}, "country"),
        ({"percent": "-1"}, "percent"),
        ({"name": ""}, "name"),
    ],
)
def test_tax_rate_that_makes_no_sense_is_explained(data, field):
    response = superuser().post(f"{TAXES}add/", {"country": "DE", "name": "VAT", "percent": "19", **data})

    assert field in errors(response)


def test_second_rate_for_the_same_place_is_refused():
    TaxRate.objects.create(country="DE", name="VAT", percent=Decimal(19))

    response = superuser().post(f"{TAXES}add/", {"country": "DE", "name": "VAT", "percent": "7"})

    assert errors(response)
    assert TaxRate.objects.count() == 1


def test_shipping_price_for_everywhere_else_has_no_country():
    data = {"country": "", "kind": "flat", "amount": "4.90", "currency": "usd", "free_from": "", "is_active": "on"}

    superuser().post(f"{SHIPPING}add/", data)

    made = ShippingRate.objects.get()
    assert (made.country, made.amount, made.currency, made.free_from) == ("", Decimal("4.90"), "USD", None)


def test_flat_price_of_nothing_is_explained():
    response = superuser().post(f"{SHIPPING}add/", {"country": "", "kind": "flat", "amount": "0", "currency": "USD"})

    assert "amount" in errors(response)
