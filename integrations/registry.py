"""Which suppliers there are. A new one is a folder and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from integrations.base import SupplierAdapter, TokenIssuer
from integrations.errors import Unsupported
from integrations.types import AddressNeed

if TYPE_CHECKING:
    from integrations.models import ApiCall, SupplierAccount
    from integrations.pushes import PushHint
    from integrations.replay_request import ReplayRequest


@dataclass(frozen=True, slots=True)
class Provider:
    """``module`` holds ``connect(account) -> SupplierAdapter`` and ``product_id_from_url(text) -> str | None``.

    A supplier that pushes has ``read_push(account, headers, body) -> PushHint`` there too, one whose buyers agree in a
    browser ``token_issuer(account) -> TokenIssuer``, one that wants more than an ordinary address for some countries
    ``address_needs(country) -> tuple[AddressNeed, ...]``, and one of which there is an emulator
    ``replay_request(account, logged, reference=) -> ReplayRequest``.
    """

    label: str
    module: str


PROVIDERS = {
    "aliexpress": Provider("AliExpress", "integrations.aliexpress"),
    "aliseeks": Provider("Aliseeks", "integrations.aliseeks"),
}


def adapter_for(account: SupplierAccount) -> SupplierAdapter:
    """The adapter that speaks for ``account``. Raises ``KeyError`` for a provider that is not installed."""
    module = import_module(PROVIDERS[account.provider].module)
    return cast(SupplierAdapter, module.connect(account))


def token_issuer_for(account: SupplierAccount) -> TokenIssuer | None:
    """Where the account's tokens come from; None for a provider without authorization in a browser."""
    provider = PROVIDERS.get(account.provider)
    issuer = getattr(import_module(provider.module), "token_issuer", None) if provider else None
    return cast(TokenIssuer, issuer(account)) if issuer else None


def product_id_from_url(provider: str, text: str) -> str | None:
    """The supplier's product id in a pasted product address or id, or None if there is none in it."""
    module = import_module(PROVIDERS[provider].module)
    return cast("str | None", module.product_id_from_url(text))


def address_needs(provider: str, country: str) -> tuple[AddressNeed, ...]:
    """What the supplier wants to know of an address to ``country`` (ISO) beyond the ordinary. Makes no network call."""
    known = PROVIDERS.get(provider)
    ask = getattr(import_module(known.module), "address_needs", None) if known else None
    return cast("tuple[AddressNeed, ...]", ask(country)) if ask else ()


def read_push(account: SupplierAccount, headers: Mapping[str, str], body: bytes) -> PushHint:
    """The push message in the raw ``body``, sent to ``account``. Makes no network call.

    Raises ``PushForged`` unless its signature is good, ``Unsupported`` for a supplier that pushes nothing (or is not
    installed).
    """
    if not takes_pushes(account.provider):
        raise Unsupported(f"{account.provider} sends no push messages")
    module = import_module(PROVIDERS[account.provider].module)
    return cast("PushHint", module.read_push(account, headers, body))


def replay_request_for(account: SupplierAccount, logged: ApiCall, *, reference: str) -> ReplayRequest:
    """The logged call as ``account`` would send it. Raises ``Unsupported`` for one that is not replayed."""
    provider = PROVIDERS.get(account.provider)
    made = getattr(import_module(provider.module), "replay_request", None) if provider else None
    if made is None:
        raise Unsupported(f"Calls to {account.provider} are not replayed.")
    return cast("ReplayRequest", made(account, logged, reference=reference))


def takes_pushes(provider: str) -> bool:
    """Whether the supplier sends push messages that we can read."""
    known = PROVIDERS.get(provider)
    return known is not None and hasattr(import_module(known.module), "read_push")
