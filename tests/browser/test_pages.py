"""Every page in a real browser: it shows what the published database says."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect
from windows import Visitor, one, photograph, serve, serve_app, visiting

from dashboards.components.figures import Unit, written
from dashboards.components.words import count_of, money
from dashboards.published import Build

pytestmark = pytest.mark.browser


def company_value(
    marts: duckdb.DuckDBPyConnection, table: str, indicator: str, measure: str
) -> tuple[float, int]:
    """Return value and n of an indicator of the company in the running fiscal quarter."""
    return one(
        marts,
        f"""
        select value, observation_count
        from {table}
        where indicator_id = ? and measure_id = ? and entity_type = 'company'
            and period_grain = 'fiscal_quarter' and dimension = 'all'
            and currency_code in ('none', (select reporting_currency from core.dim_clock))
            and period_start = (
                select max(period_start) from core.dim_period, core.dim_clock
                where period_grain = 'fiscal_quarter' and period_start <= as_of_date
            )
        """,
        indicator,
        measure,
    )


def figure(visitor: Visitor, label: str) -> str:
    """Return the text of the bordered card with a label."""
    card = visitor.page.locator('[data-testid="stMetric"]').filter(has_text=label)
    return card.locator('[data-testid="stMetricValue"]').inner_text()


def check_foot(visitor: Visitor, build: Build, marts: duckdb.DuckDBPyConnection) -> None:
    rejected = one(marts, "select sum(rejected_rows) from quality.ledger")[0]
    text = visitor.text()
    assert f"Build {build.build_id}" in text
    assert f"{count_of(rejected, 'row')} rejected" in text
    assert "Data through" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_this_week(
    browser: Browser,
    address: str,
    build: Build,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/")
        rate, n = company_value(marts, "lagging.fct_lagging_indicator", "PI-11", "by_count")
        assert figure(visitor, "Win rate") == written(rate, Unit.RATE)
        assert f"n = {n:,} deals" in visitor.text()
        quota = company_value(marts, "lagging.fct_lagging_indicator", "QU-01", "attainment_to_date")
        assert figure(visitor, "Quota attainment") == written(quota[0], Unit.RATE)
        assert f"{quota[0] * 100:.0f}% of the quota" in visitor.title()
        overdue = company_value(marts, '"leading".fct_leading_indicator', "ST-05", "share")
        assert figure(visitor, "Overdue deals") == written(overdue[0], Unit.RATE)
        won = one(
            marts,
            "select won_amount, currency_code from pipeline.rpt_quarter_to_date "
            "where entity_type = 'company' "
            "and currency_code = (select reporting_currency from core.dim_clock)",
        )
        assert f"{money(float(won[0]), won[1])} won" in visitor.text()
        check_foot(visitor, build, marts)
        photograph(visitor, pictures / f"this_week_{scheme}.png")


def test_coach_next_names_five_and_leads_to_the_detail(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    expected = marts.execute(
        """
        select subject_type, person_id, opportunity_id, reason, question
        from coaching.rpt_coach_next
        where entity_type = 'company' order by list_rank limit 5
        """
    ).fetchall()
    visitor.visit("/")
    links = visitor.page.get_by_role("link", name="Open")
    expect(links).to_have_count(5)
    text = visitor.text()
    assert len(expected) == 5
    for _, _, _, reason, question in expected:
        assert reason in text
        assert question in text
    unsaid = r"""
        select min(reason) from coaching.rpt_coach_next
        where not regexp_matches(reason, concat('\b', observed_value, '\b.*\b', threshold, '\b'))
    """
    assert one(marts, unsaid) == (None,), "each reason says its value, then its threshold"
    place = next(i for i, row in enumerate(expected) if row[0] == "deal")
    name = one(
        marts,
        "select opportunity_name from core.fct_opportunity where opportunity_id = ?",
        expected[place][2],
    )[0]
    links.nth(place).click()
    visitor.page.locator("h1", has_text=name).wait_for()
    visitor.wait()
    photograph(visitor, pictures / "detail_deal.png")
    visitor.page.get_by_role("button", name="More about").click()
    visitor.page.locator("h1", has_text="coached in").wait_for()
    assert "rep=" in visitor.page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_coaching(
    browser: Browser,
    address: str,
    build: Build,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/coaching")
        leading = '"leading".fct_leading_indicator'
        for kind in ("strict", "broad"):
            if kind == "broad":
                visitor.page.get_by_role("radio", name="Broad").or_(
                    visitor.page.get_by_text("Broad", exact=True)
                ).first.click()
                visitor.page.get_by_text("Cadence kept, broad").first.wait_for()
                visitor.wait()
                assert "sessions=Broad" in visitor.page.url
            value, n = company_value(marts, leading, "CO-01", kind)
            assert figure(visitor, f"Cadence kept, {kind}") == written(value, Unit.RATE)
            assert f"n = {n:,} windows" in visitor.text()
            if kind == "strict":
                check_foot(visitor, build, marts)
                photograph(visitor, pictures / f"coaching_{scheme}.png")
        not_coached, reps = one(
            marts,
            """
            select count(*) filter (where coached = 0), count(*) from (
                select person_id, sum(broad_session_count) as coached
                from coaching.fct_rep_week, core.dim_clock
                where week_start > as_of_date - 7 * 13 and is_coaching_logged
                group by person_id
            )
            """,
        )
        start = f"{not_coached} of {reps} reps" if not_coached else f"Each of the {reps} reps"
        assert visitor.title().startswith(start)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_data_and_definitions(
    browser: Browser,
    address: str,
    build: Build,
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
    scheme: str,
) -> None:
    with visiting(browser, address, scheme) as visitor:
        visitor.visit("/data")
        source, rejected = one(
            marts, "select sum(source_rows), sum(rejected_rows) from quality.ledger"
        )
        assert figure(visitor, "Rows in the files") == f"{source:,}"
        assert figure(visitor, "Rejected") == f"{rejected:,}"
        assert figure(visitor, "Not accounted for") == "0"
        rules, held = one(
            marts, "select count(*), count(*) filter (where succeeded) from quality.rule_result"
        )
        held_words = f"All {rules:,} rules held" if rules == held else f"{held:,} of {rules:,} rule"
        assert held_words in visitor.text()
        check_foot(visitor, build, marts)
        photograph(visitor, pictures / f"data_{scheme}.png")


def test_rejected_rows_can_be_taken_along(
    visitor: Visitor,
    marts: duckdb.DuckDBPyConnection,
    published_home: Path,
    tmp_path: Path,
    pictures: Path,
) -> None:
    visitor.visit("/data?part=Rejected+rows")
    total = one(marts, "select count(*) from quality.rejected_row")[0]
    assert f"{count_of(total, 'row')} were rejected" in visitor.text()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="CSV").click()
    path = tmp_path / "rejected.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == total
    assert set(rows[0]) == {
        "source_system",
        "object",
        "source_file",
        "source_row",
        "reason_code",
        "column_name",
    }
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Excel").click()
    assert len(pd.read_excel(download.value.path(), engine="openpyxl")) == total
    (file,) = (published_home / "access").glob("*.jsonl")
    taken = [json.loads(line) for line in file.read_text().splitlines()]
    taken = [line for line in taken if line["event"] == "download"][-2:]
    assert [line["page"].rpartition(".")[2] for line in taken] == ["csv", "xlsx"]
    assert [line["row_count"] for line in taken] == [total, total]
    photograph(visitor, pictures / "rejected_rows.png")


def test_a_chart_has_its_table_and_says_how_it_was_computed(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    visitor.visit("/coaching")
    visitor.page.get_by_role("button", name="How was this computed?").first.click()
    said = visitor.page.locator('[data-testid="stPopoverBody"]')
    said.locator("code").first.wait_for()
    text = said.inner_text()
    assert "coaching.fct_rep_week" in text
    assert "CO-0" in text  # the definition stands above the statement
    visitor.wait()
    photograph(visitor, pictures / "how_computed.png")
    visitor.visit("/coaching")
    visitor.page.get_by_role("button", name="Table").nth(1).click()
    visitor.page.locator('[data-testid="stPopoverBody"] [data-testid="stDataFrame"]').wait_for()


def test_the_access_log_is_shown_to_those_who_answer_for_it(
    visitor: Visitor, pictures: Path
) -> None:
    visitor.visit("/data?part=Access")
    assert "looked" in visitor.text()
    photograph(visitor, pictures / "access.png")
    visitor.visit("/data?as=Data+team&part=Access")
    assert visitor.page.get_by_role("tab", name="Access").count() == 0


def test_broken_warnings_stand_once_above_every_page_and_lead_to_the_rules(
    browser: Browser,
    published_home: Path,
    build: Build,
    marts: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    count = one(
        marts,
        "select count(*) from quality.rule_result where not succeeded and severity = 'warning'",
    )[0]
    shutil.copytree(published_home / "published", tmp_path / "published")
    pointer = tmp_path / "published" / "current.json"

    def publish(verdict: str) -> None:
        pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "verdict": verdict}))

    publish("warnings")
    with serve(tmp_path) as served, visiting(browser, served) as visitor:
        for path in ("/", "/coaching", "/data?part=Sources"):
            visitor.visit(path)
            banner = visitor.page.get_by_text(f"Published with {count_of(count, 'warning')}.")
            expect(banner).to_have_count(1)
        rules = visitor.page.get_by_text("Choose a row to see the keys")
        visitor.page.get_by_role("button", name="Which rules did not hold").click()
        rules.wait_for()
        visitor.visit("/coaching")
        visitor.page.get_by_role("link", name="Which rules did not hold").click()
        rules.wait_for()
    publish("passed")
    with serve(tmp_path) as served, visiting(browser, served) as visitor:
        visitor.visit("/")
        assert "Published with" not in visitor.text()


def test_the_sources_tab_tells_what_needs_mending(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    visitor.visit("/data?part=Sources")
    text = visitor.text()
    dated, fresh = one(
        marts,
        "select count(days_behind), count(*) filter (where days_behind < 7) from quality.freshness",
    )
    assert f"{fresh:,} of {count_of(dated, 'dated object')} ha" in text
    orphans = one(marts, "select count(*) from quality.orphan_row")[0]
    assert f"{count_of(orphans, 'row')} point" in text
    refused, unknown = one(
        marts,
        """
        select
            (select count(*) from quality.file where file_status = 'rejected'),
            (select count(*) from quality.schema_drift where finding = 'unknown')
        """,
    )
    assert f"{refused:,} refused whole" in text
    assert f"{unknown:,} not in the contract" in text
    nobody, several = one(
        marts,
        """
        select
            count(*) filter (where reason = 'unmatched'),
            count(*) filter (where reason = 'ambiguous')
        from core.dim_unmatched_person
        """,
    )
    assert f"{count_of(nobody, 'name')} mean" in text
    assert f"{count_of(several, 'name')} mean" in text
    photograph(visitor, pictures / "sources.png")


def test_every_indicator_has_a_card(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection, pictures: Path
) -> None:
    visitor.visit("/data?part=Definitions")
    main = visitor.page.get_by_test_id("stMain")
    registry = marts.execute(
        "select indicator_id, name, formula, owner from reference.indicators"
    ).fetchall()
    for indicator_id, name, formula, owner in registry:
        expect(main).to_contain_text(f"{indicator_id} · {name}")
        expect(main).to_contain_text(formula)
        expect(main).to_contain_text(f"Owner: {owner}")
    photograph(visitor, pictures / "definitions.png")


def test_a_filter_is_kept_in_the_address_and_across_pages(
    visitor: Visitor, marts: duckdb.DuckDBPyConnection
) -> None:
    manager_id, name = one(
        marts,
        """
        select fact.entity_id, person.full_name
        from lagging.fct_lagging_indicator as fact
        join core.dim_person as person on fact.entity_id = person.person_id
        where fact.entity_type = 'manager_org' and fact.indicator_id = 'PI-11'
            and fact.measure_id = 'by_count' and fact.reason_code is null
            and fact.dimension = 'all' and fact.period_grain = 'fiscal_quarter'
            and fact.period_start = (
                select max(period_start) from core.dim_period, core.dim_clock
                where period_grain = 'fiscal_quarter' and period_start <= as_of_date
            )
        order by fact.observation_count, person.full_name limit 1
        """,
    )
    rate = one(
        marts,
        """
        select value from lagging.fct_lagging_indicator
        where entity_type = 'manager_org' and entity_id = ? and indicator_id = 'PI-11'
            and measure_id = 'by_count' and dimension = 'all' and period_grain = 'fiscal_quarter'
        order by period_start desc limit 1
        """,
        manager_id,
    )[0]
    visitor.visit("/")
    visitor.page.get_by_role("combobox", name="Organisation").fill(name)
    visitor.page.get_by_role("option", name=f"Manager: {name}").click()
    visitor.page.get_by_text(f"{name} · seen on").wait_for()
    visitor.wait()
    assert "org=Manager" in visitor.page.url
    assert figure(visitor, "Win rate") == written(rate, Unit.RATE)
    shared = visitor.page.url.removeprefix(visitor.address)
    visitor.page.get_by_role("link", name="Coaching", exact=True).click()
    visitor.page.get_by_text(f"{name} · FY").wait_for()
    visitor.wait()
    visitor.visit(shared)
    assert figure(visitor, "Win rate") == written(rate, Unit.RATE)


def test_a_newer_build_is_offered_and_never_switched_to(
    browser: Browser, published_home: Path, build: Build, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(published_home / "published" / build.build_id, home / "published" / "first")
    shutil.copytree(published_home / "published" / build.build_id, home / "published" / "second")
    pointer = json.loads((published_home / "published" / "current.json").read_text())

    def publish(name: str, build_id: str) -> None:
        content = {**pointer, "build_id": build_id, "database": f"{name}/marts.duckdb"}
        (home / "published" / "current.json").write_text(json.dumps(content))

    publish("first", "20260101T000000Z-aaaaaa")
    with serve(home) as served, visiting(browser, served) as visitor:
        visitor.visit("/")
        assert "A newer build is ready" not in visitor.text()
        publish("second", "20260102T000000Z-bbbbbb")
        visitor.page.get_by_role("link", name="Coaching", exact=True).click()
        visitor.page.get_by_text("A newer build is ready").wait_for()
        visitor.wait()
        assert "Build 20260101T000000Z-aaaaaa" in visitor.text()
        visitor.page.get_by_role("button", name="Show the newer build").click()
        visitor.page.get_by_text("Build 20260102T000000Z-bbbbbb").wait_for()
        assert "A newer build is ready" not in visitor.text()


def test_a_home_without_a_build_gets_a_kind_page(browser: Browser, tmp_path: Path) -> None:
    with serve_app(tmp_path) as served, visiting(browser, served) as visitor:
        visitor.page.goto(served)
        visitor.page.locator("h1", has_text="Nothing has been published yet").wait_for()
        expect(visitor.page.get_by_test_id("stMain")).to_contain_text("make demo")


def test_the_bundled_font_is_used(visitor: Visitor) -> None:
    visitor.visit("/")
    assert visitor.page.evaluate("() => document.fonts.check('16px Inter')")
    assert any("/app/static/inter-latin" in url for url in visitor.seen.requests)
