"""A real Chromium before the real dashboards over a really published build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright
from windows import FLAGS, ROOT, Visitor, one, serve, visiting

from dashboards.access.resolve import Persona, personas
from dashboards.access.roles import Role
from dashboards.published import Build, connect, current_build
from dashboards.queries.base import Period

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def published_home(request: pytest.FixtureRequest) -> Path:
    """The home to look at: the sample company, or the one that HALFTIME_BROWSER_HOME names."""
    named = os.environ.get("HALFTIME_BROWSER_HOME")
    return Path(named).resolve() if named else request.getfixturevalue("sample_home")


@pytest.fixture(scope="session")
def build(published_home: Path) -> Build:
    found = current_build(published_home)
    assert found is not None, f"nothing is published in {published_home}"
    return found


@pytest.fixture
def marts(build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, as a reader opens it."""
    with connect(build.database) as connection:
        yield connection


@pytest.fixture
def known(marts: duckdb.DuckDBPyConnection) -> dict[Role, Persona]:
    """One persona per role; of the two managers the one with reps."""
    return {persona.role: persona for persona in personas(marts, is_council=False)}


@pytest.fixture
def quarter(marts: duckdb.DuckDBPyConnection) -> Period:
    """The fiscal quarter of the as-of date."""
    row = one(
        marts,
        """
        select period_grain, period_start, period_end, period_label, is_complete
        from core.dim_period, core.dim_clock
        where period_grain = 'fiscal_quarter' and period_start <= as_of_date
        order by period_start desc limit 1
        """,
    )
    return Period(*row)


@pytest.fixture(scope="session")
def address(published_home: Path) -> Iterator[str]:
    with serve(published_home) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    wanted = os.environ.get("HALFTIME_CHROMIUM") or next(filter(shutil.which, NAMES), None)
    if wanted is None:
        pytest.fail("No Chromium: install one, or name it with HALFTIME_CHROMIUM.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which(wanted), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    with visiting(browser, address) as opened:
        yield opened


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: HALFTIME_SCREENSHOTS, else a temporary folder."""
    named = os.environ.get("HALFTIME_SCREENSHOTS")
    folder = ROOT / named if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
