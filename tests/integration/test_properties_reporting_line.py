"""Whoever reports to whomever: places and lines are whole, and each broken line is reported."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
from core_builder import AS_OF, Chain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIRST, LAST = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
LEVELS = 8
DAYS = [None, *(dt.date(2026, month, 1) for month in range(1, 6))]
Place = tuple[dt.date | None, str | None]
Company = dict[str, list[Place]]


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        ["int_person_conformed", "int_person_version_conformed", "int_person_reference"],
        ["dim_person_history", "dim_reporting_line", "dim_reporting_problem"],
    )


def build(chain: Chain, company: Company) -> None:
    """Run the models on a roster of people and of those whom they name as managers."""
    versions = [
        {
            "source_system": "people",
            "source_person_id": person,
            "manager_alias": manager,
            "team_name": "North",
            "valid_from": since,
            "_source_file": "roster.csv",
            "_source_row": number,
        }
        for number, (person, since, manager) in enumerate(
            (person, since, manager)
            for person, places in company.items()
            for since, manager in places
        )
    ]
    named = sorted({str(row["manager_alias"]) for row in versions if row["manager_alias"]})
    chain.run(
        int_person_conformed=[
            {"source_system": "people", "source_person_id": person, "full_name": f"Person {person}"}
            for person in company
        ],
        int_person_version_conformed=versions,
        int_person_reference=[
            {
                "source_system": "people",
                "alias": alias,
                "reference_date": dt.date(2026, 1, 1),
                "row_count": 1,
                "is_selling_reference": False,
            }
            for alias in named
        ],
    )


def named_on(company: Company, person: str, day: dt.date) -> str | None:
    """Return whom the roster names as a person's manager on a day; its first word holds before."""
    places = sorted(company[person], key=lambda place: place[0] or FIRST)
    begun = [place for place in places if (place[0] or FIRST) <= day] or places[:1]
    return begun[-1][1]


def line_on(company: Company, person: str, day: dt.date) -> tuple[list[str], set[str]]:
    """Walk up from a person on a day: the managers in order, and what is wrong with the line."""
    line: list[str] = []
    wrong: set[str] = set()
    named = named_on(company, person, day)
    if named == person:
        wrong.add("own_manager")
    elif named is not None and named not in company:
        wrong.add("unknown_manager")
    here = person
    while True:
        above = named_on(company, here, day)
        if above is None or above not in company or above == here:
            return line, wrong
        if above == person:
            return line, wrong | {"cycle"}
        if above in line:
            return line, wrong
        if len(line) == LEVELS:
            return line, wrong | {"too_deep"}
        line.append(above)
        here = above


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Up to 14 people, often in long chains and rings, with managers that change or are nobody."""
    people = [f"p{number}" for number in range(draw(st.integers(1, 14)))]
    managers = st.one_of(st.none(), st.sampled_from(people), st.just("Nobody Known"))
    company: Company = {}
    for number, person in enumerate(people):
        above = people[(number + 1) % len(people)]
        since = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))
        company[person] = [(day, draw(st.just(above) | managers)) for day in since]
    return company


def intervals(chain: Chain, table: str, key: str) -> dict[Any, list[tuple[dt.date, dt.date]]]:
    found: dict[Any, list[tuple[dt.date, dt.date]]] = {}
    for name, begin, end in chain.ask(
        f"select {key}, valid_from, valid_to from core.{table} order by 1, 2"
    ):
        found.setdefault(name, []).append((begin, end))
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(company=companies())
def test_lines_are_those_of_a_walk_and_each_broken_one_is_reported(
    chain: Chain, company: Company
) -> None:
    build(chain, company)

    places = intervals(chain, "dim_person_history", "person_id")
    assert set(places) == {f"people:{person}" for person in company}
    for found in places.values():
        assert [FIRST, *(end for _, end in found)] == [*(begin for begin, _ in found), LAST]
        assert all(begin < end for begin, end in found)
    levels = intervals(chain, "dim_reporting_line", "person_id || ' ' || depth")
    for found in levels.values():
        assert all(begin < end for begin, end in found)
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(found))
    for day in [FIRST, *DAYS[1:], AS_OF]:
        assert day is not None
        lines: dict[str, list[str]] = {}
        for person, ancestor in chain.ask(
            "select person_id, ancestor_id from core.dim_reporting_line "
            f"where date '{day}' >= valid_from and date '{day}' < valid_to order by 1, depth"
        ):
            lines.setdefault(person, []).append(ancestor)
        wrong: dict[str, set[str]] = {}
        for person, kind in chain.ask(
            "select person_id, kind from core.dim_reporting_problem "
            f"where date '{day}' >= valid_from and date '{day}' < valid_to"
        ):
            wrong.setdefault(person, set()).add(kind)
        for person in company:
            key = f"people:{person}"
            line, problems = line_on(company, person, day)
            assert lines.get(key, []) == [f"people:{above}" for above in line], (day, person)
            assert wrong.get(key, set()) == problems, (day, person)


def test_each_planted_fault_is_found_with_its_reason(chain: Chain) -> None:
    deep = {f"d{number}": [(None, f"d{number + 1}")] for number in range(LEVELS + 2)}
    company: Company = {
        "ring1": [(None, "ring2")],
        "ring2": [(None, "ring3")],
        "ring3": [(None, "ring1")],
        "own": [(None, "own")],
        "lost": [(None, "Nobody Known")],
        "sound": [(None, "boss")],
        "boss": [(None, None)],
        **deep,
        f"d{LEVELS + 2}": [(None, None)],
    }

    build(chain, company)

    found = chain.ask("select person_id, kind, manager_id from core.dim_reporting_problem")
    assert sorted(found) == [
        ("people:d0", "too_deep", f"people:d{LEVELS + 1}"),
        ("people:d1", "too_deep", f"people:d{LEVELS + 2}"),
        ("people:lost", "unknown_manager", "(unassigned)"),
        ("people:own", "own_manager", "people:own"),
        ("people:ring1", "cycle", "people:ring3"),
        ("people:ring2", "cycle", "people:ring1"),
        ("people:ring3", "cycle", "people:ring2"),
    ]
