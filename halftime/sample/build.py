"""Writing the sample company: from the drawn world to raw files, configuration and truth."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from halftime.errors import UsageError
from halftime.sample import spreadsheets
from halftime.sample.defects import plant_defects
from halftime.sample.documents import Document
from halftime.sample.files import SourceFile, write_file
from halftime.sample.known import has
from halftime.sample.layout_coaching import coaching_files, sheet_files
from halftime.sample.layout_feeds import calendar_documents, gong_documents, learning_files
from halftime.sample.layout_habits import habit_files, matrix_documents, programme_files
from halftime.sample.layout_hubspot import hubspot_files
from halftime.sample.layout_reference import reference_files
from halftime.sample.layout_salesforce import salesforce_files
from halftime.sample.settings import settings_text, stream_settings_text
from halftime.sample.sizes import SIZES
from halftime.sample.stream import stream
from halftime.sample.truth import write_stream_truth, write_truth
from halftime.sample.world import World, draw_world, generator

Progress = Callable[[str], None]


@dataclass
class SampleReport:
    """What was written: files with their bytes, rows per object, seconds."""

    folder: Path
    size: str
    seed: int
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    defects: int = 0
    seconds: float = 0.0

    @property
    def bytes(self) -> int:
        """Size of all raw files together."""
        return sum(self.files.values())


def plan_files(world: World) -> list[SourceFile]:
    """Lay out all raw files, without defects yet."""
    return [
        *salesforce_files(world),
        *hubspot_files(world),
        *coaching_files(world),
        *sheet_files(world),
        *reference_files(world),
        *(learning_files(world) if has("learning") else ()),
        *calendar_documents(world)[1],
        *habit_files(world),
        *(programme_files(world) if has("coaching_log", "recognition") else ()),
    ]


def plan_documents(world: World) -> list[Document]:
    """Lay out the files that are no tables."""
    calendars, _ = calendar_documents(world)
    return [
        *calendars,
        *(gong_documents(world) if has("gong") else ()),
        *matrix_documents(world),
    ]


def write_sample(size: str, seed: int, out: Path, progress: Progress | None = None) -> SampleReport:
    """Write the sample company of one size into ``out``: raw files, ``halftime.yml``, ``_truth/``.

    The same size and seed give the same bytes. ``progress`` is told what is being done. Raises
    UsageError for an unknown size or a folder that holds something else.
    """
    began = time.perf_counter()
    if size not in SIZES:
        raise UsageError(
            f"There is no sample size '{size}'.", hint=f"Use one of {', '.join(SIZES)}."
        )
    tell = progress or (lambda _: None)
    out = Path(out)
    _clear(out)
    if SIZES[size].blocks:
        return _stream(size, seed, out, tell, began)
    tell("Drawing people, coaching, deals and activities")
    world = draw_world(SIZES[size], seed)
    tell("Laying out the files")
    files = plan_files(world)
    planted = plant_defects(files, world, generator(seed, "defects"))
    documents = plan_documents(world)
    files.append(
        SourceFile(
            "people/alias.csv",
            "people",
            "alias",
            spreadsheets.alias_table(world.company, planted.aliases),
        )
    )
    report = SampleReport(out, size, seed)
    contents: dict[str, bytes] = {}
    small = {"salesforce/UserRole.csv", "coaching_log/actions_north_america.csv"}
    for file in files:
        tell(f"Writing {file.path}")
        target = write_file(file, out)
        report.files[file.path] = target.stat().st_size
        thing = f"{file.system}.{file.object}"
        report.rows[thing] = report.rows.get(thing, 0) + sum(file.counts().values())
        if file.path in small or "OpportunityHistory" in file.path or "_delta_" in file.path:
            contents[file.path] = target.read_bytes()
    for document in documents:
        tell(f"Writing {document.path}")
        report.files[document.path] = document.write(out).stat().st_size
        for thing in document.expected:
            name = f"{document.system}.{thing}"
            report.rows[name] = report.rows.get(name, 0) + sum(document.counts(thing).values())
    for raw in planted.raw_files:
        (out / raw.path).write_bytes(raw.content(contents))
        report.files[raw.path] = (out / raw.path).stat().st_size
    tell("Writing the truth")
    report.defects = write_truth(world, files, documents, planted, out / "_truth")
    (out / "halftime.yml").write_text(settings_text(size, seed), encoding="utf-8")
    report.seconds = time.perf_counter() - began
    return report


def _stream(size: str, seed: int, out: Path, tell: Progress, began: float) -> SampleReport:
    writer = stream(SIZES[size], seed, out, tell)
    (out / "halftime.yml").write_text(stream_settings_text(size, seed), encoding="utf-8")
    write_stream_truth(writer.rows, out / "_truth")
    return SampleReport(
        out,
        size,
        seed,
        files=writer.files,
        rows=dict(writer.rows),
        seconds=time.perf_counter() - began,
    )


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
