"""The evidence pack of a really published build says what that build says, in three forms."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboards.queries import quality as pages
from dashboards.queries.scope import Scope
from halftime.home import PROJECT_ROOT, Home
from quality.evidence.gather import add_sql, gather
from quality.rules import faults_sql, list_rules


@pytest.fixture(scope="module")
def pack(
    sample_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    cli: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "pack"
    cli("evidence", "--home", str(sample_home), "--out", str(folder))
    return folder


def published(home: Path, sql: str) -> list[tuple[object, ...]]:
    current = json.loads((home / "published" / "current.json").read_text())
    with duckdb.connect(str(home / "published" / current["database"]), read_only=True) as con:
        return con.execute(sql).fetchall()


def read_csv(pack: Path, name: str) -> list[dict[str, str]]:
    with (pack / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_three_forms_hold_the_same_rows(pack: Path, sample_home: Path) -> None:
    document = json.loads((pack / "evidence.json").read_text(encoding="utf-8"))
    for name, rows in document.items():
        if name != "identity" and rows is not None:
            assert len(read_csv(pack, name)) == len(rows), name

    places = [
        (row["source_file"], int(row["source_row"]), row["reason_code"], row["column_name"] or None)
        for row in read_csv(pack, "rejected_rows")
    ]
    there = published(
        sample_home,
        "select source_file, source_row, reason_code, column_name from quality.rejected_row",
    )
    assert sorted(map(str, places)) == sorted(map(str, there))
    assert there, "the sample has rejected rows"


def test_the_reconciliation_adds_up_to_the_ledger(pack: Path, sample_home: Path) -> None:
    rows = read_csv(pack, "reconciliation")
    total = sum(int(row["source_rows"]) for row in rows)
    parts = ("accepted_rows", "superseded_rows", "rejected_rows")
    assert total == sum(int(row[part]) for row in rows for part in parts)
    assert [(total,)] == published(sample_home, "select sum(source_rows) from quality.ledger")


def test_files_whose_rows_nobody_could_count_are_told(pack: Path, sample_home: Path) -> None:
    unknown = {row["source_file"] for row in read_csv(pack, "ledger") if not row["source_rows"]}
    known = {row["source_file"] for row in read_csv(pack, "ledger") if row["source_rows"]}

    assert unknown == {
        "coaching_log/actions_cut.csv",
        "coaching_log/attendees_old.xlsx",
        "salesforce/Event_2019.csv",
        "salesforce/OpportunityHistory_backup.csv.gz",
    }
    assert {row["rejected_rows"] for row in read_csv(pack, "ledger") if not row["source_rows"]} == {
        ""
    }
    assert not unknown & known
    page = (pack / "evidence.html").read_text(encoding="utf-8")
    assert "4 files with an unknown number of rows" in page
    flagged = "select source_file from quality.ledger where not is_row_count_known"
    assert {file for (file,) in published(sample_home, flagged)} == unknown


def test_every_rule_bears_its_sql_and_result(
    pack: Path, sample_home: Path, project_root: Path
) -> None:
    rules = json.loads((pack / "evidence.json").read_text(encoding="utf-8"))["rules"]
    counted = published(sample_home, "select count(*) from quality.rule_result")
    assert [(len(rules),)] == counted
    without = {rule["rule_id"] for rule in rules if not rule["sql"]}
    # Rules about a whole table (its columns, its number of rows) have no rows at fault.
    about_tables = {rule.id for rule in list_rules(project_root) if faults_sql(rule) is None}
    assert without == about_tables


def test_the_sql_of_a_rule_is_that_of_the_build(
    sample_home: Path, tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the code says later: it is asked for a rule whose SQL was changed afterwards."""
    home = Home(tmp_path / "home")
    shutil.copytree(sample_home / "published", home.published)
    changed = tmp_path / "project"
    shutil.copytree(project_root / "quality", changed / "quality")
    rules_file = changed / "quality" / "rules" / "core.yml"
    rules_file.write_text(rules_file.read_text("utf-8").replace("{batch}", "{batch} where 1 = 0"))
    monkeypatch.setattr("quality.evidence.gather.PROJECT_ROOT", changed)

    rules = gather(home, None).rows("rules")

    recorded = dict(published(sample_home, "select rule_id, faults_sql from quality.rule"))
    assert {rule["rule_id"]: rule["sql"] for rule in rules} == recorded
    assert {rule["sql_from"] for rule in rules if rule["sql"]} == {"the build"}


def test_sql_of_a_build_from_before_is_said_to_be_of_the_checkout() -> None:
    (known, *_) = (rule for rule in list_rules(PROJECT_ROOT) if faults_sql(rule))
    rules = [{"rule_id": known.id}, {"rule_id": "no.such.rule"}]

    add_sql(rules, Home(Path("nowhere")), "b1", None)

    assert rules[0]["sql"] == faults_sql(known)
    assert [rule["sql_from"] for rule in rules] == ["the code of this checkout", None]


# Columns that builds published by an earlier Halftime lack.
NEWER = {
    "quality.ledger": ("expired_rows", "is_row_count_known"),
    "quality.control_total": ("currency_code",),
    "quality.rule": ("faults_sql",),
}


def test_a_build_from_before_has_its_pack_and_its_pages(sample_home: Path, tmp_path: Path) -> None:
    """After an upgrade, and for an auditor who asks for an earlier build."""
    home = Home(tmp_path / "home")
    shutil.copytree(sample_home / "published", home.published)
    database = home.published / str((home.current() or {})["database"])
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        for table, columns in NEWER.items():
            for column in columns:
                con.execute(f"alter table {table} drop column {column}")

    evidence = gather(home, None)

    assert sum(row["files_of_unknown_length"] for row in evidence.rows("reconciliation")) > 0
    assert {row["expired_rows"] for row in evidence.rows("reconciliation")} == {0}
    assert {row["expired_rows"] for row in evidence.rows("ledger")} == {None}
    with duckdb.connect(str(database), read_only=True) as con:
        assert pages.totals(con, Scope.whole_company())["expired_rows"].tolist() == [0]
        assert len(pages.ledger(con, Scope.whole_company())) == len(evidence.rows("ledger"))
        assert pages.control_totals(con, Scope.whole_company()).empty


def test_the_page_names_the_build_and_every_broken_rule(pack: Path, sample_home: Path) -> None:
    page = (pack / "evidence.html").read_text(encoding="utf-8")
    current = json.loads((sample_home / "published" / "current.json").read_text())
    assert current["build_id"] in page
    for (rule_id,) in published(
        sample_home, "select rule_id from quality.rule_result where not succeeded"
    ):
        assert str(rule_id) in page
    assert len(page.encode()) < 5_000_000


def test_the_sums_are_those_of_the_files(pack: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=pack,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = {line.split("  ", 1)[1] for line in (pack / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert there == listed | {"SHA256SUMS"}


def test_an_unknown_build_is_a_usage_error(
    sample_home: Path, tmp_path: Path, cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = cli(
        *("evidence", "--home", str(sample_home), "--build", "nope", "--out", str(tmp_path / "p")),
        check=False,
    )
    assert done.returncode == 2
    assert "no published build 'nope'" in done.stderr
