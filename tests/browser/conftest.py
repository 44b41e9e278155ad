"""A real Chromium before the real dashboards over a really published build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright
from windows import FLAGS, ROOT, Visitor, serve, visiting

from dashboards.published import Build, connect, current_build

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
