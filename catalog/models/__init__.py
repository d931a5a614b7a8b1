"""What is sold, and where each variant is bought, as rows."""

from catalog.models.freight import FreightQuote
from catalog.models.importing import (
    CategoryMapping,
    ImportItem,
    ImportRun,
    OptionWord,
    StagedPicture,
    StagedProduct,
    StagedVariant,
)
from catalog.models.listing import Listing
from catalog.models.mapping import BundlePart, MappingDrift
from catalog.models.pricing import PriceBand, PriceChange, PriceRule
from catalog.models.product import Category, Product, ProductImage, ProductQuerySet, Variant
from catalog.models.rates import ExchangeRate, RateFetch
from catalog.models.search import SearchText, SearchWord, SearchWordKey
from catalog.models.shelf import ProductFacet, ShelfEntry
from catalog.models.sync import (
    DEFAULT_ACTIONS,
    ChangeKind,
    LowStock,
    SyncAction,
    SyncChange,
    SyncCheck,
    SyncRule,
    SyncRun,
    WatchedProduct,
)
from catalog.models.translation import CategoryTranslation, ProductTranslation, WordTranslation

__all__ = [
    "BundlePart",
    "Category",
    "CategoryMapping",
    "DEFAULT_ACTIONS",
    "ChangeKind",
    "CategoryTranslation",
    "ExchangeRate",
    "FreightQuote",
    "ImportItem",
    "ImportRun",
    "Listing",
    "MappingDrift",
    "OptionWord",
    "LowStock",
    "PriceBand",
    "PriceChange",
    "PriceRule",
    "Product",
    "ProductFacet",
    "ProductImage",
    "ProductQuerySet",
    "ProductTranslation",
    "RateFetch",
    "SearchText",
    "SearchWord",
    "SearchWordKey",
    "ShelfEntry",
    "StagedPicture",
    "StagedProduct",
    "StagedVariant",
    "SyncAction",
    "SyncChange",
    "SyncCheck",
    "SyncRule",
    "SyncRun",
    "Variant",
    "WatchedProduct",
    "WordTranslation",
]
