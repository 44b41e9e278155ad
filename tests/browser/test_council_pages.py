"""A build for a works council says on every page what its figures are not for, and names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, serve, visiting

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/coaching",
    "/data",
    "/detail?rep=P2goyg2lj3jai",
    "/deals",
    "/deals?part=Pipeline",
    "/proof",
    "/prep",
    "/skills",
    "/maturity",
    "/maturity?part=Managers",
)


@pytest.fixture(scope="module")
def council_address(council_home: Path) -> Iterator[str]:
    with serve(council_home) as served:
        yield served


@pytest.fixture
def window(browser: Browser, council_address: str) -> Iterator[Visitor]:
    with visiting(browser, council_address) as opened:
        yield opened


@pytest.mark.parametrize("page", PAGES)
def test_the_banner_stands_on_every_page(window: Visitor, page: str) -> None:
    window.visit(page)
    assert "Scores are not for employment decisions." in window.text()
    assert "at least 4 people" in window.text()


def test_groups_stand_where_persons_stood(
    window: Visitor, council_home: Path, pictures: Path
) -> None:
    with duckdb.connect(str(council_home / "warehouse.duckdb"), read_only=True) as con:
        names = [row[0] for row in con.execute("select full_name from core.dim_person").fetchall()]
    window.visit("/coaching")
    window.page.screenshot(path=str(pictures / "council_coaching.png"), full_page=True)
    assert "by groups, not persons" in window.title()
    assert "fewer than 4 people" in window.text()
    assert "How was this computed?" in window.text()
    assert "Rows behind it" not in window.text()  # each would tell of one person
    everything = window.page.content()
    assert not [name for name in names if name and name in everything]


def test_no_list_of_persons_or_deals(window: Visitor) -> None:
    window.visit("/")
    assert "No person and no single deal is listed" in window.text()
    assert "Coach these" not in window.text()


def test_nobody_can_be_prepared_for(window: Visitor) -> None:
    window.visit("/prep?rep=P2goyg2lj3jai")
    assert window.title() == "No single person is shown here"
    assert "fewer than 4 people" in window.text()
    assert window.page.get_by_label("Person", exact=True).count() == 0


def test_the_standard_profile_has_no_such_banner(visitor: Visitor) -> None:
    visitor.visit("/")
    assert "employment decisions" not in visitor.text()
