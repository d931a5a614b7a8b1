"""How many sales rest on stale facts: the sync's own order of checking beside plain round-robin, at the same calls.

    .venv/bin/python -m bench.sync_freshness [PRODUCTS] [ROUNDS] [CALLS_A_ROUND] [SEED]

An emulator in this process serves PRODUCTS made-up products whose prices, stock and SKUs move by SEED, a step an hour.
Each hour the shop checks CALLS_A_ROUND of them over the wire and stores the answers; between the checks customers buy,
a few products often and most seldom. A sale is stale if cost or availability at the supplier is not what the shop
has. Both orders see the same goods and the same customers; what a product's demand and pace are the sync has to learn.
At the end of every hour each product that was checked since its last change must equal the emulator exactly. Prints
both shares; exits 1 if a checked product differs or the sync's order is not better.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

SALES_A_ROUND = 400
#: The hours in which the sync only learns are not counted, for either side.
LEARNING = 0.25


def main(products: int = 5000, rounds: int = 16, calls: int = 100, seed: int = 1) -> int:
    shares = {}
    for policy in ("round-robin", "sync"):
        with tempfile.TemporaryDirectory() as folder:
            pid = os.fork()  # Django can be set up once in a process: each policy has its own, with an empty database.
            if pid == 0:
                code = 1
                try:
                    code = run(folder, policy, products, rounds, calls, seed)
                finally:
                    os._exit(code)
            _pid, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status):
                print(f"{policy}: failed")
                return 1
            stale, sales = map(int, Path(folder, "result").read_text().split())
            shares[policy] = stale / sales
            print(f"{policy:<12}{stale:>6} of {sales} sales on stale facts: {stale / sales:.1%}", flush=True)
    return 0 if shares["sync"] < shares["round-robin"] else 1


def run(folder: str, policy: str, products: int, rounds: int, calls: int, seed: int) -> int:
    os.environ.update(VAR_DIR=folder, DATABASE_URL=f"sqlite:///{folder}/shop.sqlite3", DEBUG="true", LOG_LEVEL="ERROR")
    os.environ.update(RATE_LIMIT_STANDARD="1000000", DEMAND_WRITE_S="0", SYNC_MIN_MINUTES="0")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from tests.running_emulator import running_server

    call_command("migrate", verbosity=0)
    with running_server() as server:
        server.emulator.moving.move({"seed": seed, "steps": 0, "products": products})
        account = fill(server)
        began = time.monotonic()
        stale, sales = simulate(server, account, policy, rounds, calls, seed)
        print(f"{policy}: {rounds} rounds of {calls} calls took {time.monotonic() - began:.0f} s", flush=True)
    Path(folder, "result").write_text(f"{stale} {sales}")
    return 0


def fill(server: Any) -> Any:
    """The shop sells every SKU that the emulator has, at a price that no move makes a loss."""
    from catalog.models import Listing, Product, SyncRule, Variant
    from catalog.syncing import planning
    from tests.factories import CategoryFactory
    from tests.faults.processes import Emulator
    from tests.running_emulator import aliexpress_account

    account = aliexpress_account(Emulator(server.server_port))
    SyncRule.objects.create(price_up="nothing", price_down="nothing", product_gone="zero", new_variant="nothing")
    shelf = CategoryFactory()
    goods = [one for pk, one in server.emulator.catalogue.products.items() if pk.startswith("100599")]
    made = Product.objects.bulk_create(
        Product(category=shelf, slug=f"p-{one.product_id}", title=one.subject, status="active") for one in goods
    )
    pairs = [(ours, one, sku) for ours, one in zip(made, goods, strict=True) for sku in one.skus]
    variants = Variant.objects.bulk_create(
        Variant(product=ours, sku=f"{one.product_id}-{sku.sku_id}", price=Decimal(9999), currency="USD")
        for ours, one, sku in pairs
    )
    Listing.objects.bulk_create(
        Listing(
            variant=variant,
            account=account,
            external_product_id=one.product_id,
            external_sku_id=sku.sku_id,
            cost=sku.sale_price_usd,
            stock=sku.stock,
        )
        for variant, (_ours, one, sku) in zip(variants, pairs, strict=True)
    )
    planning.watch(account)
    return account


def simulate(server: Any, account: Any, policy: str, rounds: int, calls: int, seed: int) -> tuple[int, int]:
    from django.db.models import F

    from catalog import demand
    from catalog.models import Listing, Product, WatchedProduct
    from catalog.syncing import planning
    from catalog.syncing.checking import check
    from integrations.clock import database_now

    choose: dict[str, Callable[[], list[int]]] = {
        "sync": lambda: planning.next_to_check(account, calls, now=database_now()),
        "round-robin": lambda: list(
            WatchedProduct.objects.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[
                :calls
            ]
        ),
    }
    dice = random.Random(seed)
    ours = dict(Product.objects.values_list("slug", "pk"))
    product_ids = [slug.removeprefix("p-") for slug in ours]
    dice.shuffle(product_ids)
    popularity = [1 / (place + 1) for place in range(len(product_ids))]
    WatchedProduct.objects.update(checked_at=database_now())
    changed_in: dict[str, int] = {}
    checked_in: dict[str, int] = {}
    stale_count = sales = 0
    for number in range(rounds):
        before = server.emulator.catalogue.products
        server.emulator.moving.move({"steps": 1})
        after = server.emulator.catalogue.products
        changed_in |= {pk: number for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
        WatchedProduct.objects.update(
            checked_at=F("checked_at") - timedelta(hours=1), demand_at=F("demand_at") - timedelta(hours=1)
        )
        Listing.objects.update(checked_at=F("checked_at") - timedelta(hours=1))
        chosen = choose[policy]()
        for watched in WatchedProduct.objects.select_related("account").in_bulk(chosen).values():
            check(watched)
        chosen_ids = WatchedProduct.objects.filter(pk__in=chosen).values_list("external_product_id", flat=True)
        checked_in |= dict.fromkeys(chosen_ids, number)
        truth = server.emulator.catalogue
        wrong = [pk for pk in differing(truth, exactly=True) if checked_in.get(pk, -1) >= changed_in.get(pk, -1)]
        if wrong:
            raise SystemExit(f"checked since the last change and not equal: {sorted(wrong)[:5]}")
        stale = differing(truth, exactly=False)
        bought = dice.choices(product_ids, popularity, k=SALES_A_ROUND)
        if number >= rounds * LEARNING:
            sales += len(bought)
            stale_count += sum(product_id in stale for product_id in bought)
        for product_id in bought:
            demand.note_sale(ours[f"p-{product_id}"], 1)
        demand.write()
    return stale_count, sales


def differing(truth: Any, *, exactly: bool) -> set[str]:
    """Products of which the shop knows another cost, or another stock (whether there is any), than the emulator has."""
    from catalog.models import Listing

    found = set()
    columns = ("external_product_id", "external_sku_id", "cost", "stock")
    for product_id, sku_id, cost, stock in Listing.objects.values_list(*columns):
        product = truth.find(product_id)
        sku = product.sku(sku_id) if product else None
        left = sku.stock if sku else 0
        is_same = stock == left if exactly else (stock > 0) == (left > 0)
        if not is_same or (sku and cost != sku.sale_price_usd):
            found.add(product_id)
    return found


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
