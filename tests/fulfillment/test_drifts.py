"""A supplier's SKU that means something else: buying stops, staff decide, what waited goes on."""

from __future__ import annotations

import pytest

from catalog.availability import in_stock
from catalog.drift import check, fingerprint_of
from catalog.drifts import AlreadyDecided, close_remapped, note
from catalog.mapping import map_listing
from catalog.models import Listing, MappingDrift, ShelfEntry, Variant
from fulfillment import dispatch, drifted_orders
from fulfillment.models import SupplierOrder
from integrations.types import ProductSnapshot
from tests.fake_supplier import FakeSupplier, sku, usd
from tests.fulfillment.scenes import PRODUCT_ID, SKU_ID, goods, order_of, paid, part_of
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

BEAR = sku(image_url="https://pictures.example/kf/S1.jpg")
ROSE = sku(options=(("Color", "Rose"),), image_url="https://pictures.example/kf/S1.jpg")
DECIDE = ("catalog.view_mappingdrift", "catalog.decide_mapping_drift")


def product(*skus) -> ProductSnapshot:
    return ProductSnapshot(PRODUCT_ID, "Absorbent bath mat", True, skus or (BEAR,))


def mapped(**changes) -> Listing:
    return goods(fingerprint=fingerprint_of(product(), BEAR), **changes)


def drifted(supplier: FakeSupplier) -> tuple[MappingDrift, SupplierOrder]:
    """A listing that means a rose mat now, found by the purchase that waits for it."""
    part = part_of(paid(mapped(cost="8.01").variant))
    supplier.skus = [ROSE]
    dispatch.place(part.pk)
    part.refresh_from_db()
    return MappingDrift.objects.get(), part


def test_a_purchase_that_finds_it_is_held_and_nothing_more_is_sold(supplier):
    drift, part = drifted(supplier)

    assert (part.status, part.attention) == ("held", "sku_changed")
    assert "Color: Bear" in part.attention_note
    assert (drift.status, [change["what"] for change in drift.changes]) == ("open", ["options"])
    assert drift.now["options"] == [["Color", "Rose"]]
    variant = Variant.objects.get()
    assert not in_stock(variant)
    assert not ShelfEntry.objects.get(product=variant.product_id).in_stock
    assert supplier.purchases == []


def test_found_again_it_is_one_drift(supplier):
    drift, part = drifted(supplier)
    listing = drift.listing

    found = check(listing, product(sku(options=(("Color", "Green"),), image_url=BEAR.image_url)))
    assert found is not None
    again = note(listing, found)

    assert (again.pk, again.now["options"]) == (drift.pk, [["Color", "Green"]])


def test_another_listing_serves_meanwhile(supplier):
    drift, _part = drifted(supplier)
    other = goods(variant=drift.listing.variant, external_sku_id="2", priority=9)

    assert order_of(drift.listing.variant, key="next").lines.get().listing == other


def test_what_was_decided_elsewhere_stops_a_purchase_even_if_the_sku_is_as_before(supplier):
    drift, part = drifted(supplier)
    supplier.skus = [BEAR]
    SupplierOrder.objects.filter(pk=part.pk).update(status="due", attention="", next_attempt_at=part.created_at)

    dispatch.place(part.pk)

    part.refresh_from_db()
    assert (part.status, part.attention) == ("held", "sku_changed")


def test_accepting_lets_the_waiting_purchase_go_on(supplier):
    drift, part = drifted(supplier)

    assert drifted_orders.accept(drift, actor="staff:1") == 1

    dispatch.place(part.pk)
    part.refresh_from_db()
    assert part.status == "placed"
    drift.refresh_from_db()
    assert (drift.status, drift.decided_by) == ("accepted", "staff:1")
    assert in_stock(Variant.objects.get())


def test_retiring_sends_the_waiting_purchase_elsewhere(supplier):
    drift, part = drifted(supplier)
    other = goods(variant=drift.listing.variant, external_product_id="1005006000000999", priority=9)
    supplier.products["1005006000000999"] = product(sku(SKU_ID))

    assert drifted_orders.retire(drift, actor="staff:1") == 1

    part.refresh_from_db()
    assert (part.status, part.account, part.lines.get().listing) == ("due", other.account, other)
    assert not Listing.objects.get(pk=drift.listing_id).is_active


def test_retiring_without_another_listing_leaves_it_to_a_person(supplier):
    drift, part = drifted(supplier)

    assert drifted_orders.retire(drift, actor="staff:1") == 0

    part.refresh_from_db()
    assert (part.status, part.lines.count()) == ("held", 1)


def test_decided_twice_is_refused(supplier):
    drift, _part = drifted(supplier)
    drifted_orders.accept(drift, actor="staff:1")

    with pytest.raises(AlreadyDecided):
        drifted_orders.retire(drift, actor="staff:2")

    assert Listing.objects.get().is_active


def test_mapping_anew_closes_it(supplier):
    drift, _part = drifted(supplier)

    map_listing(drift.listing, product=product(ROSE, sku("77")), sku_id="77", actor="staff:4")

    drift.refresh_from_db()
    assert (drift.status, drift.decided_by) == ("remapped", "staff:4")
    assert Listing.objects.get().drifted_at is None


def test_what_was_mapped_anew_meanwhile_cannot_be_accepted(supplier):
    drift, _part = drifted(supplier)
    Listing.objects.update(external_sku_id="77")

    with pytest.raises(AlreadyDecided):
        drifted_orders.accept(drift, actor="staff:1")

    drift.refresh_from_db()
    assert drift.status == "open"


def test_a_price_far_off_stops_too(supplier):
    part = part_of(paid(mapped().variant))
    supplier.skus = [sku(price=usd("1.20"), image_url=BEAR.image_url)]

    dispatch.place(part.pk)

    part.refresh_from_db()
    assert part.attention == "sku_changed"


def test_an_accepted_price_is_the_new_measure(supplier):
    part = part_of(paid(mapped().variant))
    supplier.skus = [sku(price=usd("1.20"), image_url=BEAR.image_url)]
    dispatch.place(part.pk)

    drifted_orders.accept(MappingDrift.objects.get(), actor="staff:1")
    dispatch.place(part.pk)

    part.refresh_from_db()
    assert part.status == "placed"


def test_closing_leaves_what_was_decided(supplier):
    drift, _part = drifted(supplier)
    drifted_orders.accept(drift, actor="staff:1")

    close_remapped(drift.listing)

    drift.refresh_from_db()
    assert drift.status == "accepted"


class TestPage:
    def page(self, drift: MappingDrift) -> str:
        return f"/admin/catalog/mappingdrift/{drift.pk}/change/"

    def test_both_meanings_stand_side_by_side(self, supplier):
        drift, part = drifted(supplier)

        response = signed_in(*DECIDE).get(self.page(drift))

        content = response.content.decode()
        assert "Color: Bear" in content
        assert "Color: Rose" in content
        assert part.reference in content

    def test_only_the_pictures_origin_is_opened(self, supplier):
        drift, _part = drifted(supplier)

        policy = signed_in(*DECIDE).get(self.page(drift))["Content-Security-Policy"]

        images = next(part for part in policy.split(";") if part.strip().startswith("img-src"))
        assert images.split()[1:] == ["'self'", "data:", "https://pictures.example"]

    @pytest.mark.parametrize(("answer", "status"), [("accept", "accepted"), ("retire", "retired"), ("x", "open")])
    def test_the_answer_is_taken(self, supplier, answer, status):
        drift, _part = drifted(supplier)
        client = signed_in(*DECIDE)

        client.post(f"/admin/catalog/mappingdrift/{drift.pk}/decide/", {"answer": answer})

        drift.refresh_from_db()
        assert drift.status == status

    def test_without_the_permission_nothing_is_decided(self, supplier):
        drift, _part = drifted(supplier)
        client = signed_in("catalog.view_mappingdrift")

        assert client.get(self.page(drift)).status_code == 200
        assert client.post(f"/admin/catalog/mappingdrift/{drift.pk}/decide/", {"answer": "accept"}).status_code == 403

    def test_the_list_shows_what_changed(self, supplier):
        drifted(supplier)

        response = signed_in(*DECIDE).get("/admin/catalog/mappingdrift/")

        assert "Options" in response.content.decode()
