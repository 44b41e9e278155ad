"""Which indicators the data allow, and what to add for more.

What each needs stands in ``seeds/indicator_requirements.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from halftime.landing.typed_readers import identifier

# Where the fields of an entity stand, and which of its rows count. A change of a deal is known from
# a history object or from a later version of the deal.
_CHANGES = "row_status = 'superseded'"
_RELATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "opportunity": (("int_opportunity_conformed", "row_status = 'accepted'"),),
    "opportunity_change": (
        ("int_opportunity_change_conformed", "true"),
        ("int_opportunity_conformed", _CHANGES),
    ),
    "policy": (("int_policy_conformed", "is_assumed is distinct from true"),),
    "skill_score": (
        ("int_skill_score_conformed", "true"),
        ("int_attendee_conformed", "score is not null"),
    ),
}
# The same field under the name that a model of another kind gives it.
_SYNONYMS = {
    ("opportunity_change", "changed_at"): ("stamped_at",),
    ("skill_score", "person_alias"): ("coachee_alias",),
}
WORDS = {
    "account": "accounts",
    "action": "coaching actions",
    "activity": "activities",
    "assessment": "assessments of courses",
    "attendee": "attendees of sessions",
    "calendar_event": "calendars",
    "call": "recorded calls",
    "contact": "contacts",
    "forecast": "forecasts",
    "lead": "leads",
    "opportunity": "deals",
    "opportunity_change": "the history of deals (or one export per week)",
    "opportunity_contact": "contact roles of deals",
    "opportunity_split": "splits of deals",
    "person": "people",
    "person_version": "who reports to whom",
    "plan": "deal and call plans",
    "policy": "the coaching policy",
    "qualification": "the history of qualification fields",
    "quota": "quotas",
    "recognition": "awards",
    "session": "coaching sessions",
    "skill_score": "skill scores",
    "stage": "stages",
    "territory_account": "accounts of territories",
    "training": "trainings",
}
# What no file that is added unlocks by itself: what notes hold is counted only where the
# configuration says so.
NOT_YET = frozenset(
    {
        "session.question_count",
        "session.directive_count",
    }
)


@dataclass(frozen=True)
class Requirement:
    """What one indicator needs: all of ``needs``, each of which may have alternatives."""

    indicator_id: str
    title: str
    needs: tuple[tuple[str, ...], ...]
    better_with: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Addition:
    """Something to add, and the indicators that it would make possible."""

    fields: tuple[str, ...]
    words: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Possible:
    """Which indicators are possible, which are assumed in part, and what would unlock more."""

    possible: tuple[str, ...]
    coarse: Mapping[str, tuple[str, ...]]
    lacking: Mapping[str, tuple[str, ...]]
    additions: tuple[Addition, ...]
    total: int


def read_requirements(seeds: Path) -> list[Requirement]:
    """Read the seed; the order is that of the file."""
    with (seeds / "indicator_requirements.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Requirement(
                row["indicator_id"],
                row["title"],
                _fields(row["needs"]),
                _fields(row["better_with"]),
            )
            for row in csv.DictReader(stream)
        ]


def computed_indicators(seeds: Path) -> int:
    """Count the indicators that this release computes (``seeds/indicators.csv``)."""
    with (seeds / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        return len({row["indicator_id"] for row in csv.DictReader(stream)})


def _fields(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(name.strip() for name in part.split("|")) for part in text.split(";") if part.strip()
    )


def filled_fields(
    con: duckdb.DuckDBPyConnection, requirements: Iterable[Requirement]
) -> dict[str, bool]:
    """Tell for every field that a requirement names whether any row of the warehouse fills it."""
    names = sorted(
        {
            name
            for item in requirements
            for group in (*item.needs, *item.better_with)
            for name in group
        }
    )
    columns = _columns(con)
    return {name: _is_filled(con, columns, *name.split(".", 1)) for name in names}


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for schema, table, column, kind in con.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_schema in ('staging', 'intermediate')"
    ).fetchall():
        found.setdefault(str(table), {})[str(column)] = str(schema), str(kind)
    return found


def _is_filled(
    con: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, tuple[str, str]]],
    entity: str,
    field: str,
) -> bool:
    relations = _RELATIONS.get(entity, ((f"int_{entity}_conformed", "true"),))
    for relation, where in relations:
        known = columns.get(relation, {})
        for name in (field, *_SYNONYMS.get((entity, field), ())):
            if name not in known:
                continue
            schema, kind = known[name]
            # A flag that is never true says as little as a column that is never filled.
            test = identifier(name) if kind == "BOOLEAN" else f"{identifier(name)} is not null"
            row = con.execute(
                f"select count(*) from (select 1 from {schema}.{relation} "
                f"where {where} and {test} limit 1)"
            ).fetchone()
            if row and row[0]:
                return True
            break
    return False


def judge(requirements: list[Requirement], filled: Mapping[str, bool]) -> Possible:
    """Say which indicators are possible, and which additions would make most others so."""
    lacking: dict[str, tuple[str, ...]] = {}
    coarse: dict[str, tuple[str, ...]] = {}
    for item in requirements:
        open_needs = tuple(
            group[0] if len(group) == 1 else "|".join(group)
            for group in item.needs
            if not any(filled.get(name, False) for name in group)
        )
        if open_needs:
            lacking[item.indicator_id] = open_needs
            continue
        missing = tuple(
            "|".join(group)
            for group in item.better_with
            if not any(filled.get(name, False) for name in group)
        )
        if missing:
            coarse[item.indicator_id] = missing
    possible = tuple(item.indicator_id for item in requirements if item.indicator_id not in lacking)
    return Possible(possible, coarse, lacking, _additions(lacking, filled), len(requirements))


def _additions(
    lacking: Mapping[str, tuple[str, ...]], filled: Mapping[str, bool]
) -> tuple[Addition, ...]:
    """Take what unlocks most first; then what unlocks most of the rest, and so on."""
    present = {name.split(".")[0] for name, is_filled in filled.items() if is_filled}
    open_needs = {
        indicator: [need.split("|") for need in needs]
        for indicator, needs in lacking.items()
        if not any(all(name in NOT_YET for name in need.split("|")) for need in needs)
    }
    additions: list[Addition] = []
    while open_needs:
        best: tuple[tuple[float, ...], tuple[str, ...], list[str]] | None = None
        for bundle in sorted({_bundle(needs) for needs in open_needs.values()}):
            unlocked = [
                indicator
                for indicator, needs in open_needs.items()
                if all(any(_covers(bundle, name, present) for name in need) for need in needs)
            ]
            rank = (len(unlocked) / len(bundle), -float(len(bundle)))
            if best is None or rank > best[0]:
                best = rank, bundle, unlocked
        if best is None:
            break
        _, bundle, unlocked = best
        additions.append(Addition(bundle, _say(bundle, present), tuple(unlocked)))
        for indicator in unlocked:
            del open_needs[indicator]
    return tuple(sorted(additions, key=lambda item: (-len(item.indicators), item.words)))


def _bundle(needs: list[list[str]]) -> tuple[str, ...]:
    return tuple(sorted({need[0] for need in needs}))


def _covers(bundle: tuple[str, ...], name: str, present: set[str]) -> bool:
    """Whether a bundle brings a field: an absent entity brings all, another only what is named."""
    entity = name.split(".")[0]
    if entity in present:
        return name in bundle
    return any(item.split(".")[0] == entity for item in bundle)


def _say(bundle: tuple[str, ...], present: set[str]) -> str:
    words = []
    for name in bundle:
        entity, field = name.split(".", 1)
        label = WORDS.get(entity, entity)
        text = f"{field} of {label}" if entity in present else label
        if text not in words:
            words.append(text)
    return " and ".join(words)
