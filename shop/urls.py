"""Every address of the shop."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve

from shop import sitemaps
from shop.views import (
    basket,
    checkout,
    delivery,
    development_mail,
    health,
    invoices,
    listing,
    order_links,
    orders,
    pages,
    payment_sandbox,
    payments,
    place_names,
    preferences,
    returns,
    storefront,
    webhooks,
)
from shop.views.account import data as account_data
from shop.views.account import entrance, staff_login, stock_watch
from shop.views.account import pages as account
from shop.views.account import sessions as account_sessions

urlpatterns = [
    path("", storefront.home, name="home"),
    path("c/<slug:slug>/", listing.category, name="category"),
    path("search/", listing.search, name="search"),
    path("pages/<slug:slug>/", pages.page, name="page"),
    path("p/<slug:slug>/", storefront.product, name="product"),
    path("p/<slug:slug>/delivery/", delivery.delivery, name="product-delivery"),
    path("buy/", storefront.buy, name="buy"),
    path("basket/", basket.show, name="basket"),
    path("basket/add/", basket.add, name="basket-add"),
    path("basket/change/", basket.change, name="basket-change"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/place-names/", place_names.place_names, name="checkout-place-names"),
    path("pay/<slug:public_id>/", payment_sandbox.payment_page, name="pay-sandbox"),
    path("pay/<slug:public_id>/transfer/", payments.transfer, name="pay-transfer"),
    path("pay/<slug:public_id>/return/", payments.payment_return, name="pay-return"),
    path("orders/<slug:number>/thanks/", orders.thanks, name="thanks"),
    path("o/<slug:token>/", orders.order_status, name="order"),
    path("o/<slug:token>/pay/", orders.pay, name="order-pay"),
    path("o/<slug:token>/cancel/", orders.cancel, name="order-cancel"),
    path("o/<slug:token>/invoice/", invoices.invoice, name="order-invoice"),
    path("o/<slug:token>/invoice.pdf", invoices.invoice_as_pdf, name="order-invoice-pdf"),
    path("o/<slug:token>/return/", returns.ask, name="order-return"),
    path("o/<slug:token>/returns/<slug:number>/", returns.show, name="order-return-shown"),
    path("o/<slug:token>/returns/<slug:number>/photo-<int:position>.webp", returns.photo, name="order-return-photo"),
    path("preferences/", preferences.choose, name="preferences"),
    path("orders/links/", order_links.ask, name="order-links"),
    path("account/", account.home, name="account"),
    path("account/orders/", account.orders, name="account-orders"),
    path("account/orders/<slug:number>/", account.order, name="account-order"),
    path("account/addresses/", account.addresses, name="account-addresses"),
    path("account/addresses/new/", account.address, name="account-address-new"),
    path("account/addresses/<slug:public_id>/", account.address, name="account-address"),
    path("account/addresses/<slug:public_id>/action/", account.address_action, name="account-address-action"),
    path("account/wishes/", account.wish_list, name="account-wishes"),
    path("account/wishes/add/", account.add_wish, name="account-wish-add"),
    path("account/wishes/remove/", account.remove_wish, name="account-wish-remove"),
    path("account/data/", account_data.overview, name="account-data"),
    path("account/data/export.json", account_data.export, name="account-export"),
    path("account/data/close/", account_data.close, name="account-close"),
    # Before allauth's own page of the same name.
    path("account/confirm-email/<str:key>/", entrance.confirm, name="account_confirm_email"),
    path("account/", include("allauth.account.urls")),
    path("account/security/", include("allauth.mfa.urls")),
    path("account/sessions/", account_sessions.overview, name="usersessions_list"),
    path("account/sessions/<slug:public_id>/end/", account_sessions.end_device, name="account-end-device"),
    path("stock-watch/", stock_watch.ask, name="stock-watch"),
    path("stock-watch/choose/", stock_watch.choose, name="stock-watch-choose"),
    path("stock-watch/<str:token>/confirm/", stock_watch.confirm, name="stock-watch-confirm"),
    path("stock-watch/<str:token>/stop/", stock_watch.stop, name="stock-watch-stop"),
    path("api/", include("shop.api.urls")),
    path("webhooks/<slug:provider>/", webhooks.receive_payment_event, name="payment-webhook"),
    path("webhooks/<slug:provider>/<slug:public_id>", webhooks.receive, name="webhook"),
    path("admin/login/", staff_login.login),
    path("admin/", admin.site.urls),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("dev/mail/", development_mail.mails, name="development-mail"),
    path("dev/mail/<slug:key>/html/", development_mail.mail_html, name="development-mail-html"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.part, name="sitemap-part"),
    path("robots.txt", sitemaps.robots, name="robots"),
    # Browsers ask for it whatever the page's head says.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")),
]
if settings.DEBUG:
    urlpatterns += [
        re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT})
    ]
