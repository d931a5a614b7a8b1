"""Staff's pages about suppliers. ``SupplierAccountAdmin`` is registered by the floor that knows of orders."""

from integrations.admin.accounts import SupplierAccountAdmin, SupplierAccountForm
from integrations.admin.api_calls import ApiCallAdmin
from integrations.admin.reading import ReadOnlyAdmin, ReadOnlyTabularInline

__all__ = ["ApiCallAdmin", "ReadOnlyAdmin", "ReadOnlyTabularInline", "SupplierAccountAdmin", "SupplierAccountForm"]
