"""Filling and keeping the catalogue: delivery answers, imports, prices, the sync."""

from __future__ import annotations

from shop.settings.place import env

#: How long what a supplier said about sending goods (service, fee, days) is believed before it is asked again.
FREIGHT_QUOTE_HOURS = env.int("FREIGHT_QUOTE_HOURS", default=24)
#: How long a visitor's question about delivery may keep the supplier busy before the shop says "not known now".
DELIVERY_LOOK_UP_S = env.float("DELIVERY_LOOK_UP_S", default=3.0)

#: host:port of this network from which suppliers' pictures may be fetched; everything else there is refused. The
#: emulator of an account needs no mention.
PICTURE_LOCAL_ORIGINS: list[str] = env.list("PICTURE_LOCAL_ORIGINS", default=[])
#: A PNG with transparency that is laid over imported pictures; empty for none.
PICTURE_WATERMARK: str = env.str("PICTURE_WATERMARK", default="")
#: For so many days the lines of a finished import are kept; what it brought stays.
IMPORT_RETENTION_DAYS = env.int("IMPORT_RETENTION_DAYS", default=90)

#: A price that a rule would move by more than this is refused until a person has looked at it.
PRICE_CHANGE_LIMIT_PERCENT = env.int("PRICE_CHANGE_LIMIT_PERCENT", default=50)
#: The folder of the European Central Bank's files; empty: no rates are fetched. Plain http on this machine only.
ECB_RATES_URL: str = env.str("ECB_RATES_URL", default="https://www.ecb.europa.eu/stats/eurofxref").rstrip("/")
#: So many days a fetched rate counts (five pass between two of them around Easter), and one entered by staff.
EXCHANGE_RATE_MAX_DAYS = env.int("EXCHANGE_RATE_MAX_DAYS", default=7)
MANUAL_RATE_MAX_DAYS = env.int("MANUAL_RATE_MAX_DAYS", default=31)
#: A cost in another currency counts as that much dearer than the reference rate says, in percent.
EXCHANGE_MARGIN_PERCENT = env.float("EXCHANGE_MARGIN_PERCENT", default=2.0)

#: How many calls an hour the sync may make through each account; 0: it checks nothing by itself.
SYNC_CALLS_PER_HOUR = env.int("SYNC_CALLS_PER_HOUR", default=1200)
#: What was checked less than so many minutes ago is not checked again by the schedule.
SYNC_MIN_MINUTES = env.int("SYNC_MIN_MINUTES", default=30)
#: For how many days runs of the sync and the changes they found are kept.
SYNC_HISTORY_DAYS = env.int("SYNC_HISTORY_DAYS", default=30)
#: At the checkout a supplier is asked again about what was checked longer ago than so many minutes; 0: never.
CHECKOUT_CHECK_MINUTES = env.int("CHECKOUT_CHECK_MINUTES", default=15)
#: How long those questions may keep the customer waiting, all together.
CHECKOUT_CHECK_S = env.float("CHECKOUT_CHECK_S", default=2.5)
#: A variant of which so many or fewer can be sold is on the list of low stock; 0: none is.
LOW_STOCK_QUANTITY = env.int("LOW_STOCK_QUANTITY", default=5)
#: How often a process writes down what its visitors have looked at.
DEMAND_WRITE_S = env.float("DEMAND_WRITE_S", default=60.0)
