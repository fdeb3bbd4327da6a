"""What the browser tests share: Chromium, servers of their own, and axe-core."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from conftest import ROOT
from playwright.sync_api import Browser, Page, Playwright, expect

ARTEFACTS = ROOT / "artefacts"
SERVER = Path(__file__).with_name("browser_server.py")
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
_QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
_WAIT = 20_000
ANSWER = 60_000  # the first one waits for the models
expect.set_options(timeout=20_000)


def chromium(playwright: Playwright) -> Browser:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path is not None, "Chromium is not installed: run `make browser` as root"
    ARTEFACTS.mkdir(exist_ok=True)
    return playwright.chromium.launch(executable_path=path, args=_QUIET)


@contextlib.contextmanager
def served(
    archive: Path,
    *options: str,
    script: Path = SERVER,
    env: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """A server over an archive, in a process of its own; its address."""
    command = [sys.executable, str(script), str(archive), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=archive.parent, env=env
    ) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            match = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert match is not None, line
            yield match[0]
        finally:
            server.terminate()


@contextlib.contextmanager
def asked_by_others(address: str, *questions: str) -> Iterator[None]:
    """The desk is busy with questions until they are answered."""
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    with contextlib.ExitStack() as answers:
        for question in questions:
            body = json.dumps({"question": question}).encode()
            request = urllib.request.Request(f"{address}/api/ask", body, headers)
            answer = answers.enter_context(urllib.request.urlopen(request))
            assert answer.readline()  # its first stage, or its place in the line
        yield


@contextlib.contextmanager
def beacon() -> Iterator[tuple[str, list[str]]]:
    """A loopback address, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", asked
        finally:
            server.shutdown()


def opened(browser: Browser, address: str, size: str = "desk", scheme: Any = "light") -> Page:
    """A page of a reader of their own, waiting for a question."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(_WAIT)
    page.goto(address)
    expect(page.locator("#coverage")).to_contain_text("article", timeout=_WAIT)
    return page


def limiting(page: Page) -> Page:
    """The page with the fields of days unfolded."""
    page.get_by_role("button", name=re.compile("^Days")).click()
    return page


def begun_anew(page: Page) -> None:
    """Begin a new conversation; on a phone by the rail."""
    button = page.get_by_role("button", name="New conversation")
    if button.is_visible():
        button.click()
        return
    page.get_by_role("button", name="Toggle Sidebar").click()
    page.get_by_role("link", name="New conversation").click()


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the answer or the refusal."""
    before = page.locator(".answer[data-page^='/']").count()
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    _can_ask(page)  # Enter asks nothing while there is something to stop
    box.press("Enter")
    answered(page, before + 1)


def answered(page: Page, count: int) -> None:
    """Wait until so many answers are shown, and the next question can be asked."""
    expect(page.locator(".answer[data-page^='/']")).to_have_count(count, timeout=ANSWER)
    _can_ask(page)


def _can_ask(page: Page) -> None:
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible(timeout=ANSWER)


@contextlib.contextmanager
def on_its_way(page: Page) -> Iterator[None]:
    """What the block does brings another answer, whose stages may be gone before anybody looks."""
    page.evaluate("""() => { window.staged = new Promise(done => new MutationObserver(
        () => document.querySelector(".stages") && done(true)
    ).observe(document.body, {childList: true, subtree: true})); }""")
    yield
    page.wait_for_function("window.staged", timeout=_WAIT)


def panel(page: Page) -> Any:
    """What is inside the side panel."""
    expect(page.locator("#panel")).to_be_visible()
    return page.frame_locator("#panel iframe")


@cache
def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical on a page, each with where it stands."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, {iframes: false, resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
