"""Contracts have one home and read the headers that real exports have."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from halftime.contracts import (
    COLUMN_KEYS,
    EXPLODE_KEYS,
    TABLE_KEYS,
    Contract,
    load_contracts,
    normalise_header,
    read_contracts,
)
from halftime.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = load_contracts(ROOT)
EACH = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda c: c.table)


def headers_of(contract: Contract) -> list[tuple[str, str]]:
    """(normalised header, canonical column) of every header that a contract answers to."""
    return [
        (header, column.name)
        for column in contract.columns
        for header in {normalise_header(h) for h in (column.name, column.header, *column.aliases)}
    ]


@EACH
def test_no_header_means_two_columns(contract: Contract) -> None:
    seen = Counter(header for header, _ in headers_of(contract))
    assert [header for header, times in seen.items() if times > 1] == []


@EACH
def test_every_column_is_described_and_named_once(contract: Contract) -> None:
    assert contract.description.startswith("One row per ")
    assert [column.name for column in contract.columns if not column.description] == []
    typed = Counter(column.typed for column in contract.columns)
    assert [name for name, times in typed.items() if times > 1] == []


@EACH
def test_the_age_of_a_row_is_told_by_typed_dates_or_by_another_record(contract: Contract) -> None:
    dates = {c.typed for c in contract.columns if c.kind in ("date", "timestamp")}
    sql = staging_sql(contract)
    made = [name for name in contract.expires_by if name not in dates]
    assert [name for name in made if f" as {name}" not in sql] == []
    assert not (contract.expires_by and contract.expires_with)
    for column, parent in contract.expires_with:
        assert CONTRACTS[contract.system, parent].expires_by
        assert CONTRACTS[contract.system, parent].key == (column,)
        assert f" as {column}" in sql


def test_every_object_that_tells_of_somebody_s_doings_has_an_age() -> None:
    """Those without one are in force until somebody ends them, or do not say when."""
    ageless = {f"{c.system}.{c.object}" for c in CONTRACTS.values() if not c.can_expire}
    assert {name for name in ageless if name.split(".")[0] in ("calendar", "tabular")} == {
        "tabular.account",
        "tabular.person",
        "tabular.product",
    }
    assert not ageless & {"coaching_log.session", "gong.call", "hubspot.deal", "salesforce.task"}


def staging_sql(contract: Contract) -> str:
    name = f"stg_{contract.system}__{contract.object}"
    return (contract.path.parent / f"{name}.sql").read_text(encoding="utf-8")


@EACH
def test_the_key_is_made_of_typed_columns(contract: Contract) -> None:
    """Lists that people keep have no id: staging makes the key of what the row says."""
    assert contract.key
    made = set(contract.key) - {column.typed for column in contract.columns}
    sql = staging_sql(contract)
    assert all(re.search(rf"\bas {name}\b", sql) for name in made), made
    assert not made or contract.system == "coaching_log"


@EACH
def test_flags_agree_with_each_other(contract: Contract) -> None:
    for column in contract.columns:
        assert not (column.required and column.nullable), column.name
        assert not column.private or column.kind in ("text", "email"), column.name
        assert all(value == value.lower() for value in column.accepted), column.name
        if column.minimum is not None or column.maximum is not None:
            assert column.kind in ("integer", "decimal"), column.name
        assert column.epoch in ("", "milliseconds"), column.name
        assert not column.epoch or column.kind in ("timestamp", "text"), column.name


@EACH
def test_names_of_typed_columns_tell_their_type(contract: Contract) -> None:
    for column in contract.columns:
        if column.typed.startswith(("is_", "has_")):
            assert column.kind == "boolean", column.typed
        if column.typed.endswith("_date"):
            assert column.kind == "date", column.typed
        if column.typed.endswith("_at"):
            assert column.kind == "timestamp", column.typed


def test_no_file_name_belongs_to_two_objects_of_a_system() -> None:
    seen: dict[tuple[str, str], str] = {}
    for contract in CONTRACTS.values():
        for name in contract.names:
            place = (contract.system, normalise_header(name))
            assert seen.setdefault(place, contract.object) == contract.object, place


@EACH
def test_the_staging_model_follows_the_pattern(contract: Contract) -> None:
    sql = staging_sql(contract)
    ctes = re.findall(r"^(\w+) as \($", sql, flags=re.MULTILINE)
    pattern = ["source", "typed", "judged", "ranked", "final"]
    if contract.system == "coaching_log":  # steps that make a key or a status stand between
        ctes = [name for name in ctes if name in pattern]
    assert ctes == pattern
    # Every source is read as corrected, but for the corrections themselves.
    macro = "source" if contract.object == "correction" else "corrected"
    assert f"{{{{ {macro}('{contract.system}', '{contract.object}') }}}}" in sql
    assert macro == "source" or "source(" not in sql
    assert sql.rstrip().endswith("select * from final")
    for column in contract.columns:
        assert f"raw_{column.name}" in sql, column.name
        assert re.search(rf"\bas {column.typed}\b", sql), column.typed


# Standard fields that a contract finds under their API name, their snake case and their label.
STANDARD = {
    ("Opportunity", "opportunity"): {
        "Id": "id",
        "AccountId": "account_id",
        "OwnerId": "owner_id",
        "StageName": "stage_name",
        "Amount": "amount",
        "Probability": "probability",
        "CloseDate": "close_date",
        "CreatedDate": "created_at",
        "LastModifiedDate": "modified_at",
        "IsClosed": "is_closed",
        "IsWon": "is_won",
        "IsDeleted": "is_deleted",
        "Type": "type",
        "NextStep": "next_step",
        "LeadSource": "lead_source",
        "ForecastCategoryName": "forecast_category",
        "LastActivityDate": "last_activity_date",
    },
    ("OpportunityHistory", "opportunity_history"): {
        "Id": "id",
        "OpportunityId": "opportunity_id",
        "CreatedById": "created_by_id",
        "CreatedDate": "created_at",
        "StageName": "stage_name",
        "CloseDate": "close_date",
        "ForecastCategory": "forecast_category",
        "IsDeleted": "is_deleted",
    },
    ("Task", "task"): {
        "Id": "id",
        "OwnerId": "owner_id",
        "WhatId": "what_id",
        "WhoId": "who_id",
        "ActivityDate": "activity_date",
        "IsClosed": "is_closed",
        "CallDurationInSeconds": "call_duration_seconds",
        "LastModifiedDate": "modified_at",
    },
    ("Event", "event"): {
        "Id": "id",
        "OwnerId": "owner_id",
        "WhatId": "what_id",
        "StartDateTime": "start_at",
        "DurationInMinutes": "duration_minutes",
    },
    ("Account", "account"): {
        "Id": "id",
        "Name": "name",
        "NumberOfEmployees": "employee_count",
        "AnnualRevenue": "annual_revenue",
        "BillingCountry": "billing_country",
        "ParentId": "parent_id",
    },
    ("User", "user"): {
        "Id": "id",
        "Name": "name",
        "Email": "email",
        "ManagerId": "manager_id",
        "UserRoleId": "user_role_id",
        "TimeZoneSidKey": "time_zone",
        "IsActive": "is_active",
    },
}


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize(("standard", "name"), sorted(STANDARD))
def test_three_dialects_of_salesforce_name_the_same_column(
    shared_data: Path, standard: str, name: str
) -> None:
    fields = shared_data / "salesforce_schema" / "salesforce_standard_fields.csv"
    with fields.open(encoding="utf-8", newline="") as handle:
        labels = {
            row["field"]: row["label"]
            for row in csv.DictReader(handle)
            if row["object"] == standard
        }
    contract = CONTRACTS["salesforce", name]
    known = dict(headers_of(contract))
    wrong = {}
    for field, column in STANDARD[standard, name].items():
        for header in (field, snake_case(field), labels.get(field) or field):
            if known.get(normalise_header(header)) != column:
                wrong[header] = known.get(normalise_header(header))
    assert wrong == {}


@pytest.mark.parametrize("key", sorted(TABLE_KEYS | EXPLODE_KEYS | COLUMN_KEYS))
def test_every_key_of_a_contract_is_documented(key: str) -> None:
    """What the loader reads, whoever adds a source must be told of."""
    text = (ROOT / "docs" / "add-a-source.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert any(re.search(rf"`{key}\b", row) for row in rows)


def test_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    """A bound under a key that nobody reads would bound nothing."""
    path = tmp_path / "_x__sources.yml"
    path.write_text(
        "sources: [{name: x, tables: [{name: y, config: {meta: {names: [Y]}}, columns: ["
        "{name: raw_z, config: {meta: {maximum: 5}}}]}]}]\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="column 'raw_z' of 'y' has the unknown key 'maximum'"):
        read_contracts(path)
