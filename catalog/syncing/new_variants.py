"""SKUs that a supplier has added to a product which the shop sells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.mapping import map_listing
from catalog.models import ChangeKind, Listing, SyncAction, SyncChange, Variant, WatchedProduct
from catalog.pricing.repricing import starting_price
from catalog.shelf import refresh
from catalog.syncing.rules import stored_rules
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.errors import DomainError
from shop.money import Money

_S = SyncChange.Status


def note_new(
    watched: WatchedProduct, listings: list[Listing], product: ProductSnapshot, *, run_id: int | None = None
) -> int:
    """Note every SKU that was not there at the last check, and add it to the shop where the rule says so. How many.

    At the first check all of them are old: what staff left out when they mapped the product they meant to leave out.
    """
    if watched.known_skus is None:
        return 0
    mapped = {listing.external_sku_id for listing in listings}
    new = [sku for sku in product.skus if sku.sku_id not in watched.known_skus and sku.sku_id not in mapped]
    if not new:
        return 0
    beside = listings[0]
    action = stored_rules().action(
        ChangeKind.NEW_VARIANT,
        account_id=beside.account_id,
        category_id=beside.variant.product.category_id,
        product_id=beside.variant.product_id,
    )
    return sum(_note(beside, product, sku, action, run_id) for sku in new)


def add_variant(beside: Listing, product: ProductSnapshot, sku: SkuSnapshot) -> Variant:
    """Sell ``sku`` as one more variant of the product that ``beside`` belongs to, at the price that the rules give.

    Raises ``DomainError``: no rule or rate for a price, ``sku_taken``, or what ``map_listing`` raises.
    """
    ours = beside.variant.product
    price = starting_price(
        sku.price,
        category_id=ours.category_id,
        account_id=beside.account_id,
        product_id=ours.pk,
        currency=beside.variant.currency,
    )
    last = ours.variants.order_by("-position").values_list("position", flat=True).first() or 0
    try:
        with transaction.atomic():
            variant = Variant.objects.create(
                product=ours,
                sku=f"{slugify(ours.slug)[:40]}-{sku.sku_id}"[:64],
                options=_options(sku),
                price=price.amount,
                currency=price.currency,
                position=last + 1,
            )
            listing = Listing(
                variant=variant,
                account=beside.account,
                external_product_id=beside.external_product_id,
                external_sku_id=sku.sku_id,
                destination_countries=beside.destination_countries,
                shipping_service=beside.shipping_service,
                ship_from=beside.ship_from,
                priority=beside.priority,
            )
            listing.save()
            map_listing(listing, product=product, sku_id=sku.sku_id)
    except IntegrityError as exc:
        raise DomainError(_("The shop has a variant for this SKU already."), code="sku_taken") from exc
    refresh([ours.pk])
    return variant


def sku_from(details: dict[str, Any]) -> tuple[ProductSnapshot, SkuSnapshot]:
    """The product and SKU as a change keeps them."""
    sku = SkuSnapshot(
        sku_id=str(details["sku_id"]),
        sku_attr=str(details["sku_attr"]),
        options=tuple((str(name), str(value)) for name, value in details["options"]),
        price=Money(Decimal(str(details["price"])), str(details["currency"])),
        stock=details["stock"],
        quantity_limit=details["quantity_limit"],
        image_url=str(details["image_url"]),
    )
    return ProductSnapshot(str(details["product_id"]), str(details["title"]), orderable=True, skus=(sku,)), sku


def _note(beside: Listing, product: ProductSnapshot, sku: SkuSnapshot, action: str, run_id: int | None) -> bool:
    status = {SyncAction.NOTHING.value: _S.IGNORED, SyncAction.ASK.value: _S.WAITING}.get(action, _S.DONE)
    note = ""
    if status == _S.DONE:
        try:
            add_variant(beside, product, sku)
        except DomainError as exc:
            status, note = _S.WAITING, exc.message[:300]
    row = SyncChange(
        run_id=run_id,
        account_id=beside.account_id,
        external_product_id=beside.external_product_id,
        external_sku_id=sku.sku_id,
        kind=ChangeKind.NEW_VARIANT,
        action=action,
        status=status,
        cost_after=sku.price.rounded().amount,
        currency=sku.price.currency,
        stock_after=sku.stock,
        details=_details(product, sku),
        note=note,
    )
    # Two checks at the same moment: the other one has noted it.
    return bool(SyncChange.objects.bulk_create([row], ignore_conflicts=True))


def _details(product: ProductSnapshot, sku: SkuSnapshot) -> dict[str, object]:
    return {
        "product_id": product.product_id,
        "title": product.title[:300],
        "sku_id": sku.sku_id,
        "sku_attr": sku.sku_attr[:300],
        "options": [list(pair) for pair in sku.options],
        "price": str(sku.price.amount),
        "currency": sku.price.currency,
        "stock": sku.stock,
        "quantity_limit": sku.quantity_limit,
        "image_url": sku.image_url,
    }


def _options(sku: SkuSnapshot) -> dict[str, str]:
    return dict(sku.options)
