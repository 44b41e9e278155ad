"""Measure what a reader waits for: a page's first paint and a filter change, in a real Chromium.

Called by ``scripts/bench.py``; writes ``{page: [first paint, filter change]}`` in seconds, medians
of five. First paint is a fresh visit (new browser context, warm server) until title, figures and
charts stand; a filter change is measured from the click to the end of the script's run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
from windows import FLAGS, Visitor, serve, visiting  # noqa: E402

PAGES = {"This week": "/", "Coaching": "/coaching", "Data & definitions": "/data"}
REPEATS = 5


def paint_seconds(browser: object, address: str, path: str) -> float:
    """Return the seconds of one fresh visit."""
    with visiting(browser, address) as visitor:  # type: ignore[arg-type]
        begun = time.monotonic()
        visitor.visit(path)
        return time.monotonic() - begun


def change_seconds(visitor: Visitor, turn: int) -> float:
    """Choose another value in the sidebar's first filter; return the seconds until all stands."""
    page = visitor.page
    page.locator('[data-testid="stSidebar"] [data-testid="stSelectbox"] input').first.click()
    options = page.locator('[role="option"]')
    options.first.wait_for()
    choice = options.nth((turn + 1) % min(options.count(), 4))
    begun = time.monotonic()
    choice.click()
    page.wait_for_timeout(20)
    visitor.wait()
    return time.monotonic() - begun


def main() -> None:
    """Measure every page of a published home."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found: dict[str, tuple[float, float]] = {}
    with sync_playwright() as playwright, serve(options.home) as address:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        for name, path in PAGES.items():
            paint_seconds(browser, address, path)  # the server's first visit loads its code
            paints = [paint_seconds(browser, address, path) for _ in range(REPEATS)]
            with visiting(browser, address) as visitor:
                visitor.visit(path)
                changes = [change_seconds(visitor, turn) for turn in range(REPEATS)]
            found[name] = (statistics.median(paints), statistics.median(changes))
        browser.close()
    options.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
