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
    PERSON = "person"
    ORGANISATION = "organisation"
    TRUST = "trust"
    COMPANY = "company"


class Persons(StrEnum):
    """How a scope that sees the company sees single persons."""

    NAMES = "names"
    PSEUDONYMS = "pseudonyms"
    GROUPS = "groups"


@dataclass(frozen=True)
class Scope:
    """A named right to see; ``name`` is who is asking, as the logs tell it.

    ``person_id`` is who is seen: one person, or a manager with everybody below. ``trust`` reaches
    rows, rules and files, and nobody's figures.
    """

    name: str
    reach: Reach = Reach.NOTHING
    person_id: str | None = None
    persons: Persons = Persons.NAMES

    @classmethod
    def whole_company(cls, name: str = "whole company", persons: Persons = Persons.NAMES) -> Scope:
        """Return a scope that sees the company, and persons as it says."""
        return cls(name=name, reach=Reach.COMPANY, persons=persons)

    @classmethod
    def for_manager(cls, manager_id: str, name: str = "") -> Scope:
        """Return the scope of a manager: the manager and everybody below on the as-of date."""
        return cls(name or f"manager {manager_id}", Reach.ORGANISATION, manager_id)

    @classmethod
    def for_rep(cls, person_id: str, name: str = "") -> Scope:
        """Return the scope of a rep: what is held about this one person."""
        return cls(name or f"rep {person_id}", Reach.PERSON, person_id)

    @classmethod
    def of_trust(cls, name: str) -> Scope:
        """Return the scope of those who mend data: rows, rules and files."""
        return cls(name, Reach.TRUST)

    @classmethod
    def nothing(cls, name: str = "nobody") -> Scope:
        """Return the scope of somebody unknown."""
        return cls(name)


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
    if scope is None:
        return _NOTHING
    if scope.reach is Reach.COMPANY:
        return _NOTHING if scope.persons is Persons.GROUPS else _EVERYTHING
    if scope.person_id is None:
        return _NOTHING
    if scope.reach is Reach.PERSON:
        return Predicate(f"{column} = ?", (scope.person_id,))
    if scope.reach is Reach.ORGANISATION:
        return Predicate(f"{column} in {_PEOPLE}", (scope.person_id, scope.person_id))
    return _NOTHING


def notes(scope: Scope | None, coachee: str, coach: str) -> Predicate:
    """Return the predicate for private notes, by the columns that name coachee and coach.

    Who sees a person by name sees the person's notes; a coach also those made of others.
    """
    if scope is None or scope.persons is not Persons.NAMES:
        return _NOTHING
    seen = people(scope, coachee)
    if scope.reach is not Reach.ORGANISATION:
        return seen
    return Predicate(f"({seen.sql} or {coach} = ?)", (*seen.parameters, scope.person_id or ""))


def entities(scope: Scope | None, entity_type: str, entity_id: str) -> Predicate:
    """Return the predicate for a pair of columns that name an entity of the organisation.

    A rep sees the own figures; a manager those of reps and managers below, and of the own
    organisation. Teams, regions and the company hold other people's figures and stay hidden.
    """
    if scope is None:
        return _NOTHING
    if scope.reach is Reach.COMPANY:
        if scope.persons is Persons.GROUPS:
            return Predicate(f"{entity_type} in ('company', 'region', 'team')")
        return _EVERYTHING
    inside = people(scope, entity_id)
    kinds = "('rep')" if scope.reach is Reach.PERSON else "('rep', 'manager', 'manager_org')"
    return Predicate(f"({entity_type} in {kinds} and {inside.sql})", inside.parameters)


def rows(scope: Scope | None) -> Predicate:
    """Return the predicate for places in files, and names that match nobody: for those who mend."""
    return _EVERYTHING if sees_rows(scope) else _NOTHING


def sees_rows(scope: Scope | None) -> bool:
    """Tell whether somebody mends data, and so sees where rows stand."""
    if scope is None or scope.reach not in (Reach.COMPANY, Reach.TRUST):
        return False
    return scope.persons is not Persons.GROUPS


def anyone(scope: Scope | None) -> Predicate:
    """Return the predicate for rows that hold no person's data, such as definitions."""
    if scope is None or scope.reach is Reach.NOTHING:
        return _NOTHING
    return _EVERYTHING
