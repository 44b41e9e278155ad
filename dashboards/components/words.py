"""Figures and codes as words: the only place that knows how a number is written."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from dashboards.components import locales

NO_VALUE = "–"

ENGINES = {"dbt": "dbt", "great_expectations": "Great Expectations", "gx": "Great Expectations"}

LAYERS = {
    "raw": "Raw files",
    "staging": "Staging",
    "intermediate": "Conforming",
    "core": "Core",
    "indicators": "Indicators",
    "marts": "Marts",
}


def is_missing(value: object) -> bool:
    """Tell whether a cell of a query's answer holds nothing."""
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, digits: int = 0) -> str:
    """Return 1,234 or 1.4; a dash for nothing."""
    if value is None or is_missing(value):
        return NO_VALUE
    return locales.current().number(f"{float(value):,.{digits}f}")


def percent(value: float | None, digits: int = 0) -> str:
    """Return 41% for 0.41."""
    if value is None or is_missing(value):
        return NO_VALUE
    return number(float(value) * 100, digits) + locales.current().percent


def money(value: float | None, currency: str) -> str:
    """Return USD 1.2M; the code stands first because signs are shared by several currencies."""
    if value is None or is_missing(value):
        return NO_VALUE
    amount = float(value)
    size = abs(amount)
    sign = "−" if amount < 0 else ""
    for limit, divisor, suffix in ((999.5e6, 1e9, "B"), (999.5e3, 1e6, "M"), (999.5, 1e3, "k")):
        if size >= limit:
            scaled = size / divisor
            digits = 1 if scaled < 99.95 else 0
            text = f"{scaled:,.{digits}f}".removesuffix(".0")
            return f"{currency} {sign}{locales.current().number(text)}{suffix}"
    return f"{currency} {sign}{number(size)}"


def count_of(amount: float, one: str, many: str | None = None) -> str:
    """Return '1 deal' or '3 deals'."""
    whole = int(amount)
    return f"{number(whole)} {one if whole == 1 else many or one + 's'}"


def was(amount: float) -> str:
    """Return the verb that goes with an amount: was or were."""
    return "was" if amount == 1 else "were"


def day(value: object) -> str:
    """Return 20 Aug 2025, or as the reader writes it, for a date, a timestamp or an ISO text."""
    if value is None or is_missing(value) or value == "":
        return NO_VALUE
    moment = pd.Timestamp(value)  # type: ignore[arg-type]
    return _written(moment, locales.current().day)


def short_day(value: object) -> str:
    """Return 20 Aug."""
    if value is None or is_missing(value):
        return NO_VALUE
    moment = pd.Timestamp(value)  # type: ignore[arg-type]
    return _written(moment, locales.current().short_day)


def _written(moment: pd.Timestamp, pattern: str) -> str:
    return pattern.format(
        d=moment.day,
        dd=f"{moment.day:02}",
        m=moment.month,
        mm=f"{moment.month:02}",
        month=f"{moment:%b}",
        y=moment.year,
    )


def as_date(value: object) -> dt.date:
    """Return the date of a cell that holds a date or a timestamp."""
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


def spoken(code: object) -> str:
    """Return a code as words: 'lead_and_opportunity' → 'Lead and opportunity'."""
    text = "" if code is None or is_missing(code) else str(code).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def plain(text: object) -> str:
    """Return text from the data with Markdown's signs escaped, so that a name stays a name."""
    escaped = "" if text is None or is_missing(text) else str(text)
    for sign in "\\`*_{}[]<>#+-.!|~$:":
        escaped = escaped.replace(sign, "\\" + sign)
    return escaped.replace("\n", " ").replace("\r", " ")


def deal_name(name: object, opportunity_id: object) -> str:
    """Return a deal's name, or 'Deal D014' where it has none and is known as 'tabular:D014'."""
    if name is None or is_missing(name) or not str(name).strip():
        return f"Deal {str(opportunity_id).partition(':')[2] or opportunity_id}"
    return str(name)


def listed(items: list[str]) -> str:
    """Return 'a, b and c'."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
