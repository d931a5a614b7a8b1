"""The addresses below ``/api/``."""

from __future__ import annotations

from django.urls import path, re_path

from shop.api.orders import Nothing, OrderStatus, PlaceOrder

urlpatterns = [
    re_path(r"^orders/aliexpress/?$", PlaceOrder.as_view(), name="api-place-order"),
    path("orders/<slug:public_id>/", OrderStatus.as_view(), name="api-order"),
    re_path(r"", Nothing.as_view()),
]
