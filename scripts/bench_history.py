"""Measure how history becomes intervals: raw changes of deals to versions and stays, through dbt.

Usage: ``python scripts/bench_history.py --rows 2500000 5000000 10000000`` or as part of
``make bench``. The changes are generated straight into the raw table (six a deal, moments without
order), everything else is what every run does: the models are built by dbt in a process of its own,
whose time and memory ``bench_process.py`` accounts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from bench_process import ROOT, measure
from bench_report import Aim, Figures

from halftime.contracts import load_contracts
from halftime.landing.store import ensure_raw_tables

ROWS = (2_500_000, 5_000_000, 10_000_000)
AIMED_ROWS, SECONDS, MIB = 10_000_000, Aim(15, "s"), Aim(4096, "MiB")
CHANGES_PER_DEAL = 6
JUDGING = ("stg_salesforce__opportunity_history",)
INTERVALS = (
    "int_salesforce__opportunity_change",
    "int_opportunity_change_conformed",
    "int_opportunity_change_filled",
    "int_opportunity_event",
    "fct_opportunity_version",
    "fct_opportunity_stage",
)
STAGES = "['Prospecting', 'Qualification', 'Proposal/Price Quote', 'Negotiation/Review']"
LINEAGE = "null, '{file}.csv', i + 2, 1, timestamp '2026-03-31 00:00:00'"


@dataclass(frozen=True)
class HistorySpeed:
    """What one size took: seconds of the models by name, of dbt in all and of a bare rewrite, and
    peak MiB of dbt.
    """

    rows: int
    versions: int
    models: dict[str, float]
    dbt_seconds: float
    rewrite_seconds: float
    peak_mib: float

    @property
    def interval_seconds(self) -> float:
        """Seconds of the models that make intervals of judged rows."""
        return sum(self.models[name] for name in INTERVALS)

    @property
    def judging_seconds(self) -> float:
        """Seconds of the model that types and judges each raw row."""
        return sum(self.models[name] for name in JUDGING)


def generate(warehouse: Path, rows: int) -> None:
    """Write deals, their owners and their changes into the raw tables; the same rows every time."""
    contracts = load_contracts(ROOT)
    deals = rows // CHANGES_PER_DEAL
    tables = {
        "user": (
            "id, name, is_active",
            "'0055f' || lpad(i::text, 10, '0'), 'Rep ' || i, 'true'",
            1000,
        ),
        "opportunity": (
            "id, name, owner_id, stage_name, amount, close_date, created_at, modified_at",
            """'0065f' || lpad(i::text, 10, '0'), 'Deal ' || i,
            '0055f' || lpad((i % 1000)::text, 10, '0'), 'Closed Won', (1000 + i % 9000)::text,
            '2026-02-01', '2024-01-01T00:00:00.000Z', '2026-01-31T00:00:00.000Z'""",
            deals,
        ),
        "opportunity_history": (
            "id, opportunity_id, stage_name, amount, close_date, created_at, modified_at",
            f"""'0085f' || lpad(i::text, 10, '0'),
            '0065f' || lpad((i * 7919 % {deals})::text, 10, '0'),
            case when i % 6 = 5 then 'Closed Won' else ({STAGES})[1 + i % 4] end,
            (1000 + hash(i) % 9000)::text,
            (date '2025-01-01' + (hash(i, 1) % 400)::int)::text,
            strftime(timestamp '2024-01-01' + to_seconds((hash(i, 2) % 60000000)::bigint),
                '%Y-%m-%dT%H:%M:%S.000Z'),
            '2026-01-31T00:00:00.000Z'""",
            rows,
        ),
    }
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), config={"preserve_insertion_order": "false"}) as con:
        ensure_raw_tables(con, contracts.values())
        for name, (columns, values, count) in tables.items():
            raw = ", ".join(f"raw_{column.strip()}" for column in columns.split(","))
            con.execute(
                f"""insert into raw.salesforce__{name}
                ({raw}, _row_problem, _source_file, _source_row, _load_id, _landed_at)
                select {values}, {LINEAGE.format(file=name)} from range({count}) as r(i)"""
            )


def run_dbt(warehouse: Path, folder: Path) -> tuple[dict[str, float], float, float]:
    """Build everything up to the stays; return seconds by model, seconds in all and peak MiB."""
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--quiet", "build"),
        *("--select", "+fct_opportunity_stage", "--indirect-selection", "empty"),
        *("--project-dir", ROOT, "--profiles-dir", ROOT),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
        *("--vars", json.dumps({"as_of": "2026-03-31"})),
    ]
    environment = {
        "HALFTIME_WAREHOUSE": str(warehouse),
        "HALFTIME_TEMP_DIRECTORY": str(folder / "tmp"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    done = measure(*command, log=folder / "dbt.log", environment=environment)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    models = {item["unique_id"].split(".")[-1]: item["execution_time"] for item in results}
    return models, done.seconds, done.peak_mib


def rewrite(warehouse: Path) -> float:
    """Return the seconds of writing the versions and stays once more, as they are: no model that
    makes these two tables can be faster.
    """
    config = {"preserve_insertion_order": "false", "threads": "2", "memory_limit": "3GB"}
    with duckdb.connect(str(warehouse), config=config) as con:
        begun = time.perf_counter()
        for table in ("fct_opportunity_version", "fct_opportunity_stage"):
            con.execute(f"create table main.{table} as select * from core.{table}")
        return time.perf_counter() - begun


def bench_history(folder: Path, sizes: tuple[int, ...] = ROWS) -> list[HistorySpeed]:
    """Measure each size in a fresh warehouse."""
    speeds = []
    for rows in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        warehouse = folder / "warehouse.duckdb"
        print(f"history: {rows:,} changes …", flush=True)
        generate(warehouse, rows)
        models, seconds, peak = run_dbt(warehouse, folder)
        with duckdb.connect(str(warehouse), read_only=True) as con:
            found = con.execute("select count(*) from core.fct_opportunity_version").fetchone()
        bare = rewrite(warehouse)
        speeds.append(HistorySpeed(rows, found[0] if found else 0, models, seconds, bare, peak))
    shutil.rmtree(folder, ignore_errors=True)
    return speeds


def history_lines(speeds: list[HistorySpeed], figures: Figures) -> list[str]:
    """Return the lines about history, and note the figures that have an aim."""
    lines = [
        "",
        "## History: changes of deals become intervals",
        "",
        "Aim: 10 M changes become versions and stays in at most 15 s, within 4 GiB, at a cost that",
        "grows linearly. Judging is what staging does to every row, intervals what follows; a bare",
        "rewrite copies the versions and stays that came of it, and does nothing else.",
        "",
        (
            "| changes | versions | judging, s | intervals, s | aim | per million, s "
            "| bare rewrite, s | dbt, s | peak MiB | aim |"
        ),
        "|---:|---:|---:|---:|---|---:|---:|---:|---:|---|",
    ]
    for item in speeds:
        is_aimed = item.rows >= AIMED_ROWS
        name = f"{item.rows:,} changes"
        quick = figures.judge(
            f"{name} into intervals", item.interval_seconds, SECONDS if is_aimed else None
        )
        small = figures.judge(f"{name}, memory", item.peak_mib, MIB if is_aimed else None)
        per_million = item.interval_seconds / item.rows * 1e6
        lines.append(
            f"| {item.rows:,} | {item.versions:,} | {item.judging_seconds:.1f} "
            f"| {item.interval_seconds:.1f} | {quick} | {per_million:.2f} "
            f"| {item.rewrite_seconds:.1f} | {item.dbt_seconds:.1f} "
            f"| {item.peak_mib:,.0f} | {small} |"
        )
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench" / "history")
    options = parser.parse_args()
    speeds = bench_history(options.folder, tuple(options.rows))
    print("\n".join(history_lines(speeds, Figures())))
    for item in speeds:
        print({name: round(item.models[name], 2) for name in (*JUDGING, *INTERVALS)})


if __name__ == "__main__":
    main()
