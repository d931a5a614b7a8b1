"""A client whose types are made from the OpenAPI document, checked as strictly as TypeScript can, buys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_shop import RunningShop, running_shop

pytestmark = pytest.mark.api

CLIENTS = Path(__file__).parents[1] / "clients"
MODULES = CLIENTS / "node_modules"
TIMEOUT_S = 240


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    if not shutil.which("node") or not (MODULES / "openapi-typescript").is_dir():
        reason = "node, or openapi-typescript in tests/clients/node_modules, is missing (make test-api)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def _run(folder: Path, *command: str, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_generated_client_buys_as_guest_and_as_customer(shop: RunningShop, tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(CLIENTS / "app", app)
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    with urllib.request.urlopen(f"{shop.url}/api/schema/", timeout=30) as reply:
        (app / "schema.json").write_bytes(reply.read())
    _run(app, "node", str(MODULES / "openapi-typescript/bin/cli.js"), "schema.json", "-o", "schema.d.ts")
    _run(app, "node", str(MODULES / "typescript/bin/tsc"), "-p", "tsconfig.json")

    told = json.loads(_run(app, "node", "buy.js", SHOP_URL=shop.url).splitlines()[-1])

    for buyer in ("guest", "customer"):
        order = told[buyer]
        assert order["status"] == "delivered"
        assert order["total"] == order["seen"]
        assert [(parcel["state"], parcel["contents"]) for parcel in order["parcels"]] == [("arrived", 1)]
        assert order["events"][0] == "order.received"
        assert order["events"].index("order.paid") < order["events"].index("order.shipped")
    assert told["customer"]["mine"] == [told["customer"]["number"]]
