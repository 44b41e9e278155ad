"""The page Deals in a real browser: it shows what the published database says."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest
from windows import ROOT, Visitor, eyes, one, photograph, visiting

from dashboards.access.resolve import Persona
from dashboards.access.roles import Role
from dashboards.components.figures import Unit, written
from dashboards.components.words import money
from dashboards.published import Build
from dashboards.queries import deals
from dashboards.queries.base import Entity, Period
from dashboards.queries.scope import Persons, Scope

pytestmark = pytest.mark.browser


def warned_counts(marts: duckdb.DuckDBPyConnection, where: str = "true") -> tuple:
    """Return how many deals are open, have a warning, and have three or more."""
    return one(
        marts,
        f"""
        select count(*), count(*) filter (found > 0), count(*) filter (found > 2)
        from (
            select deal.opportunity_id, count(warning_code) as found
            from core.fct_opportunity as deal
            left join pipeline.fct_deal_warning as warning
                on deal.opportunity_id = warning.opportunity_id
                and week_start = (select max(week_start) from pipeline.fct_deal_warning)
            where is_open and not is_deleted and {where}
            group by deal.opportunity_id
        )
        """,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_risk(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    total, warned, several = warned_counts(marts)
    first = one(
        marts,
        """
        select opportunity_name, count(*) as found
        from pipeline.fct_deal_warning join core.fct_opportunity using (opportunity_id)
        where week_start = (select max(week_start) from pipeline.fct_deal_warning)
            and is_open and not is_deleted
        group by opportunity_id, opportunity_name, reporting_amount
        order by found desc, reporting_amount desc nulls last, opportunity_id limit 1
        """,
    )
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/deals")
        assert visitor.title().startswith(f"{warned:,} of {total:,} open deals have a warning")
        assert f"{several:,} of them three or more" in visitor.title()
        assert f"n = {total:,} open deals" in visitor.text()
        assert first[0] in visitor.text()
        assert f"{first[1]} warnings" in visitor.text()
        expect(visitor.page.get_by_role("link", name="Open")).to_have_count(10)
        photograph(visitor, pictures / f"deals_at_risk_{scheme}.png")
        if scheme == "light":
            visitor.page.get_by_role("link", name="Open").first.click()
            visitor.page.locator("h1", has_text=first[0]).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pipeline(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    quarter: Period,
    pictures: Path,
    scheme: str,
) -> None:
    currency = one(marts, "select reporting_currency from core.dim_clock")[0]
    start, end, residual, created = one(
        marts,
        """
        select start_amount, end_amount, residual_amount, created_amount
        from pipeline.rpt_pipeline_waterfall
        where entity_type = 'company' and period_grain = 'fiscal_quarter' and period_start = ?
            and pipeline_view = 'open' and currency_view = 'native' and currency_code = ?
        """,
        quarter.start,
        currency,
    )
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/deals?part=Pipeline")
        for amount in (start, end):
            assert money(float(amount), currency) in visitor.title()
        assert residual == 0
        assert "residual 0" in visitor.text()
        assert created > 0
        low = one(
            marts,
            """
            select numerator / denominator from "leading".fct_leading_indicator
            where indicator_id = 'PI-05' and measure_id = 'by_count' and dimension = 'all'
                and entity_type = 'company' and period_grain = 'fiscal_quarter'
                and period_start = ?
            """,
            quarter.start,
        )[0]
        assert written(float(low), Unit.RATE) in visitor.text()
        assert "95% interval" in visitor.text()
        photograph(visitor, pictures / f"deals_pipeline_{scheme}.png")


def test_where_nothing_is_open_the_page_says_so(
    published_home: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(published_home / "published", tmp_path / "published")
    database = tmp_path / "published" / build.build_id / "marts.duckdb"
    database.parent.chmod(0o755)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute("update core.fct_opportunity set is_open = false")
    monkeypatch.setenv("HALFTIME_HOME", str(tmp_path))
    page = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    page.switch_page("views/deals.py").run()
    assert not page.exception
    assert page.title[0].value == "No deal is open"
    assert any("Choose another part of the organisation" in str(m.value) for m in page.markdown)


def test_a_part_of_the_company_starts_in_a_currency_of_its_own(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection
) -> None:
    region, currency = one(
        marts,
        """
        select entity_id, currency_code from core.fct_opportunity
        join core.bridge_org_entity on owner_org_key = org_key
        where entity_type = 'region' and entity_id <> '(unassigned)' and not is_deleted
            and entity_id in (
                select entity_id from core.bridge_org_entity join core.dim_org_version
                using (org_key), core.dim_clock
                where is_rep and valid_from <= as_of_date and as_of_date < valid_to
            )
        group by entity_id, currency_code
        qualify row_number() over (partition by entity_id order by count(*) desc) = 1
        order by currency_code = (select reporting_currency from core.dim_clock), 1 limit 1
        """,
    )
    visitor.visit(f"/deals?{urlencode({'part': 'Pipeline', 'org': f'Region: {region}'})}")
    assert f"{currency} " in visitor.title()
    assert f"Deals in {currency} only" in visitor.text()


def test_a_manager_sees_the_own_organisation_and_a_rep_the_own_deals(
    visitor: Visitor, known: dict[Role, Persona], marts: duckdb.DuckDBPyConnection
) -> None:
    own = {
        Role.MANAGER: "owner_org_key in (select org_key from core.bridge_org_entity "
        "where entity_type = 'manager_org' and entity_id = '{}')",
        Role.REP: "deal.owner_id = '{}'",
    }
    for role, where in own.items():
        persona = known[role]
        total, warned, _ = warned_counts(marts, where.format(persona.person_id))
        visitor.visit(eyes(persona, "/deals", org="Whole company"))
        assert visitor.title().startswith(f"{warned:,} of {total:,} open deal"), role
        visitor.visit(eyes(persona, "/deals", part="Pipeline", org="Whole company"))
        assert "residual 0" in visitor.text(), role


def test_the_waterfall_of_every_rep_ties(marts: duckdb.DuckDBPyConnection, quarter: Period) -> None:
    reps = marts.execute(
        "select distinct owner_id from core.fct_opportunity where is_open order by 1 limit 40"
    ).fetchall()
    found = 0
    for (rep,) in reps:
        for view in ("open", "due"):
            entity = Entity("rep", rep, rep)
            rows = deals.waterfall(marts, Scope.for_rep(rep), entity, quarter, "USD", view)
            found += len(rows)
            assert (rows["residual_amount"].abs() < 0.005).all(), (rep, view)
    assert found > 0


def test_who_sees_groups_sees_no_deal(marts: duckdb.DuckDBPyConnection) -> None:
    scope = Scope.whole_company("enablement", Persons.GROUPS)
    company = Entity("company", "company", "Company")
    assert deals.at_risk(marts, scope, company).empty
    assert len(deals.warning_counts(marts, scope, company)) > 0


def test_of_nobody_there_is_nothing(marts: duckdb.DuckDBPyConnection) -> None:
    nobody = Entity("team", "nobody", "Nobody")
    assert deals.warning_counts(marts, Scope.whole_company(), nobody).empty
    assert deals.at_risk(marts, Scope.whole_company(), nobody).empty
