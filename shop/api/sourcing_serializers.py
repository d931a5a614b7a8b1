"""Reads the questions of the sourcing API, as strictly as the order call is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.sourcing import MAX_HITS, ProductSearch
from integrations.types import SearchSort
from shop.addresses import known_countries
from shop.api.serializers import (
    DEFAULT_SUPPLIER,
    MAX_QUANTITY,
    ExternalIdField,
    StrictSerializer,
    TextField,
)

#: Where prices and shipping are asked for when a caller names no country.
DEFAULT_COUNTRY = "US"
DEFAULT_LIMIT = 20


class WholeNumberField(serializers.IntegerField):
    """A whole number of a JSON body or, with ``as_text``, of a query; neither ``true`` nor ``2.0`` is one."""

    def __init__(self, *, as_text: bool = False, **kwargs: Any) -> None:
        self._as_text = as_text
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if self._as_text and isinstance(data, str) and re.fullmatch("[0-9]{1,10}", data):
            return super().to_internal_value(data)
        if self._as_text or type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class PriceField(serializers.DecimalField):
    """An amount in major units, as number or text."""

    def __init__(self) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True, default=None)


class CountryField(TextField):
    """A country's two letters (ISO 3166)."""

    default_error_messages = {"unknown_country": _("A country's two letters (ISO 3166) are needed.")}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if code and code not in known_countries():
            self.fail("unknown_country")
        return code


class CurrencyField(TextField):
    """A currency's three letters (ISO 4217)."""

    default_error_messages = {"unknown_currency": _("A currency's three letters (ISO 4217) are needed.")}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if code and not re.fullmatch("[A-Z]{3}", code):
            self.fail("unknown_currency")
        return code


class SearchSerializer(StrictSerializer):
    """The body of a product search."""

    keywords = serializers.CharField(min_length=1, max_length=200)
    min_price = PriceField()
    max_price = PriceField()
    min_orders = WholeNumberField(min_value=0, max_value=10**9, required=False, allow_null=True, default=None)
    limit = WholeNumberField(min_value=1, max_value=MAX_HITS, required=False, default=DEFAULT_LIMIT)
    country = CountryField()
    currency = CurrencyField()
    sort = serializers.ChoiceField(choices=[sort.value for sort in SearchSort], required=False, allow_null=True)
    supplier = TextField(max_length=32)

    def validate_keywords(self, value: str) -> str:
        # A number would have been made a text: "2.0" and 2 are not the same words.
        if not isinstance(self.initial_data.get("keywords"), str):
            raise serializers.ValidationError(_("Not a valid string."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        least, most = attrs["min_price"], attrs["max_price"]
        if least is not None and most is not None and most < least:
            raise serializers.ValidationError({"max_price": [_("This is below min_price.")]})
        return attrs


@dataclass(frozen=True, slots=True)
class SearchCall:
    """A product search and whose goods are searched."""

    provider: str
    values: Mapping[str, Any]

    def wanted(self, currency: str) -> ProductSearch:
        """What is looked for, priced in ``currency`` unless the caller asked for another."""
        values = self.values
        return ProductSearch(
            keywords=values["keywords"],
            country=values["country"] or DEFAULT_COUNTRY,
            currency=values["currency"] or currency,
            limit=values["limit"],
            min_price=values["min_price"],
            max_price=values["max_price"],
            min_orders=values["min_orders"],
            sort=SearchSort(values["sort"]) if values.get("sort") else None,
        )


class SupplierQuery(StrictSerializer):
    """The query of an address that needs nothing else."""

    supplier = TextField(max_length=32)


class ProductQuery(SupplierQuery):
    """The query of a product."""

    country = CountryField()
    currency = CurrencyField()


class FreightQuery(ProductQuery):
    """The query of a freight quote."""

    product_id = ExternalIdField()
    sku_id = ExternalIdField()
    quantity = WholeNumberField(as_text=True, min_value=1, max_value=MAX_QUANTITY, required=False, default=1)


def read_search(body: Any) -> SearchCall:
    """The search in ``body``. Raises ``ValidationError``."""
    values = _valid(SearchSerializer(data=body))
    return SearchCall(provider=values["supplier"] or DEFAULT_SUPPLIER, values=values)


def read_query(kind: type[SupplierQuery], query: QueryDict) -> dict[str, Any]:
    """The query of an address, its supplier and country filled in. Raises ``ValidationError``, also for a repeat."""
    repeated = [name[:60] for name, values in query.lists() if len(values) > 1]
    if repeated:
        raise serializers.ValidationError({name: [_("This field is given twice.")] for name in repeated})
    values = _valid(kind(data=query.dict()))
    values["supplier"] = values["supplier"] or DEFAULT_SUPPLIER
    if "country" in values:
        values["country"] = values["country"] or DEFAULT_COUNTRY
    return values


def _valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values
