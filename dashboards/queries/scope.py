"""Who is asking, and what they may see.

A scope is an argument of every query. It answers with SQL predicates that are joined into the query
itself, so a forgotten filter cannot leak a row: no scope, or an empty one, becomes ``false``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """How far a scope sees."""

    NOTHING = "nothing"
    ORGANISATION = "organisation"
    COMPANY = "company"


@dataclass(frozen=True)
class Scope:
    """A named right to see: the whole company, one manager and everybody below, or nothing."""

    name: str
    reach: Reach = Reach.NOTHING
    manager_id: str | None = None

    @classmethod
    def demo(cls) -> Scope:
        """Return the one scope of the demonstration: it sees the company."""
        return cls(name="whole company", reach=Reach.COMPANY)

    @classmethod
    def for_manager(cls, manager_id: str) -> Scope:
        """Return the scope of a manager: the manager and everybody below on the as-of date."""
        return cls(name=f"manager {manager_id}", reach=Reach.ORGANISATION, manager_id=manager_id)

    @classmethod
    def nothing(cls) -> Scope:
        """Return the scope of somebody unknown."""
        return cls(name="nobody")


@dataclass(frozen=True)
class Predicate:
    """A piece of SQL that is true for visible rows, with its parameters."""

    sql: str
    parameters: tuple[str, ...] = ()


_NOTHING = Predicate("false")
_EVERYTHING = Predicate("true")

# Everybody below the manager on the as-of date, and the manager.
_PEOPLE = """(
    select line.person_id
    from core.dim_reporting_line as line
    cross join core.dim_clock as clock
    where line.ancestor_id = ?
        and line.valid_from <= clock.as_of_date
        and clock.as_of_date < line.valid_to
    union
    select cast(? as varchar)
)"""


def people(scope: Scope | None, column: str) -> Predicate:
    """Return the predicate for a column of person ids."""
    if scope is None or scope.reach is Reach.NOTHING:
        return _NOTHING
    if scope.reach is Reach.COMPANY:
        return _EVERYTHING
    manager = scope.manager_id or ""
    return Predicate(f"{column} in {_PEOPLE}", (manager, manager))


def notes(scope: Scope | None, coachee: str, coach: str) -> Predicate:
    """Return the predicate for private notes, by the columns that name coachee and coach.

    Who sees a person sees the person's notes; a coach also those that the coach made of others.
    """
    seen = people(scope, coachee)
    if scope is None or scope.reach is not Reach.ORGANISATION:
        return seen
    return Predicate(f"({seen.sql} or {coach} = ?)", (*seen.parameters, scope.manager_id or ""))


def entities(scope: Scope | None, entity_type: str, entity_id: str) -> Predicate:
    """Return the predicate for a pair of columns that name an entity of the organisation.

    A manager sees reps and managers below, and the own organisation; teams, regions and the company
    hold other people's figures and stay hidden.
    """
    if scope is None or scope.reach is Reach.NOTHING:
        return _NOTHING
    if scope.reach is Reach.COMPANY:
        return _EVERYTHING
    inside = people(scope, entity_id)
    return Predicate(
        f"({entity_type} in ('rep', 'manager', 'manager_org') and {inside.sql})", inside.parameters
    )


def company(scope: Scope | None) -> Predicate:
    """Return the predicate for rows that only those may see who see the whole company."""
    if scope is not None and scope.reach is Reach.COMPANY:
        return _EVERYTHING
    return _NOTHING


def anyone(scope: Scope | None) -> Predicate:
    """Return the predicate for rows that hold no person's data, such as definitions."""
    if scope is None or scope.reach is Reach.NOTHING:
        return _NOTHING
    return _EVERYTHING
