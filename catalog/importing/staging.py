"""What a supplier shows of a product becomes a staged product: cleaned, in our words, priced, ready for staff.

Importing again updates: what a person wrote stays, what the supplier changed follows, nothing is doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import dictionary
from catalog.content import plain_text, sanitize_supplier_html, shortened
from catalog.drift import fingerprint_of, picture_of
from catalog.importing import category_names
from catalog.importing.asked_prices import Pricer
from catalog.importing.differences import FIELDS, count_changes
from catalog.models import (
    Category,
    CategoryMapping,
    ImportItem,
    Listing,
    StagedPicture,
    StagedProduct,
    StagedVariant,
)
from catalog.stock import storable
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.errors import DomainError

#: More SKUs than that nobody chooses from, and no page shows.
MAX_VARIANTS = 500
MAX_PICTURES = 30


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of it: ``result`` is imported, updated or skipped of ``ImportItem.Status``; ``note`` says more."""

    staged: StagedProduct
    result: str
    note: str = ""


def stage(
    account: SupplierAccount, product: ProductSnapshot, *, country: str, category: Category | None = None
) -> Staged:
    """Write ``product`` as a staged product of ``account``, or update the one that is there.

    ``category`` is where it goes if neither a person nor the map of categories says otherwise. What staff put aside is
    skipped. Raises ``DomainError`` (``too_many_variants``).
    """
    if len(product.skus) > MAX_VARIANTS:
        text = _("It has %(count)s variants; more than %(most)s are not imported.")
        raise DomainError(text % {"count": len(product.skus), "most": MAX_VARIANTS}, code="too_many_variants")
    shown = _shown(product, dictionary.load())
    with transaction.atomic():
        row, is_new = StagedProduct.objects.select_for_update().get_or_create(
            account=account,
            external_product_id=product.product_id,
            defaults={"country": country, "source_title": "", "title": "-"},
        )
        if row.is_dismissed:
            return Staged(row, ImportItem.Status.SKIPPED, _("It was put aside."))
        _write_product(row, product, shown, country=country, category=category)
        if row.product is None:
            _find_what_is_sold(row)
        problem = _write_variants(row, product, shown)
        _write_pictures(row, product, shown)
        row.changes_count = count_changes(row)
        row.save(update_fields=["changes_count"])
    result = ImportItem.Status.IMPORTED if is_new else ImportItem.Status.UPDATED
    return Staged(row, result, _remark(row, product, problem))


@dataclass(frozen=True, slots=True)
class _Shown:
    """The words of a product as the shop may show them; ``options`` by the supplier's SKU id."""

    title: str
    brand: str
    store_name: str
    description_html: str
    options: Mapping[str, Mapping[str, str]]


def _shown(product: ProductSnapshot, words: dictionary.Dictionary) -> _Shown:
    """Everything that a stranger wrote, cleaned. Before the transaction: nobody else can write meanwhile on SQLite."""
    return _Shown(
        title=shortened(plain_text(product.title), 200) or product.product_id,
        brand=plain_text(product.brand)[:80],
        store_name=plain_text(product.store_name)[:200],
        description_html=sanitize_supplier_html(product.description_html),
        options={sku.sku_id: words.options(sku.options) for sku in product.skus},
    )


def choose_category(row: StagedProduct, category: Category) -> None:
    """Remember that goods of this one's category at the supplier go into ``category`` from now on."""
    if row.external_category_id:
        name = category_names.known_name(row.account, row.external_category_id)
        CategoryMapping.objects.update_or_create(
            provider=row.account.provider,
            external_category_id=row.external_category_id,
            defaults={"category": category, **({"name": name} if name else {})},
        )


def mark_edited(row: StagedProduct | StagedVariant, names: list[str]) -> None:
    """Note that a person wrote the fields ``names`` of ``row``; the caller saves."""
    row.edited = sorted({*row.edited, *names})


def _write_product(
    row: StagedProduct,
    product: ProductSnapshot,
    shown: _Shown,
    *,
    country: str,
    category: Category | None,
) -> None:
    row.country = country
    row.source_title = product.title[:500]
    row.source_url = product.url if len(product.url) <= 500 else ""
    row.store_name = shown.store_name
    row.external_category_id = product.category_id[:64]
    row.rating_percent = product.rating_percent
    row.quantity_sold = product.quantity_sold
    row.ship_days = product.ship_days
    row.is_orderable = product.orderable
    row.imported_at = timezone.now()
    values: dict[str, Any] = {
        "title": shown.title,
        "brand": shown.brand,
        "description_html": shown.description_html,
        "option_names": list(dict.fromkeys(name for options in shown.options.values() for name in options)),
        "category": _category_of(row) or row.category or category,
    }
    for name, value in values.items():
        if name not in row.edited:
            setattr(row, name, value)
    row.save()


def _category_of(row: StagedProduct) -> Category | None:
    mapping = (
        CategoryMapping.objects.filter(
            provider=row.account.provider, external_category_id=row.external_category_id or "-"
        )
        .select_related("category")
        .first()
    )
    return mapping.category if mapping else None


def _find_what_is_sold(row: StagedProduct) -> None:
    """A product that was mapped to this one by hand is this one: it is updated, never sold a second time.

    Its words are a person's: they stand.
    """
    listing = (
        Listing.objects.filter(account=row.account_id, external_product_id=row.external_product_id)
        .filter(variant__product__staged=None)
        .select_related("variant__product")
        .order_by("pk")
        .first()
    )
    if listing is not None:
        row.product = listing.variant.product
        row.published_at = timezone.now()
        for name in FIELDS:
            setattr(row, name, getattr(row.product, name))
        mark_edited(row, list(FIELDS))
        row.save()


def _write_variants(row: StagedProduct, product: ProductSnapshot, shown: _Shown) -> str:
    """Write them; why the first one without a price has none."""
    # Locked: whole rows are written, and staff may be editing some of them.
    locked = row.variants.select_for_update().order_by("pk")
    present = {variant.external_sku_id: variant for variant in locked}
    listings = Listing.objects.filter(
        account=row.account_id, external_product_id=row.external_product_id, quantity_per_unit=1
    )
    sold = {listing.external_sku_id: listing.variant for listing in listings.select_related("variant").order_by("-pk")}
    meanings = {tuple(sorted(old.options.items())) for old in present.values() if old.is_kept and not old.is_gone}
    marks = _picture_marks(present.values())
    pricer, problem = Pricer(row, {sku.price.currency for sku in product.skus}), ""
    for position, sku in enumerate(product.skus, 1):
        variant = present.pop(sku.sku_id, None) or StagedVariant(staged=row, external_sku_id=sku.sku_id)
        is_new = variant.pk is None
        _write_variant(variant, product, sku, shown, position=position, marks=marks)
        if variant.variant is None and sku.sku_id in sold:
            variant.variant = sold[sku.sku_id]
            variant.options = variant.variant.options
            mark_edited(variant, ["options"])
        if is_new:
            # Customers could not tell it from the one before, for which only a hidden option differs.
            meaning = tuple(sorted(variant.options.items()))
            variant.is_kept = meaning not in meanings or variant.variant_id is not None
            meanings.add(meaning)
        if "price" not in variant.edited and variant.variant_id is None:
            asked = pricer.price_of(sku.price.rounded())
            variant.price, variant.price_note = asked.amount, asked.problem[:200]
            problem = problem or asked.problem
        variant.save()
    for gone in present.values():
        gone.is_gone = True
        gone.save(update_fields=["is_gone"])
    return problem


def _picture_marks(rows: Iterable[StagedVariant]) -> dict[str, str]:
    """What was seen when the pictures of ``rows`` were fetched, by the pictures' addresses."""
    shown = [row.fingerprint.get("picture", {}) for row in rows]
    return {picture["url"]: picture["mark"] for picture in shown if "mark" in picture}


def _write_variant(
    variant: StagedVariant,
    product: ProductSnapshot,
    sku: SkuSnapshot,
    shown: _Shown,
    *,
    position: int,
    marks: Mapping[str, str],
) -> None:
    if len(sku.sku_id) > 64 or len(sku.sku_attr) > 300:
        raise DomainError(_("The supplier's id of a variant is too long to be kept."), code="sku_too_long")
    variant.external_sku_attr = sku.sku_attr
    # A picture is fetched once: its mark outlives later imports.
    variant.fingerprint = fingerprint_of(product, sku, picture_mark=marks.get(picture_of(product, sku)))
    variant.cost, variant.cost_currency = sku.price.rounded().amount, sku.price.currency
    variant.stock, variant.quantity_limit = storable(sku.stock), storable(sku.quantity_limit)
    variant.picture_url = sku.image_url[:1000]
    variant.is_gone = False
    variant.position = position
    if "options" not in variant.edited:
        variant.options = dict(shown.options[sku.sku_id])


def _write_pictures(row: StagedProduct, product: ProductSnapshot, shown: _Shown) -> None:
    shows: dict[str, dict[str, str]] = {}
    for sku in product.skus:
        if sku.image_url and (options := shown.options[sku.sku_id]):
            name = next(iter(options))
            shows.setdefault(sku.image_url, {name: options[name]})
    urls = list(dict.fromkeys([*product.image_urls, *shows]))
    wanted = [url for url in urls if len(url) <= 1000][:MAX_PICTURES]
    present = {picture.url: picture for picture in row.pictures.all()}
    for position, url in enumerate(wanted, 1):
        picture = present.pop(url, None)
        if picture is None:
            StagedPicture.objects.create(
                staged=row,
                url=url,
                url_hash=hashlib.sha256(url.encode()).hexdigest(),
                options=shows.get(url, {}),
                alt=row.title,
                position=position,
            )
        elif picture.status == StagedPicture.Status.REFUSED:
            StagedPicture.objects.filter(pk=picture.pk).update(status=StagedPicture.Status.WAITING, note="")
    # What the supplier took away and the shop does not show either is of no use.
    StagedPicture.objects.filter(pk__in=[gone.pk for gone in present.values() if gone.image_id is None]).delete()


def _remark(row: StagedProduct, product: ProductSnapshot, problem: str) -> str:
    parts = []
    if not product.orderable:
        parts.append(_("The supplier does not sell it now."))
    if row.product_id and row.changes_count:
        text = ngettext("%(n)d change waits for your answer.", "%(n)d changes wait for your answer.", row.changes_count)
        parts.append(text % {"n": row.changes_count})
    if problem:
        parts.append(problem)
    if row.category_id is None:
        parts.append(_("It has no category yet."))
    return " ".join(parts)
