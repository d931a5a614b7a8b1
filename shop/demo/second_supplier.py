"""A second supplier for the demo: some of its goods come through the emulator's other half, in parcels of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from catalog.models import Listing
from integrations.accounts import AccountDescription, save_account
from integrations.models import SupplierAccount
from integrations.sandbox.account import DEMO_ALISEEKS
from shop.demo.load import demo_supplier

LABEL = "Emulator, second supplier"
#: The goods of this demo category change their supplier.
CATEGORY = "lighting"


@transaction.atomic
def add_second_supplier() -> int:
    """Let the demo's goods of ``CATEGORY`` come from a second account. How many listings moved; safe to repeat."""
    account, _change = save_account(
        AccountDescription(
            provider="aliseeks",
            label=LABEL,
            mode=SupplierAccount.Mode.SANDBOX,
            endpoint=f"http://127.0.0.1:{settings.SANDBOX_PORT}{DEMO_ALISEEKS.path}",
            app_key="",
            app_secret=DEMO_ALISEEKS.api_key,
            external_user_id=DEMO_ALISEEKS.merchant_id,
        )
    )
    moving = Listing.objects.filter(account=demo_supplier(), variant__product__category__slug=CATEGORY)
    return sum(_move(listing, account) for listing in moving)


def _move(listing: Listing, account: SupplierAccount) -> int:
    """The second supplier knows a SKU by its text, and its options by their numbers."""
    numbers = [part.partition(":")[0] for part in listing.external_sku_attr.split(";")]
    values = [value for _name, value in listing.fingerprint.get("options", [])]
    listing.account = account
    listing.external_sku_id = listing.external_sku_attr
    listing.fingerprint = {**listing.fingerprint, "options": [list(pair) for pair in zip(numbers, values, strict=True)]}
    listing.save(update_fields=["account", "external_sku_id", "fingerprint"])
    return 1
