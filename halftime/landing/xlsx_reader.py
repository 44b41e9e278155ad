"""Spreadsheets: one sheet as text, with the row numbers that the sheet shows."""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from halftime.contracts import Contract
from halftime.landing import batches
from halftime.landing.header import SEARCH_ROWS, find_header_row, unique_headers
from halftime.landing.spec import ObjectSpec, RejectedFileError

_BATCH_ROWS = 20_000


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
class XlsxFile:
    """A sheet, looked through and ready to be read."""

    sheet: CalamineSheet
    header: tuple[str, ...]
    header_row: int
    source_rows: int
    format: str = "xlsx"

    def read(self, required: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Yield the sheet's rows, without its header, in batches (see :mod:`batches`)."""
        width = len(self.header)
        rows = self.sheet.iter_rows()
        number = 1
        while chunk := list(islice(rows, _BATCH_ROWS)):
            texts = [[cell_text(value) for value in row] for row in chunk]
            columns = [
                pa.array([row[place] if place < len(row) else None for row in texts], pa.string())
                for place in range(width)
            ]
            numbers = np.arange(number, number + len(chunk), dtype=np.int64)
            yield from batches.set_apart(
                batches.data_batch(columns, numbers, width),
                width,
                header_row=self.header_row,
                required=required,
            )
            number += len(chunk)


def open_xlsx(path: Path, contract: Contract, spec: ObjectSpec) -> XlsxFile:
    """Look through a workbook: its sheet, its header, its number of rows.

    Raises :class:`RejectedFileError` for ``empty_file``, ``unreadable``, ``no_sheet``.
    """
    if path.stat().st_size == 0:
        raise RejectedFileError("empty_file", "The file is empty.")
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = _sheet_name(book.sheet_names, spec.sheet)
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise RejectedFileError("unreadable", f"The workbook cannot be read: {error}.") from error
    head = [
        [cell_text(value) or "" for value in row] for row in islice(sheet.iter_rows(), SEARCH_ROWS)
    ]
    if not any(any(row) for row in head):
        raise RejectedFileError("empty_file", f"The sheet '{name}' is empty: not even a header.")
    place, _ = find_header_row(head, contract, spec)
    return XlsxFile(
        sheet=sheet,
        header=tuple(unique_headers(head[place])),
        header_row=place + 1,
        source_rows=sheet.start[0] + sheet.height - 1 if sheet.start else 0,
    )


def _sheet_name(names: Sequence[str], wanted: str | None) -> str:
    if not names:
        raise RejectedFileError("no_sheet", "The workbook has no sheet.")
    if wanted is None:
        return names[0]
    for name in names:
        if name.casefold() == wanted.casefold() or fnmatch.fnmatchcase(
            name.casefold(),
            wanted.casefold(),
        ):
            return name
    shown = ", ".join(f"'{name}'" for name in names)
    raise RejectedFileError("no_sheet", f"No sheet is named like '{wanted}'. Found: {shown}.")
