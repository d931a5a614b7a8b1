"""A staged product becomes a product of the shop, or changes the one that it became: whole, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.content import sanitize_supplier_html
from catalog.importing.differences import FIELDS, changes_of, count_changes
from catalog.importing.doubles import sold_otherwise, sold_text
from catalog.importing.staging import mark_edited
from catalog.models import (
    Category,
    Listing,
    Product,
    ProductImage,
    StagedPicture,
    StagedProduct,
    StagedVariant,
    Variant,
)
from catalog.pricing.history import record_first_prices
from catalog.pricing.repricing import SYSTEM
from catalog.shelf import refresh
from catalog.variant_skus import free_skus
from shop.errors import DomainError

_SLUG_LENGTH = 120
_SLUG_TRIES = 50
_BATCH = 100


class NotReady(DomainError):
    """Something is missing before it can be sold; the message says what."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class _Description:
    """A staged description and what may be shown of it, cleaned before a transaction keeps all others waiting."""

    html: str
    cleaned: str

    @classmethod
    def of(cls, staged_id: int) -> _Description:
        html = StagedProduct.objects.values_list("description_html", flat=True).get(pk=staged_id)
        return cls(html, sanitize_supplier_html(html))

    def clean(self, staged: StagedProduct) -> str:
        """What may be shown of the description that ``staged`` has by now."""
        is_same = staged.description_html == self.html
        return self.cleaned if is_same else sanitize_supplier_html(staged.description_html)


def publish(staged_id: int, *, actor: str = SYSTEM) -> Product:
    """Put the staged product into the shop with its variants, listings and pictures, and return it.

    ``actor`` is who does it, for the history of prices: ``staff:7``. What is there already is returned as it is:
    publishing twice makes one product. Raises ``NotReady``.
    """
    description = _Description.of(staged_id)
    with transaction.atomic():
        staged = _locked(staged_id)
        if staged.product is not None:
            return staged.product
        if (sold := sold_otherwise(staged.account, staged.external_product_id)) is not None:
            raise NotReady(sold_text(sold))
        variants = _checked(staged)
        product = _create_product(staged, description)
        staged.product, staged.published_at, staged.is_dismissed = product, timezone.now(), False
        _create_variants(staged, variants, product, actor)
        for picture in staged.pictures.filter(status=StagedPicture.Status.STORED, is_kept=True):
            _create_picture(picture, product)
        _finish(staged, product)
    return product


def answer_changes(
    staged_id: int,
    *,
    accept: Collection[str],
    decline: Collection[str],
    seen_at: datetime | None = None,
    actor: str = SYSTEM,
) -> Product:
    """Change what is live by the changes whose keys are in ``accept``; those in ``decline`` are not proposed again.

    ``seen_at`` is the ``imported_at`` that whoever answers has seen: an import in between may have put other words
    under the same key. Raises ``NotReady``, and ``DomainError`` (``not_published``, ``changed_meanwhile``).
    """
    description = _Description.of(staged_id)
    with transaction.atomic():
        staged = _locked(staged_id)
        product = staged.product
        if product is None:
            raise DomainError(_("It is not in the shop yet."), code="not_published")
        if seen_at is not None and seen_at != staged.imported_at:
            raise DomainError(
                _("It was imported again in the meantime: look at the changes once more."), code="changed_meanwhile"
            )
        present = {change.key for change in changes_of(staged)}
        accepted = present.intersection(accept)
        if "option_names" in accepted:
            # Variants whose options have other names than the product's could not be chosen.
            accepted |= {key for key in present if key.startswith("options:")}
        for key in sorted(accepted):
            _accept(staged, product, key, description, actor)
        for key in sorted(present.intersection(decline) - accepted):
            _decline(staged, product, key)
        # Nothing else: somebody may be editing the product.
        product.save(update_fields=[*accepted.intersection(FIELDS), "updated_at"])
        _finish(staged, product)
    return product


def _locked(staged_id: int) -> StagedProduct:
    StagedProduct.objects.select_for_update().get(pk=staged_id)
    return StagedProduct.objects.select_related("account", "category", "product").get(pk=staged_id)


def _checked(staged: StagedProduct) -> list[StagedVariant]:
    if not staged.title.strip():
        raise NotReady(_("It has no title."))
    _category_of(staged)
    variants = list(staged.variants.filter(is_kept=True, is_gone=False))
    if not variants:
        raise NotReady(_("Keep at least one variant."))
    meanings: dict[tuple[str, ...], StagedVariant] = {}
    for row in variants:
        _check_variant(staged, row)
        meaning = tuple(row.options[name] for name in staged.option_names)
        if meaning in meanings:
            text = _("Two variants are “%(options)s”: change the options of one, or leave it out.")
            raise NotReady(text % {"options": ", ".join(meaning) or row.external_sku_id})
        meanings[meaning] = row
    return variants


def _category_of(staged: StagedProduct) -> Category:
    if staged.category is None:
        raise NotReady(_("Choose its category first."))
    return staged.category


def _check_variant(staged: StagedProduct, row: StagedVariant) -> None:
    _price_of(row)
    if set(row.options) != set(staged.option_names):
        text = _("The variant “%(variant)s” does not have the options %(names)s.")
        raise NotReady(text % {"variant": str(row), "names": ", ".join(staged.option_names) or "–"})


def _create_product(staged: StagedProduct, description: _Description) -> Product:
    for slug in _slugs(staged):
        try:
            with transaction.atomic():
                return Product.objects.create(
                    category=_category_of(staged),
                    slug=slug,
                    title=staged.title,
                    brand=staged.brand,
                    summary=staged.summary,
                    description_html=description.clean(staged),
                    option_names=staged.option_names,
                    status=Product.Status.ACTIVE,
                )
        except IntegrityError:
            continue
    raise NotReady(_("No free address was found for this title: change it a little."))


def _slugs(staged: StagedProduct) -> list[str]:
    """Addresses to try: of the title, or of a title without Latin letters one that says nothing, then with numbers."""
    base = slugify(staged.title)[: _SLUG_LENGTH - 10].strip("-") or f"product-{staged.pk}"
    taken = set(Product.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    names = [base, *(f"{base}-{number}" for number in range(2, _SLUG_TRIES)), f"{base}-{staged.pk}"]
    return [name for name in names if name not in taken][:3]


def _create_variants(staged: StagedProduct, rows: Sequence[StagedVariant], product: Product, actor: str) -> None:
    """Variants and listings for ``rows``, in as many statements for five hundred as for one."""
    new = [row for row in rows if row.variant is None]
    skus = free_skus(product, [row.position for row in new])
    made = Variant.objects.bulk_create(
        Variant(
            product=product,
            sku=sku,
            options={name: row.options[name] for name in product.option_names},
            price=_price_of(row),
            currency=settings.SHOP_CURRENCY,
            position=row.position,
        )
        for row, sku in zip(new, skus, strict=True)
    )
    for row, variant in zip(new, made, strict=True):
        row.variant = variant
    StagedVariant.objects.bulk_update(new, ["variant"], batch_size=_BATCH)
    record_first_prices(made, actor=actor, note=_("First price, as it was published"))
    _create_listings(staged, rows)


def _price_of(row: StagedVariant) -> Decimal:
    if row.price is None or row.price <= 0:
        raise NotReady(_("The variant “%(variant)s” has no price.") % {"variant": str(row)})
    return row.price


def _create_listings(staged: StagedProduct, rows: Sequence[StagedVariant]) -> None:
    present = Listing.objects.filter(
        account=staged.account, external_product_id=staged.external_product_id, quantity_per_unit=1
    )
    buyers = dict(present.values_list("external_sku_id", "variant_id"))
    for row in rows:
        if buyers.get(row.external_sku_id, row.variant_id) != row.variant_id:
            text = _("Another variant buys “%(variant)s” from this supplier already.")
            raise NotReady(text % {"variant": str(row)})
    try:
        with transaction.atomic():
            Listing.objects.bulk_create(_listing(staged, row) for row in rows if row.external_sku_id not in buyers)
    except IntegrityError as exc:
        raise NotReady(_("Somebody is mapping the same variants at this moment: try again.")) from exc


def _listing(staged: StagedProduct, row: StagedVariant) -> Listing:
    return Listing(
        variant=row.variant,
        account=staged.account,
        external_product_id=staged.external_product_id,
        external_sku_id=row.external_sku_id,
        external_sku_attr=row.external_sku_attr,
        quantity_per_unit=1,
        cost=row.cost,
        currency=row.cost_currency,
        stock=row.stock,
        quantity_limit=row.quantity_limit,
        fingerprint=row.fingerprint,
        country=staged.country,
        checked_at=staged.imported_at,
    )


def _create_picture(picture: StagedPicture, product: Product) -> None:
    picture.image = ProductImage.objects.create(
        product=product,
        image=picture.large,
        thumbnail=picture.small,
        # With these given the file is not opened to measure it.
        width=picture.width,
        height=picture.height,
        alt=picture.alt or product.title,
        options=picture.options,
        position=picture.position,
    )
    picture.save(update_fields=["image"])


def _accept(staged: StagedProduct, product: Product, key: str, description: _Description, actor: str) -> None:
    kind, _colon, number = key.partition(":")
    if key == "description_html":
        product.description_html = description.clean(staged)
    elif key in FIELDS:
        setattr(product, key, getattr(staged, key))
    elif kind == "picture":
        _create_picture(staged.pictures.get(pk=number), product)
    elif kind == "variant":
        row = staged.variants.get(pk=number)
        _check_variant(staged, row)
        if set(row.options) != set(product.option_names):
            raise NotReady(_("Accept the options of the product together with its new variants."))
        _create_variants(staged, [row], product, actor)
    elif kind == "gone":
        _take_off_sale(staged.variants.select_related("variant").get(pk=number), staged)
    elif kind == "options":
        row = staged.variants.select_related("variant").get(pk=number)
        Variant.objects.filter(staged=row).update(options=row.options)


def _take_off_sale(row: StagedVariant, staged: StagedProduct) -> None:
    Variant.objects.filter(staged=row).update(is_active=False, hidden_by_sync=False)
    Listing.objects.filter(
        variant=row.variant_id, account=staged.account_id, external_sku_id=row.external_sku_id
    ).update(is_active=False)


def _decline(staged: StagedProduct, product: Product, key: str) -> None:
    kind, _colon, number = key.partition(":")
    if key in FIELDS:
        setattr(staged, key, getattr(product, key))
        mark_edited(staged, [key])
    elif kind == "picture":
        staged.pictures.filter(pk=number).update(is_kept=False)
    elif kind in ("variant", "gone"):
        staged.variants.filter(pk=number).update(is_kept=False)
    elif kind == "options":
        row = staged.variants.select_related("variant").get(pk=number)
        row.options = row.variant.options if row.variant else row.options
        mark_edited(row, ["options"])
        row.save(update_fields=["options", "edited"])


def _finish(staged: StagedProduct, product: Product) -> None:
    staged.changes_count = count_changes(staged)
    staged.save()
    refresh([product.pk])
