"""Buying from suppliers: accounts, limits, waiting times, how what was bought is followed."""

from __future__ import annotations

from decimal import Decimal

from shop.settings.place import env

ALIEXPRESS_APP_KEY: str = env.str("ALIEXPRESS_APP_KEY", default="")
ALIEXPRESS_APP_SECRET: str = env.str("ALIEXPRESS_APP_SECRET", default="")
ALIEXPRESS_ACCESS_TOKEN: str = env.str("ALIEXPRESS_ACCESS_TOKEN", default="")
ALIEXPRESS_REFRESH_TOKEN: str = env.str("ALIEXPRESS_REFRESH_TOKEN", default="")
ALIEXPRESS_API_ENDPOINT: str = env.str("ALIEXPRESS_API_ENDPOINT", default="https://api-sg.aliexpress.com")
ALISEEKS_API_KEY: str = env.str("ALISEEKS_API_KEY", default="")
ALISEEKS_API_ENDPOINT: str = env.str("ALISEEKS_API_ENDPOINT", default="https://api.aliseeks.com/v1")
ALISEEKS_MERCHANT_ID: str = env.str("ALISEEKS_MERCHANT_ID", default="")
#: The page on which a buyer account agrees; empty: the platform's, or the emulator's for an account on this machine.
ALIEXPRESS_AUTHORIZE_URL: str = env.str("ALIEXPRESS_AUTHORIZE_URL", default="")
USE_TEST_ACCOUNTS = env.bool("USE_TEST_ACCOUNTS", default=False)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8100)

#: The kill switch: off, and paid orders wait without anything being bought.
BUYING_ENABLED = env.bool("BUYING_ENABLED", default=True)
#: On, and every purchase is prepared, checked and then held instead of sent.
BUYING_DRY_RUN = env.bool("BUYING_DRY_RUN", default=False)
#: The share of the customer's price that must be left after the supplier's live price, in percent.
MINIMUM_MARGIN_PERCENT = env.int("MINIMUM_MARGIN_PERCENT", default=0)
#: A SKU whose price is this many times higher or lower than when it was mapped may mean something else by now.
MAPPING_PRICE_FACTOR = Decimal(str(env.float("MAPPING_PRICE_FACTOR", default=2.0)))
#: Buy and quote under the id under which a supplier sells a product to the destination country, where it tells one.
USE_COUNTRY_PRODUCTS = env.bool("USE_COUNTRY_PRODUCTS", default=True)
#: Resend an unclear purchase under the same reference where the supplier protects against repeats for a time.
RESEND_UNKNOWN = env.bool("RESEND_UNKNOWN", default=True)
#: How long the order call waits for the supplier before it answers 202; the caller then asks its statusUrl.
ORDER_CALL_WAIT_S = env.float("ORDER_CALL_WAIT_S", default=10.0)
#: For so many days a supplier's list of a country's provinces and cities is not asked for again.
ADDRESS_TREE_DAYS = env.int("ADDRESS_TREE_DAYS", default=7)
#: Whether a purchase is held whose province or city is not in the supplier's list, instead of being sent as it is.
HOLD_UNKNOWN_PLACES = env.bool("HOLD_UNKNOWN_PLACES", default=False)
#: Countries (ISO) whose parcels' tax numbers are required although suppliers disagree on whether they are needed.
REQUIRE_TAX_ID_IN = [code.upper() for code in env.list("REQUIRE_TAX_ID_IN", default=[])]

#: Calls a minute for each account, by group; a call waits for its place this long before it is put off.
RATE_LIMITS = {
    "standard": env.int("RATE_LIMIT_STANDARD", default=100),
    "search": env.int("RATE_LIMIT_SEARCH", default=50),
    "order": env.int("RATE_LIMIT_ORDER", default=30),
    "visitors": env.int("RATE_LIMIT_VISITORS", default=20),
    "imports": env.int("RATE_LIMIT_IMPORTS", default=60),
    "sync": env.int("RATE_LIMIT_SYNC", default=30),
}
#: The minute of the limits in seconds; a load test against an emulator with a fast clock makes it shorter.
RATE_WINDOW_S = env.float("RATE_WINDOW_S", default=60.0)
RATE_PATIENCE_S = env.float("RATE_PATIENCE_S", default=5.0)

# Each smaller than the next; a system check holds them to it (RELIABILITY: a lapsed lease means "perhaps bought").
SUPPLIER_CALL_TIMEOUT_S = env.int("SUPPLIER_CALL_TIMEOUT_S", default=30)
SUPPLIER_TASK_TIMEOUT_S = env.int("SUPPLIER_TASK_TIMEOUT_S", default=60)
SUPPLIER_LEASE_S = env.int("SUPPLIER_LEASE_S", default=120)
SUPPLIER_SETTLE_S = env.int("SUPPLIER_SETTLE_S", default=180)
QUEUE_RETRY_S = env.int("QUEUE_RETRY_S", default=600)

#: How often a young order is looked up at the supplier; older ones are looked up less and less often.
TRACKING_POLL_S = env.int("TRACKING_POLL_S", default=900)
# The page on which anybody follows a parcel, with {number} for its tracking number; empty for no link.
TRACKING_URL_TEMPLATE: str = env.str("TRACKING_URL_TEMPLATE", default="")
#: How often the worker looks for due and stuck rows by itself, besides the queue's own schedule.
SWEEP_INTERVAL_S = env.float("SWEEP_INTERVAL_S", default=60.0)
API_CALL_RETENTION_DAYS = env.int("API_CALL_RETENTION_DAYS", default=90)
#: So long before an unpaid order lapses at the supplier staff get a mail.
SUPPLIER_PAY_ALERT_HOURS = env.int("SUPPLIER_PAY_ALERT_HOURS", default=24)
