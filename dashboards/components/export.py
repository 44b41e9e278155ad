"""Files for download."""

from __future__ import annotations

import io

import pandas as pd

MOST_WORKBOOK_ROWS = 100_000  # more take minutes to write and to open
# A spreadsheet runs a cell that starts with one of these; tab and return can hide one.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> object:
    """Return text that a spreadsheet shows instead of running it."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_DANGEROUS):
        return "'" + value
    return value


def _safe(rows: pd.DataFrame) -> pd.DataFrame:
    safe = rows.copy()
    safe.columns = pd.Index([safe_cell(str(column)) for column in rows.columns])
    for column in safe.columns:
        if safe[column].dtype == object or pd.api.types.is_string_dtype(safe[column]):
            safe[column] = safe[column].map(safe_cell)
    return safe


def to_csv(rows: pd.DataFrame) -> bytes:
    """Return rows as CSV in UTF-8 with a byte-order mark, headers and text cells made harmless."""
    return _safe(rows).to_csv(index=False).encode("utf-8-sig")


def to_xlsx(rows: pd.DataFrame) -> bytes:
    """Return rows as a workbook of one sheet, the first 100,000; no cell is a formula or a link."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(
        buffer, engine="xlsxwriter", engine_kwargs={"options": options}
    ) as workbook:
        safe = _safe(rows.head(MOST_WORKBOOK_ROWS))
        for column in safe.columns:  # a workbook knows no time zones
            if isinstance(safe[column].dtype, pd.DatetimeTZDtype):
                safe[column] = safe[column].dt.tz_convert("UTC").dt.tz_localize(None)
        safe.to_excel(workbook, index=False, sheet_name="Halftime", freeze_panes=(1, 0))
        workbook.sheets["Halftime"].autofit()
    return buffer.getvalue()
