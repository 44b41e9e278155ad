"""The large sizes, drawn and written block by block in bounded memory.

A block is a small company of its own: some of the seats, teams and years of the whole, drawn by the
code that draws the other sizes, with a random stream and ids of its own. The first block is written
as the small sizes are (CSV, workbooks, calendars, pages, planted defects). The tables of the others
go, a row group a block, into Parquet files named after the file they would have been; what is no
table (pages, calendars, matrices) stays as it is. The same size and seed give the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from halftime.sample.files import SourceFile
from halftime.sample.identities import person_id
from halftime.sample.layout import plan_documents, plan_files
from halftime.sample.numbering import numbered_in
from halftime.sample.planting import Outcome
from halftime.sample.salesforce import USER
from halftime.sample.sizes import Size
from halftime.sample.text import salesforce_id
from halftime.sample.truth import Truth
from halftime.sample.world import draw_world
from halftime.sample.writing import Progress, SampleReport, rows_of, write_documents, write_world

BLOCKS_PER_FILE = 25
"""So many blocks stand in one Parquet file: no file grows without end."""

ROWS_PER_GROUP = 250_000
SHARED = frozenset(
    {
        "salesforce.product",
        "hubspot.deal_pipeline",
        "hubspot.deal_pipeline_stage",
        "coaching_log.initiative",
        "learning.course",
        "reference.exchange_rate",
        "gong.scorecard",
    }
)
"""What all blocks have in common; the first one writes it."""

ABOVE = {"people.roster": "manager", "salesforce.user": "ManagerId"}
"""Columns in which the head of a block names the chief of the whole company."""


def blocks(size: Size) -> Iterator[Size]:
    """Divide a size into its blocks; their totals are those of the size."""

    def part(total: int, number: int) -> int:
        return total * (number + 1) // size.blocks - total * number // size.blocks

    for number in range(size.blocks):
        yield dataclasses.replace(
            size,
            reps=part(size.reps, number),
            managers=part(size.managers, number),
            opportunities=part(size.opportunities, number),
            activities=part(size.activities, number),
            sessions=part(size.sessions, number),
            blocks=0,
        )


def block_seed(seed: int, number: int) -> int:
    """Give the seed of a block; that of the first is the company's own."""
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


class Parts:
    """Parquet files to which each block adds its rows."""

    def __init__(self, report: SampleReport) -> None:
        self.report = report
        self._writers: dict[str, pq.ParquetWriter] = {}

    def append(self, path: str, table: pa.Table) -> None:
        """Add rows to a file, all columns as text."""
        if path not in self._writers:
            target = self.report.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            schema = pa.schema([(name, pa.string()) for name in table.column_names])
            self._writers[path] = pq.ParquetWriter(target, schema, compression="zstd")
        writer = self._writers[path]
        writer.write_table(table.cast(writer.schema), row_group_size=ROWS_PER_GROUP)

    def close(self) -> None:
        """End all files, and note them."""
        for path, writer in self._writers.items():
            writer.close()
            self.report.wrote(path, {})
        self._writers.clear()


def part_path(path: str, number: int) -> str:
    """Name the Parquet file to which the rows of a file of block ``number`` go."""
    plain = PurePosixPath(path)
    stem = plain.name.split(".")[0]
    return str(plain.with_name(f"{stem}_part{1 + number // BLOCKS_PER_FILE:02d}.parquet"))


def _write_block(size: Size, seed: int, number: int, parts: Parts, truth: Truth) -> None:
    world = draw_world(size, block_seed(seed, number))
    files = [
        file
        for file in plan_files(world)
        if file.table.num_rows and f"{file.system}.{file.object}" not in SHARED
    ]
    documents = [
        item
        for item in plan_documents(world)
        if not any(f"{item.system}.{thing}" in SHARED for thing in item.expected)
    ]
    written = []
    for file in files:
        placed = dataclasses.replace(
            file, path=part_path(file.path, number), table=_below_the_chief(file)
        )
        parts.append(placed.path, placed.table)
        parts.report.add(rows_of(placed))
        written.append(placed)
    write_documents(documents, parts.report, lambda _: None)
    truth.add(world, written, documents, Outcome())


def _below_the_chief(file: SourceFile) -> pa.Table:
    """Name the chief of the whole company wherever nobody stands above the head of a block."""
    column = ABOVE.get(f"{file.system}.{file.object}")
    if column is None:
        return file.table
    with numbered_in(0):
        chief = person_id(0) if file.system == "people" else _user_id(0)
    filled = pc.fill_null(file.table[column], chief)
    return file.table.set_column(file.table.column_names.index(column), column, filled)


def _user_id(person: int) -> str:
    return str(salesforce_id(USER, np.array([person]))[0].as_py())


def stream(
    size: Size, seed: int, out: Path, tell: Progress, limit: int | None = None
) -> SampleReport:
    """Write a streamed size into ``out``; ``limit`` writes only the first blocks."""
    report = SampleReport(out, size.name, seed)
    parts = Parts(report)
    with Truth(out / "_truth", as_parquet=True) as truth:
        for number, part in enumerate(blocks(size)):
            if limit is not None and number >= limit:
                break
            tell(f"Writing block {number + 1} of {size.blocks}")
            if number % BLOCKS_PER_FILE == 0:
                parts.close()
            with numbered_in(number):
                if number == 0:
                    write_world(draw_world(part, seed), report, truth, lambda _: None)
                else:
                    _write_block(part, seed, number, parts, truth)
        parts.close()
    report.defects = truth.defects
    return report
