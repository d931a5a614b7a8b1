"""Names of the methods the emulator speaks."""

ORDER_CREATE = "aliexpress.ds.order.create"
PLACE_ORDER = "aliexpress.trade.buy.placeorder"
ORDER_GET = "aliexpress.trade.ds.order.get"
TRACKING_GET = "aliexpress.ds.order.tracking.get"
PRODUCT_GET = "aliexpress.ds.product.get"
FREIGHT_QUERY = "aliexpress.ds.freight.query"
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
        TEXT_SEARCH,
        CATEGORY_GET,
        ADDRESS_GET,
    }
)
SYSTEM_PATHS = frozenset({TOKEN_CREATE, TOKEN_REFRESH})
