"""Staff's pages about what is sold and where it is bought."""

from catalog.admin.categories import CategoryAdmin
from catalog.admin.import_runs import ImportRunAdmin, on_imports
from catalog.admin.listings import ListingAdmin
from catalog.admin.price_history import PriceChangeAdmin
from catalog.admin.price_rules import PriceRuleAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.rates import ExchangeRateAdmin
from catalog.admin.staged import StagedProductAdmin
from catalog.admin.sync import (
    LowStockAdmin,
    SyncChangeAdmin,
    SyncRuleAdmin,
    SyncRunAdmin,
    WatchedProductAdmin,
    changes_badge,
)
from catalog.admin.variants import VariantAdmin
from catalog.admin.words import CategoryMappingAdmin, OptionWordAdmin

__all__ = [
    "CategoryAdmin",
    "CategoryMappingAdmin",
    "ImportRunAdmin",
    "OptionWordAdmin",
    "ListingAdmin",
    "ProductAdmin",
    "StagedProductAdmin",
    "VariantAdmin",
    "on_imports",
    "ExchangeRateAdmin",
    "PriceChangeAdmin",
    "PriceRuleAdmin",
    "LowStockAdmin",
    "SyncChangeAdmin",
    "SyncRuleAdmin",
    "SyncRunAdmin",
    "WatchedProductAdmin",
    "changes_badge",
]
