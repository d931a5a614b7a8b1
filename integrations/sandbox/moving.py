"""Goods that move: prices, stock and SKUs change step by step, by a seed, so that the same course can be run again.

Each product has a pace of its own: most hardly move, a few do at nearly every step.
"""

import json
import random
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.sandbox.catalogue import Catalogue, FreightOption, Product, Sku
from integrations.sandbox.store import Store

_META = "moves"
_FIRST_PRODUCT_ID = 1005990000000000
_FIRST_SKU_ID = 12000990000000000
_COLORS = ("Sage", "Oat", "Sand", "Ink", "Clay", "Chalk", "Navy", "Olive")
_CENT = Decimal("0.01")
#: How likely the calmest and the liveliest product are to move in one step.
_SLOWEST, _FASTEST = 0.01, 0.9
MOST_PRODUCTS, MOST_STEPS = 100_000, 10_000


class MoveRefused(Exception):
    """A request to move the goods cannot be carried out; the text says why."""


@dataclass(frozen=True)
class Course:
    """Which course the goods are on, and how far: `products` made-up ones were added before the first step."""

    seed: int = 0
    steps: int = 0
    products: int = 0


class Moving:
    """The catalogue as it is after the steps taken so far; they are remembered and taken again after a restart."""

    def __init__(self, store: Store, original: Catalogue) -> None:
        self._store = store
        self._original = original
        self.course = Course(**json.loads(store.meta(_META) or "{}"))
        self._begin()
        for step in range(1, self.course.steps + 1):
            self._step(step)

    def move(self, wanted: dict[str, Any]) -> None:
        """Take `steps` more steps (default 1). A `seed` or number of made-up `products` other than before begins anew.

        Raises MoveRefused.
        """
        if unknown := set(wanted) - {"seed", "steps", "products"}:
            raise MoveRefused(f"unknown: {', '.join(sorted(unknown))}")
        seed, products = wanted.get("seed", self.course.seed), wanted.get("products", self.course.products)
        steps = wanted.get("steps", 1)
        for name, value, most in (
            ("seed", seed, 2**31), ("products", products, MOST_PRODUCTS), ("steps", steps, MOST_STEPS)
        ):  # fmt: skip
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
                raise MoveRefused(f"{name} must be a whole number from 0 to {most}")
        if (seed, products) != (self.course.seed, self.course.products):
            self.course = Course(seed, 0, products)
            self._begin()
        for step in range(self.course.steps + 1, self.course.steps + steps + 1):
            self._step(step)
        self.course = replace(self.course, steps=self.course.steps + steps)
        self._remember()

    def stop(self) -> None:
        """Back to the goods of the catalogue file."""
        self.course = Course()
        self._begin()
        self._remember()

    def _begin(self) -> None:
        made_up = {product.product_id: product for product in made_up_products(self.course.products, self.course.seed)}
        self.catalogue = replace(self._original, products=self._original.products | made_up)
        self._gone: dict[str, Product] = {}

    def _remember(self) -> None:
        course = {"seed": self.course.seed, "steps": self.course.steps, "products": self.course.products}
        self._store.set_meta(_META, json.dumps(course))

    def _step(self, step: int) -> None:
        products: dict[str, Product] = {}
        gone: dict[str, Product] = {}
        for product in [*self.catalogue.products.values(), *self._gone.values()]:
            is_gone = product.product_id in self._gone
            moved = _moved(product, is_gone=is_gone, seed=self.course.seed, step=step)
            if moved is None:
                gone[product.product_id] = product
            else:
                products[product.product_id] = moved
        self._gone = gone
        # A new object each time: who is just answering a call goes on with the one it has.
        self.catalogue = replace(self.catalogue, products=products)


def pace(product_id: str, seed: int) -> float:
    """How likely the product is to move in one step."""
    return min(_FASTEST, _SLOWEST * random.Random(f"{seed}:{product_id}").paretovariate(0.8))  # noqa: S311 - no secret


def made_up_products(number: int, seed: int) -> list[Product]:
    """So many simple products of one to three SKUs."""
    return [_made_up(index, random.Random(f"{seed}:made up:{index}")) for index in range(number)]  # noqa: S311


def _made_up(index: int, dice: random.Random) -> Product:
    price = Decimal(dice.randrange(100, 5000)) / 100
    return Product(
        product_id=str(_FIRST_PRODUCT_ID + index),
        category_id=200000345,
        subject=f"Made-up article {index}",
        store_id=1102600001,
        store_name="Made-up Store",
        detail_html="",
        images=(),
        properties=(),
        package={"gross_weight": "0.2", "length": 10, "width": 10, "height": 10},
        rating="4.5",
        reviews=10,
        sold=dice.randrange(0, 2000),
        ships_from="CN",
        ships_to=frozenset({"*"}),
        freight=(FreightOption("CAINIAO_STANDARD", "AliExpress Standard Shipping", Decimal(0), True, 8, 14, True),),
        skus=tuple(
            _new_sku(index, number, color, price, dice)
            for number, color in enumerate(dice.sample(_COLORS, dice.randint(1, 3)))
        ),
    )


def _new_sku(index: int, number: int, color: str, price: Decimal, dice: random.Random) -> Sku:
    value_id = 1000 + _COLORS.index(color)
    properties = {"property_id": 14, "name": "Color", "value_id": value_id, "value": color, "definition": color}
    return Sku(
        sku_id=str(_FIRST_SKU_ID + index * 1000 + number),
        sku_attr=f"14:{value_id}#{color}",
        properties=(properties,),
        price_usd=price * 2,
        sale_price_usd=price,
        stock=dice.choice((0, 3, 20, 400)),
    )


def _moved(product: Product, *, is_gone: bool, seed: int, step: int) -> Product | None:
    """The product after one step; None if it is not sold then."""
    dice = random.Random(f"{seed}:{step}:{product.product_id}")  # noqa: S311 - the same course again, no secret
    if dice.random() >= pace(product.product_id, seed):
        return None if is_gone else product
    if is_gone:
        return product  # Back, as it was.
    throw = dice.randrange(100)
    sku = dice.choice(product.skus)
    if throw < 45:
        factor = Decimal(dice.randrange(80, 126)) / 100
        price = max(_CENT, (sku.sale_price_usd * factor).quantize(_CENT, ROUND_HALF_UP))
        return _with(product, replace(sku, sale_price_usd=price, price_usd=max(price, sku.price_usd)))
    if throw < 80:
        return _with(product, replace(sku, stock=dice.choice((0, 0, 2, 15, 80, 500))))
    if throw < 87 and len(product.skus) > 1:
        return replace(product, skus=tuple(one for one in product.skus if one is not sku))
    if throw < 94:
        return _with_new_sku(product, dice)
    return None


def _with(product: Product, changed: Sku) -> Product:
    return replace(product, skus=tuple(changed if one.sku_id == changed.sku_id else one for one in product.skus))


def _with_new_sku(product: Product, dice: random.Random) -> Product:
    taken = {sku.sku_attr for sku in product.skus}
    free = [color for color in _COLORS if f"14:{1000 + _COLORS.index(color)}#{color}" not in taken]
    if not free or any(len(sku.properties) != 1 for sku in product.skus):
        return product
    color = dice.choice(free)
    # Its id is the product's with the color's place: the same SKU is the same one when it comes back.
    index = int(product.product_id) % 10**9
    return replace(
        product,
        skus=(*product.skus, _new_sku(index, 100 + _COLORS.index(color), color, product.skus[0].sale_price_usd, dice)),
    )
