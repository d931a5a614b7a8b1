"""The addresses below ``/api/v1/``. What is private travels in headers, never in an address."""

from __future__ import annotations

from django.http import Http404
from django.urls import path, re_path
from rest_framework.request import Request

from shop.api.v1 import (
    account,
    baskets,
    catalogue,
    checkouts,
    currencies,
    invoices,
    orders,
    own_data,
    returns,
    sessions,
    staff,
    staff_answers,
    wishes,
)
from shop.api.v1.attention import Attention
from shop.api.v1.base import V1View


class Nothing(V1View):
    """Every other address below ``/api/v1/``."""

    authentication_classes = []
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        self.count(request, as_visitor=True)
        raise Http404


urlpatterns = [
    path("shop/", catalogue.ShowShop.as_view(), name="v1-shop"),
    path("pages/<slug:slug>/", catalogue.ShowPage.as_view(), name="v1-page"),
    path("currencies/", currencies.ListCurrencies.as_view(), name="v1-currencies"),
    path("countries/", catalogue.ListCountries.as_view(), name="v1-countries"),
    re_path("^countries/(?P<country>[A-Z]{2})/$", catalogue.ShowCountry.as_view(), name="v1-country"),
    path("categories/", catalogue.ListCategories.as_view(), name="v1-categories"),
    path("products/", catalogue.ListProducts.as_view(), name="v1-products"),
    path("product-filters/", catalogue.ListFilters.as_view(), name="v1-product-filters"),
    path("products/<slug:slug>/", catalogue.ShowProduct.as_view(), name="v1-product"),
    path("products/<slug:slug>/delivery/", catalogue.ShowDelivery.as_view(), name="v1-product-delivery"),
    path("basket/", baskets.ShowBasket.as_view(), name="v1-basket"),
    path("basket/lines/", baskets.AddLine.as_view(), name="v1-basket-lines"),
    path("basket/lines/<slug:line>/", baskets.ChangeLine.as_view(), name="v1-basket-line"),
    path("basket/coupon/", baskets.Coupon.as_view(), name="v1-basket-coupon"),
    path("basket/tidy/", baskets.Tidy.as_view(), name="v1-basket-tidy"),
    path("buy-now/", baskets.BuyNow.as_view(), name="v1-buy-now"),
    path("basket/quote/", checkouts.Quote.as_view(), name="v1-quote"),
    path("basket/order/", checkouts.PlaceOrder.as_view(), name="v1-place-order"),
    path("order-links/", orders.MailLinks.as_view(), name="v1-order-links"),
    path("orders/<slug:number>/", orders.ShowOrder.as_view(), name="v1-order"),
    path("orders/<slug:number>/cancel/", orders.CancelOrder.as_view(), name="v1-order-cancel"),
    path("orders/<slug:number>/events/", orders.OrderEvents.as_view(), name="v1-order-events"),
    path("orders/<slug:number>/payments/", orders.StartPayment.as_view(), name="v1-start-payment"),
    path("orders/<slug:number>/payments/<slug:payment_id>/", orders.ShowPayment.as_view(), name="v1-payment"),
    path("orders/<slug:number>/returns/", returns.AskForReturn.as_view(), name="v1-ask-for-return"),
    path("orders/<slug:number>/returns/<slug:return_number>/", returns.ShowReturn.as_view(), name="v1-return"),
    path("orders/<slug:number>/invoice/", invoices.ShowInvoice.as_view(), name="v1-invoice"),
    path("orders/<slug:number>/invoice/pdf/", invoices.InvoicePdf.as_view(), name="v1-invoice-pdf"),
    path(
        "orders/<slug:number>/returns/<slug:return_number>/photos/<slug:position>/",
        returns.ShowPhoto.as_view(),
        name="v1-return-photo",
    ),
    path("stock-watches/", wishes.WatchStock.as_view(), name="v1-watch-stock"),
    path("auth/register/", sessions.Register.as_view(), name="v1-register"),
    path("auth/confirm-email/", sessions.ConfirmAddress.as_view(), name="v1-confirm-address"),
    path("auth/login/", sessions.LogIn.as_view(), name="v1-log-in"),
    path("auth/refresh/", sessions.Refresh.as_view(), name="v1-refresh"),
    path("auth/password-reset/", sessions.ResetPassword.as_view(), name="v1-reset-password"),
    path("auth/logout/", sessions.LogOut.as_view(), name="v1-log-out"),
    path("auth/devices/", sessions.ListDevices.as_view(), name="v1-devices"),
    path("auth/devices/<slug:device_id>/", sessions.EndDevice.as_view(), name="v1-end-device"),
    path("account/", account.Profile.as_view(), name="v1-account"),
    path("account/addresses/", account.Addresses.as_view(), name="v1-addresses"),
    path("account/addresses/<slug:address_id>/", account.OneAddress.as_view(), name="v1-one-address"),
    path("account/orders/", account.Orders.as_view(), name="v1-account-orders"),
    path("account/events/", account.Events.as_view(), name="v1-account-events"),
    path("account/wishes/", wishes.Wishes.as_view(), name="v1-wishes"),
    path("account/emails/", own_data.Emails.as_view(), name="v1-emails"),
    path("account/emails/remove/", own_data.RemoveEmail.as_view(), name="v1-remove-email"),
    path("account/emails/primary/", own_data.PrimaryEmail.as_view(), name="v1-primary-email"),
    path("account/password/", own_data.Password.as_view(), name="v1-change-password"),
    path("account/export/", own_data.Export.as_view(), name="v1-export"),
    path("account/close/", own_data.Close.as_view(), name="v1-close-account"),
    path("account/webhooks/", account.Hooks.as_view(), name="v1-webhooks"),
    path("account/webhooks/<slug:hook_id>/", account.OneHook.as_view(), name="v1-one-webhook"),
    path("staff/orders/", staff.Orders.as_view(), name="v1-staff-orders"),
    path("staff/orders/<slug:key>/", staff.OneOrder.as_view(), name="v1-staff-order"),
    path("staff/supplier-orders/", staff.SupplierOrders.as_view(), name="v1-staff-supplier-orders"),
    path("staff/supplier-orders/<slug:key>/", staff.OneSupplierOrder.as_view(), name="v1-staff-supplier-order"),
    path("staff/shipments/", staff.Shipments.as_view(), name="v1-staff-shipments"),
    path("staff/listings/", staff.Listings.as_view(), name="v1-staff-listings"),
    path("staff/refunds/", staff.Refunds.as_view(), name="v1-staff-refunds"),
    path("staff/attention/", Attention.as_view(), name="v1-staff-attention"),
    *staff_answers.urlpatterns(),
    re_path(r"", Nothing.as_view()),
]
