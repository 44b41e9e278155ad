"""1:1 prep: one page per person for the talk between the two, on the screen and on paper."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import private_notes
from dashboards.components import block, charts, charts_prep, data, download, filters, notes
from dashboards.components import prep_words as say
from dashboards.components.deal_sentences import Deal, deal_facts, deals_of
from dashboards.components.prep_print import MOST_ACTIONS, Sheet, document
from dashboards.components.words import NO_VALUE, count_of, day, deal_name, plain
from dashboards.published import home_folder
from dashboards.queries import deals, prep
from dashboards.queries.base import Entity, Period, Row

PAGE = "1:1 prep"
DETAIL = "views/detail.py"
MOST_DEALS, MOST_SESSIONS = 3, 3
DEAL_WIDTHS = [3.4, 6, 1.1]
NONE_STANDS_OUT = "None stands out."


def render() -> None:
    """Draw the page for one person."""
    if not data.shows_persons():
        st.title("No single person is shown here", anchor=False)
        st.write(
            f"A 1:1 is about one person, and figures of one person are {data.withheld()} stand "
            "behind them. The page Coaching shows groups."
            if data.is_council()
            else "Your role sees groups, not persons. The page Coaching shows groups."
        )
        return
    person_id, period = chosen_person(), filters.period("fiscal_quarter")
    rows = data.ask(prep.person, person_id) if person_id else pd.DataFrame()
    if rows.empty or period is None:
        nobody()
        return
    show(rows.to_dict("records")[0], period)


def nobody() -> None:
    """Say why there is nobody to prepare for."""
    st.title("There is nobody to prepare for", anchor=False)
    st.write(
        "Nobody reports to you on the day these figures are of, or no roster was loaded. "
        "Whoever runs these pages can tell which person you are in the data."
    )


def chosen_person() -> str:
    """Let the reader choose a person of those in sight; ``rep`` in the address is their id."""
    people = data.ask(prep.people)
    if people.empty:
        return ""
    # Once more, by what is shown: pseudonyms in the order of names would tell of the names.
    people = people.sort_values(
        ["is_rep", "depth", "full_name", "person_id"], ascending=[False, True, True, True]
    )
    names = (
        people["full_name"]
        .astype(str)
        .where(people["is_rep"].astype(bool), people["full_name"].astype(str) + " (manager)")
    )
    labels = filters._unique(names, people["person_id"])
    ids = people["person_id"].astype(str).tolist()
    asked = st.query_params.get("rep", "")
    if asked in ids:  # a link of another page knows the id, not the label
        st.session_state["person"] = labels[ids.index(asked)]
        st.query_params["person"] = labels[ids.index(asked)]
        del st.query_params["rep"]
    if len(ids) == 1:
        return ids[0]
    chosen = st.sidebar.selectbox("Person", labels, key="person", bind="query-params")
    return ids[labels.index(chosen)] if chosen in labels else ids[0]


def show(person: Row, period: Period) -> None:
    """Ask for everything about a person, and draw it."""
    person_id = str(person["person_id"])
    standing: block.Asked = (prep.standing, (person_id, period, tuple(say.MEASURES)))
    places = say.places(data.ask(standing[0], *standing[1]), data.registry(), period)
    skills = data.ask(prep.skills, person_id, period)
    gaps, strengths = say.gaps(places, skills), say.strengths(places, skills)
    sessions = data.ask(prep.sessions, person_id, MOST_SESSIONS)
    actions = data.ask(prep.open_actions, person_id)
    entity = Entity("rep", person_id, str(person["full_name"]))
    warned = data.ask(deals.at_risk, entity, "all", MOST_DEALS)
    three = deals_of(warned, MOST_DEALS) if len(warned) else []
    deal_count = int(warned["deal_count"].iloc[0]) if len(warned) else 0
    questions = say.questions_to_ask(
        data.ask(prep.to_ask, person_id), data.ask(prep.questions), three
    )
    title = say.title(str(person["full_name"]), sessions, actions)

    st.caption(plain(" · ".join(say.who(person))))
    st.title(plain(title), anchor=False)
    sheet = Sheet(
        title=title,
        who=" · ".join(say.who(person)),
        due=say.due_words(person),
        gaps=gaps,
        strengths=strengths,
        actions=[say.action_words(row) for row in actions.to_dict("records")],
        actions_title=say.actions_title(actions, min(len(actions), MOST_ACTIONS)),
        oldest=say.oldest_words(actions),
        deals=[deal_texts(deal) for deal in three],
        deal_count=deal_count,
        sessions=[say.session_words(row) for row in sessions.to_dict("records")],
        questions=questions,
        foot=foot(),
    )
    row_count = len(places) + len(skills) + len(actions) + len(warned) + len(sessions)
    download.sheet(lambda: document(sheet), "one_to_one_prep", PAGE, row_count, "Print this page")

    left, right = st.columns([3, 2], gap="large")
    with left:
        show_standing(places, person_id, period, standing)
    with right:
        show_points("Gaps", gaps)
        show_points("Strengths", strengths)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_questions(questions)
    with right:
        show_actions(sheet)
    show_deals(three, deal_count)
    show_sessions(sheet)
    show_tabs(person_id, period, entity)


def foot() -> str:
    """Return what the sheet rests on, and what it is not for."""
    build = data.session_build()
    through = (
        "" if build is None else f"Data through {day(build.data_through)}, build {build.build_id}. "
    )
    return (
        f"{through}Printed for {data.session_scope().name}. It holds personal data: for the talk "
        "between the two, not for employment decisions. What was agreed in words stands in the "
        "private notes."
    )


def show_standing(
    places: list[say.Place], person_id: str, period: Period, asked: block.Asked
) -> None:
    """Draw the dominant chart: the person's marks on the bands of the others."""
    sentence = say.standing_sentence(places)
    st.header(sentence, anchor=False)
    if not places:
        st.caption("Neither this quarter nor the one before has a figure of this person.")
        return
    st.caption(
        "Band: the middle half of the other reps of the region. Line: 95% interval, where one is "
        f"published; else that of a share by n decides. {say.LESS} less is better. Behind or "
        f"ahead: {say.MATERIAL * 100:.0f} points or more beyond the band, and their median "
        "outside the interval."
    )
    rows = say.standing_rows(places, period)
    words = "; ".join(rows["measure"] + ": " + rows["text"] + ", " + rows["standing"].str.lower())
    charts.show(charts_prep.standing(rows), f"{sentence}. {words}.", key="standing")
    block.under(
        rows.drop(columns="text"),
        name="standing",
        page=PAGE,
        asked=[asked],
        measures=tuple(say.MEASURES),
        trace=say.figure(places, person_id, period),
    )


def show_points(head: str, points: list[say.Point]) -> None:
    """List gaps or strengths, each with what it rests on and its definition."""
    st.header(head, anchor=False)
    if not points:
        st.write(NONE_STANDS_OUT)
    for point in points:
        known = point.place.definition if point.place else None
        st.markdown(
            f"{plain(point.text)} **{plain(point.value)}**  \n:small[:gray[{plain(point.basis)}]]",
            help=known.hover() if known else None,
        )


def show_questions(questions: list[say.Question]) -> None:
    """List open questions."""
    st.header("Ask, and let the other one answer", anchor=False)
    for question in questions:
        about = f"  \n:small[:gray[on {plain(question.about)}]]" if question.about else ""
        st.markdown(f"- *{plain(question.text)}*{about}")


def show_actions(sheet: Sheet) -> None:
    """List what was agreed and is open, the latest first."""
    st.header(sheet.actions_title, anchor=False)
    if sheet.oldest:
        st.caption(f"{sheet.oldest}. What was agreed in words is private.")
    for due, known in sheet.actions[:MOST_ACTIONS]:
        icon = "schedule" if due.endswith("overdue") else "check_box_outline_blank"
        st.markdown(f":material/{icon}: **{plain(due)}**  \n:small[:gray[{plain(known)}]]")


def deal_texts(deal: Deal) -> tuple[str, str, tuple[str, ...]]:
    """Return name, facts and warnings of a deal."""
    what, when = deal_facts(deal.row)
    name = deal_name(deal.row["opportunity_name"], deal.row["opportunity_id"])
    return name, f"{what} · {when}", deal.reasons


def show_deals(three: list[Deal], total: int) -> None:
    """List the deals with the most warnings."""
    if not three:
        st.header("No open deal has a warning", anchor=False)
        return
    head = "Talk about this deal" if len(three) == 1 else f"Talk about these {len(three)} deals"
    st.header(head, anchor=False)
    st.caption(
        f"Of {count_of(total, 'open deal')} with a warning those with the most, then the larger "
        "amount. A start for a conversation, not a forecast."
    )
    with st.container(border=True, gap="small"):
        for deal in three:
            name, facts, reasons = deal_texts(deal)
            columns = st.columns(DEAL_WIDTHS, vertical_alignment="top")
            columns[0].markdown(f"**{plain(name)}**  \n:small[:gray[{plain(facts)}]]")
            columns[1].markdown("\n".join(f"- :small[{plain(text)}]" for text in reasons))
            columns[2].page_link(
                DETAIL,
                label="Open",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={"deal": str(deal.row["opportunity_id"])},
            )


def show_sessions(sheet: Sheet) -> None:
    """List the last sessions: when, with whom, what about, what was agreed."""
    st.header("Last sessions", anchor=False)
    if not sheet.sessions:
        st.write("The coaching log has none of this person.")
        return
    if sheet.due:
        st.caption(f"{sheet.due[:1].upper()}{sheet.due[1:]}.")
    for when, about, agreed in sheet.sessions:
        st.markdown(f"**{plain(when)}**: {plain(about)}  \n:small[:gray[{plain(agreed)}]]")


def show_tabs(person_id: str, period: Period, entity: Entity) -> None:
    """Show what stands behind the lists, what is held about the person, and private notes."""
    behind, held, private = st.tabs(
        ["Rows behind this page", "Everything that is held", "Private notes"],
        key="part",
        on_change="rerun",
        bind="query-params",
    )
    if held.open:
        with held:
            show_held(person_id)
    elif private.open:
        with private:
            show_private(person_id)
    else:
        with behind:
            show_rows(person_id, period, entity)


def show_rows(person_id: str, period: Period, entity: Entity) -> None:
    """Offer the rows behind each list as a table and a file."""
    parts = (
        ("Skills against their target", "prep_skills", (prep.skills, (person_id, period))),
        ("Open actions", "prep_actions", (prep.open_actions, (person_id,))),
        ("Deals with a warning", "prep_deals", (deals.at_risk, (entity, "all", MOST_DEALS))),
        ("Sessions", "prep_sessions", (prep.sessions, (person_id, MOST_SESSIONS))),
        ("What 'coach next' asks", "prep_questions", (prep.to_ask, (person_id,))),
    )
    for label, name, (query, arguments) in parts:
        rows = data.ask(query, *arguments)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{label} :small[:gray[{count_of(len(rows), 'row')}]]", width=280)
            block.under(rows, name=name, page=PAGE, asked=[(query, arguments)])


def show_private(person_id: str) -> None:
    """Offer the private notes, or say why there are none."""
    build, home = data.session_build(), home_folder()
    if build is None or private_notes.store(home, build.build_id) is None:
        st.write(
            "No private notes are kept with this build. Whoever runs these pages can have them "
            "kept for the person, the coach, and those above the person."
        )
        return
    notes.section(person_id)


def show_held(person_id: str) -> None:
    """List by kind how many rows are held about a person, and where they can be seen."""
    rows = data.ask(prep.held, person_id)
    st.header(say.held_sentence(rows), anchor=False)
    st.caption(
        "'figures': the rows are only counted, and shown one by one on no page. Whoever runs these "
        "pages writes out every row, from the raw files on, private notes and who read them "
        "included, with the command below."
    )
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        placeholder=NO_VALUE,
        column_config={
            "kind": "Kind",
            "row_count": st.column_config.NumberColumn("Rows", format="localized"),
            "first_date": st.column_config.DateColumn("First"),
            "last_date": st.column_config.DateColumn("Last"),
            "seen_on": "Seen on",
        },
    )
    st.code(f"halftime subject --person {person_id} --out DIR", language="shell")
    block.under(rows, name="held", page=PAGE, asked=[(prep.held, (person_id,))])


render()
