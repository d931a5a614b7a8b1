"""One supplier's product may be shown to several accounts of ours: it is sold as one product all the same."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Listing, Product, StagedProduct
from integrations.models import SupplierAccount


def listings_of(account: SupplierAccount, external_product_ids: list[str]) -> QuerySet[Listing]:
    """What buys these products of the supplier, through ``account`` or another one of the same provider.

    The emulator's goods are not the supplier's, whatever their ids.
    """
    accounts = SupplierAccount.objects.filter(provider=account.provider)
    sandbox = {"mode": SupplierAccount.Mode.SANDBOX}
    alike = accounts.filter(**sandbox) if account.mode == sandbox["mode"] else accounts.exclude(**sandbox)
    return Listing.objects.filter(account__in=alike, external_product_id__in=external_product_ids)


def sold_otherwise(account: SupplierAccount, external_product_id: str) -> Product | None:
    """The product of the shop that is sold from this one already, through another account or by its import.

    None if there is none, and if an import through ``account`` brings that very product up to date.
    """
    staged = StagedProduct.objects.filter(account=account, external_product_id=external_product_id)
    if staged.exclude(product=None).exists():
        return None
    listings = listings_of(account, [external_product_id])
    # Mapped by hand, it is recognised by its listing.
    if listings.filter(account=account, variant__product__staged=None).exists():
        return None
    other = (
        listings.exclude(variant__product__status=Product.Status.ARCHIVED)
        .exclude(account=account, variant__product__staged__account=account)
        .select_related("variant__product")
        .order_by("pk")
        .first()
    )
    return other.variant.product if other else None


def sold_text(product: Product) -> str:
    """What staff are told of it."""
    text = _("“%(title)s” is sold from it already. To buy it through this account too, map its variants to it.")
    return text % {"title": product.title[:80]}
