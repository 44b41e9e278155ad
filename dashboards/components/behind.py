"""Rows behind it: from a figure to the rows of core that make it up, and their files and rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards.components import data, disputes, download, entrance
from dashboards.components.figures import Unit, written
from dashboards.components.registry import find
from dashboards.components.words import NO_VALUE, as_date, count_of, is_missing, number, spoken
from dashboards.queries import behind
from dashboards.queries.base import Cell, Entity, Measure, Period, Row
from dashboards.statements import statement

SHOWN = 500
MOST_OTHERS = 100  # persons of a chart who can be chosen one by one
TOLERANCE = 1e-6
WITHHELD_CODES = ("small_group", "differencing")
_COLUMNS: dict[str, ColumnConfig | str] = {
    "full_name": "Whose",
    "day": st.column_config.DateColumn("Day", format="localized"),
    "what": "What",
    "numerator_part": st.column_config.NumberColumn("To numerator", format="localized"),
    "denominator_part": st.column_config.NumberColumn("To denominator", format="localized"),
    "source_file": st.column_config.TextColumn("File", width="large"),
    "source_row": st.column_config.NumberColumn("Row of file", format="%d"),
    "core_key": "Row of core",
}


@dataclass(frozen=True)
class Part:
    """What a chart shows figures of: an entity in a period."""

    entity: Entity
    period: Period


def expander(
    part: Part,
    measures: Sequence[Measure],
    *,
    name: str,
    page: str,
    rows: pd.DataFrame | None = None,
) -> None:
    """Offer the rows behind the figures of a chart; filled only when it is opened.

    ``rows`` are those of the chart: the persons among them can be chosen one by one.
    """
    if data.is_council():  # "How was this computed?" says why
        return
    place = st.expander(
        "Rows behind it",
        icon=":material/list_alt:",
        type="compact",
        key=f"behind_{name}",
        on_change="rerun",
    )
    if place.open:
        with place:
            _inside(part, measures, name, page, rows)


def _inside(
    part: Part, measures: Sequence[Measure], name: str, page: str, rows: pd.DataFrame | None
) -> None:
    whose, which, when = st.columns([1, 2, 1])
    entity = _whose(whose, part.entity, rows, name)
    found = data.ask(behind.figures, entity, part.period, tuple(measures), 8)
    if found.empty:
        st.write("No figure of this is published, so no rows stand behind one.")
        return
    found["what"] = [measure_label(row) for row in found.to_dict("records")]
    # In the order in which the page shows them.
    order = [(measure.indicator_id, measure.measure_id) for measure in measures]
    keys = zip(found["indicator_id"], found["measure_id"], strict=True)
    found["place"] = [order.index(key) for key in keys]
    found = found.sort_values("place", kind="stable")
    labels = list(dict.fromkeys(found["what"]))
    chosen = which.selectbox("Figure", labels, key=f"behind_{name}_figure")
    of_measure = found[found["what"] == chosen]
    periods = of_measure["period_label"].tolist()
    label = when.selectbox("Period", periods, key=f"behind_{name}_period")
    row = of_measure.iloc[periods.index(label) if label in periods else 0]
    _figure(row, entity, part.period.grain, name, page)


def _whose(
    place: st.delta_generator.DeltaGenerator, own: Entity, rows: pd.DataFrame | None, name: str
) -> Entity:
    """Let the reader choose the part as a whole, or one of the persons in the chart."""
    options = {own.label: own, **others(rows)}
    chosen = place.selectbox("Whose", list(options), key=f"behind_{name}_whose")
    return options.get(chosen or "", own)


def others(rows: pd.DataFrame | None) -> dict[str, Entity]:
    """Return the reps and managers in the rows of a chart, by what they are called."""
    found: dict[str, Entity] = {}
    for code, called, kind in (
        ("person_id", "full_name", "rep"),
        ("manager_id", "manager_name", "manager_org"),
    ):
        if rows is None or not {code, called} <= set(rows.columns):
            continue
        pairs = rows[[code, called]].dropna().drop_duplicates(code).sort_values(called)
        for person, text in pairs.head(MOST_OTHERS).itertuples(index=False, name=None):
            label = text if text not in found else f"{text} ({person})"
            found[str(label)] = Entity(kind, str(person), str(label))
        if found:
            break
    return found


def measure_label(row: Row) -> str:
    """Return what a figure is called: measure, part and currency."""
    known = find(data.registry(), str(row["indicator_id"]), str(row["measure_id"]))
    parts = [known.title if known else f"{row['indicator_id']}:{row['measure_id']}"]
    if row["dimension"] != "all":
        parts.append(f"{row['dimension']} {spoken(row['member_name'])}")
    if row["currency_code"] != "none":
        parts.append(str(row["currency_code"]))
    return " · ".join(parts)


def _figure(row: pd.Series, entity: Entity, grain: str, name: str, page: str) -> None:
    cell = Cell(
        str(row["indicator_id"]),
        str(row["measure_id"]),
        entity,
        grain,
        as_date(row["period_start"]),
        str(row["dimension"]),
        str(row["member"]),
        str(row["currency_code"]),
    )
    known = statement(cell.indicator_id, cell.measure_id)
    if known is None:
        st.write(
            "What stands behind this figure was answered in confidence: a single row would tell "
            "who answered what."
        )
        return
    if row["reason_code"] in WITHHELD_CODES or not data.shows_persons():
        st.write("Rows are not listed: each would tell of one person, and you see groups only.")
        return
    totals = data.ask(behind.sums, cell)
    st.markdown(f"**{said(row, _of(totals))}**")
    st.caption(sums_words(row, _of(totals), adds_up=known.adds_up))
    _rows(cell, _of(totals), name, page)
    st.caption("On the machine that holds the build, this adds every landed version and change:")
    st.code(f"halftime trace '{cell.text()}'", language="shell")


def _of(totals: pd.DataFrame) -> Row:
    """Return the sums of a figure's rows; of none where there is no row."""
    if totals.empty:
        return {"row_count": 0, "told_count": 0, "numerator": 0.0, "denominator": 0.0}
    return totals.iloc[0].to_dict()


def _rows(cell: Cell, totals: Row, name: str, page: str) -> None:
    told, count = int(totals["told_count"]), int(totals["row_count"])
    shown = data.ask(behind.rows, cell, SHOWN) if told else pd.DataFrame()
    notes = []
    if told < count:
        hidden = count_of(count - told, "row")
        notes.append(f"{hidden} of people whom you may not see today: counted, not listed.")
    if told > len(shown):
        notes.append(
            f"The first {number(len(shown))} are shown; the files hold up to "
            f"{number(behind.MOST_ROWS)}."
        )
    if notes:
        st.caption(" ".join(notes))
    if shown.empty:
        return
    entrance.looked_at(f"{page}: rows behind {cell.text()}", len(shown))
    extra = [column for column in shown.columns if column not in (*_COLUMNS, *_QUIET)]
    order = [*list(_COLUMNS)[:-1], *extra, "core_key"]
    st.dataframe(
        shown,
        hide_index=True,
        placeholder=NO_VALUE,
        height="auto" if len(shown) < 10 else 320,
        column_order=[column for column in order if shown[column].notna().any()],
        column_config={**_COLUMNS, **{column: _column(shown[column]) for column in extra}},
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        disputes.form(disputes.rows_of(shown, cell.text()), name)
        download.buttons(data.asking(behind.rows, cell, behind.MOST_ROWS), f"{name}_rows", page)


def _column(values: pd.Series) -> ColumnConfig:
    """Return how a column of a figure's own is called and written."""
    label = spoken(values.name)
    if pd.api.types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(label)
    if pd.api.types.is_numeric_dtype(values):
        return st.column_config.NumberColumn(label, format="localized")
    if pd.api.types.is_datetime64_any_dtype(values):
        return st.column_config.DateColumn(label, format="localized")
    return st.column_config.TextColumn(label)


# Of the rows in a file, and not in the table: names and ids of tables say nothing to a reader.
_QUIET = ("core_table", "person_id", "source_system")


def said(row: Row | pd.Series, totals: Row) -> str:
    """Return how many rows a figure is made of: '118 rows make up 41%'."""
    count = count_of(totals["row_count"], "row")
    known = find(data.registry(), str(row["indicator_id"]), str(row["measure_id"]))
    if is_missing(row["value"]):
        return f"{count}, and no figure: {_reason(str(row['reason_code'] or ''))}"
    value = written(
        float(row["value"]),
        Unit(known.unit) if known else Unit.INDEX,
        str(row["currency_code"]),
    )
    return f"{count} {'is' if totals['row_count'] == 1 else 'are'} behind {value}"


def _reason(code: str) -> str:
    return data.sentences().get(code, "nothing is known for this period.")


def sums_words(row: Row | pd.Series, totals: Row, *, adds_up: bool) -> str:
    """Return what the rows add up to, and whether that is the published figure."""
    if not adds_up:
        return (
            "Rows alone do not make this figure: days without a row count too, or it is a median "
            "or made of other figures. The command below works it out a second time."
        )
    wanted = published_sums(row)
    parts = [f"{part} {_sum(total)}" for part, total in ((part, totals[part]) for part in wanted)]
    wrong = [
        f"{part} {_sum(value)}"
        for part, value in wanted.items()
        if not _is_same(totals[part], value)
    ]
    found = " and ".join(parts)
    if wrong:
        return (
            f"They add up to {found}, and the published figure has {' and '.join(wrong)}. "
            "Please tell whoever runs these pages."
        )
    return f"They add up to the published figure: {found}."


def _sum(value: object) -> str:
    """Return a sum with as many digits as it has, two at most; 0 for one of no rows."""
    total = 0.0 if is_missing(value) else float(str(value))
    return number(total, 0 if f"{total:.2f}".endswith(".00") else 2)


def published_sums(row: Row | pd.Series) -> dict[str, float]:
    """Return what the rows of a figure have to add up to."""
    wanted = {}
    if not is_missing(row["numerator"]):
        wanted["numerator"] = float(row["numerator"])
    # A figure that is a sum is divided by nothing: its denominator is 1.
    if row["aggregation"] != "sum" and not is_missing(row["denominator"]):
        wanted["denominator"] = float(row["denominator"])
    return wanted


def _is_same(one: object, other: float) -> bool:
    total = 0.0 if is_missing(one) else float(one)  # type: ignore[arg-type]
    return math.isclose(total, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
