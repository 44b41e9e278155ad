"""Definitions and builds in a real browser: what an auditor follows from a figure to its making."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, photograph, visiting

from dashboards.published import Build

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_definition_leads_to_versions_sql_and_lineage(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    version, change = marts.execute(
        "select version, change from reference.indicator_changes where indicator_id = 'PI-11'"
        " order by version desc limit 1"
    ).fetchone() or (0, "")
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/data?part=Definitions")
        visitor.page.get_by_label("Find").fill("pi-11")
        visitor.page.keyboard.press("Enter")
        card = visitor.page.get_by_role("button", name="Versions, SQL, lineage")
        visitor.page.wait_for_function(
            "() => document.querySelectorAll('[data-testid=\"stPopoverButton\"]').length === 1"
        )
        assert "Shown on: This week" in visitor.text()
        card.click()
        opened = visitor.page.locator('[data-testid="stPopoverBody"]')
        opened.get_by_text("indicators.ind_win_rate from").wait_for()
        told = opened.inner_text()
        assert f"Version {version}" in told
        assert change.split(";")[0] in told
        assert "core.fct_opportunity" in told
        assert "'PI-11' as indicator_id" in opened.locator("code").all_inner_texts()[-1]
        opened.locator("svg").first.wait_for()  # the graph
        photograph(visitor, pictures / f"definition_{scheme}.png")


def test_a_word_that_stands_nowhere_is_said_to(visitor: Visitor) -> None:
    visitor.visit("/data?part=Definitions")
    visitor.page.get_by_label("Find").fill("cold fusion")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("No definition holds cold fusion").wait_for()


def test_the_chain_is_shown_and_verified(
    visitor: Visitor, published_home: Path, build: Build, pictures: Path
) -> None:
    lines = (published_home / "history" / "chain.jsonl").read_text().splitlines()
    visitor.visit("/data?part=Builds")
    assert json.loads(lines[-1])["hash"] in visitor.text()
    visitor.page.get_by_role("button", name="Verify now").click()
    visitor.page.get_by_text(f"Sound: {len(lines):,} entries").wait_for(timeout=120_000)
    assert build.build_id in visitor.text()  # at the foot; the table is drawn on a canvas
    photograph(visitor, pictures / "builds.png")


@pytest.mark.parametrize(
    ("persona", "is_told"), [("Auditor", True), ("Data team", True), ("Enablement", False)]
)
def test_builds_are_for_those_who_answer_for_them(
    visitor: Visitor, persona: str, *, is_told: bool
) -> None:
    visitor.visit(f"/data?as={persona}")
    tabs = visitor.page.get_by_role("tab").all_inner_texts()
    assert ("Builds" in tabs) == is_told
