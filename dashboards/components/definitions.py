"""The definitions as cards: what a figure means, how it ran, and where it is shown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboards.access.pages import PLACES
from dashboards.components import behind, data, filters
from dashboards.components.registry import Definition
from dashboards.components.words import NO_VALUE, count_of, day, listed, number, plain, spoken
from dashboards.queries import definitions
from dashboards.queries.base import Entity, Measure
from dashboards.queries.scope import Reach

_ROOT = Path(__file__).resolve().parents[1]
MOST_TOLD = 60  # reads in a graph that can still be read
_ID = re.compile(r"\b[A-Z]{2}-\d{2}\b")
_OWN = re.compile(r"^from dashboards\.(components|queries) import (.+)$", re.MULTILINE)
_PART = re.compile(r"^from dashboards\.((?:components|queries)\.\w+) import", re.MULTILINE)


def show() -> None:
    """Show every indicator as a card, or those that a word picks."""
    by_id: dict[str, list[Definition]] = {}
    for entry in data.registry():
        by_id.setdefault(entry.indicator_id, []).append(entry)
    leading = [key for key, measures in by_id.items() if measures[0].is_leading]
    st.header(
        f"{number(len(leading))} of {count_of(len(by_id), 'indicator')} are leading, which can "
        f"still be changed; the other {number(len(by_id) - len(leading))} are lagging",
        anchor=False,
    )
    _rows_behind(by_id)
    word = st.text_input("Find", placeholder="win rate, CO-01, coaching log …", key="find")
    found = [entries for entries in by_id.values() if _matches(entries, word)]
    if not found:
        st.write(
            f"No definition holds *{plain(word)}*. Try a shorter word, or an id such as PI-11."
        )
        return
    columns = st.columns(2)
    for position, entries in enumerate(found):
        with columns[position % 2]:
            _card(entries)


def _rows_behind(by_id: dict[str, list[Definition]]) -> None:
    """Lead from an indicator to the rows of its figures of the company; for who sees persons.

    Here auditors, who see few other pages, follow a figure to its files.
    """
    quarter = filters.running_quarter()
    is_seen = data.session_scope().reach is Reach.COMPANY and data.shows_persons()
    if quarter is None or not is_seen:
        return
    names = {f"{key} · {entries[0].name}": key for key, entries in by_id.items()}
    chosen = st.selectbox(
        "Follow the company's figures of an indicator to their rows and files",
        list(names),
        index=None,
        placeholder="Choose an indicator",
        key="follow",
    )
    if chosen is None:
        return
    key = names[chosen]
    measures = [Measure(key, entry.measure_id) for entry in by_id[key]]
    part = behind.Part(Entity("company", "company", "The company"), quarter)
    behind.expander(part, measures, name=f"of_{key}", page="Data & definitions")


def _matches(entries: list[Definition], word: str) -> bool:
    texts = (
        f"{entry.indicator_id} {entry.title} {entry.definition} {entry.required_fields}"
        for entry in entries
    )
    return word.strip().lower() in " ".join(texts).lower()


def _card(entries: list[Definition]) -> None:
    first = entries[0]
    with st.container(border=True):
        kind = "Leading" if first.is_leading else "Lagging"
        st.markdown(f"**{first.indicator_id} · {plain(first.name)}** :gray[:small[{kind}]]")
        for entry in entries:
            with st.container(gap=None):
                if entry.measure_name:
                    st.markdown(f":small[**{plain(entry.measure_name)}**]")
                st.markdown(f":small[{plain(entry.definition)}]")
            st.code(entry.formula or NO_VALUE, language=None, wrap_lines=True)
            facts = {
                "Unit": entry.unit,
                "Better": "depends" if entry.direction == "context" else entry.direction,
                "Judged from n": entry.threshold or "1",
                "Interval": "none"
                if entry.interval_method in ("", "none")
                else f"{spoken(entry.interval_method)} 95%",
            }
            st.caption(" · ".join(f"{name}: {plain(text)}" for name, text in facts.items()))
        shown = shown_on(first.indicator_id)
        st.caption(
            f"Needs: {plain(first.required_fields)}  \n"
            f"Shown on: {listed(list(shown)) if shown else 'no page of its own yet'}  \n"
            f"Owner: {plain(first.owner)} · Version {plain(first.version)} since "
            f"{day(first.valid_from)} · Article {plain(first.article)}"
        )
        behind = st.popover(
            "Versions, SQL, lineage",
            icon=":material/account_tree:",
            type="tertiary",
            key=f"behind_{first.indicator_id}",
            on_change="rerun",
        )
        if behind.open:
            with behind:
                _versions(first.indicator_id)
                _models(first.indicator_id)


def _versions(indicator_id: str) -> None:
    changes = data.ask(definitions.definition_changes)
    changes = changes[changes["indicator_id"] == indicator_id]
    lines = [
        f"- Version {row['version']}, {day(row['changed_on'])}: {plain(row['change'])} "
        f":gray[{plain(row['reason'])}]"
        for row in changes.to_dict("records")
    ]
    st.markdown("\n".join(lines) or "No change is on record.")


def _models(indicator_id: str) -> None:
    models = data.ask(definitions.models_of, indicator_id)
    if models.empty:
        st.caption(
            "How the models ran is withheld in this build, because SQL holds what a company set."
            if data.is_council()
            else "This build was published before it kept how its models ran."
        )
        return
    reads = data.ask(definitions.lineage, indicator_id)
    if len(reads) <= MOST_TOLD:
        st.graphviz_chart(graph(reads), width="content")
        _tell_reads(reads)
    else:
        st.caption(
            f"{count_of(len(reads), 'link')} lead down to the core, too many to be drawn: the SQL "
            "below names what each model reads."
        )
    for row in models.to_dict("records"):
        st.markdown(f"**{plain(row['table_name'])}** {plain(row['description'])}")
        st.code(row["sql"], language="sql", wrap_lines=True)


def _tell_reads(reads: pd.DataFrame) -> None:
    st.caption(
        "What it reads, down to the core: "
        + "; ".join(
            f"{plain(table)} from {listed([plain(one) for one in group['parent']])}"
            for table, group in reads.groupby("child", sort=False)
        )
        + "."
    )


def graph(reads: pd.DataFrame) -> str:
    """Return what reads what as a graph in the language of Graphviz, from left to right."""
    edges = [
        f'"{_quoted(parent)}" -> "{_quoted(child)}";'
        for parent, child in zip(reads["parent"], reads["child"], strict=True)
    ]
    look = 'node [shape=box, fontname="Inter", fontsize=10, color="#8A949E", fontcolor="#5A6570"]'
    head = ["digraph {", "rankdir=LR; bgcolor=transparent;", f'{look}; edge [color="#8A949E"];']
    return "\n".join([*head, *edges, "}"])


def _quoted(name: str) -> str:
    return str(name).replace("\\", "").replace('"', "")


@cache
def _ids_by_page() -> dict[str, frozenset[str]]:
    """Read out of the code which indicators each page names, with what it imports directly."""
    return {
        place.title: frozenset(
            _ID.findall("".join(_text(path) for path in _parts(f"views/{place.file}.py")))
        )
        for place in PLACES
        if place.group and place.address != "data"  # there all of them are defined
    }


def _parts(view: str) -> list[Path]:
    text = _text(_ROOT / view)
    names = [
        f"{folder}/{name.strip()}"
        for folder, listed_names in _OWN.findall(text)
        for name in listed_names.split(",")
    ]
    names += [name.replace(".", "/") for name in _PART.findall(text)]
    paths = [_ROOT / f"{name}.py" for name in names]
    return [_ROOT / view, *(path for path in dict.fromkeys(paths) if path.is_file())]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shown_on(indicator_id: str) -> tuple[str, ...]:
    """Return the titles of the pages that name an indicator, in their order."""
    return tuple(title for title, ids in _ids_by_page().items() if indicator_id in ids)
