"""Draft ``halftime.yml`` from what a folder looks like: each guess with its confidence and doubts.

:func:`draft` decides, :mod:`halftime.firsthour.render` writes. Nothing is guessed silently: what is
not certain becomes a :class:`Doubt`, which stands in the file beside the guess and on the terminal.
"""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from halftime.config import COACHING_WORDS
from halftime.contracts import Column, Contract
from halftime.errors import UsageError
from halftime.firsthour import formats, spelling, stages, undated, values
from halftime.firsthour.guess import SURE, Guess, guess
from halftime.firsthour.look import Table, look
from halftime.firsthour.matrix import Matrix, contract_of_cells, read_matrix
from halftime.landing.discover import file_date, matches
from halftime.landing.header import key_place

_DATES = ("date", "timestamp")
_NUMBERS = ("decimal", "integer")
_FEW_ROWS = 5
_SESSIONS = ("session", "log", "form")
_KEY_PARTS = (
    *("name", "opportunity_name", "full_name", "account_name", "account", "person", "coach"),
    *("coachee", "rep", "owner_name", "owner", "activity_type", "session_date", "start_time"),
    *("created_at", "created_date", "occurred_at", "activity_date", "due_date", "owner_id"),
)


@dataclass(frozen=True)
class Doubt:
    """Something to confirm: ``weight`` 0 to 100 (most important first), where, and what."""

    weight: int
    where: str
    text: str


@dataclass
class ObjectDraft:
    """The draft of one object: its files, formats, mapping and the doubts about each."""

    contract: Contract
    guesses: list[Guess]
    files: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    date_formats: list[str] = field(default_factory=list)
    timestamp_formats: list[str] = field(default_factory=list)
    decimal: str | None = None
    column_formats: dict[str, list[str]] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    matrix: Matrix | None = None
    delivery: values.Delivery | None = None
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)
    value_maps: list[values.ValueMap] = field(default_factory=list)
    near: dict[str, list[spelling.Near]] = field(default_factory=dict)
    doubts: dict[str, list[Doubt]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the object stands in the configuration."""
        return f"sources.{self.contract.system}.objects.{self.contract.object}"

    def tells_apart(self, names: Sequence[str]) -> bool:
        """Whether every file has these columns, and no two of its rows the same in all of them."""
        for found in self.guesses:
            places = [found.position(name) for name in names]
            if any(place is None for place in places):
                return False
            rows = [
                tuple(row[place] for place in places if place is not None)
                for row in found.table.rows
            ]
            if len(set(rows)) < len(rows) or any(not all(map(formats.clean, row)) for row in rows):
                return False
        return bool(self.guesses)

    def doubt(self, key: str, weight: int, text: str) -> None:
        """Note a doubt about one key of this object."""
        where = f"{self.place}.{key}" if key else self.place
        self.doubts.setdefault(key, []).append(Doubt(weight, where, text))


@dataclass
class Draft:
    """Everything that the drafted file will say."""

    folder: Path
    landing: str
    company: str
    currency: str = "USD"
    fiscal_month: int = 1
    objects: dict[str, list[ObjectDraft]] = field(default_factory=dict)
    stages: dict[str, list[stages.Stage]] = field(default_factory=dict)
    left_out: list[tuple[Table, str]] = field(default_factory=list)
    head_doubts: dict[str, list[Doubt]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    matrices: list[tuple[Table, Matrix]] = field(default_factory=list)

    def doubt(self, key: str, weight: int, text: str) -> None:
        """Note a doubt about the company as a whole, a system, or a stage."""
        self.head_doubts.setdefault(key, []).append(Doubt(weight, key, text))

    @property
    def doubts(self) -> list[Doubt]:
        """All doubts, most important first."""
        found = [item for listed in self.head_doubts.values() for item in listed]
        for drafts in self.objects.values():
            found.extend(
                item for one in drafts for listed in one.doubts.values() for item in listed
            )
        return sorted(found, key=lambda item: (-item.weight, item.where, item.text))


def draft(
    folder: Path,
    config: Path,
    contracts: Mapping[tuple[str, str], Contract],
    seeds: Path,
) -> Draft:
    """Look at a folder and draft its configuration; raises :class:`UsageError` if nothing fits."""
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", hint="Name the folder of your exports.")
    tables = look(folder, contracts, skip=[config])
    if not tables:
        raise UsageError(
            f"The folder {folder} holds no file.", hint="Put your exports there and try again."
        )
    landing = os.path.relpath(folder.resolve(), config.resolve().parent).replace(os.sep, "/")
    made = Draft(folder, landing, _company(folder), tables=tables)
    likely = _assign(made, tables, contracts)
    if not likely and not made.matrices:
        listed = ", ".join(f"'{table.label}'" for table in tables[:5])
        raise UsageError(
            f"No file of {folder} is like anything that Halftime reads; found {listed}.",
            hint="Begin from a template: halftime template tabular --out DIR.",
        )
    for (system, _), guesses in sorted(_by_object(likely).items()):
        one = ObjectDraft(
            contracts[guesses[0].contract.system, guesses[0].contract.object], guesses
        )
        made.objects.setdefault(system, []).append(one)
    _matrices(made)
    for drafts in made.objects.values():
        for one in drafts:
            if one.matrix:
                continue
            _files(one, likely)
            _mapping(one)
            _values(one)
            _delivery(one)
        _dates(drafts)
        _numbers(drafts)
        _zones(made, drafts)
        _single_files(made, drafts)
        _undated(drafts)
        _calendars(made, drafts)
    _spellings(made)
    _money(made)
    _fiscal_year(made)
    _stages(made, seeds)
    _people(made)
    made.doubt(
        "reporting.timezone",
        36,
        "no file says in whose zone the company's days begin; UTC is assumed.",
    )
    made.doubt("company", 10, f"the name is taken from the folder: '{made.company}'.")
    return made


def _company(folder: Path) -> str:
    words = re.sub(r"[\W_]+", " ", folder.resolve().name).strip()
    return words.title() or "Company"


# ---------------------------------------------------------------- files


def _assign(
    made: Draft, tables: Sequence[Table], contracts: Mapping[tuple[str, str], Contract]
) -> list[Guess]:
    likely = []
    cells = contract_of_cells(contracts)
    for table in tables:
        if cells is not None and not table.problem and (shape := read_matrix(table.header, cells)):
            made.matrices.append((table, shape))
            continue
        found = guess(table, contracts)
        if found is not None and found.is_likely:
            likely.append(found)
            continue
        why = table.problem
        if why is None:
            why = "is like no object that is known"
            if found is not None:
                contract = found.contract
                why += (
                    f" (nearest: {contract.system}.{contract.object}, confidence {found.score:.2f})"
                )
        made.left_out.append((table, why))
        made.doubt("files", 40, f"{table.label} {why}; it is left out.")
    return likely


def _by_object(likely: Iterable[Guess]) -> dict[tuple[str, str], list[Guess]]:
    grouped: dict[tuple[str, str], list[Guess]] = {}
    for found in likely:
        grouped.setdefault((found.contract.system, found.contract.object), []).append(found)
    return grouped


def _files(one: ObjectDraft, likely: Sequence[Guess]) -> None:
    own = {found.table.file for found in one.guesses}
    foreign = {found.table.file for found in likely} - own
    for name in sorted(own):
        glob = re.sub(r"\d[\d_.-]*\d{2,}(?=\D*$)", "*", _escaped(name))
        if any(matches(other, [glob]) for other in foreign) or not matches(name, [glob]):
            glob = _escaped(name)
        if glob not in one.files:
            one.files.append(glob)
    for found in one.guesses:
        _doubt_guess(one, found)
    if any(found.table.sheet_count > 1 for found in one.guesses):
        one.sheets = list(
            dict.fromkeys(found.table.sheet for found in one.guesses if found.table.sheet)
        )
    if len({found.table.file for found in one.guesses}) < len(one.guesses):
        listed = ", ".join(f"'{name}'" for name in one.sheets)
        text = f"the sheets {listed} all look like {one.contract.object}s, and all are read."
        one.doubt("sheet", 45, text)


def _escaped(name: str) -> str:
    return re.sub(r"[\[\]*]", "?", name)


def _doubt_guess(one: ObjectDraft, found: Guess) -> None:
    table = found.table
    name = f"{one.contract.system}.{one.contract.object}"
    if found.score < SURE:
        one.doubt(
            "files",
            60,
            f"{table.label} is taken for {name} with confidence {found.score:.2f} only.",
        )
    if found.rival:
        one.doubt(
            "files",
            55,
            f"{table.label} might as well be {found.rival[0]} "
            f"({found.rival[1]:.2f} against {found.score:.2f}).",
        )
    _doubt_columns(one, found)
    for column in found.missing:
        if _computed_key(one, column):
            continue
        free = ", ".join(f"'{name}'" for name, _ in found.match.extras[:8]) or "nothing else"
        one.doubt(
            "columns",
            100,
            f"{table.label} lacks the required column '{column.header}' ({column.name}: "
            f"{column.description.rstrip('.')}), and will be rejected whole; it also has {free}. "
            f"Name the right one under columns: {column.name}.",
        )
    if table.encoding == "cp1252":
        one.doubt("files", 15, f"{table.label} is no UTF-8; it is read as Windows text (cp1252).")


def _doubt_columns(one: ObjectDraft, found: Guess) -> None:
    """Doubt what nothing reads of a table with headers of its own, and sessions without a state."""
    taken = {item.header for item in found.proposals}
    free = [name for name, _ in found.match.extras if name not in taken]
    listed = ", ".join(f"'{name}'" for name in free[:8])
    lacking = [
        column.name
        for column in one.contract.columns
        if found.position(column.name) is None and not column.required
    ]
    if found.score < SURE and free and lacking:
        one.doubt(
            "columns",
            75,
            f"{found.table.label}: nothing reads {listed}. If one of them is "
            f"{', '.join(lacking[:-1])} or {lacking[-1]}, name it under columns.",
        )
    is_session = one.contract.system == "coaching_log" and one.contract.object in _SESSIONS
    if is_session and found.position("status") is None:
        which = f" If one of {listed} does, name it under columns: status." if free else ""
        one.doubt(
            "columns",
            79,
            f"{found.table.label}: no column says whether a session took place, so every one "
            f"counts as held, whatever became of it.{which}",
        )
    agreed = any(found.position(name) is not None for name in ("next_steps", "due"))
    if agreed and one.contract.column("done") and found.position("done") is None:
        one.doubt(
            "columns",
            61,
            f"{found.table.label}: no column says whether what was agreed was done, so every "
            "action stays open, and is late once it is due; if one does, name it under columns: "
            "done.",
        )


def _computed_key(one: ObjectDraft, column: Column) -> bool:
    """Make the id that a file lacks from other columns, if any tell its rows apart."""
    place = key_place(one.contract)
    if place is None or one.contract.columns[place] is not column:
        return False
    if not one.key:
        one.key = next(filter(one.tells_apart, _keys(one.contract)), ())
        if one.key:
            one.doubt(
                "key",
                84,
                f"the files have no {column.header}; an id is made from {', '.join(one.key)}, "
                "which tell all rows looked at apart. Where one of them changes, that is a new "
                "record.",
            )
    return bool(one.key)


def _keys(contract: Contract) -> Iterator[tuple[str, ...]]:
    """Yield columns that may make an id together: few first, names and people before dates."""
    private = {column.name for column in contract.columns if column.private}
    names = [name for name in _KEY_PARTS if contract.column(name) and name not in private]
    for size in (1, 2, 3, 4):
        yield from itertools.combinations(names, size)


def _matrices(made: Draft) -> None:
    """Draft one object for all sheets that have a column per day."""
    if not made.matrices:
        return
    shape = made.matrices[0][1]
    one = ObjectDraft(shape.contract, [], matrix=shape)
    one.files = list(dict.fromkeys(_escaped(table.file) for table, _ in made.matrices))
    one.sheets = list(dict.fromkeys(table.sheet for table, _ in made.matrices if table.sheet))
    listed = ", ".join(table.label for table, _ in made.matrices)
    one.doubt(
        "unpivot", 70, f"{listed}: a column per day is read as a session per filled cell below it."
    )
    if shape.header_format is None and not shape.has_year:
        one.doubt(
            "unpivot", 99, "no known format reads the days of its header; name header_format."
        )
    if shape.rivals:
        other = " or ".join(shape.rivals[:2])
        one.doubt(
            "unpivot",
            97,
            f"its header may be {shape.header_format} or {other}; read as {shape.header_format}.",
        )
    if not shape.has_year:
        one.doubt(
            "unpivot",
            94,
            "its header names no year; the year in the file's name is taken (or give one).",
        )
    if "coach" not in shape.columns and shape.contract.column("coach"):
        one.doubt(
            "sheet_to",
            93,
            "no column names the coach; the name of the sheet is taken for it (or file_to: coach).",
        )
    if any(one_.columns != shape.columns for _, one_ in made.matrices):
        one.doubt("unpivot", 89, "the sheets have different columns beside the days; part them.")
    made.objects.setdefault(shape.contract.system, []).append(one)


# ---------------------------------------------------------------- columns and values


def _mapping(one: ObjectDraft) -> None:
    wanted: dict[str, list[tuple[str, str, float]]] = {}
    for found in one.guesses:
        for item in found.proposals:
            wanted.setdefault(item.column.name, []).append((item.header, item.why, item.score))
    headers = [set(found.table.header) for found in one.guesses]
    for name, proposals in wanted.items():
        header, why, score = proposals[0]
        column = one.contract.column(name)
        weight = 80 if column is not None and column.required else 50
        if all(header in names for names in headers):
            one.columns[name] = (header, f"{why}; confidence {score:.2f}")
            one.doubt("columns", weight, f"'{header}' is read as {name}: {why} ({score:.2f}).")
        else:
            one.doubt(
                "columns",
                weight,
                f"{proposals[0][0]!r} may be {name}, but not every file of {one.contract.object} "
                "has that header; rename it, or part the files.",
            )


def _values(one: ObjectDraft) -> None:
    for column in one.contract.columns:
        seen = [value for found in one.guesses for value in found.values(column.name)]
        mapped = values.map_values(column, seen)
        if mapped is None:
            continue
        one.value_maps.append(mapped)
        key = f"values.{column.name}"
        if column.private:
            one.doubt(key, 65, f"{len(mapped.unknown)} values of {column.name} are not accepted.")
            continue
        if mapped.pairs:
            shown = ", ".join(f"'{old}' as {new}" for old, new in mapped.pairs[:6])
            one.doubt(key, 58, f"read by their sound: {shown}.")
        if mapped.unknown:
            shown = ", ".join(f"'{text}' ({rows})" for text, rows in mapped.unknown[:6])
            one.doubt(
                key,
                88,
                f"{column.name} accepts only {', '.join(column.accepted)}; rows with {shown} are "
                "rejected until they are mapped.",
            )


def _spellings(made: Draft) -> None:
    """Doubt names that their list lacks, but for another spelling."""
    found: list[tuple[spelling.Place, spelling.Names]] = []
    for one in (one for drafts in made.objects.values() for one in drafts):
        for place in spelling.places(one.contract):
            seen = [value for item in one.guesses for value in item.every(place.column.name)]
            if place.column.name == "first_name":
                seen = [name for item in one.guesses for name in _whole_names(item)]
            if seen:
                found.append((place, spelling.sampled(seen)))
    with duckdb.connect(":memory:", config={"threads": 2}) as con:
        near = spelling.near_names(con, found)
    for one in (one for drafts in made.objects.values() for one in drafts):
        for item in near:
            if (item.system, item.object) == (one.contract.system, one.contract.object):
                one.near.setdefault(item.column, []).append(item)
        for column, items in one.near.items():
            _doubt_near(one, column, items)


def _whole_names(found: Guess) -> list[str]:
    pairs = zip(found.every("first_name"), found.every("last_name"), strict=False)
    return [f"{first} {last}" for first, last in pairs]


def _doubt_near(one: ObjectDraft, column: str, items: Sequence[spelling.Near]) -> None:
    shown = ", ".join(
        f"'{item.name}' ({item.rows} rows) for '{item.likeliest}', {item.why}" for item in items[:4]
    )
    more = f", and {len(items) - 4} more" if len(items) > 4 else ""
    is_sure = any(item.score is None for item in items)
    one.doubt(
        f"values.{column}",
        71 if is_sure else 59,
        f"{column} has names that may be another spelling of one {items[0].family}: {shown}{more}; "
        "each counts for itself until "
        + (
            "the lines below are uncommented."
            if items[0].can_map
            else f"it is mended: {items[0].mend}."
        ),
    )


def _delivery(one: ObjectDraft) -> None:
    one.delivery = values.delivery(one.guesses)
    if not one.delivery.is_sure and one.delivery.why != values.ONE_FILE:
        one.doubt(
            "delivery",
            42,
            f"{one.delivery.why}; as a delta nothing is ever deleted by being absent. "
            "Say snapshot if every export holds everything.",
        )


def _single_files(made: Draft, drafts: Sequence[ObjectDraft]) -> None:
    """One doubt for all objects of a system of which there is but one file."""
    names = [
        one.contract.object
        for one in drafts
        if one.delivery is not None and one.delivery.why == values.ONE_FILE
    ]
    if names:
        made.doubt(
            f"sources.{drafts[0].contract.system}.delivery",
            42,
            f"one file only of {', '.join(names)}: read as deltas, so that nothing counts as "
            "deleted by being absent; say snapshot if every export holds all records.",
        )


def _undated(drafts: Sequence[ObjectDraft]) -> None:
    """Doubt deals of which nothing says since when what a file says of them holds."""
    objects = [one.contract.object for one in drafts]
    for one in drafts:
        if not undated.needs_stamps(one.contract, objects):
            continue
        bare = [
            found
            for found in one.guesses
            if file_date(found.table.file) is None
            and not any(any(map(formats.clean, found.values(name))) for name in undated.STAMPS)
        ]
        if not bare:
            continue
        listed = ", ".join(found.table.label for found in bare[:3])
        more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
        free = [
            f"'{name}'"
            for name, place in bare[0].match.extras
            if formats.kind_of(bare[0].table.column(place)[:60]) in _DATES
        ]
        own = f"; or is it {' or '.join(free[:4])}? Then columns: modified_at" if free else ""
        one.doubt(
            "files",
            74,
            f"{listed}{more}: no day in the name and no time of the last change in a column. "
            f"{undated.LOST[0].upper()}{undated.LOST[1:]}. To have them, "
            f"{undated.mend(one.contract)}{own}.",
        )


def _calendars(made: Draft, drafts: Sequence[ObjectDraft]) -> None:
    """Doubt what a calendar leaves open: which meetings are coaching, whose it is, its series."""
    for one in drafts:
        if not one.contract.is_calendar:
            continue
        where = f"sources.{one.contract.system}"
        made.doubt(
            where,
            57,
            "meetings count as coaching if their subject or category says so "
            f"({', '.join(COACHING_WORDS)}); name your own words under coaching_patterns.",
        )
        shown = [found for found in one.guesses if found.table.shown is not None]
        nameless = [found.table.label for found in shown if found.position("owner") is None]
        if nameless:
            one.doubt(
                "files",
                69,
                f"{', '.join(nameless[:4])}: the calendar does not say whose it is; if the file is "
                f"named after its owner, say file_to: owner here and under "
                f"{', '.join(shown[0].table.beside)}.",
            )
        if any(any(found.values("recurrence_id")) for found in shown):
            made.doubt(
                where,
                47,
                "series without an end are followed up to the last day that their file knows; "
                "name another day under expand_until.",
            )


# ---------------------------------------------------------------- dates


@dataclass(frozen=True)
class _DateColumn:
    one: ObjectDraft
    column: Column
    label: str
    reading: formats.DateReading


def _dates(drafts: Sequence[ObjectDraft]) -> None:
    """Tell the date formats of one system's objects; an undecided column follows its neighbours."""
    columns = [
        _DateColumn(one, column, found.table.label, formats.read_dates(found.values(column.name)))
        for one in drafts
        for found in one.guesses
        for column in one.contract.columns
        if column.kind in _DATES
    ]
    columns = [item for item in columns if item.reading.values]
    votes = Counter(
        formats.is_day_first(name)
        for item in columns
        if not item.reading.is_undecided
        for name in item.reading.formats
        if formats.is_day_first(name) or formats.is_month_first(name)
    )
    for item in columns:
        _take_dates(item, votes)
    for one in drafts:
        _doubt_mixture(one)


def _take_dates(item: _DateColumn, votes: Counter[bool]) -> None:
    reading, one = item.reading, item.one
    where = f"{item.label}, {item.column.name}"
    if reading.junk == reading.values:
        one.doubt(
            "date_formats",
            95,
            f"{where}: none of its {reading.values} values is a date of a known format; "
            f"its rows are rejected until a format reads them{_shown(item)}.",
        )
        return
    if reading.junk:
        one.doubt(
            "date_formats",
            52,
            f"{where}: {reading.junk} of {reading.values} values are no date in any known format; "
            "those rows will be rejected.",
        )
    chosen = reading.formats
    if reading.is_undecided:
        chosen = (_decide(item, votes),)
    elif not chosen and reading.junk + reading.iso < reading.values:
        one.doubt(
            "date_formats", 95, f"{where}: no set of formats reads all values without a conflict."
        )
    if len(chosen) > 1:
        one.doubt(
            "date_formats",
            48,
            f"{where} mixes {len(chosen)} formats: {', '.join(chosen)}; each value is read by one.",
        )
    own = one.column_formats.setdefault(item.column.name, [])
    own.extend(name for name in chosen if name not in own)
    for name in chosen:
        target = one.timestamp_formats if formats.has_time(name) else one.date_formats
        if name not in target:
            target.append(name)


def _shown(item: _DateColumn) -> str:
    return "" if item.column.private or not item.reading.example else f": '{item.reading.example}'"


def _decide(item: _DateColumn, votes: Counter[bool]) -> str:
    """Choose between day first and month first; say why, and doubt it."""
    reading = item.reading
    options = (*reading.formats, *reading.rivals)
    weekends = dict(reading.weekends)
    by_order = {formats.is_day_first(name): name for name in reversed(options)}
    where = f"{item.label}, {item.column.name}"
    if len(votes) == 1 and next(iter(votes)) in by_order:
        chosen = by_order[next(iter(votes))]
        weight, why = 38, "as the other dates of this system are written"
    else:
        lowest = min(options, key=lambda name: (weekends[name], options.index(name)))
        semicolon = any(found.table.delimiter == ";" for found in item.one.guesses)
        spread = max(weekends.values()) - min(weekends.values())
        if reading.values >= _FEW_ROWS and spread >= 0.1:
            chosen, why = lowest, "because fewer of its days fall on a weekend"
        elif semicolon and True in by_order:
            chosen, why = by_order[True], "because fields are parted by ';' as in Europe"
        else:
            chosen, why = options[0], "though nothing speaks for it"
        weight = 98
    rest = " or ".join(name for name in options if name != chosen)
    item.one.doubt(
        "date_formats",
        weight,
        f"{where}: '{reading.example}' may be {chosen} or {rest}; read as {chosen}, {why} "
        f"({reading.values} values looked at).",
    )
    return chosen


def _doubt_mixture(one: ObjectDraft) -> None:
    numeric = [*one.date_formats, *one.timestamp_formats]
    if not (any(map(formats.is_day_first, numeric)) and any(map(formats.is_month_first, numeric))):
        one.column_formats = {}
        return
    one.date_formats, one.timestamp_formats = [], []
    listed = "; ".join(
        f"{name} {', '.join(own)}" for name, own in one.column_formats.items() if own
    )
    one.doubt(
        "date_formats",
        64,
        f"the columns are written in different orders of day and month ({listed}), so each has its "
        "own formats.",
    )


def _zones(made: Draft, drafts: Sequence[ObjectDraft]) -> None:
    bare = sorted(
        {
            f"{one.contract.object}.{column.name}"
            for one in drafts
            for found in one.guesses
            for column in one.contract.columns
            if column.kind == "timestamp"
            and formats.read_dates(found.values(column.name)[:200]).blank_zone
        }
    )
    if bare:
        system = drafts[0].contract.system
        listed = ", ".join(bare[:4]) + (f" and {len(bare) - 4} more" if len(bare) > 4 else "")
        made.doubt(
            f"sources.{system}.timezone",
            56,
            f"times without a zone ({listed}) are taken as UTC; name the zone of whoever exported "
            "them, such as America/New_York.",
        )


# ---------------------------------------------------------------- numbers and money


def _numbers(drafts: Sequence[ObjectDraft]) -> None:
    for one in drafts:
        readings = [
            (column, found, formats.read_numbers(found.values(column.name)))
            for found in one.guesses
            for column in one.contract.columns
            if column.kind in _NUMBERS
        ]
        signs = Counter(item.decimal for _, _, item in readings if item.decimal)
        for column, found, reading in readings:
            _doubt_number(one, column, found, reading, len(signs) > 0)
        if len(signs) > 1:
            one.doubt(
                "decimal",
                92,
                "some columns have a decimal comma and others a decimal point; "
                f"'{signs.most_common(1)[0][0]}' is read.",
            )
        if signs:
            one.decimal = signs.most_common(1)[0][0]
        elif any(item.is_undecided for _, _, item in readings):
            semicolon = any(found.table.delimiter == ";" for found in one.guesses)
            one.decimal = "," if semicolon else "."


def _doubt_number(
    one: ObjectDraft, column: Column, found: Guess, reading: formats.NumberReading, decided: bool
) -> None:
    where = f"{found.table.label}, {column.name}"
    if reading.is_mixed:
        one.doubt("decimal", 86, f"{where} mixes decimal commas and decimal points.")
    elif reading.is_undecided and not decided:
        one.doubt(
            "decimal",
            78,
            f"{where}: nothing tells whether ',' and '.' part thousands or decimals in values "
            "such as 1,234.",
        )
    if reading.junk:
        one.doubt(
            "decimal",
            51,
            f"{where}: {reading.junk} of {reading.values} values are no number; "
            "those rows will be rejected.",
        )


def _money(made: Draft) -> None:
    """Tell the reporting currency from codes and signs."""
    codes: Counter[str] = Counter()
    for drafts in made.objects.values():
        for one in drafts:
            has_codes = False
            signs: Counter[str] = Counter()
            for found in one.guesses:
                for column in one.contract.columns:
                    seen = found.values(column.name)
                    if column.name == "currency_code":
                        own = Counter(formats.clean(v) for v in seen if formats.is_currency_code(v))
                        codes.update(own)
                        has_codes = has_codes or bool(own)
                    elif column.kind == "decimal":
                        signs.update(formats.currencies_in(seen))
            codes.update(signs)
            if signs and not has_codes and one.contract.column("currency_code"):
                _constant_currency(one, signs)
    if not codes:
        made.doubt(
            "reporting.currency", 66, "no file names a currency; USD is assumed for every amount."
        )
        return
    made.currency = codes.most_common(1)[0][0]
    if len(codes) > 1:
        listed = ", ".join(f"{code} ({count})" for code, count in codes.most_common(6))
        made.doubt(
            "reporting.currency",
            44,
            f"several currencies occur: {listed}; the most frequent is taken to report in.",
        )


def _constant_currency(one: ObjectDraft, signs: Counter[str]) -> None:
    code, count = signs.most_common(1)[0]
    if one.guesses and any(found.position("currency_code") is not None for found in one.guesses):
        return
    one.constants["currency_code"] = (code, f"{count} amounts carry its sign")
    one.doubt(
        "constants", 46, f"amounts carry the sign of {code}; every row is taken to be in {code}."
    )


def _fiscal_year(made: Draft) -> None:
    """Tell from the quotas when the year begins; quarters leave four months to choose from."""
    months: Counter[int] = Counter()
    for drafts in made.objects.values():
        for one in drafts:
            if one.contract.object != "quota":
                continue
            for found in one.guesses:
                for value in found.values("period_start"):
                    day = _day(formats.clean(value), one)
                    if day:
                        months[day] += 1
    if len(months) == 1:
        made.fiscal_month = next(iter(months))
        text = (
            f"every quota begins in month {made.fiscal_month}; the fiscal year is taken to as well."
        )
        made.doubt("reporting.fiscal_year_start_month", 32, text)
        return
    quarters = {month % 3 for month in months}
    text = "no file says when the fiscal year begins; January is assumed."
    if len(quarters) == 1 and len(months) <= 4 and quarters != {1}:
        made.fiscal_month = min(months)
        text = (
            f"quotas begin in the months {', '.join(map(str, sorted(months)))}; one of them begins "
            f"the fiscal year, {made.fiscal_month} is assumed."
        )
    made.doubt("reporting.fiscal_year_start_month", 62, text)


def _day(value: str, one: ObjectDraft) -> int | None:
    for name in (formats.ISO, *one.date_formats, *one.timestamp_formats):
        if value and (day := formats.read_date(value, name)):
            return day.month
    return None


# ---------------------------------------------------------------- stages and people


def _stages(made: Draft, seeds: Path) -> None:
    for system, drafts in made.objects.items():
        known = stages.shipped(seeds, system)
        seen = stages.collect(found for one in drafts for found in one.guesses)
        if not seen:
            continue
        made.stages[system] = stages.propose(seen, known)
        for stage in made.stages[system]:
            if not (stage.is_sure and stage.is_unanimous):
                made.doubt(
                    f"stages.{system}.{stage.name}",
                    43 if stage.is_sure else 72,
                    f"the stage '{stage.name}' ({stage.rows} rows looked at) is taken as "
                    f"{stage.category} by {stage.how}.",
                )
        if not any(stage.category == "won" for stage in made.stages[system]):
            made.doubt(
                f"stages.{system}",
                90,
                f"no stage of {system} is taken as won, so nothing is won; name the one that is.",
            )
        unplaced = [
            stage.name
            for stage in made.stages[system]
            if stage.category == "open"
            and stage.key not in known
            and stage.probability is None
            and not stages.has_known_place(stage)
        ]
        if unplaced:
            made.doubt(
                f"stages.{system}",
                68,
                "the order of the open stages is a guess where neither name nor probability "
                f"tells: {', '.join(unplaced[:8])}.",
            )


def _people(made: Draft) -> None:
    managed = any(
        any(map(formats.clean, found.values(name)))
        for drafts in made.objects.values()
        for one in drafts
        for found in one.guesses
        for name in ("manager", "manager_id")
    )
    if not managed:
        made.doubt(
            "sources",
            76,
            "no file says who reports to whom, so there are no teams and no managers' figures; "
            "add a roster (halftime template people --out DIR).",
        )
