"""What every supplier's adapter promises, run against each of them: the two real ones on the emulator, and the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from integrations.address_needs import is_met
from integrations.base import SupplierAdapter
from integrations.errors import AccountUnusable, OutcomeUnknown, Rejected, SupplierError, Transient
from integrations.models import SupplierAccount
from integrations.registry import adapter_for, address_needs
from integrations.types import (
    Address,
    AddressNeed,
    FreightOption,
    Placed,
    Purchase,
    PurchaseItem,
    Refusal,
    SettleClass,
    SkuSnapshot,
    SupplierOrderState,
)
from tests.factories import SupplierAccountFactory
from tests.fake_supplier import FakeSupplier
from tests.faults.processes import Emulator, free_port
from tests.fulfillment.scenes import ADDRESS, PRODUCT_ID
from tests.running_emulator import aliexpress_account, aliseeks_account, running_emulator

pytestmark = pytest.mark.django_db

UNKNOWN_ORDER = "999999999999999"


@dataclass
class World:
    """A supplier that does what a test wants of it."""

    adapter: SupplierAdapter
    orders: Callable[[], int]
    lose_the_reply: Callable[[], Any]
    say_out_of_stock: Callable[[], Any]
    say_address_is_wrong: Callable[[], Any]
    ban: Callable[[], Any]
    without_access: Callable[[], SupplierAdapter]
    unreachable: Callable[[], SupplierAdapter]
    needs: Callable[[str], tuple[AddressNeed, ...]]


@pytest.fixture(params=["aliexpress", "aliseeks", "fake"])
def world(request, monkeypatch) -> Iterator[World]:
    monkeypatch.setattr("integrations.http.sleep", lambda _seconds: None)
    if request.param == "fake":
        yield fake_world(request.getfixturevalue("supplier"))
        return
    with running_emulator() as emulator:
        make = {"aliexpress": aliexpress_account, "aliseeks": aliseeks_account}[request.param]
        yield emulator_world(emulator, make(emulator))


def emulator_world(emulator: Emulator, account: SupplierAccount) -> World:
    method = {"aliexpress": "aliexpress.ds.order.create", "aliseeks": "aliseeks.orders.create"}[account.provider]

    def fault(kind: str, **details: Any) -> Callable[[], Any]:
        return lambda: emulator.call("POST", "/_control/faults", {"kind": kind, "method": method, **details})

    def with_(**changes: str) -> Callable[[], SupplierAdapter]:
        def other() -> SupplierAdapter:
            for name, value in changes.items():
                setattr(account, name, value)
            return adapter_for(account)

        return other

    return World(
        adapter=adapter_for(account),
        orders=lambda: len(emulator.orders()),
        lose_the_reply=fault("drop_after_commit"),
        say_out_of_stock=fault("out_of_stock"),
        say_address_is_wrong=fault("address_error"),
        ban=fault("call_limit", ban_s=5, **({"retry_after": True} if account.provider == "aliseeks" else {})),
        without_access=with_(app_secret="not-the-one"),
        unreachable=with_(endpoint=f"http://127.0.0.1:{free_port()}"),
        needs=partial(address_needs, account.provider),
    )


def fake_world(fake: FakeSupplier) -> World:
    account = SupplierAccountFactory(provider="fake")
    fake.snapshots[UNKNOWN_ORDER] = Rejected("no such order")

    def answers(*errors: Exception) -> Callable[[], Any]:
        return lambda: fake.answers.extend(errors)

    def that_refuses(error: Exception) -> Callable[[], SupplierAdapter]:
        def other() -> SupplierAdapter:
            return FakeSupplier(answers=[error], read_error=error)

        return other

    return World(
        adapter=adapter_for(account),
        orders=lambda: len(fake.orders),
        lose_the_reply=lambda: fake.lose_replies.append(OutcomeUnknown("no whole reply")),
        say_out_of_stock=answers(Rejected("none left", refusal=Refusal.STOCK)),
        say_address_is_wrong=answers(Rejected("no such city", refusal=Refusal.ADDRESS)),
        ban=answers(Transient("slow down", retry_after_s=5)),
        without_access=that_refuses(AccountUnusable("refused")),
        unreachable=that_refuses(Transient("not connected", code="not_connected")),
        needs=partial(address_needs, "fake"),
    )


def sku_and_freight(adapter: SupplierAdapter) -> tuple[SkuSnapshot, FreightOption]:
    product = adapter.fetch_product(PRODUCT_ID, country="US", currency="USD")
    sku = product.skus[0]
    options = adapter.fetch_freight(PRODUCT_ID, sku.sku_id, quantity=1, country="US", currency="USD")
    return sku, min(options, key=lambda option: option.fee.amount)


@pytest.fixture
def purchase(world: World) -> Purchase:
    """One piece, as the guards would have it bought."""
    sku, freight = sku_and_freight(world.adapter)
    return Purchase(
        reference="R-1000-1",
        address=ADDRESS,
        items=(PurchaseItem(PRODUCT_ID, sku.sku_id, 1, sku_attr=sku.sku_attr, shipping_service=freight.service),),
    )


# --- reading goods ---


def test_product_is_shown_with_skus_that_are_found_by_their_id(world):
    product = world.adapter.fetch_product(PRODUCT_ID, country="US", currency="USD")

    assert (product.product_id, product.orderable) == (PRODUCT_ID, True)
    assert product.title
    assert product.skus
    assert len({sku.sku_id for sku in product.skus}) == len(product.skus)
    for sku in product.skus:
        assert product.sku(sku.sku_id) == sku
        assert len(sku.sku_id) <= 64
        assert (sku.price.currency, sku.price.amount > 0) == ("USD", True)
        assert type(sku.price.amount) is Decimal


def test_freight_names_services_and_what_they_cost(world):
    sku, _ = sku_and_freight(world.adapter)

    options = world.adapter.fetch_freight(PRODUCT_ID, sku.sku_id, quantity=2, country="US", currency="USD")

    assert len({option.service for option in options}) == len(options) > 0
    assert all(option.fee.currency == "USD" and option.fee.amount >= 0 for option in options)


# --- placing ---


def test_placed_order_has_ids_under_which_it_is_shown(world, purchase):
    placed = world.adapter.place(purchase)

    assert len(placed.external_ids) == world.orders() == 1
    for external_id in placed.external_ids:
        assert isinstance(external_id, str)
        order = world.adapter.fetch_order(external_id)
        assert order.external_id == external_id
        assert isinstance(order.state, SupplierOrderState)
        assert order.state is not SupplierOrderState.CANCELED
        assert order.raw_status


def test_unpaid_order_of_a_supplier_that_never_pays_says_so(world, purchase):
    placed = world.adapter.place(purchase)

    assert isinstance(placed, Placed)
    if world.adapter.capabilities.settle_class is SettleClass.NOTHING:
        assert placed.payment_note


def test_lost_reply_leaves_the_outcome_unknown(world, purchase):
    world.lose_the_reply()

    with pytest.raises(OutcomeUnknown):
        world.adapter.place(purchase)

    assert world.orders() == 1


def test_same_reference_again_is_the_same_order_only_where_that_is_promised(world, purchase):
    capabilities = world.adapter.capabilities
    world.lose_the_reply()
    with pytest.raises(OutcomeUnknown):
        world.adapter.place(purchase)

    if capabilities.settle_class is SettleClass.KEY_FOR_A_TIME:
        world.adapter.place(purchase)

        assert world.orders() == 1
        assert capabilities.resend_window_s > 0
    else:
        assert capabilities.resend_window_s == 0


def test_refused_connection_surely_ordered_nothing(world, purchase):
    unreachable = world.unreachable()

    with pytest.raises(Transient) as caught:
        unreachable.place(purchase)

    assert not isinstance(caught.value, AccountUnusable)
    assert world.orders() == 0


def test_ban_surely_ordered_nothing_and_names_the_wait(world, purchase):
    world.ban()

    with pytest.raises(Transient) as caught:
        world.adapter.place(purchase)

    assert caught.value.retry_after_s
    assert world.orders() == 0


def test_refused_account_surely_ordered_nothing(world, purchase):
    without_access = world.without_access()

    with pytest.raises(AccountUnusable):
        without_access.place(purchase)

    assert world.orders() == 0


def test_sold_out_goods_are_refused_as_such(world, purchase):
    world.say_out_of_stock()

    with pytest.raises(Rejected) as caught:
        world.adapter.place(purchase)

    assert (caught.value.refusal, world.orders()) == (Refusal.STOCK, 0)


def test_wrong_address_is_refused_as_such_without_repeating_it(world, purchase):
    world.say_address_is_wrong()

    with pytest.raises(Rejected) as caught:
        world.adapter.place(purchase)

    assert (caught.value.refusal, world.orders()) == (Refusal.ADDRESS, 0)
    assert ADDRESS.line1 not in caught.value.message


#: Addresses as customers write them, with the numbers that their countries' parcels need.
ABROAD = {
    "BR": Address("Maria", "Conceição", "Rua das Flores 123", "São Paulo", "BR", province="São Paulo",
                  postcode="01310-100", phone="+5511987654321", tax_id="123.456.789-09"),
    "CL": Address("Ana", "Pérez", "Av. Providencia 1234", "Santiago", "CL", postcode="7500000", phone="+56987654321"),
    "KR": Address("민준", "김", "세종대로 110", "중구", "KR", province="서울특별시", postcode="04524",
                  phone="+821012345678", tax_id="P123456789012"),
    "SA": Address("محمد", "العتيبي", "شارع الملك فهد 12", "الرياض", "SA", postcode="12345", phone="+966512345678",
                  national_address="RRRD2929"),
    "AR": Address("Juan", "Núñez", "Av. Corrientes 1000", "Buenos Aires", "AR", province="Buenos Aires",
                  postcode="C1043AAZ", phone="+5491123456789", tax_id="20123456786"),
    "IL": Address("נועה", "לוי", "דיזנגוף 50", "תל אביב", "IL", postcode="6433222", phone="+972501234567",
                  tax_id="12345678-2"),
    "RU": Address("Иван", "Петров", "ул. Ленина 5", "Москва", "RU", province="Москва", postcode="101000",
                  phone="+79161234567"),
    "GR": Address("Ελένη", "Παππά", "Ερμού 3", "Αθήνα", "GR", postcode="105 63", phone="+302101234567"),
    "CN": Address("伟", "王", "北京路 8", "北京", "CN", province="北京市", postcode="100000", phone="+8613912345678"),
    "DE": Address("Jörg", "Müßig", "Straße des 17. Juni 1", "Köln", "DE", postcode="50667", phone="+4915112345678"),
}  # fmt: skip


@pytest.mark.parametrize("country", ABROAD)
def test_address_with_what_the_country_needs_is_accepted(world, purchase, country):
    address = ABROAD[country]

    needs = world.needs(country)

    assert [need.field for need in needs if not is_met(need, getattr(address, need.field))] == []
    assert world.adapter.place(replace(purchase, address=address)).external_ids


@pytest.mark.parametrize("country", ["BR", "KR", "SA", "AR", "IL"])
def test_address_without_a_required_number_is_refused_at_its_field(world, purchase, country):
    (need,) = [need for need in world.needs(country) if need.is_required and need.number] or [None]
    if need is None:
        pytest.skip("the supplier in memory asks for nothing")
    address = replace(ABROAD[country], **{need.field: ""})

    with pytest.raises(Rejected) as caught:
        world.adapter.place(replace(purchase, address=address))

    assert not is_met(need, "")
    assert (caught.value.refusal, world.orders()) == (Refusal.ADDRESS, 0)
    assert caught.value.field == need.field


def test_product_number_that_is_none_is_not_bought(world, purchase):
    if isinstance(world.adapter, FakeSupplier):
        world.adapter.answers.append(Rejected("not a number"))
    item = replace(purchase.items[0], product_id="not-a-number")

    with pytest.raises(Rejected):
        world.adapter.place(replace(purchase, items=(item,)))

    assert world.orders() == 0


# --- looking up ---


def test_unknown_order_is_an_error_and_no_state(world):
    with pytest.raises(SupplierError) as caught:
        world.adapter.fetch_order(UNKNOWN_ORDER)

    assert not isinstance(caught.value, OutcomeUnknown)


def test_reading_without_connection_is_transient(world):
    with pytest.raises(Transient):
        world.unreachable().fetch_product(PRODUCT_ID, country="US", currency="USD")


def test_host_answers_a_ping_and_its_absence_is_told(world):
    world.adapter.ping()

    with pytest.raises(Transient):
        world.unreachable().ping()


def test_page_of_an_order_is_a_web_address_with_its_id(world):
    url = world.adapter.order_url("8198352049851315")

    assert url.startswith(("https://", "http://127.0.0.1:"))
    assert "8198352049851315" in url


def test_capabilities_agree_with_each_other(world):
    capabilities = world.adapter.capabilities

    assert (capabilities.settle_class is SettleClass.KEY_FOR_A_TIME) == (capabilities.resend_window_s > 0)
    # The supplier's own period is a day at most; the margin is for clocks and slow calls.
    assert capabilities.resend_window_s < 24 * 3600
