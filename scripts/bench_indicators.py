"""Measure the indicator marts alone on the large sample company: built again on a whole warehouse.

Usage: ``python scripts/bench_indicators.py --size l`` or as part of ``make bench``. The sample is
written, landed and built as in every run; then dbt builds the seeds of the registry, the models of
indicators and the marts that rest on them once more, in a process of its own, which is what is
measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
from bench_models import MOST_LINES
from bench_process import ROOT, Measured, measure
from bench_report import Aim, Figures

from halftime.config import load_config
from halftime.dbt import dbt_environment
from halftime.home import Home
from halftime.pipeline import Options, contracts, dbt_variables, prepare_raw

MODELS = ("indicators", "marts.leading", "marts.lagging", "marts.coaching", "marts.pipeline")
SECONDS, MIB = Aim(180, "s"), Aim(6144, "MiB")
AIMED_SIZE = "l"


@dataclass(frozen=True)
class IndicatorSpeed:
    """What building all indicator marts of one size took: wall seconds, peak MiB, figures made, and
    seconds by model.
    """

    size: str
    seconds: float
    peak_mib: float
    figures: int
    models: list[tuple[str, float]]


def bench_indicators(size: str, seed: int, folder: Path) -> IndicatorSpeed:
    """Build the whole warehouse of a size in a fresh folder, and measure its indicator marts."""
    shutil.rmtree(folder, ignore_errors=True)
    sample, home, log = folder / "sample", folder / "home", folder / "last.log"
    halftime = Path(sys.executable).parent / "halftime"
    config = ("--config", sample / "halftime.yml")
    print(f"indicators on {size}: everything before …", flush=True)
    measure(*(halftime, "sample", "--size", size, "--seed", seed, "--out", sample), log=log)
    measure(halftime, "land", *config, "--home", home, log=log)
    prepare_raw(Home(home))
    dbt(home, folder, "seed")
    dbt(home, folder, "run")
    print(f"indicators on {size} …", flush=True)
    done = dbt(home, folder, "run", "--select", *MODELS)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    models = [(item["unique_id"].split(".")[-1], float(item["execution_time"])) for item in results]
    figures = count_figures(home / "warehouse.duckdb")
    shutil.rmtree(folder, ignore_errors=True)
    return IndicatorSpeed(
        size, done.seconds, done.peak_mib, figures, sorted(models, key=lambda item: -item[1])
    )


def dbt(home: Path, folder: Path, *command: str) -> Measured:
    """Run dbt on a home with the variables of its configuration."""
    config = load_config(folder / "sample" / "halftime.yml", contracts())
    variables = dbt_variables(Home(home), config, Options())
    return measure(
        *(sys.executable, "-m", "dbt.cli.main", "--quiet", *command),
        *("--project-dir", ROOT, "--profiles-dir", ROOT),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
        *("--vars", json.dumps(variables)),
        log=folder / "dbt.log",
        environment=dbt_environment(Home(home)),
    )


def count_figures(warehouse: Path) -> int:
    """Return the rows of both marts of indicators."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute("select count(*) from intermediate.ind_figure").fetchone()
    return int(found[0]) if found else 0


def indicator_lines(speeds: list[IndicatorSpeed], figures: Figures) -> list[str]:
    """Return the lines about the indicator marts, and note the figures that have an aim."""
    lines = ["", "## Indicator marts alone"]
    for item in speeds:
        is_aimed = item.size == AIMED_SIZE
        name = f"`{item.size}`: all indicator marts"
        quick = figures.judge(name, item.seconds, SECONDS if is_aimed else None)
        small = figures.judge(f"{name}, memory", item.peak_mib, MIB if is_aimed else None)
        total = sum(seconds for _, seconds in item.models)
        lines += [
            "",
            (
                f"Size `{item.size}`: {item.figures:,} figures from core in "
                f"**{item.seconds:.1f} s** ({quick or 'no aim'}), peak {item.peak_mib:,.0f} MiB "
                f"({small or 'no aim'}); {len(item.models)} models, {total:.1f} s of model time "
                "on two threads."
            ),
            "",
            "| model, slowest first | seconds | share |",
            "|---|---:|---:|",
            *(
                f"| {model} | {seconds:.1f} | {seconds / total:.1%} |"
                for model, seconds in item.models[:MOST_LINES]
            ),
        ]
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--size", default=AIMED_SIZE)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench" / "indicators")
    options = parser.parse_args()
    speed = bench_indicators(options.size, options.seed, options.folder)
    print("\n".join(indicator_lines([speed], Figures())))


if __name__ == "__main__":
    main()
