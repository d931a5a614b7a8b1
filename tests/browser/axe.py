"""axe-core in a page of the shop: which rules of accessibility it breaks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


def axe_source() -> str:
    """axe-core's text. Where it is not installed the test is skipped with that reason; with ``CI=true`` it fails."""
    if not SOURCE.is_file():
        reason = "axe-core is not installed (npm ci --prefix tests/browser)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """One line for each rule that the page breaks now, with the elements that break it.

    The text runs beside the page's own scripts, so its Content-Security-Policy stays in force.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(axe_source())
    found = page.evaluate("async () => (await window.axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: "
        + "; ".join(f"{node['html'][:160]} [{' '.join(map(str, node['target']))}]" for node in rule["nodes"])
        for rule in found
    ]
