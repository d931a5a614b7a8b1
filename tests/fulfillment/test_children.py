"""``fulfillment.children``: a worker's children follow the worker, not whoever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Prints the ids of a child and a grandchild that would live on for a minute.
_FAMILY = """
import os, time
from fulfillment.children import shield_children
shield_children()
read, write = os.pipe()
if os.fork() == 0:
    grandchild = os.fork()
    if grandchild:
        os.write(write, f"{os.getpid()} {grandchild}".encode())
    time.sleep(60)
print(os.read(read, 100).decode(), flush=True)
time.sleep(60)
"""


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def family() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process that leads its group, and its descendants' ids."""
    with subprocess.Popen(
        [sys.executable, "-c", _FAMILY], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert parent.stdout
        descendants = [int(pid) for pid in parent.stdout.readline().split()]
        yield parent, descendants
        parent.kill()


def test_signal_to_the_workers_group_does_not_reach_the_children(family):
    parent, descendants = family

    assert all(os.getpgid(pid) != os.getpgid(parent.pid) for pid in descendants)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_killed_worker_leaves_no_child_behind(family):
    parent, descendants = family

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    until = time.monotonic() + 5
    while any(map(_is_running, descendants)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(_is_running, descendants))
