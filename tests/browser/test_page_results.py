"""The page on results shows what the published tables say, and keeps a running quarter apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest
from windows import ROOT, Visitor, photograph, title_of, visiting, words_of

from dashboards.access.resolve import Persona
from dashboards.access.roles import Role
from dashboards.published import Build

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'


def where(**chosen: str) -> str:
    return f"/results?{urlencode(chosen)}"


def quarter_of(marts: duckdb.DuckDBPyConnection, *, is_complete: bool) -> tuple[str, object]:
    """Return label and first day of the newest quarter that is over, or of the one that runs."""
    found = marts.execute(
        """
        select period_label, period_start from core.dim_period, core.dim_clock
        where period_grain = 'fiscal_quarter' and period_start <= as_of_date
            and (period_end <= as_of_date) = ?
        order by period_start desc limit 1
        """,
        [is_complete],
    ).fetchone()
    assert found is not None
    return str(found[0]), found[1]


def attained(
    marts: duckdb.DuckDBPyConnection, start: object, currency: str, kind: str, entity: str
) -> tuple[float, int]:
    """Attainment of the days gone by, added up anew from credits and quotas of each day."""
    found = marts.execute(
        """
        with span as (
            select period_start as first, least(period_end, as_of_date) as last
            from core.dim_period, core.dim_clock
            where period_grain = 'fiscal_quarter' and period_start = ?
        ),
        own as (
            select org_key from core.bridge_org_entity where entity_type = ? and entity_id = ?
        ),
        won as (
            select sum(credit.amount) as amount, count(*) as n
            from core.fct_opportunity_credit as credit
            join own on credit.person_org_key = own.org_key
            join core.fct_opportunity as deal using (opportunity_id)
            cross join span
            where credit.credit_date between span.first and span.last and deal.is_won
                and not deal.is_deleted and credit.currency_code = ?
        ),
        quota as (
            select sum(
                quota.quota_amount
                * (date_diff('day',
                    greatest(quota.period_start, version.valid_from, span.first),
                    least(quota.period_end, version.valid_to - 1, span.last)) + 1)
                / (date_diff('day', quota.period_start, quota.period_end) + 1)
            ) as amount
            from core.fct_quota as quota
            join core.dim_org_version as version
                on quota.person_id = version.person_id and version.is_rep
            join own on version.org_key = own.org_key
            cross join span
            where not quota.is_deleted and quota.currency_code = ?
                and greatest(quota.period_start, version.valid_from, span.first)
                    <= least(quota.period_end, version.valid_to - 1, span.last)
        )
        select won.amount / quota.amount, won.n from won, quota
        """,
        [start, kind, entity, currency, currency],
    ).fetchone()
    assert found is not None
    return float(found[0]), int(found[1])


@pytest.fixture
def currency(marts: duckdb.DuckDBPyConnection) -> str:
    return str(marts.execute("select reporting_currency from core.dim_clock").fetchall()[0][0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_attainment_of_a_running_quarter_is_that_of_the_days_gone_by(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    currency: str,
    pictures: Path,
    scheme: str,
) -> None:
    label, start = quarter_of(marts, is_complete=False)
    share, n = attained(marts, start, currency, "company", "company")
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/results")
        assert f"has won {share * 100:.0f}% of the {currency} quota" in title_of(visitor)
        assert title_of(visitor).endswith("of the days gone by")
        assert f"n = {n:,} won deals in {label}" in words_of(visitor)
        assert "It is not compared with whole ones" in words_of(visitor)
        expect(visitor.page.locator(CHART)).to_have_count(2)
        photograph(visitor, pictures / f"results_{scheme}.png")


def test_attainment_of_a_whole_quarter_is_that_of_its_quota(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, currency: str
) -> None:
    label, start = quarter_of(marts, is_complete=True)
    share, _ = attained(marts, start, currency, "company", "company")
    visitor.visit(where(period=label))
    assert f"won {share * 100:.0f}% of its {currency} quota in {label}" in title_of(visitor)


def test_parts_stand_each_in_its_own_currency(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection
) -> None:
    label, _ = quarter_of(marts, is_complete=True)
    total, reached = marts.execute(
        """
        select count(*), count(*) filter (value >= 1)
        from lagging.fct_lagging_indicator join core.dim_period using (period_grain, period_start)
        where indicator_id = 'QU-01' and measure_id = 'attainment' and entity_type = 'region'
            and entity_id <> '(unassigned)' and period_grain = 'fiscal_quarter'
            and period_label = ? and value is not null
        """,
        [label],
    ).fetchone() or (0, 0)
    visitor.visit(where(period=label, part="By part"))
    assert f"{reached:,} of {total:,} " in words_of(visitor)


def test_no_decision_stands_beside_the_win_rate(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    label, _ = quarter_of(marts, is_complete=True)
    won, lost, undecided, closed = marts.execute(
        """
        select count(*) filter (outcome = 'won'), count(*) filter (outcome = 'lost'),
            count(*) filter (outcome = 'no_decision'), count(*)
        from core.fct_opportunity, core.dim_period
        where period_grain = 'fiscal_quarter' and period_label = ? and is_closed
            and not is_deleted and close_date between period_start and period_end
            and owner_org_key in (
                select org_key from core.bridge_org_entity where entity_type = 'company'
            )
        """,
        [label],
    ).fetchone() or (0, 0, 0, 0)
    low, high = wilson(won, won + lost)
    visitor.visit(where(part="Win rate", period=label))
    text = words_of(visitor)
    assert f"{won / (won + lost) * 100:.0f}% ({low * 100:.0f}–{high * 100:.0f}%)" in text
    share = f"{undecided / closed * 100:.0f}%"
    assert (
        f"{undecided:,} deals of {closed:,} that closed ended without a decision: {share}" in text
    )
    photograph(visitor, pictures / "results_win_rate.png")


def wilson(part: int, whole: int) -> tuple[float, float]:
    z = 1.959963984540054
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = (spread * (share * (1 - share) + spread / 4)) ** 0.5 / (1 + spread)
    return middle - half, middle + half


def test_cycle_says_how_many_deals_are_censored(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    label, start = quarter_of(marts, is_complete=True)
    median, low, high = marts.execute(
        """
        select value, value_low, value_high from lagging.fct_lagging_indicator
        where indicator_id = 'PI-12' and measure_id = 'median' and entity_type = 'company'
            and period_grain = 'fiscal_quarter' and period_start = ? and dimension = 'all'
        """,
        [start],
    ).fetchone() or (0, 0, 0)
    visitor.visit(where(part="Cycle", period=label))
    expected = f"took at most {median:.0f} days ({low:.0f}–{high:.0f})"
    assert expected in words_of(visitor)
    assert "(censored)" in words_of(visitor)
    photograph(visitor, pictures / "results_cycle.png")


def test_forecasts_are_told_by_their_day_in_the_reporting_currency(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, currency: str, pictures: Path
) -> None:
    bias = marts.execute(
        """
        select value from lagging.fct_lagging_indicator
        where indicator_id = 'PI-13' and measure_id = 'bias' and entity_type = 'company'
            and period_grain = 'fiscal_quarter' and dimension = 'kind' and member = 'day_1'
            and value is not null
        order by period_start desc limit 1
        """
    ).fetchone()
    visitor.visit(where(part="Forecasts"))
    if bias is None:
        assert "Forecast accuracy is not known yet" in words_of(visitor)
    else:
        side = "high" if bias[0] > 0 else "low"
        assert f"{abs(bias[0]) * 100:.0f}% too {side} on day 1" in words_of(visitor)
        assert f"All in {currency}, the reporting currency" in words_of(visitor)
    photograph(visitor, pictures / "results_forecasts.png")


def test_the_curve_of_new_hires_reaches_half_where_the_published_median_is(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    """Where enough are watched until then; how many have arrived is said in any case."""
    newest = marts.execute(
        """
        select
            period.period_label, any_value(fact.value),
            count(*), count(*) filter (life.is_event)
        from indicators.ind_productivity as life
        join core.dim_period as period on life.date_day between period_start and period_end
        join lagging.fct_lagging_indicator as fact using (period_grain, period_start)
        where period_grain = 'fiscal_year' and fact.indicator_id = 'RA-02'
            and fact.entity_type = 'company'
        group by period_label, period_start
        having count(*) >= 5
        order by period_start desc limit 1
        """
    ).fetchone()
    visitor.visit(where(part="New hires"))
    text = words_of(visitor)
    if newest is None:
        assert "How fast new hires come on is not estimable yet" in text
    else:
        label, median, hired, arrived = newest
        if f"An estimated half of {hired} reps hired in {label}" in text:
            months = f"{median:.0f} month{'' if median == 1 else 's'}"
            assert f"within {months}; {arrived} have so far" in text
        else:
            assert f"{arrived} of {hired} reps hired in {label} have come up to speed" in text
    photograph(visitor, pictures / "results_new_hires.png")


def test_a_currency_without_a_quota_is_said_and_not_drawn(
    published_home: Path,
    build: Build,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not every company has a part without a quota, so it is taken away from a copy."""
    shutil.copytree(published_home / "published", tmp_path / "published")
    database = tmp_path / "published" / build.build_id / "marts.duckdb"
    database.parent.chmod(0o755)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute("delete from lagging.fct_lagging_indicator where indicator_id = 'QU-01'")
    monkeypatch.setenv("HALFTIME_HOME", str(tmp_path))
    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    app.switch_page("views/results.py").run()
    assert not app.exception
    assert app.title[0].value.startswith("No quota in USD is known for")
    said = "\n".join(str(block.value) for block in app.markdown)
    assert "Choose another quarter or currency" in said


def test_a_manager_sees_the_own_organisation(
    visitor: Visitor,
    known: dict[Role, Persona],
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
) -> None:
    manager = known[Role.MANAGER]
    visitor.visit(where(**{"as": manager.label, "org": "Whole company", "part": "By part"}))
    assert title_of(visitor).startswith("The organisation of ")
    below = {
        name
        for (name,) in marts.execute(
            """
            select full_name from core.dim_person
            where person_id = ? or person_id in (
                select person_id from core.dim_reporting_line where ancestor_id = ?
            )
            """,
            [manager.person_id, manager.person_id],
        ).fetchall()
    }
    visitor.page.get_by_role("button", name="Table").last.click()
    visitor.wait()
    everybody = {
        name for (name,) in marts.execute("select full_name from core.dim_person").fetchall()
    }
    assert not {name for name in everybody - below if name and name in words_of(visitor)}
    photograph(visitor, pictures / "results_manager.png")


def test_a_rep_sees_the_own_figures_and_no_tab_of_others(
    visitor: Visitor, known: dict[Role, Persona], pictures: Path
) -> None:
    visitor.visit(where(**{"as": known[Role.REP].label}))
    name = known[Role.REP].label.removeprefix("Rep: ")
    assert name in words_of(visitor)
    tabs = visitor.page.get_by_role("tab").all_inner_texts()
    assert tabs == ["Win rate", "Cycle"]
    photograph(visitor, pictures / "results_rep.png")
