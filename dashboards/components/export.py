"""Files for download."""

from __future__ import annotations

import pandas as pd

# A spreadsheet runs a cell that starts with one of these; tab and return can hide one.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> object:
    """Return text that a spreadsheet shows instead of running it."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_DANGEROUS):
        return "'" + value
    return value


def to_csv(rows: pd.DataFrame) -> bytes:
    """Return rows as CSV in UTF-8 with a byte-order mark, headers and text cells made harmless."""
    safe = rows.copy()
    safe.columns = pd.Index([safe_cell(str(column)) for column in rows.columns])
    for column in safe.columns:
        if safe[column].dtype == object or pd.api.types.is_string_dtype(safe[column]):
            safe[column] = safe[column].map(safe_cell)
    return safe.to_csv(index=False).encode("utf-8-sig")
