"""The European Central Bank's files of exchange rates, with invented rates: the same for a day and a seed, every time.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html. As the real
ones: attributes in single quotes, newest day first, no week-ends, the euro itself not listed, unchanged files answered
with 304 to who names their date.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import Message

from integrations.sandbox.answers import Reply
from integrations.sandbox.currencies import RATES
from integrations.sandbox.emulator import Emulator

PATH = "/stats/eurofxref/"
_HISTORY_DAYS = 90
#: Units for one US dollar of what the bank lists and the suppliers' half does not sell in.
_MORE = {
    "CZK": Decimal("23.20"),
    "HKD": Decimal("7.80"),
    "HUF": Decimal("362"),
    "IDR": Decimal("15900"),
    "INR": Decimal("83.40"),
    "ISK": Decimal("138"),
    "MYR": Decimal("4.70"),
    "PHP": Decimal("57.10"),
    "RON": Decimal("4.58"),
    "SGD": Decimal("1.35"),
    "THB": Decimal("36.50"),
    "TRY": Decimal("32.40"),
    "ZAR": Decimal("18.60"),
}
_PER_DOLLAR = RATES | _MORE
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" \
xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
"""
_FOOT = "\t</Cube>\n</gesmes:Envelope>\n"


def answer(emulator: Emulator, path: str, headers: "Message[str, str]") -> Reply:
    """The file of the last working day or of the last 90 days; the settings age it and choose its rates."""
    newest = _working_day(datetime.now(UTC).date() - timedelta(days=emulator.settings.rates_days_old))
    oldest = {"eurofxref-daily.xml": newest, "eurofxref-hist-90d.xml": newest - timedelta(days=_HISTORY_DAYS)}
    since = oldest.get(path.removeprefix(PATH))
    if since is None:
        return Reply(b"not found\n", "refused:404", status=404, content_type="text/plain")
    modified = f"{newest:%a, %d %b %Y} 14:56:00 GMT"
    if headers.get("If-Modified-Since") == modified:
        return Reply(b"", "unchanged", status=304, content_type="text/xml", headers={"Last-Modified": modified})
    days = [since + timedelta(days=number) for number in range((newest - since).days + 1)]
    cubes = [_cube(day, emulator.settings.rates_seed) for day in reversed(days) if _working_day(day) == day]
    body = _HEAD + "".join(cubes) + _FOOT
    return Reply(body.encode(), "ok", content_type="text/xml", headers={"Last-Modified": modified})


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a week-end."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _cube(day: date, seed: int) -> str:
    rates = {currency: _rate(currency, day, seed) for currency in sorted(_PER_DOLLAR) if currency != "EUR"}
    lines = "".join(f"\t\t\t<Cube currency='{currency}' rate='{rate}'/>\n" for currency, rate in rates.items())
    return f"\t\t<Cube time='{day}'>\n{lines}\t\t</Cube>\n"


def _rate(currency: str, day: date, seed: int) -> Decimal:
    """Units for one euro: the table's, up to half a percent off."""
    drawn = int.from_bytes(hashlib.sha256(f"{seed}:{currency}:{day}".encode()).digest()[:4], "big")
    rate = _PER_DOLLAR[currency] / RATES["EUR"] * (1 + (Decimal(drawn) / 2**32 - Decimal("0.5")) / 100)
    return rate.quantize(Decimal("0.01") if rate >= 100 else Decimal("0.0001"))
