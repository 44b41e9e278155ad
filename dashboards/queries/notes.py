"""Private notes of one person, asked of the store of notes and not of a published file."""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import frame
from dashboards.queries.scope import Scope


def session_notes(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, limit: int = 20
) -> pd.DataFrame:
    """Return (session_id, session_date, coach_name, notes, note_count), the newest first.

    ``note_count`` is how many there are before the limit.
    """
    seen = see.notes(scope, "note.coachee_id", "note.coach_id")
    sql = f"""
        select
            note.session_id,
            note.session_date,
            note.coach_name,
            note.notes,
            count(*) over () as note_count
        from private.session_note as note
        where note.coachee_id = ? and {seen.sql}
        order by note.session_date desc, note.session_id
        limit ?
    """
    return frame(connection, sql, [person_id, *seen.parameters, limit])


def open_actions(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, limit: int = 20
) -> pd.DataFrame:
    """Return (action_id, agreed_date, due_date, status, description, action_count).

    The latest agreed comes first; the status is 'open', or 'unknown' where the log cannot say.
    """
    seen = see.notes(scope, "action.coachee_id", "action.coach_id")
    sql = f"""
        select
            action.action_id,
            action.agreed_date,
            action.due_date,
            action.status,
            action.description,
            count(*) over () as action_count
        from private.open_action as action
        where action.coachee_id = ? and {seen.sql}
        order by action.agreed_date desc, action.action_id
        limit ?
    """
    return frame(connection, sql, [person_id, *seen.parameters, limit])
