"""From a figure on a page to its rows: they add up, they name their files, they stay in scope."""

from __future__ import annotations

import contextlib
import csv
import json
import math
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, Locator
from playwright.sync_api import TimeoutError as TooLate
from windows import Visitor, photograph, visiting

from dashboards.access.resolve import personas
from dashboards.access.roles import Role
from dashboards.queries import behind
from dashboards.queries.base import Cell, Entity, Measure, Period
from dashboards.queries.scope import Scope
from dashboards.statements import FOLDER, statement
from quality.trace.rows import _statements

pytestmark = pytest.mark.browser

COMPANY = Entity("company", "company", "Company")


@pytest.fixture
def quarter(marts: duckdb.DuckDBPyConnection) -> Period:
    """The last whole fiscal quarter."""
    found = marts.execute(
        """
        select period_start, period_end, period_label from core.dim_period
        where period_grain = 'fiscal_quarter' and is_complete order by period_start desc limit 1
        """
    ).fetchone()
    assert found is not None
    return Period("fiscal_quarter", *found, is_complete=True)


def open_rows(visitor: Visitor, which: int = 0) -> Locator:
    place = visitor.page.locator('[data-testid="stExpander"]', has_text="Rows behind it")
    place.nth(which).locator("summary").click()
    place.nth(which).locator("code", has_text="halftime trace").wait_for()
    visitor.wait()
    return place.nth(which)


def choose_figure(visitor: Visitor, place: Locator, figure: str, key: str) -> None:
    """Choose a figure by its name, and wait until the command for its key stands there."""
    box = place.get_by_role("combobox", name="Figure")
    told = place.locator("code", has_text=key)
    for _ in range(3):  # a list that is drawn anew while one chooses closes
        box.click()
        box.press_sequentially(figure)
        visitor.page.keyboard.press("Enter")
        with contextlib.suppress(TooLate):
            told.wait_for(timeout=10_000)
            break
    told.wait_for()
    visitor.wait()


def test_every_additive_figure_is_the_sum_of_its_rows(
    marts: duckdb.DuckDBPyConnection, quarter: Period
) -> None:
    measures = marts.execute("select indicator_id, measure_id from reference.indicators").fetchall()
    checked = 0
    for measure in (Measure(*one) for one in measures):
        known = statement(measure.indicator_id, measure.measure_id)
        if known is None or not known.adds_up:
            continue
        found = behind.figures(marts, Scope.whole_company(), COMPANY, quarter, [measure], 1)
        for row in found.head(3).to_dict("records"):
            cell = Cell(
                measure.indicator_id,
                measure.measure_id,
                COMPANY,
                quarter.grain,
                quarter.start,
                row["dimension"],
                row["member"],
                row["currency_code"],
            )
            sums = behind.sums(marts, Scope.whole_company(), cell)
            total = {"numerator": 0.0, "denominator": 0.0}
            if len(sums):
                total = sums.iloc[0].fillna(0).to_dict()
            if row["numerator"] == row["numerator"]:
                assert math.isclose(
                    total["numerator"], row["numerator"], rel_tol=1e-6, abs_tol=1e-6
                ), cell.text()
            if row["aggregation"] != "sum":
                assert math.isclose(
                    total["denominator"], row["denominator"], rel_tol=1e-6, abs_tol=1e-6
                ), cell.text()
            checked += 1
    assert checked > 30


def test_the_statements_are_those_of_the_command() -> None:
    for name, own in _statements().items():
        here = statement(*name.partition(":")[::2])
        confidential = (FOLDER / "answers.sql").read_text(encoding="utf-8") == own.sql
        assert (here is None) == confidential, name
        if here is not None:
            assert here.adds_up == own.adds_up, name
            assert here.sql.replace("build.", "") == own.sql.replace("build.", ""), name


def test_the_rows_of_a_figure_are_shown_with_their_files(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, quarter: Period, pictures: Path
) -> None:
    expected = marts.execute(
        """
        select count(*) filter (where outcome = 'won'), count(*)
        from core.fct_opportunity
        where outcome in ('won', 'lost') and not is_deleted and close_date between ? and ?
            and owner_org_key in (
                select org_key from core.bridge_org_entity where entity_type = 'company'
            )
        """,
        [quarter.start, quarter.end],
    ).fetchone()
    assert expected is not None
    won, closed = expected
    visitor.visit(f"/week?{urlencode({'period': quarter.label})}")
    place = open_rows(visitor)
    choose_figure(visitor, place, "Win rate: By count", "PI-11:by_count")
    assert f"{closed:,} rows are behind" in place.inner_text()
    assert (
        f"They add up to the published figure: numerator {won:,} and denominator {closed:,}."
        in place.inner_text()
    )
    with visitor.page.expect_download() as taken:
        place.get_by_role("button", name="CSV").click()
    with Path(taken.value.path()).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == closed
    assert sum(float(row["numerator_part"]) for row in rows) == won
    key, file, number = (rows[0][name] for name in ("core_key", "source_file", "source_row"))
    assert marts.execute(
        "select 1 from core.fct_opportunity "
        "where opportunity_id = ? and _source_file = ? and _source_row = ?",
        [key, file, int(number)],
    ).fetchone()
    photograph(visitor, pictures / "rows_behind.png")


def test_rows_are_of_the_own_organisation_and_the_look_is_written_down(
    browser: Browser, address: str, marts: duckdb.DuckDBPyConnection, published_home: Path
) -> None:
    known = {persona.role: persona for persona in personas(marts, is_council=False)}
    manager = known[Role.MANAGER]
    with visiting(browser, address, "dark") as visitor:
        visitor.visit(f"/week?{urlencode({'as': manager.label})}")
        place = open_rows(visitor)
        choose_figure(visitor, place, "Win rate: By count", "PI-11:by_count")
        command = place.locator("code", has_text="halftime trace").inner_text()
        assert f"manager_org={manager.person_id}@" in command
    lines = [
        json.loads(line)
        for path in sorted((published_home / "access").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    told = [line for line in lines if line["page"].startswith("This week: rows behind PI-11")]
    assert told
    assert told[-1]["event"] == "view"
    assert told[-1]["row_count"] > 0


def test_an_auditor_follows_a_figure_to_its_files_under_pseudonyms(
    browser: Browser, address: str, marts: duckdb.DuckDBPyConnection
) -> None:
    names = marts.execute("select person_id, full_name from core.dim_person").fetchall()
    known = {persona.role: persona for persona in personas(marts, is_council=False)}
    eyes = {"as": known[Role.AUDITOR].label, "part": "Definitions"}
    with visiting(browser, address) as visitor:
        visitor.visit(f"/data?{urlencode(eyes)}")
        visitor.page.get_by_role("combobox", name="Follow the company").press_sequentially("PI-11")
        visitor.page.keyboard.press("Enter")
        visitor.wait()
        place = open_rows(visitor)
        assert "They add up to the published figure" in place.inner_text()
        assert "Say that a row is wrong" not in place.inner_text()
        with visitor.page.expect_download() as taken:
            place.get_by_role("button", name="CSV").click()
        with Path(taken.value.path()).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    assert rows
    assert all(row["source_file"] and row["source_row"] for row in rows)
    told = {value for row in rows for value in row.values()}
    assert not told & {word for pair in names for word in pair if word}


def test_the_data_team_follows_no_figure(
    browser: Browser, address: str, marts: duckdb.DuckDBPyConnection
) -> None:
    known = {persona.role: persona for persona in personas(marts, is_council=False)}
    eyes = {"as": known[Role.DATA_TEAM].label, "part": "Definitions"}
    with visiting(browser, address) as visitor:
        visitor.visit(f"/data?{urlencode(eyes)}")
        assert "are leading" in visitor.text()
        assert visitor.page.get_by_role("combobox", name="Follow the company").count() == 0
