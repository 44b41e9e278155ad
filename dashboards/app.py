"""Entry point of the dashboards: ``streamlit run dashboards/app.py`` with HALFTIME_HOME set."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# Streamlit puts this file's folder on the path; the package is one level up.
_ROOT = str(Path(__file__).resolve().parent.parent)
_FAVICON = Path(__file__).resolve().parent / "static" / "halftime.png"
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

from dashboards.access import pseudonyms  # noqa: E402
from dashboards.access.pages import PLACES  # noqa: E402
from dashboards.access.roles import PAGES, Role  # noqa: E402
from dashboards.components import data, entrance, frame, locales  # noqa: E402

DOOR = "Halftime"


def pages(role: Role) -> dict[str, list[st.Page]]:
    """Return the pages that a role may open, in their groups.

    Every page keeps its address whoever asks; at the root stands a door to where the role lands.
    """
    allowed = PAGES[role]
    known = {
        place.address: st.Page(
            f"views/{place.file}.py",
            title=place.title,
            icon=f":material/{place.icon}:",
            url_path=place.address,
            visibility="visible" if place.group else "hidden",
        )
        for place in PLACES
    }

    def land() -> None:
        st.switch_page(known[allowed[0]], query_params=st.query_params.to_dict())

    shown: dict[str, list[st.Page]] = {}
    for place in PLACES:
        if place.address in allowed:
            shown.setdefault(place.group, []).append(known[place.address])
    door = st.Page(land, title=DOOR, default=True, visibility="hidden")
    shown.setdefault("", []).append(door)
    return shown


def main() -> None:
    """Let the reader in, register the pages of the role, and run the chosen one in the frame."""
    st.set_page_config(page_title="Halftime", page_icon=str(_FAVICON), layout="wide")
    locales.use(st.context.locale)
    build = data.session_build()
    if build is None:
        frame.empty_state()
        return
    sight = entrance.enter(build)
    if sight.role is None:
        entrance.turned_away(sight)
        return
    page = st.navigation(pages(sight.role))
    if page.title == DOOR:
        page.run()
    if not entrance.may_open(page.title):
        return
    data.begin_run()
    st.set_page_config(page_title=f"{page.title} · Halftime")
    try:
        entrance.sidebar()
        frame.privacy_banner()
        frame.newer_build_note()
        frame.warning_banner(on_data_page=page.title == "Data & definitions")
        page.run()
        frame.foot(link=page.title != "Data & definitions")
    except pseudonyms.PseudonymError as error:
        st.error(str(error), icon=":material/lock:")
    finally:
        entrance.write_down(page.title, data.row_count())


main()
