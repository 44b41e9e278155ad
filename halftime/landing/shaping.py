"""From a sheet as people write it to records: pure functions on rows of text.

A row is a list of texts (None: no value), rows and columns count from 0 here, row numbers from 1.
Nothing is lost: a row that is no data comes out as one record with its problem, and every filled
cell of a matrix as one record of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache

from halftime.contracts import Contract
from halftime.landing import batches
from halftime.landing.archive import column_letters
from halftime.landing.header import (
    FOUND,
    find_header,
    find_header_row,
    match_header,
    unique_headers,
)
from halftime.landing.spec import ObjectSpec, RejectedFileError, Shape, Unpivot

Row = Sequence[str | None]
JOINT = " / "
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_SERIAL_ORIGIN = dt.date(1899, 12, 30)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?\Z")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TOKENS = re.compile(r"YYYY|YY|Mon|MM|Ddd|DD|WW|M|D|\s+|.", re.DOTALL)
_DASHES = "[-\u2010-\u2015]"
_PATTERNS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "Mon": r"(?P<name>[^\W\d_]{3,})\.?",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "WW": r"(?P<week>\d{1,2})",
    "Ddd": r"[^\W\d_]{2,}\.?",
}
# English and German, by their first three letters.
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt",
         "nov", "dec dez"), start=1,
    )
    for name in names.split()
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One record: its row, what is wrong with it, its values (of the raw row if it is no data)."""

    row: int
    problem: str | None
    values: Row
    cell: str | None = None


@dataclass(frozen=True)
class Plan:
    """How the rows of one sheet become records.

    ``kept`` are the places of the sheet's columns that stay columns; after them the records carry
    the ``added`` values (name and value of a cell first, if ``cells`` are unpivoted). ``cells``
    holds place and name of each value column.
    """

    header: tuple[str, ...]
    header_rows: tuple[int, ...]
    width: int
    kept: tuple[int, ...]
    added: tuple[str, ...]
    cells: tuple[tuple[int, str], ...]
    is_matrix: bool
    filled: tuple[int, ...]
    repeated: frozenset[int]
    serials: frozenset[int]
    labels: tuple[str, ...]
    first_column: int = 0

    @property
    def last_header_row(self) -> int:
        """The last row of the header, from 1."""
        return self.header_rows[-1]


def is_blank(value: str | None) -> bool:
    """Whether a cell holds nothing but blanks."""
    return not (value and value.strip())


def serial_date(number: float) -> str | None:
    """Return the ISO day (or moment) of a spreadsheet's date serial, None if it can be none."""
    if not _FIRST_SERIAL <= number < _LAST_SERIAL:
        return None
    day = _SERIAL_ORIGIN + dt.timedelta(days=int(number))
    seconds = round((number - int(number)) * 86_400)
    if not seconds:
        return day.isoformat()
    moment = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=seconds)
    return moment.isoformat()


def serial_text(text: str | None) -> str | None:
    """Turn the text of a date serial into an ISO day; any other text stays."""
    if text is None or not re.fullmatch(r"\s*\d{5}(?:\.\d+)?\s*", text, re.ASCII):
        return text
    return serial_date(float(text)) or text


@cache
def _header_pattern(header_format: str) -> re.Pattern[str]:
    parts = []
    for piece in _TOKENS.findall(header_format.strip()):
        if piece in _PATTERNS:
            parts.append(_PATTERNS[piece])
        elif piece.isspace():
            parts.append(r"[\s\xa0]+")
        else:
            parts.append(_DASHES if piece == "-" else re.escape(piece))
    try:
        return re.compile(r"[\s\xa0]*" + "".join(parts) + r"[\s\xa0]*\Z", re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"the format '{header_format}' names a part twice") from error


def check_header_format(header_format: str) -> None:
    """Raise :class:`ValueError` if a header format cannot name a day."""
    groups = _header_pattern(header_format).groupindex
    if not ({"day"} <= set(groups) and {"month", "name"} & set(groups)) and "week" not in groups:
        raise ValueError(
            f"the format '{header_format}' names no day: it needs D and M or Mon, or WW"
        )


@dataclass(frozen=True)
class _Day:
    year: int | None
    month: int
    day: int
    week: int | None = None

    def in_year(self, year: int) -> dt.date | None:
        try:
            if self.week is not None:
                return dt.date.fromisocalendar(year, self.week, 1)
            return dt.date(year, self.month, self.day)
        except ValueError:
            return None


def _read_day(text: str, formats: Sequence[str]) -> _Day | None:
    if iso := _ISO_DAY.match(text.strip()):
        return _Day(int(iso[1]), int(iso[2]), int(iso[3]))
    serial = serial_text(text)
    if serial and serial != text:
        return _read_day(serial, ())
    for header_format in formats:
        match = _header_pattern(header_format).match(text)
        if match is None:
            continue
        found = match.groupdict()
        month = int(found.get("month") or 0) or _MONTHS.get((found.get("name") or "")[:3].lower())
        year = found.get("year") or ("20" + found["short"] if found.get("short") else None)
        week = found.get("week")
        if week:
            return _Day(int(year) if year else None, 0, 0, int(week))
        if month:
            return _Day(int(year) if year else None, month, int(found.get("day") or 0))
    return None


def header_days(headers: Sequence[str], formats: Sequence[str], year: int | None) -> list[str]:
    """Return the ISO day that each header names, '' if it names none.

    Headers without a year get ``year``; where the months jump by half a year or more, a new year
    has begun (or, newest first, an old one). Without ``year`` such headers name no day.
    """
    days: list[str] = []
    before: dt.date | None = None
    for header in headers:
        read = _read_day(header, formats)
        day = None
        if read is not None:
            wanted = read.year if read.year is not None else year
            day = read.in_year(wanted) if wanted is not None else None
            if day and before and read.year is None:
                day = _nearest(read, before)
        before = day or before
        days.append(day.isoformat() if day else "")
    return days


def _nearest(read: _Day, before: dt.date) -> dt.date | None:
    days = [day for shift in (-1, 0, 1) if (day := read.in_year(before.year + shift))]
    return min(days, key=lambda day: (abs((day - before).days), day), default=None)


def year_of(unpivot: Unpivot, sheet: str, file: str) -> int | None:
    """Return the year that the configuration gives, or the first in the sheet's or file's name."""
    if unpivot.year is None or isinstance(unpivot.year, int):
        return unpivot.year
    text = sheet if unpivot.year == "sheet" else file
    if match := _YEAR.search(text):
        return int(match[0])
    raise RejectedFileError(
        "no_year",
        f"The name of the {unpivot.year} '{text}' holds no year for the headers of the matrix. "
        "Write it under 'unpivot: year:'.",
    )


def joined_header(rows: Sequence[Row], *, fill_right: bool) -> list[str]:
    """Join several header rows to one: ``Q1 / Booked``; blanks and repeats are left out.

    ``fill_right``: a name in an upper row holds up to the next one (exports know no merged cells).
    """
    width = max((len(row) for row in rows), default=0)
    levels = [[(value or "").strip() for value in row] + [""] * (width - len(row)) for row in rows]
    for place, level in enumerate(levels[:-1] if fill_right else ()):
        name = ""
        for column in range(width):
            name = level[column] or name
            if any(lower[column] for lower in levels[place + 1 :]):
                level[column] = name
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            if level[column] and level[column] not in parts[-1:]:
                parts.append(level[column])
        names.append(JOINT.join(parts))
    return names


def find_header_rows(head: Sequence[Row], contract: Contract, spec: ObjectSpec) -> tuple[int, ...]:
    """Rows of the header from 1: the configured ones, else the first that fits the contract."""
    shape = spec.shape or Shape()
    if shape.header_rows:
        if shape.header_rows[-1] > len(head):
            raise RejectedFileError(
                "empty_file",
                f"The header should be row {shape.header_rows[-1]}; the sheet ends at {len(head)}.",
            )
        return shape.header_rows
    texts = [[value or "" for value in row] for row in head]
    place, _ = find_header_row(texts, _own_columns(contract, spec), spec)
    return (place + 1,)


def _own_columns(contract: Contract, spec: ObjectSpec) -> Contract:
    """Return the contract without the columns that the shape gives."""
    given = spec.shape.given if spec.shape else frozenset()
    columns = tuple(column for column in contract.columns if column.name not in given)
    return replace(contract, columns=columns)


def make_plan(
    names: Sequence[str],
    header_rows: tuple[int, ...],
    contract: Contract,
    spec: ObjectSpec,
    *,
    sheet: str = "",
    file: str = "",
    has_serials: bool = False,
    first_column: int = 0,
) -> Plan:
    """Plan how the rows below a header become records.

    Raises :class:`RejectedFileError` ``missing_column`` if a column that the shape names is not
    there, ``no_value_columns`` if a matrix has none, ``no_year``.
    """
    shape = spec.shape or Shape()
    header = unique_headers(names)
    own = _own_columns(contract, spec)
    match = match_header(own, header, spec)
    place_of = {
        column.name: place
        for column, place in zip(own.columns, match.positions, strict=True)
        if place is not None
    }

    def places(wanted: Sequence[str], section: str) -> list[int]:
        found = []
        for name in wanted:
            place = place_of.get(name)
            place = find_header(header, name) if place is None else place
            if place is None and name not in shape.given:
                shown = ", ".join(f"'{item}'" for item in header[:20])
                raise RejectedFileError(
                    "missing_column",
                    f"{section}: '{name}' is neither a column of the contract that the sheet has "
                    f"nor one of its headers.{FOUND}{shown}.",
                )
            found += [] if place is None else [place]
        return found

    cells: list[tuple[int, str]] = []
    if shape.unpivot:
        fixed = {*places(shape.unpivot.id_columns, "id_columns"), *place_of.values()}
        cells = _value_columns(names, fixed, contract, shape.unpivot, sheet, file)
    repeated = set(places(shape.merged, "merged"))
    if shape.unpivot and shape.unpivot.values_to in shape.merged:
        repeated |= {place for place, _ in cells}
    value_places = {place for place, _ in cells}
    kept = tuple(place for place in range(len(header)) if place not in value_places)
    added = _added(shape, sheet, file)
    titles = [_title(contract, name) for name, _ in added]
    all_names = unique_headers([*titles, *(header[place] for place in kept)])
    dates = {column.name for column in contract.columns if column.kind in ("date", "timestamp")}
    return Plan(
        header=(*all_names[len(titles) :], *all_names[: len(titles)]),
        header_rows=header_rows,
        width=len(header),
        kept=kept,
        added=tuple(value for _, value in added[2 if shape.unpivot else 0 :]),
        cells=tuple(cells),
        is_matrix=shape.unpivot is not None,
        filled=tuple(places(shape.fill_down, "fill_down")),
        repeated=frozenset(repeated),
        serials=frozenset(
            place for name, place in place_of.items() if name in dates and has_serials
        ),
        labels=tuple(pattern.casefold().strip() for pattern in shape.not_data),
        first_column=first_column,
    )


def _added(shape: Shape, sheet: str, file: str) -> list[tuple[str, str]]:
    added = []
    if shape.unpivot:
        added = [(shape.unpivot.names_to, ""), (shape.unpivot.values_to, "")]
    if shape.sheet_to:
        added.append((shape.sheet_to, sheet))
    if shape.file_to:
        added.append((shape.file_to, file))
    return added


def _title(contract: Contract, name: str) -> str:
    column = contract.column(name)
    return column.header if column else name


def _value_columns(
    names: Sequence[str],
    fixed: set[int],
    contract: Contract,
    unpivot: Unpivot,
    sheet: str,
    file: str,
) -> list[tuple[int, str]]:
    free = [place for place in range(len(names)) if place not in fixed and names[place].strip()]
    column = contract.column(unpivot.names_to)
    headers = [names[place].strip() for place in free]
    if column is not None and column.kind in ("date", "timestamp"):
        headers = header_days(headers, unpivot.header_formats, year_of(unpivot, sheet, file))
    cells = [(place, header) for place, header in zip(free, headers, strict=True) if header]
    if not cells:
        shown = ", ".join(f"'{names[place]}'" for place in free[:12]) or "none"
        raise RejectedFileError(
            "no_value_columns",
            f"No header names a value column of the matrix; found {shown}. Give 'header_format' "
            "(such as D-Mon) and, if the headers have no year, 'year' under 'unpivot'.",
        )
    return cells


def is_label(value: str | None, labels: Sequence[str]) -> bool:
    """Whether a cell says what a configured total or footer says."""
    text = (value or "").strip().casefold()
    return bool(text) and any(fnmatchcase(text, label) for label in labels)


def shaped(
    rows: Iterator[tuple[int, Row]], plan: Plan, required: Sequence[int]
) -> Iterator[Record]:
    """Turn numbered rows into records.

    ``required`` are places in the plan's header; a row that begins with a total and lacks one of
    them is no data (in a matrix a total never is).
    """
    needed = [plan.kept[place] for place in required if place < len(plan.kept)]
    last: dict[int, str] = {}
    for number, row in rows:
        if number in plan.header_rows:
            continue
        record = _not_data(number, row, plan, needed)
        if record is not None:
            yield from _apart(record, row, plan)
            continue
        values = [
            serial_text(value) if place in plan.serials else value
            for place, value in enumerate(row[: plan.width])
        ]
        values += [None] * (plan.width - len(values))
        for place in plan.filled:
            if is_blank(values[place]):
                values[place] = last.get(place)
            else:
                last[place] = values[place] or ""
        yield from _records(number, values, plan)


def _not_data(number: int, row: Row, plan: Plan, needed: Sequence[int]) -> Record | None:
    if batches.is_blank(row):
        return Record(number, "blank_row", row)
    if number < plan.last_header_row:
        return Record(number, "preamble", row)
    label = next(value for value in row if not is_blank(value))
    lacks = any(place >= len(row) or is_blank(row[place]) for place in needed)
    is_total = batches.is_total(label) and (lacks or plan.is_matrix)
    if is_total or is_label(label, plan.labels):
        return Record(number, "total", row)
    if not batches.is_blank(row[plan.width :]):
        kept = [] if plan.is_matrix else [row[place] for place in plan.kept]
        gap = [None] * (len(plan.header) - len(kept))
        rest = row if plan.is_matrix else row[plan.width :]
        return Record(number, "ragged_row", [*kept, *gap, *rest])
    return None


def _apart(record: Record, row: Row, plan: Plan) -> Iterator[Record]:
    """Yield what a row that is no data counts as: a row, or (below a matrix) its filled cells."""
    filled = _filled(row, plan) if record.row > plan.last_header_row else []
    for place in filled:
        yield replace(record, cell=f"{column_letters(place + plan.first_column)}{record.row}")
    if not filled:
        yield record


def _filled(row: Row, plan: Plan) -> list[int]:
    return [place for place, _ in plan.cells if place < len(row) and not is_blank(row[place])]


def _records(number: int, values: Row, plan: Plan) -> Iterator[Record]:
    kept = [values[place] for place in plan.kept]
    if not plan.is_matrix:
        yield Record(number, None, [*kept, *plan.added])
        return
    count = 0
    for place, name in plan.cells:
        if not is_blank(values[place]):
            count += 1
            cell = f"{column_letters(place + plan.first_column)}{number}"
            yield Record(number, None, [*kept, name, values[place], *plan.added], cell)
    if not count:
        yield Record(number, "no_cells", values)


def count_units(rows: Iterator[tuple[int, Row]], plan: Plan) -> int:
    """Count what a sheet holds, before and apart from the shaping.

    Every row but those of the header counts once; below the header of a matrix every filled cell of
    a value column counts, and a row without any counts once.
    """
    if not plan.is_matrix:
        return sum(number not in plan.header_rows for number, _ in rows)
    places = [place for place, _ in plan.cells]
    total = 0
    for number, row in rows:
        if number in plan.header_rows:
            continue
        if number < plan.last_header_row:
            total += 1
            continue
        total += max(1, sum(place < len(row) and not is_blank(row[place]) for place in places))
    return total


def with_merged(
    rows: Iterator[tuple[int, Row]],
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    wanted: frozenset[int],
    header_rows: Sequence[int],
) -> Iterator[tuple[int, Row]]:
    """Repeat the value of merged cells over their range, in the header and in ``wanted`` columns.

    ``ranges`` hold (row, column) from 0 of the first and the last cell.
    """
    by_row: dict[int, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    for first, final in ranges:
        for place in range(first[0], min(final[0], first[0] + 100_000) + 1):
            by_row.setdefault(place + 1, []).append((first, final))
    seen: dict[tuple[int, int], str | None] = {}
    for number, row in rows:
        here = by_row.get(number)
        if not here:
            yield number, row
            continue
        values = list(row)
        for first, final in here:
            if first[0] + 1 == number:
                seen[first] = values[first[1]] if first[1] < len(values) else None
            for column in range(first[1], min(final[1] + 1, 16_384)):
                is_wanted = number in header_rows or column in wanted
                if is_wanted and column < len(values) and is_blank(values[column]):
                    values[column] = seen.get(first)
        yield number, values
