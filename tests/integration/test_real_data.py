"""Real input that nobody on the project wrote: published figures come out, and no row is lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]


def open_published(home: Path) -> duckdb.DuckDBPyConnection:
    current = json.loads((home / "published" / "current.json").read_text())
    return duckdb.connect(str(home / "published" / current["database"]), read_only=True)


@pytest.fixture(scope="module")
def maven(maven_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(maven_home) as con:
        yield con


@pytest.fixture(scope="module")
def oracle(shared_data: Path) -> dict[str, Any]:
    """Reference figures that somebody else worked out in pandas from the same files."""
    return json.loads((shared_data / "maven_crm" / "oracle.json").read_text())


def figures(
    con: duckdb.DuckDBPyConnection, entity_type: str, grain: str, dimension: str = "all"
) -> dict[tuple[str, str, str, str], tuple[float | None, float | None, float | None]]:
    """Return {(entity, period, member, indicator/measure): (value, numerator, denominator)}."""
    rows = con.execute(
        """
        select coalesce(person.full_name, figure.entity_id), cast(figure.period_start as varchar),
            figure.member, figure.indicator_id || '/' || figure.measure_id,
            figure.value, figure.numerator, figure.denominator
        from "lagging".fct_lagging_indicator as figure
        left join core.dim_person as person on figure.entity_id = person.person_id
        where figure.entity_type = ? and figure.period_grain = ? and figure.dimension = ?
        """,
        [entity_type, grain, dimension],
    ).fetchall()
    return {row[:4]: row[4:] for row in rows}


QUARTERS = {"2017-01-01": "Q1", "2017-04-01": "Q2", "2017-07-01": "Q3", "2017-10-01": "Q4"}


class TestMaven:
    def test_clock_is_the_last_day_of_the_data(self, maven: duckdb.DuckDBPyConnection) -> None:
        clock = maven.execute("select cast(as_of_date as varchar) from core.dim_clock").fetchone()
        assert clock == ("2017-12-31",)

    def test_every_row_is_accounted_for(self, maven: duckdb.DuckDBPyConnection) -> None:
        rows = maven.execute(
            """
            select sum(source_rows), sum(accepted_rows), sum(rejected_rows), sum(residual_rows)
            from quality.ledger where object = 'opportunity'
            """
        ).fetchone()
        assert rows == (8800, 8800, 0, 0)

    def test_totals(self, maven: duckdb.DuckDBPyConnection, oracle: dict[str, Any]) -> None:
        won, lost, is_open, amount = maven.execute(
            """
            select sum(is_won::int), sum((outcome = 'lost')::int), sum(is_open::int),
                sum(case when is_won then amount end)
            from core.fct_opportunity
            """
        ).fetchone() or (0, 0, 0, 0)
        overall = oracle["overall"]
        assert (won, lost, is_open) == (overall["won"], overall["lost"], overall["open"])
        assert (won, lost, is_open) == (4238, 2473, 2089)
        assert float(amount) == overall["revenue_won"] == 10_005_534
        rate = figures(maven, "company", "year")["company", "2017-01-01", "all", "PI-11/by_count"][
            0
        ]
        assert rate == pytest.approx(overall["win_rate_closed"], abs=1e-9)

    def test_alias_of_a_product_is_mapped(
        self, maven: duckdb.DuckDBPyConnection, oracle: dict[str, Any]
    ) -> None:
        names = {
            row[0] for row in maven.execute("select product_name from core.dim_product").fetchall()
        }
        assert "GTX Pro" in names
        assert "GTXPro" not in names
        found = {
            member: value
            for (_, period, member, measure), (value, _, _) in figures(
                maven, "company", "year", "product"
            ).items()
            if measure == "PI-11/by_count" and period == "2017-01-01" and value is not None
        }
        by_name = dict(
            maven.execute("select product_id, product_name from core.dim_product").fetchall()
        )
        rates = {by_name.get(member, member): value for member, value in found.items()}
        wanted = {
            name: item["win_rate_closed"] for name, item in oracle["by_product_clean"].items()
        }
        assert rates == pytest.approx(wanted, abs=1e-4)

    def test_idle_agents_are_people(
        self, maven: duckdb.DuckDBPyConnection, oracle: dict[str, Any]
    ) -> None:
        names = {
            row[0] for row in maven.execute("select full_name from core.dim_person").fetchall()
        }
        idle = set(oracle["data_quality"]["agents_in_teams_without_any_opportunity"])
        assert len(idle) == 5
        assert idle <= names

    @pytest.mark.parametrize(
        ("entity_type", "key"),
        [("manager", "by_manager"), ("rep", "by_agent"), ("region", "by_regional_office")],
    )
    def test_year(
        self, maven: duckdb.DuckDBPyConnection, oracle: dict[str, Any], entity_type: str, key: str
    ) -> None:
        found = figures(maven, entity_type, "year")
        assert oracle[key]
        for name, wanted in oracle[key].items():
            self.compare(found, name, "2017-01-01", wanted)
            median = found[name, "2017-01-01", "all", "PI-12/median"][0]
            assert median == pytest.approx(wanted["cycle_days_won"]["median"], abs=1e-4), name
            closed = found[name, "2017-01-01", "all", "PI-12/median_closed"][0]
            assert closed == pytest.approx(wanted["cycle_days_closed"]["median"], abs=1e-4), name
            mean = found[name, "2017-01-01", "all", "PI-12/mean"][0]
            assert mean == pytest.approx(wanted["cycle_days_won"]["mean"], abs=1e-4), name

    @pytest.mark.parametrize(
        ("entity_type", "key"),
        [("manager", "by_manager_close_quarter"), ("rep", "by_agent_close_quarter")],
    )
    def test_quarters(
        self, maven: duckdb.DuckDBPyConnection, oracle: dict[str, Any], entity_type: str, key: str
    ) -> None:
        found = figures(maven, entity_type, "quarter")
        assert oracle[key]
        for label, wanted in oracle[key].items():
            name, quarter = label.split("|")
            start = next(day for day, word in QUARTERS.items() if quarter.endswith(word))
            self.compare(found, name, start, wanted)

    def test_median_cycle_by_manager_and_quarter_from_the_file_itself(
        self, maven: duckdb.DuckDBPyConnection, shared_data: Path
    ) -> None:
        """The oracle has no medians by quarter, so the raw file is asked another way."""
        found = figures(maven, "manager", "quarter")
        folder = shared_data / "maven_crm"
        wanted = duckdb.execute(
            """
            select
                manager,
                cast(date_trunc('quarter', close_date) as varchar),
                median(close_date - engage_date)
            from read_csv(?) join read_csv(?) using (sales_agent)
            where deal_stage = 'Won' group by all
            """,
            [str(folder / "sales_pipeline.csv"), str(folder / "sales_teams.csv")],
        ).fetchall()
        assert len(wanted) == 24
        for name, start, median in wanted:
            assert found[name, start[:10], "all", "PI-12/median"][0] == pytest.approx(
                median, abs=1e-4
            )

    @staticmethod
    def compare(found: dict, name: str, start: str, wanted: dict[str, Any]) -> None:
        by_count = found[name, start, "all", "PI-11/by_count"]
        assert by_count[0] == pytest.approx(wanted["win_rate_closed"], abs=1e-4), (name, start)
        assert (by_count[1], by_count[2]) == (wanted["won"], wanted["won"] + wanted["lost"])
        won_amount = found[name, start, "all", "PI-11/by_value"][1]
        assert float(won_amount or 0) == wanted["revenue_won"], (name, start)


@pytest.mark.parametrize(
    ("example", "folder", "rows"),
    [
        ("fivetran_salesforce", "fivetran_salesforce/seeds", 111),
        ("salesforce_devorg", "salesforce_devorg", 149),
    ],
)
def test_other_dialects_publish_without_residual(
    example: str,
    folder: str,
    rows: int,
    shared_data: Path,
    project_root: Path,
    cli: Cli,
    tmp_path: Path,
) -> None:
    """Snake case with history mode, and API names with American dates, go through one contract."""
    cli(
        *("run", "--config", str(project_root / "examples" / example / "halftime.yml")),
        *("--landing", str(shared_data / folder), "--home", str(tmp_path)),
    )
    with open_published(tmp_path) as con:
        ledger = con.execute(
            "select sum(source_rows), sum(rejected_rows), sum(residual_rows) from quality.ledger"
        ).fetchone()
        figures_of_core = con.execute(
            """
            select
                (select count(*) from core.dim_contact),
                (select count(account_id) from core.dim_contact),
                (select count(*) from core.fct_lead),
                (select count_if(is_converted) from core.fct_lead),
                (select count(converted_opportunity_id) from core.fct_lead),
                (select count(*) from core.fct_opportunity),
                (select sum(amount) from core.fct_opportunity)
            """
        ).fetchone()
    assert ledger == (rows, 0, 0)
    assert figures_of_core == figures_of_files(shared_data / folder, example)


def figures_of_files(folder: Path, example: str) -> tuple[Any, ...]:
    """The same figures asked of the files themselves; ids are compared in their short form."""
    is_devorg = example == "salesforce_devorg"
    name = "{}.csv" if is_devorg else "sf_{}_data.csv"
    account, contact, lead, deal = (
        f"read_csv('{folder / name.format(entity if is_devorg else entity.lower())}',"
        " all_varchar = true, normalize_names = true)"
        for entity in ("Account", "Contact", "Lead", "Opportunity")
    )
    plain = {"account_id": "accountid", "converted": "convertedopportunityid"} if is_devorg else {}
    account_id = plain.get("account_id", "account_id")
    converted = plain.get("converted", "converted_opportunity_id")
    flag = "isconverted" if is_devorg else "is_converted"
    return (
        duckdb.execute(
            f"""
        select
            (select count(distinct left(id, 15)) from {contact}),
            (
                select count(distinct left(id, 15)) from {contact}
                where left({account_id}, 15) in (select left(id, 15) from {account})
            ),
            (select count(*) from {lead}),
            (select count(*) from {lead} where lower({flag}) = 'true'),
            (
                select count(*) from {lead}
                where left({converted}, 15) in (select left(id, 15) from {deal})
            ),
            (select count(distinct left(id, 15)) from {deal}),
            (select sum(cast(amount as decimal(18, 2))) from {deal})
        """
        ).fetchone()
        or ()
    )
