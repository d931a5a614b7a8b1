"""The catalogue: what everybody may look at. Every answer carries an ETag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.content import sanitize_html
from catalog.models import Category, Product
from catalog.search import Find, Found, Sort, UnknownCursor, find
from catalog.translations import translate_categories, words_in
from fulfillment.payment_methods import PaymentMethod, usable_methods
from shop.address_layout import FieldLayout, address_layout
from shop.addresses import country_choices, country_name, known_countries
from shop.api.v1 import catalogue_shapes as shapes
from shop.api.v1.base import PublicView, read_query
from shop.api.v1.catalogue_answers import shown_card, shown_category, shown_product
from shop.api.v1.currencies import ACCEPT_CURRENCY
from shop.api.v1.document import operation
from shop.api.v1.problems import field_problem
from shop.api.v1.shapes import amount
from shop.cards import cards
from shop.models import Page
from shop.structured_data import absolute
from shop.terms import terms_address
from shop.views.delivery import sold_variant, told_box

_LISTS = frozenset({"option"})
_CARD = {
    "slug": "linen-towel",
    "title": "Linen towel",
    "brand": "Nordhaus",
    "url": "https://shop.example.com/p/linen-towel/",
    "picture_url": "https://shop.example.com/media/products/small/linen.webp",
    "picture_alt": "A folded towel",
    "price": {"amount": "24.90", "currency": "USD"},
    "estimate": None,
    "compare_at": None,
    "saving_percent": None,
    "has_higher_prices": True,
    "in_stock": True,
}


class ShowShop(PublicView):
    """What an app asks first."""

    @operation(
        "What an app needs to know of the shop", shapes.ShopShape, tag="shop", operation_id="shop", auth="public"
    )
    def get(self, request: Request) -> Response:
        terms = terms_address()
        pages: Any = Page.objects.published().with_shown_texts().defer("body_html").order_by("position", "pk")
        return Response(
            {
                "name": settings.SHOP_NAME,
                "currency": settings.SHOP_CURRENCY,
                "max_quantity_per_line": settings.MAX_QUANTITY_PER_LINE,
                "max_basket_lines": settings.MAX_BASKET_LINES,
                "return_days": settings.RETURN_DAYS,
                "payment_methods": methods_of(usable_methods(settings.SHOP_CURRENCY)),
                "terms_url": absolute(terms) if terms else None,
                "pages": [{"slug": page.slug, "title": page.shown_title} for page in pages],
            }
        )


class ShowPage(PublicView):
    """A page of text."""

    @operation(
        "A page of text: terms, privacy, contact",
        shapes.PageShape,
        tag="shop",
        operation_id="page",
        auth="public",
        errors=[404],
    )
    def get(self, request: Request, slug: str) -> Response:
        page: Any = Page.objects.published().with_shown_texts().filter(slug=slug).first()
        if page is None:
            raise Http404
        body = sanitize_html(page.shown_body)
        return Response(
            {"slug": page.slug, "title": page.shown_title, "body_html": body, "updated_at": page.updated_at}
        )


class ListCountries(PublicView):
    """The countries that addresses may be in."""

    @operation(
        "The countries by name", shapes.CountriesShape, tag="shop", operation_id="countries", auth="public",
        example={"results": [{"code": "DE", "name": "Germany"}]},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response({"results": [{"code": code, "name": name} for code, name in country_choices()]})


class ShowCountry(PublicView):
    """How addresses there are written."""

    @operation(
        "What an address in a country is made of",
        shapes.AddressFormShape,
        tag="shop",
        operation_id="address_form",
        auth="public",
        errors=[404],
        description="What a supplier needs on top (a tax number, say) depends on the goods: the quote names it.",
    )
    def get(self, request: Request, country: str) -> Response:
        if country not in known_countries():
            raise Http404
        fields = [address_field(field) for field in address_layout(country)]
        return Response({"country": {"code": country, "name": country_name(country)}, "address_fields": fields})


class ListCategories(PublicView):
    """All categories."""

    @operation(
        "The categories",
        shapes.CategoriesShape,
        tag="catalogue",
        operation_id="categories",
        auth="public",
        example={"results": [{"slug": "bath", "name": "Bath", "description": "", "picture_url": None}]},
    )
    def get(self, request: Request) -> Response:
        categories = list(Category.objects.all())
        translate_categories(categories)
        return Response({"results": [shown_category(category) for category in categories]})


class ListProducts(PublicView):
    """Lists, searches and filters; three queries for any page, and one to count."""

    @operation(
        "Products: listed, searched, filtered, sorted",
        shapes.ProductListShape,
        tag="catalogue",
        operation_id="products",
        auth="public",
        query=shapes.ListQuery,
        parameters=[ACCEPT_CURRENCY],
        example={
            "results": [_CARD],
            "next_cursor": "n.linen-towel",
            "previous_cursor": None,
            "count": 29,
            "has_more_than_counted": False,
            "corrected": "",
        },
        codes="`unknown_cursor` (begin at the first page), `unknown_category`",
    )
    def get(self, request: Request) -> Response:
        values = read_query(shapes.ListQuery, request.query_params, lists=_LISTS)
        found = _find(values, with_facets=False)
        _check_category(values, found)
        pairs = zip(found.products, cards(found.products), strict=True)
        results = [shown_card(request, product, card) for product, card in pairs]
        return Response(
            {
                "results": results,
                "next_cursor": f"n.{found.next_cursor}" if found.next_cursor else None,
                "previous_cursor": f"p.{found.previous_cursor}" if found.previous_cursor else None,
                "count": found.count,
                "has_more_than_counted": found.has_more_than_counted,
                "corrected": found.corrected,
            }
        )


class ListFilters(PublicView):
    """What the products of a list can be narrowed to."""

    @operation(
        "The options to filter a list by, with counts",
        shapes.FiltersShape,
        tag="catalogue",
        operation_id="product_filters",
        auth="public",
        query=shapes.FilterQuery,
        example={
            "facets": [
                {
                    "name": "Color",
                    "label": "Farbe",
                    "values": [{"value": "Sage", "label": "Salbei", "count": 3, "is_chosen": False}],
                }
            ],
            "count": 29,
            "has_more_than_counted": False,
        },
    )
    def get(self, request: Request) -> Response:
        values = read_query(shapes.FilterQuery, request.query_params, lists=_LISTS)
        found = _find(values, with_facets=True)
        _check_category(values, found)
        words = words_in(
            word for group in found.facets for word in (group.name, *(item.value for item in group.values))
        )
        facets = [
            {
                "name": group.name,
                "label": words.get(group.name, group.name),
                "values": [
                    {
                        "value": item.value,
                        "label": words.get(item.value, item.value),
                        "count": item.count,
                        "is_chosen": item.is_chosen,
                    }
                    for item in group.values
                ],
            }
            for group in found.facets
        ]
        counted = {"count": found.count, "has_more_than_counted": found.has_more_than_counted}
        return Response({"facets": facets, **counted})


class ShowProduct(PublicView):
    """A product with its variants."""

    @operation(
        "A product with its variants, prices and stock",
        shapes.ProductShape,
        tag="catalogue",
        operation_id="product",
        auth="public",
        parameters=[ACCEPT_CURRENCY],
        errors=[404],
    )
    def get(self, request: Request, slug: str) -> Response:
        product = Product.objects.on_sale().for_page().filter(slug=slug).first()
        if product is None:
            raise Http404
        return Response(shown_product(request, product))


class ShowDelivery(PublicView):
    """Whether and how a variant is sent to a country."""

    @operation(
        "Delivery of a variant to a country",
        shapes.DeliveryShape,
        tag="catalogue",
        operation_id="product_delivery",
        auth="public",
        query=shapes.DeliveryQuery,
        errors=[404],
        description="May ask the supplier, for a few seconds at most; a client asks so a few times a minute.",
    )
    def get(self, request: Request, slug: str) -> Response:
        values = read_query(shapes.DeliveryQuery, request.query_params)
        variant = sold_variant(slug, values["sku"])
        box = told_box(request._request, variant, values["country"])
        return Response(
            {
                "sku": box.sku,
                "country": box.country,
                "state": box.state,
                "days": box.days,
                "tracked": box.tracked,
                "price": amount(box.price),
            }
        )


def methods_of(methods: Iterable[PaymentMethod]) -> list[dict[str, str]]:
    """Ways to pay as an answer."""
    return [
        {"code": method.code, "label": str(method.label), "explanation": str(method.explanation)} for method in methods
    ]


def address_field(field: FieldLayout) -> dict[str, Any]:
    """One field of an address as an app draws it."""
    return {
        "name": field.name,
        "label": field.label,
        "is_required": field.required,
        "help_text": field.help_text,
        "choices": [{"value": value, "label": label} for value, label in field.choices],
    }


def _find(values: Mapping[str, Any], *, with_facets: bool) -> Found:
    text = values["q"].strip()
    direction, _dot, slug = values.get("cursor", "").partition(".")
    wanted = Find(
        text=text,
        category_slug=values["category"],
        min_price=values.get("min_price"),
        max_price=values.get("max_price"),
        options=tuple(tuple(option.split(":", 1)) for option in dict.fromkeys(values["option"])),
        in_stock=values["in_stock"] == "true",
        country=values["ships_to"],
        sort=Sort(values.get("sort") or (Sort.RELEVANCE if text else Sort.POPULAR)),
        after=slug if direction == "n" else "",
        before=slug if direction == "p" else "",
        size=values.get("page_size", 1),
        with_facets=with_facets,
    )
    try:
        return find(wanted)
    except UnknownCursor as exc:
        text = _("There is no such page (any more). Begin at the first one.")
        raise field_problem("cursor", text, code=exc.code) from exc


def _check_category(values: Mapping[str, Any], found: Found) -> None:
    """Nothing found may mean that there is no such category: asked only then."""
    slug = values["category"]
    if slug and not found.count and not Category.objects.filter(slug=slug).exists():
        raise field_problem("category", _("There is no such category."), code="unknown_category")
