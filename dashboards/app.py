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
from dashboards.access.roles import PAGES, Role  # noqa: E402
from dashboards.components import data, entrance, frame  # noqa: E402

_ICON, _VIEWS = ":material/{}:", "views/{}.py"
# Each group of the navigation: address, file, title, icon.
GROUPS = {
    "Coach": (("week", "this_week", "This week", "today"),),
    "Programme": (("coaching", "coaching", "Coaching", "forum"),),
    "Trust": (("data", "data_and_definitions", "Data & definitions", "fact_check"),),
}
DOOR = "Halftime"
DETAIL = ("detail", "detail", "Detail", "search")


def pages(role: Role) -> dict[str, list[st.Page]]:
    """Return the pages that a role may open, in their groups.

    Every page keeps its address whoever asks; at the root stands a door to where the role lands.
    """
    allowed = PAGES[role]

    def page(address: str, file: str, title: str, icon: str) -> st.Page:
        return st.Page(
            _VIEWS.format(file),
            title=title,
            icon=_ICON.format(icon),
            url_path=address,
            visibility="hidden" if address == DETAIL[0] else "visible",
        )

    known = {item[0]: page(*item) for items in (*GROUPS.values(), (DETAIL,)) for item in items}

    def land() -> None:
        st.switch_page(known[allowed[0]], query_params=st.query_params.to_dict())

    shown = {
        group: [known[item[0]] for item in items if item[0] in allowed]
        for group, items in GROUPS.items()
    }
    hidden = [st.Page(land, title=DOOR, default=True, visibility="hidden")]
    hidden += [known[DETAIL[0]]] if DETAIL[0] in allowed else []
    return {group: items for group, items in {**shown, "": hidden}.items() if items}


def main() -> None:
    """Let the reader in, register the pages of the role, and run the chosen one in the frame."""
    st.set_page_config(page_title="Halftime", page_icon=str(_FAVICON), layout="wide")
    build = data.session_build()
    if build is None:
        frame.empty_state()
        return
    sight = entrance.enter(build)
    if sight.role is None:
        entrance.turned_away(sight)
        return
    if not entrance.can_write_down():
        return
    page = st.navigation(pages(sight.role))
    if page.title == DOOR:
        page.run()
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
