"""Results of a real ``dbt test`` on a small real project, brought into the shape of all rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from halftime.errors import DataError
from quality.dbt_results import collect_dbt_tests
from quality.results import RuleResult, read_results

BUILD = "20260101T000000Z-abcdef"

FILES = {
    "dbt_project.yml": """
name: small
config-version: 2
profile: small
flags: {send_anonymous_usage_stats: false}
models: {small: {+materialized: table, core: {+schema: core}}}
""",
    "profiles.yml": """
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('SMALL_WAREHOUSE') }}", schema: main, threads: 1}
""",
    "macros/generate_schema_name.sql": """
{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}
""",
    "macros/no_row_is_wrong.sql": """
{% test no_row_is_wrong(model) %}select deal_id, note from {{ model }} where amount < 0{% endtest %}
""",
    "models/core/fct_deal.sql": """
select
    'd' || cast(n as varchar) as deal_id,
    case when n < 3 then null else 'u1' end as owner_id,
    case when n < 2 then 'strange' else 'open' end as stage,
    n - 1 as amount,
    'Private words' as note
from range(10) as numbers(n)
""",
    "models/core/_core__models.yml": """
version: 2
models:
  - name: fct_deal
    config: {meta: {owner: sales operations}}
    data_tests: [no_row_is_wrong]
    columns:
      - name: deal_id
        data_tests: [unique, not_null]
      - name: owner_id
        data_tests:
          - not_null:
              config:
                severity: warn
                meta: {rule_id: CORE-OWNER, sentence: Every deal has an owner., owner: enablement}
      - name: stage
        data_tests:
          - accepted_values:
              arguments: {values: [open, won]}
              config: {meta: {severity: info}}
""",
    "tests/assert_every_deal_is_counted.sql": """
-- Risk: a deal that is not counted.
select deal_id from {{ ref('fct_deal') }} where 1 = 0
""",
    "tests/assert_the_impossible.sql": """
-- Risk: a test that cannot run must not look like one that passed.
select deal_id from {{ ref('fct_deal') }} where cast(note as date) is not null
""",
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run and test the small project, and collect what came out."""
    folder = tmp_path_factory.mktemp("small")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    warehouse = folder / "warehouse.duckdb"
    for command in ("run", "test"):
        subprocess.run(
            [
                *(sys.executable, "-m", "dbt.cli.main", command),
                *("--project-dir", str(folder), "--profiles-dir", str(folder)),
                *("--target-path", str(folder / "target")),
            ],
            env={
                **os.environ,
                "SMALL_WAREHOUSE": str(warehouse),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            cwd=folder,
            capture_output=True,
            check=False,
        )
    out = folder / "rules"
    out.mkdir()
    collect_dbt_tests(
        folder / "target" / "run_results.json",
        folder / "target" / "manifest.json",
        warehouse,
        BUILD,
        out,
    )
    return folder


@pytest.fixture(scope="module")
def results(collected: Path) -> dict[str, RuleResult]:
    return {result.rule_id: result for result in read_results(collected / "rules")}


def keys(collected: Path, rule_id: str) -> list[str]:
    with duckdb.connect() as con:
        found = con.execute(
            "select key from read_parquet(?) where rule_id = ? order by key",
            [str(collected / "rules" / "dbt_failures.parquet"), rule_id],
        ).fetchall()
    return [key for (key,) in found]


def test_every_test_is_collected_once(results: dict[str, RuleResult]) -> None:
    assert sorted(results) == [
        "CORE-OWNER",
        "accepted_values_fct_deal_stage__open__won",
        "assert_every_deal_is_counted",
        "assert_the_impossible",
        "no_row_is_wrong_fct_deal_",
        "not_null_fct_deal_deal_id",
        "unique_fct_deal_deal_id",
    ]
    assert {(found.engine, found.layer, found.table_name) for found in results.values()} == {
        ("dbt", "core", "core.fct_deal"),
    }


def test_meta_gives_id_sentence_and_owner(results: dict[str, RuleResult]) -> None:
    found = results["CORE-OWNER"]

    assert (found.sentence, found.owner, found.severity) == (
        "Every deal has an owner.",
        "enablement",
        "warning",
    )
    assert (found.succeeded, found.evaluated_rows, found.unexpected_rows) == (False, 10, 3)


def test_without_meta_a_sentence_is_made(results: dict[str, RuleResult]) -> None:
    assert {rule_id: found.sentence for rule_id, found in results.items()} == {
        "CORE-OWNER": "Every deal has an owner.",
        "accepted_values_fct_deal_stage__open__won": (
            "Every stage of core.fct_deal is one of: open, won."
        ),
        "assert_every_deal_is_counted": "Every deal is counted.",
        "assert_the_impossible": "The impossible.",
        "no_row_is_wrong_fct_deal_": "No row is wrong: core.fct_deal.",
        "not_null_fct_deal_deal_id": "Every row of core.fct_deal has a deal_id.",
        "unique_fct_deal_deal_id": "No two rows of core.fct_deal share a deal_id.",
    }


def test_severity_comes_from_meta_before_dbt(results: dict[str, RuleResult]) -> None:
    assert results["accepted_values_fct_deal_stage__open__won"].severity == "info"
    assert results["no_row_is_wrong_fct_deal_"].severity == "critical"
    assert results["no_row_is_wrong_fct_deal_"].owner == "sales operations"


def test_failing_rows_are_named_by_the_key_of_their_table(collected: Path) -> None:
    assert keys(collected, "CORE-OWNER") == ["d0", "d1", "d2"]
    assert keys(collected, "accepted_values_fct_deal_stage__open__won") == ["d0", "d1"]
    assert keys(collected, "no_row_is_wrong_fct_deal_") == ["d0"]
    assert keys(collected, "unique_fct_deal_deal_id") == []


def test_a_test_that_errs_is_a_broken_critical_rule(results: dict[str, RuleResult]) -> None:
    found = results["assert_the_impossible"]

    assert (found.severity, found.succeeded) == ("critical", False)
    assert (found.message or "").startswith("Could not be checked.")
    assert "Private words" not in (found.message or "")


def test_a_test_without_a_result_is_a_broken_critical_rule(collected: Path, tmp_path: Path) -> None:
    run_results = json.loads((collected / "target" / "run_results.json").read_text("utf-8"))
    run_results["results"] = []
    (tmp_path / "run_results.json").write_text(json.dumps(run_results), encoding="utf-8")

    found = collect_dbt_tests(
        tmp_path / "run_results.json",
        collected / "target" / "manifest.json",
        collected / "warehouse.duckdb",
        BUILD,
        tmp_path,
    )

    assert len(found) == 7
    assert {(one.severity, one.succeeded) for one in found} == {("critical", False)}
    assert {one.message for one in found} == {"Could not be checked. The test did not run."}


def test_unreadable_results_are_one_clear_sentence(collected: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read from .*run_results\.json"):
        collect_dbt_tests(
            tmp_path / "run_results.json",
            collected / "target" / "manifest.json",
            collected / "warehouse.duckdb",
            BUILD,
            tmp_path,
        )
