"""Storing what a supplier says about 100,000 listings of which 10,000 have changed, beside the plain bulk statement.

    .venv/bin/python -m bench.sync_store [DATABASE_URL] [LISTINGS]

Without an address a SQLite file in a temporary folder is used. A PostgreSQL database that is named must be empty; it is
migrated and filled. Both sides bring about the same figures and the same time of the last check in every row. The plain
side is what the database does best: COPY (SQLite: executemany) to a temporary table and UPDATEs joined with it. Prints
the smallest of several rounds (on SQLite in processor time), and the ratio: 1.00 is as fast as the plain statement.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

ROUNDS = 3
STATEMENT = """
UPDATE catalog_listing AS l SET cost = t.cost, stock = t.stock, quantity_limit = t.quantity_limit, checked_at = {at}
FROM plain_stage t WHERE l.id = t.listing_id
"""


def main(url: str = "", listings: int = 100_000) -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VAR_DIR=folder, DATABASE_URL=url, DEBUG="true", LOG_LEVEL="ERROR")
        if not url:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        settings.DEBUG = False
        call_command("migrate", verbosity=0)
        fill(listings)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
        figures = measure()
    plain = figures["plain statement"]
    print(f"{connection.vendor}, {listings} listings, a tenth changed")
    for name, seconds in figures.items():
        print(f"{name:<44}{seconds:>8.2f} s{listings / seconds:>12,.0f} rows/s{plain / seconds:>8.2f}")
    return 0 if plain / figures["apply_readings, figures change"] >= 0.7 else 1


def fill(number: int) -> None:
    """So many listings, each of a variant of its own, two variants to a product. Nobody searches for these."""
    from catalog.models import Category, Listing, Product, Variant
    from integrations.models import SupplierAccount

    account = SupplierAccount.objects.create(label="bench", provider="aliexpress", mode="sandbox")
    shelf = Category.objects.create(name="Shelf", slug="shelf")
    for first in range(0, number, 10_000):
        places = range(first, min(first + 10_000, number))
        products = Product.objects.bulk_create(
            [Product(category=shelf, slug=f"p-{place}", title=f"Article {place}") for place in places[::2]]
        )
        variants = Variant.objects.bulk_create(
            [
                Variant(product=products[index // 2], sku=f"s-{place}", price=Decimal(9), currency="USD")
                for index, place in enumerate(places)
            ]
        )
        Listing.objects.bulk_create(
            [
                Listing(variant=variant, account=account, external_product_id=variant.sku, cost=Decimal(5), stock=50)
                for variant in variants
            ]
        )


def measure() -> dict[str, float]:
    """Seconds, the least of some rounds, the sides in turn."""
    from catalog.models import SyncRule

    SyncRule.objects.create(price_up="nothing", price_down="nothing")
    sides: dict[str, Callable[[int], float]] = {
        "plain statement": plain,
        "apply_readings, figures change": stocks,
        "apply_readings, costs change and are noted": costs,
    }
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        for name, side in sides.items():
            found[name].append(side(number))
    return {name: min(times) for name, times in found.items()}


def stocks(number: int) -> float:
    return _applied(_readings("stock"))


def costs(number: int) -> float:
    return _applied(_readings("cost"))


def _applied(readings: list[Any]) -> float:
    from catalog.syncing.applying import apply_readings
    from integrations.clock import database_now

    started_at = database_now()
    began = _now()
    applied = apply_readings(readings, started_at=started_at)
    took = _now() - began
    if applied.written + applied.unchanged != len(readings):
        raise SystemExit(f"only {applied.written + applied.unchanged} of {len(readings)} listings were stored")
    return took


def plain(number: int) -> float:
    """The same outcome by the statement that a person would write by hand."""
    from django.db import connection, transaction

    from integrations.clock import database_now

    rows = [(one.listing_id, one.cost, one.stock, one.quantity_limit) for one in _readings("stock")]
    at = connection.ops.adapt_datetimefield_value(database_now())
    began = _now()
    with transaction.atomic(), connection.cursor() as cursor:
        key = "bigint" if connection.vendor == "postgresql" else "integer"
        columns = f"listing_id {key} PRIMARY KEY, cost numeric(12, 2), stock integer, quantity_limit integer"
        cursor.execute(f"CREATE TEMPORARY TABLE plain_stage ({columns})")
        if connection.vendor == "postgresql":
            with cursor.copy("COPY plain_stage FROM STDIN") as copy:
                copy.write("".join("\t".join("\\N" if v is None else str(v) for v in row) + "\n" for row in rows))
            cursor.execute("ANALYZE plain_stage")
        else:
            texts = [(pk, str(cost), stock, limit) for pk, cost, stock, limit in rows]
            cursor.executemany("INSERT INTO plain_stage VALUES (%s, %s, %s, %s)", texts)
        cursor.execute(STATEMENT.format(at="%s"), [at])
        cursor.execute("DROP TABLE plain_stage")
    return _now() - began


def _now() -> float:
    """SQLite works in this process: its cost is processor time, which other work on the machine does not stretch."""
    from django.db import connection

    return time.process_time() if connection.vendor == "sqlite" else time.perf_counter()


def _readings(changed: str) -> list[Any]:
    """One for each listing; every tenth says something else than its row, the stock or the cost."""
    from catalog.models import Listing
    from catalog.syncing.readings import Reading

    readings = []
    columns = ("pk", "cost", "currency", "stock", "quantity_limit")
    for place, (pk, cost, currency, stock, limit) in enumerate(Listing.objects.order_by("pk").values_list(*columns)):
        cost = Decimal("5.00") if cost is None else cost
        if place % 10 == 0 and changed == "stock":
            stock = (stock or 0) + 100
        elif place % 10 == 0:
            cost += Decimal("0.01")
        readings.append(Reading(pk, cost, currency, stock, limit))
    return readings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", int(sys.argv[2]) if len(sys.argv) > 2 else 100_000))
