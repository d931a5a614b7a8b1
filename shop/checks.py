"""System checks: what is configured so that money could be lost is said at the start."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.compatibility)
def time_budgets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Call < task < lease < settle, and the queue repeats nothing before it has surely ended."""
    names = ["SUPPLIER_CALL_TIMEOUT_S", "SUPPLIER_TASK_TIMEOUT_S", "SUPPLIER_LEASE_S", "SUPPLIER_SETTLE_S"]
    return [
        Error(
            f"{small} ({getattr(settings, small)}) must be smaller than {large} ({getattr(settings, large)}).",
            hint="A purchase could be taken for lost while it is still on its way.",
            id="shop.E001",
        )
        for small, large in zip(names, [*names[1:], "QUEUE_RETRY_S"], strict=True)
        if getattr(settings, small) >= getattr(settings, large)
    ]


@register(Tags.security)
def encryption_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every key for tokens at rest is a usable one."""
    problems: list[CheckMessage] = []
    for position, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(
                Error(
                    f"Key {position} of FIELD_ENCRYPTION_KEYS is not a Fernet key.",
                    hint="Make one: python -c 'from cryptography.fernet import Fernet; "
                    "print(Fernet.generate_key().decode())'",
                    id="shop.E002",
                )
            )
    if not settings.FIELD_ENCRYPTION_KEYS:
        problems.append(Error("FIELD_ENCRYPTION_KEYS is empty.", id="shop.E003"))
    return problems
