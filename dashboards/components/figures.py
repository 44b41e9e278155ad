"""A figure with all that belongs to it: n, interval, trend, definition, reason if missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import streamlit as st

from dashboards.components.registry import Definition, find
from dashboards.components.words import (
    NO_VALUE,
    count_of,
    is_missing,
    money,
    number,
    percent,
    reason,
)
from dashboards.queries.base import Measure


class Unit(StrEnum):
    """How a figure is written and compared."""

    RATE = "rate"
    DAYS = "days"
    HOURS = "hours"
    TIMES = "times"
    MONEY = "money"


@dataclass(frozen=True)
class Figure:
    """One measure for one entity and period, with the periods before it."""

    measure: Measure
    unit: Unit
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason_code: str
    day_count: int
    previous: float | None
    previous_label: str
    previous_day_count: int
    history: tuple[float, ...]
    definition: Definition | None

    @property
    def is_small(self) -> bool:
        """Tell whether too few cases stand behind the value to judge by it."""
        return self.reason_code == "small_n"

    @property
    def text(self) -> str:
        """Return the value as it is written."""
        return written(self.value, self.unit, self.measure.currency)

    @property
    def change(self) -> float | None:
        """Return the change since the period before; None where it would mislead.

        Money of an unfinished period is compared per day, in percent.
        """
        if self.value is None or self.previous is None or self.is_small:
            return None
        if self.unit is Unit.MONEY:
            if not self.previous or not self.day_count or not self.previous_day_count:
                return None
            per_day = self.value / self.day_count
            return per_day / (self.previous / self.previous_day_count) - 1
        return self.value - self.previous

    @property
    def change_text(self) -> str:
        """Return the change with its sign and unit."""
        if self.change is None:
            return ""
        sign = "+" if self.change >= 0 else "-"
        size = abs(self.change)
        if self.unit is Unit.RATE:
            return f"{sign}{size * 100:.1f} pts"
        if self.unit is Unit.MONEY:
            return f"{sign}{size * 100:.0f}% a day"
        if self.unit is Unit.DAYS:
            return f"{sign}{size:.0f} days" if size >= 9.5 else f"{sign}{size:.1f} days"
        if self.unit is Unit.HOURS:
            return f"{sign}{size:.1f} h"
        return f"{sign}{size:.2f}"

    @property
    def is_better(self) -> bool | None:
        """Tell whether the change is for the better; None where that cannot be said."""
        if self.change is None or self.definition is None or abs(self.change) < 1e-9:
            return None
        up = self.definition.higher_is_better
        return None if up is None else (self.change > 0) == up

    @property
    def comparison(self) -> str:
        """Return the words beside the change: 'better than FY26 Q2'."""
        if self.change is None:
            return ""
        word = {True: "better than", False: "worse than", None: "against"}[self.is_better]
        return f"{word} {self.previous_label}"

    def basis(self, noun: str) -> str:
        """Return n and the interval: 'n = 118 closed deals, 95% interval 41–58%'."""
        if self.value is None:
            return f"No figure: {reason(self.reason_code) or 'no data in this period'}"
        parts = [f"n = {self.n:,} {noun}"]
        if self.is_small:
            parts.append(reason(self.reason_code))
        elif self.low is not None and self.high is not None:
            parts.append(f"95% interval {self.low * 100:.0f}–{self.high * 100:.0f}%")
        return ", ".join(parts)


def written(value: float | None, unit: Unit, currency: str = "none") -> str:
    """Return a value in its unit."""
    if value is None or is_missing(value):
        return NO_VALUE
    if unit is Unit.RATE:
        return percent(value, 0 if abs(value) >= 0.0995 or value == 0 else 1)
    if unit is Unit.DAYS:
        whole = number(value, 0 if abs(value) >= 9.95 or float(value).is_integer() else 1)
        return f"{whole} day" if whole == "1" else f"{whole} days"
    if unit is Unit.HOURS:
        return f"{number(value, 1)} h"
    if unit is Unit.MONEY:
        return money(value, currency)
    return number(value, 2)


def _cell(row: pd.Series, name: str) -> float | None:
    return None if is_missing(row[name]) else float(row[name])


def figure(
    rows: pd.DataFrame,
    measure: Measure,
    unit: Unit,
    registry: list[Definition],
    *,
    period_start: pd.Timestamp,
    elapsed_days: int,
) -> Figure:
    """Read one measure's figure out of a series; ``elapsed_days`` is the period's length so far."""
    definition = find(registry, measure.indicator_id, measure.measure_id)
    mine = rows[
        (rows["indicator_id"] == measure.indicator_id) & (rows["measure_id"] == measure.measure_id)
    ]
    now = mine[mine["period_start"] == period_start]
    before = mine[mine["period_start"] < period_start]
    current = now.iloc[-1] if len(now) else None
    previous = before.iloc[-1] if len(before) else None
    per_day = unit is Unit.MONEY
    lengths = [
        elapsed_days if start == period_start else int(days)
        for start, days in zip(mine["period_start"], mine["day_count"], strict=True)
    ]
    history = tuple(
        float(value) / (length if per_day else 1)
        for value, length in zip(mine["value"], lengths, strict=True)
        if not is_missing(value)
    )
    code = "" if current is None or is_missing(current["reason_code"]) else current["reason_code"]
    previous_small = previous is not None and previous["reason_code"] == "small_n"
    return Figure(
        measure=measure,
        unit=unit,
        value=None if current is None else _cell(current, "value"),
        low=None if current is None else _cell(current, "value_low"),
        high=None if current is None else _cell(current, "value_high"),
        n=0 if current is None else int(_cell(current, "observation_count") or 0),
        reason_code=str(code),
        day_count=elapsed_days,
        previous=None if previous is None or previous_small else _cell(previous, "value"),
        previous_label="" if previous is None else str(previous["period_label"]),
        previous_day_count=0 if previous is None else int(previous["day_count"]),
        history=history,
        definition=definition,
    )


def card(shown: Figure, label: str, noun: str, note: str = "") -> None:
    """Show a figure in a bordered card: value, trend, comparison, n; the definition on hover."""
    colour = {True: "green", False: "red", None: "off"}[shown.is_better]
    value = f":gray[{shown.text}]" if shown.is_small else shown.text
    with st.container(border=True, height="stretch"):
        st.metric(
            label,
            value,
            delta=shown.change_text or None,
            delta_color=colour,  # type: ignore[arg-type]
            delta_description=shown.comparison or None,
            help=shown.definition.hover() if shown.definition else None,
            chart_data=list(shown.history) if len(shown.history) > 2 else None,
            chart_type="line",
        )
        st.caption(" · ".join(part for part in (shown.basis(noun), note) if part))


def line(shown: Figure, label: str, noun: str) -> None:
    """Show a figure in one quiet line below the cards."""
    value = f":gray[{shown.text}]" if shown.is_small else f"**{shown.text}**"
    change = ""
    if shown.change is not None:
        arrow = "arrow_upward" if shown.change > 0 else "arrow_downward"
        colour = {True: "green", False: "red", None: "gray"}[shown.is_better]
        words = f":material/{arrow}: {shown.change_text.lstrip('+-')} {shown.comparison}"
        change = f" :{colour}[:small[{words}]]"
    st.markdown(
        f"{label}: {value}{change}  \n:small[:gray[{shown.basis(noun)}]]",
        help=shown.definition.hover() if shown.definition else None,
    )


def counted(value: float | None, one: str) -> str:
    """Return '12 deals' for a count that may be missing."""
    return NO_VALUE if value is None else count_of(value, one)
