"""What Coaching shows where the log records less than a strict session needs, or is not there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest
from windows import ROOT, serve, visiting

from dashboards.components.figures import Unit, written
from dashboards.published import Build, connect

pytestmark = pytest.mark.browser

Told = Callable[[str], Path]
NO_AREA = "set area = 'unclassified', is_strict = false"
NO_ACTION = "set action_count = 0, is_strict = false"


@pytest.fixture
def told(published_home: Path, build: Build, tmp_path: Path) -> Told:
    """Give the published company another coaching log; returns the home to look at."""

    def tell(change: str) -> Path:
        # By another name each: folders of passed tests go, and pages hold databases open.
        home = tmp_path / hashlib.sha256(change.encode()).hexdigest()[:12]
        folder = home / "published" / build.build_id
        folder.mkdir(parents=True)
        shutil.copyfile(build.database, folder / "marts.duckdb")
        shutil.copy(published_home / "published" / "current.json", home / "published")
        with duckdb.connect(str(folder / "marts.duckdb")) as con:
            con.execute(change)
        return home

    return tell


def coaching(home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Run the page's script without a browser."""
    monkeypatch.setenv("HALFTIME_HOME", str(home))
    page = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    page.switch_page("views/coaching.py").run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (NO_AREA, "names an area"),
        (NO_ACTION, "names a next action"),
        (f"{NO_AREA}, action_count = 0", "names an area or a next action"),
        ("set is_strict = false", "meets the strict definition"),
    ],
)
def test_without_a_strict_session_it_says_why_and_counts_every_one(
    told: Told, monkeypatch: pytest.MonkeyPatch, change: str, why: str
) -> None:
    page = coaching(told(f"update core.fct_coaching_session {change}"), monkeypatch)
    assert [note.value for note in page.info] == [
        f"No session in the log {why}, so this page counts every logged session (broad)."
    ]
    assert "Cadence kept, broad" in [figure.label for figure in page.metric]


def test_with_a_strict_session_nothing_falls_back(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = coaching(told("select 1"), monkeypatch)
    assert len(page.info) == 0
    assert "Cadence kept, strict" in [figure.label for figure in page.metric]


def test_without_a_log_it_says_how_to_bring_one(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = coaching(told("delete from core.fct_coaching_session"), monkeypatch)
    assert [title.value for title in page.title] == ["No coaching session has been logged yet"]
    assert "session_id,session_date" in page.code[0].value
    assert len(page.metric) == 0


def test_the_fall_back_is_seen_in_a_browser(browser: Browser, told: Told) -> None:
    """Strict cannot be chosen, and the figures are those of every logged session."""
    home = told(f"update core.fct_coaching_session {NO_ACTION}")
    pointer = json.loads((home / "published" / "current.json").read_text())
    with connect(str(home / "published" / pointer["database"])) as con:
        row = con.execute(
            """
            select value from "leading".fct_leading_indicator
            where indicator_id = 'CO-01' and measure_id = 'broad' and entity_type = 'company'
                and period_grain = 'fiscal_quarter' and dimension = 'all'
            order by period_start desc limit 1
            """
        ).fetchone()
    assert row is not None
    with serve(home) as served, visiting(browser, served) as visitor:
        visitor.visit("/coaching")
        text = visitor.text()
        assert "No session in the log names a next action" in text
        assert f"Cadence kept, broad\n{written(row[0], Unit.RATE)}" in text.replace("\n\n", "\n")
        assert visitor.page.get_by_text("Strict", exact=True).count() == 0
