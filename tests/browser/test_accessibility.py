"""Every page by the rules of axe, in light and dark, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from windows import Visitor, visiting

from dashboards.access.pages import PLACES

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
ADDRESSES = [place.address for place in PLACES if place.group]


@dataclass(frozen=True)
class Known:
    """What Streamlit 1.67 itself does wrong: no page of ours can change it.

    For none of them a report to Streamlit was found; each goes when axe no longer finds it, which
    ``test_what_is_known_is_still_there`` tells.
    """

    rule: str
    within: str  # the mark of the element around it
    why: str


KNOWN = (
    Known("list", "stSidebarNav", "groups of st.navigation are no list items"),
    Known("listitem", "stSidebarNav", "its pages stand in those groups"),
    Known("svg-img-alt", "stMetric", "the small line of st.metric has no name"),
    Known("color-contrast", "stCode", "the colours of words in st.code are fixed"),
)
FIND = """
async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    const rows = [];
    for (const broken of found.violations) {
        for (const node of broken.nodes) {
            const element = document.querySelector(node.target[0]);
            const around = [...document.querySelectorAll('[data-testid]')]
                .filter(outer => outer.contains(element)).map(outer => outer.dataset.testid);
            rows.push({rule: broken.id, impact: broken.impact, around: around,
                       html: node.html.slice(0, 200), why: node.failureSummary});
        }
    }
    return rows;
}
"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe is absent: it needs npm, and scripts/install_node_packages.sh")
    return AXE.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Finding:
    """An element that breaks a rule of axe, and the marks of the elements around it."""

    rule: str
    impact: str
    around: list[str]
    html: str
    why: str


def findings(visitor: Visitor, axe: str) -> list[Finding]:
    """Ask axe about the page as it stands."""
    visitor.page.wait_for_timeout(500)  # charts fade in, and half-faded text has no contrast
    visitor.page.evaluate(axe)
    return [Finding(**found) for found in visitor.page.evaluate(FIND)]


def ours(visitor: Visitor, axe: str) -> list[Finding]:
    """Return what is grave and not Streamlit's own."""
    found = findings(visitor, axe)
    return [one for one in found if one.impact in GRAVE and known_of(one) is None]


def known_of(finding: Finding) -> Known | None:
    """Return the known fault of Streamlit that a finding is."""
    for known in KNOWN:
        if finding.rule == known.rule and known.within in finding.around:
            return known
    return None


def tabs_of(visitor: Visitor) -> list[str]:
    return list(visitor.page.locator('[data-testid="stMain"] [role="tab"]').all_inner_texts())


def each_tab(visitor: Visitor) -> Iterator[str]:
    """Open each tab of a page; the last first, as those of an open tab stand behind it."""
    if not tabs_of(visitor):
        yield ""
    seen: set[str] = set()
    while waiting := [tab for tab in tabs_of(visitor) if tab not in seen]:
        tab = waiting[-1]
        seen.add(tab)
        visitor.page.get_by_role("tab", name=tab, exact=True).click()
        visitor.wait()
        yield tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ADDRESSES)
def test_axe_finds_nothing_grave_that_is_ours(
    browser: Browser, address: str, axe: str, page: str, scheme: str
) -> None:
    with visiting(browser, address, scheme) as visitor:
        visitor.visit(f"/{page}")
        for tab in each_tab(visitor):
            assert ours(visitor, axe) == [], f"/{page} {tab}"


def test_what_opens_below_a_chart_is_as_good(visitor: Visitor, axe: str) -> None:
    visitor.visit("/coaching")
    for name in ("Table", "How was this computed?"):
        visitor.page.get_by_role("button", name=name).first.click()
        visitor.page.locator('[data-testid="stPopoverBody"]').wait_for()
        visitor.wait()
        assert ours(visitor, axe) == [], name
        visitor.page.keyboard.press("Escape")


def test_what_is_known_is_still_there(visitor: Visitor, axe: str) -> None:
    """A fault that Streamlit has mended must leave the list."""
    visitor.visit("/coaching")
    visitor.page.get_by_role("button", name="How was this computed?").first.click()
    visitor.page.locator('[data-testid="stPopoverBody"] [data-testid="stCode"]').first.wait_for()
    assert {known_of(one) for one in findings(visitor, axe)} - {None} == set(KNOWN)


REACHABLE = """
() => {
    const inside = document.querySelectorAll('[data-testid="stMain"] :is(button, a[href], input)');
    const open = [...inside].filter(one => {
        const box = one.getBoundingClientRect();
        // Of a row of tabs or of choices one is reached by Tab, the others by arrows.
        return !one.disabled && one.tabIndex >= 0 && box.width > 1 && box.height > 1
            && one.type !== 'radio' && getComputedStyle(one).visibility === 'visible';
    });
    open.forEach((one, number) => one.dataset.reach = number);
    return open.map(one => (one.ariaLabel || one.innerText || one.name || one.outerHTML)
        .slice(0, 80));
}
"""


@pytest.mark.parametrize("page", ADDRESSES)
def test_everything_that_can_be_clicked_is_reached_by_the_keyboard(
    visitor: Visitor, page: str
) -> None:
    visitor.visit(f"/{page}")
    names = visitor.page.evaluate(REACHABLE)
    assert names
    reached: set[int] = set()
    for _ in range(len(names) * 2 + 60):
        visitor.page.keyboard.press("Tab")
        number = visitor.page.evaluate("() => document.activeElement?.dataset.reach ?? null")
        if number is not None:
            reached.add(int(number))
    missed = [name for number, name in enumerate(names) if number not in reached]
    assert missed == []
