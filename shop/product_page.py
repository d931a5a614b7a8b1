"""What a product's page offers: its pictures, and each variant with price, stock and the picture that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.availability import in_stock, listings_in_use, load_parts, quantity_available, stock_known
from catalog.images import widths_of
from catalog.models import Product, ProductImage, Variant
from catalog.pricing.margin import saving_percent
from shop.age import age_in_words
from shop.choice import OPTION_PREFIX
from shop.money import Money
from shop.templatetags.shop_tags import money_filter

#: From this number downwards the page says how many are left.
_FEW = 5
#: An option with more values than this is a list to choose from, not a row of buttons.
_MANY_VALUES = 30
#: So many combinations that do exist are named where one was asked for that does not.
_ALTERNATIVES = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the gallery; ``number`` counts from 1. ``srcset`` lists its widths, ``zoom_url`` is the largest."""

    number: int
    url: str
    srcset: str
    thumbnail_url: str
    zoom_url: str
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
    checked_text: str
    quantity_max: int
    limit_text: str
    picture_number: int
    thumbnail_url: str

    @property
    def is_sold_out(self) -> bool:
        return self.stock_level == "out"

    @property
    def saving_text(self) -> str:
        return _("Save %(percent)d%%") % {"percent": self.saving} if self.saving else ""


@dataclass(frozen=True, slots=True)
class OptionValue:
    """A value of one option, with a picture if it has one of its own (a colour has, a size has not)."""

    value: str
    text: str
    thumbnail_url: str
    is_selected: bool
    is_sold_out: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """An option such as *Color* with its values; ``field`` is what the form sends it as, ``label`` what is read."""

    name: str
    field: str
    values: list[OptionValue]
    label: str

    @property
    def is_long(self) -> bool:
        return len(self.values) > _MANY_VALUES

    @property
    def selected_text(self) -> str:
        return next((value.text for value in self.values if value.is_selected), "")


@dataclass(frozen=True, slots=True)
class ProductPage:
    """``groups`` is empty if there is nothing to choose. ``alternatives`` are named where a combination was asked for
    that does not exist; ``selected`` is then only the nearest one.
    """

    pictures: list[Picture]
    choices: list[VariantChoice]
    selected: VariantChoice | None
    groups: list[OptionGroup]
    alternatives: list[VariantChoice]

    @property
    def script_data(self) -> dict[str, Any]:
        """What a script needs to follow the choice, once for all variants; each names its value in every group."""
        places = [{value.value: place for place, value in enumerate(group.values)} for group in self.groups]
        by_sku = bool(self.groups) and self.groups[0].field == "sku"
        return {
            "variants": [
                {
                    "sku": choice.sku,
                    "values": [
                        place[choice.sku if by_sku else choice.options[group.name]]
                        for group, place in zip(self.groups, places, strict=True)
                    ],
                    "label": choice.label,
                    "price": money_filter(choice.price),
                    "compareAt": money_filter(choice.compare_at),
                    "saving": choice.saving_text,
                    "stock": choice.stock_level,
                    "stockText": choice.stock_text,
                    "checked": choice.checked_text,
                    "max": choice.quantity_max,
                    "limit": choice.limit_text,
                    "picture": choice.picture_number,
                }
                for choice in self.choices
            ]
        }


def product_page(
    product: Product,
    *,
    sku: str = "",
    options: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
) -> ProductPage:
    """The page of a product loaded with ``for_page()``.

    ``sku`` is the variant to be preselected, if it exists. ``options`` is a combination that does not: it stays ticked.
    ``words`` are names and values of options in the reader's language, where they differ.
    """
    shown_words = words or {}
    variants = list(product.variants.all())
    load_parts(variants)
    wanted = dict(options or {})
    first = _preselected(variants, sku, wanted)
    images = _shown_first(_images(product), first.options if first else {})
    choices = [_choice(variant, product, images, shown_words) for variant in variants]
    selected = next((choice for choice in choices if first is not None and choice.sku == first.sku), None)
    return ProductPage(
        pictures=[_picture(number, image, product) for number, image in enumerate(images, start=1)],
        choices=choices,
        selected=selected,
        groups=_groups(product, choices, selected, images, wanted, shown_words),
        alternatives=_alternatives(choices, wanted) if wanted else [],
    )


def variant_picture(variant: Variant) -> ProductImage | None:
    """The picture that shows ``variant``, as far as there is one in both sizes."""
    image = _picture_of(variant.options, _images(variant.product))[1]
    return image if image is not None and image.thumbnail else None


def _preselected(variants: list[Variant], sku: str, wanted: Mapping[str, str]) -> Variant | None:
    if wanted:
        return max(variants, key=lambda variant: _likeness(variant.options, wanted), default=None)
    return (
        next((variant for variant in variants if variant.sku == sku), None)
        or next((variant for variant in variants if in_stock(variant)), None)
        or next(iter(variants), None)
    )


def _likeness(options: Mapping[str, str], wanted: Mapping[str, str]) -> int:
    return sum(options.get(name) == value for name, value in wanted.items())


def _alternatives(choices: list[VariantChoice], wanted: Mapping[str, str]) -> list[VariantChoice]:
    """Those that share most with what was wanted; any at all if none shares anything."""
    near = [choice for choice in choices if _likeness(choice.options, wanted)] or choices
    return sorted(near, key=lambda choice: -_likeness(choice.options, wanted))[:_ALTERNATIVES]


def _images(product: Product) -> list[ProductImage]:
    """Without those whose file was taken away: a row alone shows nothing."""
    return [image for image in product.images.all() if image.image]


def _shown_first(images: list[ProductImage], options: dict[str, str]) -> list[ProductImage]:
    """The pictures with the one of the preselected variant before the others: it is the one that loads at once."""
    number, image = _picture_of(options, images)
    return images if image is None else [image, *images[: number - 1], *images[number:]]


def _picture(number: int, image: ProductImage, product: Product) -> Picture:
    widths = _widths(image)
    urls = {width: default_storage.url(name) for width, name in widths.items()}
    return Picture(
        number=number,
        url=image.image.url,
        srcset=", ".join(f"{url} {width}w" for width, url in urls.items()),
        thumbnail_url=_thumbnail_url(image),
        zoom_url=next(reversed(urls.values()), image.image.url),
        alt=image.alt or product.title,
        width=image.width,
        height=image.height,
    )


def _choice(variant: Variant, product: Product, images: list[ProductImage], words: Mapping[str, str]) -> VariantChoice:
    compare_at = Money(variant.compare_at_price, variant.currency) if variant.compare_at_price else None
    level, text, quantity_max, limit = _stock(variant)
    number, image = _picture_of(variant.options, images)
    shows_it = image is not None and bool(image.options)
    return VariantChoice(
        sku=variant.sku,
        label=" · ".join(words.get(value, value) for value in variant.chosen_values) or product.title,
        options=variant.options,
        price=variant.unit_price,
        compare_at=compare_at,
        saving=saving_percent(variant.unit_price, compare_at),
        stock_level=level,
        stock_text=text,
        checked_text=_checked(variant),
        quantity_max=quantity_max,
        limit_text=limit,
        picture_number=number,
        thumbnail_url=_thumbnail_url(image) if image and shows_it else "",
    )


def _stock(variant: Variant) -> tuple[str, str, int, str]:
    """Level, words, how many can be ordered at once, and the supplier's limit in words if it is what binds."""
    if not in_stock(variant):
        return "out", _("Sold out"), 1, ""
    left, at_once = stock_known(variant).quantity, quantity_available(variant)
    most = settings.MAX_QUANTITY_PER_LINE if at_once is None else min(at_once, settings.MAX_QUANTITY_PER_LINE)
    is_limited = at_once == most and (left is None or at_once < left)
    limit = _("At most %(number)d per order") % {"number": most} if is_limited else ""
    if left is None or left > _FEW:
        return "in", _("In stock"), most, limit
    return "low", ngettext("Only %(number)d left", "Only %(number)d left", left) % {"number": left}, most, limit


def _checked(variant: Variant) -> str:
    """How old the knowledge of the stock is; nothing if there is no supplier to ask."""
    if not listings_in_use(variant):
        return ""
    checked_at = stock_known(variant).checked_at
    return _("checked %(age)s") % {"age": age_in_words(checked_at)} if checked_at else _("not checked yet")


def _picture_of(options: dict[str, str], images: list[ProductImage]) -> tuple[int, ProductImage | None]:
    """The first picture that shows this choice (number from 1), else the first one."""
    for number, image in enumerate(images, start=1):
        if image.options and image.options.items() <= options.items():
            return number, image
    return 1, images[0] if images else None


def _groups(
    product: Product,
    choices: list[VariantChoice],
    selected: VariantChoice | None,
    images: list[ProductImage],
    wanted: Mapping[str, str],
    words: Mapping[str, str],
) -> list[OptionGroup]:
    """The options one by one; all variants in one list where their options do not tell them apart."""
    if len(choices) < 2:
        return []
    names = product.option_names
    combinations = {tuple(choice.options.get(name) for name in names) for choice in choices}
    if not names or len(combinations) < len(choices) or any(None in combination for combination in combinations):
        values = [
            OptionValue(choice.sku, choice.label, choice.thumbnail_url, choice is selected, choice.is_sold_out)
            for choice in choices
        ]
        label = " / ".join(words.get(name, name) for name in names) or _("Choice")
        return [OptionGroup(label, "sku", values, label)]
    ticked = wanted or (selected.options if selected else {})
    return [_group(name, choices, ticked.get(name), images, words) for name in names]


def _group(
    name: str,
    choices: list[VariantChoice],
    ticked: str | None,
    images: list[ProductImage],
    words: Mapping[str, str],
) -> OptionGroup:
    own = {image.options[name]: _thumbnail_url(image) for image in reversed(images) if list(image.options) == [name]}
    texts = dict.fromkeys(choice.options[name] for choice in choices)
    available = {choice.options[name] for choice in choices if not choice.is_sold_out}
    values = [
        OptionValue(text, words.get(text, text), own.get(text, ""), text == ticked, text not in available)
        for text in texts
    ]
    return OptionGroup(name, f"{OPTION_PREFIX}{name}", values, words.get(name, name))


def _widths(image: ProductImage) -> dict[int, str]:
    return widths_of(image.image.name or "", image.thumbnail.name or "", width=image.width, height=image.height)


def _thumbnail_url(image: ProductImage) -> str:
    """The smallest there is."""
    name = next(iter(_widths(image).values()), image.thumbnail.name or image.image.name)
    return str(default_storage.url(name))
