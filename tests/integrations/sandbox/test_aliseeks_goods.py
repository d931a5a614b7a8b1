"""Products and search through Aliseeks."""

from typing import Any

import pytest

from .aliseeks_wire import Aliseeks, purchase
from .wire import MAT, TRAY, WHISK

ALL = ["variations", "shipping", "html_description"]


def product(aliseeks: Aliseeks, **changes: Any) -> Any:
    return aliseeks.post("/products", {"productId": str(MAT), "components": ALL} | changes)


def test_variations_have_the_texts_that_an_order_takes(aliseeks: Aliseeks) -> None:
    answer = product(aliseeks)
    chosen, service = answer["prices"][0], answer["shipping"][0]["serviceName"]

    properties = [{"sku": entry["sku"]} for entry in chosen["properties"]]
    item = {"productId": MAT, "quantity": 1, "shippingService": service, "properties": properties}

    assert properties == [{"sku": "14:193#Sage"}, {"sku": "5:100014064"}]
    assert aliseeks.post("/orders", purchase(item))["orderIds"]


def test_product_reads_as_documented(aliseeks: Aliseeks) -> None:
    answer = product(aliseeks)

    assert (answer["id"], answer["title"], answer["categoryId"]) == (str(MAT), "Absorbent bath mat", "101")
    assert answer["seller"]["storeId"] == 11
    assert answer["htmlDescription"] == "<p>A mat.</p>"
    assert answer["reviews"]["ratings"] == "4.6"
    price = answer["prices"][0]
    assert price["originalPrice"] == {"currency": "USD", "value": "22.23"}
    assert price["discountedPrice"] == {"currency": "USD", "value": "8.01"}
    assert price["stock"] == 27
    assert price["properties"][0] == {
        "propertyId": 14,
        "valueId": 193,
        "valueName": "Green",
        "valueDisplayName": "Sage",
        "sku": "14:193#Sage",
    }
    span = answer["priceSummary"]["discountedAmount"]
    assert (span["min"]["value"], span["max"]["value"]) == ("8.01", "9.50")
    assert answer["shipping"][0] == {
        "company": "AliExpress Selection Standard",
        "serviceName": "CAINIAO_FULFILLMENT_STD",
        "tracking": True,
        "amount": {"currency": "USD", "value": "1.99"},
        "discount": "0",
        "commitDays": 60,
        "shipFrom": "CN",
        "deliveryTime": {"from": 6, "to": 10},
    }


def test_parts_come_only_if_asked_for(aliseeks: Aliseeks) -> None:
    answer = product(aliseeks, components=["shipping"])

    assert "shipping" in answer
    assert not {"prices", "priceSummary", "htmlDescription"} & set(answer)


def test_price_without_discount_has_no_discounted_price(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "price_changed", "sale_price": "22.23", "times": None})

    price = product(aliseeks)["prices"][0]

    assert price["originalPrice"]["value"] == "22.23"
    assert "discountedPrice" not in price


def test_amounts_come_in_the_asked_currency(aliseeks: Aliseeks) -> None:
    assert product(aliseeks, currency="EUR")["prices"][0]["discountedPrice"] == {"currency": "EUR", "value": "7.37"}


def test_gone_variation_is_not_shown(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "sku_gone", "product_id": str(MAT), "times": None})

    assert product(aliseeks)["prices"] == []
    assert aliseeks.post("/products/variations", {"productId": str(MAT)})["variations"] == []
    assert aliseeks.post("/products/details", {"productId": str(MAT)})["prices"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/products",
        "/products/details",
        "/products/variations",
        "/products/shipping",
        "/products/reviews",
        "/products/description/html",
    ],
)
@pytest.mark.parametrize("product_id", [MAT, "1", "", None])
def test_product_id_must_be_the_text_of_a_product(aliseeks: Aliseeks, path: str, product_id: Any) -> None:
    assert aliseeks.refusal(path, {"productId": product_id})[0]["field"] == "productId"


@pytest.mark.parametrize(
    "changes",
    [{"currency": "CNY"}, {"locale": "xx"}, {"components": ["all"]}, {"components": "shipping"}, {"quantity": "1"}],
)
def test_wrong_choice_is_a_violation(aliseeks: Aliseeks, changes: dict[str, Any]) -> None:
    assert aliseeks.refusal("/products", {"productId": str(MAT)} | changes)[0]["field"] == next(iter(changes))


def test_details_group_the_properties(aliseeks: Aliseeks) -> None:
    answer = aliseeks.post("/products/details", {"productId": str(MAT)})

    names = [[value["propertyValueDisplayName"] for value in group["values"]] for group in answer["skuProperties"]]
    assert names == [["Sage", "Bear"], ["50x80"]]
    assert (answer["prices"][0]["minAmount"]["value"], answer["prices"][0]["maxAmount"]["value"]) == ("8.01", "9.50")


def test_variations_have_price_and_stock(aliseeks: Aliseeks) -> None:
    first, second = aliseeks.post("/products/variations", {"productId": str(MAT)})["variations"]

    assert first["propertyValueIds"] == [193, 100014064]
    assert (first["discountedPrice"]["value"], first["stock"]) == ("8.01", 27)
    assert (second["price"]["value"], second["stock"]) == ("22.23", 1)


def test_shipping_knows_where_the_product_goes(aliseeks: Aliseeks) -> None:
    there = aliseeks.post("/products/shipping", {"productId": str(WHISK), "country": "UK"})["options"]
    nowhere = aliseeks.post("/products/shipping", {"productId": str(WHISK), "country": "FR"})["options"]

    assert [option["serviceName"] for option in there] == ["US_LOCAL"]
    assert nowhere == []


def test_reviews_come_in_pages(aliseeks: Aliseeks) -> None:
    first = aliseeks.post("/products/reviews", {"productId": str(TRAY)})
    second = aliseeks.post("/products/reviews", {"productId": str(TRAY), "page": 2})

    assert (first["totalCount"], first["totalPages"], len(first["reviews"])) == (12, 2, 10)
    assert (second["currentPage"], len(second["reviews"])) == (2, 2)


def test_description_is_html(aliseeks: Aliseeks) -> None:
    assert aliseeks.post("/products/description/html", {"productId": str(MAT)}) == {"description": "<p>A mat.</p>"}


def test_realtime_search_finds_words_and_filters(aliseeks: Aliseeks) -> None:
    def ids(**query: Any) -> list[str]:
        return [item["id"] for item in aliseeks.post("/search/realtime", query)["items"]]

    assert ids(text="BATH") == [str(MAT), str(TRAY)]
    assert ids(text="bath", skip=1) == [str(TRAY)]
    assert ids(shipFromCountry="US") == [str(WHISK)]
    assert str(WHISK) not in ids(shipToCountry="FR")
    assert ids(category="200") == ids(category=200) == [str(WHISK)]
    assert ids(priceRange={"from": 8, "to": 10}) == [str(MAT)]
    assert ids(sort="HIGHEST_PRICE")[0] == str(TRAY)


def test_search_pages_by_skip_and_limit(aliseeks: Aliseeks) -> None:
    answer = aliseeks.post("/search", {"skip": 1, "limit": 5, "sort": "PRODUCT_ID", "sortDirection": "DESC"})

    assert answer["aggregation"] == {"totalCount": 4, "skip": 1, "limit": 5}
    assert [item["id"] for item in answer["items"]] == [str(TRAY), str(MAT), "1234567890"]
    hit = answer["items"][1]
    assert hit["price"] == {"currency": "USD", "value": "8.01"}
    assert hit["freight"] == {
        "price": {"currency": "USD", "value": "1.99"},
        "type": "AliExpress Selection Standard",
    }


@pytest.mark.parametrize(
    "query", [{"skip": 5001}, {"skip": -1}, {"limit": 4}, {"limit": 51}, {"sort": "X"}, {"priceRange": {"from": "1"}}]
)
def test_search_limits_are_kept(aliseeks: Aliseeks, query: dict[str, Any]) -> None:
    assert aliseeks.refusal("/search", query)[0]["field"].startswith(next(iter(query)))


def test_calls_are_counted_by_name(aliseeks: Aliseeks) -> None:
    product(aliseeks)
    aliseeks.post("/search", {})

    assert aliseeks.supplier.control("GET", "calls") == {"aliseeks.products": 1, "aliseeks.search": 1}
