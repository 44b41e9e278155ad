"""A spreadsheet of deals that arrives whole every week, and the first week made again later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

HEADER = "Opportunity ID,Opportunity Name,Account,Owner,Stage,Amount,Created Date,Close Date\n"


def deals(**amounts: object) -> str:
    """Deals ``d1=100``: a stage by amount, so that a change of one shows in both."""
    return HEADER + "".join(
        f"{key[1:]},Deal {key[1:]},Acme,Ann Lee,{'Proposal' if amount == 100 else 'Negotiation'},"
        f"{amount},2026-01-01,2026-03-01\n"
        for key, amount in amounts.items()
    )


def people(manager: str, team: str) -> str:
    return f"Name,Email,Manager,Team,Role\nAnn Lee,ann@x.example,{manager},{team},rep\n"


def quotas(**amounts: int) -> str:
    return "Name,Period Start,Period End,Quota\n" + "".join(
        f"Ann Lee,{key[1:5]}-{key[5:]}-01,{key[1:5]}-{key[5:]}-28,{amount}\n"
        for key, amount in amounts.items()
    )


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory, cli: Callable) -> tuple[Path, dict, dict]:
    """Two weeks landed and published, then two more: home, first pointer, last pointer."""
    folder = tmp_path_factory.mktemp("weeks")
    (folder / "tabular").mkdir()
    (folder / "halftime.yml").write_text(
        "version: 1\nlanding: .\nsources:\n  tabular:\n    delivery: snapshot\n    objects:\n"
        "      opportunity:\n        files: ['deals_*.csv', 'nowhere_*.csv']\n"
    )

    def run(files: dict[str, str]) -> dict:
        for name, content in files.items():
            (folder / "tabular" / name).write_text(content)
        done = cli(
            "run",
            "--config",
            str(folder / "halftime.yml"),
            "--home",
            str(folder / "home"),
            "--json",
        )
        said.append(json.loads(done.stdout))
        return json.loads((folder / "home" / "published" / "current.json").read_text())

    said: list[dict] = []
    first_week = deals(d1=100, d2=100, d3=100, d4=100, d5=100)
    first = run(
        {
            "deals_2026-01-05.csv": first_week,
            "deals_2026-01-12.csv": deals(d1=150, d3=100, d4="many", d5=100),
            "person_2026-01-05.csv": people("Bo Park", "North"),
            "quota_2026-01-05.csv": quotas(q202601=1000, q202602=700),
        }
    )
    last = run(
        {
            "deals_2026-01-19.csv": first_week,
            "deals_2026-01-26.csv": deals(d1=150, d2=100, d5="many"),
            # Cut in the middle of its last row: what it lacks it does not say.
            "deals_2026-02-02.csv": deals(d1=150, d2=100)[:-30] + "\n",
            "person_2026-01-19.csv": people("Cy Moss", "South"),
            "quota_2026-01-19.csv": quotas(q202602=700),
        }
    )
    (folder / "said.json").write_text(json.dumps(said))
    return folder, first, last


def query(folder: Path, pointer: dict, sql: str) -> list[tuple]:
    database = folder / "home" / "published" / pointer["database"]
    with duckdb.connect(str(database), read_only=True) as con:
        return [tuple(map(str, row)) for row in con.execute(sql).fetchall()]


def test_a_vanished_deal_is_deleted_on_the_day_of_the_snapshot(
    weeks: tuple[Path, dict, dict],
) -> None:
    """Deal 2 came back; 3 and 4 are gone; 5 was rejected in the last whole week, so it is there."""
    folder, first, last = weeks
    state = "select opportunity_id, is_deleted, deleted_date from core.fct_opportunity order by 1"
    assert query(folder, first, state) == [
        ("tabular:1", "False", "None"),
        ("tabular:2", "True", "2026-01-12"),
        ("tabular:3", "False", "None"),
        ("tabular:4", "False", "None"),
        ("tabular:5", "False", "None"),
    ]
    assert query(folder, last, state) == [
        ("tabular:1", "False", "None"),
        ("tabular:2", "False", "None"),
        ("tabular:3", "True", "2026-01-26"),
        ("tabular:4", "True", "2026-01-26"),
        ("tabular:5", "False", "None"),
    ]


def test_a_vanished_quota_counts_no_more(weeks: tuple[Path, dict, dict]) -> None:
    folder, first, last = weeks
    state = "select period_start, is_deleted, deleted_date from core.fct_quota order by 1"
    assert query(folder, first, state) == [
        ("2026-01-01", "False", "None"),
        ("2026-02-01", "False", "None"),
    ]
    assert query(folder, last, state) == [
        ("2026-01-01", "True", "2026-01-19"),
        ("2026-02-01", "False", "None"),
    ]
    owed = """select sum(denominator) from lagging.fct_lagging_indicator
        where indicator_id = 'QU-01' and measure_id = 'attainment'
            and entity_type = 'company' and period_grain = 'year'"""
    assert query(folder, first, owed) == [("1700.000000",)]
    assert query(folder, last, owed) == [("700.000000",)]


def test_a_newer_rejected_version_is_flagged(weeks: tuple[Path, dict, dict]) -> None:
    folder, first, last = weeks
    flagged = "select opportunity_id from core.fct_opportunity where has_rejected_newer_version"
    assert query(folder, first, flagged) == [("tabular:4",)]
    assert query(folder, last, flagged) == [("tabular:5",)]


def test_snapshots_become_history(weeks: tuple[Path, dict, dict]) -> None:
    """The third week has the bytes of the first and is a new state all the same."""
    folder, _, last = weeks
    assert query(
        folder,
        last,
        "select amount, valid_from_date from core.fct_opportunity_version "
        "where opportunity_id = 'tabular:1' order by version_number",
    ) == [
        ("100.00", "2026-01-01"),
        ("150.00", "2026-01-12"),
        ("100.00", "2026-01-19"),
        ("150.00", "2026-01-26"),
    ]
    assert query(
        folder,
        last,
        "select team_id, valid_from, valid_to from core.dim_person_history "
        "where person_id = 'tabular:ann lee' order by valid_from",
    ) == [("North", "1900-01-01", "2026-01-19"), ("South", "2026-01-19", "9999-12-31")]


def test_every_row_is_accounted_for(weeks: tuple[Path, dict, dict]) -> None:
    folder, _, last = weeks
    assert query(folder, last, "select sum(residual_rows) from quality.ledger") == [("0",)]


def test_a_pattern_that_fits_no_file_is_said(weeks: tuple[Path, dict, dict]) -> None:
    said = (weeks[0] / "said.json").read_text()
    assert "objects: opportunity: files: 'nowhere_*.csv'" in said


def test_the_first_build_can_be_made_again(weeks: tuple[Path, dict, dict], cli: Callable) -> None:
    """Design invariant 5: an earlier pair of clocks gives the hashes that were published then."""
    folder, first, _ = weeks
    done = cli("reproduce", "--build", first["build_id"], "--home", str(folder / "home"), "--json")
    outcome = json.loads(done.stdout)
    assert outcome["different"] == []
    assert {"core.fct_opportunity", "core.dim_clock", "quality.ledger"} <= set(outcome["equal"])
    assert list((folder / "home" / "tmp").glob("reproduce-*")) == []
    assert outcome["code"]["same"], outcome["code"]["differences"]


def test_a_build_of_other_code_is_said_to_be_one(
    weeks: tuple[Path, dict, dict], cli: Callable, tmp_path: Path
) -> None:
    folder, first, _ = weeks
    home = shutil.copytree(folder / "home", tmp_path / "home")
    path = home / "published" / first["build_id"] / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["code"] |= {"git_commit": "0" * 40, "uncommitted_sha256": None}
    path.chmod(0o644)
    path.write_text(json.dumps(manifest), encoding="utf-8")

    said = cli("reproduce", "--build", first["build_id"], "--home", str(home)).stdout

    other, result = said.index("Other code   Made with commit 00000"), said.index("tables equal")
    assert other < result
    assert " this is " in said
