"""Which object of which system a table is, and which of its columns might be what it lacks."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from halftime.contracts import Column, Contract, normalise_header
from halftime.firsthour import formats
from halftime.firsthour.look import Table
from halftime.landing.discover import match_name, split_name
from halftime.landing.header import HeaderMatch, match_header
from halftime.landing.spec import ObjectSpec

SURE = 0.75
LIKELY = 0.45
_CLOSE = 0.12
_NEXT = 4
_NAME_WEIGHT = 0.35
_OWN_WORDS, _UNSURE = 4, 0.6
ALIKE = 0.72
_HOW = {"exact": 1.0, "normalised": 0.95, "alias": 0.85}
_SALESFORCE_PREFIXES = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "opportunity": "006",
    "opportunity_history": "008",
    "lead": "00Q",
    "task": "00T",
    "event": "00U",
    "user_role": "00E",
    "opportunity_line_item": "00k",
}


@dataclass(frozen=True)
class Proposal:
    """A header that may be what a contract column lacks; ``score`` is between 0 and 1."""

    column: Column
    header: str
    score: float
    why: str


@dataclass(frozen=True)
class Guess:
    """What a table is taken for.

    ``score`` is between 0 and 1; ``rival`` another object that fits nearly as well; ``missing``
    required columns for which no header was found.
    """

    table: Table
    contract: Contract
    match: HeaderMatch
    score: float
    proposals: tuple[Proposal, ...] = ()
    rival: tuple[str, float] | None = None

    @property
    def missing(self) -> tuple[Column, ...]:
        """Required columns without a header of their own and without a proposal."""
        proposed = {item.column.name for item in self.proposals}
        return tuple(
            column
            for column, position in zip(self.contract.columns, self.match.positions, strict=True)
            if column.required and position is None and column.name not in proposed
        )

    @property
    def is_likely(self) -> bool:
        """Whether the table is drafted as this object."""
        return self.score >= LIKELY

    def position(self, name: str) -> int | None:
        """Place of a contract column in the table, matched or proposed."""
        for column, place in zip(self.contract.columns, self.match.positions, strict=True):
            if column.name == name and place is not None:
                return place
        for item in self.proposals:
            if item.column.name == name:
                return self.table.header.index(item.header)
        return None

    def values(self, name: str) -> list[str]:
        """Return the sampled values of a contract column that the table has."""
        place = self.position(name)
        return [] if place is None else self.table.column(place)

    def every(self, name: str) -> list[str]:
        """Return all sampled values of a contract column, not only a spread of them."""
        place = self.position(name)
        return [] if place is None else self.table.every(place)

    @property
    def dialect(self) -> str:
        """How the headers are written: API names, snake_case or report labels."""
        how = [
            item.detail if item.finding == "matched" else "alias"
            for item in self.match.findings
            if item.header is not None and item.column is not None
        ]
        snake = sum(bool(re.fullmatch(r"[a-z0-9_]+", name)) for name in self.table.header)
        if 2 * snake > len(self.table.header):
            return "snake_case"
        if how and 2 * how.count("exact") > len(how):
            return "the names of the contract"
        return "report labels" if self.table.header_row > 1 or "alias" in how else "other labels"


def guess(table: Table, contracts: Mapping[tuple[str, str], Contract]) -> Guess | None:
    """Take a table for the object that fits best by name and header, or for none."""
    if table.problem or not table.header:
        return None
    if table.shown is not None:
        return _shown(table, table.shown)
    scored = sorted(
        (_scored(table, contract) for contract in contracts.values()),
        key=lambda item: (-item.score, item.contract.system, item.contract.object),
    )
    if scored[0].score < LIKELY / 2:
        return None
    best, others = _proposed(scored[0]), scored[1:]
    if best.score < scored[0].score:
        # What lacks something that one object demands may have all that another does.
        places = [place for place, item in enumerate(others[:_NEXT]) if item.score > best.score]
        tried = [best, *(_proposed(others[place]) for place in places)]
        best = max(tried, key=lambda item: item.score)
        others = [item for item in (*tried, *others[len(places) :]) if item is not best]
    if best.score < LIKELY:
        best = max((best, *map(_by_proposals, scored[:_NEXT])), key=lambda item: item.score)
        others = [item for item in scored if item.contract is not best.contract]
    rival = next(
        (
            (f"{item.contract.system}.{item.contract.object}", item.score)
            for item in others
            if item.score >= max(LIKELY, best.score - _CLOSE)
        ),
        None,
    )
    return replace(best, rival=rival)


def _proposed(found: Guess) -> Guess:
    """Add proposals for what a table lacks; without one for a required column it is less likely."""
    found = replace(found, proposals=propose(found))
    lacks = found.missing and not any(item.column.required for item in found.proposals)
    return replace(found, score=min(found.score, 0.6)) if lacks else found


def _by_proposals(found: Guess) -> Guess:
    """Judge a table whose headers are a person's own words by what they may stand for as well.

    Never sure: such a table is drafted to be confirmed, where it would have been left out.
    """
    found = _proposed(found)
    how = _how(found.match) | {item.column.name: 0.85 * item.score for item in found.proposals}
    if found.missing or len(how) < _OWN_WORDS:
        return found
    return replace(found, score=max(found.score, min(_score(found, how), _UNSURE)))


def _shown(table: Table, contract: Contract) -> Guess:
    """Take a file for what it shows itself to be: only columns can be in doubt."""
    found = Guess(table, contract, match_header(contract, table.header, ObjectSpec()), 0.99)
    return replace(found, score=0.6) if found.missing else found


def _scored(table: Table, contract: Contract) -> Guess:
    found = Guess(table, contract, match_header(contract, table.header, ObjectSpec()), 0.0)
    return replace(found, score=_score(found, _how(found.match)))


def _how(match: HeaderMatch) -> dict[str, float]:
    """Return how well the header of each column found is known, 0 to 1."""
    return {
        item.column: _HOW.get(item.detail if item.finding == "matched" else "alias", 0.85)
        for item in match.findings
        if item.header is not None and item.column is not None
    }


def _score(found: Guess, how: Mapping[str, float]) -> float:
    """Weigh the columns found, the kinds of their values and the file's name, 0 to 1."""
    table, contract = found.table, found.contract
    named = sum(not name.startswith("column_") for name in table.header) or 1
    covered = sum(how.values()) / named
    required = contract.required_columns
    has_required = sum(column.name in how for column in required) / max(len(required), 1)
    header = 0.5 * has_required + 0.5 * min(covered * 1.15, 1.0)
    if len(how) <= 1:
        header *= 0.4
    header *= _value_fit(table, contract, found.match)
    name = _name_score(table, contract)
    return min(_NAME_WEIGHT * name + (1 - _NAME_WEIGHT) * header, 0.99)


def _name_score(table: Table, contract: Contract) -> float:
    path = PurePosixPath(table.file)
    stem, _, _ = split_name(path.name)
    folders = {normalise_header(part) for part in path.parts[:-1]}
    in_folder = normalise_header(contract.system) in folders
    names = [stem]
    if table.sheet_count > 1 and table.sheet:
        names.insert(0, table.sheet)
    best = 0.0
    for text in names:
        found = match_name(text, [contract])
        if found is not None:
            longest = max(
                len(normalise_header(name))
                for name in (*contract.names, contract.object)
                if normalise_header(text).startswith(normalise_header(name))
            )
            whole = longest / max(len(normalise_header(text)), 1)
            best = max(best, (0.75 if found[1] else 0.5) + 0.25 * whole)
            continue
        plain = normalise_header(text)
        for name in map(normalise_header, (*contract.names, contract.object)):
            if len(name) >= 4 and plain.endswith(name):
                best = max(best, 0.65 + 0.25 * len(name) / len(plain))
            elif len(name) >= 4 and name in plain:
                best = max(best, 0.4)
    if normalise_header(contract.system) in normalise_header(stem):
        in_folder = True
    return min(best + 0.25 * in_folder, 1.0)


def _value_fit(table: Table, contract: Contract, match: HeaderMatch) -> float:
    """Lower the score where the values under a matched header are of another kind."""
    fits, looked = 0.0, 0
    for column, place in zip(contract.columns, match.positions, strict=True):
        if place is None or column.kind in ("text", "id"):
            continue
        kind = formats.kind_of(table.column(place)[:60])
        if kind != "empty":
            looked += 1
            fits += formats.fits(kind, column.kind)
    factor = 1.0 if looked == 0 else 0.6 + 0.4 * fits / looked
    if contract.system == "salesforce":
        factor *= _salesforce_fit(table, contract, match)
    return factor


def _salesforce_fit(table: Table, contract: Contract, match: HeaderMatch) -> float:
    """Salesforce's ids have 15 or 18 letters, and their first three name the object."""
    place = next(
        (
            position
            for column, position in zip(contract.columns, match.positions, strict=True)
            if column.name == "id"
        ),
        None,
    )
    if place is None:
        return 1.0
    ids = [value for value in map(formats.clean, table.column(place)[:50]) if value]
    if not ids:
        return 1.0
    shaped = sum(formats.SALESFORCE_ID.match(value) is not None for value in ids) / len(ids)
    prefix = _SALESFORCE_PREFIXES.get(contract.object)
    if prefix and shaped > 0.5 and not any(value.startswith(prefix) for value in ids):
        return 0.7
    return 1.05 if shaped > 0.5 else 0.7


# ---------------------------------------------------------------- columns not found by name

_WORDS = (
    ("owner", "rep", "seller", "agent", "assigned", "salesperson", "coachee", "who"),
    ("coach", "manager", "leader", "supervisor", "boss"),
    ("amount", "value", "revenue", "acv", "tcv", "arr", "total", "price", "size"),
    ("close", "closing", "closed", "expected", "signing"),
    ("created", "create", "opened", "open", "start", "engage", "creation", "begin"),
    ("stage", "phase", "status", "step", "state"),
    ("account", "company", "customer", "client", "organisation", "organization"),
    ("duration", "minutes", "mins", "length", "min"),
    ("date", "day", "when", "on", "at"),
    ("id", "number", "no", "nr", "key", "ref", "reference", "code"),
    ("quota", "target", "goal", "plan"),
    ("name", "title"),
    ("opportunity", "deal", "oppty", "opp"),
    ("area", "topic", "theme", "category", "subject"),
    ("email", "mail"),
    ("currency", "ccy", "curr"),
    ("notes", "note", "comment", "comments", "remarks"),
)
_SMALL = frozenset({"of", "the", "a", "in", "for", "by", "to"})
_CANON = {word: group[0] for group in _WORDS for word in group}


def propose(found: Guess) -> tuple[Proposal, ...]:
    """Propose headers that nobody took for columns that were not found; the best pair first."""
    free = [
        (name, place)
        for name, place in found.match.extras
        if not name.startswith("column_") and any(map(formats.clean, found.table.column(place)))
    ]
    kinds = {name: formats.kind_of(found.table.column(place)) for name, place in free}
    lacking = [
        column
        for column, place in zip(found.contract.columns, found.match.positions, strict=True)
        if place is None
    ]
    pairs = sorted(
        (
            (score, column.required, column, name)
            for column in lacking
            for name, _ in free
            if formats.fits(kinds[name], column.kind) and (score := likeness(column, name)) >= ALIKE
        ),
        key=lambda pair: (-pair[0], not pair[1], pair[2].name, pair[3]),
    )
    chosen: dict[str, Proposal] = {}
    taken: set[str] = set()
    for score, _, column, name in pairs:
        if column.name not in chosen and name not in taken:
            chosen[column.name] = Proposal(column, name, score, "the names are alike")
            taken.add(name)
    for column in lacking:
        if not column.required or column.name in chosen or column.kind in ("text", "id"):
            continue
        fitting = [
            name for name, _ in free if name not in taken and _is_of_kind(kinds[name], column.kind)
        ]
        if len(fitting) == 1:
            why = f"the only other column that holds {column.kind} values"
            chosen[column.name] = Proposal(column, fitting[0], 0.5, why)
            taken.add(fitting[0])
    return tuple(chosen.values())


def _is_of_kind(kind: str, column_kind: str) -> bool:
    return kind != "empty" and formats.fits(kind, column_kind)


def likeness(column: Column, header: str) -> float:
    """Tell how like a header is to one of a column's names, 0 to 1."""
    return max(_alike(name, header) for name in (column.header, column.name, *column.aliases))


def _alike(first: str, second: str) -> float:
    plain = difflib.SequenceMatcher(None, normalise_header(first), normalise_header(second)).ratio()
    mine, other = _words(first), _words(second)
    shared = len(mine & other) / max(len(mine | other), 1)
    return max(plain if plain >= 0.85 else 0.0, 0.95 * shared)


def _words(text: str) -> frozenset[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.sub(r"__c\b", "", text))
    return frozenset(
        _CANON.get(part.lower(), part.lower()) for part in parts if part.lower() not in _SMALL
    )
