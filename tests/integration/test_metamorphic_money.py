"""A hundred times the money: money is a hundred times as much, and nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from metamorphic import FACTS, FIGURES, GRAIN, Company

# What a single figure of money may be off. Quotas are cut by days and rounded to a millionth, for
# each rep, so a hundred times a sum of them is not the same to the last digit.
TENTH_OF_A_CENT = 0.001
# What the sums of a figure are, by the registry's unit: a mean of money is over a number or days, a
# share of money over money. The usual coverage is a median, whose sums count periods.
UNITS = """
    select
        indicator_id,
        measure_id,
        case when unit like 'money%' then 100 else 1 end as value_times,
        case when has_currency and measure_id <> 'usual' then 100 else 1 end as numerator_times,
        case
            when has_currency and measure_id <> 'usual' and unit not like 'money%' then 100 else 1
        end as denominator_times
    from reference.indicators
"""


@pytest.fixture(scope="module")
def rounded(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample with amounts in thousands and rates of one decimal, as it was, and then times 100.

    Then no amount in another currency and no share of one has parts of a cent to round.
    """
    warehouse = tmp_path_factory.mktemp("money") / "warehouse.duckdb"
    with closing(Company(sample_home, warehouse)) as company:
        for name in company.inputs:
            company.change(name, simple)
        company.follow()
        company.keep(*company.inputs, *FACTS)
        for name in company.inputs:
            if any(is_money(column) for column, _ in company.columns(name)):
                company.change(name, times_hundred)
        # planned_deal_amount, the one threshold in money.
        company.rewrite("ind_plan_coverage", ">= 20000", ">= 2000000")
        company.follow()
        yield company


def is_money(column: str) -> bool:
    """Whether a column holds money, by the house's names of columns."""
    return column == "amount" or column.endswith("_amount")


def simple(column: str, kind: str) -> str:
    """Round what would leave parts of a cent."""
    if is_money(column):
        return f"cast(round({column} / 1000) * 1000 as {kind})"
    return f"cast(round(rate, 1) as {kind})" if column == "rate" else f'"{column}"'


def times_hundred(column: str, kind: str) -> str:
    """Multiply money."""
    return f"cast({column} * 100 as {kind})" if is_money(column) else f'"{column}"'


def wrong(company: Company, name: str) -> list[tuple[str, str, int]]:
    """Return which figures of a fact are not what they must be, and how many of each."""
    return company.ask(f"""
        select i.indicator_id, i.measure_id, count(*)
        from {company.models[name].relation} as n
        full join main.was_{name} as w using ({GRAIN})
        left join ({UNITS}) as i using (indicator_id, measure_id)
        where w.observation_count is null or n.observation_count is null
        or n.observation_count <> w.observation_count
        or n.reason_code is distinct from w.reason_code
        or {moved("numerator", "numerator_times")}
        or {moved("denominator", "denominator_times")}
        or {moved("value", "value_times", 1e-8)}
        or {moved("value_low", "value_times", 1e-8)}
        or {moved("value_high", "value_times", 1e-8)}
        group by all order by all
    """)


def moved(column: str, times: str, share: float = 0) -> str:
    """Return whether a column is not so many times what it was: to a share of it, if money by sums.

    What is not money is the same to the last digit of its sums.
    """
    allowed = f"{share} * abs(n.{column})" if share else f"if({times} = 1, 0, {TENTH_OF_A_CENT})"
    return (
        f"((n.{column} is null) <> (w.{column} is null) "
        f"or abs(n.{column} - w.{column} * {times}) > {allowed})"
    )


@pytest.mark.parametrize("name", FIGURES)
def test_sums_values_and_intervals_move_by_their_units(rounded: Company, name: str) -> None:
    """Rates, counts, days and their intervals are what they were; money is a hundred times."""
    assert wrong(rounded, name) == []


@pytest.mark.parametrize("name", [name for name in FACTS if name not in FIGURES])
def test_money_of_other_facts_moves_to_the_cent(rounded: Company, name: str) -> None:
    """Changes of pipeline and the waterfall hold money, levels and warnings none."""
    assert rounded.differing(name, times_hundred) == 0


def test_a_threshold_in_money_is_noticed(rounded: Company) -> None:
    """The comparison can fail: a model that knows an amount finds more deals above it."""
    with rounded.undone():
        rounded.rewrite("ind_plan_coverage", ">= 2000000", ">= 20000")
        rounded.follow("ind_plan_coverage")
        found = [row[0] for row in wrong(rounded, "fct_leading_indicator")]
    # Plans of deals, and the share of figures that rest on too few.
    assert found == ["BE-02", "DQ-03"]


def test_a_cent_too_much_is_noticed(rounded: Company) -> None:
    """The comparison can fail: a step of the waterfall with another cent shows."""
    with rounded.undone():
        rounded.rewrite(
            "fct_pipeline_change", "reporting_amount", "reporting_amount + 0.01 as reporting_amount"
        )
        rounded.follow("fct_pipeline_change")
        assert rounded.differing("fct_pipeline_change", times_hundred) > 0
