"""The page of the evidence pack: it escapes what it shows, and does not grow with the rejects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from halftime.errors import UsageError
from halftime.home import Home
from quality.evidence.gather import SECTIONS, Evidence, Rows
from quality.evidence.pack import write_pack
from quality.evidence.page import SHOWN, render, shown

IDENTITY = {
    "company": "Acme <script>alert(1)</script> & Sons",
    "build_id": "b1",
    "verdict": "warnings",
    "as_of": "2026-09-30",
    "published_at": "2026-10-01T04:00:00+00:00",
    "previous_manifest_sha256": None,
    "files": {"marts.duckdb": {"bytes": 1, "sha256": "00"}},
}


def evidence(**sections: Rows | None) -> Evidence:
    return Evidence(IDENTITY, {name: [] for name in SECTIONS} | sections)


def reject(number: int) -> dict[str, object]:
    return {
        "source_system": "salesforce",
        "object": "opportunity",
        "source_file": "salesforce/opportunity.csv",
        "source_row": number,
        "source_cell": None,
        "reason_code": "missing",
        "column_name": "Id",
        "load_id": 1,
    }


def rule(**changes: object) -> dict[str, object]:
    return {
        "rule_id": "core.clock.fresh",
        "layer": "core",
        "engine": "great_expectations",
        "severity": "warning",
        "succeeded": False,
        "evaluated_rows": 1_234,
        "unexpected_rows": 1,
        "sentence": "The data are fresh & whole.",
        "owner": "data team",
        "table_name": "core.dim_clock",
        "message": None,
        "sql": "select as_of_date from t where a < b",
        "sql_from": "the build",
        **changes,
    }


def test_every_value_is_escaped_and_nothing_comes_from_elsewhere() -> None:
    page = render(evidence(rules=[rule()]), [])

    assert "<script" not in page
    assert "Acme &lt;script&gt;" in page
    assert "where a &lt; b" in page
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!#)|url\(|@import|https?://", page)


def test_the_page_does_not_grow_with_the_rejects() -> None:
    few = render(evidence(rejected_rows=[reject(n) for n in range(SHOWN["rejected_rows"])]), [])
    many = render(evidence(rejected_rows=[reject(n) for n in range(100_000)]), [])

    assert len(many) - len(few) < 2_000
    assert "200 of 100,000 are shown" in many


def test_a_broken_rule_shows_its_count_keys_and_sql() -> None:
    keys = [
        {"rule_id": "core.clock.fresh", "table_name": "core.dim_clock", "key": f"k{n:02}"}
        for n in range(25)
    ]
    page = render(evidence(rules=[rule()], rule_failures=keys), [])

    assert "1 of 1,234 rows" in page
    assert "k00" in page
    assert "k19" in page
    assert "k20" not in page
    assert "and 5 more" in page


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (True, "yes"), (12345, "12,345"), ({"a": 1}, "a 1"), ("x", "x")]
)
def test_values_are_written_for_a_reader(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")

    with pytest.raises(UsageError, match="no evidence pack"):
        write_pack(Home(tmp_path / "home"), None, mine)

    assert (mine / "thesis.txt").read_text() == "years of work"


def test_without_a_publication_there_is_nothing_to_pack(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing is published"):
        write_pack(Home(tmp_path / "home"), None, tmp_path / "pack")


def test_a_rule_without_a_row_to_look_at_is_not_said_to_hold() -> None:
    page = render(evidence(rules=[rule(succeeded=True, evaluated_rows=0)]), [])
    assert "1 looked at a table without rows" in page
    assert "✓ yes" not in page
    assert "– no row" in page


def test_a_first_build_is_compared_with_none_and_waivers_are_named() -> None:
    waiver = {
        "rule_id": "core.clock.fresh",
        "severity": "warning",
        "sentence": "The data are fresh & whole.",
        "waiver_owner": "Mia Ott",
        "waiver_reason": "moving house",
        "waived_until": "2026-12-31",
    }
    page = render(evidence(waivers=[waiver]), [])
    assert "This is the first build" in page
    assert "Mia Ott" in page
    later = IDENTITY | {"previous_manifest_sha256": "00"}
    page = render(Evidence(later, evidence().sections), [])
    assert "No rule was removed" in page
