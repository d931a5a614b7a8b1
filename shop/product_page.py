"""What a product's page offers: its pictures, and each variant with price, stock and the picture that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.availability import in_stock, quantity_available
from catalog.models import Product, ProductImage, Variant
from catalog.pricing import saving_percent
from shop.money import Money

#: From this number downwards the page says how many are left.
_FEW = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the gallery; ``number`` counts from 1."""

    number: int
    url: str
    thumbnail_url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VariantChoice:
    """One variant as the visitor may choose it. ``stock_level`` is ``in``, ``low`` or ``out``."""

    sku: str
    label: str
    options: dict[str, str]
    price: Money
    compare_at: Money | None
    saving: int | None
    stock_level: str
    stock_text: str
    quantity_max: int
    picture_number: int
    thumbnail_url: str

    @property
    def is_sold_out(self) -> bool:
        return self.stock_level == "out"


@dataclass(frozen=True, slots=True)
class OptionValue:
    """A value of one option, with a picture if it has one of its own (a colour has, a size has not)."""

    text: str
    thumbnail_url: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """An option such as *Color* with its values."""

    name: str
    values: list[OptionValue]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """``groups`` is empty unless there is more than one option: then a script offers them one by one."""

    pictures: list[Picture]
    choices: list[VariantChoice]
    selected: VariantChoice | None
    legend: str
    groups: list[OptionGroup]


def product_page(product: Product, *, sku: str = "") -> ProductPage:
    """The page of a product loaded with ``for_page()``; ``sku`` is the variant to be preselected, if it exists."""
    images = list(product.images.all())
    choices = [_choice(variant, product, images) for variant in product.variants.all()]
    selected = (
        next((choice for choice in choices if choice.sku == sku), None)
        or next((choice for choice in choices if not choice.is_sold_out), None)
        or next(iter(choices), None)
    )
    return ProductPage(
        pictures=[
            Picture(number, image.image.url, _thumbnail_url(image), image.alt, image.width, image.height)
            for number, image in enumerate(images, start=1)
        ],
        choices=choices,
        selected=selected,
        legend=" / ".join(product.option_names) or _("Choice"),
        groups=_groups(product, choices, selected, images) if len(product.option_names) > 1 else [],
    )


def variant_picture(variant: Variant) -> ProductImage | None:
    """The picture that shows ``variant``, as far as there is one."""
    return _picture_of(variant.options, list(variant.product.images.all()))[1]


def _choice(variant: Variant, product: Product, images: list[ProductImage]) -> VariantChoice:
    compare_at = Money(variant.compare_at_price, variant.currency) if variant.compare_at_price else None
    level, text, quantity_max = _stock(variant)
    number, image = _picture_of(variant.options, images)
    shows_it = image is not None and bool(image.options)
    return VariantChoice(
        sku=variant.sku,
        label=" · ".join(variant.options.values()) or product.title,
        options=variant.options,
        price=variant.unit_price,
        compare_at=compare_at,
        saving=saving_percent(variant.unit_price, compare_at),
        stock_level=level,
        stock_text=text,
        quantity_max=quantity_max,
        picture_number=number,
        thumbnail_url=_thumbnail_url(image) if image and shows_it else "",
    )


def _stock(variant: Variant) -> tuple[str, str, int]:
    available = quantity_available(variant)
    if not in_stock(variant):
        return "out", _("Sold out"), 1
    if available is None or available > _FEW:
        limit = settings.MAX_QUANTITY_PER_LINE
        return "in", _("In stock"), limit if available is None else min(available, limit)
    text = ngettext("Only %(number)d left", "Only %(number)d left", available) % {"number": available}
    return "low", text, available


def _picture_of(options: dict[str, str], images: list[ProductImage]) -> tuple[int, ProductImage | None]:
    """The first picture that shows this choice (number from 1), else the first one."""
    for number, image in enumerate(images, start=1):
        if image.options and image.options.items() <= options.items():
            return number, image
    return 1, images[0] if images else None


def _groups(
    product: Product, choices: list[VariantChoice], selected: VariantChoice | None, images: list[ProductImage]
) -> list[OptionGroup]:
    groups = []
    for name in product.option_names:
        texts = dict.fromkeys(choice.options[name] for choice in choices if name in choice.options)
        own = {
            image.options[name]: _thumbnail_url(image) for image in reversed(images) if list(image.options) == [name]
        }
        values = [
            OptionValue(text, own.get(text, ""), selected is not None and selected.options.get(name) == text)
            for text in texts
        ]
        groups.append(OptionGroup(name, values))
    return groups


def _thumbnail_url(image: ProductImage) -> str:
    return image.thumbnail.url if image.thumbnail else image.image.url
