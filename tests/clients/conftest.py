"""An emulator of the test's own, on a free port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.processes import Emulator
from tests.running_emulator import running_emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator
