"""The page on proof shows what the published tables say, and is honest where they say nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect
from windows import Visitor, photograph, title_of, visiting, words_of

from dashboards.access.resolve import Persona, personas
from dashboards.access.roles import Role

pytestmark = pytest.mark.browser

EVERY = (
    "comparison, coached_rate, coached_deal_count, other_rate, other_deal_count, gap_points, "
    "gap_low_points, gap_high_points"
)


def where(**chosen: str) -> str:
    return f"/proof?{urlencode(chosen)}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_naive_gap_stands_beside_the_landmarks(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    rows = marts.execute(
        f"""
        select {EVERY} from coaching.rpt_coached_deal_gap
        where entity_type = 'company' and period_grain = 'all' order by landmark_days nulls first
        """
    ).fetchall()
    assert [row[0] for row in rows] == ["naive", "landmark_30", "landmark_60", "landmark_90"]
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/proof")
        naive, n = rows[0][5], rows[0][2] + rows[0][4]
        assert title_of(visitor).startswith(f"Coached deals look {naive:.0f} points better")
        assert f"n = {n:,} decided deals" in words_of(visitor)
        assert "immortal time" in words_of(visitor)
        assert "none of these gaps is an effect of coaching" in words_of(visitor)
        expect(visitor.page.locator('[data-testid="stVegaLiteChart"]')).to_have_count(2)
        photograph(visitor, pictures / f"does_coaching_work_{scheme}.png")


def test_the_gap_of_a_region_and_a_year_is_the_published_one(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection
) -> None:
    chosen = marts.execute(
        """
        select gap.entity_id, period.period_label, gap.gap_points,
            gap.coached_deal_count + gap.other_deal_count
        from coaching.rpt_coached_deal_gap as gap
        join core.dim_period as period
            on gap.period_grain = period.period_grain and gap.period_start = period.period_start
        where gap.entity_type = 'region' and gap.period_grain = 'fiscal_year'
            and gap.comparison = 'naive' and gap.reason_code is null and gap.gap_points > 1
        order by gap.coached_deal_count desc, gap.entity_id limit 1
        """
    ).fetchone()
    assert chosen is not None
    region, year, gap, n = chosen
    visitor.visit(where(org=f"Region: {region}", created=year))
    assert title_of(visitor).startswith(f"Coached deals look {gap:.0f} point")
    assert f"n = {n:,} decided deals" in words_of(visitor)
    assert f"{region} · deals created in {year}" in words_of(visitor)


def test_a_time_whose_deals_are_young_is_not_estimable(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    young = marts.execute(
        """
        select period_label from core.dim_period, core.dim_clock
        where period_grain = 'fiscal_quarter' and period_start <= as_of_date
            and as_of_date - period_start < (
                select max(maturity_days) from coaching.rpt_coached_deal_gap
            )
        order by period_start desc limit 1
        """
    ).fetchone()
    assert young is not None
    visitor.visit(where(created=young[0]))
    assert title_of(visitor) == "Not estimable yet"
    assert "Choose an earlier time" in words_of(visitor)
    photograph(visitor, pictures / "does_coaching_work_young.png")


def test_pairs_that_lead_are_told_and_drawn(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    asked, leading = marts.execute(
        """
        select count(*), count(*) filter (where verdict = 'leads')
        from "leading".rpt_lead_lag
        where is_best_lag and not shares_cases and verdict <> 'too_little_data'
        """
    ).fetchone() or (0, 0)
    visitor.visit("/proof")
    if asked:
        found = f"{leading:,}" if leading else "None"
        assert f"{found} of {asked:,} pair" in words_of(visitor)
    else:
        assert "Which indicators lead cannot be told yet" in words_of(visitor)
    best = marts.execute(
        """
        select leads.name, outcome.name, pair.lag_months, pair.correlation, pair.rep_month_count
        from "leading".rpt_lead_lag as pair
        join reference.indicators as leads
            on leads.indicator_id = leading_indicator_id and leads.measure_id = leading_measure_id
        join reference.indicators as outcome
            on outcome.indicator_id = lagging_indicator_id
            and outcome.measure_id = lagging_measure_id
        where pair.is_best_lag and pair.verdict = 'leads'
        order by abs(pair.correlation) desc limit 1
        """
    ).fetchone()
    visitor.visit(where(evidence="One pair, lag by lag"))
    if best is None:
        assert "At no lag" in words_of(visitor) or "no sign" in words_of(visitor)
    else:
        name, result, lag, _, _ = best
        assert f"{name} goes {lag} months before {result.lower()}" in words_of(visitor)
        expect(visitor.page.locator('[data-testid="stVegaLiteChart"]')).to_have_count(3)
        visitor.page.get_by_role("tab", name="Which indicators lead").click()
        visitor.page.get_by_text("of the whole company", exact=False).first.wait_for()
        visitor.wait()
        assert f"correlation {best[3]:.2f}" in words_of(visitor)
        assert f"n = {best[4]:,} rep months" in words_of(visitor)
    visitor.visit(where(evidence="One pair, lag by lag"))
    photograph(visitor, pictures / "does_coaching_work_pair.png")


def test_published_figures_stand_apart_from_facts(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    every, contradicted = marts.execute(
        "select count(*), count(conflicts_with) from reference.benchmark"
    ).fetchone() or (0, 0)
    visitor.visit(where(evidence="Published figures"))
    assert f"{contradicted:,} of {every:,} published figures contradict" in words_of(visitor)
    assert "never merged into facts" in words_of(visitor)
    photograph(visitor, pictures / "does_coaching_work_published.png")


@pytest.fixture
def manager(marts: duckdb.DuckDBPyConnection) -> Persona:
    return next(one for one in personas(marts, is_council=False) if one.role is Role.MANAGER)


def test_a_manager_sees_the_own_organisation_and_what_is_of_nobody(
    visitor: Visitor, manager: Persona, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    naive = marts.execute(
        "select gap_points from coaching.rpt_coached_deal_gap where entity_type = 'company' "
        "and period_grain = 'all' and comparison = 'naive'"
    ).fetchone()
    assert naive is not None
    visitor.visit(where(**{"as": manager.label, "org": "Whole company"}))
    assert title_of(visitor) == "What goes before results, and what others claim"
    assert f"look {naive[0]:.0f} points" not in words_of(visitor)
    expect(visitor.page.locator('[data-testid="stVegaLiteChart"]')).to_have_count(0)
    assert "Your role does not show these two" in words_of(visitor)
    photograph(visitor, pictures / "does_coaching_work_manager.png")
