"""From somebody who is known by a login to what they may see in a build; deny by default."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dashboards.access.roles import Role
from dashboards.access.settings import Grant, Settings
from dashboards.queries.scope import Persons, Scope


@dataclass(frozen=True)
class Sight:
    """What somebody may see in one role. ``problem`` says why it is nothing; else it is empty."""

    role: Role | None
    scope: Scope
    problem: str = ""


@dataclass(frozen=True)
class Persona:
    """A role that the demonstration offers to look through, and the person it stands for."""

    label: str
    role: Role
    person_id: str = ""


def refused(login: str, problem: str) -> Sight:
    """Return the sight of somebody who sees nothing, and why."""
    return Sight(None, Scope.nothing(login or "nobody"), problem)


def sight_of(
    connection: duckdb.DuckDBPyConnection, grant: Grant, settings: Settings, *, is_council: bool
) -> Sight:
    """Return what a role of a login sees in the build that is open."""
    who = f"{grant.login} ({grant.role.value})"
    if not grant.role.is_of_a_person:
        return Sight(grant.role, _scope(grant.role, who, settings))
    if is_council:
        return refused(
            who,
            "This build shows groups and no persons, so there is no sight of a single person or of "
            "those who report to one.",
        )
    found = _person(connection, grant.person or grant.login)
    if len(found) != 1:
        count = "nobody" if not found else f"{len(found)} persons"
        return refused(
            who,
            f"'{grant.person or grant.login}' means {count} in the data. The column 'person' of "
            "the list of people names the id or the e-mail address of exactly one.",
        )
    person_id, is_active = found[0]
    if not is_active:
        return refused(who, "By the roster this person has left the company.")
    of_whom = Scope.for_rep if grant.role is Role.REP else Scope.for_manager
    return Sight(grant.role, of_whom(person_id, who))


def sight_of_persona(persona: Persona, settings: Settings) -> Sight:
    """Return what a persona of the demonstration sees."""
    who = f"demo: {persona.label}"
    if persona.role is Role.REP:
        return Sight(persona.role, Scope.for_rep(persona.person_id, who))
    if persona.role is Role.MANAGER:
        return Sight(persona.role, Scope.for_manager(persona.person_id, who))
    return Sight(persona.role, _scope(persona.role, who, settings))


def _scope(role: Role, who: str, settings: Settings) -> Scope:
    if role is Role.DATA_TEAM:
        return Scope.of_trust(who)
    if role is Role.AUDITOR:
        return Scope.whole_company(who, Persons.PSEUDONYMS)
    if role is Role.ENABLEMENT:
        return Scope.whole_company(who, Persons(settings.enablement_persons))
    return Scope.whole_company(who)


def _person(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, bool]]:
    """Return (person_id, is_active) of whom an id or an e-mail address means, each once."""
    with connection.cursor() as cursor:
        return cursor.execute(
            """
            with meant as (
                select person_id from core.dim_person where person_id = ?
                union
                select person_id from core.dim_person where lower(email) = lower(?)
                union
                select person_id from core.bridge_person_identity
                where how = 'email' and lower(alias) = lower(?)
            )

            select person.person_id, coalesce(person.is_active, false)
            from meant
            inner join core.dim_person as person on meant.person_id = person.person_id
            where not person.is_deleted
            order by person.person_id
            limit 10
            """,
            [name, name, name],
        ).fetchall()


def personas(connection: duckdb.DuckDBPyConnection, *, is_council: bool) -> list[Persona]:
    """Return whom the demonstration lets one be: who sees all, a manager, a rep, and the others."""
    everybody = [
        Persona("Administrator", Role.ADMIN),
        Persona("Enablement", Role.ENABLEMENT),
        Persona("Auditor", Role.AUDITOR),
        Persona("Data team", Role.DATA_TEAM),
    ]
    if is_council:
        return everybody
    with connection.cursor() as cursor:
        rows = cursor.execute(
            """
            with team as (
                select
                    person.manager_id,
                    count(distinct person.person_id) as rep_count,
                    min(person.person_id) as person_id,
                    coalesce(sum(week.broad_session_count), 0) as session_count
                from core.dim_person as person
                left join coaching.fct_rep_week as week using (person_id)
                where person.is_active and person.is_rep and person.manager_id is not null
                group by person.manager_id
            ),

            above as (
                select
                    team.*,
                    count(line.ancestor_id) as level_count
                from team
                inner join core.dim_person as leader
                    on team.manager_id = leader.person_id and leader.is_active
                cross join core.dim_clock as clock
                left join core.dim_reporting_line as line
                    on team.manager_id = line.person_id
                    and line.valid_from <= clock.as_of_date
                    and clock.as_of_date < line.valid_to
                group by all
                order by level_count desc, session_count desc, manager_id
                limit 1
            )

            select leader.person_id, leader.full_name, rep.person_id, rep.full_name, boss.person_id,
                boss.full_name
            from above
            inner join core.dim_person as leader on above.manager_id = leader.person_id
            inner join core.dim_person as rep on above.person_id = rep.person_id
            left join core.dim_person as boss
                on leader.manager_id = boss.person_id and boss.is_active
            """
        ).fetchall()
    if not rows:
        return everybody
    manager, manager_name, rep, rep_name, boss, boss_name = rows[0]
    people = [
        Persona(f"Manager: {manager_name}", Role.MANAGER, manager),
        Persona(f"Rep: {rep_name}", Role.REP, rep),
    ]
    if boss:
        people.insert(0, Persona(f"Manager of managers: {boss_name}", Role.MANAGER, boss))
    return [everybody[0], *people, *everybody[1:]]
