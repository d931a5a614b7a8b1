"""A small fixed table of exchange rates. The catalogue is priced in USD."""

from decimal import ROUND_HALF_UP, Decimal

BASE = "USD"

# Units of the currency for one US dollar. Invented round figures: a sandbox needs stable ones, not true ones.
RATES: dict[str, Decimal] = {
    "USD": Decimal("1"),
    "EUR": Decimal("0.92"),
    "GBP": Decimal("0.79"),
    "CAD": Decimal("1.36"),
    "AUD": Decimal("1.52"),
    "NZD": Decimal("1.66"),
    "CHF": Decimal("0.88"),
    "SEK": Decimal("10.50"),
    "NOK": Decimal("10.70"),
    "DKK": Decimal("6.87"),
    "PLN": Decimal("3.98"),
    "BRL": Decimal("5.05"),
    "MXN": Decimal("17.10"),
    "ILS": Decimal("3.70"),
    "JPY": Decimal("150"),
    "KRW": Decimal("1340"),
    "CNY": Decimal("7.20"),
}
_SIGNS = {"USD": "US ${}", "EUR": "{}€", "GBP": "£{}", "JPY": "JP¥{}", "CNY": "CN¥{}"}


def supported(currency: str) -> str:
    """The asked currency, or USD where the table lacks it."""
    return currency if currency in RATES else BASE


def convert(amount_usd: Decimal, currency: str) -> Decimal:
    """Convert an amount in US dollars, rounded half up to cents of the target currency."""
    return (amount_usd * RATES[currency]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount as `order.get` writes it."""
    return {"amount": f"{amount:.2f}", "currency_code": currency}


def formatted(amount: Decimal, currency: str) -> str:
    """An amount as the platform shows it to buyers, e.g. `1,99€`."""
    text = f"{amount:.2f}"
    if currency == "EUR":
        text = text.replace(".", ",")
    return _SIGNS.get(currency, currency + " {}").format(text)
