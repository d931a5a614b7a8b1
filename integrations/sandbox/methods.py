"""Names of the methods the emulator speaks.

Aliseeks has addresses and no method names; the names here serve faults, limits and counters.
"""

ORDER_CREATE = "aliexpress.ds.order.create"
PLACE_ORDER = "aliexpress.trade.buy.placeorder"
ORDER_GET = "aliexpress.trade.ds.order.get"
TRACKING_GET = "aliexpress.ds.order.tracking.get"
PRODUCT_GET = "aliexpress.ds.product.get"
FREIGHT_QUERY = "aliexpress.ds.freight.query"
FREIGHT_CALCULATE = "aliexpress.logistics.buyer.freight.calculate"
TEXT_SEARCH = "aliexpress.ds.text.search"
CATEGORY_GET = "aliexpress.ds.category.get"
ADDRESS_GET = "aliexpress.ds.address.get"

TOKEN_CREATE = "/auth/token/create"  # noqa: S105 - a path
TOKEN_REFRESH = "/auth/token/refresh"  # noqa: S105 - a path

CREATE_METHODS = frozenset({ORDER_CREATE, PLACE_ORDER})
BUSINESS_METHODS = frozenset(
    {
        ORDER_CREATE,
        PLACE_ORDER,
        ORDER_GET,
        TRACKING_GET,
        PRODUCT_GET,
        FREIGHT_QUERY,
        FREIGHT_CALCULATE,
        TEXT_SEARCH,
        CATEGORY_GET,
        ADDRESS_GET,
    }
)
SYSTEM_PATHS = frozenset({TOKEN_CREATE, TOKEN_REFRESH})
# The platform approves these apart from dropshipping, and the demo account's app is not.
NOT_APPROVED = "aliexpress.affiliate."

ALIEXPRESS = "aliexpress"
ALISEEKS = "aliseeks"
SUPPLIERS = (ALIEXPRESS, ALISEEKS)

ALISEEKS_ORDER_CREATE = "aliseeks.orders.create"
ALISEEKS_ORDER_GET = "aliseeks.orders.get"
ALISEEKS_MERCHANTS = "aliseeks.merchants"
ALISEEKS_PRODUCT = "aliseeks.products"
ALISEEKS_DETAILS = "aliseeks.products.details"
ALISEEKS_VARIATIONS = "aliseeks.products.variations"
ALISEEKS_SHIPPING = "aliseeks.products.shipping"
ALISEEKS_REVIEWS = "aliseeks.products.reviews"
ALISEEKS_HTML = "aliseeks.products.description"
ALISEEKS_SEARCH = "aliseeks.search"
ALISEEKS_SEARCH_REALTIME = "aliseeks.search.realtime"

# Verb and path below the base address.
ALISEEKS_CALLS: dict[tuple[str, str], str] = {
    ("POST", "/orders"): ALISEEKS_ORDER_CREATE,
    ("GET", "/orders"): ALISEEKS_ORDER_GET,
    ("POST", "/merchants"): ALISEEKS_MERCHANTS,
    ("POST", "/products"): ALISEEKS_PRODUCT,
    ("POST", "/products/details"): ALISEEKS_DETAILS,
    ("POST", "/products/variations"): ALISEEKS_VARIATIONS,
    ("POST", "/products/shipping"): ALISEEKS_SHIPPING,
    ("POST", "/products/reviews"): ALISEEKS_REVIEWS,
    ("POST", "/products/description/html"): ALISEEKS_HTML,
    ("POST", "/search/realtime"): ALISEEKS_SEARCH_REALTIME,
    ("POST", "/search"): ALISEEKS_SEARCH,
}
ALISEEKS_METHODS = frozenset(ALISEEKS_CALLS.values())
# Those that show what one SKU of a product costs and how much of it there is.
ALISEEKS_GOODS = frozenset({ALISEEKS_PRODUCT, ALISEEKS_DETAILS, ALISEEKS_VARIATIONS})

BUYING_METHODS = CREATE_METHODS | {ALISEEKS_ORDER_CREATE}
EVERY_METHOD = BUSINESS_METHODS | SYSTEM_PATHS | ALISEEKS_METHODS


def supplier_of(method: str) -> str:
    """The half of the emulator that a method belongs to."""
    return ALISEEKS if method in ALISEEKS_METHODS else ALIEXPRESS
