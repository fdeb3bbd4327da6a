"""How soon is the newsroom there, and does anything move? In Chromium, over a large archive.

    python benchmarks/scale.py ../shared/data/wikinews/articles.jsonl build/scale
    python benchmarks/first_sight.py build/scale/100000 [--times 7]

Starts `assistant serve` over the archive, on loopback, and loads the conversation, the library and
its search so many times, each in a browser of its own that has nothing kept, at the width of a desk
and of a phone. Prints the median and the longest largest contentful paint (seconds) and the
largest layout shift (CLS); exits 1 where the median paint of the conversation is 1.5 s or more, or
anything shifts by .05 or more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from pathlib import Path

from crashes import server
from playwright.sync_api import Browser, sync_playwright

PAGES = {"conversation": "/", "library": "/library", "its search": "/library?q=flood+warning"}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
LATEST, SHIFT = 1.5, 0.05
_SETTLES = 3000  # milliseconds
_WATCH = """() => {
  window.seen = {paint: 0, shift: 0};
  new PerformanceObserver(list => list.getEntries().forEach(
    one => { seen.paint = Math.max(seen.paint, one.startTime); }
  )).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(
    one => { if (!one.hadRecentInput) seen.shift += one.value; }
  )).observe({type: "layout-shift", buffered: true});
}"""


def load(browser: Browser, address: str, size: tuple[int, int]) -> tuple[float, float]:
    """Seconds to the largest contentful paint, and the layout shift, of one load."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.add_init_script(f"({_WATCH})()")
    page.goto(address)
    page.wait_for_timeout(_SETTLES)
    seen = page.evaluate("window.seen")
    context.close()
    return seen["paint"] / 1000, seen["shift"]


def main() -> None:
    """Load, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    faults = []
    with server(given.archive) as (_, client), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        load(browser, str(client.base_url), SIZES["desk"])  # what is cold is the server's
        for name, path in PAGES.items():
            address = str(client.base_url.join(path))
            for width, size in SIZES.items():
                seen = [load(browser, address, size) for _ in range(given.times)]
                paints, shift = [paint for paint, _ in seen], max(moved for _, moved in seen)
                paint = statistics.median(paints)
                told = {"page": name, "at": width, "paint": round(paint, 2)}
                told |= {"longest": round(max(paints), 2), "shift": round(shift, 3)}
                print(json.dumps(told), flush=True)
                faults += [told] if shift >= SHIFT or (path == "/" and paint >= LATEST) else []
        browser.close()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
