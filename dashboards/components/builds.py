"""What the tab on builds shows: the chain, who signed, and a check of it all at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboards import build_log
from dashboards.access.roles import Role
from dashboards.components import data, download
from dashboards.components.words import NO_VALUE, count_of, number, plain, spoken
from dashboards.published import home_folder

READERS = (Role.AUDITOR, Role.DATA_TEAM, Role.ADMIN)
PAGE = "Data & definitions"
STATES = {
    "served": "▶ Served",
    "served_rewritten": "▶ Served, rewritten after an erasure",
    "kept": "Kept",
    "rewritten": "Rewritten after an erasure",
    "removed": "Removed",
}


def may_read() -> bool:
    """Tell whether the session's role is told of all builds."""
    return st.session_state.get("_role") in READERS


def show() -> None:
    """Show the chain of builds and offer to check it."""
    home, build = home_folder(), data.session_build()
    rows = build_log.builds(home, build.build_id if build else "")
    if home is None or rows.empty:
        st.header("No build is in the chain yet", anchor=False)
        st.write(
            "The next publication begins one: each build then holds the hash of the one before."
        )
        return
    st.header(headline(rows), anchor=False)
    st.caption(
        "Each entry of the chain holds the hash of the one before, so nothing can be changed or "
        "left out unseen. Note the head elsewhere, and nobody can write the whole chain anew."
    )
    st.code(f"head  {build_log.head(home)}", language=None, wrap_lines=True)
    _check(home)
    shown = rows.assign(
        state=rows["state"].map(STATES), verdict=[spoken(word) for word in rows["verdict"]]
    )
    download.buttons(lambda: rows, "builds", PAGE)
    st.dataframe(
        shown,
        key="builds",
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(38 + 35 * len(shown), 400),
        column_config={
            "build_id": st.column_config.TextColumn("Build", width="medium"),
            "published_at": st.column_config.DatetimeColumn(
                "Published (UTC)", format="D MMM YYYY, HH:mm"
            ),
            "state": "State",
            "verdict": "Verdict",
            "broken_count": st.column_config.NumberColumn("Rules broken", format="localized"),
            "rule_count": st.column_config.NumberColumn("Of", format="localized"),
            "code": "Code",
            "manifest": st.column_config.TextColumn("Manifest", help="The first signs of its hash"),
            "signed": st.column_config.TextColumn("Signed", width="medium"),
        },
    )
    st.caption("To sign a build, and to hand it over with all that it rests on:")
    st.code(
        "halftime sign --home HOME --key KEY.pem --role auditor --decision accept\n"
        "halftime evidence --home HOME --out PACK",
        language="shell",
        wrap_lines=True,
    )


def headline(rows: pd.DataFrame) -> str:
    """Return how many builds there are, and how many somebody signed."""
    signed = int((rows["signed"] != "").sum())
    if len(rows) == 1:
        return f"One build in the chain, {'signed' if signed else 'not signed'}"
    return f"{number(len(rows))} builds in the chain, {signed or 'none'} of them signed"


@st.cache_resource
def _one_at_a_time() -> threading.Lock:
    return threading.Lock()


def _check(home: Path) -> None:
    if not st.button("Verify now", icon=":material/verified:", key="verify_now"):
        return
    if not _one_at_a_time().acquire(blocking=False):
        st.info("Somebody else is verifying just now. Try again in a minute.")
        return
    try:
        with st.spinner("Recomputing the chain, the hash of each file and of each table …"):
            said = build_log.verified(home)
    except RuntimeError as error:
        st.error(str(error), icon=":material/error:")
        return
    finally:
        _one_at_a_time().release()
    if said["sound"]:
        st.success(
            f"Sound: {count_of(said['entries'], 'entry', 'entries')}, "
            f"{count_of(said['files'], 'file')} and {count_of(said['tables'], 'table')} are as the "
            "chain says.",
            icon=":material/verified:",
        )
    else:
        finding = said["finding"]
        st.error(plain("; ".join(f"{name}: {text}" for name, text in finding.items())))
    for note in said["notes"]:
        st.caption(plain(note))
