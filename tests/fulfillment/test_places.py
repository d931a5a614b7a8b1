"""Where a parcel goes, in the supplier's own names: sent on every send, doubted in front of staff, never guessed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fulfillment import desk, dispatch, settling
from fulfillment.admin.forms import AddressForm
from fulfillment.models import OrderEvent, SupplierOrder
from integrations.errors import OutcomeUnknown, Rejected, Transient
from integrations.types import PlaceNode, Refusal
from tests import fake_supplier
from tests.fulfillment.scenes import contact, goods, paid, part_of
from tests.sourcing_supplier import SearchableSupplier
from tests.staff import VIEWS, signed_in

pytestmark = pytest.mark.django_db

ENGLAND = {"country": "GB", "city": "London", "province": "England", "postcode": "SW1A 1AA", "phone": "+447700900123"}
TREE = PlaceNode("GB", "country", (PlaceNode("ENGLAND", "province", (PlaceNode("Greater London", "city"),)),))


class Listed(SearchableSupplier):
    """A supplier with a list of British places."""

    def fetch_address_tree(self, country: str) -> PlaceNode:
        super().fetch_address_tree(country)
        return TREE


@pytest.fixture
def listed(supplier) -> Listed:
    listed = Listed()
    fake_supplier.install(listed)
    return listed


def part(**address: str) -> SupplierOrder:
    return part_of(paid(goods().variant, contact=contact(**{**ENGLAND, **address})))


def bought(**address: str) -> SupplierOrder:
    row = part(**address)
    dispatch.place(row.pk)
    row.refresh_from_db()
    return row


def refused(listed: Listed, *, field: str = "province", **address: str) -> SupplierOrder:
    listed.answers.append(Rejected("Please select a province", refusal=Refusal.ADDRESS, field=field))
    return bought(**address)


def test_place_is_sent_by_the_suppliers_name_and_kept_in_the_customers(listed):
    row = bought(province="england", city="Greater  London")

    (purchase,) = listed.purchases
    assert (purchase.province, purchase.city) == ("ENGLAND", "Greater London")
    assert (purchase.address.province, row.order.province) == ("england", "england")
    assert row.status == "placed"


def test_list_is_asked_for_once(listed):
    variant = goods().variant
    for key in ("checkout-1", "checkout-2"):
        dispatch.place(part_of(paid(variant, key=key, contact=contact(**ENGLAND))).pk)

    assert listed.asked == [{"what": "GB"}]
    assert [purchase.province for purchase in listed.purchases] == ["ENGLAND", "ENGLAND"]


def test_list_is_not_asked_for_where_the_province_is_a_common_one(listed):
    dispatch.place(part_of(paid(goods().variant)).pk)

    assert listed.asked == []
    assert len(listed.purchases) == 1


def test_every_send_names_the_same_place(listed, settings):
    listed.lose_replies.append(OutcomeUnknown("no reply"))
    row = bought()
    SupplierOrder.objects.update(settle_at=row.first_sent_at)

    settling.settle(row.pk)

    first, second = listed.purchases
    assert first == second
    assert first.province == "ENGLAND"


def test_unknown_name_is_sent_as_the_customer_wrote_it(listed):
    row = bought(province="Englnd")

    assert (listed.purchases[0].province, row.status) == ("", "placed")


def test_purchase_goes_on_when_the_list_cannot_be_had(listed):
    listed.fetch_address_tree = lambda country: (_ for _ in ()).throw(Transient("busy"))

    assert bought().status == "placed"


def test_refusal_is_kept_with_its_field_and_the_nearest_name(listed):
    row = refused(listed, province="Englnd")

    assert (row.status, row.attention, row.attention_field) == ("rejected", "address", "province")
    assert row.attention_note == "Please select a province (It is about the state or province.)"
    assert row.place_doubts == {"province": "ENGLAND"}
    assert "Englnd" not in str(list(OrderEvent.objects.values_list("note", "data")))


def test_staff_see_the_doubt_and_take_the_name_with_one_click(listed):
    row = refused(listed, province="Englnd")
    client = signed_in(*VIEWS, "fulfillment.settle_supplier_order")
    page = reverse("admin:fulfillment_order_change", args=[row.order_id])
    question = reverse("admin:fulfillment_supplierorder_answer", args=[row.pk, "take-place"])

    shown = client.get(page).content.decode()
    client.post(question)
    dispatch.place(row.pk)

    row.refresh_from_db()
    assert "Province “Englnd” is not in the supplier&#x27;s list of places. Nearest: “ENGLAND”." in shown
    assert question in shown
    assert row.status == "placed"
    assert listed.purchases[-1].province == "ENGLAND"
    assert listed.purchases[-1].reference != listed.purchases[0].reference
    assert row.order.province == "Englnd"


def test_name_is_not_offered_for_a_refusal_of_another_field(listed):
    row = refused(listed, field="phone", province="Englnd")
    client = signed_in(*VIEWS, "fulfillment.settle_supplier_order")

    page = client.get(reverse("admin:fulfillment_order_change", args=[row.order_id])).content.decode()

    assert "/answer/retry/" in page
    assert "take-place" not in page


def test_name_taken_twice_is_tried_again_once(listed):
    row = refused(listed, province="Englnd")
    stale = SupplierOrder.objects.get(pk=row.pk)
    desk.take_proposed_place(row, actor="staff:1")

    with pytest.raises(desk.NotNow):
        desk.take_proposed_place(stale, actor="staff:2")

    row.refresh_from_db()
    assert (row.status, row.purchase) == ("due", 2)


def test_corrected_address_forgets_the_names_of_the_old_one(listed):
    row = refused(listed, province="Englnd")
    desk.correct_address(row.order, address=contact(**{**ENGLAND, "province": "Wales"}).address, actor="staff:1")

    row.refresh_from_db()
    assert (row.ship_province, row.ship_city, row.place_doubts) == ("", "", {})


def test_refused_field_is_marked_in_the_address_form(listed):
    row = refused(listed, field="phone")

    form = AddressForm(row.order)

    assert form.fields["phone"].help_text.startswith("Please select a province")
    assert "staff-refused" in form.fields["phone"].widget.attrs["class"]
    assert "staff-refused" not in form.fields["city"].widget.attrs.get("class", "")


def test_unknown_place_is_held_only_where_the_shop_wants_that(listed, settings):
    settings.HOLD_UNKNOWN_PLACES = True
    row = bought(province="Englnd")

    assert (row.status, row.attention, row.attention_field) == ("held", "address", "province")
    assert row.place_doubts == {"province": "ENGLAND"}
    assert listed.purchases == []


def test_held_place_is_sent_as_it_is_when_staff_say_so(listed, settings):
    settings.HOLD_UNKNOWN_PLACES = True
    row = bought(province="Atlantis")
    desk.retry(row, actor="staff:1", waive=True)

    dispatch.place(row.pk)

    row.refresh_from_db()
    assert (row.status, listed.purchases[0].address.province) == ("placed", "Atlantis")


def test_refused_address_cannot_be_tried_anyway(listed):
    row = refused(listed, province="Englnd")
    client = signed_in(*VIEWS, "fulfillment.settle_supplier_order")

    page = client.get(reverse("admin:fulfillment_order_change", args=[row.order_id])).content.decode()

    assert "/answer/retry/" in page
    assert "retry-anyway" not in page


def test_national_address_reaches_the_supplier(listed):
    bought(national_address="RRRD2929")

    assert listed.purchases[0].address.national_address == "RRRD2929"
