"""Content hashes: blind to order and run, awake to every other difference."""

from __future__ import annotations

import duckdb
import pytest

from halftime.hashing import content_hash


def digest(rows: str, columns: str = "a, b, _load_id") -> tuple[int, str]:
    with duckdb.connect() as con:
        con.execute(f"create table t as select * from (values {rows}) as v({columns})")
        return content_hash(con, "main", "t")


BASE = "(1, 'x', 1), (2, null, 1)"


@pytest.mark.parametrize(
    "same",
    ["(2, null, 1), (1, 'x', 1)", "(1, 'x', 9), (2, null, 8)"],
    ids=["order", "run columns"],
)
def test_same_content(same: str) -> None:
    assert digest(same) == digest(BASE)


@pytest.mark.parametrize(
    "other",
    [
        "(1, 'x', 1), (2, '', 1)",
        "(1, 'x', 1)",
        "(1, 'x', 1), (2, null, 1), (2, null, 1)",
        "(2, 'x', 1), (1, null, 1)",
    ],
    ids=["null is not empty", "fewer rows", "a row twice", "values swapped"],
)
def test_other_content(other: str) -> None:
    assert digest(other) != digest(BASE)


def test_values_do_not_run_into_each_other() -> None:
    assert digest("('a|', 'b', 1)") != digest("('a', '|b', 1)")


def test_column_order_does_not_matter_but_names_do() -> None:
    assert digest("('x', 1, 1)", "b, a, _load_id") == digest("(1, 'x', 1)")
    assert digest("(1, 'x', 1)", "a, c, _load_id") != digest("(1, 'x', 1)")


def test_empty_table() -> None:
    with duckdb.connect() as con:
        con.execute("create table t (a integer)")
        assert content_hash(con, "main", "t")[0] == 0
