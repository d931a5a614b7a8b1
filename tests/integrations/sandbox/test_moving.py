"""Goods that move by a seed."""

import pytest

from integrations.sandbox.catalogue import Catalogue
from integrations.sandbox.moving import MoveRefused, Moving
from integrations.sandbox.store import Store

NOTHING = Catalogue({}, ())


def course(steps: int, *, seed: int = 7, products: int = 60) -> Moving:
    moving = Moving(Store(":memory:"), NOTHING)
    moving.move({"seed": seed, "steps": steps, "products": products})
    return moving


def test_same_seed_is_the_same_course():
    assert course(10).catalogue.products == course(10).catalogue.products


def test_another_seed_is_another_course():
    assert course(10).catalogue.products != course(10, seed=8).catalogue.products


def test_steps_can_be_taken_one_by_one():
    moving = course(4)
    moving.move({})
    moving.move({"steps": 5})

    assert moving.catalogue.products == course(10).catalogue.products


def test_restart_goes_on_where_it_was(tmp_path):
    path = str(tmp_path / "emulator.sqlite3")
    first = Moving(Store(path), NOTHING)
    first.move({"seed": 7, "steps": 6, "products": 60})

    again = Moving(Store(path), NOTHING)

    assert again.catalogue.products == first.catalogue.products
    assert again.course == first.course


def test_prices_stock_skus_and_products_change_and_some_come_back():
    before, after = course(0).catalogue.products, course(40).catalogue.products
    shared = [(before[pk], after[pk]) for pk in before if pk in after]
    skus = [({sku.sku_id: sku for sku in old.skus}, {sku.sku_id: sku for sku in new.skus}) for old, new in shared]

    assert any(old[pk].sale_price_usd != new[pk].sale_price_usd for old, new in skus for pk in old if pk in new)
    assert any(old[pk].stock != new[pk].stock for old, new in skus for pk in old if pk in new)
    assert any(new.keys() - old.keys() for old, new in skus)
    assert any(old.keys() - new.keys() for old, new in skus)
    gone = [set(course(steps).catalogue.products) for steps in range(0, 40, 4)]
    assert any(earlier - later for earlier, later in zip(gone, gone[1:], strict=False))
    assert any(later - earlier for earlier, later in zip(gone, gone[1:], strict=False))


def test_stopping_goes_back_to_the_file():
    moving = course(10)

    moving.stop()

    assert moving.catalogue == NOTHING


@pytest.mark.parametrize("wanted", [{"seed": "x"}, {"steps": -1}, {"products": 10**7}, {"steps": True}, {"pace": 1}])
def test_nonsense_is_refused_and_changes_nothing(wanted):
    moving = course(2)

    with pytest.raises(MoveRefused):
        moving.move(wanted)

    assert moving.course.steps == 2
