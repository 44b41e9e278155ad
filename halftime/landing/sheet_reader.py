"""Sheets of workbooks, and delimited text that is shaped: as text, with the sheet's row numbers."""

from __future__ import annotations

import csv
import datetime as dt
import fnmatch
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from halftime.contracts import Contract
from halftime.landing import archive, batches, shaping, text
from halftime.landing.csv_reader import find_layout, lift_field_limit
from halftime.landing.header import SEARCH_ROWS
from halftime.landing.shaping import Plan, Row
from halftime.landing.spec import ColumnFinding, ObjectSpec, RejectedFileError, Shape

_BATCH_ROWS = 20_000
Numbered = Iterator[tuple[int, Row]]


def cell_text(value: object) -> str | None:
    """Return a cell's canonical text: ISO dates, plain numbers, ``true`` or ``false``."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{int(value)}" if value.is_integer() else f"{Decimal(repr(value)):f}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True)
class SheetFile:
    """A sheet (or a shaped text file), looked through and ready to be read.

    ``rows`` gives the numbered rows anew at each call; ``notes`` say what was not read.
    """

    rows: Callable[[], Numbered]
    plan: Plan
    source_rows: int
    format: str
    notes: tuple[ColumnFinding, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Unique names of the columns of the records."""
        return self.plan.header

    def read(self, required: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Yield the records, without the header, in batches (see :mod:`batches`)."""
        width = len(self.header)
        records = shaping.shaped(self.rows(), self.plan, required)
        while chunk := list(islice(records, _BATCH_ROWS)):
            apart = [record for record in chunk if record.problem]
            if apart:
                yield batches.problem_batch(
                    ((record.row, record.problem or "", record.values) for record in apart),
                    width,
                    [record.cell for record in apart],
                )
            sound = [record for record in chunk if not record.problem]
            if sound:
                yield batches.data_batch(
                    [
                        pa.array([record.values[place] for record in sound], pa.string())
                        for place in range(width)
                    ],
                    np.asarray([record.row for record in sound], dtype=np.int64),
                    width,
                    [record.cell for record in sound],
                )


def open_workbook(path: Path) -> tuple[CalamineWorkbook, frozenset[str]]:
    """Open a workbook; also return which of its parts hold error cells.

    Raises :class:`RejectedFileError` for ``empty_file``, ``unreadable``, ``too_large``.
    """
    if path.stat().st_size == 0:
        raise RejectedFileError("empty_file", "The file is empty.")
    try:
        parts = archive.look_into_workbook(path)
        return CalamineWorkbook.from_path(str(path)), parts
    except (CalamineError, OSError, ValueError) as error:
        raise RejectedFileError("unreadable", f"The workbook cannot be read: {error}.") from error


def matching_sheets(names: Sequence[str], globs: Sequence[str]) -> list[str]:
    """Sheets that fit one of the globs and none that begins with ``!``, in the book's order."""
    wanted = [glob.casefold() for glob in globs if not glob.startswith("!")] or ["*"]
    barred = [glob[1:].casefold() for glob in globs if glob.startswith("!")]
    return [
        name
        for name in names
        if any(_fits(name, glob) for glob in wanted) and not any(_fits(name, g) for g in barred)
    ]


def _fits(name: str, glob: str) -> bool:
    folded = name.strip().casefold()
    return folded == glob.strip() or fnmatch.fnmatchcase(folded, glob)


def open_xlsx(
    path: Path,
    contract: Contract,
    spec: ObjectSpec,
    *,
    sheet_name: str | None = None,
    shown: str = "",
) -> SheetFile:
    """Look through one sheet of a workbook: its header, its number of rows (or cells).

    ``sheet_name`` is the sheet itself; without it the configured or the first one is taken.
    ``shown`` is the file's path in the landing folder. Raises :class:`RejectedFileError` for
    ``empty_file``, ``unreadable``, ``too_large``, ``no_sheet`` and what the shape does not fit.
    """
    book, error_parts = open_workbook(path)
    name = sheet_name or _sheet_name(book.sheet_names, spec)
    shape = spec.shape or Shape()
    try:
        sheet = book.get_sheet_by_name(name)
        errors = archive.error_cells(path, book.sheet_names.index(name), error_parts)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, OSError, ValueError) as error:
        raise RejectedFileError("unreadable", f"The workbook cannot be read: {error}.") from error
    count = max([SEARCH_ROWS, *shape.header_rows])
    head = [row for _, row in islice(_sheet_rows(sheet, errors), count)]
    if not any(not batches.is_blank(row) for row in head):
        raise RejectedFileError("empty_file", f"The sheet '{name}' is empty: not even a header.")
    header_rows = shaping.find_header_rows(head, contract, spec)
    offset = sheet.start[1] if sheet.start else 0
    ranges = [((a[0], a[1] - offset), (b[0], b[1] - offset)) for a, b in merged]

    def rows(wanted: frozenset[int]) -> Numbered:
        return shaping.with_merged(_sheet_rows(sheet, errors), ranges, wanted, header_rows)

    top = dict(islice(rows(frozenset()), count))
    names = shaping.joined_header([top[number] for number in header_rows], fill_right=False)
    plan = shaping.make_plan(
        names,
        header_rows,
        contract,
        spec,
        sheet=name,
        file=_file_stem(shown or path.name),
        has_serials=True,
        first_column=offset,
    )
    read = matching_sheets(book.sheet_names, spec.sheets) if sheet_name else [name]
    return SheetFile(
        rows=lambda: rows(plan.repeated),
        plan=plan,
        source_rows=shaping.count_units(rows(plan.repeated), plan),
        format="xlsx",
        notes=tuple(
            ColumnFinding(None, f"sheet '{other}'", "unknown", "sheet not read")
            for other in book.sheet_names
            if other not in read
        ),
    )


def _file_stem(shown: str) -> str:
    name = shown.rpartition("/")[2]
    return name.partition(".")[0] or name


def _sheet_rows(sheet: CalamineSheet, errors: dict[tuple[int, int], str]) -> Numbered:
    """Yield the rows from the first of the sheet on, error cells as their text."""
    offset = sheet.start[1] if sheet.start else 0
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), error in errors.items():
        by_row.setdefault(row + 1, []).append((column - offset, error))
    for number, values in enumerate(sheet.iter_rows(), start=1):
        texts = [cell_text(value) for value in values]
        for place, error in by_row.get(number, ()):
            if 0 <= place < len(texts) and texts[place] is None:
                texts[place] = error
        yield number, texts


def _sheet_name(names: Sequence[str], spec: ObjectSpec) -> str:
    if not names:
        raise RejectedFileError("no_sheet", "The workbook has no sheet.")
    globs = (spec.sheet,) if spec.sheet else spec.sheets
    if not globs:
        return names[0]
    found = matching_sheets(names, globs)
    if found:
        return found[0]
    number = int(spec.sheet) if spec.sheet and spec.sheet.isdecimal() else 0
    if 1 <= number <= len(names):
        return names[number - 1]
    shown = ", ".join(f"'{name}'" for name in names)
    wanted = "', '".join(globs)
    raise RejectedFileError("no_sheet", f"No sheet is named like '{wanted}'. Found: {shown}.")


def open_shaped_csv(
    path: Path, contract: Contract, spec: ObjectSpec, *, shown: str = ""
) -> SheetFile:
    """Look through a delimited file whose rows are shaped.

    Raises :class:`RejectedFileError` as :func:`halftime.landing.csv_reader.open_csv` does, and for
    what the shape does not fit.
    """
    shape = spec.shape or Shape()
    encoding = text.detect_encoding(path, spec.encoding)
    sample, is_all = text.head_text(path, encoding)
    delimiter = find_layout(sample, is_all, contract, spec).delimiter
    counted = text.count_records(path, encoding, delimiter)
    if counted.ends_in_quotes:
        raise RejectedFileError(
            "truncated", "The file ends inside quotes: it was cut off, or a quote is never closed."
        )

    def rows() -> Numbered:
        lift_field_limit()
        with text.Utf8Stream(path, encoding) as stream:
            lines = io.TextIOWrapper(
                io.BufferedReader(_Raw(stream)), encoding="utf-8", errors="replace", newline=""
            )
            for number, record in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
                yield number, [value or None for value in record]

    count = max([SEARCH_ROWS, *shape.header_rows])
    head = [row for _, row in islice(rows(), count)]
    if not any(not batches.is_blank(row) for row in head):
        raise RejectedFileError("empty_file", "The file holds no record: not even a header.")
    header_rows = shaping.find_header_rows(head, contract, spec)
    names = shaping.joined_header(
        [head[number - 1] for number in header_rows], fill_right=len(header_rows) > 1
    )
    plan = shaping.make_plan(
        names,
        header_rows,
        contract,
        spec,
        file=_file_stem(shown or path.name),
        has_serials=shape.serial_dates,
    )
    is_matrix = plan.is_matrix
    return SheetFile(
        rows=rows,
        plan=plan,
        source_rows=shaping.count_units(rows(), plan)
        if is_matrix
        else counted.records - len(header_rows),
        format="csv",
        encoding=encoding.name,
        delimiter=delimiter,
    )


class _Raw(io.RawIOBase):
    """A stream of bytes as the standard library's text reader wants it."""

    def __init__(self, stream: text.Utf8Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)
