"""Measure the road on the sample company and write ``docs/benchmarks.md``.

Usage: ``make bench`` or ``python scripts/bench.py --sizes demo m --out docs/benchmarks.md``. Every
figure comes from real commands: each step runs as a process of its own, with its wall time and the
peak resident memory of all its processes together (``bench_process.py`` says how it is counted).
Two ratios say what the machinery costs: dbt's models against the same compiled SQL run straight in
one DuckDB process, and that against a bare scan-and-rewrite of the raw tables. Each figure that has
an aim says how it stands to it; the missed ones open the page.
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

import bench_history
import bench_indicators
import bench_landing
import bench_load
import bench_models
import bench_rows
import duckdb
from bench_models import ModelSpeed
from bench_pages import PageSpeed
from bench_process import ROOT, SECONDS_BETWEEN_LOOKS, Measured, measure
from bench_report import Aim, Figures

BIN = Path(sys.executable).parent
BENCH = ROOT / "var" / "bench"
LOG = BENCH / "last.log"
WHOLE_RUN = "run (all of it, fresh)"
DUCKDB_SETTINGS = {"memory_limit": "3GB", "threads": "2", "preserve_insertion_order": "false"}
# Of a step by (size, step): seconds, MiB.
SECONDS = {
    ("demo", "sample"): 20,
    ("demo", WHOLE_RUN): 90,
    ("m", WHOLE_RUN): 240,
    ("m", "evidence"): 30,
}
MIB = {("m", WHOLE_RUN): 4096}
STRAIGHT_RATIO = Aim(1.5, "")
PACK_PAGE = Aim(5, "MB")
PAINT, CHANGE = Aim(2, "s"), Aim(0.5, "s")  # on the largest size that is measured


@dataclass(frozen=True)
class SizeResult:
    """Everything that was measured for one size of the sample company."""

    size: str
    raw_rows: int
    raw_bytes: int
    steps: dict[str, Measured]
    rows: dict[str, int]
    dbt_seconds: float
    straight_seconds: float
    rewrite_seconds: float
    pack_page_bytes: int
    models: list[ModelSpeed]
    pages: dict[str, PageSpeed]


def bench_size(size: str, seed: int, folder: Path) -> SizeResult:
    """Measure one size in a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    sample, home = folder / "sample", folder / "home"
    halftime = BIN / "halftime"
    steps = {
        "sample": measure(
            *(halftime, "sample", "--size", size, "--seed", seed, "--out", sample), log=LOG
        )
    }
    config = ("--config", sample / "halftime.yml")
    for step in ("land", "build", "validate", "publish"):
        print(f"{size}: {step} …", flush=True)
        extra = config if step != "validate" else ()
        done = measure(halftime, step, *extra, "--home", home, log=LOG)
        steps |= split_build(done, home) if step == "build" else {step: done}
    pack = folder / "pack"
    for step, extra in (("evidence", ("--out", pack)), ("verify", ())):
        print(f"{size}: {step} …", flush=True)
        steps[step] = measure(halftime, step, "--home", home, *extra, log=LOG)
    whole = folder / "whole"
    print(f"{size}: run …", flush=True)
    steps[WHOLE_RUN] = measure(halftime, "run", *config, "--home", whole, log=LOG)
    shutil.rmtree(whole)
    build = max(path for path in (home / "builds").iterdir() if path.is_dir())
    models, dbt_seconds = dbt_times(build / "dbt" / "run")
    straight, speeds = run_straight(
        home / "warehouse.duckdb",
        build / "dbt" / "run",
        folder / "straight" / "warehouse.duckdb",
        models,
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
        rows=bench_rows.step_rows(home, WHOLE_RUN),
        dbt_seconds=dbt_seconds,
        straight_seconds=straight,
        pack_page_bytes=(pack / "evidence.html").stat().st_size,
        rewrite_seconds=rewrite(home / "warehouse.duckdb", tables, folder / "rewrite.duckdb"),
        models=speeds,
        pages=bench_pages(home, folder),
    )


def split_build(done: Measured, home: Path) -> dict[str, Measured]:
    """Return the two steps that ``halftime build`` is made of: seeds and models, then dbt tests."""
    build = max(path for path in (home / "builds").iterdir() if path.is_dir())
    state = json.loads((build / "run.json").read_text(encoding="utf-8"))
    first, last = done.split(state["steps"]["test"]["duration_seconds"])
    return {"run (seeds and models)": first, "test": last}


def bench_pages(home: Path, folder: Path) -> dict[str, PageSpeed]:
    """Return per page what ``bench_pages.py`` measures; empty without a Chromium."""
    found = subprocess.run(
        [ROOT / "scripts" / "find_chromium.sh"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        return {}
    out = folder / "pages.json"
    measure(
        *(sys.executable, ROOT / "scripts" / "bench_pages.py", "--home", home),
        *("--chromium", found.stdout.strip(), "--out", out),
        log=LOG,
    )
    return {name: PageSpeed.from_json(value) for name, value in json.loads(out.read_text()).items()}


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


def run_straight(
    warehouse: Path, target: Path, copy: Path, models: list[tuple[str, float]]
) -> tuple[float, list[ModelSpeed]]:
    """Run the compiled SQL of every model in one DuckDB process, in dbt's order, on a copy.

    ``models`` are names and seconds in dbt. Returns the seconds in all, and the models with what
    they took here; the large ones also with what SQL by hand takes for the same rows.
    """
    # The compiled SQL names its database after the file, so the copy bears the same name.
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(warehouse, copy)
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    order = [
        nodes[result["unique_id"]] for result in results if result["unique_id"].startswith("model.")
    ]
    seconds: dict[str, float] = {}
    by_hand: dict[str, float | None] = {}
    with duckdb.connect(str(copy), config=DUCKDB_SETTINGS) as con:
        con.execute("set TimeZone = 'UTC'")
        begun = time.monotonic()
        for node in order:
            started = time.monotonic()
            if node["config"]["materialized"] == "view":
                continue
            con.execute(f"create or replace table {relation(node)} as {node['compiled_code']}")
            seconds[node["name"]] = time.monotonic() - started
        total = time.monotonic() - begun
        large = bench_models.large(models)
        for node in order:
            if node["name"] in large:
                name = node["name"]
                by_hand[name] = bench_models.time_by_hand(con, relation(node), name)
    copy.unlink()
    return total, [
        ModelSpeed(name, in_dbt, seconds.get(name, 0.0), by_hand.get(name))
        for name, in_dbt in models
    ]


def relation(node: dict[str, str]) -> str:
    """Return the quoted name of a model's table."""
    return f'"{node["schema"]}"."{node["alias"]}"'


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


def size_lines(result: SizeResult, figures: Figures) -> list[str]:
    """Return the section of one size, and note its figures that have an aim."""
    size = result.size
    lines = [
        "",
        (
            f"## Size `{size}`: {result.raw_rows:,} raw rows, "
            f"{result.raw_bytes / 2**20:,.0f} MiB of files"
        ),
        "",
        "| step | rows | seconds | aim | peak MiB | aim |",
        "|---|---:|---:|---|---:|---|",
    ]
    for name, step in result.steps.items():
        seconds, mib = SECONDS.get((size, name)), MIB.get((size, name))
        quick = figures.judge(
            f"`{size}`: {name}", step.seconds, Aim(seconds, "s") if seconds else None
        )
        small = figures.judge(
            f"`{size}`: memory of {name}", step.peak_mib, Aim(mib, "MiB") if mib else None
        )
        rows = f"{result.rows[name]:,}" if name in result.rows else ""
        lines.append(
            f"| {name} | {rows} | {step.seconds:.1f} | {quick} | {step.peak_mib:,.0f} | {small} |"
        )
    ratio = result.dbt_seconds / result.straight_seconds
    said = figures.judge(f"`{size}`: dbt ÷ straight SQL", ratio, STRAIGHT_RATIO)
    lines += [
        "",
        (
            f"- dbt's models {result.dbt_seconds:.1f} s ÷ the same compiled SQL in one DuckDB "
            f"process {result.straight_seconds:.1f} s = **{ratio:.2f}** ({said})"
        ),
        (
            f"- that ÷ a bare scan-and-rewrite of the raw tables {result.rewrite_seconds:.1f} s"
            f" = **{result.straight_seconds / result.rewrite_seconds:.1f}**"
        ),
        pack_line(result, figures),
        *page_lines(result, figures),
        *bench_models.model_lines(result.models),
    ]
    return lines


def pack_line(result: SizeResult, figures: Figures) -> str:
    """Return the line about the page of the evidence pack."""
    megabytes = result.pack_page_bytes / 1e6
    said = figures.judge(f"`{result.size}`: page of the evidence pack", megabytes, PACK_PAGE)
    return f"- the page of the evidence pack: {megabytes:.1f} MB ({said})"


def page_lines(result: SizeResult, figures: Figures) -> list[str]:
    """Return the table of what readers wait for: medians and, behind a stroke, the worst."""
    if not result.pages:
        return []
    lines = [
        "",
        "Seconds, median / worst. A filter change is one that nobody made before.",
        "",
        "| page | first visit ever | first paint | aim | filter | change | aim |",
        "|---|---:|---:|---|---|---:|---|",
    ]
    for page, speed in result.pages.items():
        name = f"`{result.size}`: {page}"
        paint = figures.judge(f"{name}, first paint", speed.first_paint.median, PAINT)
        opening = f"{page} | {speed.first_visit} | {speed.first_paint} | {paint}"
        for label, change in speed.changes.items():
            quick = figures.judge(f"{name}, filter {label}", change.median, CHANGE)
            lines.append(f"| {opening} | {label} | {change} | {quick} |")
            opening = " | | | "
        if not speed.changes:
            lines.append(f"| {opening} | | | |")
    return lines


def report(
    results: list[SizeResult],
    landings: list[bench_landing.LandingSpeed],
    histories: list[bench_history.HistorySpeed],
    indicators: list[bench_indicators.IndicatorSpeed],
    loads: list[bench_load.Load],
    seed: int,
) -> str:
    """Write the page: the head, the missed aims, then a section for everything measured."""
    figures = Figures()
    sections: list[str] = []
    for result in sorted(results, key=lambda item: item.raw_rows):
        sections += size_lines(result, figures)
    if landings:
        sections += bench_landing.landing_lines(landings, figures)
    if histories:
        sections += bench_history.history_lines(histories, figures)
    if indicators:
        sections += bench_indicators.indicator_lines(indicators, figures)
    if loads:
        sections += bench_load.load_lines(loads, figures)
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. Each step is a process of its own: wall time, and",
        (
            "the peak of the resident memory of all its processes together, looked at every "
            f"{1000 * SECONDS_BETWEEN_LOOKS:.0f} ms."
        ),
        "",
        *bench_rows.MEANING,
        "",
        f"Machine: {machine()}. Date: {dt.datetime.now(dt.UTC):%Y-%m-%d}. Seed {seed}.",
    ]
    return "\n".join([*head, *figures.summary(), *sections]) + "\n"


def main() -> None:
    """Parse the command line, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", default=["demo", "m"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--landing-rows", type=int, nargs="*", default=bench_landing.ROWS)
    parser.add_argument("--history-rows", type=int, nargs="*", default=bench_history.ROWS)
    parser.add_argument("--indicator-sizes", nargs="*", default=[bench_indicators.AIMED_SIZE])
    parser.add_argument("--load-sizes", nargs="*", default=["m", "l"])
    options = parser.parse_args()
    results: list[SizeResult] = []
    landings: list[bench_landing.LandingSpeed] = []
    histories: list[bench_history.HistorySpeed] = []
    indicators: list[bench_indicators.IndicatorSpeed] = []
    loads: list[bench_load.Load] = []

    def keep() -> None:
        """Write what was measured so far, whatever happens to the rest."""
        page = report(results, landings, histories, indicators, loads, options.seed)
        options.out.write_text(page, encoding="utf-8")

    for size in options.sizes:
        results.append(bench_size(size, options.seed, BENCH / size))
        keep()
    landings += bench_landing.bench_landing(BENCH / "landing", tuple(options.landing_rows))
    keep()
    histories += bench_history.bench_history(BENCH / "history", tuple(options.history_rows))
    keep()
    for size in options.indicator_sizes:
        indicators.append(
            bench_indicators.bench_indicators(size, options.seed, BENCH / "indicators")
        )
        keep()
    for size in options.load_sizes:
        loads.append(bench_load.bench_load(size, options.seed, BENCH / size, 50, 4))
        keep()
    print(f"Wrote {options.out}")


if __name__ == "__main__":
    main()
