"""A shop with one row of everything that staff and customers look at, and the values that name it in addresses."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from catalog import models as catalog
from fulfillment import models as fulfillment
from fulfillment.invoices import issue
from fulfillment.models import Order, OrderLink
from integrations.models import ApiCall, PushMessage, RateWindow
from shop import devices
from shop.accounts import stock_watch
from shop.accounts.models import SavedAddress, StockWatch, Wish
from shop.api.v1.staff_kinds import KINDS
from shop.models import Basket, EventHook, Page
from tests.addresses import Route
from tests.factories import (
    CouponFactory,
    ExchangeRateFactory,
    ExternalOrderFactory,
    ListingFactory,
    OrderLineFactory,
    PaymentFactory,
    PriceRuleFactory,
    ShipmentFactory,
    SupplierOrderLineFactory,
)
from tests.shop.api.v1.staff_rows import key_of
from tests.shop.baskets import TYPED

#: The name of a model -> what staff answer of it by API.
_KINDS = {kind.view_permission.rpartition("view_")[2]: kind for kind in KINDS}


def furnish(customer: User) -> None:
    """One row of each; what a customer may own belongs to ``customer``."""
    listing = ListingFactory(account__provider="fake", stock=5)
    _fill_catalogue(listing)
    order = OrderLineFactory(
        order__paid=True, order__status="delivered", order__customer=customer, variant=listing.variant
    ).order
    _fill_order(order, listing)
    address = {name: value for name, value in TYPED.items() if name != "email"}
    SavedAddress.objects.create(user=customer, **{**address, "province": "New York"})
    Wish.objects.create(user=customer, variant=listing.variant)
    StockWatch.objects.create(variant=listing.variant, email=customer.email)
    Authenticator.objects.create(user=customer, type="totp", data={"secret": generate_totp_secret()})
    devices.open_device(customer)
    EventHook.objects.create(user=customer, url="https://push.example.com/hook", secret_sealed="")
    Page.objects.update(is_published=True)
    Group.objects.create(name="Clerks")
    basket = Basket.objects.create(kind=Basket.Kind.CART)
    basket.lines.create(
        variant=listing.variant, price_seen=listing.variant.price, currency_seen="USD", title="Towel", quantity=1
    )


def _fill_catalogue(listing: catalog.Listing) -> None:
    account, variant, product_id = listing.account, listing.variant, listing.external_product_id
    catalog.WordTranslation.objects.create(language="de", word="Sage", translation="Salbei")
    catalog.ImportRun.objects.create(account=account, title="Towels", country="US")
    catalog.PriceChange.objects.create(
        variant=variant, sku=variant.sku, new_price=Decimal(5), currency="USD", reason="staff"
    )
    catalog.StagedProduct.objects.create(
        account=account, external_product_id="77", country="US", source_title="Towel", title="Towel"
    )
    catalog.SyncRun.objects.create(account=account, trigger="staff")
    catalog.SyncChange.objects.create(
        account=account, external_product_id=product_id, kind="price_up", action="follow", status="done"
    )
    catalog.WatchedProduct.objects.create(account=account, external_product_id="78")
    catalog.LowStock.objects.create(variant=variant, quantity=5)
    catalog.OptionWord.objects.create(kind="value", supplier_word="Sage", shop_word="Sage", key="sage")
    catalog.CategoryMapping.objects.create(
        provider="aliexpress", external_category_id="1", category=variant.product.category
    )
    catalog.MappingDrift.objects.create(listing=listing, external_product_id=product_id)
    PriceRuleFactory()
    ExchangeRateFactory()
    now = timezone.now()
    ApiCall.objects.create(account=account, operation="order", method="POST", path="/sync", started_at=now)
    PushMessage.objects.create(account=account, key="1")
    RateWindow.objects.create(account=account, group="all")
    if not catalog.SyncRule.objects.exists():
        catalog.SyncRule.objects.create()


def _fill_order(order: Order, listing: catalog.Listing) -> None:
    part = SupplierOrderLineFactory(
        supplier_order__order=order, supplier_order__account=listing.account, order_line=order.lines.get()
    ).supplier_order
    ShipmentFactory(external_order=ExternalOrderFactory(supplier_order=part))
    payment = PaymentFactory(order=order, status="succeeded")
    issue(order)
    fulfillment.Refund.objects.create(payment=payment, key="k", amount=5, currency="USD", status="to_do")
    fulfillment.PaymentEvent.objects.create(provider="stripe", event_id="evt_1", kind="payment", word="paid")
    made = fulfillment.ReturnRequest.objects.create(order=order, number="R-1", key="k", reason="damaged")
    fulfillment.ReturnPhoto.objects.create(request=made, position=1, content=b"RIFF")
    CouponFactory()
    fulfillment.TaxRate.objects.create(country="DE", name="VAT", percent=19)
    fulfillment.ShippingRate.objects.create(currency="USD")


def values_for(route: Route, customer: User) -> dict[str, object]:
    """What the parts of ``route``'s address are, of rows that are there."""
    order, listing = Order.objects.get(customer=customer), catalog.Listing.objects.get()
    payment, device = order.payments.get(), devices.living(customer).first()
    known: dict[str, object] = {
        "token": OrderLink.mint(order),
        "number": order.number,
        "slug": listing.variant.product.slug,
        "public_id": payment.public_id,
        "payment_id": payment.public_id,
        "return_number": "R-1",
        "position": 1,
        "device_id": device.public_id if device else "none",
        "address_id": SavedAddress.objects.get().public_id,
        "hook_id": EventHook.objects.get().public_id,
        "line": Basket.objects.get().lines.get().public_id,
        "country": "US",
        "variant_id": listing.variant_id,
        "listing_id": listing.pk,
        "section": "products-0",
        "pk": Authenticator.objects.get().pk,
        "id": customer.pk,
        "content_type_id": ContentType.objects.get_for_model(catalog.Product).pk,
        "object_id": listing.variant.product_id,
    }
    return known | _by_place(route, order)


def _by_place(route: Route, order: Order) -> dict[str, object]:
    """What a part means in this address only."""
    if found := re.match(r"admin/(auth|catalog|fulfillment|integrations|shop)/(\w+)/", route.text):
        row: Any = apps.get_model(found[1], found[2])._default_manager.order_by("pk").first()
        kind = _KINDS.get(found[2])
        return {"object_id": row.pk, "pk": row.pk, "id": row.pk, "name": kind.answers[0].name if kind else "none"}
    if found := re.match(r"api/v1/staff/([\w-]+)/", route.text):
        model = next((model for model, kind in _KINDS.items() if kind.noun == found[1]), "")
        app = "catalog" if model == "listing" else "fulfillment"
        return {"key": key_of(apps.get_model(app, model)._default_manager.first())} if model else {}
    if route.text.startswith("c/"):
        return {"slug": catalog.Category.objects.get().slug}
    if "pages/" in route.text:
        return {"slug": "terms"}
    if route.text.startswith("api/orders/"):
        return {"public_id": order.number}
    if "stock-watch/" in route.text:
        return {"token": stock_watch.token_of(StockWatch.objects.get())}
    if route.text.startswith("account/addresses/"):
        return {"public_id": SavedAddress.objects.get().public_id}
    if route.text.startswith("account/orders/"):
        return {"number": order.number}
    return {"number": "R-1"} if "/returns/<slug:number>" in route.text else {}
