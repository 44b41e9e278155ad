"""Measure what a reader waits for: a page's first paint and a filter change, in a real Chromium.

Called by ``scripts/bench.py``; writes ``{page: [first visit ever, first paint, filter change]}`` in
seconds, medians of five. A visit lasts until title, figures and charts stand, with a warm server:
the first one ever also fetches Streamlit's own code and fonts, every later one finds them in the
browser's cache. A filter change is measured inside the page, from the click to the end of the run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
from windows import FLAGS, Visitor, serve, visiting  # noqa: E402

PAGES = {"This week": "/", "Coaching": "/coaching", "Data & definitions": "/data"}
REPEATS = 5


STOPWATCH = """() => {
  addEventListener('click', () => { window.clickedAt = performance.now(); }, {capture: true});
}"""


def paint_seconds(visitor: Visitor, path: str) -> float:
    """Return the seconds of one visit."""
    begun = time.monotonic()
    visitor.visit(path)
    return time.monotonic() - begun


def change_seconds(visitor: Visitor, turn: int) -> float:
    """Choose another value in the sidebar's first filter; return the seconds until all stands."""
    page = visitor.page
    page.locator('[data-testid="stSidebar"] [data-testid="stSelectbox"] input').first.click()
    options = page.locator('[role="option"]')
    options.first.wait_for()
    options.nth((turn + 1) % min(options.count(), 4)).click()
    page.wait_for_timeout(20)
    visitor.wait()
    return float(page.evaluate("() => performance.now() - window.clickedAt")) / 1000


def measure_page(browser: Browser, address: str, path: str) -> tuple[float, float, float]:
    """Return (first visit ever, first paint, filter change) of a page, medians in seconds."""
    ever, paints = [], []
    for _ in range(REPEATS + 1):
        with visiting(browser, address) as visitor:
            ever.append(paint_seconds(visitor, path))
    with visiting(browser, address) as visitor:
        visitor.visit(path)
        paints = [paint_seconds(visitor, path) for _ in range(REPEATS)]
        visitor.page.evaluate(STOPWATCH)
        changes = [change_seconds(visitor, turn) for turn in range(REPEATS)]
    # The server's own first visit loads its code and is no reader's.
    return statistics.median(ever[1:]), statistics.median(paints), statistics.median(changes)


def main() -> None:
    """Measure every page of a published home."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with sync_playwright() as playwright, serve(options.home) as address:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        found = {name: measure_page(browser, address, path) for name, path in PAGES.items()}
        browser.close()
    options.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
