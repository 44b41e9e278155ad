"""Run every Great Expectations rule on a warehouse and write results and failing keys as Parquet.

As a program it prints one JSON line per rule on standard output and ends with 0 when all rules were
checked, whatever they said: weighing them is the verdict's work.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

from halftime.errors import HalftimeError, MachineError, UsageError
from halftime.home import machine_errors
from quality.gx_engine import Check, Outcome, Warehouse
from quality.keys import collect_keys
from quality.results import (
    Cursor,
    RuleResult,
    create_failure_table,
    private,
    write_failures,
    write_results,
)
from quality.rules import (
    COLUMNS_EXPECTATION,
    PAIR_EXPECTATION,
    SQL_EXPECTATION,
    Rule,
    faults_sql,
    list_rules,
    rows_sql,
)
from quality.verdict import Verdict, verdict

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ValidationReport:
    """What was found: the results, their verdict, and the seconds it took (without the import)."""

    results: tuple[RuleResult, ...]
    verdict: Verdict
    seconds: float
    results_path: Path
    failures_path: Path


def validate(
    warehouse: Path,
    rules: Sequence[Rule],
    build_id: str,
    out_dir: Path,
    progress: Progress | None = None,
) -> ValidationReport:
    """Check rules on a warehouse; write ``gx_results.parquet`` and ``gx_failures.parquet``.

    A rule whose table or column is missing, or whose SQL fails, is a broken critical rule: what
    could not be checked is not known to hold. ``progress`` is called with (done, total, rule id).
    Raises :class:`UsageError` if the warehouse is not there.
    """
    if not warehouse.is_file():
        raise UsageError(
            f"There is no warehouse at {warehouse}.", hint="Run 'halftime build' first."
        )
    begun = time.monotonic()
    results: list[RuleResult] = []
    ordered = sorted(rules, key=lambda rule: (rule.table, rule.where or "", rule.id))
    with machine_errors("open the warehouse"):
        reader = Warehouse(warehouse)
    with reader as opened:
        cursor = opened.cursor()
        create_failure_table(cursor)
        existing = _tables(cursor)
        for _, group in groupby(ordered, key=lambda rule: (rule.table, rule.where)):
            for result in _check_group(opened, cursor, existing, list(group), build_id):
                results.append(result)
                if progress:
                    progress(len(results), len(ordered), result.rule_id)
        results_path = out_dir / "gx_results.parquet"
        failures_path = out_dir / "gx_failures.parquet"
        write_failures(cursor, failures_path)
    write_results(results, results_path)
    return ValidationReport(
        results=tuple(sorted(results, key=lambda result: result.rule_id)),
        verdict=verdict(results),
        seconds=time.monotonic() - begun,
        results_path=results_path,
        failures_path=failures_path,
    )


def _tables(cursor: Cursor) -> frozenset[str]:
    cursor.execute(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_catalog = current_catalog()",
    )
    return frozenset(name for (name,) in cursor.fetchall())


@dataclass(frozen=True)
class _Planned:
    """A rule about to be checked: the rows it looks at and how many of them may be at fault."""

    rule: Rule
    evaluated: int
    allowed: int


def _check_group(
    opened: Warehouse,
    cursor: Cursor,
    existing: frozenset[str],
    rules: list[Rule],
    build_id: str,
) -> Iterable[RuleResult]:
    """Check the rules that look at the same rows of the same table in one go."""
    planned: list[_Planned] = []
    for rule in rules:
        absent = [table for table in (rule.table, *rule.reads) if table not in existing]
        if absent:
            yield _unchecked(
                rule, build_id, f"The table {absent[0]} is missing from the warehouse."
            )
            continue
        try:
            evaluated = _looked_at(cursor, rule)
        except Exception as error:  # noqa: BLE001 whatever the engine says is the rule's outcome
            yield _unchecked(rule, build_id, private(str(error)))
            continue
        allowed = rule.tolerance.allowed(evaluated) if rule.tolerance else 0
        planned.append(_Planned(rule, evaluated, allowed))
    if not planned:
        return
    checks = [_as_check(plan) for plan in planned]
    try:
        outcomes = opened.check(rules[0].table, rules[0].where, checks)
    except Exception as error:  # noqa: BLE001
        for plan in planned:
            yield _unchecked(plan.rule, build_id, private(str(error)))
        return
    for plan in planned:
        try:
            yield _result(cursor, plan, outcomes[plan.rule.id], build_id)
        except Exception as error:  # noqa: BLE001
            yield _unchecked(plan.rule, build_id, private(str(error)))


def _looked_at(cursor: Cursor, rule: Rule) -> int:
    """Count what a rule looks at: rows, or the columns that a table must have."""
    if rule.expectation == COLUMNS_EXPECTATION:
        return len(rule.arguments["column_set"])
    return _count(cursor, rows_sql(rule))


def _count(cursor: Cursor, rows: str) -> int:
    cursor.execute(f"select count(*) from {rows}")
    return int(cursor.fetchall()[0][0])


def _as_check(plan: _Planned) -> Check:
    """Translate a rule into an expectation with its tolerance."""
    rule = plan.rule
    arguments = dict(rule.arguments)
    if rule.expectation == SQL_EXPECTATION:
        query = str(rule.sql).replace("{batch}", "\0").replace("{", "{{").replace("}", "}}")
        query = query.replace("\0", "{batch}")
        if plan.allowed:
            query = (
                f"with faults as ({query}) select * from faults "
                f"where (select count(*) from faults) > {plan.allowed}"
            )
        arguments["unexpected_rows_query"] = query
    elif plan.allowed:
        # Half a row of slack keeps floating point out of the decision.
        arguments["mostly"] = max(0.0, 1 - (plan.allowed + 0.5) / max(plan.evaluated, 1))
    if rule.expectation == PAIR_EXPECTATION:
        arguments["ignore_row_if"] = "either_value_is_missing"
    if rule.expectation == COLUMNS_EXPECTATION:
        arguments["exact_match"] = False
    return Check(rule.id, rule.expectation, arguments)


def _result(cursor: Cursor, plan: _Planned, outcome: Outcome, build_id: str) -> RuleResult:
    rule = plan.rule
    if outcome.error is not None:
        return _unchecked(rule, build_id, outcome.error)
    message = None
    faults = faults_sql(rule)
    if faults is None:
        unexpected, message = _table_fault(rule, outcome)
    else:
        unexpected = _unexpected(cursor, rule, outcome, faults)
        if unexpected and rule.tolerance is not None:
            message = f"{unexpected:,} of {plan.evaluated:,} rows; {plan.allowed:,} are tolerated."
        if not outcome.succeeded:
            collect_keys(
                cursor, faults, rule.key, build_id=build_id, rule_id=rule.id, table=rule.table
            )
    return RuleResult(
        build_id=build_id,
        rule_id=rule.id,
        layer=rule.layer,
        engine=rule.engine,
        severity=rule.severity,
        succeeded=outcome.succeeded,
        evaluated_rows=plan.evaluated,
        unexpected_rows=unexpected,
        sentence=rule.sentence,
        owner=rule.owner,
        table_name=rule.table,
        message=message,
    )


def _unexpected(cursor: Cursor, rule: Rule, outcome: Outcome, faults: str) -> int:
    """Return the true number of rows at fault, below the tolerance too."""
    counted = outcome.unexpected_rows
    hidden_by_tolerance = rule.expectation == SQL_EXPECTATION and rule.tolerance is not None
    if counted is None or (hidden_by_tolerance and outcome.succeeded):
        return _count(cursor, f"({faults}) as faults")
    return int(counted)


def _table_fault(rule: Rule, outcome: Outcome) -> tuple[int, str | None]:
    """Return how far a whole table is off (missing columns, rows outside the range) and why."""
    if outcome.succeeded:
        return 0, None
    if rule.expectation == COLUMNS_EXPECTATION:
        missing = ", ".join(outcome.observed)
        return len(outcome.observed), f"Missing columns: {missing}."
    rows = int(outcome.observed)
    low, high = rule.arguments.get("min_value"), rule.arguments.get("max_value")
    distance = low - rows if low is not None and rows < low else rows - int(high or 0)
    return distance, f"{rows:,} rows; expected {low or 0} to {'any' if high is None else high}."


def _unchecked(rule: Rule, build_id: str, message: str) -> RuleResult:
    return RuleResult(
        build_id=build_id,
        rule_id=rule.id,
        layer=rule.layer,
        engine=rule.engine,
        severity="critical",
        succeeded=False,
        evaluated_rows=0,
        unexpected_rows=0,
        sentence=rule.sentence,
        owner=rule.owner,
        table_name=rule.table,
        message=f"Could not be checked. {message}".strip(),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as ``python -m quality.validate``; see the module's first lines."""
    parser = argparse.ArgumentParser(prog="quality.validate", description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--project-root", type=Path, required=True)
    parser.add_argument("--build-id", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--when-told", action="store_true", help="begin when a line comes in on standard input"
    )
    given = parser.parse_args(arguments)
    if given.when_told and not sys.stdin.readline():
        return 0  # who would have told us is gone, or needs us no more

    def tell(done: int, total: int, rule: str) -> None:
        print(json.dumps({"done": done, "total": total, "rule": rule}), flush=True)

    try:
        validate(given.warehouse, list_rules(given.project_root), given.build_id, given.out, tell)
    except HalftimeError as error:
        print(str(error), file=sys.stderr)
        return error.exit_code
    except (OSError, duckdb.IOException) as error:
        print(
            f"The results of the rules cannot be written to {given.out}: {error}", file=sys.stderr
        )
        return MachineError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
