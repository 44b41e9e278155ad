"""Indicators on a published CRM set, against figures worked out from the files without us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

QUARTERS = {
    "2017Q1": "2017-01-01",
    "2017Q2": "2017-04-01",
    "2017Q3": "2017-07-01",
    "2017Q4": "2017-10-01",
}
YEAR = "2017-01-01"


@pytest.fixture(scope="module")
def oracle(shared_data: Path) -> dict:
    return json.loads((shared_data / "maven_crm" / "oracle.json").read_text())


@pytest.fixture(scope="module")
def published(maven_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((maven_home / "published" / "current.json").read_text())
    with duckdb.connect(str(maven_home / "published" / current["database"]), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def lagging(published: duckdb.DuckDBPyConnection) -> dict[tuple, tuple[float | None, float | None]]:
    """Return (value, numerator) of every lagging figure by its key without the currency."""
    rows = published.execute(
        """
        select entity_type, entity_id, period_grain, cast(period_start as varchar), indicator_id,
               measure_id, dimension, member, value, numerator
        from lagging.fct_lagging_indicator
        """
    ).fetchall()
    return {row[:8]: (row[8], None if row[9] is None else float(row[9])) for row in rows}


@pytest.fixture(scope="module")
def person_ids(published: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(published.execute("select full_name, person_id from core.dim_person").fetchall())


def test_company_equals_the_oracle(oracle: dict, lagging: dict) -> None:
    key = ("company", "company", "year", YEAR)
    overall = oracle["overall"]
    assert lagging[*key, "PI-11", "by_count", "all", "all"] == (
        pytest.approx(overall["win_rate_closed"], abs=5e-5),
        overall["won"],
    )
    assert lagging[*key, "QU-01", "attainment", "all", "all"] == (None, overall["revenue_won"])
    for measure, expected in {
        "median": overall["cycle_days_won"]["median"],
        "mean": overall["cycle_days_won"]["mean"],
        "median_closed": overall["cycle_days_closed"]["median"],
    }.items():
        value, _ = lagging[*key, "PI-12", measure, "all", "all"]
        assert value == pytest.approx(expected, abs=5e-5), measure


def test_each_manager_equals_the_oracle_by_year_and_quarter(
    oracle: dict, lagging: dict, person_ids: dict[str, str]
) -> None:
    expected = {
        (name, "year", YEAR): (
            found["win_rate_closed"],
            found["revenue_won"],
            found["cycle_days_closed"]["median"],
        )
        for name, found in oracle["by_manager"].items()
    } | {
        (key.split("|")[0], "quarter", QUARTERS[key.split("|")[1]]): (
            found["win_rate_closed"],
            found["revenue_won"],
            found["cycle_median"],
        )
        for key, found in oracle["by_manager_close_quarter"].items()
    }
    assert len(expected) == 6 + 24
    for (name, grain, start), (rate, revenue, median) in expected.items():
        for entity in ("manager", "manager_org"):
            key = (entity, person_ids[name], grain, start)
            found_rate, _ = lagging[*key, "PI-11", "by_count", "all", "all"]
            _, found_revenue = lagging[*key, "QU-01", "attainment", "all", "all"]
            found_median, _ = lagging[*key, "PI-12", "median_closed", "all", "all"]
            assert found_rate == pytest.approx(rate, abs=5e-5), key
            assert found_revenue == pytest.approx(revenue, abs=5e-5), key
            assert found_median == pytest.approx(median, abs=5e-5), key


@pytest.mark.parametrize(
    ("part", "entity_type"), [("by_agent", "rep"), ("by_regional_office", "region")]
)
def test_reps_and_regions_equal_the_oracle(
    oracle: dict, lagging: dict, person_ids: dict[str, str], part: str, entity_type: str
) -> None:
    for name, found in oracle[part].items():
        entity = person_ids[name] if entity_type == "rep" else name
        value, won = lagging[entity_type, entity, "year", YEAR, "PI-11", "by_count", "all", "all"]
        assert (value, won) == (pytest.approx(found["win_rate_closed"], abs=5e-5), found["won"]), (
            name
        )


def test_products_equal_the_oracle(
    oracle: dict, lagging: dict, published: duckdb.DuckDBPyConnection
) -> None:
    products = dict(
        published.execute("select product_name, product_id from core.dim_product").fetchall()
    )
    for name, found in oracle["by_product_clean"].items():
        key = ("company", "company", "year", YEAR)
        value, won = lagging[*key, "PI-11", "by_count", "product", products[name]]
        median, _ = lagging[*key, "PI-12", "median_closed", "product", products[name]]
        assert value == pytest.approx(found["win_rate_closed"], abs=5e-5), name
        assert won == found["won"], name
        assert median == pytest.approx(found["cycle_days_closed"]["median"], abs=5e-5), name


def test_missing_sources_give_reasons_instead_of_zeros(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        select distinct indicator_id, reason_code, value is null
        from "leading".fct_leading_indicator
        where indicator_id in ('CO-01', 'CO-02', 'CO-04', 'CO-06', 'CO-09', 'AF-01')
        union
        select distinct indicator_id, reason_code, value is null
        from lagging.fct_lagging_indicator
        where indicator_id = 'QU-01'
        """
    ).fetchall()
    coaching = ("CO-01", "CO-02", "CO-04", "CO-06", "CO-09", "AF-01")
    assert set(rows) == {(name, "no_source", True) for name in coaching} | {
        ("QU-01", "no_quota", True)
    }


def test_the_first_quarter_is_marked_as_one_of_quick_deals_only(
    published: duckdb.DuckDBPyConnection, oracle: dict
) -> None:
    """82 % of the deals that closed in the first quarter were won, 62 % in the next: no trend."""
    found = published.execute(
        """
        select cast(period_start as varchar), value, reason_code
        from lagging.fct_lagging_indicator
        where indicator_id = 'PI-11' and measure_id = 'by_count' and entity_type = 'company'
          and period_grain = 'quarter' and dimension = 'all' and value is not null
        order by 1
        """
    ).fetchall()
    expected = {
        QUARTERS[name]: pytest.approx(quarter["win_rate_closed"], abs=5e-5)
        for name, quarter in oracle["by_close_quarter"].items()
    }
    assert {start: value for start, value, _ in found} == expected
    assert {start: reason for start, _, reason in found} == {
        "2017-01-01": "left_truncated",
        "2017-04-01": None,
        "2017-07-01": None,
        "2017-10-01": None,
    }
