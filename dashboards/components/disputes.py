"""Saying that a row is wrong, and the list of what was said for those who can mend it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards.access import disputes
from dashboards.access.disputes import Disputed
from dashboards.access.roles import Role
from dashboards.components import data, download, entrance
from dashboards.components.words import NO_VALUE, count_of, is_missing
from dashboards.published import home_folder
from dashboards.queries.base import Row
from dashboards.queries.scope import Persons

READERS = (Role.AUDITOR, Role.ADMIN, Role.DATA_TEAM)
SETTLERS = (Role.ADMIN, Role.DATA_TEAM)
PAGE = "Data & definitions"
_SHOWN: dict[str, ColumnConfig | str] = {
    "state": "State",
    "at": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm"),
    "who": "Who",
    "wrong": st.column_config.TextColumn("What is wrong", width="large"),
    "right": st.column_config.TextColumn("What would be right", width="medium"),
    "core_key": "Row of core",
    "person_id": "Whose",
    "source_file": "File",
    "source_row": st.column_config.NumberColumn("Row of file", format="%d"),
    "figure": "Seen in",
    "why": "What became of it",
    "settled_by": "Settled by",
    "build_id": "Build",
    "id": "Number",
}


def rows_of(rows: pd.DataFrame, figure: str = "") -> dict[str, Disputed]:
    """Return the rows that can be called wrong, by what the reader sees of each."""
    found: dict[str, Disputed] = {}
    for row in rows.to_dict("records"):
        parts = [_text(row, "full_name"), _text(row, "day")[:10], _text(row, "what")]
        label = " · ".join(part for part in [*parts, _text(row, "core_key")] if part)
        number = row.get("source_row")
        found[label] = Disputed(
            core_table=_text(row, "core_table"),
            core_key=_text(row, "core_key"),
            person_id=_text(row, "person_id"),
            source_system=_text(row, "source_system"),
            source_file=_text(row, "source_file"),
            source_row=None if number is None or is_missing(number) else int(number),
            figure=figure,
        )
    return found


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if is_missing(value) else str(value)


def form(options: dict[str, Disputed], name: str) -> None:
    """Offer to say that one of these rows is wrong; for readers who see persons by name."""
    home = home_folder()
    if home is None or not options or data.session_scope().persons is not Persons.NAMES:
        return
    place = st.popover(
        "Say that a row is wrong",
        icon=":material/flag:",
        type="tertiary",
        key=f"dispute_{name}",
        on_change="rerun",
    )
    if not place.open:
        return
    with place, st.form(f"dispute_form_{name}", border=False):
        label = st.selectbox("Row", list(options))
        wrong = st.text_area("What is wrong?", max_chars=disputes.LONGEST["wrong"])
        right = st.text_input("What would be right?", max_chars=disputes.LONGEST["right"])
        st.caption(
            "The data team, administrators and auditors read it. No figure changes before the row "
            "is mended at its source or corrected by two people."
        )
        is_sent = st.form_submit_button("Send", icon=":material/send:")
    if is_sent and label in options:
        try:
            disputes.say(home, entrance.speaker(), options[label], wrong, right)
        except disputes.DisputeError as error:
            place.error(str(error), icon=":material/error:")
        else:
            place.success("Written down. You see below what becomes of it.")
    who = data.session_scope().name
    mine = [entry for entry in disputes.known(home) if entry.get("who") == who]
    if mine:
        place.caption("What you have said so far, and what became of it:")
        place.dataframe(
            _table(mine),
            hide_index=True,
            placeholder="",
            column_order=["state", "at", "core_key", "wrong", "right", "why"],
            column_config=dict(_SHOWN),
        )


def may_read() -> bool:
    """Tell whether the session's role reads what everybody has said."""
    return st.session_state.get("_role") in READERS


def show() -> None:
    """Show all disputes, open ones first; who can mend data settles them."""
    home = home_folder()
    found = disputes.known(home) if home is not None else []
    is_open = [entry for entry in found if entry["state"] == "open"]
    if home is None or not found:
        st.header("Nobody has said that a row is wrong", anchor=False)
        st.caption(
            "Whoever sees a row, below a figure or on the page of a person, can say so there."
        )
        return
    st.header(headline(len(is_open), len(found)), anchor=False)
    st.caption(
        "In UTC. A row is mended at its source, or by a correction that two people sign. What "
        "became of it is told to whoever said it."
    )
    table = data.for_reader(_table(found))
    download.buttons(lambda: table, "disputes", PAGE)
    st.dataframe(
        table,
        hide_index=True,
        placeholder=NO_VALUE,
        column_order=list(_SHOWN),
        column_config=dict(_SHOWN),
    )
    if st.session_state.get("_role") in SETTLERS and is_open:
        _settling([str(entry["id"]) for entry in is_open])


def headline(open_count: int, count: int) -> str:
    """Return how many rows somebody says are wrong."""
    if not open_count:
        return f"All {count_of(count, 'dispute')} are settled" if count > 1 else "It is settled"
    return f"{count_of(open_count, 'row')} {'is' if open_count == 1 else 'are'} said to be wrong"


def _settling(numbers: Sequence[str]) -> None:
    home = home_folder()
    with st.form("settle"):
        left, right = st.columns(2)
        number = left.selectbox("Number", numbers)
        outcome = right.selectbox("What became of it", disputes.OUTCOMES)
        why = st.text_input("Why, in a sentence", max_chars=disputes.LONGEST["why"])
        is_sent = st.form_submit_button("Settle")
    if not is_sent or home is None or number is None or outcome is None:
        return
    try:
        disputes.settle(home, entrance.speaker(), number, outcome, why)
    except disputes.DisputeError as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()


def _table(found: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(found).reindex(columns=list(_SHOWN))
    return table.assign(at=pd.to_datetime(table["at"], utc=True, errors="coerce"))
