"""Staging judges every row by its contract: real dbt, real DuckDB, one dbt invocation for all.

The planted rows come from the contracts, so a new column or a new bound is tested at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from halftime.contracts import Column, Contract, load_contracts, mapped_columns
from halftime.landing.store import ensure_raw_tables

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = load_contracts(ROOT)
NBSP = "\u00a0"
BLANKS = ("", "  ", NBSP, "\t\n")

GOOD = {
    "text": "Text",
    "id": "id",
    "email": "ann@example.com",
    "integer": "12",
    "decimal": "12",
    "boolean": "yes",
    "date": "2025-03-04",
    "timestamp": "2025-03-04 10:11:12",
}
BAD = {
    "integer": ("1.7", "1_000", "0x1F", "twelve"),
    "decimal": ("NaN", "1_000", "0x1F", "inf", "12,34,56.7", "-"),
    "boolean": ("maybe", "2", "truth"),
    "date": ("2025-02-30", "31/31/2025", "epoch", "2025-3", "tomorrow"),
    "timestamp": ("2025-02-30 10:00:00", "2025-03-04 25:00:00", "epoch", "13/13/2025"),
}
AMBIGUOUS = "03/04/2025"
AMERICAN_AND_BRITISH = ["MM/DD/YYYY", "DD/MM/YYYY"]
SETTINGS = {
    "salesforce": {
        "timezone": "America/New_York",
        "date_formats": AMERICAN_AND_BRITISH,
        "timestamp_formats": ["MM/DD/YY HH12:MI AM", "DD.MM.YYYY HH:MI:SS"],
    },
    "tabular": {
        "decimal": ",",
        "date_formats": [
            *AMERICAN_AND_BRITISH,
            "DD.MM.YYYY",
            "D Mon YYYY",
            "MM-DD-YY",
            "YYYYMMDD",
            "M/D/YYYY",
        ],
        "objects": {
            "opportunity": {
                "values": {"product": {"GTXPro": "GTX Pro", "o'neil": "O'Neil's"}},
                "formats": {
                    "created_date": {"date_formats": ["YYYY/MM/DD", "DD/MM/YYYY"]},
                    "modified_at": {"timezone": "Europe/Berlin"},
                },
            },
            "quota": {"decimal": ".", "thousands": "'"},
            "product": {"formats": {"list_price": {"decimal": ".", "thousands": ","}}},
        },
    },
    "coaching_log": {"date_formats": AMERICAN_AND_BRITISH},
    "people": {"date_formats": AMERICAN_AND_BRITISH},
    "calendar": {"date_formats": AMERICAN_AND_BRITISH},
    "gong": {"date_formats": AMERICAN_AND_BRITISH},
    "learning": {"date_formats": AMERICAN_AND_BRITISH},
    "reference": {"date_formats": AMERICAN_AND_BRITISH},
    "hubspot": {"date_formats": AMERICAN_AND_BRITISH},
}

Values = dict[str, str | None]


class Planter:
    """Inserts raw rows and remembers what staging must say about each of them."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.row = 1
        self.expected: dict[tuple[str, str], dict[int, str | None]] = {}

    def plant(
        self,
        contract: Contract,
        values: Values,
        broken_rule: str | None,
        *,
        problem: str | None = None,
        file: str = "planted.csv",
        load: int = 1,
    ) -> int:
        """Insert one row; columns that ``values`` does not name stay null, as if absent."""
        self.row += 1
        names = [column.raw_name for column in contract.columns if column.name in values]
        fields = [*names, "_row_problem", "_source_file", "_source_row", "_load_id"]
        marks = ", ".join("?" for _ in fields)
        self.con.execute(
            f"insert into raw.{contract.table} ({', '.join(fields)}) values ({marks})",
            [*(values[name.removeprefix("raw_")] for name in names), problem, file, self.row, load],
        )
        self.expected.setdefault((contract.system, contract.object), {})[self.row] = broken_rule
        return self.row


def good_value(column: Column) -> str:
    """A value that the contract accepts."""
    if column.accepted:
        return column.accepted[0]
    return column.minimum if column.minimum is not None else GOOD[column.kind]


def good_row(contract: Contract, number: int) -> Values:
    """A valid row whose key occurs once."""
    values: Values = {column.name: good_value(column) for column in contract.columns}
    for name in contract.key:
        column = next((c for c in contract.columns if name in (c.typed, c.name)), None)
        if column is None:  # the key is made in staging
            continue
        if column.kind in ("id", "text", "email") and not column.accepted:
            values[column.name] = f"{values[column.name]}-{number}"
    return values


def formats_of(contract: Contract, column: Column) -> dict:
    """How this one column is read, where that differs from its object."""
    objects = SETTINGS.get(contract.system, {}).get("objects", {})
    return objects.get(contract.object, {}).get("formats", {}).get(column.name, {})


def plant_contract(planter: Planter, contract: Contract) -> None:
    """Plant one row per contract, column and way to break it."""

    def spoiled(column: Column, value: str | None, rule: str | None) -> None:
        planter.plant(contract, good_row(contract, planter.row) | {column.name: value}, rule)

    planter.plant(contract, good_row(contract, planter.row), None)
    planter.plant(contract, {}, "not_data")
    planter.plant(
        contract,
        {column.name: BLANKS[n % len(BLANKS)] for n, column in enumerate(contract.columns)},
        "not_data",
    )
    planter.plant(contract, good_row(contract, planter.row), "not_data", problem="preamble")
    planter.plant(contract, good_row(contract, planter.row), "ragged_row", problem="ragged_row")
    sparse = {
        column.name: None if column.nullable else value
        for column in contract.columns
        for value in [good_row(contract, planter.row)[column.name]]
    }
    planter.plant(contract, sparse, None)
    for column in contract.columns:
        for blank in (*BLANKS, None):
            if not column.nullable:
                spoiled(column, blank, f"missing:{column.name}")
        for bad in BAD.get(column.kind, ()):
            spoiled(column, bad, f"unparsable:{column.name}")
        if column.kind in ("date", "timestamp"):
            is_own = "date_formats" in formats_of(contract, column)
            spoiled(column, AMBIGUOUS, None if is_own else f"ambiguous_date:{column.name}")
            spoiled(column, "04/04/2025", None)
        if column.accepted:
            spoiled(column, "no such value", f"not_accepted:{column.name}")
            spoiled(column, f" {column.accepted[-1].upper().replace('_', ' ')}{NBSP}", None)
        if column.minimum is not None:
            spoiled(column, str(int(column.minimum) - 1), f"out_of_range:{column.name}")
        if column.maximum is not None:
            spoiled(column, str(int(column.maximum) + 1), f"out_of_range:{column.name}")


UTC = dt.datetime
CONVERSIONS: list[tuple[str, str, str, str, object]] = [
    # system, object, column, text, what the reader of staging sees (None: unparsable)
    ("salesforce", "opportunity", "amount", "1,234.50", Decimal("1234.50")),
    ("salesforce", "opportunity", "amount", "$ 1,234.50", Decimal("1234.50")),
    ("salesforce", "opportunity", "amount", "USD 1,234.505", Decimal("1234.51")),
    ("salesforce", "opportunity", "amount", "1.39E8", Decimal("139000000.00")),
    ("salesforce", "opportunity", "amount", "007", Decimal("7.00")),
    ("salesforce", "opportunity", "amount", "1.234,50", None),
    ("salesforce", "opportunity", "amount", "12,34", None),
    ("salesforce", "opportunity", "amount", "99999999999999999999", None),
    ("tabular", "opportunity", "amount", "1.234,50", Decimal("1234.50")),
    ("tabular", "opportunity", "amount", "1234,5 €", Decimal("1234.50")),
    ("tabular", "opportunity", "amount", f"1{NBSP}234,50", Decimal("1234.50")),
    ("tabular", "opportunity", "amount", "1.5", None),
    ("tabular", "quota", "quota_amount", "1'234.50", Decimal("1234.50")),
    ("tabular", "product", "list_price", "1,234.5", Decimal("1234.50")),
    ("tabular", "opportunity", "created_date", "2025/03/04", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "created_date", "03/04/2025", dt.date(2025, 4, 3)),
    ("tabular", "opportunity", "created_date", "04.03.2025", None),
    ("tabular", "opportunity", "modified_at", "2025-07-01 10:00:00", UTC(2025, 7, 1, 8)),
    ("tabular", "quota", "quota_amount", "1,234.50", None),
    ("salesforce", "task", "call_duration_seconds", "12.0", 12),
    ("salesforce", "task", "call_duration_seconds", " 1,200 ", 1200),
    ("salesforce", "task", "call_duration_seconds", "12.01", None),
    ("salesforce", "task", "call_duration_seconds", "3000000000", None),
    *(
        ("salesforce", "task", "is_closed", text, value)
        for value, texts in ((True, "true 1 YES y T"), (False, "False 0 no N f"))
        for text in texts.split()
    ),
    ("tabular", "opportunity", "close_date", "2025-03-04T23:30:00Z", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "2024-12-19 00:00:00", dt.date(2024, 12, 19)),
    ("tabular", "opportunity", "close_date", "25/03/2025", dt.date(2025, 3, 25)),
    ("tabular", "opportunity", "close_date", "03/25/2025", dt.date(2025, 3, 25)),
    ("tabular", "opportunity", "close_date", "4.3.2025", None),
    ("tabular", "opportunity", "close_date", "04.03.2025", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "4 March 2025", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "04 sep 2025", dt.date(2025, 9, 4)),
    ("tabular", "opportunity", "close_date", "04 anf 2025", None),
    ("tabular", "opportunity", "close_date", "03-04-25", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "20250304", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "3/4/2025", dt.date(2025, 3, 4)),
    ("tabular", "opportunity", "close_date", "29.02.2025", None),
    ("tabular", "opportunity", "close_date", "29.02.2024", dt.date(2024, 2, 29)),
    ("salesforce", "opportunity", "created_at", "2025-07-01T10:00:00.000Z", UTC(2025, 7, 1, 10)),
    ("salesforce", "opportunity", "created_at", "2025-07-01T10:00:00+0200", UTC(2025, 7, 1, 8)),
    (
        "salesforce",
        "opportunity",
        "created_at",
        "2025-07-01 10:00:00-05:30",
        UTC(2025, 7, 1, 15, 30),
    ),
    ("salesforce", "opportunity", "created_at", "2025-07-01 10:00:00", UTC(2025, 7, 1, 14)),
    ("salesforce", "opportunity", "created_at", "2025-01-01 10:00", UTC(2025, 1, 1, 15)),
    ("salesforce", "opportunity", "created_at", "2025-07-01", UTC(2025, 7, 1, 4)),
    ("salesforce", "opportunity", "created_at", "02/23/26 08:55 PM", UTC(2026, 2, 24, 1, 55)),
    ("salesforce", "opportunity", "created_at", "02/23/26 12:05 am", UTC(2026, 2, 23, 5, 5)),
    ("salesforce", "opportunity", "created_at", "02/23/26 12:05 PM", UTC(2026, 2, 23, 17, 5)),
    ("salesforce", "opportunity", "created_at", "02/23/26 13:05 PM", None),
    ("salesforce", "opportunity", "created_at", "23.02.2026 9:05:07", UTC(2026, 2, 23, 14, 5, 7)),
    ("salesforce", "opportunity", "close_date", "02/23/26 08:55 PM", dt.date(2026, 2, 23)),
    ("hubspot", "deal", "close_at", "1709251200123", UTC(2024, 3, 1, 0, 0, 0, 123_000)),
    ("hubspot", "deal", "close_at", " 946684800000 ", UTC(2000, 1, 1)),
    ("hubspot", "deal", "close_at", "17092512", None),
    ("hubspot", "deal", "close_at", "1709251200123.5", None),
    ("hubspot", "deal", "close_at", "2024-03-01T10:00:00.123Z", UTC(2024, 3, 1, 10, 0, 0, 123_000)),
    ("hubspot", "deal", "close_at", "2021-01-07 6:49:18", UTC(2021, 1, 7, 6, 49, 18)),
    (
        "hubspot",
        "deal",
        "close_at",
        "2023-11-11 08:18:16.519000 UTC",
        UTC(2023, 11, 11, 8, 18, 16, 519_000),
    ),
    ("hubspot", "deal", "synced_at", "1709251200123", None),
    ("hubspot", "deal", "forecast_category", "BEST_CASE", "Best Case"),
    ("hubspot", "deal", "forecast_category", "Upside", "Upside"),
    ("tabular", "opportunity", "product", f" gtxpro{NBSP}", "GTX Pro"),
    ("tabular", "opportunity", "product", "O'Neil", "O'Neil's"),
    ("tabular", "opportunity", "product", f"GTX{NBSP}Basic ", "GTX Basic"),
    ("coaching_log", "session", "area", "Deal", "lead_and_opportunity"),
    ("coaching_log", "session", "area", "Skills and Behaviors", "skills_and_behaviors"),
    ("coaching_log", "session", "mode", "1:1", "one_on_one"),
    ("coaching_log", "session", "mode", "Ride-along", "ride_along"),
    ("salesforce", "opportunity", "account_id", "0015500000Xyy06AAB", "0015500000Xyy06"),
    ("salesforce", "opportunity", "account_id", "9CcfAt8qtZvCTwFvwOFLcg", "9CcfAt8qtZvCTwFvwOFLcg"),
    ("salesforce", "opportunity_line_item", "product_id", "01t1G000002Uf3MQAS", "01t1G000002Uf3M"),
    ("salesforce", "task", "owner_id", "Alexander Hamilton", "Alexander Hamilton"),
    ("salesforce", "opportunity_field_history", "field", "CurrencyIsoCode", "currency_code"),
    ("salesforce", "opportunity_field_history", "field", "Opportunity Owner", "owner"),
    ("salesforce", "opportunity_field_history", "field", "MEDDPICC__c", "MEDDPICC__c"),
]
MAPPED_WORD, MAPPED_TO = "a word of the team", "Mapped"
MAPPED: dict[int, tuple[Contract, Column, str]] = {}
CONVERTED: dict[int, tuple[str, str, str, str, object]] = {}


def plant_mapped_values(planter: Planter) -> None:
    """Plant a word that the configuration maps, in every column whose values may be mapped."""
    for contract in CONTRACTS.values():
        for name in sorted(mapped_columns(contract)):
            column = contract.column(name)
            target = column.accepted[0] if column.accepted else MAPPED_TO
            system = SETTINGS.setdefault(contract.system, {}).setdefault("objects", {})
            values = system.setdefault(contract.object, {}).setdefault("values", {})
            values.setdefault(name, {})[MAPPED_WORD] = target
            text = f" {MAPPED_WORD.upper()}{NBSP}"
            row = planter.plant(contract, good_row(contract, planter.row) | {name: text}, None)
            MAPPED[row] = (contract, column, target)


def plant_conversions(planter: Planter) -> None:
    """Plant one row per text whose typed value is known."""
    for case in CONVERSIONS:
        system, name, column, text, value = case
        contract = CONTRACTS[system, name]
        rule = f"unparsable:{column}" if value is None else None
        row = planter.plant(contract, good_row(contract, planter.row) | {column: text}, rule)
        CONVERTED[row] = case


def plant_versions(planter: Planter) -> dict[str, list[int]]:
    """Plant several versions of one record; return the rows from the oldest to the one in force."""
    history = CONTRACTS["salesforce", "opportunity"]
    base = good_row(history, 0) | {"id": "006000000000001", "history_from": None, "synced_at": None}
    stamps = ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z", "2025-02-01T00:00:00Z")
    by_stamp = [
        planter.plant(history, base | {"modified_at": stamp}, None, load=load)
        for stamp, load in zip(stamps, (3, 1, 2), strict=True)
    ]
    planter.plant(
        history,
        base | {"modified_at": "2025-03-01T00:00:00Z", "amount": "-1"},
        "out_of_range:amount",
        load=9,
    )
    spans = [
        planter.plant(
            history,
            base | {"id": "006000000000002AAA", "modified_at": None, "history_from": start},
            None,
        )
        for start in ("2019-04-03 18:36:06", "2019-10-17 21:10:19")
    ]
    roster = CONTRACTS["people", "roster"]
    person = good_row(roster, 0) | {"person_id": "p1"}
    by_load = [
        planter.plant(roster, person, None, load=load, file=file)
        for load, file in ((1, "b.csv"), (2, "a.csv"), (2, "b.csv"))
    ]
    return {
        "salesforce__opportunity 006000000000001": by_stamp,
        "salesforce__opportunity 006000000000002": spans,
        "people__roster p1": by_load,
    }


@pytest.fixture(scope="module")
def staged(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Planter, dict[str, list[int]]]]:
    """A warehouse with planted rows, staged by the real dbt."""
    folder = tmp_path_factory.mktemp("staging")
    warehouse = folder / "warehouse.duckdb"
    con = duckdb.connect(str(warehouse))
    ensure_raw_tables(con, CONTRACTS.values())
    con.execute("begin")
    planter = Planter(con)
    for contract in CONTRACTS.values():
        plant_contract(planter, contract)
    plant_conversions(planter)
    plant_mapped_values(planter)
    versions = plant_versions(planter)
    late = planter.plant(CONTRACTS["salesforce", "user_role"], {"id": "late"}, None, load=100)
    del planter.expected["salesforce", "user_role"][late]
    con.execute("commit")
    con.close()
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            "run",
            "--select",
            "staging",
            "--project-dir",
            str(ROOT),
            "--profiles-dir",
            str(ROOT),
            "--target-path",
            str(folder / "target"),
            "--log-path",
            str(folder / "logs"),
            "--vars",
            json.dumps({"source_settings": SETTINGS, "loaded_until": 99}),
        ],
        env=os.environ
        | {
            "HALFTIME_WAREHOUSE": str(warehouse),
            "HALFTIME_TEMP_DIRECTORY": str(folder / "tmp"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    con = duckdb.connect(str(warehouse), read_only=True)
    yield con, planter, versions
    con.close()


@pytest.mark.parametrize(("system", "name"), sorted(CONTRACTS), ids=lambda part: part)
def test_each_planted_row_is_judged_as_its_contract_says(staged, system: str, name: str) -> None:
    con, planter, _ = staged
    actual = dict(
        con.execute(
            f"select _source_row, broken_rule from staging.stg_{system}__{name}"
        ).fetchall(),
    )
    expected = planter.expected[system, name]
    wrong = {
        row: (expected.get(row, "no such row"), actual.get(row, "no such row"))
        for row in expected.keys() | actual.keys()
        if expected.get(row, "no such row") != actual.get(row, "no such row")
    }
    assert wrong == {}


@pytest.mark.parametrize(("system", "name"), sorted(CONTRACTS), ids=lambda part: part)
def test_status_follows_judgement_and_no_row_is_lost(staged, system: str, name: str) -> None:
    con, _, _ = staged
    raw, kept, contradictions = con.execute(
        f"""
        select
            (select count(*) from raw.{system}__{name} where _load_id <= 99),
            count(*),
            count(*) filter (where (row_status = 'rejected') <> (broken_rule is not null))
        from staging.stg_{system}__{name}
        """,
    ).fetchone()
    assert (kept, contradictions) == (raw, 0)


def test_each_text_is_typed_as_expected(staged) -> None:
    con, _, _ = staged
    wrong = []
    for row, (system, name, column, text, value) in CONVERTED.items():
        typed = CONTRACTS[system, name].column(column).typed
        (found,) = con.execute(
            f"select {typed} from staging.stg_{system}__{name} where _source_row = ?", [row]
        ).fetchone()
        if found != value:
            wrong.append((system, name, column, text, value, found))
    assert wrong == []


def test_every_value_map_that_is_accepted_is_applied(staged) -> None:
    con, _, _ = staged
    wrong = []
    for row, (contract, column, target) in MAPPED.items():
        (found,) = con.execute(
            f"select {column.typed} from staging.stg_{contract.system}__{contract.object} "
            "where _source_row = ?",
            [row],
        ).fetchone()
        if str(found).lower() != target.lower():
            wrong.append((contract.system, contract.object, column.name, found))
    assert wrong == []


def test_names_and_codes_of_spreadsheets_can_be_mapped() -> None:
    """A person, an account or a code in a spreadsheet is seldom written as elsewhere."""
    free = {"opportunity_name"}
    left = {
        (name, column.name)
        for (system, name), contract in CONTRACTS.items()
        if system == "tabular"
        for column in contract.columns
        if column.kind == "text" and column.name not in mapped_columns(contract) | free
    }
    assert left == set()


def test_the_newest_valid_version_is_in_force(staged) -> None:
    con, _, versions = staged
    for record, rows in versions.items():
        table, key = record.split()
        column = {"people__roster": "person_id"}.get(table, "opportunity_id")
        found = con.execute(
            f"select _source_row, row_status from staging.stg_{table} where {column} = ?"
            " and row_status <> 'rejected' order by _source_row",
            [key],
        ).fetchall()
        wanted = [(row, "superseded") for row in rows[:-1]] + [(rows[-1], "accepted")]
        assert found == sorted(wanted), record


def test_columns_of_staging_have_the_types_of_their_contract(staged) -> None:
    con, _, _ = staged
    types = {
        "text": "VARCHAR", "id": "VARCHAR", "email": "VARCHAR", "integer": "INTEGER",
        "decimal": "DECIMAL(18,2)", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP",
    }  # fmt: skip
    found = dict(
        con.execute(
            "select table_name || '.' || column_name, data_type from information_schema.columns"
            " where table_schema = 'staging'",
        ).fetchall(),
    )
    wanted = {
        f"stg_{system}__{name}.{column.typed}": types[column.kind]
        for (system, name), contract in CONTRACTS.items()
        for column in contract.columns
    }
    wanted["stg_reference__exchange_rate.rate"] = "DECIMAL(18,8)"  # a rate is no money
    assert {name: found.get(name) for name in wanted} == wanted
