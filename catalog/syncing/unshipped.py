"""Goods that a supplier does not send any more to where the shop sells them, as its answers about freight say."""

from __future__ import annotations

from catalog.delivery import Question
from catalog.models import ChangeKind, Listing
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import gone_readings
from integrations.clock import database_now


def note_stopped(question: Question) -> None:
    """Answer by the sync rules that the goods are not sent to the question's country any more.

    Only where it is the country that the listing is asked for and one of ours was asked about: another country's
    customers are told by the quote itself, and that ten pieces are too heavy says nothing about one.
    """
    rows = Listing.objects.filter(
        account=question.account_id,
        external_product_id=question.product_id,
        external_sku_id=question.sku_id,
        quantity_per_unit=question.pieces,
        is_active=True,
    )
    listings = [listing for listing in rows.order_by("pk") if listing.asked_country == question.country]
    if listings:
        readings = gone_readings(listings, ChangeKind.SHIPPING_GONE)
        apply_readings(readings, started_at=database_now(), country=question.country)
