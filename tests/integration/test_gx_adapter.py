"""The contract of the adapter: each expectation type in use, once kept, once broken, for real."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from quality.gx_engine import EXPECTATIONS, Check, Outcome, Warehouse
from quality.results import private
from quality.rules import KNOWN_EXPECTATIONS

COLUMNS = ["deal_id", "stage", "amount", "opened_on", "closed_on"]

#: (expectation, arguments, holds?, rows at fault that Great Expectations must count)
CASES = [
    ("expect_table_row_count_to_be_between", {"min_value": 4, "max_value": 4}, True, None),
    ("expect_table_row_count_to_be_between", {"min_value": 5}, False, None),
    ("expect_table_columns_to_match_set", {"column_set": COLUMNS, "exact_match": False}, True, 0),
    (
        "expect_table_columns_to_match_set",
        {"column_set": [*COLUMNS, "owner"], "exact_match": False},
        False,
        1,
    ),
    ("expect_column_values_to_not_be_null", {"column": "deal_id"}, True, 0),
    ("expect_column_values_to_not_be_null", {"column": "amount"}, False, 1),
    ("expect_column_values_to_not_be_null", {"column": "amount", "mostly": 0.7}, True, 1),
    ("expect_column_values_to_be_between", {"column": "amount", "min_value": 0}, True, 0),
    ("expect_column_values_to_be_between", {"column": "amount", "max_value": 20}, False, 1),
    (
        "expect_column_values_to_be_between",
        {"column": "opened_on", "min_value": "2026-01-02"},
        False,
        1,
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "stage", "value_set": ["open", "won", "lost"]},
        True,
        0,
    ),
    ("expect_column_values_to_be_in_set", {"column": "stage", "value_set": ["open"]}, False, 3),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {
            "column_A": "closed_on",
            "column_B": "opened_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        True,
        0,
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {
            "column_A": "closed_on",
            "column_B": "opened_on",
            "ignore_row_if": "either_value_is_missing",
        },
        False,
        1,
    ),
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select deal_id from {batch} where amount < 0"},
        True,
        0,
    ),
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select deal_id from {batch} where stage <> 'open'"},
        False,
        3,
    ),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small warehouse in a folder whose name needs quoting."""
    path = tmp_path_factory.mktemp("a folder #1 100% $HOME ü") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core")
        con.execute(
            """
            create table core.deal as
            select * from (values
                ('d1', 'open', 10.00::decimal(18, 2), date '2026-01-01', null),
                ('d2', 'won', 20.00, date '2026-01-02', date '2026-01-02'),
                ('d3', 'lost', 30.00, date '2026-01-03', date '2026-02-03'),
                ('d4', 'lost', null, date '2026-01-04', date '2026-02-04')
            ) as deals(deal_id, stage, amount, opened_on, closed_on)
            """,
        )
        con.execute("create table core.nothing as select * from core.deal where false")
    return path


@pytest.fixture(scope="module")
def outcomes(warehouse: Path) -> list[Outcome]:
    """Run every case in one go, as the gate does."""
    checks = [Check(str(number), case[0], case[1]) for number, case in enumerate(CASES)]
    with Warehouse(warehouse) as opened:
        found = opened.check("core.deal", None, checks)
    return [found[str(number)] for number in range(len(CASES))]


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=lambda number: f"{CASES[number][0]}-{number}"
)
def test_an_expectation_says_what_it_should(outcomes: list[Outcome], number: int) -> None:
    _, _, holds, unexpected = CASES[number]

    assert outcomes[number].error is None
    assert outcomes[number].succeeded is holds
    if unexpected is not None:
        assert outcomes[number].unexpected_rows == unexpected


def test_every_expectation_in_use_has_a_kept_and_a_broken_case() -> None:
    covered = {(case[0], case[2]) for case in CASES}

    assert set(EXPECTATIONS) == KNOWN_EXPECTATIONS
    assert covered == {(name, holds) for name in EXPECTATIONS for holds in (True, False)}


def test_a_condition_narrows_the_rows(warehouse: Path) -> None:
    checks = [
        Check(
            "open", "expect_column_values_to_be_in_set", {"column": "stage", "value_set": ["open"]}
        ),
        Check("count", "expect_table_row_count_to_be_between", {"min_value": 1, "max_value": 1}),
        Check(
            "sql", "unexpected_rows_expectation", {"unexpected_rows_query": "select * from {batch}"}
        ),
    ]
    with Warehouse(warehouse) as opened:
        found = opened.check("core.deal", "stage = 'open'", checks)

    assert found["open"].succeeded
    assert found["count"].succeeded
    assert found["sql"].unexpected_rows == 1


def test_an_empty_table_breaks_no_rule_about_rows(warehouse: Path) -> None:
    checks = [
        Check("null", "expect_column_values_to_not_be_null", {"column": "deal_id"}),
        Check("range", "expect_column_values_to_be_between", {"column": "amount", "min_value": 99}),
        Check(
            "sql", "unexpected_rows_expectation", {"unexpected_rows_query": "select * from {batch}"}
        ),
    ]
    with Warehouse(warehouse) as opened:
        found = opened.check("core.nothing", None, checks)

    assert all(outcome.succeeded and outcome.error is None for outcome in found.values())


def test_an_expectation_that_cannot_be_evaluated_spoils_no_other(warehouse: Path) -> None:
    checks = [
        Check(
            "a",
            "unexpected_rows_expectation",
            {"unexpected_rows_query": "select nope from {batch}"},
        ),
        Check("b", "expect_column_values_to_not_be_null", {"column": "nope"}),
        Check("c", "expect_column_values_to_not_be_null", {"column": "deal_id"}),
    ]
    with Warehouse(warehouse) as opened:
        found = opened.check("core.deal", None, checks)

    assert "nope" in (found["a"].error or "")
    assert "nope" in (found["b"].error or "")
    assert found["c"].succeeded


def test_our_own_cursor_reads_the_same_database_and_cannot_write(warehouse: Path) -> None:
    with Warehouse(warehouse) as opened:
        cursor = opened.cursor()
        cursor.execute("select count(*) from core.deal")
        assert cursor.fetchall() == [(4,)]
        with pytest.raises(Exception, match="read-only"):
            cursor.execute("delete from core.deal")


def test_the_file_is_free_once_it_is_closed(warehouse: Path) -> None:
    with Warehouse(warehouse) as opened:
        opened.check(
            "core.deal",
            None,
            [Check("a", "expect_column_values_to_not_be_null", {"column": "deal_id"})],
        )

    with duckdb.connect(str(warehouse)) as con:
        con.execute("create or replace table core.written as select 1 as one")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "Conversion Error: invalid date 'he cried in the one-on-one'\n\nLINE 1: select",
            "Conversion Error: invalid date '…'",
        ),
        (
            'Conversion Error: invalid date field format: "Smith", expected (YYYY-MM-DD)',
            'Conversion Error: invalid date field format: "…", expected (YYYY-MM-DD)',
        ),
        (
            'Binder Error: Referenced column "gone" not found. Candidates: "he cried"',
            'Binder Error: Referenced column "gone" not found. Candidates: "…"',
        ),
    ],
)
def test_a_message_never_quotes_a_value_of_the_data(message: str, shown: str) -> None:
    assert private(message) == shown
