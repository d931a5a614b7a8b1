"""The sourcing API's questions: what is asked of the supplier, and what is answered."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from integrations.registry import PROVIDERS, Provider
from integrations.types import FreightOption, ProductSnapshot, Refusal, SearchSort
from shop.money import Money
from tests import fake_supplier
from tests.factories import SupplierAccountFactory
from tests.fake_supplier import FakeSupplier, sku, usd
from tests.sourcing_supplier import SearchableSupplier, hit

pytestmark = pytest.mark.django_db

SEARCH = "/api/aliexpress/products/search"
PRODUCT = "/api/aliexpress/products/1005006000000101"
CATEGORIES = "/api/aliexpress/categories"
FREIGHT = "/api/aliexpress/freight"
PLACES = "/api/aliexpress/addresses/GB"
ASKED = {"product_id": "1005006000000101", "sku_id": "12000040000010101"}
READS = [(PRODUCT, {}), (CATEGORIES, {}), (FREIGHT, ASKED), (PLACES, {})]


@pytest.fixture
def supplier(monkeypatch) -> SearchableSupplier:
    fake = SearchableSupplier(hits=[hit(1)])
    fake_supplier.install(fake)
    # The addresses' own supplier, so that they are called as the guide calls them.
    monkeypatch.setitem(PROVIDERS, "aliexpress", Provider("Fake", "tests.fake_supplier"))
    return fake


@pytest.fixture
def account(db, supplier):
    return SupplierAccountFactory(provider="aliexpress", mode="sandbox")


@pytest.fixture
def staff_headers(db) -> dict[str, str]:
    user = User.objects.create_user("buyer", is_staff=True)
    return {"Authorization": f"Token {Token.objects.create(user=user).key}"}


@pytest.fixture
def look(client, staff_headers):
    def get(path: str, **query: str):
        return client.get(path, query, headers=staff_headers)

    return get


@pytest.fixture
def search(client, staff_headers):
    def post(**body):
        return client.post(SEARCH, json.dumps(body), content_type="application/json", headers=staff_headers)

    return post


# --- search ---------------------------------------------------------------------------------------------


def test_search_answers_in_the_guides_fields(search, account, supplier):
    supplier.hits = [hit(1, rating_percent=Decimal("89.2"), quantity_sold=5000)]

    response = search(keywords="mat", min_price=5, max_price=50.5, min_orders=100, limit=10)

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": [
            {
                "product_id": "1",
                "product_title": "Mat 1",
                "target_sale_price": "10.00",
                "original_price": "20.00",
                "discount": "50%",
                "product_detail_url": "https://supplier.example/1",
                "product_main_image_url": "https://supplier.example/1.jpg",
                "volume": 5000,
                "evaluation_rate": "89.2%",
                "ship_to_days": None,
            }
        ],
        "count": 1,
        "currency": "USD",
        "searched": 1,
        "has_more": False,
    }


def test_filters_of_the_body_are_applied(search, account, supplier):
    supplier.hits = [hit(1), hit(2, price=usd("50.00")), hit(3, quantity_sold=5)]

    answer = search(keywords="mat", min_price="5.00", max_price="49.99", min_orders=10).json()

    assert ([row["product_id"] for row in answer["data"]], answer["count"], answer["searched"]) == (["1"], 1, 3)


def test_country_currency_and_order_reach_the_supplier(search, account, supplier):
    supplier.hits = []

    search(keywords="mat", country="fr", currency="eur", sort="orders_desc")

    assert supplier.asked == [
        {"keywords": "mat", "country": "FR", "currency": "EUR", "page": 1, "sort": SearchSort.ORDERS_DESC}
    ]


def test_hit_without_a_list_price_is_at_its_price(search, account, supplier):
    supplier.hits = [hit(1, list_price=None, discount_percent=None, quantity_sold=None)]

    (row,) = search(keywords="mat").json()["data"]

    assert (row["original_price"], row["discount"], row["volume"], row["evaluation_rate"]) == (
        "10.00",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"keywords": None}, "keywords"),
        ({"keywords": ""}, "keywords"),
        ({"keywords": "  "}, "keywords"),
        ({"keywords": 5}, "keywords"),
        ({"keywords": "x" * 201}, "keywords"),
        ({"min_price": -1}, "min_price"),
        ({"min_price": "cheap"}, "min_price"),
        ({"min_price": True}, "min_price"),
        ({"min_price": 1e300}, "min_price"),
        ({"min_price": 5, "max_price": 4}, "max_price"),
        ({"min_orders": -1}, "min_orders"),
        ({"min_orders": 2.5}, "min_orders"),
        ({"min_orders": True}, "min_orders"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "10"}, "limit"),
        ({"limit": None}, "limit"),
        ({"country": "XX"}, "country"),
        ({"country": 5}, "country"),
        ({"currency": "dollars"}, "currency"),
        ({"sort": "min_price,asc"}, "sort"),
        ({"page": 2}, "page"),
    ],
)
def test_wrong_field_of_a_search_is_400_and_asks_nobody(search, account, supplier, changes, field):
    response = search(**{"keywords": "mat", **changes})

    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert list(response.json()["errors"]) == [field]
    assert supplier.asked == []


@pytest.mark.parametrize("body", ["[]", "5", "null", '"mat"'])
def test_body_that_is_no_object_is_400(client, staff_headers, account, body):
    response = client.post(SEARCH, body, content_type="application/json", headers=staff_headers)

    assert response.status_code == 400


def test_supplier_without_a_search_is_400(search, account):
    fake_supplier.install(FakeSupplier())

    response = search(keywords="mat")

    assert (response.status_code, response.json()["code"]) == (400, "not_offered")


# --- one product ------------------------------------------------------------------------------------------


def test_product_answers_in_the_guides_fields(look, account, supplier, monkeypatch):
    fox = (("Color", "Fox"), ("Ships From", "China"))
    product = ProductSnapshot(
        "1005006000000101", "Absorbent bath mat", True,
        (sku("1", stock=3, list_price=usd("22.23"), image_url="https://supplier.example/1.jpg"),
         sku("2", sku_attr="14:30#Fox", options=fox, price=usd("7.5"), stock=4)),
        description_html="<p onclick=x>Soft.</p><script>alert(1)</script>",
        image_urls=("https://supplier.example/1.jpg",),
    )  # fmt: skip
    monkeypatch.setattr(supplier, "fetch_product", lambda *_, **__: product)
    supplier.freight = [FreightOption("STD", "Standard", usd("1.9"), True, min_days=6, max_days=8, ship_from="CN")]

    response = look(PRODUCT, country="US")

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {
            "product_id": "1005006000000101",
            "title": "Absorbent bath mat",
            "description": "<p>Soft.</p>",
            "price": "7.50",
            "currency": "USD",
            "stock": 7,
            "orderable": True,
            "images": ["https://supplier.example/1.jpg"],
            "variants": [
                {
                    "sku_id": "1", "sku_attr": "14:29#Bear", "color": "Bear", "price": "8.01",
                    "original_price": "22.23", "stock": 3, "image": "https://supplier.example/1.jpg",
                },
                {
                    "sku_id": "2", "sku_attr": "14:30#Fox", "color": "Fox", "ships_from": "China", "price": "7.50",
                    "original_price": "7.50", "stock": 4, "image": "",
                },
            ],
            "shipping_info": [
                {
                    "service": "STD", "name": "Standard", "fee": "1.90", "currency": "USD", "min_days": 6,
                    "max_days": 8, "tracked": True, "ship_from": "CN",
                }
            ],
        },
    }  # fmt: skip


def test_option_named_like_a_price_does_not_stand_in_for_it(look, account, supplier):
    supplier.skus = [sku(options=(("Price", "0.01"), ("Stock", "full")))]

    (variant,) = look(PRODUCT).json()["data"]["variants"]

    assert (variant["price"], variant["stock"]) == ("8.01", 100)
    assert (variant["option_price"], variant["option_stock"]) == ("0.01", "full")


def test_stock_that_is_not_told_of_every_kind_is_null(look, account, supplier):
    supplier.skus = [sku("1", stock=3), sku("2", stock=None)]

    assert look(PRODUCT).json()["data"]["stock"] is None


@pytest.mark.parametrize("error", [Transient("busy"), Rejected("no"), MalformedReply("half")])
def test_freight_that_cannot_be_told_leaves_the_product(look, account, supplier, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(supplier, "fetch_freight", fail)

    response = look(PRODUCT)

    assert (response.status_code, response.json()["data"]["shipping_info"]) == (200, None)


@pytest.mark.parametrize("stock", [0, 5])
def test_product_that_is_not_sent_there_has_no_shipping(look, account, supplier, stock):
    supplier.skus = [sku(stock=stock)]
    supplier.freight = []

    assert look(PRODUCT).json()["data"]["shipping_info"] == []


def test_product_without_any_kind_has_no_price(look, account, supplier):
    supplier.skus = []

    data = look(PRODUCT).json()["data"]

    assert (data["price"], data["currency"], data["variants"]) == (None, None, [])


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [(Refusal.SKU_GONE, 404, "product_not_found"), (Refusal.SHIPPING, 422, "supplier_refused")],
)
def test_product_that_is_not_sold_says_why(look, account, supplier, refusal, status, code):
    supplier.read_error = Rejected("Not sold there.", refusal=refusal)

    response = look(PRODUCT)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"] == "Not sold there."


# --- freight, categories, places ----------------------------------------------------------------------------


def test_freight_is_quoted_for_so_many_pieces_to_a_country(look, account, supplier, monkeypatch):
    asked = []

    def quote(*args, **names):
        asked.append((args, names))
        return (FreightOption("STD", "Standard", Money(Decimal("1.99"), "EUR"), tracked=True),)

    monkeypatch.setattr(supplier, "fetch_freight", quote)

    response = look(FREIGHT, **ASKED, quantity="2", country="FR", currency="EUR")

    assert asked == [(tuple(ASKED.values()), {"quantity": 2, "country": "FR", "currency": "EUR"})]
    assert response.json() == {
        "success": True,
        "data": [
            {
                "service": "STD", "name": "Standard", "fee": "1.99", "currency": "EUR", "min_days": None,
                "max_days": None, "tracked": True, "ship_from": "",
            }
        ],
        "count": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product_id": ""}, "product_id"),
        ({"sku_id": "14:29#Bear"}, "sku_id"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1001"}, "quantity"),
        ({"quantity": "two"}, "quantity"),
        ({"quantity": "٢"}, "quantity"),
        ({"country": "Narnia"}, "country"),
        ({"skuId": "5"}, "skuId"),
    ],
)
def test_wrong_field_of_a_quote_is_400(look, account, changes, field):
    response = look(FREIGHT, **{**ASKED, **changes})

    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_repeated_field_of_a_query_is_400(client, staff_headers, account):
    response = client.get(f"{PRODUCT}?country=US&country=FR", headers=staff_headers)

    assert (response.status_code, list(response.json()["errors"])) == (400, ["country"])


def test_categories_come_with_their_parents(look, account):
    assert look(CATEGORIES).json() == {
        "success": True,
        "data": [
            {"category_id": "15", "category_name": "Home", "parent_category_id": None},
            {"category_id": "16", "category_name": "Mats", "parent_category_id": "15"},
        ],
        "count": 2,
    }


def test_places_come_as_a_tree(look, account):
    assert look(PLACES).json() == {
        "success": True,
        "data": {
            "country": "GB",
            "children": [
                {
                    "name": "England",
                    "type": "province",
                    "children": [{"name": "London", "type": "city", "children": []}],
                }
            ],
        },
    }


def test_country_in_small_letters_is_the_same(look, account, supplier):
    look(PLACES)
    look("/api/aliexpress/addresses/gb")

    assert supplier.asked == [{"what": "GB"}]


def test_country_that_the_supplier_has_no_places_of_is_404(look, account, supplier):
    supplier.read_error = Rejected("no data")

    response = look(PLACES)

    assert (response.status_code, response.json()["code"]) == (404, "no_places")


@pytest.mark.parametrize(
    "path",
    [
        "/api/aliexpress/addresses/XX",
        "/api/aliexpress/addresses/GBR",
        "/api/aliexpress/products/abc",
        "/api/aliexpress/products/" + "1" * 21,
        "/api/aliexpress/nothing",
    ],
)
def test_address_of_nothing_is_404(look, account, path):
    response = look(path)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


# --- who may, and what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "query"), READS)
def test_no_key_is_401(client, account, path, query):
    assert client.get(path, query).status_code == 401


@pytest.mark.parametrize(("path", "query"), READS)
def test_user_who_is_neither_staff_nor_buyer_is_403(client, account, path, query):
    token = Token.objects.create(user=User.objects.create_user("reader"))

    response = client.get(path, query, headers={"Authorization": f"Token {token.key}"})

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(("path", "query"), READS)
def test_user_who_may_buy_may_ask(client, headers, account, path, query):
    assert client.get(path, query, headers=headers).status_code == 200


def test_staff_who_has_left_is_401(client, staff_headers, account):
    User.objects.update(is_active=False)

    assert client.get(CATEGORIES, headers=staff_headers).status_code == 401


@pytest.mark.parametrize(("path", "query"), READS)
@pytest.mark.parametrize(
    "error", [Transient("busy", retry_after_s=7.4), AccountUnusable("ended"), MalformedReply("half", field="result")]
)
def test_supplier_that_cannot_be_asked_is_503(look, account, supplier, path, query, error):
    supplier.read_error = error

    response = look(path, **query)

    assert (response.status_code, response.json()["code"]) == (503, "supplier_unavailable")
    assert int(response["Retry-After"]) > 0


def test_search_that_the_supplier_cannot_answer_is_503(search, account, supplier):
    supplier.read_error = Transient("busy")

    assert search(keywords="mat").status_code == 503


def test_refused_token_is_shown_on_the_account(look, account, supplier):
    supplier.read_error = AccountUnusable("token ended")

    look(CATEGORIES)

    account.refresh_from_db()
    assert account.health == "reconnect"


@pytest.mark.parametrize(("path", "query"), READS)
def test_supplier_without_an_account_is_400(look, db, path, query):
    response = look(path, **query, supplier="nobody")

    assert (response.status_code, response.json()["code"]) == (400, "supplier_not_connected")


@pytest.mark.parametrize(("path", "query"), READS)
def test_address_with_a_slash_is_the_same(look, account, path, query):
    assert look(f"{path}/", **query).status_code == 200


def test_wrong_method_is_405(client, staff_headers):
    assert client.get(SEARCH, headers=staff_headers).status_code == 405
    assert client.post(CATEGORIES, headers=staff_headers).status_code == 405
