"""Match the header of a file with a contract.

A contract column takes the mapped header if the configuration names one; else the exact header,
else a header equal in letters and digits (``StageName`` = ``stage_name``), else one of the
contract's aliases, else the configured constant. What no column takes is kept in ``_extra``.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from halftime.contracts import Contract, normalise_header
from halftime.landing.spec import ColumnFinding, FileReport, ObjectSpec

SEARCH_ROWS = 30
MAPPED = "mapping"
CONSTANT = "constant: "
COMPUTED = "computed from "
NEAREST = "nearest header: "
FOUND = " Found: "


@dataclass(frozen=True)
class HeaderMatch:
    """Where each contract column comes from.

    ``positions`` holds, per contract column in order, the position in the file's header or None;
    ``constants`` the value to put in its place; ``extras`` pairs of key and position for
    ``_extra``; ``key`` the place of a computed id among the contract columns and the places of the
    columns it is computed from.
    """

    positions: tuple[int | None, ...]
    constants: tuple[str | None, ...]
    extras: tuple[tuple[str, int], ...]
    findings: tuple[ColumnFinding, ...]
    key: tuple[int, tuple[int, ...]] | None = None

    @property
    def missing_required(self) -> tuple[ColumnFinding, ...]:
        """Findings of required columns that the file does not have."""
        return tuple(item for item in self.findings if item.finding == "missing_required")


def unique_headers(header: Sequence[str]) -> list[str]:
    """Name every column: a blank header ``column_<n>``, a second ``Id`` ``Id (2)``."""
    names: list[str] = []
    seen: set[str] = set()
    for number, raw in enumerate(header, start=1):
        base = raw.strip().strip("\ufeff\xa0").strip() or f"column_{number}"
        name, repeat = base, 1
        while name in seen:
            repeat += 1
            name = f"{base} ({repeat})"
        seen.add(name)
        names.append(name)
    return names


def find_header(header: Sequence[str], wanted: str) -> int | None:
    """Position of a header: the exact one first, else one equal in letters and digits."""
    for position, name in enumerate(header):
        if name == wanted.strip():
            return position
    normal = normalise_header(wanted)
    for position, name in enumerate(header):
        if normal and normalise_header(name) == normal:
            return position
    return None


def nearest(wanted: Sequence[str], header: Sequence[str]) -> str | None:
    """Header most like one of the wanted names, or None if nothing is like them."""
    normal = {normalise_header(name): name for name in reversed(header)}
    for name in wanted:
        close = difflib.get_close_matches(normalise_header(name), list(normal), n=1, cutoff=0.6)
        if close:
            return normal[close[0]]
    return None


@dataclass(frozen=True)
class _Places:
    """Which header each contract column takes (its position or None) and by which step."""

    positions: list[int | None]
    how: list[str]
    taken: set[int]

    def take(self, index: int, position: int, step: str) -> None:
        self.positions[index], self.how[index] = position, step
        self.taken.add(position)


def match_header(contract: Contract, header: Sequence[str], spec: ObjectSpec) -> HeaderMatch:
    """Match a file's header (already made unique) with a contract; never raises."""
    places = _places(contract, header, spec)
    positions = places.positions
    constants = tuple(
        spec.constants.get(column.name) if positions[index] is None else None
        for index, column in enumerate(contract.columns)
    )
    extras = tuple((name, place) for place, name in enumerate(header) if place not in places.taken)
    findings = _findings(contract, header, spec, places, constants, extras)
    computed = key_place(contract) if spec.key else None
    if computed is None:
        return HeaderMatch(tuple(positions), constants, extras, findings)
    positions[computed] = None
    names = [column.name for column in contract.columns]
    parts = tuple(names.index(name) for name in spec.key)
    lacking = [
        name
        for name, part in zip(spec.key, parts, strict=True)
        if positions[part] is None and constants[part] is None
    ]
    found = ColumnFinding(
        names[computed],
        None,
        "missing_required" if lacking else "matched",
        f"no header for its part '{lacking[0]}'" if lacking else COMPUTED + ", ".join(spec.key),
    )
    findings = tuple(found if item.column == names[computed] else item for item in findings)
    return HeaderMatch(tuple(positions), constants, extras, findings, (computed, parts))


def _places(contract: Contract, header: Sequence[str], spec: ObjectSpec) -> _Places:
    count = len(contract.columns)
    places = _Places([None] * count, [""] * count, set())
    for index, column in enumerate(contract.columns):
        mapped = spec.columns.get(column.name)
        position = find_header(header, mapped) if mapped is not None else None
        if position is not None:
            places.take(index, position, MAPPED)

    computed = key_place(contract) if spec.key else None
    exact = _by_name(header)
    normal = _by_name([normalise_header(name) for name in header])
    for step in ("exact", "normalised", "alias"):
        for index, column in enumerate(contract.columns):
            if (
                places.positions[index] is not None
                or column.name in spec.columns
                or index == computed
            ):
                continue
            if step == "exact":
                position = _first((column.header,), exact, places.taken)
            else:
                names = column.normal_names if step == "normalised" else column.normal_aliases
                position = _first(names, normal, places.taken)
            if position is not None:
                places.take(index, position, step)
    return places


def _by_name(header: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        if name:
            found.setdefault(name, []).append(position)
    return found


def _first(names: Sequence[str], found: dict[str, list[int]], taken: set[int]) -> int | None:
    for wanted in names:
        for position in found.get(wanted, ()):
            if position not in taken:
                return position
    return None


def _fit(contract: Contract, header: Sequence[str], spec: ObjectSpec) -> tuple[int, bool]:
    """Count the contract columns that a header has; tell whether a required one is missing.

    The same as :func:`match_header` finds, without its search for what is nearest: this is asked of
    every record that may be the header.
    """
    positions = _places(contract, header, spec).positions
    computed = key_place(contract) if spec.key else None
    needed = [
        place
        for place, column in enumerate(contract.columns)
        if column.required and place != computed
    ]
    if computed is not None:
        positions[computed] = None
        names = [column.name for column in contract.columns]
        needed.extend(names.index(name) for name in spec.key)
    lacks = any(
        positions[place] is None and contract.columns[place].name not in spec.constants
        for place in needed
    )
    return sum(position is not None for position in positions), lacks


def key_place(contract: Contract) -> int | None:
    """Place of the column that holds a record's id, or None if its key is made of facts."""
    for place, column in enumerate(contract.columns):
        if contract.key == (column.typed,) and column.kind == "id":
            return place
    return None


def find_header_row(
    records: Sequence[Sequence[str]],
    contract: Contract,
    spec: ObjectSpec,
) -> tuple[int, int]:
    """Find the header among the first records; return its place and its contract columns.

    It is the first record that is not blank, unless that lacks a required
    column and a later one has more columns of the contract (report exports begin with a preamble).
    """
    best_place, best_count = -1, 0
    for place, record in enumerate(records[:SEARCH_ROWS]):
        if not any(value.strip() for value in record):
            continue
        count, lacks_required = _fit(contract, unique_headers(record), spec)
        if best_place < 0 or (count > best_count and count > 1):
            best_place, best_count = place, count
        if not lacks_required:
            break
    return max(best_place, 0), best_count


def _findings(
    contract: Contract,
    header: Sequence[str],
    spec: ObjectSpec,
    places: _Places,
    constants: Sequence[str | None],
    extras: Sequence[tuple[str, int]],
) -> tuple[ColumnFinding, ...]:
    findings: list[ColumnFinding] = []
    free = [name for name, _ in extras]
    for index, column in enumerate(contract.columns):
        position, step = places.positions[index], places.how[index]
        if position is not None:
            kind = "alias" if step == "alias" else "matched"
            findings.append(
                ColumnFinding(column.name, header[position], kind, step),  # type: ignore[arg-type]
            )
        elif (constant := constants[index]) is not None:
            findings.append(ColumnFinding(column.name, None, "matched", CONSTANT + constant))
        else:
            wanted = (
                [spec.columns[column.name]]
                if column.name in spec.columns
                else [column.header, column.name, *column.aliases]
            )
            close = nearest(wanted, free)
            findings.append(
                ColumnFinding(
                    column.name,
                    None,
                    "missing_required" if column.required else "missing_optional",
                    NEAREST + close if close else "no header is like it",
                ),
            )
    findings.extend(ColumnFinding(None, name, "unknown", "kept in _extra") for name in free)
    return tuple(findings)


def missing_column_reason(contract: Contract, header: Sequence[str], match: HeaderMatch) -> str:
    """Say which required columns a file lacks, what it has instead, and the nearest header."""
    sentences = []
    for item in match.missing_required:
        column = contract.column(item.column or "")
        wanted = column.header if column else item.column
        sentences.append(
            f"The required column '{wanted}' ({item.column}) is missing; {item.detail}."
        )
    shown = ", ".join(f"'{name}'" for name in header[:20])
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    return f"{' '.join(sentences)}{FOUND}{shown or 'nothing'}{more}."


def for_the_register(report: FileReport) -> FileReport:
    """Leave out the words of a header that may be no header.

    A file without one begins with a record, and what stands in the register is published. Whoever
    lands the file still reads its words on the terminal.
    """
    known = len([item for item in report.findings("matched", "alias") if item.header])
    unknown = report.findings("unknown")
    if report.status == "landed" or known >= min(2, max(len(unknown), 1)):
        return report
    columns = [
        replace(item, header=None, detail="not shown: it may be no header")
        if item in unknown
        else replace(item, detail="no known header")
        if item.detail.startswith(NEAREST)
        else item
        for item in report.columns
    ]
    lacking = ", ".join(f"'{item.column}'" for item in report.findings("missing_required"))
    what = f"Required columns are missing: {lacking}." if lacking else report.reason or ""
    reason = (
        f"{what.partition(FOUND)[0]} Of the words in the header's place {known or 'none'} is "
        "known; 'halftime check' shows them. If the file has no header, give it one."
    )
    has_words = bool(lacking) or FOUND in what
    return replace(report, columns=tuple(columns), reason=reason if has_words else report.reason)
