"""Which tax is on what is sent to a place, by staff's own table. The shop knows no tax law: no row, no tax."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fulfillment.models import TaxRate


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """A tax as it is reckoned: ``includes`` says that the shop's prices hold it already."""

    name: str
    percent: Decimal
    includes: bool
    on_shipping: bool


NO_TAX = TaxTerms(name="", percent=Decimal(0), includes=True, on_shipping=False)


def terms_for(country: str, province: str = "", postcode: str = "") -> TaxTerms:
    """The tax for an address (``country`` ISO): the row of its postcode, else of its province, else of its country."""
    rates = TaxRate.objects.filter(country=country.upper(), is_active=True) if country else ()
    return most_exact(rates, province=province, postcode=postcode)


def most_exact(rates: Iterable[TaxRate], *, province: str, postcode: str) -> TaxTerms:
    """Of a country's ``rates`` the one that fits the place most exactly, else no tax."""
    fitting = [(_exactness(rate.region, province, postcode), rate) for rate in rates]
    _rank, rate = max(
        ((rank, rate) for rank, rate in fitting if rank is not None),
        key=lambda pair: pair[0],
        default=(None, None),
    )
    if rate is None:
        return NO_TAX
    return TaxTerms(name=rate.name, percent=rate.percent, includes=rate.is_included, on_shipping=rate.on_shipping)


def _exactness(region: str, province: str, postcode: str) -> int | None:
    """How exactly ``region`` names the place: 0 for the whole country, None if it is another place."""
    wanted = _plain(region)
    if not wanted:
        return 0
    if wanted.endswith("*"):
        beginning = wanted.removesuffix("*")
        return 1 + len(beginning) if beginning and _plain(postcode).startswith(beginning) else None
    return 1 if wanted == _plain(province) else None


def _plain(text: str) -> str:
    """As it is compared: small letters, without spaces and hyphens, of which postcodes have some or none."""
    return text.casefold().replace(" ", "").replace("-", "")
