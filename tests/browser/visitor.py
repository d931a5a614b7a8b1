"""Somebody who visits the shop in a browser: takes pictures of what they see, and remembers what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Response

from tests.browser.conftest import REPOSITORY

PICTURES = REPOSITORY / "test-results"
#: Width and height of the two windows in which every page is looked at.
WIDTHS = {1280: 900, 390: 844}
#: What has not come by then does not come: half of what Playwright would wait.
PATIENCE_MS = 15_000


class Visitor:
    """A browser page that takes pictures and remembers everything that went wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._size = page.viewport_size
        page.on("console", lambda message: self._complain(message.type == "error", f"console: {message.text}"))
        page.on("pageerror", lambda error: self._complain(True, f"script: {error}"))
        page.on("response", self._on_response)

    def look(self, name: str) -> None:
        """Pictures of the page as it is now, on a desktop and on a phone; neither may scroll sideways."""
        self.page.wait_for_load_state()
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate(_LOAD_ALL_PICTURES)
            too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            self._complain(self.page.evaluate(too_wide), f"{name} scrolls sideways at {width} px")
            self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        if self._size:
            self.page.set_viewport_size(self._size)

    def _on_response(self, response: Response) -> None:
        self._complain(response.status >= 400, f"{response.status}: {response.url}")

    def _complain(self, is_wrong: bool, text: str) -> None:
        if is_wrong:
            self.complaints.append(text)


_LOAD_ALL_PICTURES = """async () => {
    const pictures = [...document.images];
    for (const picture of pictures) picture.loading = "eager";
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
}"""


@contextmanager
def visiting(browser: Browser, address: str, *, width: int = 1280, **options: Any) -> Iterator[Visitor]:
    """A visitor with a window of that width; ``options`` are those of a browser context."""
    PICTURES.mkdir(exist_ok=True)
    size = {"width": width, "height": WIDTHS[width]}
    context = browser.new_context(base_url=address, viewport=size, locale="en-US", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield Visitor(context.new_page())
    finally:
        context.close()
