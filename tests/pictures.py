"""`make screenshots`: eight states of the newsroom, each at three widths, light and dark.

Writes a sheet for each state into docs/design/ui: 1440, 1024 and 390 pixels side by side at half
their size, light above dark. With ``--before COMMIT`` it also writes the first four states as that
commit had them beside as they are now, at 1440 and 390 pixels, into ``before-and-after-*.png``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
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
BEFORE = ("1440", "390")
_FILL = """
import sys

from assistant import Assistant

with Assistant.open(sys.argv[1]) as assistant:
    assistant.add("corpus")
"""
MARCH = "What did articles from March 2026 say of the union and the ferry strike?"


def first_sight(page: Page, address: str) -> None:
    expect(page.get_by_role("button").first).to_be_visible()
    page.wait_for_timeout(2000)  # suggestions, which an earlier page found while one looked


def an_answer(page: Page, address: str) -> None:
    ask(page, NAQVI)


def beside_its_article(page: Page, address: str) -> None:
    ask(page, NAQVI)
    page.locator("sup .cite").first.click()
    expect(panel(page).locator("mark#quote")).to_be_visible()


def a_dispute(page: Page, address: str) -> None:
    ask(page, "Who is right about the flood warning, Tislane or Helbrook?")
    sides = page.locator("summary", has_text="Sides")
    if sides.count():  # an earlier page has them unfolded
        sides.first.click()


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


def picture(
    browser: Browser, address: str, state: Callable[[Page, str], None], width: str, scheme: str
) -> Image.Image:
    """A state as a window of a width shows it."""
    page = opened(browser, address, width, scheme)
    state(page, address)
    page.wait_for_timeout(500)
    shot = Image.open(io.BytesIO(page.screenshot()))
    page.context.close()
    return shot


def sheet(browser: Browser, address: str, state: Callable[[Page, str], None]) -> Image.Image:
    """A state at each width, light above dark."""
    rows = [
        [picture(browser, address, state, width, scheme) for width in WIDTHS]
        for scheme in ("light", "dark")
    ]
    return halved(beside([beside(row, down=False) for row in rows], down=True))


def before_and_after(
    browser: Browser, before: str, after: str, state: Callable[[Page, str], None]
) -> Image.Image:
    """A state as two servers show it, side by side, at a desk and on a phone."""
    shots = [
        picture(browser, address, state, width, "light")
        for width in BEFORE
        for address in (before, after)
    ]
    return halved(beside(shots, down=False))


def halved(picture: Image.Image) -> Image.Image:
    """At half its size, in few colours."""
    smaller = picture.resize((picture.width // 2, picture.height // 2))
    return smaller.convert("P", palette=Image.Palette.ADAPTIVE)


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


@contextlib.contextmanager
def as_it_was(commit: str, folder: Path) -> Iterator[str]:
    """A server of an earlier commit over the sample corpus, in a process of its own."""
    tree, archive = folder / "before", folder / "archive-before"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", str(tree), commit], check=True)
    try:
        own: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(tree)}
        fill = [sys.executable, "-c", _FILL, str(archive)]
        subprocess.run(fill, env=own, cwd=tree, check=True)
        script = tree / "tests" / "browser_server.py"
        with served(archive, script=script, env=own) as address:
            yield address
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def named(number: int, state: Callable[[Page, str], None], before: str = "") -> Path:
    """The file of a sheet."""
    return PLACE / f"{before}{number}-{re.sub('_', '-', state.__name__)}.png"


def main() -> None:
    """Make the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", metavar="COMMIT")
    given = parser.parse_args()
    SIZES.update(WIDTHS)
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        with Assistant.open(folder / "archive") as assistant:
            assistant.add(ROOT / "corpus")
            keep(assistant.archive, assistant.ask)
        browser = chromium(playwright)
        with served(folder / "archive") as address:
            for number, state in enumerate(STATES, 1):
                sheet(browser, address, state).save(named(number, state), optimize=True)
            if given.before:
                with as_it_was(given.before, folder) as before:
                    for number, state in enumerate(STATES[:4], 1):
                        file = named(number, state, "before-and-after-")
                        both = before_and_after(browser, before, address, state)
                        both.save(file, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
