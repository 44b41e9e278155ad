"""The page on operations shows what is published of freshness, and what runs left behind."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, photograph, visiting

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_source_stands_in_the_strip(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    late, dated, total = marts.execute(
        """
        with by_source as (
            select source_system, bool_and(days_behind > 31) as is_late
            from quality.freshness
            where days_behind is not null and accepted_rows >= 20
            group by source_system
        )
        select
            count(*) filter (is_late),
            count(*),
            (select count(distinct source_system) from quality.freshness)
        from by_source
        """
    ).fetchone() or (0, 0, 0)
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/operations")
        assert visitor.text().count("Newest news") == total
        if late and "not come through" not in visitor.title():
            assert visitor.title().startswith(f"{dated - late} of {dated} sources ha")
        photograph(visitor, pictures / f"operations_{scheme}.png")


@pytest.mark.parametrize("part", ["Runs", "Freshness", "Drift", "Slowest models", "Documentation"])
def test_every_tab_says_something_to_the_data_team_and_auditors(
    visitor: Visitor, part: str, pictures: Path
) -> None:
    for role in ("Data team", "Auditor"):
        visitor.visit(f"/operations?{urlencode({'part': part, 'as': role})}")
        assert visitor.page.locator("h2").count() >= 1
    photograph(visitor, pictures / f"operations_{part.split()[0].lower()}.png")
