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

from dashboards.components import data, frame  # noqa: E402


def main() -> None:
    """Register the pages and run the chosen one inside the common frame."""
    st.set_page_config(page_title="Halftime", page_icon=str(_FAVICON), layout="wide")
    if data.session_build() is None:
        frame.empty_state()
        return
    page = st.navigation(
        [
            st.Page("views/this_week.py", title="This week", icon=":material/today:", default=True),
            st.Page(
                "views/coaching.py",
                title="Coaching",
                icon=":material/forum:",
                url_path="coaching",
            ),
            st.Page(
                "views/data_and_definitions.py",
                title="Data & definitions",
                icon=":material/fact_check:",
                url_path="data",
            ),
            st.Page("views/detail.py", title="Detail", url_path="detail", visibility="hidden"),
        ]
    )
    frame.privacy_banner()
    frame.newer_build_note()
    frame.warning_banner(on_data_page=page.url_path == "data")
    page.run()
    frame.foot(link=page.url_path != "data")


main()
