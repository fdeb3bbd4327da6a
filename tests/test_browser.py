"""The chat page in a real Chromium. Needs Debian's chromium: `make test` installs it."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from conftest import ROOT
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.slow

ARTEFACTS = ROOT / "artefacts"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


class Beacon(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def beacon() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Beacon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, beacon: str) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browser")
    command = [sys.executable, str(Path(__file__).with_name("browser_server.py"))]
    with subprocess.Popen(
        [*command, str(folder / "archive"), beacon], stdout=subprocess.PIPE, text=True, cwd=folder
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert match is not None, line
        yield match[0]
        server.terminate()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium is not None, "Chromium is not installed: run `make browser` as root"
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        yield page
        browser.close()


def ask(page: Page, question: str, answers: int) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.get_by_role("textbox", name="Question").press("Enter")
    expect(page.locator(".message details")).to_have_count(answers, timeout=30_000)


def test_a_question_is_answered_checked_and_followed_up(page: Page, address: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    expect(page.locator("#coverage")).to_contain_text("6 articles")
    ask(page, "harbour3 number3", 1)
    mark = page.locator(".message sup a").first
    expect(mark).to_have_text("[1]")
    width = page.locator(".gradio-container").bounding_box()["width"]
    assert 900 <= width <= 960  # our styles are in force
    page.screenshot(path=ARTEFACTS / "chat.png")
    with page.context.expect_page() as opened:
        mark.click()
    article = opened.value
    expect(article.locator("mark#quote")).to_contain_text("harbour3")
    expect(article.locator("mark#quote")).to_be_in_viewport()
    article.screenshot(path=ARTEFACTS / "article.png")
    article.close()
    ask(page, "and harbour2 number2?", 2)
    strangers = [url for url in requests if not url.startswith((address, "data:", "blob:"))]
    assert strangers == []


def test_the_conversation_is_guarded(address: str) -> None:
    import httpx

    headers = httpx.get(address).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert httpx.get(address, headers={"host": "evil.example"}).status_code == 400


def test_an_empty_question_gets_a_message(page: Page) -> None:
    page.get_by_role("textbox", name="Question").fill("   ")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".message").last).to_contain_text("The question is empty")


def test_a_hostile_article_runs_nothing(page: Page, address: str) -> None:
    dialogs: list[object] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    before = page.locator(".message details").count()
    ask(page, "the lantern of the harbour burns", before + 1)
    expect(page.locator(".message").last).to_contain_text("<script>")
    page.goto(f"{address}/article/hostile?start=0&end=20")
    expect(page.locator("mark#quote")).to_be_visible()
    page.wait_for_timeout(500)
    assert Beacon.asked == []
    assert dialogs == []
    assert page.locator("main script, main form, main iframe, main img, main svg").count() == 0
