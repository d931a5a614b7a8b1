"""The neutral words in which the shop and its suppliers speak.

Adapters translate between these and the wire. Ids of other systems are text. Money is Decimal with its currency,
instants are aware UTC, durations carry their unit in the name.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from shop.money import Money


class SupplierOrderState(enum.StrEnum):
    """Where an order stands at the supplier. An unlisted word of theirs is ``UNKNOWN`` and changes nothing."""

    AWAITING_PAYMENT = "awaiting_payment"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"
    FROZEN = "frozen"
    UNKNOWN = "unknown"


class Refusal(enum.StrEnum):
    """Why a supplier said no, as far as it matters for what a person can do about it."""

    ADDRESS = "address"
    STOCK = "stock"
    SKU_GONE = "sku_gone"
    SHIPPING = "shipping"
    OTHER = "other"


class SettleClass(enum.StrEnum):
    """How an unclear purchase may be settled; decided by what the supplier offers, once per adapter."""

    #: The same reference may be sent again for a limited time: the supplier answers with the same order.
    KEY_FOR_A_TIME = "B"
    #: Neither a key nor a look-up: only a person can find out.
    NOTHING = "D"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a supplier's API offers beyond placing an order.

    ``resend_window_s``: for how many seconds after the *first* send the same reference may be sent again
    (class B), already with a margin below the supplier's own period. ``places_checked_in``: the countries (ISO) in
    which it takes no province or city but those of its own list.
    """

    settle_class: SettleClass
    resend_window_s: int = 0
    cancels: bool = False
    places_checked_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes. ``country`` is ISO 3166-1 alpha-2, ``phone`` E.164 (``+12025550123``) where it is known.

    ``national_address`` is a country's short code of a building (Saudi Arabia).
    """

    first_name: str
    last_name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    province: str = ""
    postcode: str = ""
    phone: str = ""
    tax_id: str = ""
    national_address: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class AddressNeed:
    """What a supplier wants to know of an address to some country, or the only form that it takes there.

    ``field`` is one of ``Address``; ``label`` and ``reason`` are for people. A ``number`` is a kind of
    ``national_numbers``, otherwise ``pattern`` is the form of the value as it is stored.
    """

    field: str
    label: Any
    reason: Any
    example: str
    number: str = ""
    pattern: str = ""
    is_required: bool = True
    max_length: int = 40


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A customer's province and city in the supplier's list: its own spelling, empty where it has none such.

    ``unknown`` are the fields whose names are not in the list, ``nearest`` the names there that they resemble.
    """

    province: str = ""
    city: str = ""
    unknown: tuple[str, ...] = ()
    nearest: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PurchaseItem:
    """One thing to buy. ``sku_attr`` is the supplier's own text for the SKU where its order call wants that."""

    product_id: str
    sku_id: str
    quantity: int
    sku_attr: str = ""
    shipping_service: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order to be placed with a supplier. ``reference`` is ours, made once: the supplier's idempotency key.

    ``province`` and ``city`` are the supplier's own names for those of the address, to be sent as they are; empty where
    it has none that we know.
    """

    reference: str
    address: Address
    items: tuple[PurchaseItem, ...]
    province: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """The supplier created these orders (several when it splits the goods).

    ``payment_note`` is what it says about a payment that did not happen; the order exists all the same.
    """

    external_ids: tuple[str, ...]
    payment_note: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """A line of an order as the supplier shows it."""

    product_id: str
    sku_id: str
    quantity: int
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing that happened to a parcel, at ``at`` (aware UTC), in the carrier's words."""

    at: datetime
    label: str
    description: str
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel with its tracking number and what is known of its way, oldest checkpoint first."""

    tracking_number: str
    carrier: str = ""
    tracking_url: str = ""
    eta: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    items: tuple[OrderedItem, ...] = ()

    @property
    def delivered_at(self) -> datetime | None:
        """When the carrier handed it over, as far as its checkpoints say."""
        return next((point.at for point in reversed(self.checkpoints) if point.delivered), None)


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """One order as the supplier shows it now. ``raw_status`` keeps its own words for staff."""

    external_id: str
    state: SupplierOrderState
    raw_status: str
    paid_at: datetime | None = None
    pay_within_s: int | None = None
    amount: Money | None = None
    items: tuple[OrderedItem, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    needs_person: str = ""


@dataclass(frozen=True, slots=True)
class SkuSnapshot:
    """A SKU of a supplier's product now. ``price`` is what one piece costs us; ``stock`` None means not told.

    An order for more than ``quantity_limit`` pieces would be refused; None: no such limit is told.
    """

    sku_id: str
    sku_attr: str
    options: tuple[tuple[str, str], ...]
    price: Money
    stock: int | None
    list_price: Money | None = None
    image_url: str = ""
    quantity_limit: int | None = None

    @property
    def title(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self.options)


@dataclass(frozen=True, slots=True)
class ProductSnapshot:
    """A supplier's product now. ``country_ids`` are ids under which it is sold to some countries (ISO code, id).

    What the supplier does not tell is None or empty; ``ship_days`` are days until it arrives, ``attributes`` what it
    says of the goods in pairs. ``unknown_status`` is the supplier's word for the product's state where it is in none of
    our lists: nothing is ordered then, and nothing else is concluded from it.
    """

    product_id: str
    title: str
    orderable: bool
    skus: tuple[SkuSnapshot, ...]
    description_html: str = ""
    image_urls: tuple[str, ...] = ()
    store_name: str = ""
    country_ids: tuple[tuple[str, str], ...] = ()
    category_id: str = ""
    brand: str = ""
    url: str = ""
    rating_percent: Decimal | None = None
    quantity_sold: int | None = None
    ship_days: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    unknown_status: str = ""

    def sku(self, sku_id: str) -> SkuSnapshot | None:
        return next((sku for sku in self.skus if sku.sku_id == sku_id), None)

    def id_in(self, country: str) -> str:
        """The id under which it is sold to ``country`` (ISO), as far as the supplier tells another than its own."""
        return dict(self.country_ids).get(country, "")


@dataclass(frozen=True, slots=True)
class FreightOption:
    """One way to send goods: what it costs and how many days it takes."""

    service: str
    name: str
    fee: Money
    tracked: bool
    min_days: int | None = None
    max_days: int | None = None
    ship_from: str = ""


@dataclass(frozen=True, slots=True)
class TokenState:
    """Both tokens of an account, with their ends (aware UTC), and whose they are.

    ``refresh_token`` None: none was handed out, the one that is there goes on. Empty: the tokens cannot be refreshed.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    user_id: str = ""
    name: str = ""


class SearchSort(enum.StrEnum):
    """In which order a search shows its hits."""

    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    ORDERS_ASC = "orders_asc"
    ORDERS_DESC = "orders_desc"
    REVIEWS_ASC = "reviews_asc"
    REVIEWS_DESC = "reviews_desc"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A product as a search shows it. ``price`` is its cheapest SKU's; what the supplier does not tell is None."""

    product_id: str
    title: str
    price: Money
    list_price: Money | None
    url: str
    image_url: str = ""
    discount_percent: int | None = None
    quantity_sold: int | None = None
    rating_percent: Decimal | None = None
    ship_days: int | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. ``rows`` counts everything on it, the supplier's fillers included; ``total`` all pages."""

    hits: tuple[SearchHit, ...]
    rows: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category of a supplier; ``parent_id`` is empty at the top."""

    category_id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class PlaceNode:
    """A place of a supplier's address tree (``country``, ``province``, ``city``), in the names its order call wants."""

    name: str
    kind: str
    children: tuple[PlaceNode, ...] = ()
