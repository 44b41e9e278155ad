"""Batches of text rows on their way into a raw table.

A batch has the columns ``c0 … c<n-1>`` (text), ``_row`` (the record's ordinal number in the file),
``_problem``, ``_rest`` (JSON text of what did not fit the columns) and ``_cell`` (the cell of a
matrix that the row was made from, as ``F12``). Rows that are no data
(blank lines, preambles, totals and footers of report exports) keep their record in ``_rest`` and
have NULL in every column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FOOTER = r"copyright\b.*|confidential\b.*|generated (?:by|on|at)\b.*"
_TOTALS = (
    r"(?i)^\s*(?:(?:grand|sub)?[ -]*totals?\s*(?:\([^)]*\))?\s*:?|(?:sub)?total for\b.*"
    r"|(?:(?:unique |record )?count|sum|average|avg|minimum|maximum|median)(?: of\b.*)?\s*:?"
    r"|[^()]*\([0-9,.]+ (?:records?|items?)\)|gesamtsumme|zwischensumme|summe|sous-total"
    r"|total g[eé]n[eé]ral|(?:end of )?report\b.*|filtered by\b.*|as of\b.*|" + _FOOTER + r")\s*$"
)
_TOTALS_PATTERN = re.compile(_TOTALS)
_FOOTER_PATTERN = re.compile(rf"(?i)^\s*(?:{_FOOTER})\s*$")
RECORD_KEY = "(record)"
OVERFLOW_KEY = "(overflow)"


def schema(width: int) -> pa.Schema:
    """Arrow schema of a batch with ``width`` text columns."""
    fields = [pa.field(f"c{number}", pa.string()) for number in range(width)]
    return pa.schema(
        [
            *fields,
            pa.field("_row", pa.int64()),
            pa.field("_problem", pa.string()),
            pa.field("_rest", pa.string()),
            pa.field("_cell", pa.string()),
        ],
    )


def data_batch(
    columns: Sequence[pa.Array],
    rows: np.ndarray,
    width: int,
    cells: Sequence[str | None] | None = None,
) -> pa.RecordBatch:
    """Build a batch of sound rows from their columns, row numbers and (of a matrix) cells."""
    nothing = pa.nulls(len(rows), pa.string())
    cell = nothing if cells is None else pa.array(cells, pa.string())
    arrays = [*columns, pa.array(rows, pa.int64()), nothing, nothing, cell]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(width))


def problem_batch(
    records: Iterable[tuple[int, str, Sequence[str | None]]],
    width: int,
    cells: Sequence[str | None] = (),
) -> pa.RecordBatch:
    """Build a batch from (row, problem, values); only ragged rows keep their values."""
    rows: list[list[object]] = []
    for place, (row, problem, values) in enumerate(records):
        kept = list(values[:width]) if problem == "ragged_row" else []
        rest: dict[str, object] = {}
        if problem == "ragged_row" and len(values) > width:
            rest[OVERFLOW_KEY] = list(values[width:])
        elif problem not in ("ragged_row", "blank_row"):
            rest[RECORD_KEY] = [value for value in values if value]
        text = json.dumps(rest, ensure_ascii=False) if rest else None
        cell = cells[place] if cells else None
        rows.append([*kept, *[None] * (width - len(kept)), row, problem, text, cell])
    names = schema(width)
    arrays = [
        pa.array([row[place] for row in rows], field.type) for place, field in enumerate(names)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=names)


def is_blank(values: Sequence[str | None]) -> bool:
    """Whether a record holds nothing but blanks."""
    return not any(value and value.strip() for value in values)


def is_total(value: str | None) -> bool:
    """Whether a value announces a total or a footer of a report export."""
    return bool(value and _TOTALS_PATTERN.match(value))


def is_footer(values: Sequence[str | None]) -> bool:
    """Whether a record is one of the lines with which a report's export signs itself."""
    filled = [value for value in values if value and value.strip()]
    return len(filled) == 1 and _FOOTER_PATTERN.match(filled[0]) is not None


def _take_out(batch: pa.RecordBatch, places: Sequence[int]) -> pa.RecordBatch:
    keep = np.ones(batch.num_rows, dtype=bool)
    keep[list(places)] = False
    return batch.filter(pa.array(keep))


def _values(batch: pa.RecordBatch, place: int, width: int) -> list[str | None]:
    return [batch.column(number)[place].as_py() for number in range(width)]


def set_apart(
    batch: pa.RecordBatch,
    width: int,
    *,
    header_row: int,
    required: Sequence[int],
) -> list[pa.RecordBatch]:
    """Part a batch of full-width rows into data and rows that are none.

    The header goes; rows above it become ``preamble``, rows of blanks ``blank_row``; rows that
    begin with a total or a footer and lack a required column (positions ``required``) become
    ``total``, and so do rows of one value beside a footer.
    """
    if batch.num_rows == 0:
        return []
    rows = batch.column(width).to_numpy()
    above = np.flatnonzero(rows <= header_row).tolist()
    problems = {place: "preamble" for place in above if rows[place] < header_row}
    totals, blanks = _totals_and_blanks(batch, width, required)
    totals += _beside_footer(batch, width, required, totals)
    problems.update({place: problems.get(place, "total") for place in totals})
    problems.update(dict.fromkeys(blanks, "blank_row"))
    header_places = [place for place in above if rows[place] == header_row]
    if not problems and not header_places:
        return [batch]
    apart = [
        (int(rows[place]), problem, _values(batch, place, width))
        for place, problem in sorted(problems.items())
        if place not in header_places
    ]
    data = _take_out(batch, [*problems, *header_places])
    parts = [problem_batch(apart, width), data]
    return [part for part in parts if part.num_rows]


def _beside_footer(
    batch: pa.RecordBatch,
    width: int,
    required: Sequence[int],
    totals: Sequence[int],
) -> list[int]:
    """Places of rows of one value next to a footer: the report's name, the company's name."""
    found: list[int] = []
    for footer in totals:
        if not is_footer(_values(batch, footer, width)):
            continue
        for step in (-1, 1):
            place = footer + step
            while 0 <= place < batch.num_rows and place not in totals:
                values = _values(batch, place, width)
                filled = sum(not is_blank([value]) for value in values)
                if filled != 1 or not any(is_blank([values[n]]) for n in required):
                    break
                found.append(place)
                place += step
    return found


def _totals_and_blanks(
    batch: pa.RecordBatch,
    width: int,
    required: Sequence[int],
) -> tuple[list[int], list[int]]:
    """Places of totals and footers, and of rows without any value; looks at first values only."""
    totals: list[int] = []
    places = np.arange(batch.num_rows)
    for number in range(width):
        column = batch.column(number) if number == 0 else batch.column(number).take(places)
        hits = pc.fill_null(pc.match_substring_regex(column, _TOTALS), fill_value=False)
        for place in places[hits.to_numpy(zero_copy_only=False)].tolist():
            values = _values(batch, place, width)
            if any(is_blank([values[position]]) for position in required):
                totals.append(place)
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), fill_value=True)
        places = places[blank.to_numpy(zero_copy_only=False)]
        if len(places) == 0:
            break
    return totals, places.tolist()
