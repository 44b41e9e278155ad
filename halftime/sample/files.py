"""Raw files: their dialects, where planted rows go, and writing them, always the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

HEADER_ROW = 1
WHOLE_FILE = 0
_FIXED_DATE = datetime(2026, 9, 30, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Defect:
    """One line of the manifest, apart from its file and row."""

    name: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Planted:
    """A record that is written as it stands: ``values`` by header, or ``line`` verbatim.

    ``records`` is how many records of the file the line makes (a blank line is one, too).
    """

    defects: tuple[Defect, ...]
    values: dict[str, str | None] | None = None
    line: str | None = None
    outcome: str = "accepted"  # accepted | superseded | rejected: what the row adds to the totals


@dataclass
class SourceFile:
    """One file of the landing folder: clean rows and planted records between them."""

    path: str
    system: str
    object: str
    table: pa.Table
    delimiter: str = ","
    encoding: str = "utf-8"
    quote_all: bool = True
    superseded: int = 0  # clean rows that a newer version elsewhere supersedes
    planted: list[tuple[int, Planted]] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)
    notes: list[tuple[int, Defect]] = field(default_factory=list)
    header_notes: list[Defect] = field(default_factory=list)

    @property
    def kept(self) -> list[int]:
        """Numbers of the clean rows that were taken out to be planted elsewhere, in order."""
        return sorted(self.removed)

    def values(self, row: int) -> dict[str, str | None]:
        """Copy one clean row as header → text."""
        return {name: self.table[name][row].as_py() for name in self.table.column_names}

    def take(self, row: int) -> dict[str, str | None]:
        """Take one clean row out of the file, to plant it again, changed."""
        self.removed.add(row)
        return self.values(row)

    def plant(self, before: int, *records: Planted) -> None:
        """Write these records before the clean row of that number."""
        self.planted.extend((before, record) for record in records)

    def manifest(self) -> list[tuple[int, Defect]]:
        """Give (record number in the file, defect) of everything planted here, in order."""
        ordered = sorted(enumerate(self.planted), key=lambda item: (item[1][0], item[0]))
        taken = self.kept
        result = [(HEADER_ROW, note) for note in self.header_notes]
        positions = []
        for before_count, (_, (before, record)) in enumerate(ordered):
            clean_before = before - sum(1 for row in taken if row < before)
            row = HEADER_ROW + clean_before + before_count + 1
            positions.append(before)
            result.extend((row, defect) for defect in record.defects)
        for clean_row, defect in self.notes:
            clean_before = clean_row - sum(1 for row in taken if row < clean_row)
            planted_before = sum(1 for before in positions if before <= clean_row)
            result.append((HEADER_ROW + clean_before + planted_before + 1, defect))
        return sorted(result, key=lambda item: (item[0], item[1].name))

    def counts(self) -> dict[str, int]:
        """Count the records of this file by what should become of them."""
        totals = {"accepted": 0, "superseded": self.superseded, "rejected": 0}
        totals["accepted"] = self.table.num_rows - len(self.removed) - self.superseded
        for _, record in self.planted:
            totals[record.outcome] += 1
        return totals


def _record(values: dict[str, str | None], headers: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["" if values.get(name) is None else values[name] for name in headers])
    return buffer.getvalue()


def _pieces(file: SourceFile) -> list[pa.Table | Planted]:
    """Cut the clean rows where records were planted or taken out."""
    ordered = sorted(file.planted, key=lambda item: item[0])
    cuts = sorted({before for before, _ in ordered} | file.removed)
    pieces: list[pa.Table | Planted] = []
    start = 0
    for cut in cuts:
        if cut > start:
            pieces.append(file.table.slice(start, cut - start))
        pieces.extend(record for before, record in ordered if before == cut)
        start = cut + 1 if cut in file.removed else cut
    if start < file.table.num_rows:
        pieces.append(file.table.slice(start))
    return pieces


def _csv_bytes(file: SourceFile) -> bytes:
    headers = file.table.column_names
    quoting = "needed" if file.quote_all else "none"
    sink = io.BytesIO()
    sink.write(_record(dict(zip(headers, headers, strict=True)), headers, file.delimiter).encode())
    options = pa_csv.WriteOptions(
        include_header=False, delimiter=file.delimiter, quoting_style=quoting, batch_size=65_536
    )
    for piece in _pieces(file):
        if isinstance(piece, pa.Table):
            pa_csv.write_csv(piece, sink, options)
        elif piece.line is not None:
            sink.write(piece.line.encode())
        else:
            sink.write(_record(piece.values or {}, headers, file.delimiter).encode())
    return sink.getvalue()


def _encode(content: bytes, encoding: str) -> bytes:
    return content if encoding == "utf-8" else content.decode().encode(encoding)


DATE_HEADERS = ("date", "session_date", "due_date", "created_date", "completed_date")
NUMBER_HEADERS = ("duration_minutes", "minutes", "score")


def _cells(header: str, column: pa.ChunkedArray) -> list:
    """Give a workbook's cells real dates and numbers where a person would type them."""
    if header.lower() in DATE_HEADERS:
        return column.cast(pa.date32()).to_pylist()
    if header in NUMBER_HEADERS:
        return column.cast(pa.int64()).to_pylist()
    return column.to_pylist()


def _write_xlsx(file: SourceFile, target: Path) -> None:
    """Write a workbook: dates as real dates, numbers as numbers, a sheet named after the object."""
    headers = file.table.column_names
    options = {"strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"created": _FIXED_DATE})
    sheet = book.add_worksheet(file.object.capitalize() + "s")
    sheet.write_row(0, 0, headers, book.add_format({"bold": True}))
    rows = _pieces(file)
    line = 1
    for piece in rows:
        if isinstance(piece, pa.Table):
            for number, name in enumerate(headers):
                sheet.write_column(line, number, _cells(name, piece[name]))
            line += piece.num_rows
        else:
            sheet.write_row(line, 0, [(piece.values or {}).get(name) for name in headers])
            line += 1
    sheet.freeze_panes(1, 0)
    book.close()


def write_file(file: SourceFile, folder: Path) -> Path:
    """Write one file under the landing folder and return its path."""
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".parquet":
        whole = pa.concat_tables(piece for piece in _pieces(file) if isinstance(piece, pa.Table))
        pq.write_table(whole, target, compression="zstd")
    elif target.suffix == ".xlsx":
        _write_xlsx(file, target)
    else:
        content = _encode(_csv_bytes(file), file.encoding)
        if target.suffix == ".gz":
            content = gzip.compress(content, compresslevel=4, mtime=0)
        target.write_bytes(content)
    return target
