"""What the shop promises and how it is paid."""

from __future__ import annotations

from shop.settings.place import DEBUG, env

SHOP_NAME: str = env.str("SHOP_NAME", default="BuyRelay")
SHOP_CURRENCY: str = env.str("SHOP_CURRENCY", default="USD")
#: The country (ISO) to which most is sold: suppliers are asked for it where nothing names another.
SHOP_COUNTRY: str = env.str("SHOP_COUNTRY", default="US").strip().upper()
#: Other currencies in which visitors may have prices shown beside the one that they pay in; empty: none.
DISPLAY_CURRENCIES = [code.upper() for code in env.list("DISPLAY_CURRENCIES", default=["USD", "EUR", "GBP", "CHF"])]
#: How many of one variant fit into one order.
MAX_QUANTITY_PER_LINE = 20
#: How many different variants fit into one basket.
MAX_BASKET_LINES = 30
#: A basket that nobody has touched for so long is deleted.
BASKET_DAYS = env.int("BASKET_DAYS", default=60)
PAYMENT_METHODS: list[str] = env.list("PAYMENT_METHODS", default=["sandbox"] if DEBUG else [])
#: Stripe: a secret key (test or live) and what its webhook signs with (two while one is replaced), from the environment
#: only. Plain http, for an emulator, on this machine only.
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRETS: list[str] = env.list("STRIPE_WEBHOOK_SECRETS", default=[]) or [
    secret for secret in [env.str("STRIPE_WEBHOOK_SECRET", default="")] if secret
]
STRIPE_API_BASE: str = env.str("STRIPE_API_BASE", default="https://api.stripe.com").rstrip("/")
#: Where a browser may be sent to pay: Stripe's pages, a domain of one's own there, or the emulator.
STRIPE_PAGE_ORIGINS: list[str] = env.list(
    "STRIPE_PAGE_ORIGINS",
    default=["https://checkout.stripe.com"]
    if STRIPE_API_BASE.startswith("https:")
    else ["/".join(STRIPE_API_BASE.split("/")[:3])],
)
#: How long a provider's payment page stays open; Stripe allows 30 minutes to 24 hours.
PAYMENT_PAGE_MINUTES = env.int("PAYMENT_PAGE_MINUTES", default=60)
#: The account that transfers go to, as customers are shown it.
BANK_ACCOUNT_HOLDER: str = env.str("BANK_ACCOUNT_HOLDER", default="")
BANK_ACCOUNT_NUMBER: str = env.str("BANK_ACCOUNT_NUMBER", default="")
BANK_ACCOUNT_BIC: str = env.str("BANK_ACCOUNT_BIC", default="")
BANK_NAME: str = env.str("BANK_NAME", default="")
#: How many days an order waits for a transfer, instead of UNPAID_ORDER_HOURS.
BANK_TRANSFER_DAYS = env.int("BANK_TRANSFER_DAYS", default=7)
#: For so many days after delivery customers may ask to send things back, and so the pages promise; 0: not at all.
RETURN_DAYS = env.int("RETURN_DAYS", default=30 if DEBUG else 0)
#: What staff send to customers whose return they approve, as a first draft; "|" begins a new line.
RETURN_INSTRUCTIONS: str = env.str("RETURN_INSTRUCTIONS", default="")
#: For so many days after its end, a return keeps its photos and the customer's words.
RETURN_PHOTO_DAYS = env.int("RETURN_PHOTO_DAYS", default=180)
#: For so many days after an order's last change the shop knows who it was for; 0: for good.
PERSONAL_DATA_DAYS = env.int("PERSONAL_DATA_DAYS", default=0)
#: For so many days an invoice keeps its buyer all the same, because tax law asks for it; ten years and a half.
INVOICE_BUYER_DAYS = env.int("INVOICE_BUYER_DAYS", default=3834)
#: Who sells, as it stands on invoices: name, address, tax number, parted by "|". Empty: the shop's name.
SHOP_LEGAL_LINES: str = env.str("SHOP_LEGAL_LINES", default="")
INVOICE_PREFIX: str = env.str("INVOICE_PREFIX", default="")
#: An order that is not paid by then is canceled and its stock given back.
UNPAID_ORDER_HOURS = env.int("UNPAID_ORDER_HOURS", default=24)
#: So many days after payment without a parcel, or after a parcel was expected, the customer is told that it is late.
LATE_SHIPPING_DAYS = env.int("LATE_SHIPPING_DAYS", default=10)
LATE_DELIVERY_DAYS = env.int("LATE_DELIVERY_DAYS", default=2)
ORDER_LINK_DAYS = env.int("ORDER_LINK_DAYS", default=180)
