"""The page Maturity & managers shows the published levels, and withholds small numbers."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect
from windows import Visitor, photograph, visiting, words_of

from dashboards.access.resolve import Persona, personas
from dashboards.access.roles import Role
from dashboards.components.words import count_of
from dashboards.queries import maturity
from dashboards.queries.base import Entity, Measure, Period
from dashboards.queries.scope import Scope

pytestmark = pytest.mark.browser

COMPANY = Entity("company", "company", "Company")
CHART = '[data-testid="stVegaLiteChart"]'


def where(**chosen: str) -> str:
    return f"/maturity?{urlencode(chosen)}"


@pytest.fixture
def manager(marts: duckdb.DuckDBPyConnection) -> Persona:
    return next(one for one in personas(marts, is_council=False) if one.role is Role.MANAGER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_level_and_its_gates_are_the_published_ones(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    quarter: Period,
    pictures: Path,
    scheme: str,
) -> None:
    row = marts.execute(
        """
        select level_code, progress_score, practised_score, unmet_gates,
            formal_rep_share + dynamic_rep_share
        from coaching.fct_maturity
        where entity_type = 'company' and period_grain = 'fiscal_quarter' and period_start = ?
            and rule_version = 'article_000'
        """,
        [quarter.start],
    ).fetchone()
    assert row is not None
    level, progress, practised, unmet, above = row
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/maturity")
        words = words_of(visitor)
        assert visitor.title().startswith(f"Coaching is seen as {level}")
        assert f"Progress {progress:.0f} of 100" in words
        assert f"{above * 100:.0f}% of reps have a manager who is formal or dynamic" in words
        missing = re.findall(r"(\w+) \w+ · \w+\s*Missing", words)
        assert missing == [gate for gate in unmet.split() if gate.startswith("D")]
        if "D2" in unmet:
            assert f"Seen {practised * 100:.0f}%, asked 70%" in words
        expect(visitor.page.locator(CHART)).to_have_count(2)
        photograph(visitor, pictures / f"maturity_{scheme}.png")


def test_managers_stand_by_level_span_follow_through_and_time(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, quarter: Period, pictures: Path
) -> None:
    counts = dict(
        marts.execute(
            """
            select level_code, count(*) from coaching.fct_maturity
            where entity_type = 'manager' and period_grain = 'fiscal_quarter'
                and period_start = ? and rule_version = 'article_000'
                and level_index is not null and entity_id <> '(unassigned)'
            group by level_code
            """,
            [quarter.start],
        ).fetchall()
    )
    visitor.visit(where(part="Managers"))
    title = visitor.title().replace("\u00a0", " ")
    assert title.startswith(f"Of {sum(counts.values())} managers")
    assert all(f"{count} {level}" in title for level, count in counts.items())
    published = dict(
        marts.execute(
            """
            select indicator_id, value from "leading".fct_leading_indicator
            where (indicator_id, measure_id) in (
                    ('TA-04', 'mean'), ('AF-03', 'share'), ('CO-05', 'broad')
                )
                and entity_type = 'company' and dimension = 'all'
                and period_grain = 'fiscal_quarter' and period_start = ?
            """,
            [quarter.start],
        ).fetchall()
    )
    for tab, start in (
        ("Span", f"Managers lead {published['TA-04']:.1f} reps"),
        ("Follow-through", f"{published['AF-03'] * 100:.0f}% of sessions"),
        ("Time", f"{published['CO-05'] * 100:.1f}% of managers' working time"),
    ):
        visitor.visit(where(part="Managers", of=tab))
        assert visitor.title().replace("\u00a0", " ").startswith(start)
        photograph(visitor, pictures / f"maturity_{tab.lower()}.png")


def test_what_few_answered_is_not_told(marts: duckdb.DuckDBPyConnection, quarter: Period) -> None:
    few = marts.execute(
        """
        select entity_type, entity_id from indicators.ind_maturity_survey
        where respondent_count < 4 and respondent_role = 'rep' and entity_type = 'team'
            and period_grain = 'fiscal_quarter' and period_start = ?
        order by entity_id limit 1
        """,
        [quarter.start],
    ).fetchone()
    assert few is not None
    rows = maturity.answers(marts, Scope.whole_company(), Entity(*few, "team"), quarter)
    assert rows.empty
    every = maturity.answers(marts, Scope.whole_company(), COMPANY, quarter)
    assert len(every) > 0
    assert (every["respondent_count"] >= 4).all()


def test_small_numbers_of_a_manager_have_no_value(
    marts: duckdb.DuckDBPyConnection, quarter: Period
) -> None:
    measures = (Measure("AF-03", "share"), Measure("CO-08", "never_held"))
    rows = maturity.manager_figures(marts, Scope.whole_company(), COMPANY, quarter, measures)
    small = rows[rows["reason_code"] == "small_n"]
    assert len(small) > 0
    assert small["value"].isna().all()


def test_a_region_shows_the_levels_of_its_managers(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, quarter: Period, pictures: Path
) -> None:
    region = marts.execute(
        "select min(entity_id) from core.bridge_org_entity where entity_type = 'region' "
        "and entity_id <> '(unassigned)'"
    ).fetchone()
    assert region is not None
    place = Entity("region", region[0], "region")
    rows = maturity.managers(marts, Scope.whole_company(), place, quarter, "article_000")
    known = count_of(rows["level_index"].notna().sum(), "manager")
    visitor.visit(where(org=f"Region: {region[0]}"))
    assert visitor.title().replace("\u00a0", " ").startswith(f"Of {known}: ")
    assert "choose one in the sidebar" in words_of(visitor)
    expect(visitor.page.locator(CHART)).to_have_count(1)
    photograph(visitor, pictures / "maturity_region.png")


def test_a_quarter_without_a_survey_says_so(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    silent = marts.execute(
        """
        select period_label from core.dim_period as period
        join coaching.fct_maturity as told using (period_grain, period_start)
        where period_grain = 'fiscal_quarter' and entity_type = 'company'
            and rule_version = 'article_000' and rep_survey_reason_code = 'no_source'
            and manager_survey_reason_code = 'no_source'
        order by period_start desc limit 1
        """
    ).fetchone()
    assert silent is not None
    visitor.visit(where(period=silent[0]))
    assert ";" not in visitor.title()
    assert "No survey of this quarter stands beside the evidence." in words_of(visitor)
    photograph(visitor, pictures / "maturity_empty.png")


def test_a_manager_sees_the_own_organisation_only(
    visitor: Visitor,
    manager: Persona,
    marts: duckdb.DuckDBPyConnection,
    quarter: Period,
    pictures: Path,
) -> None:
    scope = Scope.for_manager(str(manager.person_id))
    assert maturity.levels(marts, scope, COMPANY, quarter).empty
    assert maturity.answers(marts, scope, COMPANY, quarter).empty
    assert maturity.sensitivity(marts, scope, quarter).empty
    below = {
        person
        for (person,) in marts.execute(
            "select person_id from core.dim_reporting_line where ancestor_id = ? union select ?",
            [manager.person_id, manager.person_id],
        ).fetchall()
    }
    seen = maturity.managers(marts, scope, COMPANY, quarter, "article_000")
    assert set(seen["person_id"]) <= below
    visitor.visit(where(**{"as": manager.label, "org": "Whole company"}))
    assert manager.label.partition(": ")[2] in words_of(visitor)
    assert "Northwind Ridge Software ·" not in words_of(visitor)
    photograph(visitor, pictures / "maturity_manager.png")
