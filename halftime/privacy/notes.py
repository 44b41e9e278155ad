"""Notes about people, in a store of their own beside the published build.

Published files hold no notes (invariant 10). Where the configuration asks for them, publishing
writes ``HOME/private/<build_id>/notes.duckdb``, readable by its owner alone, for the served build
only. Nothing else names what is in it: no manifest, log or pack, so that it can be erased or
removed at any time.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from halftime.home import Home, machine_errors, sync_folder
from halftime.privacy.fresh import write_apart
from halftime.privacy.redact import MARK
from quality.results import connection_settings, literal

FILE = "notes.duckdb"
# What an erasure leaves of a note is a mark, and no note.
_IS_MARK = rf"^(cancell?ed: )?{MARK} [0-9a-f]{{10}}( |$)"

# The line of managers of the as-of date is copied too: a reader of the store needs no other file to
# tell who may read a note.
_WHO_MAY_READ = """
create schema core;
create table core.dim_clock as
select as_of_date from warehouse.core.dim_clock;
create table core.dim_reporting_line as
select line.person_id, line.ancestor_id, line.valid_from, line.valid_to
from warehouse.core.dim_reporting_line as line
cross join core.dim_clock as clock
where line.valid_from <= clock.as_of_date and clock.as_of_date < line.valid_to
order by all;
create schema private;
"""

# A session that stands in several lists is one, and has the notes of all of them. Whoever was not
# there, and a coachee whom nobody knows, has none: no page of a person could show them.
_SESSION_NOTES = """
create table private.session_note as
with

written as (
    select session_id, notes, 1 as shape_rank, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__session where row_status = 'accepted'
    union all
    select session_id, notes, 2, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__log where row_status = 'accepted'
    union all
    select session_id, notes, 3, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__form where row_status = 'accepted'
    union all
    select session_id, notes, 4, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__matrix where row_status = 'accepted'
),

told as (
    select
        'coaching_log:' || session_id as session_id,
        notes,
        min(struct_pack(shape_rank, _source_file, _source_row)) as place
    from written
    where notes is not null and not regexp_matches(lower(notes), $mark)
    group by all
),

joined as (
    select session_id, string_agg(notes, chr(10) order by place) as notes
    from told
    group by session_id
)

select
    session.session_id,
    attendee.coachee_id,
    session.coach_id,
    coach.full_name as coach_name,
    session.session_date,
    joined.notes
from joined
inner join warehouse.core.fct_coaching_session as session using (session_id)
inner join warehouse.core.bridge_session_attendee as attendee using (session_id)
left join warehouse.core.dim_person as coach
    on session.coach_id = coach.person_id and coach.person_id <> '(unassigned)'
cross join core.dim_clock as clock
where not session.is_deleted
    and attendee.is_coachee_present
    and attendee.coachee_id <> '(unassigned)'
    and session.session_date > clock.as_of_date - cast($days as integer)
order by session.session_date, session.session_id, attendee.coachee_id;
"""

# Core knows the coachee of an action where the session had only one; else it is its owner's.
_OPEN_ACTIONS = """
create table private.open_action as
with

written as (
    select 'coaching_log:' || action_id as action_id, description, 1 as shape_rank,
        _source_file, _source_row
    from warehouse.staging.stg_coaching_log__action where row_status = 'accepted'
    union all
    select 'coaching_log:' || session_id || '|next', next_steps, 2, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__log where row_status = 'accepted'
    union all
    select 'coaching_log:' || session_id || '|next', next_steps, 3, _source_file, _source_row
    from warehouse.staging.stg_coaching_log__form where row_status = 'accepted'
),

told as (
    select action_id, first(description order by shape_rank, _source_file, _source_row)
        as description
    from written
    where description is not null and not regexp_matches(lower(description), $mark)
    group by action_id
),

open as (
    select
        action_id, session_id, coach_id, agreed_date, due_date, status,
        case when coachee_id = '(unassigned)' then owner_id else coachee_id end as coachee_id
    from warehouse.core.fct_coaching_action
    where status in ('open', 'unknown') and not is_deleted
)

select
    open.action_id,
    open.session_id,
    open.coachee_id,
    open.coach_id,
    open.agreed_date,
    open.due_date,
    open.status,
    told.description
from open
inner join told using (action_id)
cross join core.dim_clock as clock
where open.coachee_id <> '(unassigned)'
    and open.agreed_date > clock.as_of_date - cast($days as integer)
order by open.agreed_date, open.action_id;
"""


def store(home: Home, build_id: str) -> Path:
    """Return where the notes of a build are, whether there are any or not."""
    return home.private / build_id / FILE


def stores(home: Home) -> list[Path]:
    """Return the stores that are there, oldest first."""
    return sorted(home.private.glob(f"[!.]*/{FILE}"))


def write_store(home: Home, build_id: str, days: int) -> Path:
    """Write the notes of the last ``days`` days up to the as-of date from the warehouse.

    One row per session and coachee, and one per action that may still be open. The store is there
    as a whole or not at all.
    """
    final = home.private / build_id
    _folder(home.private)
    clear(home)
    scratch = _folder(home.private / f".{build_id}")
    try:
        with open_fresh(scratch / FILE) as con:
            con.execute(f"attach {literal(home.warehouse)} as warehouse (read_only)")
            con.execute(_WHO_MAY_READ)
            for statement in (_SESSION_NOTES, _OPEN_ACTIONS):
                con.execute(statement, {"mark": _IS_MARK, "days": days})
            con.execute("detach warehouse")
            con.execute("checkpoint")
        write_apart(scratch / FILE)
        sync_folder(scratch)
        shutil.rmtree(final, ignore_errors=True)
        scratch.rename(final)
        sync_folder(home.private)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final / FILE


def clear(home: Home) -> None:
    """Remove what a process left that was killed while it wrote a store."""
    for half_written in home.private.glob(".*"):
        _remove(half_written)


def remove(home: Home, build_id: str) -> None:
    """Remove the notes of a build, if there are any."""
    shutil.rmtree(home.private / build_id, ignore_errors=True)


def keep_only(home: Home, build_id: str | None) -> None:
    """Remove the notes of every build but this one; None: of all.

    Raises :class:`MachineError` where that is forbidden: notes must not pile up unseen.
    """
    if not home.private.is_dir():
        return
    with machine_errors("remove the notes of earlier builds"):
        for found in home.private.iterdir():
            if found.name != build_id:
                _remove(found)
        if build_id is None:
            home.private.rmdir()


def _remove(path: Path) -> None:
    """Remove a folder, or a file that somebody put there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _folder(path: Path) -> Path:
    """Make a folder that its owner alone can enter, whatever the umask."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def open_fresh(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a new database that its owner alone can read, before anything stands in it."""
    settings = {**connection_settings(), "preserve_insertion_order": True}
    con = duckdb.connect(str(path), config=settings)
    path.chmod(0o600)
    con.execute("set TimeZone = 'UTC'")
    con.execute(f"set temp_directory = {literal(path.parent / 'spill')}")  # no note goes elsewhere
    return con
