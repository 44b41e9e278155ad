"""Data & definitions: what was loaded and rejected, which rules held, what every figure means."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components import (
    access_log,
    builds,
    charts,
    data,
    definitions,
    disputes,
    download,
    frame,
    sources,
)
from dashboards.components.sentences import HELD, rule_state, verdict_headline
from dashboards.components.words import (
    ENGINES,
    LAYERS,
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
from dashboards.queries import quality
from dashboards.queries.scope import sees_rows

ALL = "All"


def render() -> None:
    """Draw the page."""
    build = data.session_build()
    totals = data.ask(quality.totals)
    if build is None or totals.empty:
        frame.nothing_to_see()
        return
    system = source_filter()
    total = totals.iloc[0]
    st.caption(f"{build.company} · published {day(build.published_at)}")
    st.title(verdict_headline(build.verdict, total), anchor=False)
    if build.verdict != "warnings":  # else the banner above has said it
        icon, words, colour = frame.verdict_words(build.verdict)
        st.markdown(f":{colour}[{icon} **{words}**]")
    figures(total)
    names = ["Rules", "Rejected rows", "Ledger", "Sources", "Definitions"]
    parts = {"Builds": builds, "Disputes": disputes, "Access": access_log}  # for some roles only
    more = {name: part for name, part in parts.items() if part.may_read()}
    rules_tab, rows_tab, files_tab, sources_tab, definitions_tab, *further = st.tabs(
        [*names, *more], key="part", on_change="rerun", bind="query-params"
    )
    if rules_tab.open:
        with rules_tab:
            show_rules()
    if rows_tab.open:
        with rows_tab:
            show_rejected(system)
            show_corrections(system)
    if files_tab.open:
        with files_tab:
            show_ledger(system)
            show_reconciliation(system)
    if sources_tab.open:
        with sources_tab:
            sources.show(system)
    if definitions_tab.open:
        with definitions_tab:
            show_suppression()
            definitions.show()
    for part, tab in zip(more.values(), further, strict=True):
        if tab.open:
            with tab:
                part.show()


def source_filter() -> str:
    """Let the reader choose a source system; returns its name or 'all'."""
    names = data.ask(quality.systems)["source_system"].tolist()
    chosen = st.sidebar.selectbox(
        "Source", [ALL, *names], key="source", bind="query-params", format_func=spoken
    )
    return "all" if chosen in (ALL, None) else str(chosen)


def files_of(total: pd.Series) -> str:
    """Return how many files were read, and of how many the number of rows is not known."""
    files = count_of(total["file_count"], "file")
    uncounted = data.ask(quality.uncounted_files)
    unknown = int(uncounted["file_count"].sum())
    if not unknown:
        return files
    return (
        f"{files}; {number(unknown)} of them with an unknown number of rows, none of which count "
        "here"
    )


def figures(total: pd.Series) -> None:
    """Show the four figures of the ledger and the rules."""
    rows = float(total["source_rows"]) or 1.0
    shown = (
        ("Rows in the files", number(total["source_rows"]), files_of(total)),
        (
            "Accepted",
            number(total["accepted_rows"]),
            f"{number(total['superseded_rows'])} more were superseded by newer versions",
        ),
        (
            "Rejected",
            number(total["rejected_rows"]),
            f"{percent(total['rejected_rows'] / rows, 2)} of the rows, each with its reason",
        ),
        (
            "Not accounted for",
            number(total["residual_rows"]),
            "rows in the files less accepted, superseded and rejected"
            + (
                f" ones, and {number(expired)} expired"
                if (expired := total["expired_rows"])
                else ""
            ),
        ),
    )
    for column, (label, value, note) in zip(st.columns(4), shown, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(label, value)
            st.caption(note)


def show_rules() -> None:
    """Show every rule, and the keys of the rows that break the chosen one."""
    rules = data.ask(quality.rules)
    if rules.empty:
        st.write("This build carries no rule results.")
        return
    rules = rules.assign(
        status=[
            rule_state(bool(succeeded), str(severity))
            for succeeded, severity in zip(rules["succeeded"], rules["severity"], strict=True)
        ]
    )
    broken = rules[rules["status"] != HELD]
    if broken.empty:
        st.header(f"All {count_of(len(rules), 'rule')} held", anchor=False)
    else:
        words = {"Broken": "broken", "Warning": "with a warning", "Note": "to note"}
        tally = broken["status"].value_counts()
        names = [f"{number(tally[name])} {word}" for name, word in words.items() if name in tally]
        st.header(
            f"{number(len(rules) - len(broken))} of {count_of(len(rules), 'rule')} held; "
            f"{listed(names)}",
            anchor=False,
        )
    show_changes()
    if sees_rows(data.session_scope()):
        st.caption("Choose a row to see the keys that break the rule.")
    shown = rules.assign(
        icon=rules["status"].map(
            {HELD: "✓ Held", "Warning": "! Warning", "Note": "i Note", "Broken": "✕ Broken"}
        ),
        engine=[ENGINES.get(str(engine), spoken(engine)) for engine in rules["engine"]],
        layer=[LAYERS.get(str(layer), spoken(layer)) for layer in rules["layer"]],
    )
    event = st.dataframe(
        shown,
        key="rules",
        hide_index=True,
        placeholder=NO_VALUE,
        height=430,
        on_select="rerun",
        selection_mode="single-row",
        column_order=[
            "icon",
            "sentence",
            "severity",
            "layer",
            "unexpected_rows",
            "evaluated_rows",
            "engine",
            "owner",
            "rule_id",
        ],
        column_config={
            # As wide as the page, so that no column lies beyond its edge.
            "icon": st.column_config.TextColumn("State", width=80),
            "sentence": st.column_config.TextColumn("Rule", width=330),
            "severity": st.column_config.TextColumn("Severity", width=65),
            "layer": st.column_config.TextColumn("Layer", width=70),
            "unexpected_rows": st.column_config.NumberColumn(
                "Against", format="localized", width=65
            ),
            "evaluated_rows": st.column_config.NumberColumn(
                "Looked at", format="localized", width=75
            ),
            "engine": st.column_config.TextColumn("By", width=75),
            "owner": st.column_config.TextColumn("Owner", width=80),
            "rule_id": st.column_config.TextColumn("Id", width=120),
        },
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rules):
        show_failures(rules.iloc[chosen[0]])
    elif len(broken):
        show_failures(broken.iloc[0])


def show_changes() -> None:
    """Show which rules are waived, and what this build promises less than the one before."""
    waived = data.ask(quality.waivers)
    if len(waived):
        st.header(f"{count_of(len(waived), 'rule')} {was(len(waived))} waived", anchor=False)
        st.dataframe(
            waived,
            key="waivers",
            hide_index=True,
            placeholder=NO_VALUE,
            height=min(38 + 35 * len(waived), 220),
            column_config={
                "rule_id": "Id",
                "sentence": st.column_config.TextColumn("Rule", width="large"),
                "waiver_owner": "Answers for it",
                "waiver_reason": "Why",
                "waived_until": st.column_config.DateColumn("Until"),
            },
        )
    changes = data.ask(quality.rule_changes)
    weaker = changes[changes["is_weaker"].astype(bool)] if len(changes) else changes
    if weaker.empty:
        return
    st.header(
        f"{count_of(len(weaker), 'promise')} {'is' if len(weaker) == 1 else 'are'} weaker than in "
        "the build before, or reworded",
        anchor=False,
    )
    st.dataframe(
        weaker,
        key="rule_changes",
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(38 + 35 * len(weaker), 300),
        column_order=["sentence", "before", "after"],
        column_config={
            "sentence": st.column_config.TextColumn("What changed", width=620),
            "before": st.column_config.TextColumn("Before", width=190),
            "after": st.column_config.TextColumn("Now", width=190),
        },
    )


def show_failures(rule: pd.Series) -> None:
    """Show the keys of the rows that break a rule."""
    st.markdown(f"**{plain(rule['sentence'])}**  \n:small[:gray[{plain(rule['rule_id'])}]]")
    keys = data.ask(quality.rule_failures, str(rule["rule_id"]))
    against = int(rule["unexpected_rows"] or 0)
    if keys.empty:
        why = "This rule keeps a count, not the keys."
        if not sees_rows(data.session_scope()):
            why = f"{count_of(against, 'row')} against it; their keys are not shown to your role."
        st.write("No row breaks it." if against == 0 else why)
        return
    st.caption(f"{count_of(len(keys), 'key')} kept of {count_of(against, 'row')} against it.")
    st.dataframe(
        keys,
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(38 + 35 * len(keys), 300),
        column_config={"table_name": "Table", "key": st.column_config.TextColumn("Key")},
    )


def show_rejected(system: str) -> None:
    """Show rejected rows by reason, the rows' places, and the file to take along."""
    reasons = data.ask(quality.rejected_reasons, system)
    if reasons.empty and not sees_rows(data.session_scope()):
        st.header("Where rejected rows stand is not shown to your role", anchor=False)
        st.write("It is for those who mend the data. How many there are stands above.")
        return
    if reasons.empty:
        st.header("No row was rejected", anchor=False)
        return
    total = int(reasons["row_count"].sum())
    sentences = data.sentences()
    first = str(reasons["reason_code"].iloc[0])
    share = percent(reasons["row_count"].iloc[0] / total)
    title = f"{count_of(total, 'row')} {was(total)} rejected, {share} of them for one reason"
    st.header(title, anchor=False)
    st.caption(f"{spoken(first)}: {sentences.get(first, 'no sentence is known for this code.')}")
    with_their_file = int(data.ask(quality.totals).iloc[0]["rejected_rows"]) - total
    if system == "all" and with_their_file > 0:
        st.caption(
            f"{count_of(with_their_file, 'more row')} went with a file that was rejected whole: "
            "see the tab Sources."
        )
    drawn = reasons.assign(
        label=[spoken(code) for code in reasons["reason_code"]],
        text=[
            f"{number(rows)} in {count_of(files, 'file')}"
            for rows, files in zip(reasons["row_count"], reasons["file_count"], strict=True)
        ],
    )
    charts.show(
        charts.ranked_bars(
            drawn[["label", "row_count", "text"]].head(10),
            category="label",
            value="row_count",
            text="text",
            quiet=[],
            height=34,
        ),
        title,
        key="reasons",
    )
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    code = left.selectbox(
        "Reason",
        [ALL, *reasons["reason_code"]],
        key="reason",
        bind="query-params",
        format_func=spoken,
    )
    chosen = "all" if code in (ALL, None) else str(code)
    rows = data.ask(quality.rejected_rows, system, chosen, 1000)
    with right:
        download.buttons(
            data.asking(quality.rejected_rows, system, chosen, 1_000_000),
            "rejected_rows",
            "Data & definitions",
        )
    st.dataframe(
        rows,
        hide_index=True,
        placeholder=NO_VALUE,
        height=320,
        column_config={
            "source_system": "Source",
            "object": "Object",
            "source_file": st.column_config.TextColumn("File", width="large"),
            "source_row": st.column_config.NumberColumn("Row", format="%d"),
            "reason_code": "Reason",
            "column_name": "Column",
        },
    )
    st.caption(
        "File and row say where to look; what the row said stays in the file. Rows of files that "
        "were rejected whole stand in the ledger."
    )


def show_corrections(system: str) -> None:
    """Show what became of each correction; nothing where there are none."""
    found = data.ask(quality.corrections, system)
    if found.empty:
        return
    applied = found["fate"] == "applied"
    refused = int((~applied).sum())
    st.header(
        f"{count_of(int(applied.sum()), 'correction')} {was(int(applied.sum()))} applied"
        + (f", {number(refused)} not" if refused else ""),
        anchor=False,
    )
    sentences = data.sentences()
    shown = found.assign(
        state=[
            "✓ Applied" if done else f"✕ {sentences.get(str(code), spoken(code))}"
            for done, code in zip(applied, found["reason_code"], strict=True)
        ],
        was=[spoken(code) if code else "" for code in found["old_reason_code"].fillna("")],
    )
    texts = ["old_value", "new_value", "mended_file", "author_id", "approver_id"]
    shown[texts] = shown[texts].fillna("")
    st.dataframe(
        shown,
        key="corrections",
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(38 + 35 * len(shown), 300),
        column_order=[
            *("state", "object", "column_name", "old_value", "new_value", "was", "mended_rows"),
            *("mended_file", "mended_row", "source_file", "source_row", "author_id", "approver_id"),
        ],
        column_config={
            "state": st.column_config.TextColumn("State", width="large"),
            "object": "Object",
            "column_name": "Column",
            "old_value": "Old",
            "new_value": "New",
            "was": "Was rejected as",
            "mended_rows": st.column_config.NumberColumn("Rows", format="localized"),
            "mended_file": "File of the row",
            "mended_row": st.column_config.NumberColumn("Row", format="%d"),
            "source_file": "Corrections file",
            "source_row": st.column_config.NumberColumn("Its row", format="%d"),
            "author_id": "Asked for by",
            "approver_id": "Approved by",
        },
    )
    st.caption(
        "Reasons and texts stay in the corrections file; numbers, dates and flags are shown."
    )


def show_reconciliation(system: str) -> None:
    """Show rows and money from raw to the marts, each difference with its reason."""
    steps = data.ask(quality.reconciliation, system)
    if steps.empty:
        return
    remainder = steps["step"].str.startswith("unexplained")
    open_steps = steps[remainder & ((steps["row_count"] != 0) | (steps["amount"].abs() > 0))]
    st.header(
        "Rows and money are explained from raw to the marts"
        if open_steps.empty
        else f"{count_of(len(open_steps), 'difference')} on the way from raw to the marts "
        "without a reason",
        anchor=False,
    )
    shown = steps[~remainder | steps.index.isin(open_steps.index)]
    shown = shown.assign(
        step=[
            f"= {spoken(step)}" if kind == "total" else f"± {spoken(step)}"
            for step, kind in zip(shown["step"], shown["kind"], strict=True)
        ]
    )
    st.dataframe(
        shown,
        key="reconciliation",
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(38 + 35 * len(shown), 380),
        column_order=["source_system", "object", "column_name", "step", "row_count", "amount"],
        column_config={
            "source_system": "Source",
            "object": "Object",
            "column_name": "Column",
            "step": st.column_config.TextColumn("Step", width="medium"),
            "row_count": st.column_config.NumberColumn("Rows", format="localized"),
            "amount": st.column_config.NumberColumn("Sum", format="localized"),
        },
    )
    st.caption("Sums of amounts in their own currencies: they prove completeness, nothing else.")


def show_ledger(system: str) -> None:
    """Show the ledger by file."""
    files = data.ask(quality.ledger, system)
    residual = int(files["residual_rows"].abs().sum()) if len(files) else 0
    fates = "accepted, superseded or rejected"
    if len(files) and files["expired_rows"].fillna(0).any():
        fates = "accepted, superseded, rejected or expired"
    st.header(
        f"Each row of {count_of(len(files), 'file')} was {fates}"
        if residual == 0
        else f"{count_of(residual, 'row')} cannot be accounted for",
        anchor=False,
    )
    whole = st.column_config.NumberColumn
    st.dataframe(
        files,
        hide_index=True,
        placeholder=NO_VALUE,
        height=430,
        column_config={
            # As wide as the page, so that the residual is seen.
            "source_system": st.column_config.TextColumn("Source", width=90),
            "object": st.column_config.TextColumn("Object", width=140),
            "source_file": st.column_config.TextColumn("File", width=230),
            "file_status": st.column_config.TextColumn("State", width=70),
            **{
                name: whole(label, format="localized", width=width)
                for name, label, width in (
                    ("source_rows", "Rows in file", 85),
                    ("accepted_rows", "Accepted", 80),
                    ("superseded_rows", "Superseded", 85),
                    ("rejected_rows", "Rejected", 70),
                    ("expired_rows", "Expired", 70),
                    ("residual_rows", "Residual", 70),
                )
            },
        },
    )


def show_suppression() -> None:
    """Show how many figures have no value or too few cases, and why."""
    rows = data.ask(quality.suppression)
    if rows.empty:
        return
    with st.expander("Figures without a value, or with too few cases, and why"):
        st.dataframe(
            rows,
            key="suppression",
            hide_index=True,
            column_order=["sentence", "suppressed_count", "cell_count"],
            column_config={
                "sentence": st.column_config.TextColumn("Why", width="large"),
                "suppressed_count": st.column_config.NumberColumn("Figures", format="localized"),
                "cell_count": st.column_config.NumberColumn(
                    "Of", format="localized", help="All figures of the same measures and entities"
                ),
            },
        )


render()
