"""Measure writing the large sizes of the sample company: seconds, memory, rows and bytes.

Usage: ``python scripts/bench_sample.py --sizes l xl`` or as part of ``make bench``. The files are
removed again once they were counted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bench_process import ROOT, measure
from bench_report import Aim, Figures

SIZES = ("l",)
MEMORY = Aim(4096, "MiB")


@dataclass(frozen=True)
class SampleSpeed:
    """One size: rows and MiB of its files, how many files, seconds, peak MiB."""

    size: str
    rows: int
    files: int
    file_mib: float
    seconds: float
    peak_mib: float


def bench_sample(folder: Path, seed: int, sizes: tuple[str, ...] = SIZES) -> list[SampleSpeed]:
    """Write each size into a fresh folder."""
    found = []
    for size in sizes:
        out = folder / size
        shutil.rmtree(out, ignore_errors=True)
        print(f"sample: {size} …", flush=True)
        done = measure(
            Path(sys.executable).parent / "halftime",
            *("sample", "--size", size, "--seed", seed, "--out", out, "--json"),
            log=folder / "sample.log",
        )
        files = json.loads(done.output)["files"]
        expected = json.loads((out / "_truth" / "expected.json").read_text("utf-8"))["rows"]
        found.append(
            SampleSpeed(
                size=size,
                rows=sum(counts["source_rows"] for counts in expected.values()),
                files=len(files),
                file_mib=sum(files.values()) / 2**20,
                seconds=done.seconds,
                peak_mib=done.peak_mib,
            )
        )
        shutil.rmtree(out)
    return found


def sample_lines(speeds: list[SampleSpeed], figures: Figures) -> list[str]:
    """Return the lines about writing large samples, and note the figures that have an aim."""
    lines = [
        "",
        "## The large sizes of the sample company, written alone",
        "",
        "| size | rows | files | MiB | seconds | peak MiB | aim |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for speed in speeds:
        small = figures.judge(f"`{speed.size}`: memory of writing", speed.peak_mib, MEMORY)
        lines.append(
            f"| {speed.size} | {speed.rows:,} | {speed.files:,} | {speed.file_mib:,.0f} "
            f"| {speed.seconds:.1f} | {speed.peak_mib:,.0f} | {small} |"
        )
    return lines


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench" / "samples")
    options = parser.parse_args()
    speeds = bench_sample(options.folder, options.seed, tuple(options.sizes))
    print("\n".join(sample_lines(speeds, Figures())))


if __name__ == "__main__":
    main()
