"""Private notes on a person's page: shown when they are asked for, and never in a download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import private_notes
from dashboards.components import data
from dashboards.components.words import count_of, day, plain
from dashboards.published import home_folder

UNKNOWN, NOT_TOLD = "unknown", "The log does not say whether it was done."
WIDTHS = [1, 5]


def section(person_id: str) -> None:
    """Offer the notes of a person where there is a store; every showing of them is logged."""
    build, home = data.session_build(), home_folder()
    if build is None or home is None or private_notes.store(home, build.build_id) is None:
        return
    st.header("Each reading of private notes is written down", anchor=False)
    st.caption(
        "They are for the person, the coach, and those above the person. Written down is when, who "
        f"(here: {plain(data.session_scope().name)}), whose and how many."
    )
    if not st.toggle("Show the notes", key=f"notes_{person_id}"):
        return
    try:
        found = private_notes.read(home, build.build_id, data.session_scope(), person_id)
    except private_notes.NotesWithheldError as error:
        st.warning(str(error), icon=":material/lock:")
        return
    if found is None or not len(found):
        st.write("There are none that you may see.")
        return
    if len(found.sessions):
        _sessions(found.sessions)
    if len(found.actions):
        _actions(found.actions)


def _sessions(rows: pd.DataFrame) -> None:
    st.markdown(f"**{_how_many(len(rows), int(rows.iloc[0]['note_count']), 'session')}**")
    with st.container(border=True, gap="small"):
        for row in rows.to_dict("records"):
            coach = "" if pd.isna(row["coach_name"]) else small(plain(row["coach_name"]))
            when, text = st.columns(WIDTHS)
            when.markdown(day(row["session_date"]) + coach)
            text.markdown(lines(row["notes"]))


def _actions(rows: pd.DataFrame) -> None:
    counted = _how_many(len(rows), int(rows.iloc[0]["action_count"]), "action")
    st.markdown(f"**{counted} that may still be open**")
    with st.container(border=True, gap="small"):
        for row in rows.to_dict("records"):
            due = "" if pd.isna(row["due_date"]) else small(f"due {day(row['due_date'])}")
            told = small(NOT_TOLD) if row["status"] == UNKNOWN else ""
            when, text = st.columns(WIDTHS)
            when.markdown(day(row["agreed_date"]) + due)
            text.markdown(lines(row["description"]) + told)


def _how_many(shown: int, all_of_them: int, one: str) -> str:
    if shown < all_of_them:
        return f"The latest {shown} of {count_of(all_of_them, one)}"
    return count_of(shown, one)


def small(text: str) -> str:
    """Return a second line, small and grey."""
    return f"  \n:gray[:small[{text}]]"


def lines(text: object) -> str:
    """Return a note as Markdown that shows it as it was written, line by line."""
    return "  \n".join(plain(line) for line in str(text).splitlines() if line.strip())
