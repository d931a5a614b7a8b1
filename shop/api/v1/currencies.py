"""Prices in another currency beside the one that is charged: estimates by the rules of the pages.

``Accept-Currency`` names it, as ``Accept-Language`` names the language; what the shop does not offer is passed over.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from shop.api.v1.base import PublicView
from shop.api.v1.document import operation
from shop.api.v1.shapes import amount
from shop.money import Money
from shop.shown_currency import ShownCurrency
from shop.visitor import offered_currencies

ACCEPT_CURRENCY = OpenApiParameter(
    "Accept-Currency",
    str,
    OpenApiParameter.HEADER,
    description="A currency of `GET currencies/` in which prices are estimated (`estimate`) beside what is charged.",
)


class CurrencyShape(serializers.Serializer[Any]):
    """A currency to show prices in. `rate`: units of it for one unit of the charged one; null where none is known."""

    code = serializers.CharField()
    rate = serializers.CharField(allow_null=True)
    rate_date = serializers.DateField(allow_null=True, help_text="The day of the rate.")


class CurrenciesShape(serializers.Serializer[Any]):
    """The currencies to show prices in. Everything is paid in `charged`."""

    charged = serializers.CharField()
    currencies = CurrencyShape(many=True)


class ListCurrencies(PublicView):
    """What prices can be shown in."""

    @operation(
        "The currencies that prices can be shown in",
        CurrenciesShape,
        tag="shop",
        operation_id="currencies",
        auth="public",
        example={
            "charged": "USD",
            "currencies": [
                {"code": "USD", "rate": "1", "rate_date": None},
                {"code": "EUR", "rate": "0.921659", "rate_date": "2026-01-02"},
            ],
        },
        description="Estimates by the last known exchange rate: they are shown, never charged or compared.",
    )
    def get(self, request: Request) -> Response:
        found = [_currency(code) for code in offered_currencies()]
        return Response({"charged": settings.SHOP_CURRENCY, "currencies": found})


def estimate(request: Request, money: Money | None) -> dict[str, str] | None:
    """``money`` in the client's currency, as an answer; None if it asks for none, or no rate is known."""
    kept: ShownCurrency | None = getattr(request, "_shown_currency", None)
    if kept is None:
        asked = request.headers.get("Accept-Currency", "").strip().upper()
        kept = ShownCurrency(asked if asked in offered_currencies() else "")
        request._shown_currency = kept  # type: ignore[attr-defined]
    return amount(kept.estimate(money))


def _currency(code: str) -> dict[str, Any]:
    if code == settings.SHOP_CURRENCY:
        return {"code": code, "rate": "1", "rate_date": None}
    shown = ShownCurrency(code)
    day = shown.rate_date
    return {"code": code, "rate": shown.rate_text if day else None, "rate_date": day}
