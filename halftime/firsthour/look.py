"""Look at the files of a folder: encoding, delimiter, header row, a bounded sample of the rows.

Nothing is written, and no file is held: text files are sampled from their first 4 MiB. Calendars
and the pages of an interface say themselves what they are; they are read as landing reads them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from halftime.contracts import Contract, normalise_header
from halftime.firsthour.matrix import count_days
from halftime.landing import archive, text
from halftime.landing.csv_reader import DELIMITERS, split_records
from halftime.landing.discover import list_files, split_name
from halftime.landing.header import SEARCH_ROWS, unique_headers
from halftime.landing.ics_reader import IcsFile
from halftime.landing.load import opened
from halftime.landing.pages import envelope_of
from halftime.landing.sheet_reader import cell_text
from halftime.landing.spec import ObjectSpec, RejectedFileError
from halftime.landing.typed_readers import TypedFile, literal

SAMPLE_ROWS = 20_000
VALUE_ROWS = 2_000
_SHEETS = 20
_HEAD_BYTES = 4 << 20
_FIRST_LETTERS = 256 << 10
_WORKBOOK_BYTES = 64 << 20


@dataclass(frozen=True)
class Table:
    """One file, or one sheet of a workbook, as far as it was looked at.

    ``header_row`` counts records from 1; ``rows`` holds at most :data:`SAMPLE_ROWS` records as wide
    as ``header``; ``problem`` says why nothing could be read. ``shown`` is the object that the
    file shows itself to be of whatever its name, ``beside`` the others whose rows it holds as well.
    """

    file: str
    format: str | None
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    header_row: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheet_count: int = 1
    is_whole: bool = True
    problem: str | None = None
    shown: Contract | None = None
    beside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How the table is named to a person."""
        return f"{self.file} [{self.sheet}]" if self.sheet and self.sheet_count > 1 else self.file

    def column(self, position: int) -> list[str]:
        """Return values of a column: at most :data:`VALUE_ROWS`, spread evenly over the rows."""
        stride = -(-len(self.rows) // VALUE_ROWS) or 1
        return [row[position] for row in self.rows[::stride]]

    def every(self, position: int) -> list[str]:
        """Return all sampled values of a column."""
        return [row[position] for row in self.rows]


def vocabulary(contracts: Mapping[tuple[str, str], Contract]) -> list[frozenset[str]]:
    """Return per contract the names under which its columns are known, letters and digits only."""
    return [
        frozenset(
            normalise_header(name)
            for column in contract.columns
            for name in (column.header, column.name, *column.aliases)
        )
        for contract in contracts.values()
    ]


def look(
    folder: Path,
    contracts: Mapping[tuple[str, str], Contract],
    skip: Iterable[Path] = (),
) -> list[Table]:
    """Look at every file of a folder; what cannot be read says so in ``problem``."""
    known = vocabulary(contracts)
    left_out = {path.resolve() for path in skip}
    tables: list[Table] = []
    for name in list_files(folder):
        if (folder / name).resolve() not in left_out:
            tables.extend(_look_at(folder, name, known, tuple(contracts.values())))
    return tables


def _look_at(
    folder: Path,
    name: str,
    known: Sequence[frozenset[str]],
    contracts: Sequence[Contract],
) -> list[Table]:
    """Look at one file; a workbook gives a table per sheet that holds anything."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    _, file_format, _ = split_name(Path(name).name)
    try:
        with archive.materialised(folder, name) as path:
            return _look_at_shown(path, shown, contracts) or _look_at_file(path, shown, known)
    except RejectedFileError as error:
        return [Table(shown, file_format, problem=error.reason)]
    except (OSError, ValueError, CalamineError, duckdb.Error) as error:
        first = (str(error).splitlines() or ["unknown"])[0]
        return [Table(shown, file_format, problem=f"cannot be read: {first}")]


def _look_at_file(path: Path, shown: str, known: Sequence[frozenset[str]]) -> list[Table]:
    _, file_format, is_gzipped = split_name(path.name)
    if file_format is None:
        return [Table(shown, None, problem="is of no format that is read")]
    if file_format == "csv":
        return [_look_at_text(path, shown, known)]
    if is_gzipped and file_format in ("xlsx", "parquet"):
        return [Table(shown, file_format, problem="is gzipped; unpack it to have it looked at")]
    if file_format == "xlsx":
        return _look_at_workbook(path, shown, known)
    return [_look_at_typed(path, shown, file_format)]


def _look_at_shown(path: Path, shown: str, contracts: Sequence[Contract]) -> list[Table]:
    """Look at a file that shows by its content which object it is of; nothing if it does not."""
    _, file_format, _ = split_name(path.name)
    families = [
        family for family in _families(contracts) if file_format == "ics" and family[0].is_calendar
    ]
    if file_format == "json":
        envelopes = {f[0].explode.envelope: f for f in _families(contracts) if f[0].explode}
        key = envelope_of(path, frozenset(envelopes))
        families = [envelopes[key]] if key is not None else []
    for first, *others in families[:1]:
        beside = tuple(contract.object for contract in others)
        table = _look_as(path, shown, first)
        if first.explode is None or _has_required(table, first):
            return [replace(table, shown=first, beside=beside)]
    return []


def _families(contracts: Sequence[Contract]) -> list[list[Contract]]:
    """Objects whose rows stand in the same files; first the one that a file is drafted as."""
    families: dict[tuple[str, str], list[Contract]] = {}
    for contract in contracts:
        if contract.explode:
            families.setdefault((contract.system, contract.explode.envelope), []).append(contract)
        elif contract.is_calendar:
            families.setdefault((contract.system, ""), []).append(contract)
    return [
        # A page's own records before what is nested in them; meetings before the entries of which
        # they are made, since exports of other formats hold meetings only.
        sorted(
            family,
            key=lambda item: (
                len(item.explode.path) if item.explode else 0,
                item.column("instance_count") is not None,
            ),
        )
        for family in families.values()
    ]


def _has_required(table: Table, contract: Contract) -> bool:
    names = {normalise_header(name) for name in table.header}
    return all(
        any(normalise_header(name) in names for name in (column.header, *column.aliases))
        for column in contract.required_columns
    )


def _look_as(path: Path, shown: str, contract: Contract) -> Table:
    """Read the rows of one object as landing does."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        duckdb.connect(":memory:", config={"threads": 2}) as con,
        opened(con, path, contract, ObjectSpec(), Path(scratch), shown=shown) as file,
    ):
        found = islice(_rows_of(con, file), SAMPLE_ROWS) if isinstance(file, _READ_AS) else ()
        rows = tuple(tuple(value or "" for value in row) for row in found)
        return Table(
            shown,
            file.format,
            tuple(file.header),
            rows,
            encoding=file.encoding if isinstance(file.encoding, str) else None,
            is_whole=len(rows) < SAMPLE_ROWS,
        )


_READ_AS = (IcsFile, TypedFile)


def _rows_of(
    con: duckdb.DuckDBPyConnection, file: IcsFile | TypedFile
) -> Iterator[Sequence[str | None]]:
    if isinstance(file, IcsFile):
        for batch in file.read(()):
            width = len(file.header)
            yield from zip(
                *(batch.column(place).to_pylist() for place in range(width)), strict=True
            )
        return
    yield from con.execute(
        f"select {', '.join(file.scan.expressions)} from {file.scan.relation} "
        f"order by {file.scan.row} limit {SAMPLE_ROWS}"
    ).fetchall()


def header_place(
    records: Sequence[Sequence[str]], known: Sequence[frozenset[str]]
) -> tuple[int, int]:
    """Find the header among the first records: the one that most columns of one contract know.

    Returns its place and the number of names known; the first record that is not blank where
    nothing is known.
    """
    best_place, best_count = -1, 0
    for place, record in enumerate(records[:SEARCH_ROWS]):
        names = {normal for value in record if (normal := normalise_header(value))}
        if not names:
            continue
        count = max((len(names & words) for words in known), default=0) + count_days(record)
        if best_place < 0 or (count > best_count and count > 1):
            best_place, best_count = place, count
    return max(best_place, 0), best_count


def _cut(
    records: Sequence[Sequence[str]], place: int
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Part records into a header and rows as wide as it; blank and much shorter rows are left."""
    header = tuple(unique_headers(records[place]))
    width = len(header)
    rows = [
        (*record[:width], *[""] * (width - len(record)))
        for record in records[place + 1 :]
        if sum(bool(value.strip()) for value in record) > (1 if width > 2 else 0)
    ]
    return header, tuple(rows[:SAMPLE_ROWS])


def _look_at_text(path: Path, shown: str, known: Sequence[frozenset[str]]) -> Table:
    encoding = text.detect_encoding(path)
    sample, is_all = text.head_text(path, encoding, _HEAD_BYTES)
    best: tuple[tuple[float, ...], str, int] | None = None
    for order, delimiter in enumerate(DELIMITERS):
        records = split_records(sample[:_FIRST_LETTERS], delimiter)
        if not records:
            continue
        place, count = header_place(records, known)
        below = [record for record in records[place + 1 : place + 200] if record]
        width = len(records[place])
        even = sum(len(record) == width for record in below) / max(len(below), 1)
        score = (float(count), even if width > 1 else 0.0, float(width), -float(order))
        if best is None or score > best[0]:
            best = score, delimiter, place
    if best is None:
        raise RejectedFileError("empty_file", "The file holds no record: not even a header.")
    _, delimiter, place = best
    records = split_records(sample, delimiter)
    if not is_all and len(records) > place + 2:
        records = records[:-1]
    header, rows = _cut(records, place)
    return Table(
        shown,
        "csv",
        header,
        rows,
        place + 1,
        encoding.name + (" with BOM" if encoding.bom_bytes else ""),
        delimiter,
        is_whole=is_all and len(records) - place - 1 <= SAMPLE_ROWS,
    )


def _look_at_workbook(path: Path, shown: str, known: Sequence[frozenset[str]]) -> list[Table]:
    if path.stat().st_size > _WORKBOOK_BYTES:
        raise RejectedFileError("unreadable", "The workbook is larger than 64 MiB: save it as CSV.")
    book = CalamineWorkbook.from_path(str(path))
    tables = []
    for name in book.sheet_names[:_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        records = [
            [cell_text(value) or "" for value in row]
            for row in islice(sheet.iter_rows(), SAMPLE_ROWS + SEARCH_ROWS)
        ]
        if not any(any(record) for record in records):
            continue
        place, _ = header_place(records, known)
        header, rows = _cut(records, place)
        tables.append(
            Table(
                shown,
                "xlsx",
                header,
                rows,
                place + 1,
                sheet=name,
                sheet_count=len(book.sheet_names),
                is_whole=sheet.height <= SAMPLE_ROWS,
            )
        )
    if not tables:
        raise RejectedFileError("empty_file", "The workbook has no sheet with anything in it.")
    return tables


def _look_at_typed(path: Path, shown: str, file_format: str) -> Table:
    with duckdb.connect(":memory:", config={"threads": 2}) as con:
        if file_format == "parquet":
            found = con.execute(
                f"select * from read_parquet({literal(str(path))}) limit {SAMPLE_ROWS}"
            )
        else:
            found = con.execute(
                f"select * from read_json_auto({literal(str(path))}, sample_size = 2000, "
                f"maximum_depth = 1, ignore_errors = false) limit {SAMPLE_ROWS}"
            )
        header = tuple(unique_headers([str(item[0]) for item in found.description or ()]))
        rows = tuple(tuple(_plain(value) for value in row) for row in found.fetchall())
    return Table(shown, file_format, header, rows, 1, is_whole=len(rows) < SAMPLE_ROWS)


def _plain(value: object) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, default=str)
    return cell_text(value) or ""
