"""What the tab on access shows: who saw what; for auditors and administrators."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.access import log
from dashboards.access.roles import Role
from dashboards.components import data, download
from dashboards.components.words import NO_VALUE, count_of, day
from dashboards.published import home_folder

READERS = (Role.AUDITOR, Role.ADMIN)
NEWEST = 1000
PAGE = "Data & definitions"


def may_read() -> bool:
    """Tell whether the session's role reads the log."""
    return st.session_state.get("_role") in READERS


def show() -> None:
    """Show the newest lines, and how many readers of which role they are of."""
    home = home_folder()
    lines = log.read(home, NEWEST) if home is not None else pd.DataFrame()
    if lines.empty:
        st.header("Nobody has looked at anything yet", anchor=False)
        return
    lines = data.for_reader(lines)
    st.header(headline(lines), anchor=False)
    st.caption(
        f"The newest {count_of(len(lines), 'line')}, since {day(lines['at'].min())}, in UTC. Rows "
        "are those that the page read, its frame included. Readings of private notes have a log "
        "of their own."
    )
    download.buttons(lambda: lines, "access_log", PAGE)
    st.dataframe(
        lines,
        hide_index=True,
        placeholder=NO_VALUE,
        height=420,
        column_order=[
            "at",
            "who",
            "role",
            "event",
            "page",
            "row_count",
            "scope",
            "filters",
            "build_id",
        ],
        column_config={
            "at": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm:ss"),
            "who": st.column_config.TextColumn("Who"),
            "role": "Role",
            "scope": st.column_config.TextColumn("Scope", width="medium"),
            "event": "What",
            "page": "Page",
            "filters": st.column_config.TextColumn("Filters", width="medium"),
            "build_id": "Build",
            "row_count": st.column_config.NumberColumn("Rows", format="localized"),
        },
    )


def headline(lines: pd.DataFrame) -> str:
    """Return how many readers looked how often, and what was taken away."""
    views, taken = (int((lines["event"] == kind).sum()) for kind in ("view", "download"))
    readers = count_of(lines["who"].nunique(), "reader")
    away = f"and took {count_of(taken, 'file')} away" if taken else "and took no file away"
    return f"{readers} looked {count_of(views, 'time')} {away}"
