"""Two versions of a Salesforce user move people between managers, however the versions come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from core_builder import ANY_COMPANY, Chain

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.landing import land

REP, FIRST, SECOND, HEAD = (f"005A0000000000{place}" for place in "1239")
MOVED = dt.date(2026, 3, 2)
BEGIN, END = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
HISTORY = f"""\
Id,Name,ManagerId,Department,LastModifiedDate,_fivetran_start,_fivetran_end,_fivetran_active
{REP},Ann Lee,{FIRST},North,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,{MOVED}T08:59:59Z,false
{REP},Ann Lee,{SECOND},South,{MOVED}T09:00:00Z,{MOVED}T09:00:00Z,9999-12-31T23:59:59Z,true
{FIRST},Bo Park,{HEAD},North,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,9999-12-31T23:59:59Z,true
{SECOND},Cy Moss,{HEAD},South,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,9999-12-31T23:59:59Z,true
{HEAD},Di Shaw,,All,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,9999-12-31T23:59:59Z,true
"""


def export(manager: str, team: str, stamp: str) -> str:
    return f"""\
Id,Name,ManagerId,Department,LastModifiedDate
{REP},Ann Lee,{manager},{team},{stamp}
{FIRST},Bo Park,{HEAD},North,2026-01-05T08:00:00Z
{SECOND},Cy Moss,{HEAD},South,2026-01-05T08:00:00Z
{HEAD},Di Shaw,,All,2026-01-05T08:00:00Z
"""


EXPORTS = {
    "User_2026-01-09.csv": export(FIRST, "North", "2026-01-05T08:00:00Z"),
    "User_2026-03-06.csv": export(SECOND, "South", f"{MOVED}T09:00:00Z"),
}


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        ["raw.salesforce__user", "raw._file"],
        ["dim_person_history", "dim_reporting_line", "dim_reporting_problem"],
    )


@pytest.mark.parametrize("files", [{"User.csv": HISTORY}, EXPORTS], ids=["history", "exports"])
def test_a_move_changes_places_and_lines_from_its_day_on(
    chain: Chain, tmp_path: Path, project_root: Path, files: dict[str, str]
) -> None:
    (tmp_path / "salesforce").mkdir()
    for name, text in files.items():
        (tmp_path / "salesforce" / name).write_text(text, encoding="utf-8")
    settings = tmp_path / "halftime.yml"
    settings.write_text(ANY_COMPANY, encoding="utf-8")
    config = load_config(settings, load_contracts(project_root))
    land(config.sources, tmp_path, tmp_path / "landed.duckdb", project_root)

    chain.take(tmp_path / "landed.duckdb")

    person = f"salesforce:{REP}"
    places = chain.ask(
        "select manager_id, team_id, valid_from, valid_to from core.dim_person_history "
        f"where person_id = '{person}' order by valid_from"
    )
    assert places == [
        (f"salesforce:{FIRST}", "North", BEGIN, MOVED),
        (f"salesforce:{SECOND}", "South", MOVED, END),
    ]
    lines = chain.ask(
        "select depth, ancestor_id, valid_from, valid_to from core.dim_reporting_line "
        f"where person_id = '{person}'"
    )
    # Both managers report to the head, so that the second level is told in two pieces.
    expected: list[tuple[Any, ...]] = [
        (1, f"salesforce:{FIRST}", BEGIN, MOVED),
        (1, f"salesforce:{SECOND}", MOVED, END),
        (2, f"salesforce:{HEAD}", BEGIN, MOVED),
        (2, f"salesforce:{HEAD}", MOVED, END),
    ]
    assert sorted(lines) == expected
    assert chain.ask("from core.dim_reporting_problem") == []
