"""Templates of a system's objects, made from its contracts: CSV and XLSX with a filled example.

A contract column may give its own example (``config: meta: example:``); otherwise one is made from
its kind, its accepted values and its bounds, so that a new system has templates at once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import xlsxwriter

from halftime.contracts import Column, Contract
from halftime.errors import UsageError
from halftime.home import machine_errors
from halftime.landing.header import nearest

_KINDS = {
    "text": "text",
    "id": "id, kept as text",
    "email": "e-mail address",
    "integer": "whole number",
    "decimal": "number",
    "boolean": "yes or no",
    "date": "day (2026-01-31)",
    "timestamp": "day and time (2026-01-31T14:30:00Z)",
}
# Texts by what the name of a column ends with; the first that fits.
_EXAMPLES = (
    (r"currency(_code)?$|currency$", "EUR"),
    (r"time_zone$", "Europe/Berlin"),
    (r"country$", "Germany"),
    (r"email$|username$", "ann.example@example.com"),
    (r"manager$|coach$|reviewer|leader", "Max Muster"),
    (r"owner|coachee|person|rep$|full_name|user_name|confirmed_by|author", "Ann Example"),
    (r"stage", "Proposal"),
    (r"account|company|customer", "Example Ltd"),
    (r"product", "Example product"),
    (r"region", "Central"),
    (r"team", "Team Muster"),
    (r"^cell$", "30"),
    (r"skill", "Discovery"),
    (r"start_time|_time$", "09:30"),
    (r"system$|source$", "salesforce"),
)


def example(column: Column) -> str:
    """Return a value that the column accepts."""
    if column.example:
        return column.example
    if column.accepted:
        return column.accepted[0]
    if column.kind == "date":
        late = re.search(r"_to$|_end$|end_|expires|leave|due|completed|close", column.name)
        return "2026-12-31" if late else "2026-01-15"
    if column.kind == "timestamp":
        late = re.search(r"_to$|end", column.name)
        return "2026-12-31T17:00:00Z" if late else "2026-01-15T09:30:00Z"
    if column.kind == "boolean":
        return "false" if re.search(r"delet|archiv|assumed|private|cancel", column.name) else "true"
    if column.kind in ("decimal", "integer"):
        return _within(column, "100" if "percent" in column.name else "30")
    if column.kind == "id":
        return re.sub(r"_?id$", "", column.name).upper().replace("_", "-").strip("-") + "-0001"
    return next(
        (text for pattern, text in _EXAMPLES if re.search(pattern, column.name)),
        "ann.example@example.com" if column.kind == "email" else "Example",
    )


def _within(column: Column, value: str) -> str:
    if column.maximum is not None and float(column.maximum) < float(value):
        return column.maximum
    if column.minimum is not None and float(column.minimum) > float(value):
        return column.minimum
    return value


def meaning(column: Column) -> list[tuple[str, str]]:
    """Return what there is to say of a column, as pairs of heading and text."""
    bounds = [
        text
        for bound, text in (
            (column.minimum, f"at least {column.minimum}"),
            (column.maximum, f"at most {column.maximum}"),
        )
        if bound is not None
    ]
    required = "the file must have it" if column.required else "may be left out"
    if not column.nullable:
        required += "; every row must fill it"
    said = [
        ("Meaning", column.description),
        ("Kind", ", ".join([_KINDS[column.kind], *bounds])),
        ("Required", required),
        ("Accepted values", ", ".join(column.accepted)),
        ("Also known as", ", ".join(column.aliases)),
        ("Private", "yes: it never leaves staging" if column.private else ""),
        ("Example", example(column)),
    ]
    return [(heading, text) for heading, text in said if text]


def write_templates(
    system: str, out: Path, contracts: Mapping[tuple[str, str], Contract]
) -> list[Path]:
    """Write the templates of a system; raises :class:`UsageError` rather than overwrite a file."""
    systems = sorted({name for name, _ in contracts})
    own = [contract for (name, _), contract in contracts.items() if name == system]
    if not own:
        close = nearest([system], systems)
        raise UsageError(
            f"There is no system '{system}'.",
            hint=f"Did you mean '{close}'?" if close else f"Use one of: {', '.join(systems)}.",
        )
    files = [out / f"{contract.object}.{kind}" for contract in own for kind in ("csv", "xlsx")]
    standing = [path for path in files if path.exists()]
    if standing:
        raise UsageError(
            f"{standing[0]} exists already, and is left as it is.",
            hint="Name another folder with --out, or move the file away.",
        )
    with machine_errors(f"write templates into {out}"):
        out.mkdir(parents=True, exist_ok=True)
        for contract in own:
            _write_csv(contract, out / f"{contract.object}.csv")
            _write_xlsx(contract, out / f"{contract.object}.xlsx")
    return files


def _write_csv(contract: Contract, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.header for column in contract.columns])
        writer.writerow([example(column) for column in contract.columns])


def _write_xlsx(contract: Contract, path: Path) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        wanted = book.add_format({"bold": True, "bg_color": "#DDEBF7", "num_format": "@"})
        may = book.add_format({"bold": True, "num_format": "@"})
        private = book.add_format({"bold": True, "bg_color": "#FCE4D6", "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(contract.object[:31])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(contract.columns):
            head = private if column.private else wanted if column.required else may
            sheet.set_column(place, place, max(12, len(column.header) + 2), text)
            sheet.write_string(0, place, column.header, head)
            note = "\n".join(f"{heading}: {said}" for heading, said in meaning(column))
            sheet.write_comment(0, place, note, {"x_scale": 2, "y_scale": 2})
            sheet.write_string(1, place, example(column), text)
            if column.accepted and len(",".join(column.accepted)) <= 255:
                sheet.data_validation(
                    1,
                    place,
                    5000,
                    place,
                    {
                        "validate": "list",
                        "source": list(column.accepted),
                        "error_type": "warning",
                    },
                )
        _write_about(book, contract)


def _write_about(book: xlsxwriter.Workbook, contract: Contract) -> None:
    about = book.add_worksheet("About")
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    headings = (
        *("Column", "Meaning", "Kind", "Required", "Accepted values", "Also known as"),
        *("Private", "Example"),
    )
    about.write_string(0, 0, contract.description, bold)
    about.write_string(1, 0, "Row 2 of the first sheet is an example: write over it.")
    for place, heading in enumerate(headings):
        about.set_column(place, place, 24)
        about.write_string(3, place, heading, bold)
    for row, column in enumerate(contract.columns, start=4):
        said = {"Column": column.header, **dict(meaning(column))}
        for place, heading in enumerate(headings):
            about.write_string(row, place, said.get(heading, ""), wrap)
