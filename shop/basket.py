"""Baskets: filled, changed, checked out and emptied. Knows nothing of requests or sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Subquery, Sum
from django.utils import timezone

from catalog import demand
from catalog.availability import in_stock, load_parts, quantity_available
from catalog.models import Listing, Product, Variant
from fulfillment.models import Order, OrderLine
from fulfillment.parcels import Item
from fulfillment.states import OrderStatus
from shop.errors import DomainError
from shop.models import Basket, BasketLine, new_checkout_key

#: With their accounts: what an account's supplier asks of an address is shown at the checkout.
_LISTINGS = Prefetch("variant__listings", Listing.objects.select_related("account"))


class BasketProblem(DomainError):
    """The basket cannot be changed so.

    Codes: ``not_sold``, ``sold_out``, ``too_few`` (``available``), ``too_many`` (``limit``), ``full`` (``limit``),
    ``other_currency``, ``no_such_line``.
    """

    code = "basket_problem"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out, for putting it back."""

    sku: str
    quantity: int


def find(public_id: str) -> Basket | None:
    """The basket with that id, or None. What has been bought in the meantime is taken out first."""
    orders = Order.objects.filter(checkout_key=OuterRef("checkout_key"))
    basket = (
        Basket.objects.filter(public_id=public_id)
        .annotate(paid_order=Subquery(orders.filter(paid_at__isnull=False).values("pk")[:1]))
        .first()
    )
    if basket is not None and basket.paid_order is not None:
        take_out_bought(basket, basket.paid_order)
    return basket


def open_cart() -> Basket:
    """A new, empty cart."""
    return Basket.objects.create(kind=Basket.Kind.CART)


def count(public_id: str) -> int:
    """How many pieces the basket holds; 0 for none, and for one that was bought meanwhile. One query."""
    bought = Order.objects.filter(checkout_key=OuterRef("basket__checkout_key"), paid_at__isnull=False)
    lines = BasketLine.objects.filter(~Exists(bought), basket__public_id=public_id)
    return lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0


def contents(basket: Basket) -> list[BasketLine]:
    """The basket's lines with their variants and those's listings, in two queries; two more if some are bundles."""
    lines = list(basket.lines.select_related("variant__product").prefetch_related(_LISTINGS))
    load_parts(line.variant for line in lines if line.variant)
    return lines


def is_sold(variant: Variant | None) -> bool:
    """Whether the shop sells ``variant`` at all, in stock or not."""
    return variant is not None and variant.is_active and variant.product.status == Product.Status.ACTIVE


def items_of(lines: list[BasketLine]) -> list[Item]:
    """What ``lines`` order: those whose variant is sold, in the currency of the first of them."""
    sold = [Item(line.variant, line.quantity) for line in lines if line.variant and is_sold(line.variant)]
    return [item for item in sold if item.variant.currency == sold[0].variant.currency]


def add(basket: Basket, variant: Variant, quantity: int) -> BasketLine:
    """Put ``quantity`` more of ``variant`` (with its product and listings at hand) into ``basket``.

    Raises ``BasketProblem`` and changes nothing, as far as what is there already stays.
    """
    demand.note_basket(variant.product_id, quantity)
    line = basket.lines.filter(variant=variant).first()
    wanted = quantity + (line.quantity if line else 0)
    check(variant, wanted)
    if line is None:
        return _add_line(basket, variant, quantity)
    # F(): of two tabs that add at once both count. What passes the limits then is refused by the order.
    BasketLine.objects.filter(pk=line.pk).update(quantity=F("quantity") + quantity)
    line.refresh_from_db()
    _touch(basket)
    return line


def change(basket: Basket, line_id: str, quantity: int) -> Removed | None:
    """Set a line's quantity; 0 takes it out. The new quantity is for today's price. Raises ``BasketProblem``."""
    line = basket.lines.select_related("variant__product").prefetch_related(_LISTINGS)
    found = line.filter(public_id=line_id).first()
    if found is None:
        raise BasketProblem("This is not in the basket any more.", code="no_such_line")
    if quantity <= 0:
        found.delete()
        _touch(basket)
        return Removed(found.variant.sku, found.quantity) if found.variant and is_sold(found.variant) else None
    if found.variant is None:
        raise BasketProblem("This is not sold any more.", code="not_sold")
    check(found.variant, quantity)
    price = found.variant.unit_price
    basket.lines.filter(pk=found.pk).update(quantity=quantity, price_seen=price.amount, currency_seen=price.currency)
    _touch(basket)
    return None


def tidy(basket: Basket) -> None:
    """Take out what cannot be bought any more, and lower to what is left where fewer are left."""
    lines = contents(basket)
    keep = {item.variant.pk for item in items_of(lines)}
    for line in lines:
        available = quantity_available(line.variant) if line.variant else 0
        if line.variant_id not in keep or line.variant is None or available == 0 or not in_stock(line.variant):
            line.delete()
        elif available is not None and available < line.quantity:
            basket.lines.filter(pk=line.pk).update(quantity=available)
    _touch(basket)


def fill_direct(basket: Basket | None, variant: Variant, quantity: int) -> Basket:
    """The direct basket for ``quantity`` of ``variant``: ``basket`` itself, holding nothing else.

    The same choice again (a double click, a second tab, a reload) keeps its key and so its order, as long as that
    order can still be paid.
    """
    if basket is None or basket.kind != Basket.Kind.DIRECT:
        basket = Basket.objects.create(kind=Basket.Kind.DIRECT)
    demand.note_basket(variant.product_id, quantity)
    held = list(basket.lines.values_list("variant", "quantity"))
    if held == [(variant.pk, quantity)] and not _is_used_up(basket):
        return basket
    with transaction.atomic():
        basket.lines.all().delete()
        # The price is taken now: the page that led here showed it.
        _add_line(basket, variant, quantity)
        renew(basket)
    return basket


def renew(basket: Basket) -> None:
    """A new key for the same content: the order made with the old one cannot be paid any more."""
    basket.checkout_key = new_checkout_key()
    basket.updated_at = timezone.now()
    basket.save(update_fields=["checkout_key", "updated_at"])


def set_coupon(basket: Basket, code: str) -> None:
    """Remember the code that the customer wants to use, or none."""
    basket.coupon_code = code[:40]
    basket.updated_at = timezone.now()
    basket.save(update_fields=["coupon_code", "updated_at"])


def take_out_bought(basket: Basket, order_id: int) -> None:
    """Take out what the paid order ``order_id`` has bought. What was put in afterwards stays, under a new key."""
    bought: Mapping[Any, int] = dict(
        OrderLine.objects.filter(order=order_id, variant__isnull=False).values_list("variant", "quantity")
    )
    with transaction.atomic():
        # The key decides who does it, so that two pages at once take the goods out once.
        new_key = new_checkout_key()
        taken = Basket.objects.filter(pk=basket.pk, checkout_key=basket.checkout_key).update(
            checkout_key=new_key, coupon_code="", updated_at=timezone.now()
        )
        if taken:
            for line in basket.lines.filter(variant__in=bought):
                if line.quantity > bought[line.variant_id]:
                    rest = F("quantity") - bought[line.variant_id]
                    basket.lines.filter(pk=line.pk).update(quantity=rest)
                else:
                    line.delete()
    basket.refresh_from_db(fields=["checkout_key", "coupon_code", "updated_at"])


def purge(now: datetime | None = None) -> int:
    """Delete baskets that nobody has touched for ``BASKET_DAYS`` days. How many."""
    before = (now or timezone.now()) - timedelta(days=settings.BASKET_DAYS)
    deleted: dict[str, int] = Basket.objects.filter(updated_at__lt=before).delete()[1]
    return deleted.get("shop.Basket", 0)


def forget(order: Order) -> None:
    """Delete the basket that became ``order``, where it has not begun another one since."""
    Basket.objects.filter(checkout_key=order.checkout_key).delete()


def check(variant: Variant, quantity: int) -> None:
    """Raise ``BasketProblem`` unless ``quantity`` of ``variant`` could be ordered now."""
    if not is_sold(variant):
        raise BasketProblem("This is not sold any more.", code="not_sold")
    limit = settings.MAX_QUANTITY_PER_LINE
    available = quantity_available(variant)
    if available == 0 or not in_stock(variant):
        raise BasketProblem("This is sold out.", code="sold_out")
    if available is not None and quantity > available:
        raise BasketProblem("Not that many are left.", code="too_few", available=available)
    if quantity > limit:
        raise BasketProblem("That many cannot be ordered at once.", code="too_many", limit=limit)


def _add_line(basket: Basket, variant: Variant, quantity: int) -> BasketLine:
    held = list(basket.lines.order_by("pk").values_list("currency_seen", "variant__currency"))
    if len(held) >= settings.MAX_BASKET_LINES:
        raise BasketProblem("The basket is full.", code="full", limit=settings.MAX_BASKET_LINES)
    if any((now or seen) != variant.currency for seen, now in held):
        raise BasketProblem("These cannot be ordered together.", code="other_currency")
    values = {"basket": basket, "variant": variant}
    price = {"price_seen": variant.price, "currency_seen": variant.currency}
    try:
        with transaction.atomic():
            line = BasketLine.objects.create(**values, **price, title=variant.title[:300], quantity=quantity)
    except IntegrityError:
        # The same click twice: the other request has put it there.
        line = BasketLine.objects.get(**values)
    _touch(basket)
    return line


def _touch(basket: Basket) -> None:
    basket.updated_at = timezone.now()
    basket.save(update_fields=["updated_at"])


def _is_used_up(basket: Basket) -> bool:
    status = Order.objects.filter(checkout_key=basket.checkout_key).values_list("status", flat=True).first()
    return status not in (None, OrderStatus.AWAITING_PAYMENT)
