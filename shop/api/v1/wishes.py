"""The wish list, and the question to be told when something is in stock again."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.response import Response

from shop.accounts import wishes
from shop.api.v1 import own_shapes as shapes
from shop.api.v1.account import AccountView
from shop.api.v1.base import V1View, me, read, read_query
from shop.api.v1.baskets import chosen_variant
from shop.api.v1.document import operation
from shop.api.v1.shapes import amount, picture
from shop.structured_data import absolute
from shop.views.account.pages import ShownWish, shown_wishes
from shop.views.account.stock_watch import watch

_WISH = {
    "sku": "LINEN-TOWEL-SAGE",
    "slug": "linen-towel",
    "title": "Linen towel (Sage)",
    "url": "https://shop.example.com/p/linen-towel/?variant=LINEN-TOWEL-SAGE",
    "picture": None,
    "price": {"amount": "24.90", "currency": "USD"},
    "in_stock": True,
}


class Wishes(AccountView):
    """The account's wish list."""

    @operation(
        "The wish list, newest first",
        shapes.WishesShape,
        tag="accounts",
        operation_id="wishes",
        auth="account",
        example={"results": [_WISH]},
    )
    def get(self, request: Request) -> Response:
        return Response(_shown(me(request)))

    @operation(
        "Put a variant on the wish list; again is nothing",
        shapes.WishesShape,
        tag="accounts",
        operation_id="add_wish",
        status=201,
        auth="account",
        body=shapes.WishRequest,
        body_example={"sku": "LINEN-TOWEL-SAGE"},
        example={"results": [_WISH]},
        errors=[422],
        codes="`not_sold`, `too_many_wishes`",
    )
    def post(self, request: Request) -> Response:
        variant = chosen_variant(read(shapes.WishRequest, request.data)["sku"])
        wishes.add_wish(me(request), variant)
        return Response(_shown(me(request)), status=201)

    @operation(
        "Take a variant off the wish list",
        None,
        tag="accounts",
        operation_id="remove_wish",
        status=204,
        auth="account",
        query=shapes.WishRequest,
    )
    def delete(self, request: Request) -> Response:
        wishes.remove_wish(me(request), read_query(shapes.WishRequest, request.query_params)["sku"])
        return Response(status=204)


class WatchStock(V1View):
    """One mail when something can be had again."""

    http_method_names = ["post"]

    @operation(
        "Be told by mail when a variant is in stock again",
        shapes.WatchedShape,
        tag="catalogue",
        operation_id="watch_stock",
        status=202,
        body=shapes.WatchRequest,
        body_example={"sku": "LINEN-TOWEL-SAGE", "email": "ada@example.com"},
        example={"state": "asked"},
        errors=[422],
        codes="`not_sold`",
        description="At once for a confirmed address of the account that is logged in; any other address is asked by "
        "mail first. The answer is the same whatever was asked before. The mails are in the language of "
        "Accept-Language.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.WatchRequest, request.data)
        variant = chosen_variant(values["sku"])
        user = request.user if isinstance(request.user, User) else None
        state = watch(request._request, variant, email=values["email"], user=user)
        return Response({"state": state}, status=202)


def _shown(user: User) -> dict[str, Any]:
    return {"results": [_wish(wish) for wish in shown_wishes(user)]}


def _wish(wish: ShownWish) -> dict[str, Any]:
    return {
        "sku": wish.variant.sku,
        "slug": wish.variant.product.slug,
        "title": wish.title,
        "url": absolute(wish.url),
        "picture": picture(wish.picture),
        "price": amount(wish.price),
        "in_stock": wish.is_available,
    }
