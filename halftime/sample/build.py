"""Writing the sample company: from the drawn world to raw files, configuration and truth."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from halftime.errors import UsageError
from halftime.sample.settings import settings_text
from halftime.sample.sizes import SIZES, Size
from halftime.sample.stream import stream
from halftime.sample.truth import Truth
from halftime.sample.world import draw_world
from halftime.sample.writing import Progress, SampleReport, write_world


def write_sample(size: str, seed: int, out: Path, progress: Progress | None = None) -> SampleReport:
    """Write the sample company of one size into ``out``: raw files, ``halftime.yml``, ``_truth/``.

    The same size and seed give the same bytes. ``progress`` is told what is being done. Raises
    UsageError for an unknown size or a folder that holds something else.
    """
    if size not in SIZES:
        raise UsageError(
            f"There is no sample size '{size}'.", hint=f"Use one of {', '.join(SIZES)}."
        )
    return write_size(SIZES[size], seed, out, progress)


def write_size(size: Size, seed: int, out: Path, progress: Progress | None = None) -> SampleReport:
    """Write a company of any size, which need not be one of those that have a name."""
    began = time.perf_counter()
    tell = progress or (lambda _: None)
    out = Path(out)
    _clear(out)
    report = stream(size, seed, out, tell) if size.blocks else _whole(size, seed, out, tell)
    (out / "halftime.yml").write_text(settings_text(size.name, seed), encoding="utf-8")
    report.seconds = time.perf_counter() - began
    return report


def _whole(size: Size, seed: int, out: Path, tell: Progress) -> SampleReport:
    report = SampleReport(out, size.name, seed)
    tell("Drawing people, coaching, deals and activities")
    world = draw_world(size, seed)
    with Truth(out / "_truth") as truth:
        write_world(world, report, truth, tell)
    report.defects = truth.defects
    return report


OURS = (
    "salesforce",
    "hubspot",
    "coaching_log",
    "calendar",
    "gong",
    "learning",
    "reference",
    "people",
    "tabular",
    "_truth",
)


def _clear(out: Path) -> None:
    """Remove an earlier sample from the folder; refuse a folder that holds anything else."""
    if out.exists():
        foreign = sorted(
            item.name for item in out.iterdir() if item.name not in (*OURS, "halftime.yml")
        )
        if foreign:
            raise UsageError(
                f"{out} holds '{foreign[0]}', which is not part of a sample company.",
                hint="Choose an empty or a new folder.",
            )
        for name in OURS:
            shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
