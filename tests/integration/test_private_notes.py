"""Private notes stand in a store of their own and nowhere else, for those who may read them."""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from test_private_texts import leaks, private, search

from dashboards import private_notes
from dashboards.private_notes import NotesWithheldError
from dashboards.published import connect, current_build
from dashboards.queries import notes as queries
from dashboards.queries.scope import Scope
from halftime import history
from halftime.config import Config, Privacy, load_config
from halftime.contracts import load_contracts
from halftime.errors import MachineError
from halftime.home import Home, utc_now
from halftime.privacy import notes, reader_logs
from halftime.privacy.erase import erase
from halftime.publish import publish
from halftime.verify import verify

__all__ = ["private"]  # the fixture: every run of words of a private text of the sample

Cli = Callable[..., subprocess.CompletedProcess[str]]
COLUMNS = {"session_note": "notes", "open_action": "description"}
NEXT = "20991231T000000Z-aaaaaa"


@pytest.fixture
def home(notes_home: Path, tmp_path: Path) -> Home:
    """A copy of the home with notes, to be changed."""
    return Home(shutil.copytree(notes_home, tmp_path / "home"))


@pytest.fixture(scope="module")
def config(notes_home: Path, sample_folder: Path, project_root: Path) -> Config:
    path = notes_home.with_suffix(".yml")
    return load_config(path, load_contracts(project_root), landing=sample_folder)


@pytest.fixture
def con(notes_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store, beside the warehouse that it was written from."""
    (store,) = notes.stores(Home(notes_home))
    with duckdb.connect(str(store), read_only=True) as opened:
        opened.execute(f"attach '{notes_home / 'warehouse.duckdb'}' as warehouse (read_only)")
        yield opened


@pytest.fixture
def reader(notes_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store as the dashboards open it."""
    (store,) = notes.stores(Home(notes_home))
    with connect(str(store)) as opened:
        yield opened


def publish_next(home: Home, config: Config) -> None:
    """Publish what the warehouse holds as another build."""
    made = home.latest_build()
    assert made is not None
    if not home.build_folder(NEXT).is_dir():
        shutil.copytree(home.build_folder(made), home.build_folder(NEXT))
    publish(
        home,
        NEXT,
        config,
        dbt_manifest=home.build_folder(NEXT) / "dbt" / "run" / "manifest.json",
        verdict="warnings",
        started_at=utc_now(),
        inputs={},
    )


def one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def served(home: Path) -> str:
    build = current_build(home)
    assert build is not None
    return build.build_id


# ---------- what is in it

# The same session in a list that its coach keeps.
LISTED = """
insert into staging.stg_coaching_log__log by name
select session_id, 'accepted' as row_status, {} as notes,
    'list.csv' as _source_file, 1 as _source_row
from staging.stg_coaching_log__session
"""


def test_each_accepted_note_of_the_days_asked_for_is_there_once(
    con: duckdb.DuckDBPyConnection,
) -> None:
    written = " union all ".join(
        f"select 'coaching_log:' || session_id as session_id, notes"
        f" from warehouse.staging.stg_coaching_log__{name}"
        f" where row_status = 'accepted' and notes is not null"
        for name in ("session", "log", "form", "matrix")
    )
    wanted = (
        f"select session_id, coachee_id, notes from ({written})"
        " join warehouse.core.fct_coaching_session as session using (session_id)"
        " join warehouse.core.bridge_session_attendee using (session_id)"
        " where coachee_id <> '(unassigned)' and is_coachee_present and not session.is_deleted"
        " and session_date > date '2026-09-30' - 400"
    )
    there = "select session_id, coachee_id, notes from private.session_note"
    assert one(con, f"select count(*) from ({there})") > 100
    assert one(con, f"select count(*) from ({wanted} except all {there})") == 0
    assert one(con, f"select count(*) from ({there} except all {wanted})") == 0


def test_no_rejected_or_superseded_row_is_there(con: duckdb.DuckDBPyConnection) -> None:
    """Each planted note of a refused row that no accepted row has too is looked for."""
    for table, text, source in (
        ("session_note", "notes", "session"),
        ("open_action", "description", "action"),
    ):
        staged = f"warehouse.staging.stg_coaching_log__{source}"
        keys = f"{source}_id"
        refused = (
            f"select 'coaching_log:' || {keys} as {keys}, {text} from {staged}"
            f" where row_status <> 'accepted' and {text} is not null"
            f" except select 'coaching_log:' || {keys}, {text} from {staged}"
            " where row_status = 'accepted'"
        )
        assert one(con, f"select count(*) from ({refused})") > 0, table
        found = f"select count(*) from private.{table} join ({refused}) using ({keys}, {text})"
        assert one(con, found) == 0, table


def test_open_actions_only_with_their_words(con: duckdb.DuckDBPyConnection) -> None:
    kinds = con.execute("select distinct status from private.open_action order by 1").fetchall()
    assert kinds == [("open",), ("unknown",)]
    assert one(con, "select count(*) from private.open_action where due_date is not null") > 0
    closed = (
        "select count(*) from private.open_action as action"
        " join warehouse.core.fct_coaching_action as core using (action_id)"
        " where core.status in ('done', 'dropped') or core.is_deleted"
    )
    assert one(con, closed) == 0


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("update staging.stg_coaching_log__session set notes = 'erased 0123456789'", None),
        ("update core.fct_coaching_session set is_deleted = true", None),
        ("update core.bridge_session_attendee set is_coachee_present = false", None),
        ("update core.bridge_session_attendee set coachee_id = '(unassigned)'", None),
        (LISTED.format("'And from the list.'"), "{}\nAnd from the list."),
        (LISTED.format("notes"), "{}"),
    ],
)
def test_what_becomes_of_one_note(home: Home, change: str, left: str | None) -> None:
    """An erased, deleted or nobody's note is none; one told in two lists is there with both."""
    with duckdb.connect(str(home.warehouse)) as con:
        session, text = con.execute(
            "select 'coaching_log:' || session_id, notes from staging.stg_coaching_log__session"
            " where row_status = 'accepted' and notes is not null order by all limit 1"
        ).fetchone() or ("", "")
        own = "session_id" if "core." in change else "'coaching_log:' || session_id"
        con.execute(f"{change} where {own} = '{session}'")
    with duckdb.connect(str(notes.write_store(home, NEXT, 3650)), read_only=True) as con:
        sql = "select distinct notes from private.session_note where session_id = ?"
        found = [text for (text,) in con.execute(sql, [session]).fetchall()]
    assert found == ([] if left is None else [left.format(text)])


def test_fewer_days_keep_fewer_notes(home: Home) -> None:
    newest = "select min(session_date) from private.session_note"
    with duckdb.connect(str(notes.write_store(home, NEXT, 30)), read_only=True) as con:
        (first,) = con.execute(newest).fetchone() or (None,)
        (day,) = con.execute("select as_of_date from core.dim_clock").fetchone() or (None,)
    assert first is not None
    assert (day - first).days < 30


def test_its_owner_alone_can_read_it_whatever_the_umask(home: Home) -> None:
    before = os.umask(0)
    try:
        store = notes.write_store(home, NEXT, 400)
    finally:
        os.umask(before)
    assert store.stat().st_mode & 0o777 == 0o600
    for folder in (store.parent, home.private):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in store.parent.iterdir()] == [notes.FILE]


# ---------- and nowhere else


def test_every_text_of_the_store_is_a_canary(
    private: dict[str, set[str]], con: duckdb.DuckDBPyConnection
) -> None:
    found = {
        table: leaks(
            private,
            (text for (text,) in con.execute(f"select {column} from private.{table}").fetchall()),
        )
        for table, column in COLUMNS.items()
    }
    assert "coaching_log__session.notes" in found["session_note"]
    assert "coaching_log__action.description" in found["open_action"]


def test_no_private_text_stands_elsewhere(
    private: dict[str, set[str]], notes_home: Path, cli: Cli, tmp_path: Path
) -> None:
    at = ("--home", str(notes_home))
    cli("evidence", "--out", str(tmp_path / "pack"), *at)
    said = [cli(*words, *at).stdout for words in (("status",), ("rules", "--all"), ("verify",))]
    (tmp_path / "said.txt").write_text("\n".join(said), encoding="utf-8")
    for folder in (notes_home, tmp_path):
        found, looked_at = search(private, folder)
        assert looked_at >= {".json"}
        assert found == {}, folder
    databases = {str(path.relative_to(notes_home)) for path in notes_home.rglob("*.duckdb")}
    build = served(notes_home)
    assert databases == {
        "warehouse.duckdb",
        f"published/{build}/marts.duckdb",
        f"private/{build}/{notes.FILE}",
    }


def test_the_published_file_is_the_one_without_notes(sample_home: Path, notes_home: Path) -> None:
    manifests = [
        json.loads(next(place.glob("published/*/manifest.json")).read_text(encoding="utf-8"))
        for place in (sample_home, notes_home)
    ]
    assert manifests[0]["tables"] == manifests[1]["tables"]
    assert list(manifests[1]["files"]) == ["marts.duckdb"]
    assert manifests[1]["privacy"] == {"profile": "standard", "notes_days": 400}
    assert notes.FILE not in json.dumps(manifests[1])


# ---------- when there is one


def test_verify_is_sound_with_a_store_and_without(home: Home) -> None:
    assert verify(home).finding is None
    shutil.rmtree(home.private)
    assert verify(home).finding is None


def test_only_the_served_build_has_a_store(home: Home, config: Config) -> None:
    (before,) = notes.stores(home)
    publish_next(home, config)
    assert notes.stores(home) == [notes.store(home, NEXT)]
    assert not before.parent.exists()


def test_it_goes_when_nobody_asks_for_it_any_more(home: Home, config: Config) -> None:
    (home.private / ".20990101T000000Z-bbbbbb").mkdir()  # of a process that was killed
    (home.private / "leaflet.txt").write_text("put there by hand", encoding="utf-8")
    publish_next(home, dataclasses.replace(config, privacy=Privacy()))
    assert not home.private.exists()
    assert verify(home).finding is None


def test_a_failed_publication_leaves_the_last_store(
    home: Home, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MachineError("The disk is full.")

    last = notes.stores(home)
    content = last[0].read_bytes()
    monkeypatch.setattr("halftime.publish.sync_folder", fail)
    with pytest.raises(MachineError):
        publish_next(home, config)
    assert notes.stores(home) == last
    assert last[0].read_bytes() == content
    assert served(home.root) == last[0].parent.name


def test_a_publication_cut_off_behind_the_folder_keeps_both_until_the_next(
    home: Home, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MachineError("The disk is full.")

    (last,) = notes.stores(home)
    with monkeypatch.context() as patch:
        patch.setattr(history, "record_published", fail)
        with pytest.raises(MachineError):
            publish_next(home, config)
    assert notes.stores(home) == sorted([last, notes.store(home, NEXT)])
    publish_next(home, config)
    assert served(home.root) == NEXT
    assert notes.stores(home) == [notes.store(home, NEXT)]


# ---------- who reads


@pytest.fixture
def rep(reader: duckdb.DuckDBPyConnection) -> tuple[str, str, str]:
    """A rep with notes, the manager who made them, and a manager of nobody in that line."""
    row = reader.execute(
        """
        select note.coachee_id, line.ancestor_id, (
            select min(other.ancestor_id) from core.dim_reporting_line as other
            where other.ancestor_id not in (
                select up.ancestor_id from core.dim_reporting_line as up
                where up.person_id = note.coachee_id
            ) and other.ancestor_id <> note.coachee_id
        )
        from private.session_note as note
        join core.dim_reporting_line as line
            on note.coachee_id = line.person_id and note.coach_id = line.ancestor_id
        where note.coachee_id in (select coachee_id from private.open_action)
        order by all limit 1
        """
    ).fetchone()
    assert row is not None
    assert None not in row
    return row


QUERIES = (queries.session_notes, queries.open_actions)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.__name__)
def test_nobody_reads_without_a_scope(
    query: Callable, reader: duckdb.DuckDBPyConnection, rep: tuple[str, str, str]
) -> None:
    first = list(inspect.signature(query).parameters.values())[:2]
    assert [parameter.name for parameter in first] == ["connection", "scope"]
    assert first[1].default is inspect.Parameter.empty
    assert query(reader, None, rep[0]).empty
    assert query(reader, Scope.nothing(), rep[0]).empty


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.__name__)
def test_the_person_and_the_line_above_read_and_no_other(
    query: Callable, reader: duckdb.DuckDBPyConnection, rep: tuple[str, str, str]
) -> None:
    person, manager, stranger = rep
    for scope in (Scope.for_manager(person), Scope.for_manager(manager), Scope.whole_company()):
        assert len(query(reader, scope, person)) > 0, scope
    assert query(reader, Scope.for_manager(stranger), person).empty


def test_a_rep_reads_no_other_rep(reader: duckdb.DuckDBPyConnection) -> None:
    pairs = reader.execute(
        "select distinct one.coachee_id, other.coachee_id"
        " from private.session_note as one, private.session_note as other"
        " where one.coachee_id <> other.coachee_id"
        " and one.coachee_id not in (select ancestor_id from core.dim_reporting_line)"
        " and one.coachee_id not in (select coach_id from private.session_note)"
        " and one.coachee_id not in (select coach_id from private.open_action)"
    ).fetchall()
    assert len(pairs) > 20
    for viewer, person in pairs:
        for query in QUERIES:
            assert query(reader, Scope.for_manager(viewer), person).empty


def test_a_coach_reads_the_own_notes_of_somebody_else_s_rep(home: Home) -> None:
    (store,) = notes.stores(home)
    with duckdb.connect(str(store)) as con:
        con.execute(
            "update private.session_note set coach_id = 'guest' where coachee_id = (select"
            " min(coachee_id) from private.session_note)"
        )
        (person,) = con.execute("select min(coachee_id) from private.session_note").fetchone() or (
            "",
        )
    with connect(str(store)) as con:
        assert len(queries.session_notes(con, Scope.for_manager("guest"), person)) > 0
        other = con.execute("select max(coachee_id) from private.session_note").fetchone()
        assert other is not None
        assert queries.session_notes(con, Scope.for_manager("guest"), other[0]).empty


def test_a_reading_is_written_down(home: Home, rep: tuple[str, str, str]) -> None:
    person, manager, stranger = rep
    build = served(home.root)
    found = private_notes.read(home.root, build, Scope.for_manager(manager), person)
    nothing = private_notes.read(home.root, build, Scope.for_manager(stranger), person)
    assert found is not None
    assert nothing is not None
    assert len(nothing) == 0
    path = home.root / "privacy" / private_notes.LOG
    (line,) = path.read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert entry.pop("at")
    assert entry == {"who": f"manager {manager}", "whose": person, "count": len(found)}
    assert path == reader_logs.notes_log(home)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_written_down_is_not_shown(home: Home, rep: tuple[str, str, str]) -> None:
    (home.root / "privacy").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(NotesWithheldError, match="cannot be written down who read them"):
        private_notes.read(home.root, served(home.root), Scope.whole_company(), rep[0])


def test_a_store_that_cannot_be_opened_says_so(home: Home, rep: tuple[str, str, str]) -> None:
    (store,) = notes.stores(home)
    store.write_bytes(b"no database")
    with pytest.raises(NotesWithheldError, match="cannot be opened"):
        private_notes.read(home.root, store.parent.name, Scope.whole_company(), rep[0])


def test_without_a_store_there_is_nothing_to_read(home: Home, rep: tuple[str, str, str]) -> None:
    assert private_notes.store(home.root, NEXT) is None
    assert private_notes.read(home.root, NEXT, Scope.whole_company(), rep[0]) is None
    assert not (home.root / "privacy").exists()


def test_subject_holds_the_notes_and_who_read_them(
    home: Home, rep: tuple[str, str, str], cli: Cli, tmp_path: Path
) -> None:
    person, manager, _ = rep
    build = served(home.root)
    private_notes.read(home.root, build, Scope.for_manager(manager), person)
    out = tmp_path / "subject"
    cli("subject", "--person", person, "--out", str(out), "--home", str(home.root))
    written = (out / f"private-{build}" / "private.session_note.csv").read_text(encoding="utf-8")
    with connect(str(notes.store(home, build))) as con:
        rows = queries.session_notes(con, Scope.whole_company(), person, 1000)
    assert all(text in written for text in rows["notes"])
    report = json.loads((out / "subject.json").read_text(encoding="utf-8"))
    assert [entry["who"] for entry in report["notes_read"]] == [f"manager {manager}"]


def test_erasing_one_person_takes_their_notes_and_no_others(
    home: Home, rep: tuple[str, str, str]
) -> None:
    person, manager, _ = rep
    (store,) = notes.stores(home)
    private_notes.read(home.root, store.parent.name, Scope.for_manager(manager), person)
    sql = (
        "select session_id, coachee_id, coach_id, notes from private.session_note"
        " union all select action_id, coachee_id, coach_id, description from private.open_action"
    )
    with connect(str(store)) as con:
        before = con.execute(sql).fetchall()
    half_written = home.private / ".20990101T000000Z-bbbbbb"
    shutil.copytree(store.parent, half_written)
    done = erase(home, [person])
    with connect(str(store)) as con:
        after = con.execute(sql).fetchall()
        free = con.execute("select free_blocks from pragma_database_size()").fetchone()
    theirs = {row[0] for row in before if person in row}
    assert sorted(after) == sorted(row for row in before if row[0] not in theirs)
    assert done.private_rows == len(before) - len(after) > 0
    assert free == (0,)
    assert not half_written.exists()
    assert store.stat().st_mode & 0o777 == 0o600
    (line,) = reader_logs.notes_log(home).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["whose"] != person
    assert json.loads(line)["who"] == f"manager {manager}"
    assert verify(home).finding is None
