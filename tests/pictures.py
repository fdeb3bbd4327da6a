"""`make screenshots`: eight states of the newsroom, each at three widths, light and dark.

Writes a sheet for each state into docs/design/ui: 1440, 1024 and 390 pixels side by side at half
their size, light above dark.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from browser import SIZES, ask, chromium, limiting, opened, panel, served
from conftest import ROOT
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant import Assistant
from assistant.web.starting import keep

PLACE = ROOT / "docs" / "design" / "ui"
WIDTHS = {"1440": (1440, 900), "1024": (1024, 800), "390": (390, 844)}
NAQVI = "what did the MEA say about Naqvi's claims"
MARCH = "What did articles from March 2026 say of the union and the ferry strike?"


def first_sight(page: Page, address: str) -> None:
    expect(page.locator(".suggestion").first).to_be_visible()


def an_answer(page: Page, address: str) -> None:
    ask(page, NAQVI)


def beside_its_article(page: Page, address: str) -> None:
    ask(page, NAQVI)
    page.locator("sup .cite").first.click()
    expect(panel(page).locator("mark#quote")).to_be_visible()


def a_dispute(page: Page, address: str) -> None:
    ask(page, "Who is right about the flood warning, Tislane or Helbrook?")
    page.locator("details.who-holds summary").click()


def a_refusal(page: Page, address: str) -> None:
    ask(page, "who won the chess olympiad?")


def filters(page: Page, address: str) -> None:
    ask(page, MARCH)
    limiting(page)
    expect(page.get_by_role("textbox", name="From", exact=True)).to_be_visible()


def the_library(page: Page, address: str) -> None:
    page.goto(f"{address}/library?q=ferry+strike")


def a_person(page: Page, address: str) -> None:
    page.goto(f"{address}/said?name=Brannic+Tolley")


STATES: list[Callable[[Page, str], None]] = [
    first_sight, an_answer, beside_its_article, a_dispute, a_refusal, filters, the_library,
    a_person,
]  # fmt: skip


def sheet(browser: Browser, address: str, state: Callable[[Page, str], None]) -> Image.Image:
    """A state at each width, light above dark."""
    rows = []
    for scheme in ("light", "dark"):
        shots = []
        for name in WIDTHS:
            page = opened(browser, address, name, scheme)
            state(page, address)
            page.wait_for_timeout(500)
            shots.append(Image.open(io.BytesIO(page.screenshot())))
            page.context.close()
        rows.append(beside(shots, down=False))
    whole = beside(rows, down=True)
    return whole.resize((whole.width // 2, whole.height // 2)).convert(
        "P", palette=Image.Palette.ADAPTIVE
    )


def beside(pictures: list[Image.Image], down: bool) -> Image.Image:
    """Pictures in a row or a column, with room between them."""
    widths, heights = [p.width + 20 for p in pictures], [p.height + 20 for p in pictures]
    size = (max(widths), sum(heights)) if down else (sum(widths), max(heights))
    whole = Image.new("RGB", size, "gray")
    at = 10
    for picture, width, height in zip(pictures, widths, heights, strict=True):
        whole.paste(picture.convert("RGB"), (10, at) if down else (at, 10))
        at += height if down else width
    return whole


def main() -> None:
    """Make the sheets."""
    SIZES.update(WIDTHS)
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with Assistant.open(Path(folder) / "archive") as assistant:
            assistant.add(ROOT / "corpus")
            keep(assistant.archive, assistant.ask)
        browser = chromium(playwright)
        with served(Path(folder) / "archive") as address:
            for number, state in enumerate(STATES, 1):
                name = re.sub("_", "-", state.__name__)
                sheet(browser, address, state).save(PLACE / f"{number}-{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
