"""Basket and Buy Now. A basket's token travels in ``Basket-Token``: whoever has it may change the basket."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Variant
from fulfillment.offers import Destination, offer
from shop import basket as baskets
from shop.api.v1 import buying_shapes as shapes
from shop.api.v1.base import V1View, read
from shop.api.v1.currencies import ACCEPT_CURRENCY, estimate
from shop.api.v1.document import BASKET_TOKEN, MAYBE_BASKET_TOKEN, operation
from shop.api.v1.problems import Problem, field_problem
from shop.api.v1.shapes import amount, picture, totals
from shop.basket import BasketProblem
from shop.basket_page import ShownLine, basket_page, buyable
from shop.choice import sold_variant
from shop.models import Basket
from shop.views.basket import explain, use_coupon
from shop.visitor import visitor_country

_TOKEN = re.compile(r"[A-Za-z0-9_-]{10,40}")
_LINE_CODES = (
    "`not_sold`, `sold_out`, `too_few` (`facts.available`), `too_many` (`facts.limit`), `full`, `other_currency`"
)
_CHOICE = {"sku": "LINEN-TOWEL-SAGE", "quantity": 1}


class ShowBasket(V1View):
    """A basket as it stands."""

    @operation(
        "The basket, what it costs and what stands in its way",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket",
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404],
    )
    def get(self, request: Request) -> Response:
        return Response(shown(request, own_basket(request)))


class AddLine(V1View):
    """Puts something into the basket."""

    http_method_names = ["post"]

    @operation(
        "Put a variant into the basket; without a Basket-Token a new basket begins",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_add",
        status=201,
        body=shapes.ChoiceRequest,
        body_example=_CHOICE,
        parameters=[MAYBE_BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes=_LINE_CODES,
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.ChoiceRequest, request.data)
        variant = chosen_variant(values["sku"])
        basket = own_basket(request) if "Basket-Token" in request.headers else None
        if basket is None or basket.kind != Basket.Kind.CART:
            # Looked at first: a basket is not begun for what cannot go into it.
            _explained(lambda: baskets.check(variant, values["quantity"]))
            basket = baskets.open_cart()
        _explained(lambda: baskets.add(basket, variant, values["quantity"]))
        return Response(shown(request, basket), status=201)


class BuyNow(V1View):
    """One click: a basket that holds this choice and nothing else."""

    http_method_names = ["post"]

    @operation(
        "Buy Now: a basket of its own for one choice, ready for the checkout",
        shapes.BasketShape,
        tag="basket",
        operation_id="buy_now",
        status=201,
        body=shapes.ChoiceRequest,
        body_example=_CHOICE,
        parameters=[MAYBE_BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes=_LINE_CODES,
        description="With the token of an earlier direct basket that one is filled anew: a double click and a reload "
        "lead to the same order.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.ChoiceRequest, request.data)
        variant = chosen_variant(values["sku"])
        earlier = own_basket(request) if "Basket-Token" in request.headers else None
        _explained(lambda: baskets.check(variant, values["quantity"]))
        return Response(shown(request, baskets.fill_direct(earlier, variant, values["quantity"])), status=201)


class ChangeLine(V1View):
    """One line of the basket."""

    http_method_names = ["patch", "delete"]

    @operation(
        "Change a line's quantity",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_change",
        body=shapes.QuantityRequest,
        body_example={"quantity": 2},
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes=f"`no_such_line`, {_LINE_CODES}",
    )
    def patch(self, request: Request, line: str) -> Response:
        basket = own_basket(request)
        values = read(shapes.QuantityRequest, request.data)
        _explained(lambda: baskets.change(basket, line, values["quantity"]))
        return Response(shown(request, basket))

    @operation(
        "Take a line out",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_remove",
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes="`no_such_line`",
    )
    def delete(self, request: Request, line: str) -> Response:
        basket = own_basket(request)
        _explained(lambda: baskets.change(basket, line, 0))
        return Response(shown(request, basket))


class Coupon(V1View):
    """The basket's coupon."""

    http_method_names = ["put", "delete"]

    @operation(
        "Use a coupon",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_coupon",
        body=shapes.CouponRequest,
        body_example={"code": "WELCOME10"},
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404, 422],
        codes="`too_many_tries`, `nothing_to_buy`; any other 422 says in `detail` why the code does not work",
    )
    def put(self, request: Request) -> Response:
        basket = own_basket(request)
        values = read(shapes.CouponRequest, request.data)
        use_coupon(request._request, basket, values["code"])
        return Response(shown(request, basket))

    @operation(
        "Use no coupon",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_coupon_remove",
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404],
    )
    def delete(self, request: Request) -> Response:
        basket = own_basket(request)
        baskets.set_coupon(basket, "")
        return Response(shown(request, basket))


class Tidy(V1View):
    """Puts a basket right that has problems."""

    http_method_names = ["post"]

    @operation(
        "Take out what cannot be bought any more, and lower to what is left",
        shapes.BasketShape,
        tag="basket",
        operation_id="basket_tidy",
        parameters=[BASKET_TOKEN, ACCEPT_CURRENCY],
        errors=[404],
    )
    def post(self, request: Request) -> Response:
        basket = own_basket(request)
        baskets.tidy(basket)
        return Response(shown(request, basket))


def own_basket(request: Request) -> Basket:
    """The basket of the request's ``Basket-Token``. Raises ``Problem``: no token, or one that opens nothing."""
    token = request.headers.get("Basket-Token", "")
    if not token:
        raise field_problem("Basket-Token", _("Send the basket's token."), code="basket_token_required")
    basket = baskets.find(token) if _TOKEN.fullmatch(token) else None
    if basket is None:
        raise Problem(404, "no_such_basket", _("There is no such basket (any more)."))
    return basket


def chosen_variant(sku: str) -> Variant:
    """The variant that is meant. Raises ``Problem`` unless it is sold."""
    variant = sold_variant(sku)
    if variant is None:
        text = _("This choice is not sold. Please choose one of the options.")
        raise field_problem("sku", text, code="not_sold", status=422)
    return variant


def shown(request: Request, basket: Basket) -> dict[str, Any]:
    """``basket`` as an answer."""
    lines = baskets.contents(basket)
    items = buyable(lines)
    country = visitor_country(request._request)
    offered = offer(items, Destination(country), coupon_code=basket.coupon_code) if items else None
    page = basket_page(basket, lines, offered)
    return {
        "token": basket.public_id,
        "kind": basket.kind,
        "lines": [shown_line(line) for line in page.lines],
        "totals": totals(page.totals) if page.totals else None,
        "estimate": estimate(request, page.totals.total) if page.totals else None,
        "coupon_code": page.coupon_code,
        "coupon_problem": page.coupon_problem,
        "has_problems": page.has_problems,
    }


def shown_line(line: ShownLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "options_text": line.options_text,
        "picture": picture(line.picture),
        "quantity": line.quantity,
        "quantity_max": line.quantity_max,
        "price": amount(line.price),
        "price_before": amount(line.price_before),
        "total": amount(line.total),
        "problem": line.problem,
    }


def _explained(change: Callable[[], object]) -> None:
    try:
        change()
    except BasketProblem as problem:
        raise Problem(422, problem.code, explain(problem), **problem.data) from problem
