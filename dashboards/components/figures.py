"""A figure with all that belongs to it: n, interval, trend, definition, reason if missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import streamlit as st

from dashboards.components.chance import differ
from dashboards.components.registry import Definition, find
from dashboards.components.words import (
    NO_VALUE,
    is_missing,
    money,
    number,
    percent,
)
from dashboards.queries.base import Measure, Period, Row


class Unit(StrEnum):
    """How a figure is written and compared; the words of the registry."""

    RATE = "rate"
    DAYS = "days"
    HOURS = "hours"
    COUNT = "count"
    INDEX = "index"
    RATIO = "ratio"
    MONTHS = "months"
    POINTS = "points"
    MONEY = "money"
    MONEY_PER_DAY = "money_per_day"


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
    reason: str
    day_count: int
    previous: float | None
    previous_label: str
    previous_day_count: int
    history: tuple[float, ...]
    definition: Definition | None
    is_complete: bool = True
    previous_low: float | None = None
    previous_high: float | None = None

    @property
    def is_expired(self) -> bool:
        """Tell whether rows that the value would rest on were removed because of their age."""
        return self.reason_code == "expired"

    @property
    def is_small(self) -> bool:
        """Tell whether too few cases stand behind the value to judge by it."""
        return self.reason_code == "small_n"

    @property
    def is_truncated(self) -> bool:
        """Tell whether the data begin so shortly before that only quick deals can be in it."""
        return self.reason_code == "left_truncated"

    @property
    def text(self) -> str:
        """Return the value as it is written."""
        return written(self.value, self.unit, self.measure.currency)

    @property
    def change(self) -> float | None:
        """Return the change since the period before; None where it would mislead.

        Money of an unfinished period is compared per day, in percent.
        """
        if self.value is None or self.previous is None or self.is_small or self.is_truncated:
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
            return f"{sign}{number(size * 100, 1)} pts"
        if self.unit is Unit.MONEY:
            return f"{sign}{percent(size)} a day"
        if self.unit is Unit.DAYS:
            return f"{sign}{number(size, 0 if size >= 9.5 else 1)} days"
        if self.unit is Unit.HOURS:
            return f"{sign}{number(size, 1)} h"
        if self.unit in _PER_UNIT:
            return f"{sign}{_PER_UNIT[self.unit].format(number(size, 1))}"
        return f"{sign}{number(size, 2)}"

    @property
    def is_better(self) -> bool | None:
        """Tell whether the change is for the better; None where that cannot be said.

        Without intervals nobody can tell a change from chance.
        """
        if self.change is None or self.definition is None or self.is_within_margin:
            return None
        if not self.has_interval:
            return None
        up = self.definition.higher_is_better
        return None if up is None else (self.change > 0) == up

    @property
    def has_interval(self) -> bool:
        """Tell whether an interval says how far chance reaches."""
        return self.unit is Unit.RATE and self.low is not None and self.high is not None

    @property
    def is_within_margin(self) -> bool:
        """Tell whether chance alone can explain the change from the period before."""
        if self.change is None or self.previous is None or self.value is None:
            return False
        if self.low is None or self.high is None or not self.has_interval:
            return abs(self.change) < 1e-9
        before = (self.previous_low, self.previous_high)
        if before[0] is None or before[1] is None:
            return self.low <= self.previous <= self.high
        return not differ(self.value, (self.low, self.high), self.previous, (before[0], before[1]))

    @property
    def comparison(self) -> str:
        """Return the word beside the change; nothing where neither way is better."""
        if self.is_within_margin:
            return "within the margin"
        if not self.has_interval:
            return "" if self.is_complete else "so far"
        return {True: "better", False: "worse", None: ""}[self.is_better]

    def basis(self) -> str:
        """Return n and the interval: 'n = 118 deals, 95% interval 41–58%'."""
        if self.value is None:
            return self.reason or "Nothing is known for this period."
        parts = [f"n = {number(self.n)} {self.definition.counts if self.definition else 'cases'}"]
        if self.is_small:
            parts.append("too few to judge")
        elif self.is_truncated:
            parts.append("the data begin too shortly before")
        elif self.unit is Unit.RATE and self.low is not None and self.high is not None:
            parts.append(f"95% interval {number(self.low * 100)}–{percent(self.high)}")
        return ", ".join(parts)


_PER_UNIT = {Unit.MONTHS: "{} months", Unit.POINTS: "{} pts", Unit.RATIO: "{}x"}


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
    if unit is Unit.MONEY_PER_DAY:
        return f"{money(value, currency)} a day"
    if unit in _PER_UNIT:
        return _PER_UNIT[unit].format(number(value, 1))
    return number(value, 2)


def figures(
    rows: pd.DataFrame,
    measures: Sequence[Measure],
    registry: list[Definition],
    sentences: dict[str, str],
    period: Period,
    today: dt.date,
) -> dict[Measure, Figure]:
    """Read the figures of a period out of a series that ends with it, one per measure."""
    elapsed_days = (today - period.start).days + 1
    # A few dozen rows: records of Python are read many times faster than slices of a frame.
    by_measure: dict[tuple[str, str], list[Row]] = {}
    for row in rows.to_dict("records"):
        by_measure.setdefault((row["indicator_id"], row["measure_id"]), []).append(row)
    return {
        measure: _figure(
            by_measure.get((measure.indicator_id, measure.measure_id), []),
            measure,
            find(registry, measure.indicator_id, measure.measure_id),
            sentences,
            pd.Timestamp(period.start),
            elapsed_days,
            is_complete=period.is_complete,
        )
        for measure in measures
    }


def _figure(
    rows: list[Row],
    measure: Measure,
    definition: Definition | None,
    sentences: dict[str, str],
    start: pd.Timestamp,
    elapsed_days: int,
    *,
    is_complete: bool,
) -> Figure:
    unit = Unit(definition.unit) if definition else Unit.RATE
    now = [row for row in rows if row["period_start"] == start]
    before = [row for row in rows if row["period_start"] < start]
    current, previous = (part[-1] if part else None for part in (now, before))
    if previous is not None and _end(previous) != start:  # a gap of several periods is no change
        previous = None
    code = "" if current is None or is_missing(current["reason_code"]) else current["reason_code"]
    is_comparable = previous is not None and previous["reason_code"] not in (
        "small_n",
        "left_truncated",
    )
    return Figure(
        measure=measure,
        unit=unit,
        value=_cell(current, "value"),
        low=_cell(current, "value_low"),
        high=_cell(current, "value_high"),
        n=int(_cell(current, "observation_count") or 0),
        reason_code=str(code),
        reason=sentences.get(str(code), ""),
        day_count=elapsed_days,
        previous=_cell(previous, "value") if is_comparable else None,
        previous_low=_cell(previous, "value_low") if is_comparable else None,
        previous_high=_cell(previous, "value_high") if is_comparable else None,
        previous_label="" if previous is None else str(previous["period_label"]),
        previous_day_count=0 if previous is None else int(previous["day_count"]),
        history=_history(rows, unit, start, elapsed_days),
        definition=definition,
        is_complete=is_complete,
    )


def _end(row: Row) -> pd.Timestamp:
    return row["period_start"] + pd.Timedelta(days=int(row["day_count"]))


def _history(
    rows: list[Row], unit: Unit, start: pd.Timestamp, elapsed_days: int
) -> tuple[float, ...]:
    """Return the known values; money per day, as an unfinished period compares only so."""
    known = [row for row in rows if not is_missing(row["value"])]
    if unit is not Unit.MONEY:
        return tuple(float(row["value"]) for row in known)
    return tuple(
        row["value"] / (elapsed_days if row["period_start"] == start else row["day_count"])
        for row in known
    )


def _cell(row: Row | None, name: str) -> float | None:
    return None if row is None or is_missing(row[name]) else float(row[name])


def hover(registry: list[Definition], measure: Measure) -> str | None:
    """Return the definition of a measure as it stands in a tooltip."""
    known = find(registry, measure.indicator_id, measure.measure_id)
    return known.hover() if known else None


def compared_with(shown: dict[Measure, Figure]) -> str:
    """Return which period the changes refer to, as a sentence; empty if there is none before."""
    labels = [figure.previous_label for figure in shown.values() if figure.previous_label]
    if not labels:
        return ""
    running = any(not figure.is_complete for figure in shown.values())
    return f"Compared with {'the whole of ' if running else ''}{labels[0]}."


def card(shown: Figure, label: str, note: str = "") -> None:
    """Show a figure in a bordered card: value, trend, comparison, n; the definition on hover."""
    value = f":gray[{shown.text}]" if shown.is_small else shown.text
    with st.container(border=True, height="stretch"):
        st.metric(
            label,
            value,
            delta_color="blue",
            help=shown.definition.hover() if shown.definition else None,
            chart_data=list(shown.history) if len(shown.history) > 2 else None,
            chart_type="line",
        )
        if shown.value is not None:
            st.markdown(f":small[{change_words(shown)}]")
        st.caption(
            f"{shown.basis()}, {note}" if note and shown.value is not None else shown.basis()
        )


def line(shown: Figure, label: str) -> None:
    """Show a figure in one quiet line below the cards."""
    value = f":gray[{shown.text}]" if shown.is_small else f"**{shown.text}**"
    change = f" :small[{change_words(shown)}]" if shown.change is not None else ""
    st.markdown(
        f"{label}: {value}{change}  \n:small[:gray[{shown.basis()}]]",
        help=shown.definition.hover() if shown.definition else None,
    )


def change_words(shown: Figure) -> str:
    """Return the change as icon, words and colour: never the colour alone."""
    if shown.change is None:
        return ":gray[No earlier period to compare with]"
    icon = "arrow_upward" if shown.change > 0 else "arrow_downward"
    if not any(digit in shown.change_text for digit in "123456789"):  # as it is written
        icon = "arrow_forward"
    colour = {True: "green", False: "red", None: "gray"}[shown.is_better]
    words = ", ".join(part for part in (shown.change_text.lstrip("+-"), shown.comparison) if part)
    return f":{colour}[:material/{icon}: {words}]"
