"""Write a draft down as YAML that a person can read and mend, and list its doubts."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from halftime.firsthour.draft import Doubt, Draft, ObjectDraft
from halftime.firsthour.formats import has_time
from halftime.firsthour.guess import SURE, Guess
from halftime.firsthour.matrix import Matrix
from halftime.firsthour.spelling import ALIAS_OBJECTS
from halftime.firsthour.values import ONE_FILE
from halftime.landing.header import CONSTANT
from halftime.landing.pages import RECORD

_WIDTH = 98
_MANY = 25
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def yaml_text(made: Draft) -> str:
    """Return the whole file; it ends with a line feed."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Draft) -> Iterator[str]:
    count = len(made.doubts)
    yield "# Drafted by 'halftime init' from what the files look like."
    yield f"# {count} doubts are marked DOUBT beside the guess they are about: confirm or mend each"
    yield "# one, then try it with 'halftime check'. Keys: docs/bring-your-own-data.md"
    yield "version: 1"
    yield from _doubts(made.head_doubts.get("company", ()), 0)
    yield f"company: {_quoted(made.company)}"
    yield f"landing: {_quoted(made.landing)}"
    yield "reporting:"
    yield "  # Days and periods of every page are those of this zone."
    yield from _doubts(made.head_doubts.get("reporting.timezone", ()), 2)
    yield "  timezone: UTC"
    yield from _doubts(made.head_doubts.get("reporting.currency", ()), 2)
    yield f"  currency: {made.currency}"
    yield from _doubts(made.head_doubts.get("reporting.fiscal_year_start_month", ()), 2)
    yield f"  fiscal_year_start_month: {made.fiscal_month}"
    yield "# With a works council: groups of four or more, nobody by name; docs/privacy.md"
    yield "# privacy: {profile: council, minimum_group: 4}"
    yield "# Notes of coaching on the page of a person, of the last so many days; docs/privacy.md"
    yield "# privacy: {notes: {days: 400}}"
    yield "# Questions and directives in notes, counted inside the warehouse; docs/privacy.md"
    yield "# privacy: {classify_notes: true}"
    yield ""
    yield from _doubts(made.head_doubts.get("files", ()), 0)
    yield from _doubts(made.head_doubts.get("sources", ()), 0)
    yield "# 'retention_days: 730' below a source keeps its rows for two years; docs/privacy.md"
    yield "sources:"
    for system, drafts in made.objects.items():
        yield f"  {system}:"
        yield from _doubts(made.head_doubts.get(f"sources.{system}", ()), 4)
        yield from _doubts(made.head_doubts.get(f"sources.{system}.timezone", ()), 4)
        yield "    timezone: UTC"
        yield from _doubts(made.head_doubts.get(f"sources.{system}.delivery", ()), 4)
        yield "    delivery: delta"
        yield "    objects:"
        for one in drafts:
            yield from _object(one)
    if "people" not in made.objects:
        yield "  # Whom a name means, once confirmed: a file with system,alias,person,confirmed_by."
        yield "  # people:"
        yield f"  #   objects: {ALIAS_OBJECTS}"
    yield from _stage_lines(made)


def _object(one: ObjectDraft) -> Iterator[str]:
    yield f"      {one.contract.object}:"
    for found in one.guesses:
        yield from _comment(_seen(found), 8)
    yield from _keyed(one, "files", f"[{', '.join(map(_quoted, one.files))}]")
    if one.sheets:
        yield from _keyed(one, "sheet", f"[{', '.join(map(_quoted, one.sheets))}]")
    if one.delivery and one.delivery.why != ONE_FILE:
        yield from _comment(one.delivery.why, 8)
        yield from _keyed(one, "delivery", one.delivery.kind)
    if one.matrix:
        yield from _matrix(one, one.matrix)
    if one.key:
        yield from _keyed(one, "key", f"[{', '.join(one.key)}]")
    yield from _format_lines(one)
    yield from _doubts(one.doubts.get("columns", ()), 8)
    for found in one.guesses[:1]:
        yield from _comment(_matched(found), 8)
    if one.columns:
        yield "        columns:"
        for name, (header, why) in one.columns.items():
            yield f"          {name}: {_quoted(header)}  # {why}"
    if one.constants:
        yield from _doubts(one.doubts.get("constants", ()), 8)
        yield "        constants:"
        for name, (value, why) in one.constants.items():
            yield f"          {name}: {_quoted(value)}  # {why}"
    yield from _value_lines(one)


def _matrix(one: ObjectDraft, shape: Matrix) -> Iterator[str]:
    if "coach" not in shape.columns and shape.contract.column("coach"):
        yield from _keyed(one, "sheet_to", "coach")
    yield from _doubts(one.doubts.get("unpivot", ()), 8)
    yield "        unpivot:"
    yield f"          id_columns: [{', '.join(map(_quoted, shape.id_columns))}]"
    yield f"          names_to: {shape.names_to}"
    yield "          values_to: cell"
    if shape.header_format:
        yield f"          header_format: {_quoted(shape.header_format)}"
    if not shape.has_year:
        yield "          year: file"


def _format_lines(one: ObjectDraft) -> Iterator[str]:
    yield from _doubts(one.doubts.get("date_formats", ()), 8)
    for key in ("date_formats", "timestamp_formats"):
        listed = getattr(one, key)
        if listed:
            yield f"        {key}: [{', '.join(map(_quoted, listed))}]"
    own = {name: listed for name, listed in one.column_formats.items() if listed}
    if own:
        yield "        formats:"
    for name, listed in own.items():
        days = [item for item in listed if not has_time(item)]
        times = [item for item in listed if has_time(item)]
        said = [
            f"{key}: [{', '.join(map(_quoted, part))}]"
            for key, part in (("date_formats", days), ("timestamp_formats", times))
            if part
        ]
        yield f"          {name}: {{{', '.join(said)}}}"
    yield from _doubts(one.doubts.get("decimal", ()), 8)
    if one.decimal and one.decimal != ".":
        yield f"        decimal: {_quoted(one.decimal)}"


def _value_lines(one: ObjectDraft) -> Iterator[str]:
    maps = [item for item in one.value_maps if not item.column.private]
    for name in (*(item.column.name for item in maps), *one.near):
        yield from _doubts(one.doubts.get(f"values.{name}", ()), 8)
    is_open = any(item.pairs for item in maps)
    yield from _near_lines(one, is_open=is_open)
    if not is_open:
        return
    for item in maps:
        if item.pairs:
            yield f"          {item.column.name}:"
            for old, new in item.pairs:
                yield f"            {_quoted(old)}: {new}"
            for old, _ in item.unknown:
                yield f"            # {_quoted(old)}: {' | '.join(item.column.accepted)}"


def _near_lines(one: ObjectDraft, *, is_open: bool) -> Iterator[str]:
    """Yield the map of each doubted name as a comment: the lead taken off, it is the map."""
    maps = {
        name: [item for item in items if item.can_map]
        for name, items in one.near.items()
        if any(item.can_map for item in items)
    }
    if is_open:
        yield "        values:"
    elif maps:
        yield "        # values:"
    for name, items in maps.items():
        yield f"        #   {name}:"
        for item in items[:_MANY]:
            yield (
                f"        #     {_quoted(item.name)}: {_quoted(item.likeliest)}"
                f"  # {item.rows} rows; {item.why}"
            )


def _seen(found: Guess) -> str:
    table = found.table
    parts = [
        f"{table.label}: {'sure' if found.score >= SURE else 'likely'} ({found.score:.2f})",
        found.dialect,
    ]
    if table.encoding and table.delimiter is None:
        parts.append(table.encoding)
    elif table.encoding:
        parts.append(f"{table.encoding}, {_DELIMITERS.get(table.delimiter or ',', 'comma')}")
    if table.shown is None:
        parts.append(f"header in row {table.header_row}")
    else:
        parts.append("known by what is in it")
    if table.beside:
        parts.append(f"read from it as well: {', '.join(table.beside)}")
    parts.append(f"{len(table.rows)} rows looked at" + ("" if table.is_whole else " of more"))
    return "; ".join(parts)


def _matched(found: Guess) -> str:
    taken = [
        f"{item.column} <- {item.header}"
        for item in found.match.findings
        if item.column and item.header and not item.detail.startswith(CONSTANT)
    ]
    kept = [name for name, _ in found.match.extras if not name.startswith(RECORD)]
    text = "read: " + ", ".join(taken)
    if kept:
        more = f" and {len(kept) - 12} more" if len(kept) > 12 else ""
        text += f". Kept aside in _extra: {', '.join(kept[:12])}{more}"
    return text


def _stage_lines(made: Draft) -> Iterator[str]:
    if not made.stages:
        return
    yield ""
    yield "# What each stage means: open, won, lost, no_decision or disqualified; its place among"
    yield "# the open ones; and from which one on a deal counts as created pipeline (qualified)."
    yield "stages:"
    for system, listed in made.stages.items():
        yield from _doubts(made.head_doubts.get(f"stages.{system}", ()), 2)
        yield f"  {system}:"
        for stage in listed:
            yield from _doubts(made.head_doubts.get(f"stages.{system}.{stage.name}", ()), 4)
            chance = "" if stage.probability is None else f", probability {stage.probability:.0f} %"
            yield (
                f"    {_quoted(stage.name)}: {{category: {stage.category}, order: {stage.order}, "
                f"qualified: {str(stage.is_qualified).lower()}}}"
                f"  # {stage.rows} rows; by {stage.how}{chance}"
            )


def _keyed(one: ObjectDraft, key: str, value: str) -> Iterator[str]:
    yield from _doubts(one.doubts.get(key, ()), 8)
    yield f"        {key}: {value}"


def _doubts(doubts: Sequence[Doubt], indent: int) -> Iterator[str]:
    """Yield a line per doubt, however long, so that a search for DOUBT shows it whole."""
    for item in doubts:
        yield " " * indent + "# DOUBT: " + " ".join(item.text.split())


def _comment(text: str, indent: int) -> Iterator[str]:
    """Wrap a comment; what follows its first line is indented."""
    lead = " " * indent + "# "
    plain = " ".join(text.split())
    yield from textwrap.wrap(
        plain,
        width=_WIDTH,
        initial_indent=lead,
        subsequent_indent=lead + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def as_json(made: Draft, config: str) -> dict[str, Any]:
    """Return what was found as plain values for ``--json``."""
    return {
        "config": config,
        "files": [
            {
                "file": found.table.file,
                "sheet": found.table.sheet,
                "system": found.contract.system,
                "object": found.contract.object,
                "confidence": round(found.score, 2),
                "dialect": found.dialect,
                "encoding": found.table.encoding,
                "delimiter": found.table.delimiter,
                "header_row": found.table.header_row,
                "rows_looked_at": len(found.table.rows),
                "date_formats": [*one.date_formats, *one.timestamp_formats],
            }
            for drafts in made.objects.values()
            for one in drafts
            for found in one.guesses
        ],
        "left_out": [{"file": table.label, "why": why} for table, why in made.left_out],
        "doubts": [
            {"number": number, "where": item.where, "doubt": item.text}
            for number, item in enumerate(made.doubts, start=1)
        ],
    }
