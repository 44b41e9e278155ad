"""The gate on small real warehouses: what it finds, what it tolerates, what it writes down."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from halftime.errors import UsageError
from quality.load import load_rule_tables
from quality.results import KEY_CAP, RuleResult, read_results
from quality.rules import Rule, Tolerance, list_rules
from quality.validate import ValidationReport, validate
from quality.verdict import read_verdict

BUILD = "20260101T000000Z-abcdef"


def rule(**changes: object) -> Rule:
    """Make a rule about deals: no amount is negative."""
    values: dict[str, object] = {
        "id": "core.deal.amount",
        "sentence": "No deal has a negative amount.",
        "rationale": "A negative amount takes away from what others sold.",
        "severity": "critical",
        "owner": "data team",
        "layer": "core",
        "table": "core.deal",
        "expectation": "unexpected_rows_expectation",
        "sql": "select deal_id from {batch} where amount < 0",
        "key": ("deal_id",),
    }
    return Rule(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Make a warehouse with 1,000 deals of which 600 have a negative amount, and an empty table."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core")
        con.execute(
            """
            create table core.deal as
            select
                'd' || lpad(cast(n as varchar), 4, '0') as deal_id,
                'Private words about deal ' || n as note,
                cast(case when n < 600 then -1 else 1 end as decimal(18, 2)) as amount,
                case when n < 5 then null else 'u1' end as owner_id
            from range(1000) as numbers(n)
            """,
        )
        con.execute("create table core.nothing as select * from core.deal where false")
    return path


def check(warehouse: Path, tmp_path: Path, *rules: Rule) -> ValidationReport:
    return validate(warehouse, rules, BUILD, tmp_path)


def failing_keys(report: ValidationReport) -> list[tuple[str, str, str]]:
    with duckdb.connect() as con:
        return con.execute(
            "select rule_id, table_name, key from read_parquet(?) order by all",
            [str(report.failures_path)],
        ).fetchall()


def test_a_broken_critical_rule_fails_the_build(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule())

    assert report.verdict.verdict == "failed"
    assert [broken.rule_id for broken in report.verdict.broken_critical] == ["core.deal.amount"]


def test_a_broken_warning_only_marks_the_build(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule(severity="warning"))

    assert report.verdict.verdict == "warnings"
    assert report.verdict.broken_critical == ()


def test_a_kept_rule_passes(warehouse: Path, tmp_path: Path) -> None:
    kept = rule(where="amount > 0")
    report = check(warehouse, tmp_path, kept)

    assert report.verdict.verdict == "passed"
    assert report.results[0].evaluated_rows == 400
    assert failing_keys(report) == []


def test_failing_keys_are_capped_but_counted_in_full(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule())

    keys = failing_keys(report)
    assert report.results[0].unexpected_rows == 600
    assert report.results[0].evaluated_rows == 1000
    assert len(keys) == KEY_CAP
    assert keys[0] == ("core.deal.amount", "core.deal", "d0000")
    assert keys[-1] == ("core.deal.amount", "core.deal", "d0499")


def test_a_rule_on_a_column_counts_and_names_the_rows_at_fault(
    warehouse: Path, tmp_path: Path
) -> None:
    null_owner = rule(
        expectation="expect_column_values_to_not_be_null",
        arguments={"column": "owner_id"},
        sql=None,
    )
    report = check(warehouse, tmp_path, null_owner)

    assert report.results[0].unexpected_rows == 5
    assert [key for _, _, key in failing_keys(report)] == [f"d000{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("tolerance", "succeeded"),
    [
        (Tolerance(share=0.005), True),
        (Tolerance(share=0.004), False),
        (Tolerance(rows=5), True),
        (Tolerance(rows=4), False),
        (Tolerance(share=0.001, rows=5), True),
    ],
)
@pytest.mark.parametrize("form", ["sql", "column"])
def test_a_tolerance_is_exact(
    warehouse: Path, tmp_path: Path, tolerance: Tolerance, succeeded: bool, form: str
) -> None:
    changes: dict[str, object] = (
        {"sql": "select deal_id from {batch} where owner_id is null"}
        if form == "sql"
        else {
            "sql": None,
            "expectation": "expect_column_values_to_not_be_null",
            "arguments": {"column": "owner_id"},
        }
    )
    report = check(warehouse, tmp_path, rule(tolerance=tolerance, **changes))

    assert report.results[0].succeeded is succeeded
    assert report.results[0].unexpected_rows == 5


def test_an_empty_table_is_no_fault(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule(table="core.nothing", tolerance=Tolerance(0.1, 2)))

    assert report.verdict.verdict == "passed"
    assert report.results[0].evaluated_rows == 0


def test_a_missing_table_is_a_critical_failure_that_names_it(
    warehouse: Path, tmp_path: Path
) -> None:
    report = check(warehouse, tmp_path, rule(table="core.gone", severity="info"))

    assert report.verdict.verdict == "failed"
    assert report.results[0].table_name == "core.gone"
    assert "table core.gone is missing" in (report.results[0].message or "")


def test_a_missing_table_that_the_sql_reads_is_named(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule(reads=("core.gone",)))

    assert "table core.gone is missing" in (report.results[0].message or "")


def test_a_missing_column_is_a_critical_failure_and_spoils_no_other_rule(
    warehouse: Path, tmp_path: Path
) -> None:
    report = check(
        warehouse,
        tmp_path,
        rule(id="a", sql="select deal_id from {batch} where gone", severity="warning"),
        rule(id="b", sql="select deal_id from {batch} where amount > 99"),
    )

    assert [(found.rule_id, found.severity, found.succeeded) for found in report.results] == [
        ("a", "critical", False),
        ("b", "critical", True),
    ]
    assert "gone" in (report.results[0].message or "")


def test_a_rule_about_a_whole_table_says_how_far_it_is_off(warehouse: Path, tmp_path: Path) -> None:
    report = check(
        warehouse,
        tmp_path,
        rule(
            id="columns",
            expectation="expect_table_columns_to_match_set",
            arguments={"column_set": ["deal_id", "one", "two"]},
            sql=None,
            key=(),
        ),
        rule(
            id="rows",
            expectation="expect_table_row_count_to_be_between",
            arguments={"min_value": 1200},
            sql=None,
            key=(),
        ),
    )

    assert [
        (found.rule_id, found.unexpected_rows, found.evaluated_rows, found.message)
        for found in report.results
    ] == [
        ("columns", 2, 3, "Missing columns: one, two."),
        ("rows", 200, 1000, "1,000 rows; expected 1200 to any."),
    ]


def test_private_text_never_becomes_a_key(warehouse: Path, tmp_path: Path) -> None:
    report = check(warehouse, tmp_path, rule(key=("note",)))

    assert failing_keys(report) == []
    assert report.verdict.verdict == "failed"
    assert "Private words" not in (report.results[0].message or "")


def test_text_that_slipped_into_an_id_is_replaced_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.deal as select repeat('He cried. ', 20) as deal_id, -1 as amount "
            "union all select 'short' || chr(10) || 'note', -1",
        )
    report = check(path, tmp_path, rule())

    assert all(key.startswith("md5:") and len(key) == 36 for _, _, key in failing_keys(report))
    assert len(failing_keys(report)) == 2


def test_a_missing_warehouse_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no warehouse"):
        check(tmp_path / "nowhere.duckdb", tmp_path, rule())


def test_results_travel_through_parquet_into_the_published_file(
    warehouse: Path, tmp_path: Path
) -> None:
    report = check(
        warehouse, tmp_path, rule(), rule(id="b", severity="warning", where="amount > 0")
    )
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as con:
        load_rule_tables(con, tmp_path)
        results = con.execute("select * from quality.rule_result order by rule_id").fetchall()
        failures = con.execute("select count(*) from quality.rule_failure").fetchone()

    assert [RuleResult(*row) for row in results] == sorted(
        report.results, key=lambda found: found.rule_id
    )
    assert failures == (KEY_CAP,)
    assert read_results(tmp_path) == list(report.results)
    assert read_verdict(tmp_path).verdict == "failed"


def test_the_rule_tables_exist_when_there_is_nothing_to_load(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        load_rule_tables(con, tmp_path)

        assert con.execute("select count(*) from quality.rule_result").fetchone() == (0,)
        assert con.execute("select count(*) from quality.rule_failure").fetchone() == (0,)


def test_as_a_program_it_reports_each_rule_and_fails_on_an_empty_warehouse(
    tmp_path: Path, project_root: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()

    done = subprocess.run(
        [
            *(sys.executable, "-m", "quality.validate"),
            *("--warehouse", str(warehouse), "--project-root", str(project_root)),
            *("--build-id", BUILD, "--out", str(tmp_path)),
        ],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=True,
    )

    events = [json.loads(line) for line in done.stdout.splitlines()]
    rules = list_rules(project_root)
    assert [event["done"] for event in events] == list(range(1, len(rules) + 1))
    assert {event["rule"] for event in events} == {found.id for found in rules}
    verdict = read_verdict(tmp_path)
    assert verdict.verdict == "failed"
    assert len(verdict.broken_critical) == len(rules)


@pytest.mark.parametrize(
    ("warehouse_name", "out", "exit_code", "said"),
    [
        ("gone.duckdb", ".", 2, "no warehouse"),
        ("warehouse.duckdb", "gone", 3, "cannot be written to"),
    ],
)
def test_as_a_program_it_says_what_is_wrong(
    tmp_path: Path,
    project_root: Path,
    warehouse_name: str,
    out: str,
    exit_code: int,
    said: str,
) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()

    done = subprocess.run(
        [
            *(sys.executable, "-m", "quality.validate"),
            *("--warehouse", str(tmp_path / warehouse_name), "--project-root", str(project_root)),
            *("--build-id", BUILD, "--out", str(tmp_path / out)),
        ],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == exit_code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
