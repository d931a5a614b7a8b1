"""The addresses below ``/api/``."""

from __future__ import annotations

from django.urls import include, path, re_path

from shop.api.orders import Nothing, OrderStatus, PlaceOrder
from shop.api.place import ExternalOrderStatus, PlaceProducts
from shop.api.sourcing import ListCategories, QuoteFreight, SearchProducts, ShowPlaces, ShowProduct
from shop.api.v1 import docs

urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="api-schema"),
    path("docs/", docs.page, name="api-docs"),
    path("v1/", include("shop.api.v1.urls")),
    re_path(r"^orders/aliexpress/?$", PlaceOrder.as_view(), name="api-place-order"),
    path("orders/<slug:public_id>/", OrderStatus.as_view(), name="api-order"),
    re_path(r"^aliexpress/products/search/?$", SearchProducts.as_view(), name="api-search-products"),
    re_path(r"^aliexpress/products/(?P<product_id>[0-9]{1,20})/?$", ShowProduct.as_view(), name="api-product"),
    re_path(r"^aliexpress/categories/?$", ListCategories.as_view(), name="api-categories"),
    re_path(r"^aliexpress/freight/?$", QuoteFreight.as_view(), name="api-freight"),
    re_path(r"^aliexpress/addresses/(?P<country>[A-Za-z]{2})/?$", ShowPlaces.as_view(), name="api-places"),
    re_path(r"^aliexpress/orders/place/?$", PlaceProducts.as_view(), name="api-place-products"),
    re_path(
        r"^aliexpress/orders/(?P<order_id>[A-Za-z0-9_-]{1,64})/status/?$",
        ExternalOrderStatus.as_view(),
        name="api-external-order",
    ),
    re_path(r"", Nothing.as_view()),
]
