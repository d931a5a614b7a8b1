"""Goods of the supplier in memory, and a server of pictures beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from catalog.importing.addresses import Entry
from catalog.importing.runs import start_run
from catalog.models import ImportItem, ImportRun, StagedProduct
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot, SkuSnapshot
from tests.fake_supplier import sku, usd


def picture(color: str = "red", size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def picture_of_a(shape: str, *, kind: str = "JPEG") -> bytes:
    """A picture on which something can be seen: a ``circle`` or ``bars``."""
    drawn = Image.new("RGB", (200, 200), "white")
    brush = ImageDraw.Draw(drawn)
    if shape == "circle":
        brush.ellipse([20, 20, 180, 180], fill="navy")
    else:
        for left in range(0, 200, 50):
            brush.rectangle([left, 0, left + 24, 200], fill="black")
    out = BytesIO()
    drawn.save(out, kind)
    return out.getvalue()


def kinds(*colors: str, cost: str = "8.01") -> tuple[SkuSnapshot, ...]:
    """One SKU for each color."""
    return tuple(
        sku(str(12000040000010100 + number), sku_attr=f"14:{number}", options=(("Color", color),), price=usd(cost))
        for number, color in enumerate(colors, 1)
    )


def product(product_id: str = "1005006000000001", **changes: Any) -> ProductSnapshot:
    """A towel in two colors."""
    values: dict[str, Any] = {
        "title": "Linen towel",
        "orderable": True,
        "skus": kinds("Sage", "Sand"),
        "description_html": "<p>Soft and dry.</p>",
        "category_id": "154101",
        "brand": "Lumi",
        "url": f"https://supplier.example/{product_id}",
        "rating_percent": Decimal("92.0"),
        "quantity_sold": 500,
        "ship_days": 9,
        **changes,
    }
    return ProductSnapshot(product_id=product_id, **values)


def imported(account: SupplierAccount, *ids: str, **options: Any) -> ImportRun:
    """A run that names these ids; with ``WAKE`` off nobody has worked on it yet."""
    return start_run(account, [Entry(one, one) for one in ids], title="Test", **{"country": "US", **options})


def results(run: ImportRun) -> list[tuple[str | None, str]]:
    return [(item.external_product_id, item.status) for item in ImportItem.objects.filter(run=run)]


def priced(staged: StagedProduct, price: str = "24.90") -> StagedProduct:
    """With a price for every variant, as staff would set it."""
    staged.variants.update(price=Decimal(price), edited=["price"])
    return staged


@dataclass
class PictureServer:
    """``files`` by path: (status, headers, body)."""

    files: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: bytes, *, kind: str = "image/jpeg", status: int = 200, **headers: str) -> str:
        self.files[path] = (status, {"Content-Type": kind, **headers}, body)
        return self.url(path)


@contextmanager
def picture_server() -> Iterator[PictureServer]:
    """A server on loopback that shows ``files``."""
    shown = PictureServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.asked.append(self.path)
            status, headers, body = shown.files.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shown.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
