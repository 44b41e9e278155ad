"""Say what each model costs, and what the fastest hand-written SQL for the same result would cost.

A model that takes more than a twentieth of a build stands beside a statement in ``bench_sql/`` that
may use all of DuckDB and need not be readable, portable or told in steps: the ratio is the price of
a model that is. Both run in one DuckDB process on the same warehouse, and must give the same rows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import duckdb
from bench_process import ROOT

BENCH_SQL = ROOT / "scripts" / "bench_sql"
LARGE_SHARE = 0.05
MOST_LINES = 40


@dataclass(frozen=True)
class ModelSpeed:
    """Seconds of one model: in dbt, of its compiled SQL, and of SQL by hand where it is large.

    ``by_hand`` is None where nothing was written by hand.
    """

    name: str
    in_dbt: float
    straight: float
    by_hand: float | None = None


def hand_written(model: str) -> str | None:
    """Return the statement for a model, or None."""
    path = BENCH_SQL / f"{model}.sql"
    return path.read_text(encoding="utf-8") if path.exists() else None


def content(con: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, int]:
    """Return rows and the sum of their hashes: equal for the same rows in any order."""
    columns = ", ".join(
        f'"{row[0]}"' for row in con.execute(f"describe select * from {relation}").fetchall()
    )
    ((rows, hashes),) = con.execute(
        f"select count(*), coalesce(sum(hash({columns})::hugeint), 0) from {relation}"
    ).fetchall()
    return int(rows), int(hashes)


def time_by_hand(con: duckdb.DuckDBPyConnection, relation: str, model: str) -> float | None:
    """Run the statement for a model and return its seconds; None if there is none.

    Raises :class:`ValueError` if it gives other rows than the model did.
    """
    sql = hand_written(model)
    if sql is None:
        return None
    begun = time.monotonic()
    con.execute(f"create or replace table main.by_hand as {sql}")
    seconds = time.monotonic() - begun
    if content(con, relation) != content(con, "main.by_hand"):
        raise ValueError(f"{BENCH_SQL / model}.sql does not give the rows of {relation}.")
    con.execute("drop table main.by_hand")
    return seconds


def large(models: list[tuple[str, float]]) -> set[str]:
    """Return the models that take more than a twentieth of all seconds of models."""
    total = sum(seconds for _, seconds in models)
    return {name for name, seconds in models if seconds > LARGE_SHARE * total}


def model_lines(models: list[ModelSpeed]) -> list[str]:
    """Return the table of models, slowest first, and of those that are large beside SQL by hand."""
    total = sum(item.in_dbt for item in models)
    slowest = sorted(models, key=lambda item: -item.in_dbt)
    named = large([(item.name, item.in_dbt) for item in models])
    lines = [
        "",
        (
            f"{len(models)} models took {total:.1f} s in all. Each that takes more than 5 % of it "
            "stands beside the fastest SQL that was found by hand for the same rows "
            "(`scripts/bench_sql/`)."
        ),
        "",
        "| model, slowest first | s in dbt | share | straight | by hand | straight ÷ by hand |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for item in slowest[:MOST_LINES]:
        hand = ratio = ""
        if item.by_hand is not None:
            hand, ratio = f"{item.by_hand:.2f}", f"**{item.straight / item.by_hand:.2f}**"
        elif item.name in named:
            hand = "none written"
        lines.append(
            f"| {item.name} | {item.in_dbt:.2f} | {item.in_dbt / total:.1%} "
            f"| {item.straight:.2f} | {hand} | {ratio} |"
        )
    rest = slowest[MOST_LINES:]
    if rest:
        lines.append(
            f"| {len(rest)} others | {sum(item.in_dbt for item in rest):.2f} "
            f"| {sum(item.in_dbt for item in rest) / total:.1%} | | | |"
        )
    return lines
