"""The supplier's goods, read from a JSON file (schema version 1, described in docs/emulator.md)."""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

DEFAULT_PATH = Path(__file__).with_name("catalogue.json")

# The example of the buyer's guide. It has one SKU, so that orders with and without a SKU both work.
_GUIDE_PRODUCT: dict[str, Any] = {
    "product_id": "1234567890",
    "category_id": 200000345,
    "subject": "Canvas Tote Bag with Inner Pocket",
    "store": {"store_id": 1102600000, "store_name": "Guide Example Store"},
    "detail_html": "<p>A plain canvas bag, the product of the guide's example order.</p>",
    "images": ["canvas-tote-natural.webp"],
    "properties": [["Brand Name", "NONE"], ["Material", "Canvas"]],
    "package": {"gross_weight": "0.180", "length": 30, "width": 25, "height": 3},
    "rating": "4.7",
    "reviews": 212,
    "sold": 900,
    "ships_from": "CN",
    "ships_to": ["*"],
    "freight": [
        {
            "code": "CAINIAO_STANDARD",
            "company": "AliExpress Standard Shipping",
            "fee": "0.00",
            "free": True,
            "min_days": 8,
            "max_days": 14,
            "tracking": True,
        }
    ],
    "skus": [
        {
            "sku_id": "9876543210",
            "sku_attr": "14:771#Natural",
            "properties": [
                {
                    "property_id": 14,
                    "name": "Color",
                    "value_id": 771,
                    "value": "Beige",
                    "definition": "Natural",
                }
            ],
            "price": "12.50",
            "sale_price": "6.20",
            "stock": 100_000,
        }
    ],
}


class BadCatalogue(Exception):
    """The catalogue file cannot be used; the text says where it is wrong."""


@dataclass(frozen=True)
class FreightOption:
    """A way of shipping. `fee_usd` is per order line."""

    code: str
    company: str
    fee_usd: Decimal
    is_free: bool
    min_days: int
    max_days: int
    is_tracked: bool


@dataclass(frozen=True)
class Sku:
    """A sellable kind of a product. Prices in USD per piece; `sale_price_usd` is the one to pay."""

    sku_id: str
    sku_attr: str
    properties: tuple[dict[str, Any], ...]
    price_usd: Decimal
    sale_price_usd: Decimal
    stock: int

    @property
    def properties_text(self) -> tuple[str, ...]:
        """`sku_attr` in its parts, e.g. `14:29#White` and `5:361385`; empty for a product of one kind."""
        return tuple(part for part in self.sku_attr.split(";") if part)

    @property
    def description(self) -> str:
        """`Color:White;Size:XL`."""
        return ";".join(f"{p['name']}:{p.get('definition') or p['value']}" for p in self.properties)


@dataclass(frozen=True)
class Product:
    """A product of one store, on sale."""

    product_id: str
    category_id: int
    subject: str
    store_id: int
    store_name: str
    detail_html: str
    images: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]
    package: dict[str, Any]
    rating: str
    reviews: int
    sold: int
    ships_from: str
    ships_to: frozenset[str]
    freight: tuple[FreightOption, ...]
    skus: tuple[Sku, ...]
    #: Its other ids by country, in the platform's codes.
    sub_ids: dict[str, str] = field(default_factory=dict)
    #: For a version that is sold to one country under an id of its own: the id of the product it is a version of.
    main_id: str = ""

    def ships_to_country(self, country: str) -> bool:
        """`country` in the platform's own codes."""
        return "*" in self.ships_to or country in self.ships_to

    def sku(self, sku_id: str) -> Sku | None:
        """Find a SKU by its numeric id."""
        return next((sku for sku in self.skus if sku.sku_id == sku_id), None)


@dataclass(frozen=True)
class Category:
    """A node of the category tree."""

    category_id: int
    name: str
    parent_id: int | None


@dataclass(frozen=True)
class Catalogue:
    """All products by id, the versions for one country that have an id of their own, and the categories."""

    products: dict[str, Product]
    categories: tuple[Category, ...]
    versions: dict[str, Product] = field(default_factory=dict)

    def find(self, product_id: str) -> Product | None:
        """The product or version with an id."""
        return self.products.get(product_id) or self.versions.get(product_id)


def load(path: Path | None) -> Catalogue:
    """Read a catalogue file and add the guide's product if the file lacks it; None: only that product.

    Raises BadCatalogue.
    """
    raw: dict[str, Any] = {"version": 1, "currency": "USD", "products": [], "categories": []}
    if path is not None:
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            raise BadCatalogue(f"catalogue {path.name}: {exc}") from exc
    if not isinstance(raw, dict) or raw.get("version") != 1 or raw.get("currency") != "USD":
        raise BadCatalogue("catalogue: version 1 in USD expected")
    products: dict[str, Product] = {}
    versions: dict[str, Product] = {}
    for item in [*raw.get("products", []), _GUIDE_PRODUCT]:
        try:
            product = _product(item)
            versions |= _versions(product, item.get("sub_products", {}))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as exc:
            name = item.get("product_id") if isinstance(item, dict) else "?"
            raise BadCatalogue(f"catalogue: product {name}: {type(exc).__name__} {exc}") from exc
        products.setdefault(product.product_id, product)
    categories = [_category(item) for item in raw.get("categories", [])]
    if not any(c.category_id == _GUIDE_PRODUCT["category_id"] for c in categories):
        categories.append(Category(_GUIDE_PRODUCT["category_id"], "Bags & Luggage", None))
    return Catalogue(products, tuple(categories), versions)


def _category(item: dict[str, Any]) -> Category:
    parent_id = item.get("parent_id")
    return Category(int(item["category_id"]), str(item["name"]), None if parent_id is None else int(parent_id))


def _product(item: dict[str, Any]) -> Product:
    skus = tuple(_sku(sku) for sku in item["skus"])
    if not skus:
        raise ValueError("no skus")
    if len({sku.sku_attr for sku in skus}) != len(skus):
        raise ValueError("sku_attr is not unique")
    return Product(
        product_id=str(int(item["product_id"])),
        category_id=int(item["category_id"]),
        subject=str(item["subject"]),
        store_id=int(item["store"]["store_id"]),
        store_name=str(item["store"]["store_name"]),
        detail_html=str(item.get("detail_html", "")),
        images=tuple(str(name) for name in item.get("images", [])),
        properties=tuple((str(name), str(value)) for name, value in item.get("properties", [])),
        package=dict(item["package"]),
        rating=str(item.get("rating", "")),
        reviews=int(item.get("reviews", 0)),
        sold=int(item.get("sold", 0)),
        ships_from=str(item.get("ships_from", "CN")),
        ships_to=frozenset(item.get("ships_to", ["*"])),
        freight=tuple(_freight(option) for option in item["freight"]),
        skus=skus,
        sub_ids={
            str(country): str(int(version["product_id"])) for country, version in item.get("sub_products", {}).items()
        },
    )


def _versions(product: Product, entries: dict[str, Any]) -> dict[str, Product]:
    """The versions of a product by their ids; `sku_ids` are those of its SKUs that are others there."""
    found = {}
    for country, entry in entries.items():
        renamed = {str(old): str(int(new)) for old, new in entry.get("sku_ids", {}).items()}
        skus = tuple(replace(sku, sku_id=renamed.get(sku.sku_id, sku.sku_id)) for sku in product.skus)
        version_id = product.sub_ids[country]
        found[version_id] = replace(
            product, product_id=version_id, main_id=product.product_id, skus=skus, ships_to=frozenset({country})
        )
    return found


def _sku(item: dict[str, Any]) -> Sku:
    return Sku(
        sku_id=str(int(item["sku_id"])),
        sku_attr=str(item["sku_attr"]),
        properties=tuple(dict(entry) for entry in item.get("properties", [])),
        price_usd=Decimal(str(item["price"])),
        sale_price_usd=Decimal(str(item["sale_price"])),
        stock=int(item["stock"]),
    )


def _freight(item: dict[str, Any]) -> FreightOption:
    return FreightOption(
        code=str(item["code"]),
        company=str(item["company"]),
        fee_usd=Decimal(0) if item.get("free") else Decimal(str(item["fee"])),
        is_free=bool(item.get("free")),
        min_days=int(item["min_days"]),
        max_days=int(item["max_days"]),
        is_tracked=bool(item.get("tracking", True)),
    )
