"""How a figure is named, and what is said when the name is wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from halftime.errors import UsageError
from quality.trace.figure import Cell, Wanted, nearest, one_of, parse_figure, period_bounds
from quality.trace.recompute import FOLDER, is_same, statement


def test_a_whole_figure_is_read() -> None:
    assert parse_figure(
        "PI-11:by_value@manager=people:E1@quarter=2026-01-01@product=p:1@currency=eur"
    ) == Wanted(
        indicator="PI-11",
        measure="by_value",
        entity_type="manager",
        entity="people:E1",
        grain="quarter",
        period="2026-01-01",
        dimension="product",
        member="p:1",
        currency="EUR",
    )


def test_only_the_indicator_must_be_said() -> None:
    assert parse_figure("PI-11") == Wanted(indicator="PI-11")
    assert parse_figure("PI-11@company").entity_type == "company"


def test_an_id_may_hold_an_at_sign_and_an_equals_sign() -> None:
    found = parse_figure("CO-01@rep=people:ann@example.org@month=2026-01-01")
    assert (found.entity, found.grain) == ("people:ann@example.org", "month")
    assert parse_figure("CO-01@rep=a=b").entity == "a=b"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("PI-11@managr=x", "manager"),
        ("PI-11@quater=2026-01-01", "quarter"),
        ("PI-11@manager", "Write it as"),
        ("@manager=x", "Write a figure as"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_figure(text)
    assert hint in error.value.hint


def test_options_go_before_the_figure() -> None:
    options = Wanted(measure="by_count", grain="month")
    assert options.over(parse_figure("PI-11:by_value@quarter=2026-01-01")) == Wanted(
        indicator="PI-11", measure="by_count", grain="month", period="2026-01-01"
    )


@pytest.mark.parametrize(
    "cell",
    [
        Cell("PI-11", "by_count", "company", "company", "week", dt.date(2026, 1, 5)),
        Cell("PI-03", "amount", "rep", "a:1", "month", dt.date(2026, 2, 1), currency_code="USD"),
        Cell("CO-04", "share", "team", "North", "year", dt.date(2026, 1, 1), "area", "account"),
    ],
)
def test_what_is_printed_can_be_typed(cell: Cell) -> None:
    found = parse_figure(cell.text())
    assert (found.indicator, found.measure) == (cell.indicator_id, cell.measure_id)
    assert (found.entity_type, found.entity) == (cell.entity_type, cell.entity_id)
    assert (found.grain, found.period) == (cell.period_grain, cell.period_start.isoformat())
    assert (found.dimension or "all", found.member or "all") == (cell.dimension, cell.member)
    assert (found.currency or "none") == cell.currency_code


def test_nearest_holds_before_it_resembles() -> None:
    assert nearest("E1", ["people:E1002", "people:F1"]) == ["people:E1002"]
    assert nearest("by_cuont", ["by_count", "by_value"])[0] == "by_count"
    with pytest.raises(UsageError, match="There is no measure 'x'"):
        one_of("x", ["by_count"], "measure")


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        ("week", dt.date(2025, 12, 29), dt.date(2026, 1, 4)),
        ("month", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        ("quarter", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("year", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ],
)
def test_calendar_periods_end_where_the_next_begins(
    grain: str, start: dt.date, end: dt.date
) -> None:
    assert period_bounds(grain, start) == (start, end)
    assert period_bounds("fiscal_quarter", start) is None


def test_numbers_are_equal_to_a_millionth_and_nothing_equals_only_nothing() -> None:
    assert is_same(0.333333, 1 / 3)
    assert not is_same(0.3334, 1 / 3)
    assert is_same(None, None)
    assert not is_same(None, 0)


# Facts that are not counted but looked up: the account of a deal, trainings that a session can name
# as its skill, and answers of a survey, of which core alone says where the person stood.
LOOKED_UP = {
    "_accounts": "fct_opportunity",
    "_maturity": "fct_training",
    "MA-03": "fct_survey_answer",
    "MA-05": "fct_survey_answer",
}


def test_every_recomputation_says_why_and_reads_no_figure_and_no_fact() -> None:
    files = sorted(FOLDER.glob("*.sql"))
    assert len(files) > 12
    for path in files:
        sql = path.read_text(encoding="utf-8").lower()
        if path.stem == "DQ-02":
            # What it sums up is that table: the latest date of each object, read by its contract.
            sql = sql.replace("build.quality.freshness", "")
        sql = sql.replace(f"build.core.{LOOKED_UP.get(path.stem, '-')}", "")
        for schema in ("indicators", "leading", "lagging", "coaching", "pipeline", "quality"):
            assert f"build.{schema}." not in sql, path.name
            assert f"warehouse.{schema}." not in sql, path.name
        assert "warehouse.core." not in sql, path.name
        assert "build.core.fct_" not in sql, path.name
        assert "ind_" not in sql, path.name
    for path in files:
        if not path.name.startswith("_"):
            own = statement(path.stem)
            assert own.why.startswith(path.stem)
            assert own.from_core
