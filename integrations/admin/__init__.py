"""Staff's pages about suppliers. ``SupplierAccountAdmin`` is registered by the floor that knows of orders."""

from integrations.admin.accounts import SupplierAccountAdmin, SupplierAccountForm
from integrations.admin.api_calls import ApiCallAdmin
from integrations.admin.pushes import PushMessageAdmin
from integrations.admin.rate_windows import RateWindowAdmin
from integrations.admin.reading import PageAdmin, ReadOnlyAdmin, ReadOnlyTabularInline

__all__ = [
    "ApiCallAdmin",
    "PageAdmin",
    "PushMessageAdmin",
    "RateWindowAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyTabularInline",
    "SupplierAccountAdmin",
    "SupplierAccountForm",
]
