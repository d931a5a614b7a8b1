"""Somebody at the keyboard alone, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

#: No more steps of the tabulator lie between two things on a page.
_MOST_TABS = 80
_FOCUSED_NAME = """() => {
    const element = document.activeElement;
    const label = element.labels?.[0] ?? element;
    const text = element.getAttribute("aria-label") ?? label.innerText ?? "";
    const pictures = [...label.querySelectorAll("img")].map((picture) => picture.alt);
    return (text.trim() || pictures.join(" ")).split("\\n")[0].replace(/ \\(.*\\)$/, "").trim();
}"""
_FOCUS_IS_VISIBLE = """() => {
    const shows = (element) => getComputedStyle(element).outlineStyle !== "none"
        && parseFloat(getComputedStyle(element).outlineWidth) >= 2;
    const element = document.activeElement;
    return shows(element) || (element.labels?.[0] && shows(element.labels[0]));
}"""


class Keyboard:
    """Somebody who has no pointer, and sees where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, words: str) -> None:
        """Press the tabulator until what has the focus bears these words; it must be visible that it has it."""
        passed = []
        for _step in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            passed.append(self.page.evaluate(_FOCUSED_NAME))
            if passed[-1] == words:
                assert self.page.evaluate(_FOCUS_IS_VISIBLE), f"the focus on {words!r} cannot be seen"
                return
        pytest.fail(f"{words!r} cannot be reached; the tabulator passed {passed}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, words: str, text: str) -> None:
        self.go_to(words)
        self.page.keyboard.type(text)
