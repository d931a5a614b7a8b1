"""Lists and search with 1,000 and with 100,000 products: what a page costs, and how that grows.

    .venv/bin/python -m bench.finding [DATABASE_URL] [PRODUCTS]

Without an address a SQLite file in a temporary folder is used. A PostgreSQL database that is named must be empty; it
is migrated and filled. Each figure is the smallest of many requests in one process, in milliseconds: the whole
request, and the part that waited for the database. "floor" is a bare view with one indexed query and a small
template, measured among the others. On SQLite it is processor time. Prints the ratio of the
large catalogue to the small one.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

SMALL = 1_000
ROUNDS = 15
ADJECTIVES = "oak linen stone brass walnut ceramic woven glass cotton steel copper marble bamboo canvas felt".split()
NOUNS = "lamp mug tray towel bowl basket cushion clock vase board carafe lantern planter backpack bottle".split()
COLORS = "Sage Oat Sand Ink Clay Chalk Navy Olive Rust Slate".split()


def main(url: str = "", large: int = 100_000) -> int:
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

        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        call_command("migrate", verbosity=0)
        fill(0, SMALL)
        small = measure()
        began = time.monotonic()
        fill(SMALL, large)
        print(f"{large - SMALL} products filled and indexed in {time.monotonic() - began:.0f} s ({connection.vendor})")
        with connection.cursor() as cursor:
            # What the database's own housekeeping does in a running shop.
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
        after = measure()
    print(
        f"{'page':<26}{'queries':>8}{'1k ms':>9}{'of it db':>9}{'100k ms':>9}{'of it db':>9}{'ratio':>7}{'floors':>8}"
    )
    for name, (queries, total, database) in after.items():
        _, before, before_database = small[name]
        print(
            f"{name:<26}{queries:>8}{before:>9.1f}{before_database:>9.1f}{total:>9.1f}{database:>9.1f}"
            f"{total / before:>7.2f}{total / after['floor'][1]:>8.1f}"
        )
    return 0


def fill(start: int, end: int) -> None:
    """Products ``start`` to ``end``, each with two variants, two pictures and a listing for each variant."""
    from catalog.models import Category, Listing, Product, ProductImage, ShelfEntry, Variant
    from catalog.shelf import refresh
    from integrations.models import SupplierAccount

    dice = random.Random(start)
    # A language has many words, few of them common; here each is about as rare as the words that people search by.
    words = ["".join(random.Random(number).choices("abcdefghiklmnoprstuw", k=7)) for number in range(5000)]
    account, _ = SupplierAccount.objects.get_or_create(label="bench", provider="aliexpress", mode="sandbox")
    shelves = [Category.objects.get_or_create(slug=f"shelf-{n}", defaults={"name": f"Shelf {n}"})[0] for n in range(10)]
    for first in range(start, end, 2000):
        numbers = range(first, min(first + 2000, end))
        products = Product.objects.bulk_create(
            Product(
                category=shelves[number % 10],
                slug=f"product-{number}",
                title=f"{dice.choice(ADJECTIVES)} {dice.choice(ADJECTIVES)} {dice.choice(NOUNS)} {number}".title(),
                brand=f"Maker{number % 200}",
                summary=" ".join(dice.choices(words, k=12)),
                description_html=f"<p>{' '.join([dice.choice(NOUNS), *dice.choices(words, k=40)])}</p>",
                option_names=["Color"],
                status="active",
            )
            for number in numbers
        )
        variants = Variant.objects.bulk_create(
            Variant(
                product=product,
                sku=f"{product.slug}-{color}",
                options={"Color": color},
                price=dice.randrange(500, 20000) / 100,
                currency="USD",
            )
            for product in products
            for color in dice.sample(COLORS, 2)
        )
        Listing.objects.bulk_create(
            Listing(variant=variant, account=account, external_product_id=variant.sku, stock=dice.randrange(0, 9))
            for variant in variants
        )
        ProductImage.objects.bulk_create(
            ProductImage(
                product=product,
                image="x.webp",
                thumbnail="y.webp",
                width=1200,
                height=1200,
                alt=product.title,
                position=position,
            )
            for product in products
            for position in (1, 2)
        )
        refresh(product.pk for product in products)
        sold = [ShelfEntry(pk=product.pk, quantity_sold=int(dice.paretovariate(1)) - 1) for product in products]
        ShelfEntry.objects.bulk_update(sold, ["quantity_sold"])


def measure() -> dict[str, tuple[int, float, float]]:
    """Queries, milliseconds, and milliseconds of the database, for each page."""
    from django.http import HttpRequest, HttpResponse
    from django.template import engines
    from django.test import Client
    from django.urls import path

    from catalog.models import Product
    from shop import urls

    template = engines["django"].from_string("<html><body><h1>{{ product.title }}</h1></body></html>")

    def floor(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"product": Product.objects.get(slug="product-7")}, request))

    if not any(getattr(pattern, "name", "") == "bench-floor" for pattern in urls.urlpatterns):
        from django.urls import clear_url_caches

        urls.urlpatterns.insert(0, path("bench-floor/", floor, name="bench-floor"))
        clear_url_caches()
    client = Client()
    last = Product.objects.filter(category__slug="shelf-3").order_by("pk")[30].slug
    pages = {
        "floor": "/bench-floor/",
        "home": "/",
        "category": "/c/shelf-3/",
        "category, last page": f"/c/shelf-3/?sort=newest&after={last}",
        "category, cheapest": "/c/shelf-3/?sort=price",
        "category, filtered": "/c/shelf-3/?option=Color:Sage&stock=1&to=DE",
        "search, rare word": "/search/?q=maker17",
        "search, common word": "/search/?q=lamp",
        "search, two words": "/search/?q=oak+lamp",
        "search, by price": "/search/?q=lamp&sort=price",
        "search, a slip": "/search/?q=lmap",
    }
    return {name: _cost(lambda url=url: client.get(url)) for name, url in pages.items()}  # type: ignore[misc]


def _cost(ask: Callable[[], Any]) -> tuple[int, float, float]:
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = now()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append((now() - began) * 1000)

    # SQLite works in this process, so its cost is processor time, which other work on the machine does not stretch.
    now = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    totals, databases = [], []
    with connection.execute_wrapper(timed):
        for _ in range(ROUNDS):
            spent.clear()
            began = now()
            response = ask()
            totals.append((now() - began) * 1000)
            databases.append(sum(spent))
            if response.status_code != 200:
                raise SystemExit(f"status {response.status_code}")
    return len(spent), min(totals), min(databases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", int(sys.argv[2]) if len(sys.argv) > 2 else 100_000))
