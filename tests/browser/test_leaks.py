"""Nobody reads of people outside the own scope, whatever is asked: thousands of random questions.

What a reader may see is worked out here from the roster, by its own search over who reports to
whom; nothing of the pages' own scope is used for it.
"""

from __future__ import annotations

import datetime as dt
import inspect
import io
import itertools
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from test_scope import all_queries

from dashboards.access.resolve import personas
from dashboards.access.roles import Role
from dashboards.components import data
from dashboards.components.export import to_csv, to_xlsx
from dashboards.published import Build, connect
from dashboards.queries import behind
from dashboards.queries.base import FACTS, Cell, Entity, Measure, Period
from dashboards.queries.scope import Persons, Scope
from halftime.home import Home
from halftime.privacy.pseudonyms import key_file
from halftime.privacy.redact import home_key

QUESTIONS = int(os.environ.get("HALFTIME_LEAK_QUESTIONS", "10000"))
VISITS = int(os.environ.get("HALFTIME_LEAK_VISITS", "60"))
SEED = 20261129
APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
GRAINS = ("fiscal_month", "fiscal_quarter", "fiscal_year")


@dataclass
class World:
    """Who is in the company, who is whose manager today, and what else there is to ask for."""

    reports: dict[str, set[str]]
    people: list[str]
    words: dict[str, set[str]]  # by person: id, name, address, and ids and names of the own deals
    entities: list[Entity]
    values: dict[str, list[Any]]
    deal_owner: dict[str, str | None]
    leaders: dict[str, set[str]]  # id and name of everybody who ever led or coached a person
    shared: set[str]  # what means several persons

    def below(self, manager: str) -> set[str]:
        """The manager and everybody whose line of managers leads there."""
        found, todo = {manager}, [manager]
        while todo:
            for person in self.reports.get(todo.pop(), set()) - found:
                found.add(person)
                todo.append(person)
        return found


@pytest.fixture(scope="module")
def world(build: Build) -> World:
    with connect(build.database) as con:
        return read_world(con)


def read_world(con: duckdb.DuckDBPyConnection) -> World:
    roster = con.execute("select person_id, full_name, email from core.dim_person").fetchall()
    lines = con.execute(
        """
        select h.manager_id, h.person_id from core.dim_person_history as h, core.dim_clock as clock
        where h.manager_id is not null
            and h.valid_from <= clock.as_of_date and clock.as_of_date < h.valid_to
        """
    ).fetchall()
    reports: dict[str, set[str]] = {}
    for manager, person in lines:
        reports.setdefault(manager, set()).add(person)
    words = {person: {person, name, *([mail] if mail else [])} for person, name, mail in roster}
    deals = con.execute(
        "select opportunity_id, opportunity_name, owner_id from core.fct_opportunity"
    ).fetchall()
    for deal, name, owner in deals:
        if owner in words:
            words[owner] |= {deal, *([name] if name else [])}
    leaders: dict[str, set[str]] = {}
    names = {person: name for person, name, _ in roster}
    for person, leader in con.execute(
        "select person_id, ancestor_id from core.dim_reporting_line"
    ).fetchall():
        leaders.setdefault(person, set()).update({leader, names.get(leader, leader)})
    for person, coach in con.execute(
        """
        select coachee_id, coach_id from core.fct_coaching_session
        join core.bridge_session_attendee using (session_id) where coach_id is not null
        union select coachee_id, coach_id from core.fct_coaching_action where coach_id is not null
        """
    ).fetchall():
        leaders.setdefault(person, set()).update({coach, names.get(coach, coach)})
    counted = Counter(word for mine in words.values() for word in mine)
    entities = con.execute(
        "select distinct entity_type, entity_id from core.bridge_org_entity order by all"
    ).fetchall()
    periods = con.execute(
        f"""
        select period_grain, period_start, period_end, period_label
        from core.dim_period, core.dim_clock
        where period_grain in {GRAINS} and period_start <= as_of_date order by all
        """
    ).fetchall()
    measures = con.execute(
        "select distinct indicator_id, measure_id from reference.indicators order by all"
    ).fetchall()
    clock = con.execute("select as_of_date, reporting_currency from core.dim_clock").fetchone()
    rules = con.execute("select distinct rule_id from quality.rule_result").fetchall()
    assert clock is not None
    weeks = [clock[0] - dt.timedelta(days=7 * back) for back in range(12)]
    return World(
        reports=reports,
        people=sorted(words),
        words=words,
        entities=[Entity(kind, code, code) for kind, code in entities],
        values={
            "period": [Period(*row, is_complete=False) for row in periods],
            "measures": [
                (Measure(*one), Measure(*two), Measure(*one, clock[1]))
                for one, two in itertools.pairwise(measures)
            ],
            "day": weeks,
            "until": weeks,
            "currency": [clock[1], "EUR", "none"],
            "product": ["all", "P-1"],
            "person_id": sorted(words),
            "opportunity_id": [deal for deal, _, _ in deals],
            "rule_id": sorted(rule for (rule,) in rules),
            "indicator_id": sorted({indicator for indicator, _ in measures}),
            "system": ["all", "salesforce", "people"],
            "reason": ["all"],
            "limit": [3, 50, 100_000],
            "weeks": [4, 26],
            "length": [1, 8],
            "is_strict": [True, False],
            "by_name": [True, False],
            "pipeline_view": ["open", "due"],
            "cohort": [Period(*row, is_complete=False) for row in periods],
            "leads": [Measure(*one) for one in measures],
            "outcome": [Measure(*one) for one in measures],
            "cell": published_cells(con),
            "measure": [Measure("BE-10", "shown"), Measure("BE-07", "gap")],
            "level": ["team", "region", "manager", "rep"],
            "days": [91, 365],
            "rule_version": ["article_000", "cso_2017"],
        },
        deal_owner={deal: owner for deal, _, owner in deals},
        leaders=leaders,
        shared={word for word, count in counted.items() if count > 1},
    )


def published_cells(con: duckdb.DuckDBPyConnection) -> list[Cell]:
    """Some hundred published figures, as many of single persons as of parts of the company."""
    found = con.execute(
        f"""
        with figure as (
            select
                indicator_id, measure_id, entity_type, entity_id, period_grain, period_start,
                dimension, member, currency_code
            from (select * from {FACTS[0]} union all by name select * from {FACTS[1]})
            where period_grain in {GRAINS} and numerator > 0
        )

        select * from figure
        window kind as (partition by indicator_id, entity_type order by md5(figure::text))
        qualify row_number() over kind <= 8
        order by all
        """
    ).fetchall()
    return [
        Cell(indicator, measure, Entity(kind, code, code), *rest)
        for indicator, measure, kind, code, *rest in found
    ]


@dataclass(frozen=True)
class Reader:
    """Somebody with a scope, and whom that somebody may read of."""

    scope: Scope
    allowed: frozenset[str]
    kinds: frozenset[str]  # of entities whose figures may be seen; of persons only allowed ones


def readers(world: World, rng: random.Random) -> Iterator[Reader]:
    """Without end: a rep, a manager, and each of those who see no names."""
    managers = sorted(world.reports)
    groups = frozenset({"company", "region", "team"})
    while True:
        person, manager = rng.choice(world.people), rng.choice(managers)
        own = frozenset({"rep", "manager", "manager_org"})
        yield Reader(Scope.for_rep(person), frozenset({person}), frozenset({"rep"}))
        yield Reader(Scope.for_manager(manager), frozenset(world.below(manager)), own)
        yield Reader(Scope.whole_company("e", Persons.GROUPS), frozenset(), groups)
        yield Reader(Scope.nothing(), frozenset(), frozenset())


def arguments(
    query: Callable[..., pd.DataFrame], world: World, rng: random.Random
) -> dict[str, Any]:
    """A random value for every parameter; one that is unknown here fails the test."""
    given: dict[str, Any] = {}
    for name in list(inspect.signature(query).parameters)[2:]:
        known = world.entities if name == "entity" else world.values[name]
        given[name] = rng.choice(known)
    return given


@pytest.fixture(scope="module")
def every_word(world: World) -> set[str]:
    """Every id, name and address that means one person of the company."""
    return set().union(*world.words.values()) - world.shared


def test_no_random_question_is_answered_with_others_rows(
    build: Build, world: World, every_word: set[str], record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(SEED)
    queries = [query for query in all_queries() if query.__name__ not in ("unmatched_people",)]
    asked, answered, leaks = Counter(), 0, []
    for number, reader in zip(range(QUESTIONS), readers(world, rng), strict=False):
        query = rng.choice(queries)
        given = arguments(query, world, rng)
        name = f"{query.__module__}.{query.__qualname__}"
        # Through the cache that all readers of a server share.
        rows = data._answer(
            build.build_id, build.database, reader.scope, name, tuple(given.values()), query
        )
        asked[reader.scope.reach.value] += 1
        answered += len(rows) > 0
        wrong = why(rows, reader, world, every_word, given)
        if number % 20 == 0:  # a download goes through a writer of its own
            files = (
                pd.read_csv(io.BytesIO(to_csv(rows)), dtype=str),
                pd.read_excel(io.BytesIO(to_xlsx(rows)), dtype=str, engine="openpyxl"),
            )
            wrong |= {word for file in files for word in texts(file) & every_word} - own_words(
                reader, world
            )
        if wrong:
            leaks.append((name, reader.scope, given, sorted(wrong)[:3]))
    print(f"{QUESTIONS:,} questions {dict(asked)}, {answered:,} with rows; {len(leaks)} leaks")
    record_property("figures", f"leaks: {QUESTIONS:,} questions, {answered:,} answered with rows")
    assert leaks == []
    assert answered > QUESTIONS / 10


def test_no_rows_behind_a_figure_are_of_others(
    build: Build, world: World, every_word: set[str], marts: duckdb.DuckDBPyConnection
) -> None:
    """Of figures that a reader may see; also of people who have moved away from the manager."""
    rng = random.Random(SEED)
    cells: list[Cell] = world.values["cell"]
    managers = [one for one in world.reports if len(world.below(one)) > 1]
    answered, leaks = 0, []
    for number in range(QUESTIONS // 10):
        person, manager = rng.choice(world.people), rng.choice(managers)
        reader = (
            Reader(Scope.for_rep(person), frozenset({person}), frozenset({"rep"})),
            Reader(Scope.for_manager(manager), frozenset(world.below(manager)), frozenset()),
        )[number % 2]
        own = [cell for cell in cells if cell.entity.entity_id in reader.allowed]
        if not own:  # few cells are of this person: ask for the person's in another's place
            other = rng.choice([cell for cell in cells if cell.entity.entity_type == "rep"])
            own = [replace(other, entity=Entity("rep", person, person))]
        cell = rng.choice(own)
        rows = behind.rows(marts, reader.scope, cell, 100_000)
        answered += len(rows) > 0
        wrong = (texts(rows) & every_word) - own_words(reader, world) if len(rows) else set()
        if len(rows):
            wrong |= set(rows["person_id"]) - reader.allowed
        if wrong:
            leaks.append((cell, reader.scope, sorted(wrong)[:3]))
    print(f"{QUESTIONS // 10:,} figures, {answered:,} with rows; {len(leaks)} leaks")
    assert leaks == []
    assert answered > QUESTIONS / 50


def own_words(reader: Reader, world: World) -> set[str]:
    """What means the reader's people, and who leads or coaches them: no secret to those led."""
    known = reader.allowed & set(world.words)
    return set().union(*(world.words[one] | world.leaders.get(one, set()) for one in known))


def why(
    rows: pd.DataFrame,
    reader: Reader,
    world: World,
    every_word: set[str],
    given: dict[str, Any],
) -> set[str]:
    """Return what an answer should not hold: others' words, or others' figures."""
    if rows.empty:
        return set()
    found = (texts(rows) & every_word) - own_words(reader, world)
    cell: Cell | None = given.get("cell")
    entity: Entity | None = cell.entity if cell else given.get("entity")
    named = {"person_id", "manager_id", "entity_id"} & set(rows.columns)  # row by row, see above
    if entity is not None and not named:
        of_person = entity.entity_type in ("rep", "manager", "manager_org")
        if entity.entity_type not in reader.kinds or (
            of_person and entity.entity_id not in reader.allowed
        ):
            found.add(f"figures of {entity}")
    if given.get("person_id", next(iter(reader.allowed), None)) not in reader.allowed | {None}:
        found.add(f"rows of {given['person_id']}")
    deal = given.get("opportunity_id")
    if deal is not None and world.deal_owner.get(deal) not in reader.allowed:
        found.add(f"rows of {deal}")
    return found


def texts(rows: pd.DataFrame) -> set[str]:
    """Return every text in an answer."""
    return {
        str(value)
        for column in rows.columns
        if rows[column].dtype == object or pd.api.types.is_string_dtype(rows[column])
        for value in rows[column].dropna().unique()
    }


def shown(app: AppTest) -> str:
    """Return every text and every cell of a page."""
    blocks = [
        str(block.value)
        for kind in ("title", "header", "markdown", "caption")
        for block in app.get(kind)
    ]
    return "\n".join([*blocks, *(text for table in app.dataframe for text in texts(table.value))])


def test_readers_who_take_turns_on_one_server_never_see_each_others_people(
    build: Build,
    published_home: Path,
    world: World,
    marts: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALFTIME_HOME", str(published_home))
    home_key(Home(published_home), key_file(Home(published_home)).name)  # as the command does
    rng = random.Random(SEED)
    known = {persona.role: persona for persona in personas(marts, is_council=False)}
    turns = [known[role] for role in (Role.REP, Role.MANAGER, Role.AUDITOR)]
    names = dict(marts.execute("select person_id, full_name from core.dim_person").fetchall())
    leaks = []
    for number in range(VISITS):
        persona = turns[number % len(turns)]
        allowed = {
            Role.REP: {persona.person_id},
            Role.MANAGER: world.below(persona.person_id),
        }.get(persona.role, set())
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.query_params["as"] = persona.label
        app.query_params["org"] = rng.choice(["Whole company", "Region: DACH", "Team: Nobody"])
        app.query_params["rep"] = rng.choice(world.people)
        app.query_params["deal"] = rng.choice(world.values["opportunity_id"])
        app.query_params["part"] = rng.choice(["Ledger", "Rules", "Sources", "Rejected rows"])
        app.run()
        assert not app.exception, app.exception
        page = shown(app)
        assert "Build 2" in page, page
        # Whoever one reports to is no secret: the name stands beside one's own.
        above = {names[leader] for leader, reps in world.reports.items() if reps & allowed}
        own = {names[person] for person in allowed} | above
        outside = {
            name for name in set(names.values()) - own - world.shared if name and name in page
        }
        if outside:
            leaks.append((persona.label, sorted(outside)[:3]))
    print(f"{VISITS} visits by {len(turns)} readers in turn; {len(leaks)} leaks")
    assert leaks == []
