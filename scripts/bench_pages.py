"""Measure what a reader waits for: a page's first paint and a filter change, in a real Chromium.

Called by ``scripts/bench.py``; writes one :class:`PageSpeed` per page as JSON, all in seconds. Each
page has a server of its own, so that nothing was asked before.

* *first visit*: a browser that has never been here, so it also fetches Streamlit's code and fonts;
  the server has been visited once.
* *first paint*: the same browser again. Both last until the foot of the page stands, the script has
  ended, every table and chart is there and the browser has drawn two more frames.
* *filter change*: from the click on an option until the script, having been seen to run, has ended,
  tables and charts are there and two more frames are drawn; taken inside the page, by an observer
  of the script's state. Each turn chooses an option that was not chosen before, so no answer lies
  in the server's cache unless it does not depend on that filter. Every filter begins with the page
  as it first opens.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
from windows import FLAGS, Visitor, serve, visiting  # noqa: E402

# The tab of rules takes no heed of the filter, so the ledger is looked at.
PAGES = {
    "This week": ("/", ("Organisation", "Period", "Product")),
    "1:1 prep": ("/prep", ("Person", "Period")),
    "Deals": ("/deals", ("Organisation",)),
    "Coaching": ("/coaching", ("Organisation", "Period")),
    "Skills & training": ("/skills", ("Organisation", "Period")),
    "Maturity & managers": ("/maturity", ("Organisation", "Period")),
    "Results": ("/results", ("Organisation", "Period")),
    "Does coaching work?": ("/proof", ("Organisation", "Deals created")),
    "Data & definitions": ("/data?part=Ledger", ("Source",)),
}
REPEATS = 5

# Parts that still load their own code show a skeleton; a chart stands when it has drawn something.
STANDS = """
  const stands = () => !document.querySelector('[data-testid="stSkeleton"]')
    && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
      .every(chart => chart.querySelector('canvas, svg'));
  const drawn = then => requestAnimationFrame(() => requestAnimationFrame(then));
"""
PAINTED = f"""() => new Promise(done => {{
  {STANDS}
  const look = () => stands() ? drawn(done) : requestAnimationFrame(look);
  look();
}})"""
# Notes when an option is clicked and every state of the script, as the page sees them.
STOPWATCH = """() => {
  window.bench = {clicked: null, states: []};
  addEventListener('click', event => {
    if (event.target.closest('[role="option"]')) {
      window.bench.clicked = performance.now();
      window.bench.states = [];
    }
  }, {capture: true});
  new MutationObserver(changes => {
    for (const change of changes)
      window.bench.states.push(change.target.getAttribute('data-test-script-state'));
  }).observe(document.documentElement,
    {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
}"""
# Answers when the script has run after the click, has ended, and the browser has drawn.
STOPPED = f"""() => new Promise(done => {{
  {STANDS}
  const look = () => {{
    const {{clicked, states}} = window.bench;
    const ran = clicked !== null && states.includes('running');
    if (ran && states[states.length - 1] === 'notRunning' && stands())
      drawn(() => done((performance.now() - clicked) / 1000));
    else
      requestAnimationFrame(look);
  }};
  look();
}})"""


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing, in seconds."""

    median: float
    worst: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Summarise at least one measurement."""
        return cls(statistics.median(seconds), max(seconds), len(seconds))

    def __str__(self) -> str:
        return f"{self.median:.2f} / {self.worst:.2f}"


@dataclass
class PageSpeed:
    """What a reader of one page waits for; ``changes`` by the name of the filter."""

    first_visit: Spread
    first_paint: Spread
    changes: dict[str, Spread] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: dict) -> PageSpeed:
        """Read what :func:`main` wrote."""
        return cls(
            Spread(**value["first_visit"]),
            Spread(**value["first_paint"]),
            {name: Spread(**spread) for name, spread in value["changes"].items()},
        )


def paint_seconds(visitor: Visitor, path: str) -> float:
    """Return the seconds of one visit."""
    begun = time.monotonic()
    visitor.visit(path)
    visitor.page.evaluate(PAINTED)
    return time.monotonic() - begun


def change_seconds(visitor: Visitor, label: str) -> list[float]:
    """Choose one option after the other in a filter of the sidebar, each once; return the times.

    Empty where the page does not offer the filter, because there is nothing to choose from.
    """
    page = visitor.page
    box = page.get_by_role("combobox", name=label)
    if box.count() == 0:
        return []
    page.evaluate(STOPWATCH)
    chosen = {box.input_value()}
    seconds: list[float] = []
    while len(seconds) < REPEATS:
        box.click()
        options = page.get_by_role("option")
        options.first.wait_for()
        texts = options.all_inner_texts()
        place = next((place for place, text in enumerate(texts) if text not in chosen), None)
        if place is None:  # a short list: every option has had its turn
            break
        chosen.add(texts[place])
        options.nth(place).click()
        seconds.append(float(page.evaluate(STOPPED)))
        if box.input_value() != texts[place]:
            raise RuntimeError(f"{label} shows {box.input_value()}, not {texts[place]}.")
    return seconds


def measure_page(browser: Browser, home: Path, path: str, filters: Sequence[str]) -> PageSpeed:
    """Measure one page on a fresh server."""
    with serve(home) as address:
        firsts = []
        for _ in range(REPEATS + 1):
            with visiting(browser, address) as visitor:
                firsts.append(paint_seconds(visitor, path))
        with visiting(browser, address) as visitor:
            paint_seconds(visitor, path)
            paints = [paint_seconds(visitor, path) for _ in range(REPEATS)]
        # The server's own first visit loads its code and is no reader's.
        found = PageSpeed(Spread.of(firsts[1:]), Spread.of(paints))
        for label in filters:
            with visiting(browser, address) as visitor:
                paint_seconds(visitor, path)
                if seconds := change_seconds(visitor, label):
                    found.changes[label] = Spread.of(seconds)
    return found


def main() -> None:
    """Measure every page of a published home."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        found = {
            name: measure_page(browser, options.home, path, filters)
            for name, (path, filters) in PAGES.items()
        }
        browser.close()
    text = json.dumps({name: asdict(speed) for name, speed in found.items()}, indent=2)
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
