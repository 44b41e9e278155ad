"""Operations: freshness, durations and failures of runs, drift, slowest models, the docs."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards import run_log
from dashboards.components import (
    charts,
    charts_operations,
    data,
    download,
    entrance,
    frame,
    sources,
)
from dashboards.components import operation_words as said
from dashboards.components.block import under
from dashboards.components.words import NO_VALUE, count_of, day, number
from dashboards.published import connect, home_folder
from dashboards.queries import operations
from dashboards.queries.scope import Scope

PAGE = "Operations"
STRIP = 5
_NUMBER = st.column_config.NumberColumn
COLUMNS: dict[str, ColumnConfig | str] = {
    "source_system": "Source",
    "object": "Object",
    "table_name": "Table",
    "column_name": "Column",
    "row_count": _NUMBER("Rows now", format="localized"),
    "row_count_before": _NUMBER("Rows before", format="localized"),
    "change": _NUMBER("Change", format="localized"),
    "null_share": _NUMBER("Empty now", format="percent"),
    "null_share_before": _NUMBER("Empty before", format="percent"),
    "points": _NUMBER("Change, points", format="%.1f"),
}
FROM_HOME = "Read from what runs leave in their home: its history and the folders of its builds."


def render() -> None:
    """Draw the page."""
    found = data.ask(operations.sources)
    if found.empty:
        frame.nothing_to_see()
        return
    runs = run_log.runs(home_folder())
    st.title(said.headline(runs, found), anchor=False)
    strip(found)
    drawn = {
        "Runs": lambda: show_runs(runs),
        "Freshness": show_freshness,
        "Drift": show_drift,
        "Slowest models": show_models,
        "Documentation": show_docs,
    }
    tabs = st.tabs(list(drawn), key="part", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def strip(found: pd.DataFrame) -> None:
    """Show each source with an icon and words."""
    for start in range(0, len(found), STRIP):
        part = found.iloc[start : start + STRIP]
        for column, (_, source) in zip(st.columns(STRIP), part.iterrows(), strict=False):
            icon, words = said.light(source)
            with column, st.container(border=True, height="stretch"):
                st.markdown(f"**{said.source_name(source['source_system'])}**  \n{icon} {words}")
                st.caption(f"Newest news {day(source['latest_event_date'])}")


def show_runs(runs: list[run_log.Run]) -> None:
    """Draw how long the steps of the newest runs took, and list which failed and where."""
    if not runs:
        st.header("No run is remembered in this home", anchor=False)
        st.write("Only the published builds were copied here. 'halftime run' writes its history.")
        return
    title = said.runs_title(runs)
    st.header(title, anchor=False)
    steps = said.step_rows(runs)
    if not steps.empty:
        charts.show(
            charts_operations.steps(steps), f"Bars of seconds by step. {title}.", key="steps"
        )
    rows = said.run_rows(runs)
    st.dataframe(
        rows,
        hide_index=True,
        placeholder=NO_VALUE,
        column_config={
            "started_at": st.column_config.DatetimeColumn(
                "Started, UTC", format="D MMM YYYY, HH:mm", timezone="UTC"
            ),
            "command": "Command",
            "state": "State",
            "ended_in": "Ended in step",
            "reason": "Kind of error",
            "verdict": "Verdict",
            "duration": "Took",
            "build_id": "Build",
        },
    )
    st.caption(f"{FROM_HOME} The text of an error stays there: it may quote a row.")
    download.buttons(lambda: rows, "runs", PAGE)


def show_freshness() -> None:
    """Show each object's age against the expectation."""
    sources.show_freshness("all")
    rule = data.ask(operations.expectation)
    told = "" if rule.empty else f" Expected: {rule['sentence'].iloc[0]}"
    st.caption(f"No contract says when its source delivers, so one rule is for all.{told}")
    rows = data.ask(operations.sources)
    under(rows, name="freshness", page=PAGE, asked=[(operations.sources, ())])


@st.cache_data(max_entries=16, show_spinner=False)
def earlier(database: str, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask an earlier published build, which never changes, for rows and empty cells."""
    with connect(database) as connection:
        return operations.volume(connection, scope), operations.filled(connection, scope)


def show_drift() -> None:
    """Show rows and empty cells against a build published before."""
    build = data.session_build()
    profile = build.profile if build else "standard"
    known = run_log.earlier_builds(home_folder(), build.build_id if build else "", profile)
    if not known:
        st.header("There is no earlier build to compare with", anchor=False)
        st.write("The next run publishes one; from then on rows and empty cells are compared.")
        return
    labels = [item.build_id for item in known]
    chosen = st.sidebar.selectbox("Compared with", labels, key="before", bind="query-params")
    before = known[labels.index(chosen) if chosen in labels else 0]
    volume, filled = earlier(before.database, data.session_scope())
    rows = said.volume_rows(data.ask(operations.volume), volume)
    nulls = said.null_rows(data.ask(operations.filled), filled)
    st.header(
        f"{number(int((rows['change'] != 0).sum()))} of {count_of(len(rows), 'object')} hold "
        f"another number of rows, {count_of(len(nulls), 'column')} another share of empty cells",
        anchor=False,
    )
    st.caption("A share counts from one point on; it is of the rows of that source.")
    asked = [(operations.volume, ()), (operations.filled, ())]
    st.dataframe(rows, hide_index=True, placeholder=NO_VALUE, column_config=COLUMNS)
    under(rows, name="row_drift", page=PAGE, asked=asked[:1])
    if nulls.empty:
        st.caption("No column's share of empty cells moved by a point.")
        return
    st.dataframe(nulls, hide_index=True, placeholder=NO_VALUE, column_config=COLUMNS)
    under(nulls, name="null_drift", page=PAGE, asked=asked[1:])


def show_models() -> None:
    """Draw the slowest models of the build with seconds and share."""
    build = data.session_build()
    times = run_log.model_seconds(home_folder(), build.build_id if build else "")
    if not times:
        st.header("How long the models took is not known", anchor=False)
        st.write("The folder of this build is not in this home. The next run leaves one.")
        return
    rows = said.model_rows(times)
    top = rows.head(15)
    title = (
        f"The 15 slowest of {number(len(rows))} models take {top['share'].sum():.0%} of the seconds"
    )
    st.header(title, anchor=False)
    drawn = top.assign(
        text=[f"{one:.1f} s, {two:.0%}" for one, two in zip(top.seconds, top["share"], strict=True)]
    )
    charts.show(
        charts.ranked_bars(drawn, category="model", value="seconds", text="text", quiet=[]),
        title,
        key="models",
    )
    st.caption(f"{FROM_HOME} Models run side by side, so their seconds exceed the run's.")
    download.buttons(lambda: rows, "models", PAGE)


def show_docs() -> None:
    """Offer the documentation of the models, or say how it is made."""
    page = run_log.model_pages(home_folder())
    if page is None:
        st.header("The documentation of the models was not written yet", anchor=False)
        st.write("It takes half a minute, so it is no part of a run. Write it with:")
        st.code("halftime docs --home HOME", language="shell")
        return
    st.header("Every model with its columns and where it comes from", anchor=False)
    st.write(f"One page that needs no network, of build {page.stem}. Download and open it.")
    take = entrance.taking(PAGE)

    def fetch() -> bytes:
        take("models.html", 1)
        return page.read_bytes()

    st.download_button(
        "Documentation",
        data=fetch,
        file_name="models.html",
        mime="text/html",
        icon=":material/download:",
        on_click="ignore",
    )


render()
