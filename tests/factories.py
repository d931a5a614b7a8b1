"""A valid minimal object of each kind; a test states only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from catalog.models import Category, ExchangeRate, Listing, PriceRule, Product, Variant
from catalog.rates import today
from catalog.shelf import refresh
from fulfillment.models import (
    Coupon,
    ExternalOrder,
    Order,
    OrderLine,
    Payment,
    Shipment,
    SupplierOrder,
    SupplierOrderLine,
)
from integrations.models import SupplierAccount

PAID_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class SupplierAccountFactory(DjangoModelFactory):
    class Meta:
        model = SupplierAccount

    provider = "aliexpress"
    label = factory.Sequence(lambda n: f"Account {n}")
    mode = SupplierAccount.Mode.SANDBOX
    endpoint = "http://127.0.0.1:9"
    app_key = "33505222"
    app_secret = "app-secret-for-tests"
    access_token = "access-token-for-tests"
    refresh_token = "refresh-token-for-tests"
    pays_automatically = True


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    category = factory.SubFactory(CategoryFactory)
    title = factory.Sequence(lambda n: f"Product {n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    status = Product.Status.ACTIVE


class _ShelvedFactory(DjangoModelFactory):
    """What is made is in lists and found by the search at once, as after a save in the admin."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        made = super()._create(model_class, *args, **kwargs)
        variant = made.variant if isinstance(made, Listing) else made
        refresh([variant.product_id])
        return made


class VariantFactory(_ShelvedFactory):
    class Meta:
        model = Variant

    product = factory.SubFactory(ProductFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    price = Decimal("24.90")
    currency = "USD"


class ListingFactory(_ShelvedFactory):
    class Meta:
        model = Listing

    variant = factory.SubFactory(VariantFactory)
    account = factory.SubFactory(SupplierAccountFactory)
    external_product_id = factory.Sequence(lambda n: str(1005006000000000 + n))
    external_sku_id = factory.Sequence(lambda n: str(12000040000000000 + n))
    external_sku_attr = "14:29#Bear"
    cost = Decimal("8.01")
    currency = "USD"
    stock = 100


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    email = "ada@example.com"
    first_name = "Ada"
    last_name = "Lovelace"
    line1 = "123 Main St"
    city = "New York"
    province = "New York"
    postcode = "10001"
    country = "US"
    phone = "+12125550123"
    currency = "USD"
    items_total = Decimal("24.90")
    total = Decimal("24.90")

    class Params:
        paid = factory.Trait(status="paid", paid_at=PAID_AT)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    variant = factory.SubFactory(VariantFactory)
    sku = factory.SelfAttribute("variant.sku")
    title = factory.SelfAttribute("variant.product.title")
    quantity = 1
    unit_price = Decimal("24.90")
    total = Decimal("24.90")
    currency = "USD"


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    order = factory.SubFactory(OrderFactory)
    method = Payment.Method.SANDBOX
    amount = factory.SelfAttribute("order.total")
    currency = factory.SelfAttribute("order.currency")


class SupplierOrderFactory(DjangoModelFactory):
    class Meta:
        model = SupplierOrder

    order = factory.SubFactory(OrderFactory, paid=True)
    account = factory.SubFactory(SupplierAccountFactory)
    account_mode = factory.SelfAttribute("account.mode")
    reference = factory.LazyAttribute(lambda row: f"{row.order.number}-1")
    status = "due"
    next_attempt_at = PAID_AT
    currency = "USD"
    expected_cost = Decimal("8.01")


class SupplierOrderLineFactory(DjangoModelFactory):
    class Meta:
        model = SupplierOrderLine

    supplier_order = factory.SubFactory(SupplierOrderFactory)
    order_line = factory.SubFactory(OrderLineFactory, order=factory.SelfAttribute("..supplier_order.order"))
    external_product_id = "1005006000000101"
    external_sku_id = "12000040000010101"
    external_sku_attr = "14:29#Bear"
    quantity = 1
    unit_cost = Decimal("8.01")


class ExternalOrderFactory(DjangoModelFactory):
    class Meta:
        model = ExternalOrder

    supplier_order = factory.SubFactory(SupplierOrderFactory, status="placed")
    account = factory.SelfAttribute("supplier_order.account")
    external_id = factory.Sequence(lambda n: str(8198352049850000 + n))
    next_poll_at = PAID_AT


class ShipmentFactory(DjangoModelFactory):
    class Meta:
        model = Shipment

    external_order = factory.SubFactory(ExternalOrderFactory)
    supplier_order = factory.SelfAttribute("external_order.supplier_order")
    tracking_number = factory.Sequence(lambda n: f"LP{n:014d}")
    carrier = "Standard Shipping"


class CouponFactory(DjangoModelFactory):
    class Meta:
        model = Coupon

    code = "WELCOME10"
    kind = Coupon.Kind.PERCENT
    percent = Decimal(10)


class PriceRuleFactory(DjangoModelFactory):
    class Meta:
        model = PriceRule

    name = factory.Sequence(lambda n: f"Rule {n}")
    percent = Decimal(40)
    currency = "USD"


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    date = factory.LazyFunction(today)
    currency = "USD"
    rate = Decimal("1.25")
    source = ExchangeRate.Source.ECB
