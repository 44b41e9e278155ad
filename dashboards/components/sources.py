"""What the tab on sources shows: how fresh they are, and what about their files needs mending."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components import charts, data
from dashboards.components.words import (
    NO_VALUE,
    count_of,
    day,
    listed,
    number,
    percent,
    plain,
    spoken,
    was,
)
from dashboards.queries import quality, selection

FINDINGS = {
    "missing_required": "missing though required",
    "unknown": "not in the contract",
    "missing_optional": "missing but optional",
    "alias": "under another name",
}
COMPARED = {
    "complete": "✓ Complete",
    "rows_differ": "✕ Another number of rows",
    "total_differs": "✕ Another sum",
    "nothing_landed": "✕ Nothing of it was landed",
    "no_such_column": "✕ No such column",
    "rejects_differ": "Rows agree; the sum lacks rejected ones",
    "expired": "Rows agree; the sum lacks expired ones",
}
_WEEK = 7
_NAMED = 4
_ROW, _HEAD, _TALLEST = 35, 38, 360


def show(system: str) -> None:
    """Draw the tab for one source system, or for all."""
    show_freshness(system)
    show_control_totals(system)
    show_files(system)
    show_drift(system)
    show_orphans(system)
    show_unmatched(system)
    show_stages(system)
    if not data.is_council():  # its build tells of no moment of entry
        show_delays()


def freshness_headline(objects: pd.DataFrame, as_of: object) -> str:
    """Return how many objects have news of the last week."""
    dated = objects[objects["days_behind"].notna()]
    if dated.empty:
        return "No object bears a date"
    fresh = int((dated["days_behind"] < _WEEK).sum())
    return (
        f"{number(fresh)} of {count_of(len(dated), 'dated object')} "
        f"{'has' if fresh == 1 else 'have'} news of the seven days to {day(as_of)}"
    )


def drift_headline(columns: pd.DataFrame) -> str:
    """Return how many columns differ from their contract, and how."""
    tally = columns["finding"].value_counts()
    named = [f"{number(tally[name])} {words}" for name, words in FINDINGS.items() if name in tally]
    return f"Columns differ from their contract: {listed(named)}"


def unmatched_headline(totals: pd.DataFrame) -> str:
    """Return how many names of the files mean nobody and how many mean several people."""
    if totals.empty:
        return "Every name in the files means one person"
    names = dict(zip(totals["reason"], totals["name_count"], strict=True))
    said = [
        f"{count_of(names[reason], 'name')} {'means' if names[reason] == 1 else 'mean'} {whom}"
        for reason, whom in (("unmatched", "nobody"), ("ambiguous", "several people"))
        if reason in names
    ]
    return f"In the files {' and '.join(said)}"


def show_freshness(system: str) -> None:
    """Show per object how old its newest news is."""
    objects = data.ask(quality.freshness, system)
    if objects.empty:
        st.header("Nothing was landed", anchor=False)
        return
    as_of = data.ask(selection.clock).iloc[0]["as_of_date"]
    undated = int(objects["days_behind"].isna().sum())
    st.header(freshness_headline(objects, as_of), anchor=False)
    st.caption(
        "By the objects' own dates. What changes rarely, such as roles and policies, is old "
        f"without being late. {count_of(undated, 'object')} without a date."
    )
    table(
        objects.assign(object=objects["object"].map(spoken)),
        key="freshness",
        latest_event_date=st.column_config.DateColumn("Newest news", format="D MMM YYYY"),
        days_behind=st.column_config.NumberColumn("Days behind", format="localized"),
        accepted_rows=st.column_config.NumberColumn("Rows in force", format="localized"),
        landed_file_count=st.column_config.NumberColumn("Files", format="localized"),
        landed_at=st.column_config.DatetimeColumn("Last landed, UTC", format="D MMM YYYY, HH:mm"),
    )


def control_headline(totals: pd.DataFrame) -> str:
    """Return how many exports are as complete as their senders say."""
    wrong = int(totals["finding"].isin([k for k, v in COMPARED.items() if v[0] == "✕"]).sum())
    if wrong:
        return (
            f"{number(wrong)} of {count_of(len(totals), 'control total')} "
            f"{'differs' if wrong == 1 else 'differ'} from what was landed"
        )
    return f"Landed to the row: {count_of(len(totals), 'control total')} of the exporting systems"


def show_control_totals(system: str) -> None:
    """Show what exporting systems say they sent against what came; nothing where none says so."""
    totals = data.ask(quality.control_totals, system)
    if totals.empty:
        return
    st.header(control_headline(totals), anchor=False)
    number = st.column_config.NumberColumn
    table(
        totals.assign(
            finding=totals["finding"].map(COMPARED),
            object=totals["object"].map(spoken),
        ),
        key="control_totals",
        finding=st.column_config.TextColumn("Finding", width=180),
        file_name=st.column_config.TextColumn("About", width=150),
        column_name=st.column_config.TextColumn("Sum of", width=70),
        currency_code=st.column_config.TextColumn("Currency", width=65),
        stated_rows=number("Rows sent", format="localized"),
        landed_rows=number("Rows landed", format="localized"),
        stated_total=number("Sum sent", format="localized"),
        landed_total=number("Sum landed", format="localized"),
        source_file=st.column_config.TextColumn("Said by", width=150),
        source_row=number("Its row", format="%d"),
    )


def show_files(system: str) -> None:
    """Show the files that were not landed, and why."""
    files = data.ask(quality.files_not_landed, system)
    if files.empty:
        st.header("Every file was landed", anchor=False)
        return
    tally = files["file_status"].value_counts()
    words = {"rejected": "refused whole", "unknown": "of no object", "duplicate": "landed before"}
    named = [f"{number(tally[name])} {said}" for name, said in words.items() if name in tally]
    st.header(
        f"{count_of(len(files), 'file')} {was(len(files))} not landed: {listed(named)}",
        anchor=False,
    )
    table(
        files.assign(
            object=files["object"].map(spoken), file_status=files["file_status"].map(spoken)
        ),
        key="files_not_landed",
        file_status=st.column_config.TextColumn("State", width="small"),
        reason=st.column_config.TextColumn("Reason", width="large"),
    )


def show_drift(system: str) -> None:
    """Show the columns that differ from their contract."""
    columns = data.ask(quality.schema_drift, system)
    if columns.empty:
        st.header("Every column is as its contract says", anchor=False)
        return
    st.header(drift_headline(columns), anchor=False)
    st.caption(
        "A missing optional column is empty in every row; an unknown one is kept aside, unused."
    )
    table(
        columns.assign(
            object=columns["object"].map(spoken),
            finding=[spoken(FINDINGS.get(str(name), name)) for name in columns["finding"]],
        ),
        key="schema_drift",
        finding=st.column_config.TextColumn("Finding"),
        column_name=st.column_config.TextColumn("Column of the contract"),
        header=st.column_config.TextColumn("Header in the file"),
        detail=st.column_config.TextColumn("Detail"),
    )


def show_orphans(system: str) -> None:
    """Show the rows that point at a record nobody delivered."""
    pointers = data.ask(quality.orphan_pointers, system)
    if pointers.empty:
        st.header("Every row points at records that were delivered", anchor=False)
        return
    total = int(pointers["row_count"].sum())
    named = [
        f"{number(rows)} by {column} of {source} {kind}"
        for source, kind, column, rows in pointers[
            ["source_system", "object", "column_name", "row_count"]
        ]
        .head(_NAMED)
        .itertuples(index=False)
    ]
    more = len(pointers) - len(named)
    st.header(
        f"{count_of(total, 'row')} {'points' if total == 1 else 'point'} at a record that nobody "
        "delivered",
        anchor=False,
    )
    st.caption(
        "They are kept and counted: "
        + plain(listed([*named, count_of(more, "more column")] if more else named))
        + "."
    )
    rows = data.ask(quality.orphan_rows, system)
    if rows.empty:  # the places are for those who see the whole company
        return
    table(
        rows.assign(object=rows["object"].map(spoken)),
        key="orphans",
        source_row=st.column_config.NumberColumn("Row", format="%d"),
        column_name=st.column_config.TextColumn("Column"),
        missing_id=st.column_config.TextColumn("Points at"),
    )


def show_unmatched(system: str) -> None:
    """Show whom the files name and nobody is, with the nearest name and what to do."""
    totals = data.ask(quality.unmatched_totals, system)
    st.header(unmatched_headline(totals), anchor=False)
    if totals.empty:
        return
    rows = int(totals["row_count"].sum())
    st.caption(
        f"{count_of(rows, 'row')} {'counts' if rows == 1 else 'count'} for the company and for no "
        "person. Nothing is guessed: say who is meant in a file of aliases "
        "(`halftime template people`), and the next run knows."
    )
    people = data.ask(quality.unmatched_people, system, 1000, data.is_council())
    if people.empty:  # the names are for those who see the whole company
        return
    table(
        people.assign(reason=people["reason"].map({"unmatched": "Nobody", "ambiguous": "Several"})),
        key="unmatched",
        alias=st.column_config.TextColumn("Name or id as written", width="medium"),
        reason=st.column_config.TextColumn("Means", width="small"),
        row_count=st.column_config.NumberColumn("Rows", format="localized"),
        likeliest_name=st.column_config.TextColumn("Nearest name"),
        likeliest_score=st.column_config.NumberColumn("Alike, of 100", format="%d"),
    )


def show_stages(system: str) -> None:
    """Show how each stage of a deal is read, and which ones nobody has mapped."""
    stages = data.ask(quality.stages, system)
    if stages.empty:
        return
    unmapped = stages[~stages["is_mapped"]]
    title = (
        "Every stage of a deal is mapped"
        if unmapped.empty
        else f"{count_of(len(unmapped), 'stage')} of deals {was(len(unmapped))} never mapped"
    )
    st.header(title, anchor=False)
    st.caption(
        "A stage that nobody has mapped counts as open. Map it under `stages` in halftime.yml: no "
        "code is needed, and the next run knows."
    )
    table(
        stages.assign(
            is_mapped=["Mapped" if known else "✕ Not mapped" for known in stages["is_mapped"]],
            stage_category=stages["stage_category"].map(spoken),
        ),
        key="stages",
        is_mapped=st.column_config.TextColumn("State", width="small"),
        stage_name=st.column_config.TextColumn("Stage as written", width="medium"),
        stage_category="Read as",
        stage_order=st.column_config.NumberColumn("Order", format="%d"),
        is_qualified=st.column_config.CheckboxColumn("Qualified"),
        row_count=st.column_config.NumberColumn("Rows", format="localized"),
    )


def delay_headline(delays: pd.DataFrame) -> str:
    """Return how many sessions were entered long after their day; ``delays`` as the query gives."""
    counts = dict(zip(delays["delay"], delays["session_count"], strict=True))
    known = sum(counts.values()) - counts.get("not recorded", 0)
    if not known:
        return "No log says when a session was entered"
    late = counts.get("within 30 days", 0) + counts.get("later", 0)
    share = percent(late / known, 0 if late / known >= 0.0995 or not late else 1)
    return f"{share} of {count_of(known, 'session')} were entered more than a week after their day"


def show_delays() -> None:
    """Show how long after its day a coaching session was entered, which tells of back-dating."""
    delays = data.ask(quality.entry_delays)
    if delays.empty:
        return
    title = delay_headline(delays)
    st.header(title, anchor=False)
    st.caption("Held sessions of all logs. What was entered late may have been back-dated.")
    drawn = delays.assign(text=[count_of(rows, "session") for rows in delays["session_count"]])
    charts.show(
        charts.ranked_bars(
            drawn, category="delay", value="session_count", text="text", quiet=["not recorded"]
        ),
        title,
        key="delays",
    )


def table(rows: pd.DataFrame, *, key: str, **columns: Any) -> None:
    """Show rows in a table that is as tall as they need, up to a limit."""
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(_HEAD + _ROW * len(rows), _TALLEST),
        column_config={
            "source_system": "Source",
            "object": "Object",
            "source_file": st.column_config.TextColumn("File", width="medium"),
            **columns,
        },
    )
