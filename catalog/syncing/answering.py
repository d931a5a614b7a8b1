"""What staff decide about changes that wait for them. Each decision is taken once."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import shelf
from catalog.models import ChangeKind, Listing, SyncAction, SyncChange, WatchedProduct
from catalog.pricing.repricing import reprice
from catalog.syncing import following
from catalog.syncing.deciding import PRICES
from catalog.syncing.new_variants import add_variant, sku_from
from shop.errors import DomainError

_K, _S = ChangeKind, SyncChange.Status


class CannotDecide(DomainError):
    """The decision is not possible as things stand: ``decided``, ``listing_gone``, ``stock_moved``, ``withheld``,
    ``price_refused``, ``at_a_loss``.
    """

    code = "decided"


def accept(change: SyncChange, *, by: AbstractBaseUser) -> None:
    """Let the shop follow the change. Raises ``CannotDecide``, and ``DomainError`` for a variant without a price."""
    with transaction.atomic():
        _decide(change, _S.ACCEPTED, by)
        if change.kind == _K.NEW_VARIANT:
            product, sku = sku_from(change.details)
            add_variant(_beside(change), product, sku, actor=f"staff:{by.pk}", read_at=change.found_at)
        elif change.kind in PRICES:
            _follow_price(change)
        elif change.kind == _K.SHIPPING_GONE:
            following.stop_shipping(_listing(change).pk, str(change.details.get("country", "")))
            _refresh(change)
        else:
            _follow_stock(change)


def refuse(change: SyncChange, *, by: AbstractBaseUser) -> None:
    """Leave the shop as it is. What was withheld is sold on, for the price that it has. Raises ``CannotDecide``."""
    with transaction.atomic():
        _decide(change, _S.REFUSED, by)
        if change.withholds:
            _sell_again(change)


def show_again(change: SyncChange, *, by: AbstractBaseUser) -> None:
    """Put back into the shop what a rule has hidden because of the change. Raises ``CannotDecide``."""
    with transaction.atomic():
        rows = SyncChange.objects.filter(pk=change.pk, status=_S.DONE, action=SyncAction.HIDE)
        if not rows.update(status=_S.REFUSED, decided_at=timezone.now(), decided_by=by.pk):
            raise CannotDecide(_("Nothing is hidden because of it any more."))
        following.show([_listing(change).variant_id])


def _decide(change: SyncChange, status: str, by: AbstractBaseUser) -> None:
    """Take the decision, about the figures of the last check. A check writes the listing first and what waits then: in
    the same order here, so that none of the two waits for the other in a circle.
    """
    if change.listing_id is not None:
        Listing.objects.select_for_update(no_key=True).filter(pk=change.listing_id).first()
    rows = SyncChange.objects.filter(pk=change.pk, status=_S.WAITING)
    if not rows.update(status=status, decided_at=timezone.now(), decided_by=by.pk):
        raise CannotDecide(_("It has been decided, or overtaken by a later change."))
    change.refresh_from_db()


def _listing(change: SyncChange) -> Listing:
    listing = Listing.objects.select_related("account", "variant__product").filter(sync_changes=change.pk).first()
    if listing is None:
        raise CannotDecide(_("The listing is not there any more."), code="listing_gone")
    return listing


def _beside(change: SyncChange) -> Listing:
    """A listing of the same supplier's product: the new variant is sold beside its variant."""
    rows = Listing.objects.filter(account=change.account_id, external_product_id=change.external_product_id)
    listing = rows.select_related("account", "variant__product").order_by("-is_active", "pk").first()
    if listing is None:
        raise CannotDecide(_("The shop does not sell the product any more."), code="listing_gone")
    return listing


def _follow_price(change: SyncChange) -> None:
    listing = _listing(change)
    refused = reprice([listing.variant_id], reason=_("The supplier's price, accepted")).refused
    if refused:
        raise CannotDecide(refused[0].message, code="price_refused")
    listing.variant.refresh_from_db(fields=["price"])
    if following.is_at_a_loss(listing):
        text = _("It would still be sold at a loss: change the price by hand, or add a pricing rule.")
        raise CannotDecide(text, code="at_a_loss")
    if change.withholds:
        _sell_again(change)


def _follow_stock(change: SyncChange) -> None:
    stock = change.stock_after or 0
    if change.withholds:
        # Nothing is sold since it was found: it stays so.
        _refresh(change)
        return
    withheld = SyncChange.objects.filter(listing=change.listing_id, status=_S.WAITING, withholds=True)
    if stock and withheld.exists():
        text = _("It is not sold until another change of it is decided: decide that one first.")
        raise CannotDecide(text, code="withheld")
    # Orders may have taken pieces since the change was found: then its figure is of the past.
    if not Listing.objects.filter(pk=_listing(change).pk, stock=change.stock_before).update(stock=stock):
        text = _("The stock has moved since. Check the product again and decide about what is found then.")
        raise CannotDecide(text, code="stock_moved")
    if change.kind == _K.BACK_IN_STOCK:
        following.show_variants_of([_listing(change).pk])
    _refresh(change)


def _sell_again(change: SyncChange) -> None:
    """What the supplier has of it is read at the next check, which comes first."""
    listing = _listing(change)
    if change.action == SyncAction.HIDE:
        following.show([listing.variant_id])
    WatchedProduct.objects.filter(account=change.account_id, external_product_id=change.external_product_id).update(
        checked_at=None
    )


def _refresh(change: SyncChange) -> None:
    shelf.refresh_variants([_listing(change).variant_id])
