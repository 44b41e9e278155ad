"""What is said of the rows behind a figure: what they add up to, and whether that is the figure."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboards.components.behind import others, published_sums, sums_words
from dashboards.queries.base import Cell, Entity
from quality.trace.figure import Wanted, parse_figure

RATE = {"numerator": 1.0, "denominator": 3.0, "aggregation": "ratio"}
SUM = {"numerator": 41_550.0, "denominator": 1.0, "aggregation": "sum"}


def test_rows_that_are_the_figure() -> None:
    said = sums_words(RATE, {"numerator": 1.0, "denominator": 3.0}, adds_up=True)
    assert said == "They add up to the published figure: numerator 1 and denominator 3."


def test_rows_that_are_not_the_figure_are_called_out() -> None:
    said = sums_words(RATE, {"numerator": 1.0, "denominator": 4.0}, adds_up=True)
    assert said.startswith("They add up to numerator 1 and denominator 4, and the published")
    assert "has denominator 3" in said


def test_a_sum_is_divided_by_nothing() -> None:
    assert published_sums(SUM) == {"numerator": 41_550.0}
    assert "41,550" in sums_words(SUM, {"numerator": 41_550.0, "denominator": 9.0}, adds_up=True)


def test_no_row_adds_up_to_nothing() -> None:
    empty = {"numerator": float("nan"), "denominator": float("nan")}
    said = sums_words({**RATE, "numerator": 0.0, "denominator": 0.0}, empty, adds_up=True)
    assert said.startswith("They add up to the published figure")


@pytest.mark.parametrize("total", [1.0, 1e9])
def test_rows_that_cannot_make_the_figure_say_why(total: float) -> None:
    said = sums_words(RATE, {"numerator": total, "denominator": total}, adds_up=False)
    assert said.startswith("Rows alone do not make this figure")


def test_persons_of_a_chart_can_be_chosen_and_namesakes_told_apart() -> None:
    rows = pd.DataFrame({"person_id": ["p:1", "p:2", "p:1"], "full_name": ["Ann", "Ann", "Ann"]})
    found = others(rows)
    assert [(label, entity.entity_id) for label, entity in found.items()] == [
        ("Ann", "p:1"),
        ("Ann (p:2)", "p:2"),
    ]
    assert others(pd.DataFrame({"week": [1]})) == {}


def test_the_command_understands_what_the_page_says() -> None:
    cell = Cell(
        "CO-04",
        "share",
        Entity("manager_org", "people:E1", "Ann"),
        "fiscal_quarter",
        pd.Timestamp("2026-08-01").date(),
        "area",
        "account",
        "EUR",
    )
    assert parse_figure(cell.text()) == Wanted(
        indicator="CO-04",
        measure="share",
        entity_type="manager_org",
        entity="people:E1",
        grain="fiscal_quarter",
        period="2026-08-01",
        dimension="area",
        member="account",
        currency="EUR",
    )
