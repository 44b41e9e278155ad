"""Where rows stand, and in which years, moves no figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from metamorphic import FACTS, Company

# Whole fiscal years, whatever month they begin in, after which weekdays and leap days come again.
SHIFT = "interval 28 year"
# Dates that mean "always" and "never ended" stay what they are.
SHIFTED = f"""
    create or replace macro main.shifted(day) as case
        when day > '1900-01-01' and day < '9000-01-01' then day + {SHIFT}
        else day
    end
"""


@pytest.fixture(scope="module")
def sample(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("metamorphic")
    with closing(Company(sample_home, folder / "warehouse.duckdb")) as company:
        company.ask(SHIFTED)
        yield company


@pytest.fixture
def company(sample: Company) -> Iterator[Company]:
    with sample.undone():
        yield sample


def test_shuffled_rows_move_no_figure(company: Company) -> None:
    """In whatever order conformed rows stand, each row of each fact is the same."""
    for name in company.inputs:
        company.put(name, f"select * from main.was_{name} order by hash(rowid, 'any order')")
    company.follow()
    assert {name: company.differing(name) for name in FACTS} == dict.fromkeys(FACTS, 0)


def test_one_changed_amount_is_noticed(company: Company) -> None:
    """The comparison can fail: one quota with another amount moves figures."""
    company.put(
        "int_quota_conformed",
        """select * replace (case when (_source_file, _source_row) in (
            select (_source_file, _source_row) from main.was_int_quota_conformed
            where period_start <= date '2026-06-30' and quota_amount > 0
            order by period_start desc, _source_file, _source_row limit 1
        ) then quota_amount + 1000 else quota_amount end as quota_amount)
        from main.was_int_quota_conformed""",
    )
    company.follow("int_quota_conformed")
    assert company.differing("fct_lagging_indicator") > 0


def shift(company: Company) -> None:
    """Move every day of the input, of what else is read beside it, and today."""
    read = {parent for name in company.between for parent in company.models[name].parents}
    beside = {name for name in read if company.models[name].sql}
    beside -= {*company.between, *company.inputs}
    company.keep(*sorted(beside))
    for name in [*sorted(beside), *company.inputs]:
        if any(kind in ("DATE", "TIMESTAMP") for _, kind in company.columns(name)):
            company.change(name, shifted)
    company.rewrite("dim_clock", "'2026-09-30'", f"date '2026-09-30' + {SHIFT}")


def shifted(column: str, kind: str) -> str:
    """Move a day or an instant, also where a key ends with a day; landing is no event."""
    if kind in ("DATE", "TIMESTAMP") and column != "_landed_at":
        return f"cast(main.shifted({column}) as {kind})"
    if column == "org_key":
        since = "cast(main.shifted(try_cast(right(org_key, 10) as date)) as date)"
        return f"coalesce(left(org_key, -10) || {since}, org_key)"
    return f'"{column}"'


def test_a_shift_of_28_years_moves_only_days(company: Company) -> None:
    """The same figures, changes of pipeline and warnings stand 28 years later."""
    shift(company)
    company.follow()
    assert {name: company.differing(name, shifted) for name in FACTS} == dict.fromkeys(FACTS, 0)


def test_a_year_written_into_a_model_is_noticed(company: Company) -> None:
    """The comparison can fail: what asks for a year finds no deal after the shift."""
    shift(company)
    company.rewrite("ind_win_rate", "where is_closed", "where close_date < '2027-01-01'")
    company.follow()
    assert company.differing("fct_lagging_indicator", shifted) > 0
