"""Rows older than a source's ``retention_days`` go from the warehouse, and nothing else changes."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from halftime.hashing import quote
from halftime.home import Home
from halftime.pipeline import prepare_raw
from halftime.verify import verify
from quality.trace.build import open_build
from quality.trace.figure import Cell
from quality.trace.find import KEY
from quality.trace.recompute import recompute

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]
# The sample company is looked at as of 2026-09-30, retention counts from today.
FIRST_DAYS = {
    "coaching_log": dt.date(2026, 2, 1),
    # One open deal was last touched on 8 August 2025: removed, it would be gone from later periods.
    "hubspot": dt.date(2025, 8, 1),
    "salesforce": dt.date(2025, 10, 4),
}
WHOLE_COACHING = FIRST_DAYS["coaching_log"] + dt.timedelta(days=92)
FACTS = {
    '"leading".fct_leading_indicator': WHOLE_COACHING,
    "lagging.fct_lagging_indicator": FIRST_DAYS["salesforce"],
}
# What a figure is held against was learned from all that was kept: thresholds of won deals, who
# was a customer before, when a gap opened or a deal was first coached. How old the news is tells
# of what was removed itself. Coached deals are lagging, but rest on the coaching log.
LEARNED = ("AC-02", "BE-09", "CO-13", "DQ-02", "IM-01", "PI-10", "ST-01", "ST-02", "ST-03")
FIGURE = (
    "indicator_id, measure_id, entity_type, entity_id, period_grain, period_start, dimension,"
    " member, currency_code"
)


@dataclass(frozen=True)
class Night:
    """A home before and after the night on which retention was asked for."""

    before: Path
    home: Path
    config: Path
    said: str

    def published(self) -> list[Path]:
        return sorted(self.home.glob("published/[!.]*/marts.duckdb"))


def with_retention(sample_folder: Path, target: Path) -> Path:
    """Write the sample's configuration with ``retention_days`` for three sources."""
    text = (sample_folder / "halftime.yml").read_text(encoding="utf-8")
    for system, first_day in FIRST_DAYS.items():
        days = (dt.datetime.now(dt.UTC).date() - first_day).days
        head, line, rest = text.partition(f"\n  {system}:")
        end, newline, rest = rest.partition("\n")
        text = f"{head}{line}{end}{newline}    retention_days: {days}\n{rest}"
    target.write_text(text, encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def night(
    sample_folder: Path, sample_home: Path, cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> Night:
    folder = tmp_path_factory.mktemp("retained")
    shutil.copytree(sample_home, folder / "home")
    config = with_retention(sample_folder, folder / "halftime.yml")
    said = run(cli, folder / "home", config, sample_folder)
    return Night(sample_home, folder / "home", config, said)


def run(cli: Cli, home: Path, config: Path, landing: Path) -> str:
    words = ("--config", str(config), "--landing", str(landing), "--home", str(home))
    done = cli("run", *words, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def warehouse(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "warehouse.duckdb"), read_only=True)


def both(night: Night) -> duckdb.DuckDBPyConnection:
    """Return a connection to the warehouses of before and after."""
    con = duckdb.connect()
    con.execute(f"attach '{night.before / 'warehouse.duckdb'}' as old (read_only)")
    con.execute(f"attach '{night.home / 'warehouse.duckdb'}' as new (read_only)")
    return con


def test_the_run_says_what_went_and_where_it_still_is(night: Night) -> None:
    for system in FIRST_DAYS:
        assert f"rows of {system} from before {FIRST_DAYS[system]}." in night.said
    assert "Builds published before still hold" in night.said
    assert " expired; residual 0" in night.said


def test_tasks_go_by_the_latest_of_their_dates_as_written_in_the_file(night: Night) -> None:
    """The second way reads the texts of the file, and none of the project's models."""
    latest = (
        "greatest(coalesce(try_cast(left(raw_activity_date, 10) as date), '1900-01-01'),"
        " coalesce(try_cast(left(raw_created_at, 10) as date), '1900-01-01'),"
        " coalesce(try_cast(left(raw_modified_at, 10) as date), '1900-01-01'))"
    )
    with both(night) as con:
        old = con.execute(
            f"select raw_id, max({latest}) from old.raw.salesforce__task group by 1"
        ).fetchall()
        kept = {
            row[0] for row in con.execute("select raw_id from new.raw.salesforce__task").fetchall()
        }
    first_day = FIRST_DAYS["salesforce"]
    wanted = {task for task, day in old if day >= first_day or day == dt.date(1900, 1, 1)}
    assert kept == wanted
    assert 100 < len(wanted) < len(old)


@pytest.mark.parametrize(
    ("table", "key", "date"),
    [
        ("coaching_log__session", "session_id", "session_date"),
        ("coaching_log__log", "session_id", "session_date"),
        ("hubspot__engagement_call", "engagement_id", "occurred_at"),
        ("salesforce__opportunity", "opportunity_id", "greatest(close_date, modified_at)"),
    ],
)
def test_what_is_younger_stays_with_all_its_versions(
    night: Night, table: str, key: str, date: str
) -> None:
    first_day = FIRST_DAYS[table.partition("__")[0]]
    versions = f"select {key}, row_status, _source_file, _source_row from {{}}.staging.stg_{table}"
    with both(night) as con:
        young = con.execute(
            f"{versions.format('old')} where {key} in (select {key} from old.staging.stg_{table}"
            f" where {date} >= ?) order by all",
            [first_day],
        ).fetchall()
        left = con.execute(
            f"{versions.format('new')} where {key} is not null order by all"
        ).fetchall()
        old = con.execute(
            f"select count(*) from new.staging.stg_{table} group by {key}"
            f" having max(cast({date} as date)) < ?",
            [first_day],
        ).fetchall()
    assert set(young) <= set(left)
    assert {row[0] for row in left if row[1] == "accepted"} == {
        row[0] for row in young if row[1] == "accepted"
    }
    assert old == []


def test_parts_go_with_what_they_belong_to(night: Night) -> None:
    with both(night) as con:
        for part, whole, key in (
            ("coaching_log__attendee", "coaching_log__session", "session_id"),
            ("salesforce__opportunity_history", "salesforce__opportunity", "opportunity_id"),
            ("hubspot__engagement_deal", "hubspot__engagement", "engagement_id"),
        ):
            counts = [
                con.execute(
                    f"select count(*) from {which}.staging.stg_{part} as p"
                    f" semi join {which}.staging.stg_{whole} as w on p.{key} = w.{key}"
                    " where p.row_status = 'accepted'"
                ).fetchone()
                for which in ("old", "new")
            ]
            (before,), (after,) = counts
            assert 0 < after < before
            alone = con.execute(
                f"select count(*) from new.staging.stg_{part} as p"
                f" semi join old.staging.stg_{whole} as w on p.{key} = w.{key}"
                f" anti join new.staging.stg_{whole} as n on p.{key} = n.{key}"
            ).fetchone()
            assert alone == (0,)


def test_the_ledger_counts_what_expired(night: Night) -> None:
    with both(night) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where database_name = 'new'"
            " and schema_name = 'raw' and not starts_with(table_name, '_')"
        ).fetchall()
        gone = {}
        for (table,) in tables:
            (before,), (after,) = (
                con.execute(f"select count(*) from {which}.raw.{quote(table)}").fetchone()
                for which in ("old", "new")
            )
            if before != after:
                gone[table] = before - after
        counted = dict(
            con.execute(
                "select source_system || '__' || object, sum(expired_rows) from new.quality.ledger"
                " group by 1 having sum(expired_rows) > 0"
            ).fetchall()
        )
        residual = con.execute("select sum(abs(residual_rows)) from new.quality.ledger").fetchone()
    assert gone == counted
    assert {name.partition("__")[0] for name in gone} == set(FIRST_DAYS)
    assert residual == (0,)


def test_notes_of_removed_sessions_stand_nowhere_in_the_warehouse(night: Night) -> None:
    with both(night) as con:
        notes = {
            row[0]
            for row in con.execute(
                "select lower(raw_notes) from old.raw.coaching_log__session"
                " where length(raw_notes) > 12 except"
                " select lower(raw_notes) from new.raw.coaching_log__session"
            ).fetchall()
        }
    assert len(notes) > 5
    with warehouse(night.home) as con:
        for schema, table, column in con.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where data_type = 'VARCHAR' and database_name = current_database()"
        ).fetchall():
            values = con.execute(
                f"select distinct lower({quote(column)}) from {quote(schema)}.{quote(table)}"
            ).fetchall()
            assert not notes & {value for (value,) in values}, (schema, table, column)
        free = con.execute("select free_blocks from pragma_database_size()").fetchone()
    content = (night.home / "warehouse.duckdb").read_bytes().lower()
    assert [note for note in notes if note.encode() in content] == []
    assert free is not None


@pytest.mark.parametrize("fact", FACTS)
def test_figures_of_later_periods_are_what_they_were(night: Night, fact: str) -> None:
    with duckdb.connect() as con:
        first, last = night.published()[0], night.published()[-1]
        con.execute(f"attach '{first}' as old (read_only); attach '{last}' as new (read_only)")
        # A gap that began before the first day kept is counted from that day.
        figures = (
            f"select {FIGURE}, value, value_low, value_high, observation_count from {{}}.{fact}"
            f" where period_start >= '{FACTS[fact]}' and measure_id not like 'days_%'"
            f" and indicator_id not in {LEARNED}"
        )
        old, new = figures.format("old"), figures.format("new")
        different = con.execute(f"({old} except {new}) union all ({new} except {old})").fetchall()
        count = con.execute(f"select count(*) from ({new}) where value is not null").fetchone()
    assert different == []
    assert count is not None
    assert count[0] > 1000


def test_figures_of_earlier_periods_are_withheld_and_say_why(night: Night) -> None:
    with duckdb.connect(str(night.published()[-1]), read_only=True) as con:
        for fact, coaching in (
            ('"leading".fct_leading_indicator', "indicator_id in ('CO-01', 'CO-02', 'CO-04')"),
            ("lagging.fct_lagging_indicator", "true"),
        ):
            rows = con.execute(
                f"select count(*), count(value), min(reason_code), max(reason_code) from {fact}"
                f" where period_start < ? and {coaching}",
                [FACTS[fact]],
            ).fetchone()
            assert rows is not None
            assert rows[0] > 1000
            assert rows[1:] == (0, "expired", "expired")
        weeks = con.execute(
            "select max(week_start) from coaching.fct_rep_week where not is_coaching_logged"
        ).fetchone()
        suppressed = con.execute(
            "select sum(suppressed_cell_count) from quality.suppression"
            " where reason_code = 'expired'"
        ).fetchone()
    assert weeks is not None
    assert weeks[0] < FIRST_DAYS["coaching_log"]
    assert suppressed is not None
    assert suppressed[0] > 1000


def test_what_is_left_is_recomputed_from_raw(night: Night) -> None:
    with open_build(Home(night.home), None) as build:
        rows = build.rows(
            f"select {', '.join(KEY)} from figure where indicator_id in ('CO-01', 'CO-02', 'PI-11')"
            " and observation_count > 0 using sample reservoir(150 rows) repeatable (11)"
        )
        cells = [Cell(**row) for row in rows]
        found = recompute(build, cells)
    wrong = [
        (cell.text(), again.differences)
        for cell, again in zip(cells, found, strict=True)
        if not again.agrees
    ]
    assert wrong == []


def test_the_chain_is_sound_and_the_earlier_build_is_left_alone(night: Night) -> None:
    assert verify(Home(night.home)).finding is None
    before = next(night.before.glob("published/[!.]*/manifest.json"))
    after = night.home / before.relative_to(night.before)
    assert json.loads(before.read_text()) == json.loads(after.read_text())


def test_a_build_of_before_is_made_again_from_what_is_left_and_that_is_said(
    night: Night, cli: Cli
) -> None:
    first = night.published()[0].parent.name
    done = cli("reproduce", "--build", first, "--home", str(night.home), "--json", check=False)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    with warehouse(night.home) as con:
        gone = con.execute("select sum(expired_rows) from quality.ledger").fetchone()
    assert gone == (told["expired_rows"],)
    assert "core.dim_person" in told["equal"]
    assert "core.fct_activity" in told["different"]


def test_a_warehouse_of_an_earlier_halftime_gets_the_register_before_it_is_built(
    sample_home: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    shutil.copyfile(sample_home / "warehouse.duckdb", home.warehouse)
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("drop table raw._expired")
    prepare_raw(home)
    with warehouse(tmp_path) as con:
        assert con.execute("select count(*) from raw._expired").fetchone() == (0,)


def test_the_next_night_removes_nothing_and_builds_the_same(
    night: Night, sample_folder: Path, cli: Cli
) -> None:
    tables = json.loads((night.published()[-1].parent / "manifest.json").read_text())["tables"]
    said = run(cli, night.home, night.config, sample_folder)
    again = json.loads((night.published()[-1].parent / "manifest.json").read_text())["tables"]
    assert "that were older" not in said
    same = [name for name in tables if not name.startswith("quality.")]
    assert len(same) > 30
    assert [name for name in same if tables[name] != again[name]] == []
