"""Which rule says what is done about a change: the product's, else its category's, the account's, the shop's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.models import DEFAULT_ACTIONS, ChangeKind, SyncAction, SyncRule

#: What makes no sense for a kind stands in no form, and counts as not set where a row says it all the same.
POSSIBLE: dict[str, tuple[str, ...]] = {
    kind: tuple(SyncAction.values)
    for kind in ChangeKind.values
    if kind not in (ChangeKind.BACK_IN_STOCK, ChangeKind.NEW_VARIANT)
} | {
    ChangeKind.BACK_IN_STOCK: (SyncAction.NOTHING, SyncAction.FOLLOW, SyncAction.ASK),
    ChangeKind.NEW_VARIANT: (SyncAction.NOTHING, SyncAction.FOLLOW, SyncAction.ASK),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, as (scope, id) -> kind -> action. The scopes are ``product``, ``category``, ``account``, ``shop``."""

    by_scope: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)

    def action(self, kind: str, *, account_id: int, category_id: int | None, product_id: int | None) -> str:
        """What is done about a change of ``kind``: the nearest rule that says something."""
        for scope in (("product", product_id), ("category", category_id), ("account", account_id), ("shop", 0)):
            action = self.by_scope.get(scope, {}).get(kind) if scope[1] is not None else None  # type: ignore[arg-type]
            if action in POSSIBLE[kind]:
                return str(action)
        return DEFAULT_ACTIONS[kind]


def stored_rules() -> Rules:
    """The rules of the shop, in one query."""
    return rules_from(SyncRule.objects.all())


def rules_from(rows: Iterable[SyncRule]) -> Rules:
    """``rows`` as ``Rules``."""
    return Rules({_scope(row): {kind: getattr(row, kind) for kind in ChangeKind.values} for row in rows})


def _scope(row: SyncRule) -> tuple[str, int]:
    if row.product_id is not None:
        return ("product", row.product_id)
    if row.category_id is not None:
        return ("category", row.category_id)
    return ("account", row.account_id) if row.account_id is not None else ("shop", 0)
