"""Totals of quotas, lines of deals and splits: recomputed from the files, and by every reason."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from core_builder import Query, build_core, reader, run_dbt

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.home import Home

Totals = dict[tuple[str, str], tuple[int | None, Decimal]]


def totals(ask: Query) -> Totals:
    """Return rows and amount by what is added up, and step."""
    rows = ask(
        "select source_system || '.' || object || '.' || column_name, step, row_count, amount "
        "from intermediate.int_record_reconciled"
    )
    return {(name, step): (count, amount) for name, step, count, amount in rows}


# ---------------------------------------------------------------- the sample, by other SQL


def from_file(sql: str) -> tuple[int, Decimal]:
    with duckdb.connect() as con:
        ((count, amount),) = con.execute(sql).fetchall()
    return count, amount


def step(home: Path, what: str, name: str) -> tuple[int, Decimal]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        ((count, amount),) = con.execute(
            "select row_count, amount from quality.reconciliation "
            "where source_system || '.' || object || '.' || column_name = ? and step = ?",
            [what, name],
        ).fetchall()
    return count, amount


def test_lines_of_the_file_are_landed_and_arrive(sample_home: Path, sample_folder: Path) -> None:
    file = sample_folder / "salesforce" / "OpportunityLineItem.csv"
    rows = f"read_csv('{file}', all_varchar = true)"
    price = 'try_cast("TotalPrice" as decimal(18, 2))'
    landed = from_file(f"select count(*), sum({price}) from {rows}")
    # A repeated line is the same line twice; without its deal or its quantity it is no line.
    arrived = from_file(
        f"""select count(*), sum(price) from (
            select "Id", max({price}) as price from {rows}
            where "OpportunityId" <> '' and try_cast("Quantity" as double) is not null
            group by "Id"
        )"""
    )

    lines = "salesforce.opportunity_line_item.total_amount"
    assert step(sample_home, lines, "raw") == landed
    assert step(sample_home, lines, "core") == arrived
    assert landed > arrived


def test_quotas_of_the_files_are_landed_and_arrive(sample_home: Path, sample_folder: Path) -> None:
    # Amounts as 92.500,00 and days as 31.01.2026; one file is in an older character set.
    parts = " union all ".join(
        f"""select case when regexp_matches("Quota", '^-?[0-9]{{1,3}}([.][0-9]{{3}})*,[0-9]{{2}}$')
            then cast(replace(replace("Quota", '.', ''), ',', '.') as decimal(18, 2)) end as q,
            try_strptime("Quarter end", '%d.%m.%Y') is not null as is_dated
        from read_csv('{path}', delim = ';', all_varchar = true, encoding = '{encoding}')"""
        for path, encoding in (
            (sample_folder / "tabular" / "Quota FY25.csv", "latin-1"),
            (sample_folder / "tabular" / "Quota FY26.csv", "utf-8"),
        )
    )
    landed = from_file(f"select count(*), sum(q) from ({parts})")
    arrived = from_file(f"select count(*), sum(q) from ({parts}) where q >= 0 and is_dated")

    assert step(sample_home, "tabular.quota.quota_amount", "raw") == landed
    assert step(sample_home, "(all).quota.quota_amount", "core") == arrived
    assert landed != arrived


# ---------------------------------------------------------------- every reason once


def salesforce_id(prefix: str, number: int) -> str:
    return f"{prefix}5g00000AAA{number:02d}"


REP, DEAL, LATER, GONE = (
    salesforce_id("005", 1),
    salesforce_id("006", 1),
    salesforce_id("006", 2),
    salesforce_id("006", 9),
)
STAMP = "2026-01-05T08:00:00Z"
FILES = {
    "salesforce/User.csv": f"Id,Name,Email,IsActive,CreatedDate,SystemModstamp,Title\n"
    f"{REP},Rita Reed,rita@example.com,true,2025-01-01T08:00:00Z,{STAMP},Account Executive\n",
    "salesforce/Opportunity.csv": f"""\
Id,Name,OwnerId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp
{DEAL},Won deal,{REP},Closed Won,1000.00,2026-03-31,{STAMP},2026-03-31T08:00:00Z
{LATER},Deal of July,{REP},Prospecting,500.00,2026-09-30,2026-07-05T08:00:00Z,2026-07-05T08:00:00Z
""",
    "salesforce/OpportunityLineItem.csv": f"""\
Id,OpportunityId,Quantity,TotalPrice,SystemModstamp
{salesforce_id("00k", 1)},{DEAL},1,600.00,{STAMP}
{salesforce_id("00k", 2)},{LATER},1,40.00,{STAMP}
{salesforce_id("00k", 3)},{GONE},1,3.00,{STAMP}
""",
    "salesforce/OpportunitySplit.csv": f"""\
Id,OpportunityId,SplitOwnerId,SplitPercentage,CreatedDate,SystemModstamp,IsDeleted
{salesforce_id("1Ca", 1)},{DEAL},{REP},100,{STAMP},{STAMP},false
{salesforce_id("1Ca", 1)},{DEAL},{REP},80,{STAMP},2026-08-01T08:00:00Z,false
{salesforce_id("1Ca", 2)},{DEAL},{REP},20,{STAMP},{STAMP},true
{salesforce_id("1Ca", 3)},{DEAL},{REP},7,2026-08-01T08:00:00Z,2026-08-01T08:00:00Z,false
{salesforce_id("1Ca", 4)},{GONE},{REP},5,{STAMP},{STAMP},false
""",
    "salesforce/ForecastingQuota.csv": f"""\
Id,QuotaOwnerId,StartDate,QuotaAmount,IsAmount,IsDeleted,ForecastingTypeId,SystemModstamp
{salesforce_id("0J9", 1)},{REP},2026-01-01,310.00,true,false,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 2)},{REP},2026-02-01,280.00,true,false,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 3)},{REP},2026-08-01,31.00,true,false,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 4)},{REP},2026-01-01,9.00,true,false,{salesforce_id("0Db", 2)},{STAMP}
{salesforce_id("0J9", 5)},{REP},2026-03-01,8.00,false,false,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 6)},{REP},2026-03-01,6.00,true,true,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 7)},{REP},2026-03-01,,true,false,{salesforce_id("0Db", 1)},{STAMP}
{salesforce_id("0J9", 8)},{salesforce_id("005", 9)},2026-03-01,4.00,true,false,\
{salesforce_id("0Db", 1)},{STAMP}
""",
}
CONFIG = """\
version: 1
landing: .
reporting: {timezone: UTC, currency: USD, as_of: 2026-06-30}
sources:
  salesforce: {files: ['salesforce/*'], timezone: UTC, delivery: delta}
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A folder with the files, and in ``home`` the models up to the steps."""
    root = tmp_path_factory.mktemp("reasons")
    build_core(root, project_root, FILES, CONFIG, ("+int_record_reconciled",))
    return root


@pytest.fixture(scope="module")
def steps(company: Path) -> Totals:
    return totals(reader(Home(company / "home").warehouse))


def by_step(steps: Totals, name: str) -> dict[str, tuple[int | None, Decimal]]:
    return {key[1]: value for key, value in steps.items() if key[0] == name}


def test_lines_that_do_not_arrive_say_why(steps: Totals) -> None:
    assert by_step(steps, "salesforce.opportunity_line_item.total_amount") == {
        "not_yet": (-1, Decimal(-40)),
        "orphan": (-1, Decimal(-3)),
        "core": (1, Decimal(600)),
    }


def test_splits_that_do_not_arrive_or_were_others_say_why(steps: Totals) -> None:
    assert by_step(steps, "salesforce.opportunity_split.split_percent") == {
        "as_of_history": (0, Decimal(20)),
        "deleted": (-1, Decimal(-20)),
        "not_yet": (-1, Decimal(-7)),
        "orphan": (-1, Decimal(-5)),
        "core": (1, Decimal(100)),
    }


def test_quotas_that_do_not_arrive_say_why(steps: Totals) -> None:
    assert by_step(steps, "salesforce.forecasting_quota.quota_amount") == {
        "other_forecast_type": (-1, Decimal(-9)),
        "not_money": (-1, Decimal(-8)),
        "deleted": (-1, Decimal(-6)),
        "without_amount": (-1, Decimal(0)),
        "core": (4, Decimal(625)),
    }


def test_quotas_go_on_to_attainment(steps: Totals) -> None:
    found = by_step(steps, "(all).quota.quota_amount")

    assert found["mart"] == (None, Decimal(590))
    assert found["not_yet"] == (-1, Decimal(-31))
    assert found["person_unmatched"] == (-1, Decimal(-4))
    assert found["rounding"] == (None, Decimal(0))
    assert found["core"] == (4, Decimal(625))


def test_what_is_lost_or_doubled_after_staging_is_not_explained(
    company: Path, tmp_path: Path, project_root: Path
) -> None:
    home = Home(shutil.copytree(company / "home", tmp_path / "home"))
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("delete from core.fct_quota where quota_amount = 310")
        con.execute("insert into core.fct_opportunity_line from core.fct_opportunity_line")
        con.execute("update core.fct_opportunity_split set split_percent = 99")
        con.execute("update core.fct_opportunity_credit set amount = amount - 0.01")
    config = load_config(company / "landing" / "halftime.yml", load_contracts(project_root))
    variables = config.dbt_vars(as_of=None, loaded_until=None) | {"corrections": {}}
    run_dbt(
        home,
        *("build", "--select", "int_record_reconciled"),
        *("--exclude", "test_type:unit", "test_type:data"),
        variables=variables,
        folder=tmp_path,
    )

    found = {
        name: value
        for (name, step), value in totals(reader(home.warehouse)).items()
        if step.startswith("unexplained")
    }
    assert found == {
        "salesforce.forecasting_quota.quota_amount": (-1, Decimal(-310)),
        "salesforce.opportunity_line_item.total_amount": (1, Decimal(600)),
        "salesforce.opportunity_split.split_percent": (0, Decimal(19)),  # 80 is in force
        "(all).opportunity_credit.amount": (0, Decimal("-0.01")),
        "(all).quota.quota_amount": (None, Decimal(310)),
    }


def test_credits_go_on_to_attainment(steps: Totals) -> None:
    assert by_step(steps, "(all).opportunity_credit.amount") == {
        "deals": (1, Decimal(1000)),
        "core": (1, Decimal(1000)),
        "mart": (1, Decimal(1000)),
    }
