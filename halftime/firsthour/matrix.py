"""Sheets with a column per day or week: ``Rep | 6-Jan | 13-Jan``, with ``x`` or ``30`` below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from halftime.contracts import Contract
from halftime.firsthour import formats
from halftime.landing.header import match_header
from halftime.landing.shaping import header_days
from halftime.landing.spec import ObjectSpec

FEWEST = 4
_SOME_YEAR = 2026
_LOOKS_LIKE_A_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[-/. ]{1,2}(\d{1,2}|[A-Za-zä]{3,9})\b|[A-Za-z]{3,9}\.?[- ]\d{1,2}\b"
    r"|(week|wk|kw|w)[ -]?\d{1,2}\b",
    re.IGNORECASE,
)
_FORMATS = (
    *("D-Mon", "D Mon", "D. Mon", "Mon D", "Mon-D", "D.M.", "D-Mon-YY", "D.M.YYYY", "D/M", "M/D"),
    *(
        "D/M/YYYY",
        "M/D/YYYY",
        "D/M/YY",
        "M/D/YY",
        "Week WW",
        "Wk WW",
        "W WW",
        "WWW",
        "KW WW",
        "KWWW",
    ),
)


def count_days(record: Sequence[str]) -> int:
    """Count the cells of a record that look like days, if they are most of it and all differ."""
    filled = [value.strip() for value in record if value.strip()]
    days = [value for value in filled if _LOOKS_LIKE_A_DAY.match(value)]
    is_header = len(days) >= FEWEST and 2 * len(days) > len(filled) and len(set(days)) == len(days)
    return len(days) if is_header else 0


@dataclass(frozen=True)
class Matrix:
    """How a matrix becomes rows; ``rivals`` are formats that read its headers as other days."""

    contract: Contract
    names_to: str
    id_columns: tuple[str, ...]
    columns: Mapping[str, str]
    header_format: str | None
    has_year: bool
    rivals: tuple[str, ...] = ()


def contract_of_cells(contracts: Mapping[tuple[str, str], Contract]) -> Contract | None:
    """Return the contract whose rows are the cells of such a sheet, if there is one."""
    return next(
        (item for item in contracts.values() if item.column("cell") and _date_column(item)), None
    )


def _date_column(contract: Contract) -> str | None:
    return next(
        (column.name for column in contract.columns if column.kind == "date" and column.required),
        None,
    )


def read_matrix(header: Sequence[str], contract: Contract) -> Matrix | None:
    """Tell how the header of a matrix is written, or return None if it is none."""
    if not count_days(header):
        return None
    days = [name for name in header if _LOOKS_LIKE_A_DAY.match(name)]
    others = [name for name in header if name not in days and not name.startswith("column_")]
    names_to = _date_column(contract) or ""
    match = match_header(contract, others, ObjectSpec())
    columns = {
        column.name: others[place]
        for column, place in zip(contract.columns, match.positions, strict=True)
        if place is not None
    }
    needed = {
        column.name for column in contract.required_columns if column.name not in ("cell", names_to)
    }
    if not needed <= set(columns):
        return None
    kept = tuple(others)
    if all(map(formats.is_iso, days)):
        return Matrix(contract, names_to, kept, columns, None, has_year=True)
    reading = {
        name: found for name in _FORMATS if all(found := header_days(days, [name], _SOME_YEAR))
    }
    if not reading:
        return Matrix(contract, names_to, kept, columns, None, has_year=False)
    chosen = next(iter(reading))
    rivals = tuple(
        name for name, found in reading.items() if found != reading[chosen] and "WW" not in name
    )
    return Matrix(contract, names_to, kept, columns, chosen, "YY" in chosen, rivals)
