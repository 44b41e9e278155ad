"""Measure landing alone: rows per second and peak memory for files of 15 columns.

Usage: ``python scripts/bench_landing.py --rows 1000000 --kinds parquet`` or as part of
``make bench``. The time of landing one row is taken off, so that the start of Python does not
count; three lengths of file show that memory does not grow with it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
from bench_process import ROOT, Measured, measure
from bench_report import Aim, Figures

ROWS = (1_000_000, 3_000_000, 10_000_000)
COLUMNS = """
    '00T' || lpad(n::varchar, 12, '0') as "Id",
    '005' || lpad((n % 500)::varchar, 12, '0') as "OwnerId",
    '006' || lpad((n % 90000)::varchar, 12, '0') as "WhatId",
    '003' || lpad((n % 70000)::varchar, 12, '0') as "WhoId",
    '001' || lpad((n % 9000)::varchar, 12, '0') as "AccountId",
    'Call about step ' || (n % 977)::varchar as "Subject",
    'Spoke, agreed on "next steps", will write' as "Description",
    'Call' as "Type",
    'Task' as "TaskSubtype",
    'Completed' as "Status",
    (date '2024-01-01' + (n % 900)::integer)::varchar as "ActivityDate",
    'true' as "IsClosed",
    (n % 3600)::varchar as "CallDurationInSeconds",
    strftime(timestamp '2024-01-01' + interval (n % 70000000) second, '%Y-%m-%dT%H:%M:%SZ')
        as "CreatedDate",
    strftime(timestamp '2024-01-02' + interval (n % 70000000) second, '%Y-%m-%dT%H:%M:%SZ')
        as "SystemModstamp"
"""
FORMATS = {"csv": "(format csv, header)", "parquet": "(format parquet)"}
AIMS = {"csv": 300_000, "parquet": 800_000}
STEPS = ("insert", "commit", "close")


@dataclass(frozen=True)
class LandingSpeed:
    """One file: format, rows, MiB of file and warehouse, seconds in all and by step, peak MiB."""

    kind: str
    rows: int
    file_mib: float
    warehouse_mib: float
    seconds: float
    steps: dict[str, float]
    peak_mib: float

    @property
    def rows_per_second(self) -> float:
        """Rows that were landed per second of the process, its start taken off."""
        return self.rows / self.seconds


def bench_landing(
    folder: Path, sizes: tuple[int, ...] = ROWS, kinds: tuple[str, ...] = tuple(FORMATS)
) -> list[LandingSpeed]:
    """Land a file of each format and size into a fresh home."""
    found = []
    for kind in kinds:
        start = _land(folder, kind, 1)[0].seconds
        for rows in sizes:
            print(f"landing: {rows:,} rows of {kind} …", flush=True)
            done, file_mib, warehouse_mib = _land(folder, kind, rows)
            steps = json.loads(done.output)["seconds"]
            found.append(
                LandingSpeed(
                    kind, rows, file_mib, warehouse_mib, done.seconds - start, steps, done.peak_mib
                )
            )
    return found


def _land(folder: Path, kind: str, rows: int) -> tuple[Measured, float, float]:
    """Write one file, land it into a fresh home, and clear both away; return also both sizes."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "salesforce").mkdir(parents=True)
    config, home = folder / "halftime.yml", folder / "home"
    config.write_text("version: 1\nsources: {salesforce: {}}\n")
    path = folder / "salesforce" / f"Task.{kind}"
    with duckdb.connect() as con:
        con.execute(
            f"copy (select {COLUMNS} from range({rows}) as t(n)) to '{path}' {FORMATS[kind]}"
        )
    halftime = Path(sys.executable).parent / "halftime"
    done = measure(
        *(halftime, "land", "--json", "--config", config, "--home", home),
        log=folder / "land.log",
    )
    sizes = [item.stat().st_size / 2**20 for item in (path, home / "warehouse.duckdb")]
    shutil.rmtree(folder)
    return done, sizes[0], sizes[1]


def landing_lines(speeds: list[LandingSpeed], figures: Figures) -> list[str]:
    """Return the lines about landing alone, and note the figures that have an aim."""
    lines = [
        "",
        "## Landing alone: files of 15 columns",
        "",
        "Aims: CSV 300,000 and Parquet 800,000 rows a second; memory not growing with the file.",
        "",
        (
            "| format | rows | file, MiB | warehouse, MiB | insert, s | commit, s | close, s "
            "| rows a second | aim | peak MiB |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---|---:|",
    ]
    for item in speeds:
        aim = Aim(AIMS[item.kind], "rows a second", at_least=True)
        said = figures.judge(f"{item.kind}, {item.rows:,} rows", item.rows_per_second, aim)
        steps = " | ".join(f"{item.steps.get(name, 0.0):.2f}" for name in STEPS)
        lines.append(
            f"| {item.kind} | {item.rows:,} | {item.file_mib:,.0f} | {item.warehouse_mib:,.0f} "
            f"| {steps} | {item.rows_per_second:,.0f} | {said} | {item.peak_mib:,.0f} |"
        )
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--kinds", nargs="+", choices=list(FORMATS), default=list(FORMATS))
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench" / "landing")
    options = parser.parse_args()
    speeds = bench_landing(options.folder, tuple(options.rows), tuple(options.kinds))
    print("\n".join(landing_lines(speeds, Figures())))


if __name__ == "__main__":
    main()
