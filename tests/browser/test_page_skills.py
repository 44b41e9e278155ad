"""The page Skills & training shows the published figures, and ties to the indicators it goes by."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect
from windows import Visitor, photograph, visiting, words_of

from dashboards.access.resolve import Persona, personas
from dashboards.access.roles import Role
from dashboards.queries import skills
from dashboards.queries.base import Entity, Period
from dashboards.queries.scope import Scope

pytestmark = pytest.mark.browser

COMPANY = Entity("company", "company", "Company")
CHART = '[data-testid="stVegaLiteChart"]'


def where(**chosen: str) -> str:
    return f"/skills?{urlencode(chosen)}"


@pytest.fixture
def year(marts: duckdb.DuckDBPyConnection) -> Period:
    """The fiscal year of the data's last day: a year before its end is all of it."""
    row = marts.execute(
        """
        select period_start, period_end, period_label
        from core.dim_period, core.dim_clock
        where period_grain = 'fiscal_year' and period_start <= as_of_date
        order by period_start desc limit 1
        """
    ).fetchone()
    assert row is not None
    return Period("fiscal_year", *row, is_complete=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_skill_that_lacks_most_is_the_published_one(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    year: Period,
    pictures: Path,
    scheme: str,
) -> None:
    worst = marts.execute(
        """
        select member, 1 - value from "leading".fct_leading_indicator
        where indicator_id = 'BE-10' and measure_id = 'shown' and entity_type = 'company'
            and dimension = 'skill' and period_grain = 'fiscal_year' and period_start = ?
            and reason_code is null
        order by value, member limit 1
        """,
        [year.start],
    ).fetchone()
    assert worst is not None
    with visiting(browser, address, scheme) as visitor:
        visitor.visit(where(period=f"{year.label} to date"))
        # Whether it stands out is the business of the sentences' own tests.
        assert f"{worst[1] * 100:.0f}%" in visitor.title()
        assert visitor.title().startswith(
            (f"{worst[0].capitalize()} lacks most: ", "No skill stands out: ")
        )
        expect(visitor.page.locator(CHART)).to_have_count(3)
        photograph(visitor, pictures / f"skills_{scheme}.png")


def test_the_curve_goes_through_the_published_share_and_interval(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, year: Period
) -> None:
    curve = skills.closure(
        marts, Scope.whole_company(), COMPANY, year, (year.end - year.start).days + 1
    )
    for measure in ("closed_90", "closed_90_uncoached"):
        told = marts.execute(
            """
            select value, value_low, value_high, observation_count
            from "leading".fct_leading_indicator
            where indicator_id = 'BE-09' and measure_id = ? and entity_type = 'company'
                and dimension = 'all' and period_grain = 'fiscal_year' and period_start = ?
            """,
            [measure, year.start],
        ).fetchone()
        own = curve[(curve["measure_id"] == measure) & (curve["duration"] <= 90)].iloc[-1]
        assert told == pytest.approx(
            (own["closed"], own["closed_low"], own["closed_high"], own["gap_count"])
        )
    visitor.visit(where(period=f"{year.label} to date"))
    whole = curve[curve["measure_id"] == "closed_90"].iloc[0]
    assert f"n = {whole['gap_count']:,} gaps, {whole['closed_count']:,} closed" in words_of(visitor)


def test_both_kinds_of_trainings_add_up_to_the_published_retention(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, year: Period
) -> None:
    days = (year.end - year.start).days + 1
    kept = skills.retention(marts, Scope.whole_company(), COMPANY, year, days)
    for after in (30, 60, 90):
        told = marts.execute(
            """
            select numerator, denominator, observation_count from "leading".fct_leading_indicator
            where indicator_id = 'TR-01' and measure_id = ? and entity_type = 'company'
                and dimension = 'all' and period_grain = 'fiscal_year' and period_start = ?
            """,
            [f"score_{after}", year.start],
        ).fetchone()
        own = kept[kept["aim_days"] == after]
        assert told is not None
        assert tuple(map(float, told)) == pytest.approx(
            (own["kept_sum"].sum(), own["first_sum"].sum(), own["training_count"].sum())
        )
    last = kept[(kept["aim_days"] == 90) & (kept["training_count"] >= 3)]
    shares = dict(zip(last["is_reinforced"], last["kept"], strict=True))
    visitor.visit(where(period=f"{year.label} to date"))
    words = words_of(visitor)
    if True in shares:
        assert f"{shares[True] * 100:.0f}% of the score is left with reinforcement" in words
    if False in shares and True in shares:
        assert f"left with reinforcement, {shares[False] * 100:.0f}% without" in words
    elif False in shares:
        assert f"{shares[False] * 100:.0f}% of the score is left without reinforcement" in words


def test_who_is_reinforced_is_among_whom_the_indicator_counts(
    marts: duckdb.DuckDBPyConnection, year: Period
) -> None:
    told = marts.execute(
        """
        select numerator, denominator from "leading".fct_leading_indicator
        where indicator_id = 'TR-03' and measure_id = 'same_skill' and entity_type = 'company'
            and dimension = 'all' and period_grain = 'fiscal_year' and period_start = ?
        """,
        [year.start],
    ).fetchone()
    assert told is not None
    kept = skills.retention(
        marts, Scope.whole_company(), COMPANY, year, (year.end - year.start).days + 1
    )
    first = kept[(kept["aim_days"] == 30) & kept["is_reinforced"].notna()]
    counts = dict(zip(first["is_reinforced"], first["training_count"], strict=True))
    # Nearly all come back to a test, so that little room is left on either side.
    assert 0 < counts.get(True, 0) <= told[0]
    assert 0 < counts.get(False, 0) <= told[1] - told[0]


def test_a_time_before_any_score_says_why_and_what_next(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    team = marts.execute(
        """
        select team_name from core.dim_team as team
        where not exists (
            select 1 from "leading".fct_leading_indicator as fact, core.dim_clock as clock
            where fact.indicator_id = 'BE-10' and fact.entity_type = 'team'
                and fact.entity_id = team.team_id and fact.period_grain = 'fiscal_quarter'
                and fact.period_start > clock.as_of_date - 92 and fact.observation_count > 0
        ) and team_id in (
            select entity_id from core.bridge_org_entity as entity
            join core.dim_org_version as version using (org_key), core.dim_clock as clock
            where entity_type = 'team' and is_rep and valid_to > as_of_date
        )
        order by team_name limit 1
        """
    ).fetchone()
    assert team is not None
    visitor.visit(where(org=f"Team: {team[0]}"))
    assert visitor.title() == "No skill was scored here in this time"
    assert "Choose a longer time" in words_of(visitor)
    photograph(visitor, pictures / "skills_empty.png")


@pytest.fixture
def manager(marts: duckdb.DuckDBPyConnection) -> Persona:
    return next(one for one in personas(marts, is_council=False) if one.role is Role.MANAGER)


def test_a_manager_sees_the_own_organisation_only(
    visitor: Visitor, manager: Persona, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    visitor.visit(where(**{"as": manager.label, "org": "Whole company"}))
    assert "Northwind Ridge Software ·" not in words_of(visitor)
    name = manager.label.partition(": ")[2]
    assert name in words_of(visitor)
    scope = Scope.for_manager(str(manager.person_id))
    today = dt.date.today()
    every = Period("fiscal_quarter", dt.date(2000, 1, 1), today, "", is_complete=False)
    assert skills.closure(marts, scope, COMPANY, every, 100_000).empty
    assert skills.retention(marts, scope, COMPANY, every, 100_000).empty
    photograph(visitor, pictures / "skills_manager.png")
