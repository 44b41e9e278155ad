"""Measure the road on the sample company and write ``docs/benchmarks.md``.

Usage: ``make bench`` or ``python scripts/bench.py --sizes demo m --out docs/benchmarks.md``. Every
figure comes from real commands: each step runs as a process of its own, its wall time and its peak
resident memory (children included) as the operating system accounts them. Two ratios say what the
machinery costs: dbt's models against the same compiled SQL run straight in one DuckDB process, and
that against a bare scan-and-rewrite of the raw tables.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from bench_history import HistorySpeed, bench_history, history_table
from bench_landing import LandingSpeed, bench_landing

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HISTORY_ROWS = (250_000, 500_000, 1_000_000)
STEPS = ("land", "build", "validate", "publish")
DUCKDB_SETTINGS = {"memory_limit": "3GB", "threads": "2", "preserve_insertion_order": "false"}


@dataclass(frozen=True)
class Measured:
    """One process: seconds of wall time, peak resident memory in MiB."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class SizeResult:
    """Everything that was measured for one size of the sample company."""

    size: str
    raw_rows: int
    raw_bytes: int
    steps: dict[str, Measured]
    dbt_seconds: float
    straight_seconds: float
    rewrite_seconds: float
    models: list[tuple[str, float, float]]
    pages: dict[str, tuple[float, float, float]]


def measure(*arguments: object) -> Measured:
    """Run a command and return its time and memory; a failure ends the bench with its output."""
    log = ROOT / "var" / "bench" / "last.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(word) for word in arguments], cwd=ROOT, stdout=stream, stderr=stream
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(
            f"{' '.join(map(str, arguments))} ended with {process.returncode}:\n"
            f"{log.read_text()[-4000:]}"
        )
    return Measured(time.monotonic() - begun, usage.ru_maxrss / 1024)


def bench_size(size: str, seed: int, folder: Path) -> SizeResult:
    """Measure one size in a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    sample, home = folder / "sample", folder / "home"
    halftime = BIN / "halftime"
    steps = {"sample": measure(halftime, "sample", "--size", size, "--seed", seed, "--out", sample)}
    config = ("--config", sample / "halftime.yml")
    for step in STEPS:
        print(f"{size}: {step} …", flush=True)
        extra = config if step != "validate" else ()
        steps[step] = measure(halftime, step, *extra, "--home", home)
    whole = folder / "whole"
    print(f"{size}: run …", flush=True)
    steps["run (all of it, fresh)"] = measure(halftime, "run", *config, "--home", whole)
    shutil.rmtree(whole)
    build = max(path for path in (home / "builds").iterdir() if path.is_dir())
    models, dbt_seconds = dbt_times(build / "dbt" / "run")
    straight, straight_models = run_straight(
        home / "warehouse.duckdb", build / "dbt" / "run", folder / "straight" / "warehouse.duckdb"
    )
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        tables = [
            row[0]
            for row in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw'"
            ).fetchall()
        ]
        rows = sum(
            (con.execute(f'select count(*) from raw."{name}"').fetchone() or (0,))[0]
            for name in tables
        )
    return SizeResult(
        size=size,
        raw_rows=rows,
        raw_bytes=sum(
            path.stat().st_size
            for path in sample.rglob("*")
            if path.is_file() and "_truth" not in path.parts
        ),
        steps=steps,
        dbt_seconds=dbt_seconds,
        straight_seconds=straight,
        rewrite_seconds=rewrite(home / "warehouse.duckdb", tables, folder / "rewrite.duckdb"),
        models=[(name, seconds, straight_models.get(name, 0.0)) for name, seconds in models],
        pages=bench_pages(home, folder),
    )


def bench_pages(home: Path, folder: Path) -> dict[str, tuple[float, float, float]]:
    """Return per page what ``bench_pages.py`` measures; empty without a Chromium."""
    found = subprocess.run(
        [ROOT / "scripts" / "find_chromium.sh"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        return {}
    out = folder / "pages.json"
    measure(
        sys.executable,
        ROOT / "scripts" / "bench_pages.py",
        "--home",
        home,
        "--chromium",
        found.stdout.strip(),
        "--out",
        out,
    )
    return {name: tuple(seconds) for name, seconds in json.loads(out.read_text()).items()}


def land_alone(config: Path, home: Path) -> tuple[float, float]:
    """Run ``halftime land`` and return (seconds, peak MiB)."""
    measured = measure(BIN / "halftime", "land", "--config", config, "--home", home)
    return measured.seconds, measured.peak_mib


def dbt_times(target: Path) -> tuple[list[tuple[str, float]], float]:
    """Return seconds per model, slowest first, and the seconds from first start to last end."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    models, begun, ended = [], [], []
    for result in results:
        if not result["unique_id"].startswith("model."):
            continue
        timing = next(item for item in result["timing"] if item["name"] == "execute")
        begun.append(dt.datetime.fromisoformat(timing["started_at"]))
        ended.append(dt.datetime.fromisoformat(timing["completed_at"]))
        models.append((result["unique_id"].split(".")[-1], float(result["execution_time"])))
    return sorted(models, key=lambda item: -item[1]), (max(ended) - min(begun)).total_seconds()


def run_straight(warehouse: Path, target: Path, copy: Path) -> tuple[float, dict[str, float]]:
    """Run the compiled SQL of every model in one DuckDB process, in dbt's order, on a copy."""
    # The compiled SQL names its database after the file, so the copy bears the same name.
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(warehouse, copy)
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    order = [
        nodes[result["unique_id"]] for result in results if result["unique_id"].startswith("model.")
    ]
    seconds: dict[str, float] = {}
    with duckdb.connect(str(copy), config=DUCKDB_SETTINGS) as con:
        con.execute("set TimeZone = 'UTC'")
        begun = time.monotonic()
        for node in order:
            started = time.monotonic()
            relation = f'"{node["schema"]}"."{node["alias"]}"'
            if node["config"]["materialized"] == "view":
                continue
            con.execute(f"create or replace table {relation} as {node['compiled_code']}")
            seconds[node["name"]] = time.monotonic() - started
        total = time.monotonic() - begun
    copy.unlink()
    return total, seconds


def rewrite(warehouse: Path, tables: list[str], target: Path) -> float:
    """Return the seconds that a bare copy of the raw tables into a fresh file takes."""
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target), config=DUCKDB_SETTINGS) as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        begun = time.monotonic()
        for name in tables:
            con.execute(f'create table "{name}" as select * from warehouse.raw."{name}"')
        con.execute("checkpoint")
        seconds = time.monotonic() - begun
    target.unlink()
    return seconds


def machine() -> str:
    """Describe the machine in one line."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def landing_table(speeds: list[LandingSpeed]) -> list[str]:
    """Return the lines about landing alone."""
    return [
        "",
        "## Landing alone: files of 15 columns",
        "",
        "Aims: CSV 300,000 and Parquet 800,000 rows a second; memory not growing with the file.",
        "",
        "| format | rows | rows a second | peak MiB |",
        "|---|---:|---:|---:|",
        *(
            f"| {item.kind} | {item.rows:,} | {item.rows_per_second:,.0f} | {item.peak_mib:,.0f} |"
            for item in speeds
        ),
    ]


def report(
    results: list[SizeResult],
    speeds: list[LandingSpeed],
    history: list[HistorySpeed],
    seed: int,
) -> str:
    """Write the page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. Each step is a process of its own: wall time and",
        "peak resident memory (children included) as the operating system accounts them.",
        "",
        f"Machine: {machine()}. Date: {dt.datetime.now(dt.UTC):%Y-%m-%d}. Seed {seed}.",
    ]
    for result in sorted(results, key=lambda item: item.raw_rows):
        lines += [
            "",
            (
                f"## Size `{result.size}`: {result.raw_rows:,} raw rows, "
                f"{result.raw_bytes / 2**20:,.0f} MiB of files"
            ),
            "",
        ]
        lines += ["| step | seconds | peak MiB |", "|---|---:|---:|"]
        lines += [
            f"| {name} | {step.seconds:.1f} | {step.peak_mib:,.0f} |"
            for name, step in result.steps.items()
        ]
        lines += [
            "",
            (
                f"- dbt's models {result.dbt_seconds:.1f} s ÷ the same compiled SQL "
                f"in one DuckDB process {result.straight_seconds:.1f} s"
                f" = **{result.dbt_seconds / result.straight_seconds:.2f}** (aim ≤ 1.5)"
            ),
            (
                f"- that ÷ a bare scan-and-rewrite of the raw tables {result.rewrite_seconds:.1f} s"
                f" = **{result.straight_seconds / result.rewrite_seconds:.1f}**"
            ),
        ]
        if result.pages:
            lines += [
                "",
                (
                    "| page | first visit ever, s | first paint, s (aim ≤ 2) | "
                    "filter change, s (aim ≤ 0.5) |"
                ),
                "|---|---:|---:|---:|",
            ]
            lines += [
                f"| {name} | {ever:.2f} | {paint:.2f} | {change:.2f} |"
                for name, (ever, paint, change) in result.pages.items()
            ]
        lines += ["", "| slowest models | seconds in dbt | seconds straight |", "|---|---:|---:|"]
        lines += [
            f"| {name} | {seconds:.2f} | {straight:.2f} |"
            for name, seconds, straight in result.models[:12]
        ]
    lines += landing_table(speeds) if speeds else []
    lines += history_table(history) if history else []
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parse the command line, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", default=["demo", "m"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--history-rows", type=int, nargs="*", default=HISTORY_ROWS)
    options = parser.parse_args()
    results: list[SizeResult] = []
    for size in options.sizes:
        results.append(bench_size(size, options.seed, ROOT / "var" / "bench" / size))
        # What was measured is kept, whatever happens to the rest.
        options.out.write_text(report(results, [], [], options.seed), encoding="utf-8")
    speeds = bench_landing(ROOT / "var" / "bench" / "landing", land_alone)
    history = bench_history(ROOT / "var" / "bench" / "history", tuple(options.history_rows))
    options.out.write_text(report(results, speeds, history, options.seed), encoding="utf-8")
    print(f"Wrote {options.out}")


if __name__ == "__main__":
    main()
