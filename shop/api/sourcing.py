"""The sourcing API: looking for goods, their freight, categories and places at a supplier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import sourcing
from catalog.content import sanitize_html
from integrations.errors import Rejected, SupplierError, Unsupported
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import FreightOption, PlaceNode, ProductSnapshot, Refusal, SearchHit, SkuSnapshot
from shop.addresses import known_countries
from shop.api.base import ApiView
from shop.api.exceptions import ApiProblem
from shop.api.order_call import asked, connected_account
from shop.api.sourcing_serializers import FreightQuery, ProductQuery, SupplierQuery, read_query, read_search
from shop.money import Money


class MaySource(BasePermission):
    """The caller's user is of the staff, or may place orders with suppliers."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_staff or request.user.has_perm("fulfillment.place_supplier_order")


class SourcingView(ApiView):
    """An address that only reads."""

    permission_classes = [IsAuthenticated, MaySource]
    http_method_names = ["get", "head"]


class SearchProducts(SourcingView):
    """Searches the supplier's goods with our own filters over its pages."""

    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        call = read_search(request.data)
        account = connected_account(call.provider)
        wanted = call.wanted(account.currency)
        with answered(account):
            found = sourcing.search(account, wanted)
        return Response(
            {
                "success": True,
                "data": [_hit(hit) for hit in found.hits],
                "count": len(found.hits),
                "currency": wanted.currency,
                "searched": found.searched,
                "has_more": found.has_more,
            }
        )


class ShowProduct(SourcingView):
    """A product of the supplier now, with its kinds and the ways to send it."""

    def get(self, request: Request, product_id: str) -> Response:
        values = read_query(ProductQuery, request.query_params)
        account = connected_account(values["supplier"])
        currency = values["currency"] or account.currency
        try:
            with answered(account):
                product = adapter_for(account).fetch_product(product_id, country=values["country"], currency=currency)
        except ApiProblem as problem:
            cause = problem.__cause__
            if isinstance(cause, Rejected) and cause.refusal is Refusal.SKU_GONE:
                raise ApiProblem(404, "product_not_found", problem.message) from cause
            raise
        shipping = _shipping(account, product, country=values["country"], currency=currency)
        return Response({"success": True, "data": _product(product, shipping)})


class ListCategories(SourcingView):
    """All categories of the supplier."""

    def get(self, request: Request) -> Response:
        account = connected_account(read_query(SupplierQuery, request.query_params)["supplier"])
        with answered(account):
            nodes = sourcing.categories(account)
        data = [
            {"category_id": node.category_id, "category_name": node.name, "parent_category_id": node.parent_id or None}
            for node in nodes
        ]
        return Response({"success": True, "data": data, "count": len(data)})


class QuoteFreight(SourcingView):
    """The ways to send some pieces of a SKU to a country."""

    def get(self, request: Request) -> Response:
        values = read_query(FreightQuery, request.query_params)
        account = connected_account(values["supplier"])
        with answered(account):
            options = adapter_for(account).fetch_freight(
                values["product_id"],
                values["sku_id"],
                quantity=values["quantity"],
                country=values["country"],
                currency=values["currency"] or account.currency,
            )
        return Response({"success": True, "data": [_freight(option) for option in options], "count": len(options)})


class ShowPlaces(SourcingView):
    """The provinces and cities of a country, in the names that the supplier wants in an order."""

    def get(self, request: Request, country: str) -> Response:
        account = connected_account(read_query(SupplierQuery, request.query_params)["supplier"])
        country = country.upper()
        if country not in known_countries():
            raise Http404
        try:
            with answered(account):
                tree = sourcing.address_tree(account, country)
        except ApiProblem as problem:
            if isinstance(problem.__cause__, Rejected):
                raise ApiProblem(404, "no_places", problem.message) from problem.__cause__
            raise
        return Response({"success": True, "data": {"country": country, "children": _places(tree)}})


@contextmanager
def answered(account: SupplierAccount) -> Iterator[None]:
    """Around a question to the supplier: its "no" is a 422 in its words, its silence a 503."""
    try:
        with asked(account):
            yield
    except Rejected as exc:
        raise ApiProblem(422, "supplier_refused", exc.message) from exc
    except Unsupported as exc:
        text = _("This supplier does not offer that.")
        raise ApiProblem(400, "not_offered", text, errors={"supplier": [text]}) from exc


def _shipping(
    account: SupplierAccount, product: ProductSnapshot, *, country: str, currency: str
) -> tuple[FreightOption, ...] | None:
    """The ways to send one piece of the product; None if the supplier cannot tell: the product itself is good."""
    sku = next((sku for sku in product.skus if sku.stock != 0), None)
    if sku is None:
        return ()
    try:
        return adapter_for(account).fetch_freight(
            product.product_id, sku.sku_id, quantity=1, country=country, currency=currency
        )
    except SupplierError:
        # The call log has it.
        return None


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "product_id": hit.product_id,
        "product_title": hit.title,
        "target_sale_price": _amount(hit.price),
        "original_price": _amount(hit.list_price or hit.price),
        "discount": f"{hit.discount_percent}%" if hit.discount_percent is not None else None,
        "product_detail_url": hit.url,
        "product_main_image_url": hit.image_url,
        "volume": hit.quantity_sold,
        "evaluation_rate": f"{hit.rating_percent}%" if hit.rating_percent is not None else None,
        "ship_to_days": hit.ship_days,
    }


def _product(product: ProductSnapshot, shipping: tuple[FreightOption, ...] | None) -> dict[str, Any]:
    cheapest = min((sku.price for sku in product.skus), key=lambda price: price.amount, default=None)
    stocks = [sku.stock for sku in product.skus]
    told = [stock for stock in stocks if stock is not None]
    return {
        "product_id": product.product_id,
        "title": product.title,
        "description": sanitize_html(product.description_html),
        "price": _amount(cheapest) if cheapest else None,
        "currency": cheapest.currency if cheapest else None,
        # A sum over some of them would promise less than there is.
        "stock": sum(told) if len(told) == len(stocks) else None,
        "orderable": product.orderable,
        "images": list(product.image_urls),
        "variants": [_variant(sku) for sku in product.skus],
        "shipping_info": None if shipping is None else [_freight(option) for option in shipping],
    }


def _variant(sku: SkuSnapshot) -> dict[str, Any]:
    own = {
        "sku_id": sku.sku_id,
        "sku_attr": sku.sku_attr,
        "price": _amount(sku.price),
        "original_price": _amount(sku.list_price or sku.price),
        "stock": sku.stock,
        "image": sku.image_url,
    }
    # Sellers name their options as they like, and none may stand in for a price or a stock.
    options = {name.lower().replace(" ", "_"): value for name, value in sku.options}
    return {**{(f"option_{name}" if name in own else name): value for name, value in options.items()}, **own}


def _freight(option: FreightOption) -> dict[str, Any]:
    return {
        "service": option.service,
        "name": option.name,
        "fee": _amount(option.fee),
        "currency": option.fee.currency,
        "min_days": option.min_days,
        "max_days": option.max_days,
        "tracked": option.tracked,
        "ship_from": option.ship_from,
    }


def _amount(money: Money) -> str:
    # A text: a number of JavaScript would lose cents.
    return str(money.rounded().amount)


def _places(node: PlaceNode) -> list[dict[str, Any]]:
    return [{"name": child.name, "type": child.kind, "children": _places(child)} for child in node.children]
