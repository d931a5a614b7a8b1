"""Staff's pages about what is sold and where it is bought."""

from catalog.admin.categories import CategoryAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.variants import VariantAdmin

__all__ = ["CategoryAdmin", "ProductAdmin", "VariantAdmin"]
