"""The euro foreign exchange reference rates of the European Central Bank.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html: units of a
currency for one euro, published around 16:00 CET on working days, "for information only". No key.
"""

from integrations.ecb.client import DayRates, Fetched, fetch

__all__ = ["DayRates", "Fetched", "fetch"]
