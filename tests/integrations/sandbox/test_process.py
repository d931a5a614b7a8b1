"""The emulator as a process of its own: start, stop, sudden death, independence."""

import ast
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import integrations.sandbox
from integrations.sandbox import catalogue, command_line

from .conftest import CATALOGUE, Start
from .wire import BEAR, CREATE, Supplier, item, purchase

PACKAGE = Path(integrations.sandbox.__file__).parent
ROOT = PACKAGE.parents[1]

Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def launch() -> Iterator[Launch]:
    processes = []

    def launching(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "integrations.sandbox", "--catalogue", str(CATALOGUE), *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield launching
    for process in processes:
        process.kill()
        process.communicate()


def supplier_of(process: "subprocess.Popen[str]") -> Supplier:
    assert process.stdout is not None
    line = process.stdout.readline()
    return Supplier(int(line.split("http://127.0.0.1:")[1].split()[0]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_at_once_and_cleanly(launch: Launch, number: signal.Signals) -> None:
    process = launch("--port", "0", "--store", ":memory:")
    supplier = supplier_of(process)
    supplier.faults({"kind": "timeout_before_commit", "seconds": 60})
    with socket.create_connection(("127.0.0.1", supplier.port)) as held:
        held.sendall(b"GET /sync HTTP/1.1\r\nHost: x\r\n\r\n")

        process.send_signal(number)

        _, errors = process.communicate(timeout=3)
    assert process.returncode == 0
    assert errors == ""


def test_orders_survive_kill_and_restart(launch: Launch, tmp_path: Path) -> None:
    store = str(tmp_path / "deep" / "sandbox.sqlite3")
    first = launch("--port", "0", "--store", store)
    supplier = supplier_of(first)
    order_id = supplier.buy(item(sku_attr=BEAR), out_order_id="R-1")
    first.kill()
    first.wait()

    again = supplier_of(launch("--port", "0", "--store", store))

    assert again.order(order_id)["order_status"]
    assert again.create(purchase(item(sku_attr=BEAR), out_order_id="R-1"))["order_list"]["number"] == [order_id]
    assert again.create(purchase(item(sku_attr=BEAR)))["error_code"] == "INVENTORY_HOLD_ERROR"


def test_kill_while_a_reply_is_held_keeps_the_committed_order(launch: Launch, tmp_path: Path) -> None:
    store = str(tmp_path / "sandbox.sqlite3")
    first = launch("--port", "0", "--store", store)
    supplier = supplier_of(first)
    supplier.faults({"kind": "timeout_after_commit", "method": CREATE})
    with pytest.raises(TimeoutError):
        supplier.send("POST", "/sync", *_create(supplier), timeout_s=0.3)
    first.kill()
    first.wait()

    again = supplier_of(launch("--port", "0", "--store", store))

    assert [order["out_order_id"] for order in again.control("GET", "orders")] == ["R-1"]


def test_port_in_use_is_said_in_one_line(launch: Launch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        process = launch("--store", ":memory:", SANDBOX_PORT=str(port))
        output, errors = process.communicate(timeout=5)

    assert process.returncode == 1
    assert output == ""
    assert errors == f"supplier_sandbox: port {port} on 127.0.0.1 is in use; choose another with --port\n"


def test_host_that_others_can_reach_needs_to_be_allowed(start: Start) -> None:
    with pytest.raises(command_line.CannotStart, match="--allow-remote"):
        start(host="0.0.0.0")

    server, _ = start(host="0.0.0.0", allow_remote=True)

    assert server.server_port


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "currency": "USD", "products": [{}]}'])
def test_wrong_catalogue_is_said_plainly(start: Start, tmp_path: Path, text: str) -> None:
    path = tmp_path / "goods.json"
    path.write_text(text)

    with pytest.raises(command_line.CannotStart, match="catalogue"):
        start(catalogue=str(path))


def test_missing_catalogue_that_was_asked_for_is_an_error(start: Start, tmp_path: Path) -> None:
    with pytest.raises(command_line.CannotStart, match="nothing.json"):
        start(catalogue=str(tmp_path / "nothing.json"))


def test_without_a_catalogue_the_guides_product_is_sold() -> None:
    assert list(catalogue.load(None).products) == ["1234567890"]


def test_shipped_catalogue_can_be_read() -> None:
    goods = catalogue.load(catalogue.DEFAULT_PATH)

    assert len(goods.products) >= 25
    known = {category.category_id for category in goods.categories}
    assert {product.category_id for product in goods.products.values()} <= known


def test_speed_on_the_command_line_becomes_a_setting(start: Start) -> None:
    _, supplier = start(speed=20)

    assert supplier.control("GET", "settings")["speed"] == 20


def test_public_url_is_used_for_images(start: Start) -> None:
    _, supplier = start(public_url="http://shop.example/")

    urls = supplier.product()["result"]["ae_multimedia_info_dto"]["image_urls"]
    assert urls.startswith("http://shop.example/_media/mat.webp;")


def test_package_imports_only_itself_and_the_standard_library() -> None:
    foreign = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {
                name
                for name in names
                if not name.startswith("integrations.sandbox") and name.split(".")[0] not in sys.stdlib_module_names
            }

    assert foreign == set()


def test_process_holds_no_django_and_little_memory(launch: Launch) -> None:
    process = launch("--port", "0", "--store", ":memory:")
    supplier_of(process).buy()

    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        pytest.skip("needs /proc")
    peak_kb = int(status.read_text().split("VmHWM:")[1].split()[0])
    assert peak_kb < 40_000


def _create(supplier: Supplier) -> tuple[bytes, str]:
    import json
    from urllib.parse import urlencode

    text = json.dumps(purchase(out_order_id="R-1"))
    params = supplier.signed(method=CREATE, param_place_order_request4_open_api_d_t_o=text)
    return urlencode(params).encode(), "application/x-www-form-urlencoded"
