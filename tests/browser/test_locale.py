"""A reader's locale decides how numbers and dates are written, on the page and in its charts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import photograph, visiting

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("locale", "group", "date"), [("de-DE", ".", "%d.%m.%Y"), ("fr-FR", "\u202f", None)]
)
def test_a_page_is_written_as_the_reader_writes(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    locale: str,
    group: str,
    date: str | None,
) -> None:
    as_of, rows = marts.execute(
        "select as_of_date, (select sum(source_rows) from quality.ledger) from core.dim_clock"
    ).fetchone() or (None, 0)
    assert as_of is not None
    with visiting(browser, address, locale=locale) as visitor:
        visitor.visit("/data")
        assert f"{int(rows):,}".replace(",", group) in visitor.text()
        visitor.visit("/week")
        if date:
            assert f"seen on {as_of.strftime(date)}" in visitor.text()
        photograph(visitor, pictures / f"week_{locale}.png")


def test_two_readers_of_one_server_each_have_their_own(browser: Browser, address: str) -> None:
    with (
        visiting(browser, address, locale="de-DE") as one,
        visiting(browser, address, locale="en-US") as two,
    ):
        for _ in range(2):
            one.visit("/week")
            two.visit("/week")
            german, american = one.text(), two.text()
            assert "95% interval" in american
            assert "\u00a0% of the quota" in german
            assert "\u00a0%" not in american
