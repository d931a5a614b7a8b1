"""Which suppliers there are. A new one is a folder and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from integrations.base import SupplierAdapter

if TYPE_CHECKING:
    from integrations.models import SupplierAccount


@dataclass(frozen=True, slots=True)
class Provider:
    """``module`` holds ``connect(account) -> SupplierAdapter`` and ``product_id_from_url(text) -> str | None``."""

    label: str
    module: str


PROVIDERS = {
    "aliexpress": Provider("AliExpress", "integrations.aliexpress"),
}


def adapter_for(account: SupplierAccount) -> SupplierAdapter:
    """The adapter that speaks for ``account``. Raises ``KeyError`` for a provider that is not installed."""
    module = import_module(PROVIDERS[account.provider].module)
    return cast(SupplierAdapter, module.connect(account))


def product_id_from_url(provider: str, text: str) -> str | None:
    """The supplier's product id in a pasted product address or id, or None if there is none in it."""
    module = import_module(PROVIDERS[provider].module)
    return cast("str | None", module.product_id_from_url(text))
