"""Writing one drawn world as the files of its systems, defects and all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from halftime.sample import spreadsheets
from halftime.sample.defects import plant_defects
from halftime.sample.documents import Document
from halftime.sample.files import SourceFile, write_file
from halftime.sample.layout import plan_documents, plan_files
from halftime.sample.truth import Truth
from halftime.sample.world import World, generator

Progress = Callable[[str], None]
READ_AGAIN = frozenset({"salesforce/UserRole.csv", "coaching_log/actions_north_america.csv"})
"""Files of which the files that are wrong as a whole are made."""


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

    def wrote(self, path: str, rows: dict[str, int]) -> None:
        """Note a file that stands below the folder, and its rows by object."""
        self.files[path] = (self.folder / path).stat().st_size
        self.add(rows)

    def add(self, rows: dict[str, int]) -> None:
        """Count rows by object."""
        for thing, count in rows.items():
            self.rows[thing] = self.rows.get(thing, 0) + count


def rows_of(item: SourceFile | Document) -> dict[str, int]:
    """Count the rows of a file by object."""
    if isinstance(item, SourceFile):
        return {f"{item.system}.{item.object}": sum(item.counts().values())}
    return {f"{item.system}.{thing}": sum(item.counts(thing).values()) for thing in item.expected}


def write_world(world: World, report: SampleReport, truth: Truth, tell: Progress) -> None:
    """Lay out a world, plant its defects, write its files, and add what is true about it."""
    tell("Laying out the files")
    files = plan_files(world)
    planted = plant_defects(files, world, generator(world.seed, "defects"))
    documents = plan_documents(world)
    aliases = spreadsheets.alias_table(world.company, planted.aliases)
    files.append(SourceFile("people/alias.csv", "people", "alias", aliases))
    contents = _write_tables(files, report, tell)
    write_documents(documents, report, tell)
    for raw in planted.raw_files:
        (report.folder / raw.path).write_bytes(raw.content(contents))
        report.wrote(raw.path, {})
    tell("Writing the truth")
    truth.add(world, files, documents, planted)


def _write_tables(
    files: list[SourceFile], report: SampleReport, tell: Progress
) -> dict[str, bytes]:
    """Write tables, and return the bytes of those that other files are made of."""
    contents: dict[str, bytes] = {}
    for file in files:
        tell(f"Writing {file.path}")
        target = write_file(file, report.folder)
        report.wrote(file.path, rows_of(file))
        if file.path in READ_AGAIN or "OpportunityHistory" in file.path or "_delta_" in file.path:
            contents[file.path] = target.read_bytes()
    return contents


def write_documents(documents: list[Document], report: SampleReport, tell: Progress) -> None:
    """Write the files that are no tables."""
    for document in documents:
        tell(f"Writing {document.path}")
        document.write(report.folder)
        report.wrote(document.path, rows_of(document))
