"""A small company that keeps everything in Salesforce, from raw files to the core.

Its files come in every dialect at once: API names, report exports, snake case with versions; ids of
15 and of 18 characters mean the same record. A forecast sheet in another decimal sign goes along.
"""

# ruff: noqa: E501  the rows of the files are as long as their columns ask for
from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]


def periods() -> str:
    """A fiscal year from February on; only its year and its first quarter bear a label."""
    firsts = [dt.date(2026 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(2, 15)]
    lines = ["Id,Type,Number,StartDate,EndDate,FullyQualifiedLabel,IsForecastPeriod"]
    for kind, length in (("Year", 12), ("Quarter", 3), ("Month", 1)):
        for number, place in enumerate(range(0, 12, length), start=1):
            start, end = firsts[place], firsts[place + length] - dt.timedelta(days=1)
            label = {"Year1": "FY 2027", "Quarter1": "FQ1 FY 2027"}.get(f"{kind}{number}", "")
            key = f"026{kind[0]}{number:011d}AAA"
            lines.append(f"{key},{kind},{number},{start},{end},{label},{kind == 'Quarter'}")
    return "\n".join(lines) + "\n"


CONFIG = """
version: 1
company: Small
reporting: {timezone: Europe/Berlin, currency: EUR, as_of: 2026-03-15}
sources:
  salesforce:
    timezone: UTC
    delivery: snapshot
    objects:
      opportunity_split:
        timezone: Europe/Berlin
        formats: {split_amount: {decimal: ","}}
  tabular:
    objects:
      opportunity:
        files: [tabular/open_deals.csv]
        key: [account, opportunity_name]
        constants: {stage: Prospecting, currency_code: EUR}
        formats:
          close_date: {date_formats: [DD/MM/YYYY]}
          created_date: {date_formats: [MM/DD/YYYY]}
          amount: {decimal: ","}
      forecast:
        decimal: ","
        date_formats: [DD.MM.YYYY]
      split: {}
      stage_change:
        formats: {changed_at: {timezone: Europe/Berlin}}
"""

FILES = {
    "salesforce/User.csv": """Id,Name,Email,ManagerId,IsActive,CreatedDate,SystemModstamp
005000000000001AAA,Ann Lee,ann@small.example,005000000000003AAA,true,2025-01-01T09:00:00Z,2025-01-01T09:00:00Z
005000000000002AAA,Bob Ray,bob@small.example,005000000000003AAA,true,2025-01-01T09:00:00Z,2025-01-01T09:00:00Z
005000000000003AAA,Mia Orr,mia@small.example,,true,2025-01-01T09:00:00Z,2025-01-01T09:00:00Z
""",
    "salesforce/Account.csv": """Id,Name,OwnerId,Key_Account__c,SystemModstamp
001000000000001AAA,Acme,005000000000001,true,2026-01-01T09:00:00Z
001000000000002AAA,Total Energy,005000000000002,,2026-01-01T09:00:00Z
""",
    "salesforce/Opportunity.csv": """Id,Name,AccountId,OwnerId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp,ForecastCategoryName,Loss_Reason__c
006000000000001AAA,Both histories,001000000000001AAA,005000000000001AAA,Negotiation,600,2026-03-31,2026-01-06T10:00:00Z,2026-02-10T09:00:00Z,Pipeline,
006000000000002AAA,Fields only,001000000000002AAA,005000000000002AAA,Closed Won,250,2026-02-20,2026-01-05T09:00:00Z,2026-02-10T09:00:00Z,Closed,
006000000000003AAA,States only,001000000000001AAA,005000000000001AAA,Closed Lost,80,2026-02-03,2026-01-07T09:00:00Z,2026-02-10T09:00:00Z,Omitted,Price
""",
    "salesforce/OpportunityHistory.csv": """Id,OpportunityId,StageName,Amount,CloseDate,ForecastCategory,CreatedDate
008000000000001AAA,006000000000001AAA,Prospecting,500,2026-03-31,Pipeline,2026-01-06T10:00:00Z
008000000000002AAA,006000000000001AAA,Negotiation,500,2026-03-31,Pipeline,2026-01-20T10:00:00Z
008000000000003AAA,006000000000001AAA,Negotiation,600,2026-03-31,Pipeline,2026-01-25T08:00:00Z
008000000000004AAA,006000000000003AAA,Prospecting,80,2026-02-28,Pipeline,2026-01-07T09:00:00Z
008000000000005AAA,006000000000003AAA,Closed Lost,80,2026-02-03,Omitted,2026-02-03T09:00:00Z
""",
    "salesforce/OpportunityFieldHistory.csv": """Id,OpportunityId,Field,OldValue,NewValue,DataType,CreatedDate
017000000000001AAA,006000000000001AAA,StageName,Prospecting,Negotiation,DynamicEnum,2026-01-20T10:00:00Z
017000000000002AAA,006000000000001,Owner,005000000000002AAA,005000000000001AAA,EntityId,2026-01-22T10:00:00Z
017000000000003AAA,006000000000001,Owner,Bob Ray,Ann Lee,Text,2026-01-22T10:00:00Z
017000000000004AAA,006000000000001AAA,Amount,500.0,600.0,Currency,2026-01-25T08:00:01Z
017000000000005AAA,006000000000001AAA,MEDDPICC__c,,filled,Text,2026-01-26T08:00:01Z
017000000000006AAA,006000000000002AAA,created,,,Text,2026-01-05T09:00:00Z
017000000000007AAA,006000000000002AAA,StageName,Prospecting,Negotiation,DynamicEnum,2026-01-10T09:00:00Z
017000000000008AAA,006000000000002AAA,Owner,Ann Lee,Bob Ray,Text,2026-01-12T09:00:00Z
017000000000009AAA,006000000000002AAA,Owner,005000000000001AAA,005000000000002AAA,EntityId,2026-01-12T09:00:00Z
017000000000010AAA,006000000000002AAA,Amount,100,250,Currency,2026-01-15T09:00:00Z
017000000000011AAA,006000000000002AAA,CloseDate,2026-01-31,2026-02-20,DateOnly,2026-01-15T09:00:00Z
017000000000012AAA,006000000000002AAA,StageName,Negotiation,Closed Won,DynamicEnum,2026-02-20T09:00:00Z
017000000000013AAA,006000000000002AAA,ForecastCategoryName,Pipeline,Closed,DynamicEnum,2026-02-20T09:00:00Z
017000000000014AAA,006000000000002AAA,Amount,100,lots,Currency,2026-02-21T09:00:00Z
""",
    "salesforce/sf_contact_history_data.csv": """_fivetran_active,_fivetran_start,_fivetran_end,id,account_id,owner_id,name,email,title,master_record_id,is_deleted,created_date
false,2025-05-01 00:00:00,2025-12-31 23:59:59,003000000000001AAA,001000000000002AAA,005000000000001AAA,Kim Secret,kim@acme.example,Buyer,,false,2025-05-01 00:00:00
true,2026-01-01 00:00:00,9999-12-31 23:59:59,003000000000001AAA,001000000000001AAA,005000000000001AAA,Kim Secret,kim@acme.example,Head of Buying,,false,2025-05-01 00:00:00
true,2026-01-01 00:00:00,9999-12-31 23:59:59,003000000000002AAA,001000000000001AAA,,Kim S.,kim@acme.example,,003000000000001AAA,true,2025-06-01 00:00:00
""",
    "salesforce/Lead.csv": """Id,Name,Company,OwnerId,Status,LeadSource,IsConverted,ConvertedDate,ConvertedOpportunityId,CreatedDate
00Q000000000001AAA,Lu Hidden,Acme,005000000000001AAA,Closed - Converted,Web,true,2026-01-06,006000000000001AAA,2026-01-02T09:00:00Z
00Q000000000002AAA,Jo Hidden,Other,005000000000002AAA,Open,Web,false,,,2026-02-02T09:00:00Z
00Q000000000003AAA,Al Hidden,Late,005000000000002AAA,Closed - Converted,Web,true,2026-03-20,,2026-02-03T09:00:00Z
""",
    "salesforce/OpportunityContactRole.csv": """Id,OpportunityId,ContactId,Role,IsPrimary,CreatedDate
00K000000000001AAA,006000000000001AAA,003000000000001AAA,Economic Buyer,true,2026-01-10T09:00:00Z
00K000000000002AAA,006000000000001AAA,003000000000001AAA,Economic Buyer,false,2026-01-11T09:00:00Z
00K000000000003AAA,006000000000002AAA,003000000000009AAA,,false,2026-01-11T09:00:00Z
""",
    "salesforce/Product2.csv": "Id,Name,Family\n01t000000000001AAA,Turbine,Power\n",
    "salesforce/OpportunityLineItem.csv": """Id,OpportunityId,Product2Id,Quantity,UnitPrice,TotalPrice
00k000000000001AAA,006000000000001AAA,01t000000000001AAA,3,220,660
00k000000000002AAA,006000000000001AAA,,1,-60,-60
""",
    "salesforce/Opportunity Splits.csv": (
        "Opportunity Splits\nAs of 2026-03-15 09:00:00 CET\n\n"
        "Split ID,Opportunity ID,Split Owner,Split Type,Split %,Split Amount Currency,Split Amount\n"
        '1zQ000000000001AAA,006000000000001AAA,Ann Lee,Revenue,60.00%,EUR,"360,00"\n'
        '1zQ000000000002AAA,006000000000001AAA,Bob Ray,Revenue,40.00%,EUR,"240,00"\n'
        '1zQ000000000003AAA,006000000000001AAA,Mia Orr,Overlay,100.00%,EUR,"600,00"\n'
        '1zQ000000000004AAA,006000000000002AAA,Ann Lee,Revenue,70.00%,EUR,"175,00"\n'
        '1zQ000000000005AAA,006000000000002AAA,Bob Ray,Revenue,20.00%,EUR,"50,00"\n'
        'Grand Totals (5 records),,,,,EUR,"1.425,00"\n\n\n'
        '"Confidential Information - Do Not Distribute"\n'
        '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
        '"Generated By:  Ann Lee  3/15/2026 9:00 AM"\n"Small"\n'
    ),
    "salesforce/Period.csv": periods(),
    "salesforce/ForecastingQuota.csv": """Id,QuotaOwnerId,StartDate,PeriodId,QuotaAmount,ForecastingTypeId,ProductFamily,CurrencyIsoCode
0J9000000000001AAA,005000000000001AAA,2026-02-01,026Q00000000001AAA,"1,000.00",0Db000000000001AAA,Power,EUR
0J9000000000002AAA,005000000000001AAA,2026-02-01,026Q00000000001AAA,500,0Db000000000001AAA,Heat,EUR
0J9000000000003AAA,005000000000001AAA,2026-02-01,026Q00000000001AAA,1500,0Db000000000002AAA,,EUR
0J9000000000004AAA,005000000000002AAA,2026-03-01,,700,0Db000000000001AAA,,EUR
""",
    "salesforce/Territory2.csv": """Id,Name,ParentTerritory2Id
0MI000000000001AAA,World,
0MI000000000002AAA,North,0MI000000000001AAA
""",
    "salesforce/UserTerritory2Association.csv": """Id,UserId,Territory2Id,IsActive
0MX000000000001AAA,005000000000001AAA,0MI000000000002AAA,true
0MX000000000002AAA,005000000000002AAA,0MI000000000002AAA,false
""",
    "salesforce/ObjectTerritory2Association.csv": """Id,ObjectId,Territory2Id,SobjectType
0MY000000000001AAA,001000000000001AAA,0MI000000000002AAA,Account
""",
    "salesforce/sf_order_data.csv": "id,account_id,status\n801000000000001AAA,001000000000001AAA,Activated\n",
    "tabular/open_deals.csv": """Account,Deal Name,Owner,Amount,Close Date,Created
Acme,Old sheet,Ann Lee,"1.234,50",05/04/2026,01/12/2026
""",
    "tabular/forecasts.csv": """Person,Start,End,Submitted,Category,Amount,Currency
Mia Orr,01.02.2026,30.04.2026,02.02.2026,Commit,"10.000,50",EUR
Mia Orr,01.02.2026,30.04.2026,16.03.2026,Upside,"20.000,00",EUR
Ann Lee,01.02.2026,30.04.2026,02.02.2026,Maybe,"1,00",EUR
""",
}


@pytest.fixture(scope="module")
def home(once: Callable[[str, Callable[[Path], None]], Path], cli: Cli) -> Path:
    def build(folder: Path) -> None:
        for name, content in FILES.items():
            path = folder / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        (folder / "in" / "halftime.yml").write_text(CONFIG, encoding="utf-8")
        cli("run", "--config", str(folder / "in" / "halftime.yml"), "--home", str(folder / "home"))

    return once("salesforce-system", build) / "home"


@pytest.fixture(scope="module")
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((home / "published" / "current.json").read_text())
    with duckdb.connect(str(home / "published" / current["database"]), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def warehouse(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def people(published: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(published.execute("select full_name, person_id from core.dim_person").fetchall())


def at(day: str, time: str = "09:00:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day} {time}")


def test_every_row_is_accounted_for(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(
        "select file_status, sum(residual_rows) from quality.ledger group by all"
    ).fetchall() == [("landed", 0)]
    rejected = published.execute(
        "select object, reason_code, column_name, count(*) from quality.rejected_row"
        " group by all order by all"
    ).fetchall()
    assert rejected == [
        ("forecast", "not_accepted", "category", 1),
        ("opportunity_field_history", "unparsable", "new_value", 1),
        ("opportunity_split", "not_data", None, 10),
    ]


def test_single_fields_become_whole_states(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The first state comes from the oldest old values; an owner logged twice changes once."""
    ann, bob = "005000000000001", "005000000000002"
    found = warehouse.execute(
        "select changed_at, stage_name, amount, close_date, forecast_category, owner_alias"
        " from intermediate.int_opportunity_change_conformed"
        " where opportunity_id = 'salesforce:006000000000002' order by 1"
    ).fetchall()
    january, february = dt.date(2026, 1, 31), dt.date(2026, 2, 20)
    assert found == [
        (at("2026-01-05"), "Prospecting", Decimal("100.00"), january, "Pipeline", ann),
        (at("2026-01-10"), "Negotiation", Decimal("100.00"), january, "Pipeline", ann),
        (at("2026-01-12"), "Negotiation", Decimal("100.00"), january, "Pipeline", bob),
        (at("2026-01-15"), "Negotiation", Decimal("250.00"), february, "Pipeline", bob),
        (at("2026-02-20"), "Closed Won", Decimal("250.00"), february, "Closed", bob),
    ]


def test_two_histories_of_one_deal_are_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    """What both logged, to the second or a second apart, is one change; the owner is only here."""
    found = warehouse.execute(
        "select changed_at, stage_name, amount, owner_alias"
        " from intermediate.int_opportunity_change_conformed"
        " where opportunity_id = 'salesforce:006000000000001' order by 1"
    ).fetchall()
    ann, bob = "005000000000001", "005000000000002"
    assert found == [
        (at("2026-01-06", "10:00:00"), "Prospecting", Decimal("500.00"), bob),
        (at("2026-01-20", "10:00:00"), "Negotiation", Decimal("500.00"), bob),
        (at("2026-01-22", "10:00:00"), "Negotiation", Decimal("500.00"), ann),
        (at("2026-01-25", "08:00:00"), "Negotiation", Decimal("600.00"), ann),
    ]


def test_a_change_of_owner_reaches_the_versions(
    published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    owners = published.execute(
        "select distinct owner_id, min(valid_from_date) from core.fct_opportunity_version"
        " where opportunity_id = 'salesforce:006000000000001' group by 1 order by 2"
    ).fetchall()
    assert owners == [
        (people["Bob Ray"], dt.date(2026, 1, 6)),
        (people["Ann Lee"], dt.date(2026, 1, 22)),
    ]


def test_contacts_lose_their_names(
    home: Path, published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    assert published.execute(
        "select contact_id, account_id, owner_id, job_title, merged_into_contact_id, is_deleted"
        " from core.dim_contact order by 1"
    ).fetchall() == [
        (
            "salesforce:003000000000001",
            "salesforce:001000000000001",
            people["Ann Lee"],
            "Head of Buying",
            None,
            False,
        ),
        (
            "salesforce:003000000000002",
            "salesforce:001000000000001",
            "(unassigned)",
            None,
            "salesforce:003000000000001",
            True,
        ),
    ]
    content = b"".join(path.read_bytes() for path in (home / "published").rglob("*.duckdb"))
    for word in (b"Kim S", b"acme.example", b"Hidden"):
        assert word not in content


def test_leads_convert_up_to_as_of(
    published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    assert published.execute(
        "select lead_id, owner_id, is_converted, converted_date, converted_opportunity_id"
        " from core.fct_lead order by 1"
    ).fetchall() == [
        (
            "salesforce:00Q000000000001",
            people["Ann Lee"],
            True,
            dt.date(2026, 1, 6),
            "salesforce:006000000000001",
        ),
        ("salesforce:00Q000000000002", people["Bob Ray"], False, None, None),
        ("salesforce:00Q000000000003", people["Bob Ray"], False, None, None),
    ]


def test_lines_roles_and_products_find_their_deals(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(
        "select l.opportunity_id, p.product_name, l.quantity, l.total_amount, l.currency_code"
        " from core.fct_opportunity_line as l left join core.dim_product as p using (product_id)"
        " order by l.opportunity_line_id"
    ).fetchall() == [
        ("salesforce:006000000000001", "Turbine", Decimal("3.00"), Decimal("660.00"), "EUR"),
        ("salesforce:006000000000001", None, Decimal("1.00"), Decimal("-60.00"), "EUR"),
    ]
    assert published.execute(
        "select opportunity_id, contact_id, contact_role, is_primary"
        " from core.fct_opportunity_contact order by 1"
    ).fetchall() == [
        ("salesforce:006000000000001", "salesforce:003000000000001", "Economic Buyer", True),
        ("salesforce:006000000000002", None, "(none)", False),
    ]


def test_splits_count_if_they_make_the_whole_deal(
    published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    found = published.execute(
        "select opportunity_id, person_id, split_percent, is_credited, reason_code"
        " from core.fct_opportunity_split order by opportunity_split_id"
    ).fetchall()
    first, second = "salesforce:006000000000001", "salesforce:006000000000002"
    assert found == [
        (first, people["Ann Lee"], Decimal("60.00"), True, None),
        (first, people["Bob Ray"], Decimal("40.00"), True, None),
        (first, people["Mia Orr"], Decimal("100.00"), False, "overlay_split"),
        (second, people["Ann Lee"], Decimal("70.00"), False, "split_sum"),
        (second, people["Bob Ray"], Decimal("20.00"), False, "split_sum"),
    ]


def test_quotas_add_up_within_one_forecast_type(
    published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    assert published.execute(
        "select person_id, period_start, period_end, sum(quota_amount) from core.fct_quota"
        " group by all order by 2"
    ).fetchall() == [
        (people["Ann Lee"], dt.date(2026, 2, 1), dt.date(2026, 4, 30), Decimal("1500.00")),
        (people["Bob Ray"], dt.date(2026, 3, 1), dt.date(2026, 3, 31), Decimal("700.00")),
    ]


def test_a_period_without_a_label_is_in_the_year_around_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select period_type, fiscal_year, count(*), max(period_number)"
        " from intermediate.int_salesforce__fiscal_period group by all order by 1"
    ).fetchall() == [("month", 2027, 12, 12), ("quarter", 2027, 4, 4), ("year", 2027, 1, 1)]


def test_columns_of_one_sheet_are_read_by_their_own_formats(
    published: duckdb.DuckDBPyConnection, people: dict[str, str]
) -> None:
    """5 April in one column, 12 January in the next, a decimal comma in the third."""
    ((key, *deal),) = published.execute(
        "select opportunity_id, amount, close_date, created_date, owner_id"
        " from core.fct_opportunity where source_system = 'tabular'"
    ).fetchall()
    assert key.startswith("tabular:key:")
    assert deal == [
        Decimal("1234.50"),
        dt.date(2026, 4, 5),
        dt.date(2026, 1, 12),
        people["Ann Lee"],
    ]
    assert published.execute(
        "select person_id, submitted_date, category, amount, currency_code from core.fct_forecast"
    ).fetchall() == [(people["Mia Orr"], dt.date(2026, 2, 2), "commit", Decimal("10000.50"), "EUR")]
