"""The door: who is asking, in which role, and what was written down about it."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboards.access import disputes, log
from dashboards.access.identity import Login, who
from dashboards.access.resolve import (
    Persona,
    Sight,
    personas,
    refused,
    sight_of,
    sight_of_persona,
)
from dashboards.access.roles import WORDS
from dashboards.access.settings import (
    AccessError,
    Grant,
    Settings,
    claimed_grants,
    from_environment,
    listed_grants,
    same,
)
from dashboards.components import data
from dashboards.components.words import plain
from dashboards.published import Build, home_folder

_LOGGER = logging.getLogger("halftime.dashboards")
LOOPBACKS = ("127.", "::1", "localhost")


def enter(build: Build) -> Sight:
    """Say who is asking and what they may see; whoever is unknown sees nothing, and why."""
    st.session_state["_choice"] = None
    try:
        settings = from_environment()
        sight = _persona(build, settings) if settings.is_demo else _signed_in(build, settings)
    except AccessError as error:
        _LOGGER.error("%s", error)
        sight = refused(
            "",
            "Nobody is let in, because the settings of these pages are broken. Whoever runs them "
            "finds in the server's log what to mend.",
        )
    else:
        if home := home_folder():
            _clear_old(str(home), settings.log_days)
    data.set_scope(sight.scope)
    st.session_state["_role"] = sight.role
    return sight


def _persona(build: Build, settings: Settings) -> Sight:
    """Let the reader of a demonstration choose a role; refuse where the network could."""
    address = str(st.get_option("server.address") or "")
    if not address.startswith(LOOPBACKS):
        return refused(
            "",
            "These pages run in the mode 'demo', in which nobody signs in, at an address that "
            f"others can reach ({address or 'every address of this machine'}). Serve them at "
            "127.0.0.1, or configure 'access: mode:' as oidc or header (docs/access.md).",
        )
    if problem := elsewhere(st.context.headers):
        return refused("", problem)
    known = _personas(build.build_id, build.database, build.is_council)
    labels = [persona.label for persona in known]
    chosen = _choice("Look through the eyes of", labels, "as")
    return sight_of_persona(known[labels.index(chosen)], settings)


def elsewhere(headers: Mapping[str, str]) -> str:
    """Return why a demonstration is not shown to this visitor; empty where it is.

    A proxy on this machine would open it to everybody, and a foreign page could have its own name
    point here: so only the names of this machine count, and nothing that was passed on.
    """
    lower = {key.lower(): value for key, value in headers.items()}
    host = re.sub(r":\d+$", "", lower.get("host", "127.0.0.1")).strip("[]").lower()
    passed_on = sorted(key for key in lower if key == "forwarded" or key.startswith("x-forwarded-"))
    is_here = host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host)
    if is_here and not passed_on:
        return ""
    how = f"through a proxy ({passed_on[0]})" if passed_on else f"as {host}"
    return (
        f"These pages run in the mode 'demo', in which nobody signs in, and were opened {how}. "
        "Open them at 127.0.0.1 on the machine itself, or configure 'access: mode:' as oidc or "
        "header (docs/access.md)."
    )


@st.cache_data(max_entries=4, show_spinner=False)
def _personas(
    build_id: str,  # noqa: ARG001 - part of the cache's key
    database: str,  # noqa: ARG001 - likewise
    is_council: bool,
) -> list[Persona]:
    return personas(data.connection(), is_council=is_council)


def _signed_in(build: Build, settings: Settings) -> Sight:
    login = who(settings)
    if not login.name:
        if login.may_sign_in:
            st.session_state["_may_sign_in"] = True
        return refused("", login.problem)
    grants = _grants(settings, login)
    if not grants:
        return refused(
            login.name,
            f"You are signed in as {login.name}, and no role is given to that login. Ask whoever "
            "runs these pages.",
        )
    chosen = grants[0]
    if len(grants) > 1:
        words = [WORDS[grant.role] for grant in grants]
        chosen = grants[words.index(_choice("Role", words, "role"))]
    return sight_of(data.connection(), chosen, settings, is_council=build.is_council)


def _choice(label: str, options: list[str], key: str) -> str:
    """Return what the reader has chosen, or the address says; the widget comes with the sidebar.

    Which pages there are hangs on it, and whoever comes in at the root is sent on before anything
    is drawn, with the whole address.
    """
    st.session_state["_choice"] = (label, options, key)
    chosen = st.session_state.get(key) or st.query_params.get(key)
    return chosen if chosen in options else options[0]


def sidebar() -> None:
    """Offer the roles that the reader may choose from, and the way out."""
    if choice := st.session_state.get("_choice"):
        label, options, key = choice
        st.sidebar.selectbox(label, options, key=key, bind="query-params")
    mode = from_environment().mode
    if mode != "demo":
        st.sidebar.caption(plain(data.session_scope().name))
    if mode == "oidc":
        st.sidebar.button("Sign out", icon=":material/logout:", on_click=st.logout)


def _grants(settings: Settings, login: Login) -> list[Grant]:
    """Return the roles of a login, each once: those of the list first."""
    mine = same(login.name)
    listed = [grant for grant in _listed(settings.people) if grant.login == mine]
    claimed = claimed_grants(settings, login.name, login.claims or {})
    unique = {grant.role: grant for grant in reversed([*listed, *claimed])}
    order = [*listed, *claimed]
    return sorted(unique.values(), key=lambda grant: order.index(grant))


def _listed(path: str) -> list[Grant]:
    """Read the list of people once per version of the file."""
    try:
        version = Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        version = 0  # reading it says what is wrong
    return _read_list(path, version)


@st.cache_data(max_entries=2, show_spinner=False)
def _read_list(path: str, version: int) -> list[Grant]:  # noqa: ARG001 - part of the cache's key
    return listed_grants(path)


def turned_away(sight: Sight) -> None:
    """Show why somebody sees nothing, and how to get in; a login that is refused is logged."""
    st.title("There is nothing here that you may see", anchor=False)
    st.write(sight.problem)
    if st.session_state.pop("_may_sign_in", False):
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        return
    entry, home = _entry("refused", "none"), home_folder()
    if entry is None or home is None or st.session_state.get("_refused") == entry:
        return
    with contextlib.suppress(log.LogError):  # nothing is shown either way
        log.write(home, entry)
        st.session_state["_refused"] = entry


def may_open(page: str) -> bool:
    """Write down that a page is opened, before anything of it is shown; say why it is not.

    A run of the page with the same filters is no second opening, but the log must stand.
    """
    entry, home = _entry("open", page), home_folder()
    try:
        if entry is not None and home is not None:
            log.require(home)
            if st.session_state.get("_opened") != entry:
                log.write(home, entry)
                st.session_state["_opened"] = entry
    except log.LogError as error:
        st.title("Nothing can be shown", anchor=False)
        st.write(str(error))
        return False
    return True


def write_down(page: str, rows: int) -> None:
    """Add to the access log what the session's reader has seen.

    A run of a page that shows what its last run showed is no second look.
    """
    entry, home = _entry("view", page), home_folder()
    if entry is None or home is None:
        return
    entry = replace(entry, row_count=rows)
    if st.session_state.get("_last_entry") != entry:
        log.write(home, entry)
        st.session_state["_last_entry"] = entry


def looked_at(what: str, rows: int) -> None:
    """Write down that single rows were shown, such as those behind a figure; once, until others."""
    entry, home = _entry("view", what), home_folder()
    if entry is None or home is None:
        return
    entry = replace(entry, row_count=rows)
    if st.session_state.get("_last_rows") != entry:
        log.write(home, entry)
        st.session_state["_last_rows"] = entry


def taking(page: str) -> Callable[[str, int], None]:
    """Return what writes down that the reader of now takes a file of so many rows away.

    It is called where Streamlit knows no session, so it holds who is asking.
    """
    entry, home = _entry("download", page), home_folder()

    def write(file: str, rows: int) -> None:
        if entry is None or home is None:
            raise log.LogError("Nobody may take a file away without a home and a build.")
        log.write(home, replace(entry, page=f"{page}: {file}", row_count=rows))

    return write


def speaker() -> disputes.Speaker:
    """Return who says something of a row now; raises where no build is open."""
    said = _entry("dispute", "")
    if said is None:
        raise disputes.DisputeError("No build is open in this session.")
    return disputes.Speaker(said.who, said.role, said.scope, said.build_id)


def _entry(event: str, page: str) -> log.Entry | None:
    build = data.session_build()
    if build is None:
        return None
    return log.Entry(
        who=data.session_scope().name,
        role=str(st.session_state.get("_role", "")),
        scope=_scope_words(),
        event=event,
        page=page,
        filters="; ".join(f"{key}={value}" for key, value in sorted(st.query_params.items())),
        build_id=build.build_id,
        row_count=0,
    )


def _scope_words() -> str:
    scope = data.session_scope()
    return f"{scope.reach.value} {scope.person_id}" if scope.person_id else scope.reach.value


@st.cache_resource(ttl="1h", show_spinner=False)
def _clear_old(home: str, days: int) -> int:
    """Remove months of the logs that are kept no longer; looked at once an hour."""
    folders = (log.FOLDER, disputes.FOLDER)
    return sum(len(log.clear(Path(home), days, folder)) for folder in folders)
