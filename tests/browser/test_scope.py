"""Every query takes a scope; without one it returns nothing; a manager sees only what is below."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import pytest

from dashboards import queries
from dashboards.queries import coaching, detail, indicators, quality, selection, week
from dashboards.queries.base import Cell, Entity, Measure, Period
from dashboards.queries.scope import Scope

NOT_QUERIES = {"base", "scope", "told", "notes"}  # notes: of another file, see test_private_notes
COMPANY = Entity("company", "company", "Company")


def all_queries() -> list[Callable[..., pd.DataFrame]]:
    """Return every public function of every module of queries."""
    found = []
    for module in pkgutil.iter_modules(queries.__path__):
        if module.name in NOT_QUERIES:
            continue
        loaded = importlib.import_module(f"dashboards.queries.{module.name}")
        found += [
            function
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if function.__module__ == loaded.__name__ and not name.startswith("_")
        ]
    return found


@pytest.fixture
def arguments(marts: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """One sensible value per name of a parameter."""
    clock = marts.execute("select as_of_date, reporting_currency from core.dim_clock").fetchone()
    assert clock is not None
    quarter = marts.execute(
        """
        select period_start, period_end, period_label from core.dim_period
        where period_grain = 'fiscal_quarter' and period_start <= ?
        order by period_start desc limit 1
        """,
        [clock[0]],
    ).fetchone()
    person, deal = marts.execute(
        """
        select owner_id, opportunity_id from core.fct_opportunity
        join coaching.fct_rep_week on owner_id = person_id
        where is_open
        order by
            -- The page 1:1 prep asks for these, which not everybody has.
            (person_id in (
                select coachee_id from core.fct_coaching_action where status = 'open'
            ))::int
                + (person_id in (select person_id from coaching.rpt_coach_next))::int desc,
            opportunity_id
        limit 1
        """
    ).fetchone() or ("", "")
    rule = marts.execute("select min(rule_id) from quality.rule_failure").fetchone()
    # Young deals are not compared: the last quarter has none yet.
    first = marts.execute(
        "select min(period_start) from coaching.rpt_coached_deal_gap where period_grain = 'all'"
    ).fetchone()
    assert quarter is not None
    assert first is not None
    return {
        "entity": COMPANY,
        "period": Period("fiscal_quarter", *quarter, is_complete=False),
        "measures": (
            Measure("PI-11", "by_count"),
            Measure("CO-01", "broad"),
            Measure("PI-08", "share"),
        ),
        "day": clock[0],
        "until": clock[0],
        "currency": clock[1],
        "person_id": person,
        "opportunity_id": deal,
        "rule_id": rule[0] if rule else "",
        "indicator_id": "PI-11",
        "pipeline_view": "open",
        "cohort": Period("all", first[0], clock[0], "all", is_complete=False),
        "leads": Measure("CQ-01", "ratio"),
        "outcome": Measure("PI-11", "by_count"),
        "cell": Cell("PI-11", "by_count", COMPANY, "fiscal_quarter", quarter[0]),
        "measure": Measure("BE-10", "shown"),
        "level": "team",
        "rule_version": "article_000",
    }


def ask(
    query: Callable[..., pd.DataFrame],
    marts: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    arguments: dict[str, Any],
) -> pd.DataFrame:
    wanted = list(inspect.signature(query).parameters.values())[2:]
    given = {
        parameter.name: arguments[parameter.name]
        for parameter in wanted
        if parameter.default is inspect.Parameter.empty
    }
    return query(marts, scope, **given)


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.__qualname__)
def test_a_scope_is_asked_for_and_nothing_is_told_without_one(
    query: Callable[..., pd.DataFrame],
    marts: duckdb.DuckDBPyConnection,
    arguments: dict[str, Any],
) -> None:
    parameters = list(inspect.signature(query).parameters.values())
    assert [parameter.name for parameter in parameters[:2]] == ["connection", "scope"]
    assert parameters[1].default is inspect.Parameter.empty
    assert ask(query, marts, None, arguments).empty
    assert ask(query, marts, Scope.nothing(), arguments).empty


def test_the_demonstration_sees_the_company(
    marts: duckdb.DuckDBPyConnection, arguments: dict[str, Any]
) -> None:
    # Nothing is waived or corrected in the demonstration, nor weaker than in a build before it; and
    # its systems send no control totals. Few reps have skills that were scored on enough days,
    # and a small company hires too few for a curve.
    may_be_empty = {
        "ramp",
        "corrections",
        "control_totals",
        "rule_failures",
        "rule_changes",
        "waivers",
    }
    may_be_empty |= {"skills", "ramp"}
    for query in all_queries():
        rows = ask(query, marts, Scope.whole_company(), arguments)
        assert query.__name__ in may_be_empty or len(rows) > 0, query.__qualname__


@pytest.fixture
def manager(marts: duckdb.DuckDBPyConnection) -> tuple[str, set[str]]:
    """The manager with the fewest people below, and all whom this manager may see."""
    row = marts.execute(
        """
        select ancestor_id, list(distinct person_id)
        from core.dim_reporting_line, core.dim_clock
        where valid_from <= as_of_date and as_of_date < valid_to
        group by ancestor_id order by count(distinct person_id), ancestor_id limit 1
        """
    ).fetchone()
    assert row is not None
    return str(row[0]), {str(row[0]), *map(str, row[1])}


def test_a_manager_sees_the_own_organisation_only(
    marts: duckdb.DuckDBPyConnection, manager: tuple[str, set[str]]
) -> None:
    manager_id, people = manager
    rows = selection.entities(marts, Scope.for_manager(manager_id))
    assert set(rows["entity_type"]) == {"manager_org"}
    assert set(rows["entity_id"]) <= people


def test_figures_of_the_company_and_of_others_are_hidden_from_a_manager(
    marts: duckdb.DuckDBPyConnection,
    manager: tuple[str, set[str]],
    arguments: dict[str, Any],
) -> None:
    manager_id, people = manager
    scope = Scope.for_manager(manager_id)
    period, measures = arguments["period"], arguments["measures"]
    own = Entity("manager_org", manager_id, "own")
    assert len(indicators.series(marts, scope, own, period, measures)) > 0
    assert indicators.series(marts, scope, COMPANY, period, measures).empty
    stranger = marts.execute(
        "select person_id from core.dim_person where is_rep and not list_contains(?, person_id)",
        [sorted(people)],
    ).fetchone()
    assert stranger is not None
    rep = Entity("rep", stranger[0], "stranger")
    assert indicators.series(marts, scope, rep, period, measures).empty
    assert detail.person(marts, scope, stranger[0]).empty
    assert detail.open_deals(marts, scope, stranger[0]).empty
    assert detail.person_weeks(marts, scope, stranger[0], arguments["until"]).empty


def test_lists_are_cut_to_the_people_a_manager_may_see(
    marts: duckdb.DuckDBPyConnection,
    manager: tuple[str, set[str]],
    arguments: dict[str, Any],
) -> None:
    manager_id, people = manager
    scope = Scope.for_manager(manager_id)
    weeks = coaching.rep_weeks(marts, scope, COMPANY, arguments["until"])
    assert set(weeks["person_id"]) <= people
    own = Entity("manager_org", manager_id, "own")
    assert set(week.coach_next(marts, scope, own)["person_id"]) <= people
    assert week.movement(marts, scope, COMPANY, arguments["day"], arguments["currency"]).empty
    assert week.quarter_to_date(marts, scope, COMPANY, "USD").empty


def test_the_weeks_of_managers_are_those_of_their_reps(
    marts: duckdb.DuckDBPyConnection, arguments: dict[str, Any]
) -> None:
    until: dt.date = arguments["until"]
    counted = coaching.manager_weeks(marts, Scope.whole_company(), COMPANY, until, limit=10_000)
    reps = coaching.rep_weeks(marts, Scope.whole_company(), COMPANY, until, limit=10_000)
    assert counted["rep_count"].sum() == len(reps)
    assert counted["coached_count"].sum() == (reps["session_count"] > 0).sum() > 0
    assert (counted["coached_count"] <= counted["rep_count"]).all()
    few = coaching.manager_weeks(marts, Scope.whole_company(), COMPANY, until, limit=3)
    assert few["manager_id"].nunique() == 3
    assert (few["manager_count"] == counted["manager_id"].nunique()).all()


def test_the_weeks_of_managers_are_cut_to_the_people_a_manager_may_see(
    marts: duckdb.DuckDBPyConnection, arguments: dict[str, Any]
) -> None:
    until: dt.date = arguments["until"]
    company = coaching.manager_weeks(marts, Scope.whole_company(), COMPANY, until, limit=10_000)
    leader = str(company.groupby("manager_id")["rep_count"].sum().idxmax())
    scope = Scope.for_manager(leader)
    seen = coaching.manager_weeks(marts, scope, COMPANY, until)
    assert 0 < seen["rep_count"].sum() < company["rep_count"].sum()
    assert seen["rep_count"].sum() == len(coaching.rep_weeks(marts, scope, COMPANY, until))


def test_addresses_of_rejected_rows_are_for_those_who_see_the_company(
    marts: duckdb.DuckDBPyConnection, manager: tuple[str, set[str]]
) -> None:
    scope = Scope.for_manager(manager[0])
    assert quality.rejected_rows(marts, scope).empty
    assert quality.rejected_reasons(marts, scope).empty
    assert quality.orphan_rows(marts, scope).empty
    assert quality.unmatched_people(marts, scope).empty
    assert len(quality.unmatched_totals(marts, scope)) > 0
    assert len(quality.ledger(marts, scope)) > 0


def test_a_week_counts_from_its_monday(
    marts: duckdb.DuckDBPyConnection, arguments: dict[str, Any]
) -> None:
    day: dt.date = arguments["day"]
    rows = week.movement(marts, Scope.whole_company(), COMPANY, day, arguments["currency"])
    monday = day - dt.timedelta(days=day.weekday())
    allowed = {monday, monday - dt.timedelta(days=7)}
    assert {stamp.date() for stamp in rows["week_start"]} <= allowed
