"""The frame around every page: notes on warnings and a newer build, the empty state, the foot."""

from __future__ import annotations

import streamlit as st

from dashboards.components import data
from dashboards.components.words import count_of, day
from dashboards.published import Build
from dashboards.queries import quality

DATA_PAGE = "views/data_and_definitions.py"
RULES_TAB = {"part": "Rules"}


def empty_state() -> None:
    """Say kindly that nothing is published yet, and what to run."""
    st.title("Nothing has been published yet")
    st.write(
        "These pages show published builds, and this home has none so far. "
        "Run one of these from the project's folder, then reload this page."
    )
    st.write("To see the sample company:")
    st.code("make demo", language="shell")
    st.write("To see your own data:")
    st.code(
        "halftime run --config halftime.yml --landing FOLDER --home HOME\n"
        "halftime dashboard --home HOME",
        language="shell",
    )


def nothing_to_see() -> None:
    """Say that the reader's scope holds nothing of a page, and whom to ask."""
    st.title("There is nothing here that you may see", anchor=False)
    st.write("Ask whoever runs these pages to give you a scope.")


def no_period() -> None:
    """Say that the calendar of the build holds no quarter to show."""
    st.title("No fiscal quarter has begun by this day", anchor=False)
    st.write("The calendar of the build begins later than its data.")


def newer_build_note() -> None:
    """Offer a newer build; the reader decides when to move, unless the old one is gone."""
    cleared = data.cleared_build()
    if cleared is not None:
        st.info(
            f"Build {cleared}, which you were looking at, "
            "was cleared away; this is the served one.",
            icon=":material/info:",
        )
    newer = data.newer_build()
    if newer is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/update: A newer build is ready, with data through "
            f"{day(newer.data_through)}. The figures on this page stay as they are."
        )
        st.button("Show the newer build", on_click=data.read_newer, args=(newer,))


def privacy_banner() -> None:
    """Say above every page of a council's build what the figures are not for, and what is shown."""
    build = data.session_build()
    if build is not None and build.is_council:
        with st.container(border=True):
            st.markdown(privacy_words(build.minimum_group))


def privacy_words(minimum: int) -> str:
    """Return the banner's sentences."""
    return (
        ":material/shield_person: **Scores are not for employment decisions.** "
        f"Figures are of groups of at least {minimum} people; persons have pseudonyms and no "
        "figures of their own."
    )


def warning_banner(on_data_page: bool = False) -> None:
    """Say above every page of a build with broken warnings that there are some, and where."""
    build = data.session_build()
    if build is None or build.verdict != "warnings":
        return
    totals = data.ask(quality.totals)
    if totals.empty:  # the scope sees nothing
        return
    label, icon = "Which rules did not hold", ":material/arrow_forward:"
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        total = totals.iloc[0]
        st.markdown(
            warning_words(int(total["broken_warning"]), int(total["broken_critical"])),
            width="stretch",
        )
        if on_data_page:  # a link to the page that is open does not move its tabs
            st.button(
                label,
                icon=icon,
                icon_position="right",
                type="tertiary",
                on_click=st.session_state.update,
                args=(RULES_TAB,),
            )
        else:
            st.page_link(
                DATA_PAGE, label=label, icon=icon, icon_position="right", query_params=RULES_TAB
            )


def warning_words(warnings: int, waived: int) -> str:
    """Return the banner's sentence; what a critical rule found is published only if waived."""
    found = f":material/info: **Published with {count_of(warnings, 'warning')}"
    if not waived:
        return f"{found}.** No critical rule is broken; some figures may rest on incomplete data."
    rules = f"{count_of(waived, 'critical rule')} {'is' if waived == 1 else 'are'}"
    return (
        f"{found}; {rules} broken and waived.** Figures may be wrong or incomplete: "
        "the rules say who answers for it, and why."
    )


def verdict_words(verdict: str) -> tuple[str, str, str]:
    """Return (icon, words, colour) for a verdict: never the colour alone."""
    if verdict == "passed":
        return ":material/check_circle:", "No warning, nothing critical", "green"
    if verdict == "warnings":
        return ":material/info:", "Published with warnings", "blue"
    return ":material/error:", "Critical rules broken", "red"


def through_words(build: Build) -> str:
    """Return how far the data reach; and where the build looks at an earlier day, that day."""
    words = f"Data through **{day(build.data_through)}**"
    is_earlier = build.as_of and build.data_through and build.as_of < build.data_through
    return f"{words}, looked at as of **{day(build.as_of)}**" if is_earlier else words


def foot(link: bool = True) -> None:
    """Show what the page rests on: data through, rejected rows, verdict, build."""
    build = data.session_build()
    if build is None:
        return
    totals = data.ask(quality.totals)
    rejected = int(totals.iloc[0]["rejected_rows"]) if len(totals) else 0
    files = int(totals.iloc[0]["file_count"]) if len(totals) else 0
    icon, words, colour = verdict_words(build.verdict)
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(through_words(build), width="content")
        st.caption(
            f"{count_of(files, 'file')} read, **{count_of(rejected, 'row')}** rejected",
            width="content",
        )
        # A caption is drawn fainter, which leaves a colour too little contrast to be read.
        st.markdown(f":small[:{colour}[{icon} {words}]]", width="content")
        st.caption(f"Build {build.build_id}", width="content")
        st.caption(f"Scope: {data.session_scope().name}", width="content")
        if link:
            st.page_link(
                DATA_PAGE,
                label="What stands behind these figures",
                icon=":material/arrow_forward:",
                icon_position="right",
            )
