"""Money of several currencies and a fiscal calendar that is not the calendar (rules R8 to R10).

Real landing, real dbt, real DuckDB on a hand-made company: rates quoted both ways with decimal
commas, deals around the nights in which the clocks change, and finance's own 4-4-5 calendar.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_builder import land, run_dbt

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.home import Home

pytestmark = pytest.mark.slow

Query = Callable[[str], list[tuple[Any, ...]]]
CONFIG = """\
version: 1
company: Two Currencies
landing: .
reporting:
  timezone: Europe/Berlin
  currency: EUR
  as_of: 2026-03-31
  fiscal_year_start_month: 2
  fiscal_pattern: PATTERN
  fiscal_week_start: sunday
sources:
  salesforce: {files: ['salesforce/*']}
  tabular: {files: ['tabular/*']}
  reference:
    files: ['reference/*']
    decimal: ','
    objects: {fiscal_period: {date_formats: [DD.MM.YYYY]}}
"""
FILES = {
    "salesforce/User.csv": """\
Id,Name,IsActive,SystemModstamp
0055f0000000001AAA,Ann Lee,true,2026-01-01T00:00:00Z
""",
    "salesforce/Opportunity.csv": """\
Id,Name,OwnerId,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate,SystemModstamp
0065f0000000001AAA,Won in pounds,0055f0000000001AAA,Closed Won,1000,GBP,2026-02-10,\
2026-01-05T10:00:00Z,2026-02-10T10:00:00Z
0065f0000000002AAA,Open in dollars,0055f0000000001AAA,Prospecting,500.05,USD,2026-05-01,\
2026-01-05T10:00:00Z,2026-01-05T10:00:00Z
0065f0000000003AAA,At home,0055f0000000001AAA,Prospecting,10.01,EUR,2026-05-01,\
2026-01-05T10:00:00Z,2026-01-05T10:00:00Z
0065f0000000004AAA,No rate,0055f0000000001AAA,Prospecting,70,CHF,2026-05-01,\
2026-01-05T10:00:00Z,2026-01-05T10:00:00Z
0065f0000000005AAA,No rate yet,0055f0000000001AAA,Closed Lost,70,SEK,2026-02-05,\
2026-01-05T10:00:00Z,2026-02-05T10:00:00Z
0065f0000000006AAA,Too large,0055f0000000001AAA,Prospecting,9000000000000000,GBP,2026-05-01,\
2026-01-05T10:00:00Z,2026-01-05T10:00:00Z
""",
    # 23:30 in Berlin before and in the nights of the changes, and the first half hour after them.
    "salesforce/Event.csv": """\
Id,OwnerId,StartDateTime,DurationInMinutes,CreatedDate,SystemModstamp
00U5f0000000001AAA,0055f0000000001AAA,2025-10-25T21:30:00Z,30,2025-10-20T10:00:00Z,2025-10-27T10:00:00Z
00U5f0000000002AAA,0055f0000000001AAA,2025-10-25T22:30:00Z,30,2025-10-20T10:00:00Z,2025-10-27T10:00:00Z
00U5f0000000003AAA,0055f0000000001AAA,2025-10-26T22:30:00Z,30,2025-10-20T10:00:00Z,2025-10-27T10:00:00Z
00U5f0000000004AAA,0055f0000000001AAA,2025-10-26T23:30:00Z,30,2025-10-20T10:00:00Z,2025-10-27T10:00:00Z
00U5f0000000005AAA,0055f0000000001AAA,2026-03-28T22:30:00Z,30,2026-03-20T10:00:00Z,2026-03-30T10:00:00Z
00U5f0000000006AAA,0055f0000000001AAA,2026-03-28T23:30:00Z,30,2026-03-20T10:00:00Z,2026-03-30T10:00:00Z
00U5f0000000007AAA,0055f0000000001AAA,2026-03-29T21:30:00Z,30,2026-03-20T10:00:00Z,2026-03-30T10:00:00Z
00U5f0000000008AAA,0055f0000000001AAA,2026-03-29T22:30:00Z,30,2026-03-20T10:00:00Z,2026-03-30T10:00:00Z
""",
    "tabular/quotas.csv": """\
person,period_start,period_end,quota_amount,currency_code
Ann Lee,2026-01-01,2026-03-31,1000,GBP
Ann Lee,2026-04-01,2026-06-30,1000,GBP
""",
    "reference/exchange_rates.csv": """\
from_currency;to_currency;valid_from;rate
GBP;EUR;2026-01-01;1,15
EUR;GBP;2026-01-01;0,9
GBP;EUR;2026-02-10;1,2
EUR;USD;2025-12-01;1,25
EUR;USD;2026-03-31;1,6
USD;EUR;2026-04-01;0,5
SEK;;2026-03-01;0,1
CHF;EUR;2026-01-01;0
CHF;EUR;2026-01-02;-1
""",
}


def dbt(root: Path, project: Path, pattern: str, *selection: str) -> Query:
    """Land the files once, run the selected models, and return a reader of the warehouse."""
    home = Home(root / "home")
    config = root / "landing" / "halftime.yml"
    config.write_text(CONFIG.replace("PATTERN", pattern), encoding="utf-8")
    land(config, home, project)
    run_dbt(
        home,
        *("build", "--select", *selection, "--indirect-selection", "empty"),
        variables=load_config(config, load_contracts(project)).dbt_vars(
            as_of=None, loaded_until=None
        ),
        folder=root,
    )

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    return ask


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Query:
    """Everything up to the facts, with the dbt tests about money and calendar."""
    root = tmp_path_factory.mktemp("money")
    write(root, FILES)
    return dbt(
        root,
        project_root,
        "calendar",
        "+fct_opportunity",
        "+fct_quota",
        "+fct_activity",
        "+fct_pipeline_snapshot",
        "+dim_period",
        "assert_core_snapshot_of_today_is_the_pipeline",
        "assert_core_amounts_are_converted_or_say_why",
        "assert_core_exchange_rate_has_no_gap",
        "assert_core_fiscal_table_is_whole",
    )


def test_a_closed_deal_is_worth_what_it_was_on_its_closing_day(company: Query) -> None:
    found = company(
        """select opportunity_name, reporting_amount, constant_rate_amount, reporting_currency_code,
            currency_reason_code
        from core.fct_opportunity order by opportunity_id"""
    )
    assert found == [
        ("Won in pounds", Decimal("1200.00"), Decimal("1150.00"), "EUR", None),
        ("Open in dollars", Decimal("312.53"), Decimal("400.04"), "EUR", None),
        ("At home", Decimal("10.01"), Decimal("10.01"), "EUR", None),
        ("No rate", None, None, "EUR", "no_exchange_rate"),
        ("No rate yet", None, None, "EUR", "no_exchange_rate"),
        ("Too large", None, None, "EUR", "amount_too_large"),
    ]


def test_a_version_is_worth_what_it_was_on_its_first_day(company: Query) -> None:
    found = company(
        """select stage_name, valid_from_date::varchar, amount, reporting_amount
        from core.fct_opportunity_version where opportunity_id like '%1' and amount is not null"""
    )
    assert found == [("Closed Won", "2026-02-10", Decimal(1000), Decimal("1200.00"))]


def test_a_stock_is_worth_what_it_was_on_the_day_of_the_look(company: Query) -> None:
    """The dollar was at 0.8 until 30 March, and at 0.625 on the 31st."""
    found = company(
        """select opportunity_id, snapshot_date::varchar, reporting_amount, constant_rate_amount
        from core.fct_pipeline_snapshot
        where opportunity_id like '%2'
            and snapshot_date in ('2026-01-31', '2026-03-29', '2026-03-31')
        order by snapshot_date"""
    )
    assert [row[1:] for row in found] == [
        ("2026-01-31", Decimal("400.04"), Decimal("400.04")),
        ("2026-03-29", Decimal("400.04"), Decimal("400.04")),
        ("2026-03-31", Decimal("312.53"), Decimal("400.04")),
    ]
    days = company("select distinct snapshot_date from core.fct_pipeline_snapshot")
    weeks = [day for (day,) in days if day.isoweekday() == 7]
    ends = [day for (day,) in days if (day + dt.timedelta(days=1)).day == 1]
    assert len(weeks) == 12
    assert sorted(ends) == [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)]
    assert len(days) == len({*weeks, *ends})


def test_a_quota_of_tomorrow_is_worth_what_it_is_today(company: Query) -> None:
    found = company(
        "select reporting_amount, constant_rate_amount from core.fct_quota order by period_start"
    )
    assert found == [
        (Decimal("1150.00"), Decimal("1150.00")),
        (Decimal("1200.00"), Decimal("1150.00")),
    ]


def test_rates_of_zero_and_below_are_rejected(company: Query) -> None:
    assert company(
        """select _source_row, broken_rule from staging.stg_reference__exchange_rate
        where row_status = 'rejected' order by 1"""
    ) == [(9, "unparsable:rate"), (10, "unparsable:rate")]


def test_an_evening_in_the_night_of_the_change_stays_on_its_day(company: Query) -> None:
    """Berlin's 26 October 2025 had 25 hours, its 29 March 2026 had 23."""
    days = company("select activity_date::varchar from core.fct_activity order by activity_id")
    assert [day for (day,) in days] == [
        *("2025-10-25", "2025-10-26", "2025-10-26", "2025-10-27"),
        *("2026-03-28", "2026-03-29", "2026-03-29", "2026-03-30"),
    ]


def test_a_calendar_year_that_begins_in_february(company: Query) -> None:
    assert company(
        """select distinct fiscal_year, fiscal_year_start::varchar, fiscal_origin
        from core.dim_date where date_day between '2026-01-31' and '2026-02-01' order by 1"""
    ) == [(2026, "2025-02-01", "computed"), (2027, "2026-02-01", "computed")]


@pytest.mark.parametrize("pattern", ["4-4-5", "4-5-4", "5-4-4"])
def test_years_of_weeks_begin_on_the_weekday_nearest_to_the_first(
    pattern: str, tmp_path: Path, project_root: Path
) -> None:
    """The expected calendar is counted day by day here, with no formula in common."""
    write(tmp_path, {"salesforce/User.csv": FILES["salesforce/User.csv"]})
    ask = dbt(tmp_path, project_root, pattern, "+int_fiscal_month")
    found = ask(
        """select fiscal_year, quarter_number, month_number, month_start, next_month_start,
            quarter_start, year_start, month_label
        from intermediate.int_fiscal_month
        where fiscal_year between 1990 and 2090 order by month_start"""
    )
    starts = {year: nearest_sunday(dt.date(year - 1, 2, 1)) for year in range(1990, 2092)}
    expected = []
    for year in range(1990, 2091):
        weeks = [int(part) for part in pattern.split("-")] * 4
        weeks[11] += (starts[year + 1] - starts[year]).days // 7 - 52
        days = [starts[year] + dt.timedelta(weeks=sum(weeks[:n])) for n in range(13)]
        expected += [
            (
                *(year, n // 3 + 1, n + 1, days[n], days[n + 1], days[n // 3 * 3], days[0]),
                f"FY{year} M{n + 1:02}",
            )
            for n in range(12)
        ]
    assert found == expected
    long_years = sum((b - a).days == 371 for a, b in pairwise(starts.values()))
    assert 17 <= long_years <= 19


def nearest_sunday(day: dt.date) -> dt.date:
    return min(
        (day + dt.timedelta(days=n) for n in range(-3, 4)),
        key=lambda near: near.isoweekday() != 7,
    )


FINANCE = """\
FY;Type;Number;Start Date;End Date;Label
2026;Month;1;01.02.2026;28.02.2026;Feb 26
2026;Month;2;01.03.2026;28.03.2026;Mar 26
2026;Month;3;29.03.2026;02.05.2026;Apr 26
2026;Quarter;1;01.02.2026;02.05.2026;Spring 26
"""


def test_finances_own_table_counts_and_the_rest_is_computed(
    tmp_path: Path, project_root: Path
) -> None:
    write(tmp_path, FILES | {"reference/fiscal_periods.csv": FINANCE})
    ask = dbt(
        tmp_path, project_root, "calendar", "+fct_opportunity", "+dim_period", "+fct_activity"
    )
    found = ask(
        """select period_grain, period_start::varchar, period_end::varchar, period_label
        from core.dim_period
        where period_grain like 'fiscal%' and period_start between '2026-01-01' and '2026-06-30'
        order by 1, 2"""
    )
    assert found == [
        ("fiscal_month", "2026-01-01", "2026-01-31", "FY2026 M12"),
        ("fiscal_month", "2026-02-01", "2026-02-28", "Feb 26"),
        ("fiscal_month", "2026-03-01", "2026-03-28", "Mar 26"),
        ("fiscal_month", "2026-03-29", "2026-05-02", "Apr 26"),
        ("fiscal_month", "2026-05-03", "2026-05-31", "FY2027 M04 (part)"),
        ("fiscal_month", "2026-06-01", "2026-06-30", "FY2027 M05"),
        ("fiscal_quarter", "2026-02-01", "2026-05-02", "Spring 26"),
        ("fiscal_quarter", "2026-05-03", "2026-07-31", "FY2027 Q2 (part)"),
        ("fiscal_year", "2026-02-01", "2026-05-02", "FY2026"),
        ("fiscal_year", "2026-05-03", "2027-01-31", "FY2027 (part)"),
    ]
    assert ask(
        """select count(*), count(distinct date_day), count(fiscal_month_start)
        from core.dim_date where date_day between '2026-01-01' and '2026-12-31'"""
    ) == [(365, 365, 365)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("29.03.2026;02.05.2026;Apr", "30.03.2026;02.05.2026;Apr", "leaves a gap"),
        ("29.03.2026;02.05.2026;Apr", "28.03.2026;02.05.2026;Apr", "overlaps the next"),
        ("01.03.2026;28.03.2026", "01.03.2026;27.02.2026", "ends before it begins"),
        ("02.05.2026;Spring", "01.05.2026;Spring", "does not begin and end with"),
    ],
)
def test_a_table_with_a_hole_is_a_broken_critical_rule(
    old: str, new: str, problem: str, project_root: Path, fiscal_rule: Callable[[str], list]
) -> None:
    assert [row[-1] for row in fiscal_rule(FINANCE.replace(old, new)) if problem in row[-1]]


@pytest.fixture(scope="module")
def fiscal_rule(company: Query, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list]:
    """The compiled rule, asked of a calendar without another run of dbt."""
    root = next(path for path in tmp_path_factory.getbasetemp().glob("money*") if path.is_dir())
    manifest = json.loads((root / "dbt" / "build" / "manifest.json").read_text())
    node = manifest["nodes"]["test.halftime.assert_core_fiscal_table_is_whole"]
    relation = manifest["nodes"]["model.halftime.int_fiscal_period_conformed"]["relation_name"]

    def ask(text: str) -> list[tuple[Any, ...]]:
        rows = [line.split(";") for line in text.splitlines()[1:]]
        with duckdb.connect() as con:
            con.execute(
                """create table calendar (source_system text, fiscal_year int, period_type text,
                period_number int, period_start date, period_end date)"""
            )
            for year, kind, number, start, end, _ in rows:
                day = [dt.datetime.strptime(text, "%d.%m.%Y").date() for text in (start, end)]
                con.execute(
                    "insert into calendar values ('reference', ?, lower(?), ?, ?, ?)",
                    [year, kind, number, *day],
                )
            return con.execute(node["compiled_code"].replace(relation, "calendar")).fetchall()

    assert ask(FINANCE) == []
    return ask
