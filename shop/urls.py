"""Every address of the shop."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve

from shop.views import checkout, development_mail, health, orders, payment_sandbox, storefront, webhooks

urlpatterns = [
    path("", storefront.home, name="home"),
    path("c/<slug:slug>/", storefront.category, name="category"),
    path("p/<slug:slug>/", storefront.product, name="product"),
    path("buy/", storefront.buy, name="buy"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("pay/<slug:public_id>/", payment_sandbox.payment_page, name="pay-sandbox"),
    path("orders/<slug:number>/thanks/", orders.thanks, name="thanks"),
    path("o/<slug:token>/", orders.order_status, name="order"),
    path("o/<slug:token>/pay/", orders.pay, name="order-pay"),
    path("api/", include("shop.api.urls")),
    path("webhooks/<slug:provider>/<slug:public_id>", webhooks.receive, name="webhook"),
    path("admin/", admin.site.urls),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("dev/mail/", development_mail.mails, name="development-mail"),
    path("dev/mail/<slug:key>/html/", development_mail.mail_html, name="development-mail-html"),
    # Browsers ask for it whatever the page's head says.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")),
]
if settings.DEBUG:
    urlpatterns += [
        re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT})
    ]
