"""Landing the sample company: every defect of a file or a record ends as the manifest says."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.landing import LandingReport, land


@pytest.fixture(scope="module")
def landed(
    sample_folder: Path,
    project_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[LandingReport, Path]:
    warehouse = tmp_path_factory.mktemp("home") / "warehouse.duckdb"
    config = load_config(sample_folder / "halftime.yml", load_contracts(project_root))
    return land(config.sources, config.landing, warehouse, project_root), warehouse


@pytest.fixture(scope="module")
def defects(sample_folder: Path) -> list[dict[str, str]]:
    with (sample_folder / "_truth" / "defects.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_files_end_as_the_manifest_says(
    landed: tuple[LandingReport, Path],
    defects: list[dict[str, str]],
) -> None:
    expected = {
        row["file"]: row["expected_outcome"]
        for row in defects
        if row["expected_outcome"].startswith("file_")
    }
    found = {
        file.file: "file_duplicate"
        if file.status == "duplicate"
        else f"file_rejected:{file.reason_code}"
        for file in landed[0].files
        if file.status != "landed"
    }
    assert found == expected


def test_columns_are_reported_as_the_manifest_says(
    landed: tuple[LandingReport, Path],
    defects: list[dict[str, str]],
) -> None:
    expected = {
        (row["file"], row["expected_outcome"])
        for row in defects
        if row["expected_outcome"].startswith("reported:")
    }
    found = {
        (file.file, f"reported:{item.finding}:{item.column or item.header}")
        for file in landed[0].files
        for item in file.columns
    }
    assert expected - found == set()


def test_ragged_and_blank_records_are_those_of_the_manifest(
    landed: tuple[LandingReport, Path],
    defects: list[dict[str, str]],
    project_root: Path,
) -> None:
    problem = {"rejected:ragged_row:": "ragged_row", "rejected:not_data:": "blank_row"}
    expected = {
        (row["file"], int(row["row"]), problem[row["expected_outcome"]])
        for row in defects
        if row["expected_outcome"] in problem and row["defect"] in ("ragged_row", "blank_line")
    }
    with duckdb.connect(str(landed[1]), read_only=True) as con:
        found = {
            tuple(row)
            for contract in load_contracts(project_root).values()
            for row in con.execute(
                f"select _source_file, _source_row, _row_problem from raw.{contract.table} "
                "where _row_problem in ('ragged_row', 'blank_row')",
            ).fetchall()
        }
    assert expected
    assert found == expected
