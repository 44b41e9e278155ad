"""The served build in a session: its connection, its cache, and whether a newer one exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from dashboards.access.pseudonyms import hidden, key_of, known_names, persons_behind, who_is_meant
from dashboards.components.registry import Definition, read
from dashboards.published import Build, connect, current_build, home_folder
from dashboards.queries import indicators
from dashboards.queries.scope import Persons, Scope

Query = Callable[..., pd.DataFrame]


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    connection.close()


@st.cache_resource(max_entries=2, on_release=_close, show_spinner=False)
def _connection(
    build_id: str,  # noqa: ARG001 - part of the cache's key
    database: str,
) -> duckdb.DuckDBPyConnection:
    """Open one build once for all sessions; each build has its own path: never stale."""
    return connect(database)


@st.cache_data(max_entries=400, ttl="1h", show_spinner=False)
def _answer(
    build_id: str,
    database: str,
    scope: Scope,
    name: str,  # noqa: ARG001 - part of the cache's key, as the function itself cannot be
    arguments: tuple[Any, ...],
    _query: Query,
) -> pd.DataFrame:
    """Run a query once per build, scope and argument; the cache is shared by all users."""
    return _query(_connection(build_id, database), scope, *arguments)


def ask(query: Query, *arguments: Any) -> pd.DataFrame:
    """Ask the session's build a question, in the session's scope."""
    rows = asking(query, *arguments)()
    st.session_state["_row_count"] = st.session_state.get("_row_count", 0) + len(rows)
    return rows


def asking(query: Query, *arguments: Any) -> Callable[[], pd.DataFrame]:
    """Return a question that can be asked later, outside the session's run: for a download.

    Build and scope are those of now: a file is fetched where Streamlit knows no session.
    """
    build, scope, home = session_build(), session_scope(), home_folder()
    if build is None:
        raise RuntimeError("No build is open in this session.")
    name = f"{query.__module__}.{query.__qualname__}"

    def answer() -> pd.DataFrame:
        if scope.persons is not Persons.PSEUDONYMS:
            return _answer(build.build_id, build.database, scope, name, arguments, query)
        key = (build.build_id, build.database, str(home))
        meant = tuple(who_is_meant(argument, _persons(*key)) for argument in arguments)
        rows = _answer(build.build_id, build.database, scope, name, meant, query)
        return hidden(rows, _known_names(*key))

    return answer


def for_reader(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as the reader may see the persons in them."""
    build = session_build()
    if build is None or session_scope().persons is not Persons.PSEUDONYMS:
        return rows
    return hidden(rows, _known_names(build.build_id, build.database, str(home_folder())))


def connection() -> duckdb.DuckDBPyConnection:
    """Return the connection to the session's build, to find out who is asking."""
    build = session_build()
    if build is None:
        raise RuntimeError("No build is open in this session.")
    return _connection(build.build_id, build.database)


@st.cache_resource(max_entries=2, show_spinner=False)
def _known_names(build_id: str, database: str, home: str) -> dict[str, str]:
    """Return what stands for each person of a build, read once."""
    return known_names(_connection(build_id, database), key_of(Path(home)))


@st.cache_resource(max_entries=2, show_spinner=False)
def _persons(build_id: str, database: str, home: str) -> dict[str, str]:
    """Return the person behind each pseudonym of a build, read once."""
    return persons_behind(_connection(build_id, database), key_of(Path(home)))


def begin_run() -> None:
    """Begin to count the rows that this run of a page reads."""
    st.session_state["_row_count"] = 0


def row_count() -> int:
    """Return how many rows this run of a page has read, those of its frame included."""
    return int(st.session_state.get("_row_count", 0))


def set_scope(scope: Scope) -> None:
    """Say for this run who is asking; to be called before any question."""
    st.session_state["_scope"] = scope


def session_scope() -> Scope:
    """Return who is asking; nobody until it is said."""
    return st.session_state.get("_scope") or Scope.nothing()


def session_build() -> Build | None:
    """Return the build this reader started with; it does not change under the reader's hand."""
    held: Build | None = st.session_state.get("_build")
    if held is None or not held.exists:
        st.session_state["_cleared_build"] = None if held is None else held.build_id
        held = current_build(home_folder())
        st.session_state["_build"] = held
    return held


def is_council() -> bool:
    """Tell whether the session's build withholds persons and small groups."""
    build = session_build()
    return build is not None and build.is_council


def shows_persons() -> bool:
    """Tell whether the reader may see single persons in this build."""
    return not is_council() and session_scope().persons is not Persons.GROUPS


def withheld() -> str:
    """Return what stands where a council's build shows no figure."""
    build = session_build()
    return f"withheld: fewer than {build.minimum_group if build else 0} people"


def cleared_build() -> str | None:
    """Return the id of the build this reader held if it was cleared away meanwhile."""
    return st.session_state.get("_cleared_build")


def newer_build() -> Build | None:
    """Return the served build when it is newer than the one this reader looks at."""
    held, served = session_build(), current_build(home_folder())
    if held is None or served is None or served.build_id == held.build_id:
        return None
    return served


def read_newer(build: Build) -> None:
    """Move this session to another build; the callback of the note's button."""
    st.session_state["_build"] = build


@st.cache_resource(max_entries=4, show_spinner=False)
def _registry(
    build_id: str,  # noqa: ARG001 - part of the cache's key
    database: str,  # noqa: ARG001 - likewise
    scope: Scope,  # noqa: ARG001 - likewise
) -> list[Definition]:
    """Read the definitions once per build and scope: they never change, and nobody changes them."""
    return read(ask(indicators.definitions))


def registry() -> list[Definition]:
    """Return the definitions that the session's build carries."""
    build = session_build()
    if build is None:
        raise RuntimeError("No build is open in this session.")
    return _registry(build.build_id, build.database, session_scope())


def sentences() -> dict[str, str]:
    """Return what each reason code of the session's build says."""
    rows = ask(indicators.reasons)
    return dict(zip(rows["reason_code"], rows["sentence"], strict=True))
