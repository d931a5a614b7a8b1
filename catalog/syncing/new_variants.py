"""SKUs that a supplier has added to a product which the shop sells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import dictionary
from catalog.mapping import map_listing
from catalog.models import ChangeKind, Listing, Product, SyncAction, SyncChange, Variant, WatchedProduct
from catalog.pricing.history import record_first_prices
from catalog.pricing.repricing import SYSTEM, starting_price
from catalog.shelf import refresh
from catalog.stock import storable
from catalog.syncing.rules import stored_rules
from catalog.variant_skus import free_skus
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.errors import DomainError
from shop.money import Money

_S = SyncChange.Status


@dataclass(frozen=True, slots=True)
class Noted:
    """How many new SKUs were noted, and the ids of those that went again before staff had decided about them."""

    changes: int = 0
    gone: frozenset[str] = frozenset()


def note_new(
    watched: WatchedProduct,
    offers: Sequence[tuple[Listing, ProductSnapshot]],
    *,
    mapped: Collection[str],
    run_id: int | None = None,
) -> Noted:
    """Note every SKU that was never there before, and add it to the shop where the rule says so.

    ``offers`` are the product as it was shown for each country, with one of the listings that are asked for it;
    ``mapped`` the ids of the SKUs that the shop has. At the first check all are old: what staff left out when they
    mapped the product they meant to leave out. What waits for staff is brought up to date, or ended if it is mapped or
    gone by now.
    """
    shown: dict[str, tuple[ProductSnapshot, SkuSnapshot]] = {}
    for _beside, product in offers:
        for sku in product.skus:
            shown.setdefault(sku.sku_id, (product, sku))
    gone = _renew(watched, shown, mapped)
    if watched.known_skus is None:
        return Noted(gone=gone)
    changes, old = 0, {*watched.known_skus, *mapped}
    for beside, product in offers:
        new = [sku for sku in product.skus if sku.sku_id not in old]
        old |= {sku.sku_id for sku in new}
        changes += _note_all(beside, product, new, run_id) if new else 0
    return Noted(changes, gone)


def end_new(watched: WatchedProduct) -> Noted:
    """The product is gone: so is whatever of it waits for staff."""
    return Noted(gone=_renew(watched, {}, ()))


def known_skus(
    watched: WatchedProduct, shown: Sequence[ProductSnapshot], *, gone: Collection[str]
) -> dict[str, int | None] | None:
    """All SKUs that the product ever had, each with the limit that was told last; without those in ``gone``, about
    which staff shall be asked when they come back. One that staff left out is not new when it comes back.
    """
    now: dict[str, int | None] = {}
    for product in shown:
        now |= {sku.sku_id: sku.quantity_limit or now.get(sku.sku_id) for sku in product.skus}
    if not now and watched.known_skus is None:
        return None
    return {sku_id: limit for sku_id, limit in ((watched.known_skus or {}) | now).items() if sku_id not in gone}


def _renew(
    watched: WatchedProduct, shown: dict[str, tuple[ProductSnapshot, SkuSnapshot]], mapped: Collection[str]
) -> frozenset[str]:
    """Let what waits say what was found now. The ids of the SKUs that are gone."""
    gone = set[str]()
    rows = SyncChange.objects.filter(
        account=watched.account_id,
        external_product_id=watched.external_product_id,
        kind=ChangeKind.NEW_VARIANT,
        status=_S.WAITING,
    )
    for row in rows:
        found = shown.get(row.external_sku_id)
        if found is None or row.external_sku_id in mapped:
            if rows.filter(pk=row.pk).update(status=_S.SUPERSEDED) and found is None:
                gone.add(row.external_sku_id)
        elif row.details != (details := _details(*found)):
            rows.filter(pk=row.pk).update(details=details, **_figures(found[1]))
    return frozenset(gone)


def _note_all(beside: Listing, product: ProductSnapshot, new: list[SkuSnapshot], run_id: int | None) -> int:
    action = stored_rules().action(
        ChangeKind.NEW_VARIANT,
        account_id=beside.account_id,
        category_id=beside.variant.product.category_id,
        product_id=beside.variant.product_id,
    )
    return sum(_note(beside, product, sku, action, run_id) for sku in new)


def add_variant(
    beside: Listing,
    product: ProductSnapshot,
    sku: SkuSnapshot,
    *,
    actor: str = SYSTEM,
    read_at: datetime | None = None,
) -> Variant:
    """Sell ``sku`` as one more variant of the product that ``beside`` belongs to, at the price that the rules give.

    ``actor`` is who does it, for the history of prices; ``read_at`` when its figures were read, if not just now: older
    ones are looked at again before they are sold. Raises ``DomainError``: no rule or rate for a price,
    ``other_options``, ``same_options``, ``sku_taken``, or what ``map_listing`` raises.
    """
    ours = beside.variant.product
    price = starting_price(
        sku.price,
        category_id=ours.category_id,
        account_id=beside.account_id,
        product_id=ours.pk,
        currency=beside.variant.currency,
    )
    options = _options(ours, sku)
    last = ours.variants.order_by("-position").values_list("position", flat=True).first() or 0
    try:
        with transaction.atomic():
            variant = Variant.objects.create(
                product=ours,
                sku=free_skus(ours, [last + 1])[0],
                options=options,
                price=price.amount,
                currency=price.currency,
                position=last + 1,
            )
            record_first_prices([variant], actor=actor, note=_("First price, of a variant new at the supplier"))
            listing = Listing(
                variant=variant,
                account=beside.account,
                external_product_id=beside.external_product_id,
                external_sku_id=sku.sku_id,
                country=beside.country,
                destination_countries=beside.destination_countries,
                shipping_service=beside.shipping_service,
                ship_from=beside.ship_from,
                priority=beside.priority,
            )
            listing.save()
            map_listing(listing, product=product, sku_id=sku.sku_id, read_at=read_at)
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
        **_figures(sku),
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


def _figures(sku: SkuSnapshot) -> dict[str, Any]:
    return {
        "cost_after": sku.price.rounded().amount,
        "currency": sku.price.currency,
        "stock_after": storable(sku.stock),
    }


def _options(ours: Product, sku: SkuSnapshot) -> dict[str, str]:
    """The SKU's options as an import writes them. Customers could not choose it by other names than the product's, or
    tell it from a variant with the same ones.
    """
    options = dictionary.load().options(sku.options)
    if set(options) != set(ours.option_names):
        text = _("Its options are %(theirs)s, the product's %(ours)s: name them alike under Option words, or map it.")
        names = {"theirs": ", ".join(options) or "–", "ours": ", ".join(ours.option_names) or "–"}
        raise DomainError(text % names, code="other_options")
    # What the sync has hidden comes back.
    for variant in ours.variants.filter(Q(is_active=True) | Q(hidden_by_sync=True)):
        if variant.options == options:
            text = _("%(sku)s has the same options: map the supplier's SKU to it, or take it off the shop.")
            raise DomainError(text % {"sku": variant.sku}, code="same_options")
    return {name: options[name] for name in ours.option_names}
