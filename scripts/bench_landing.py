"""Measure landing alone: rows per second and peak memory for files of 15 columns.

Called by ``scripts/bench.py``. The time of landing one row is taken off, so that the start of
Python does not count; two lengths of file show that memory does not grow with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROWS = (1_000_000, 3_000_000)
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


@dataclass(frozen=True)
class LandingSpeed:
    """One file: its format and rows, rows per second, peak resident memory in MiB."""

    kind: str
    rows: int
    rows_per_second: float
    peak_mib: float


def bench_landing(
    folder: Path, land: Callable[[Path, Path], tuple[float, float]]
) -> list[LandingSpeed]:
    """Land files of each format; ``land(config, home)`` returns (seconds, peak MiB)."""
    found = []
    for kind in FORMATS:
        start, _ = _land(folder, kind, 1, land)
        for rows in ROWS:
            seconds, peak = _land(folder, kind, rows, land)
            found.append(LandingSpeed(kind, rows, rows / (seconds - start), peak))
    return found


def _land(
    folder: Path, kind: str, rows: int, land: Callable[[Path, Path], tuple[float, float]]
) -> tuple[float, float]:
    """Write one file, land it into a fresh home, and clear both away."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "salesforce").mkdir(parents=True)
    (folder / "halftime.yml").write_text("version: 1\nsources: {salesforce: {}}\n")
    path = folder / "salesforce" / f"Task.{kind}"
    with duckdb.connect() as con:
        con.execute(
            f"copy (select {COLUMNS} from range({rows}) as t(n)) to '{path}' {FORMATS[kind]}"
        )
    measured = land(folder / "halftime.yml", folder / "home")
    shutil.rmtree(folder)
    return measured
