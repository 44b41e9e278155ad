"""Figures of the sample company are followed to their rows and worked out a second time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from halftime.cli import main
from halftime.contracts import load_contracts
from halftime.errors import UsageError
from halftime.home import Home
from quality.trace.build import OpenBuild, open_build
from quality.trace.figure import Cell, Wanted, parse_figure
from quality.trace.find import KEY, find_cell
from quality.trace.recompute import FOLDER, recompute
from quality.trace.report import trace_cell
from quality.trace.rows import statement

CELLS = 200
FEWEST = 10
# What a build says about its own files and figures rests on no single landed row.
ABOUT_THE_DATA = {"DQ-01", "DQ-02", "DQ-03"}
# Of a company of one year: few promotions and awards, and nobody has ended a first year in it.
RARE = {"RA-03": 0, "TA-01": 10, "TA-02": 10, "RE-01": 30, "RE-03": 30, "RA-01": 30, "RA-02": 30}
INDICATORS = tuple(sorted(path.stem for path in FOLDER.glob("[A-Z]*.sql")))
BY_ROWS = tuple(
    indicator
    for indicator in INDICATORS
    if statement(Cell(indicator, "", "", "", "", dt.date.min, "", "", "")).adds_up
)


@pytest.fixture(scope="module")
def build(sample_home: Path) -> Iterator[OpenBuild]:
    with open_build(Home(sample_home), None) as opened:
        assert opened.absent == ""
        yield opened


def random_cells(build: OpenBuild, indicator: str, count: int, condition: str = "true") -> list:
    found = build.rows(
        f"select {', '.join(KEY)} from figure where indicator_id = ? and {condition} order by all",
        [indicator],
    )
    chosen = random.Random(indicator).sample(found, min(count, len(found)))
    return [Cell(**row) for row in chosen]


def test_every_indicator_of_the_registry_is_tried(build: OpenBuild) -> None:
    found = build.rows("select distinct indicator_id as id from build.reference.indicators")
    assert {row["id"] for row in found} == set(INDICATORS)


@pytest.mark.parametrize("indicator", INDICATORS)
def test_the_second_way_agrees_with_the_published_figure(build: OpenBuild, indicator: str) -> None:
    cells = random_cells(build, indicator, CELLS)
    # Some are published for the company, or a few regions and quarters, only.
    assert len(cells) == CELLS or cells == random_cells(build, indicator, 10**9)
    assert len(cells) >= FEWEST
    found = recompute(build, cells)
    assert [
        (cell.text(), again.differences)
        for cell, again in zip(cells, found, strict=True)
        if not again.agrees
    ] == []
    # Not only empty ones.
    counted = sum(again.observation_count > 0 for again in found)
    assert counted >= RARE.get(indicator, len(cells) / 4)


def test_a_figure_that_is_wrong_by_one_is_caught(sample_home: Path) -> None:
    with open_build(Home(sample_home), None) as build:
        build.con.execute(
            """
            create temp table wrong as
            -- A millionth part may differ, which is more than 1 of two million dollars.
            select * replace (
                numerator + greatest(1, abs(numerator) / 1000) as numerator, value + 1 as value
            )
            from figure;
            create or replace temp view figure as select * from wrong
            """
        )
        cells = [
            cell
            for indicator in INDICATORS
            for cell in random_cells(build, indicator, 5, "value is not null")
        ]
        assert [
            cell for cell, again in zip(cells, recompute(build, cells), strict=True) if again.agrees
        ] == []


@pytest.mark.parametrize("indicator", BY_ROWS)
def test_rows_of_core_add_up_and_every_one_leads_to_a_row_of_a_file(
    build: OpenBuild, indicator: str
) -> None:
    traced = 0
    for cell in random_cells(build, indicator, 8, "observation_count > 0"):
        found = trace_cell(build, cell)
        assert found.problems == ()
        assert found.core.differences == ()
        assert found.missing == []
        reached = {key for row in found.raw for key in row["core_keys"].split("; ")}
        assert {row["core_key"] for row in found.core.rows} <= reached
        traced += len(found.core.rows)
    assert traced >= 8


def test_rows_are_found_also_where_they_do_not_add_up(build: OpenBuild) -> None:
    for indicator in sorted(set(INDICATORS) - set(BY_ROWS) - ABOUT_THE_DATA - {"RA-03"}):
        cell = random_cells(
            build,
            indicator,
            1,
            "entity_type = 'company' and observation_count > 0 and value is not null "
            "and (value <> 0 or indicator_id in ('BE-09', 'MA-03'))",
        )[0]
        found = trace_cell(build, cell)
        assert found.core.rows
        assert found.problems == ()
        assert all(row["object"] for row in found.raw)


@pytest.mark.parametrize("indicator", sorted(ABOUT_THE_DATA))
def test_files_objects_and_reasons_are_found(build: OpenBuild, indicator: str) -> None:
    (cell,) = random_cells(
        build, indicator, 1, "dimension = 'all' and period_grain = 'quarter' and denominator > 0"
    )
    found = trace_cell(build, cell)
    assert found.problems == ()
    assert len(found.core.rows) > 8


def test_no_private_column_is_shown(build: OpenBuild) -> None:
    private = {
        column.name
        for contract in load_contracts(Path(__file__).resolve().parents[2]).values()
        for column in contract.columns
        if column.private or column.withheld
    }
    assert private
    shown: set[str] = set()
    for indicator in ("AF-01", "CO-04", "PI-11"):
        for cell in random_cells(build, indicator, 4, "observation_count > 0"):
            found = trace_cell(build, cell)
            shown |= {
                name for row in found.raw for name in re.findall(r"(\w+)=", row.get("raw_key", ""))
            }
            shown |= {name for row in found.core.rows for name in row}
    assert {"id", "session_id", "core_key"} <= shown
    assert not shown & private


def test_a_short_name_means_the_company_and_the_last_whole_quarter(build: OpenBuild) -> None:
    cell = find_cell(build, parse_figure("pi-11"))
    last = build.rows(
        "select max(period_start) as start from build.core.dim_period "
        "where period_grain = 'quarter' and is_complete"
    )[0]["start"]
    assert cell == Cell("PI-11", "by_count", "company", "company", "quarter", last)


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        (Wanted("PI-1"), "PI-11"),
        (Wanted("PI-11", "by_cuont"), "by_count"),
        (Wanted("PI-11", entity_type="rep", entity="people:E1"), "people:E1"),
        (Wanted("PI-11", grain="quarter", period="2026-05-01"), "2026-04-01"),
        (Wanted("PI-11", dimension="product", member="nothing"), ""),
        (Wanted("CO-04", "share", dimension="area", member="acount"), "account"),
        (Wanted("CO-04", "share"), "area="),
    ],
)
def test_a_figure_that_is_not_there_is_answered_with_the_nearest(
    build: OpenBuild, wanted: Wanted, hint: str
) -> None:
    with pytest.raises(UsageError) as error:
        find_cell(build, wanted)
    assert hint in error.value.hint


def test_a_person_may_be_named(build: OpenBuild) -> None:
    row = build.rows(
        "select f.entity_id, p.full_name from figure as f inner join build.core.dim_person as p "
        "on f.entity_id = p.person_id where f.indicator_id = 'PI-11' and f.entity_type = 'manager' "
        "and f.period_grain = 'quarter' and f.dimension = 'all' order by all limit 1"
    )[0]
    cell = find_cell(build, Wanted("PI-11", entity_type="manager", entity=row["full_name"]))
    assert cell.entity_id == row["entity_id"]


def test_without_the_warehouse_it_says_so(sample_home: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_home / "published", tmp_path / "published")
    with open_build(Home(tmp_path), None) as build:
        found = trace_cell(build, find_cell(build, Wanted("PI-11")))
    assert "no warehouse" in found.absent
    assert found.recomputed is None
    assert found.core.differences == ()
    assert found.raw
    assert found.raw[0]["source_file"]


def test_a_warehouse_of_another_build_is_not_believed(sample_home: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_home / "published", tmp_path / "published")
    (tmp_path / "warehouse.duckdb").symlink_to(sample_home / "warehouse.duckdb")
    (tmp_path / "builds" / "29990101T000000Z-abcdef" / "dbt" / "run").mkdir(parents=True)
    with open_build(Home(tmp_path), None) as build:
        assert "built again" in build.absent


def test_the_command_prints_json_and_writes_all_rows(
    sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(sample_home)
    assert main(["trace", "PI-11", "--home", home, "--json", "--csv", str(tmp_path / "rows")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["agrees"] is True
    assert found["model"] == "ind_win_rate"
    assert "fct_opportunity" in found["model_sql"]
    assert found["recomputation"]["agrees"] is True
    with (tmp_path / "rows" / "core_rows.csv").open(encoding="utf-8", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == len(found["core_rows"])
    assert main(["trace", found["figure"], "--home", home]) == 0
    shown = capsys.readouterr().out
    assert "It agrees with the published figure." in shown
    assert "Definition, version" in shown
    assert main(["trace", "PI-1", "--home", home]) == 2
    assert "PI-11" in capsys.readouterr().err
