"""What is shown, as a file: CSV or a workbook, harmless in a spreadsheet, and written down."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboards.components import entrance
from dashboards.components.export import MOST_WORKBOOK_ROWS, to_csv, to_xlsx
from dashboards.components.words import number

KINDS = {
    "CSV": ("csv", "text/csv", to_csv),
    "Excel": (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        to_xlsx,
    ),
}


def buttons(rows: Callable[[], pd.DataFrame], name: str, page: str, width: str = "content") -> None:
    """Offer rows as CSV and as a workbook called ``name``; they are fetched when asked for.

    ``rows`` is called outside the session's run, as :func:`data.asking` may be. It is written down
    before the file is handed out; where that fails there is no file.
    """
    take = entrance.taking(page)
    with st.container(horizontal=True, gap="small"):
        for label, (ending, mime, write) in KINDS.items():

            def fetch(
                write: Callable[[pd.DataFrame], bytes] = write, ending: str = ending
            ) -> bytes:
                found = rows()
                take(f"{name}.{ending}", len(found))
                return write(found)

            st.download_button(
                label,
                data=fetch,
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                key=f"download_{name}_{ending}",
                on_click="ignore",
                width=width,  # type: ignore[arg-type]
                type="tertiary",
                help=_hint(label),
            )


def sheet(write: Callable[[], str], name: str, page: str, row_count: int, label: str) -> None:
    """Offer one HTML file to print, called ``name``; it is written when it is asked for.

    ``row_count`` is what the access log says of it; as above, no line in the log, no file.
    """
    take = entrance.taking(page)

    def fetch() -> bytes:
        take(f"{name}.html", row_count)
        return write().encode("utf-8")

    st.download_button(
        label,
        data=fetch,
        file_name=f"{name}.html",
        mime="text/html",
        icon=":material/print:",
        key=f"download_{name}_html",
        on_click="ignore",
        help="One page of A4 or Letter: open the file and print it. "
        "The download is written to the access log.",
    )


def _hint(label: str) -> str:
    which = f"The first {number(MOST_WORKBOOK_ROWS)}" if label == "Excel" else "All these"
    return f"{which} rows. The download is written to the access log."
