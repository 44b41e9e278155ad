"""What stands below each chart: the table, the file, and how the figures were computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components import behind, data, download
from dashboards.components.registry import find
from dashboards.components.words import NO_VALUE
from dashboards.queries.base import Entity, Measure, Period
from dashboards.queries.told import statements

Asked = tuple[data.Query, tuple[Any, ...]]  # a query, and what it was asked beside the scope


def under(
    rows: pd.DataFrame,
    *,
    name: str,
    page: str,
    asked: Sequence[Asked],
    measures: Sequence[Measure] = (),
    columns: dict[str, Any] | None = None,
    trace: str = "",
    part: behind.Part | None = None,
) -> None:
    """Offer the rows of a chart as a table and a file, and say how they were computed.

    ``name`` is that of the file and unique on its page; ``asked`` are the queries behind the rows;
    ``columns`` configures the table; ``trace`` is a figure as ``halftime trace`` takes it. What
    opens is filled when it is opened. The rows behind the figures of ``measures`` are those of
    ``part``, else of the entity and period that a query was asked for.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        table = st.popover(
            "Table",
            icon=":material/table:",
            type="tertiary",
            key=f"table_{name}",
            on_change="rerun",
        )
        how = st.popover(
            "How was this computed?",
            icon=":material/function:",
            type="tertiary",
            key=f"how_{name}",
            on_change="rerun",
        )
        download.buttons(lambda: rows, name, page)
    if table.open:
        table.dataframe(rows, hide_index=True, placeholder=NO_VALUE, column_config=columns)
    if how.open:
        with how:
            _definitions(measures)
            _statements(asked, trace)
    part = part or _part(asked)
    if part is not None and measures:
        known = [_in_currency(measure, asked) for measure in measures]
        behind.expander(part, known, name=name, page=page, rows=rows)


def _part(asked: Sequence[Asked]) -> behind.Part | None:
    """Return the entity and the period that one of the queries was asked for."""
    for _, arguments in asked:
        entity = next((item for item in arguments if isinstance(item, Entity)), None)
        period = next((item for item in arguments if isinstance(item, Period)), None)
        if entity is not None and period is not None and period.grain != "all":
            return behind.Part(entity, period)
    return None


def _in_currency(measure: Measure, asked: Sequence[Asked]) -> Measure:
    """Return a measure in the currency that a query was asked for, if it names none itself."""
    said = [item for _, arguments in asked for item in arguments]
    codes = [item for item in said if isinstance(item, str) and re.fullmatch("[A-Z]{3}", item)]
    for item in said:
        if isinstance(item, tuple):
            codes += [
                one.currency
                for one in item
                if isinstance(one, Measure) and one.currency != measure.currency
            ]
    return replace(measure, currency=codes[0]) if codes and measure.currency == "none" else measure


def _definitions(measures: Sequence[Measure]) -> None:
    for measure in measures:
        known = find(data.registry(), measure.indicator_id, measure.measure_id)
        if known is not None:
            st.markdown(known.hover())


def _statements(asked: Sequence[Asked], trace: str) -> None:
    st.caption("Asked of the published build, with the condition that your scope adds:")
    for query, arguments in asked:
        for statement in statements(query, data.connection(), data.session_scope(), *arguments):
            # A box that scrolls by itself cannot be reached by the keyboard; the popover can.
            st.code(statement.text(), language="sql", wrap_lines=True)
    if data.is_council():
        st.caption("The rows behind are not listed: each would tell of one person.")
    if trace:
        st.caption("The rows and files behind a figure, on the machine that holds the build:")
        st.code(f"halftime trace {trace}", language="shell")
