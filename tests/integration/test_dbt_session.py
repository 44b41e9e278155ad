"""One dbt process for several commands: it reads once, says what is wrong, and survives that."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from halftime.dbt import PARSED, DbtSession, dbt_session
from halftime.errors import DataError, MachineError
from halftime.home import PROJECT_ROOT, Home

SEED = ["seed", "--select", "reason_codes"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtSession]:
    home = Home(tmp_path_factory.mktemp("session") / "home")
    home.create()
    with dbt_session(home) as opened:
        yield opened


def log(folder: Path, step: str) -> str:
    return (folder / "logs" / f"dbt-{step}" / "dbt.log").read_text(encoding="utf-8")


def test_two_commands_read_the_project_once(session: DbtSession, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    first = session.run(
        "first", SEED, variables={}, folder=tmp_path, progress=lambda *event: told.append(event)
    )
    second = session.run("second", SEED, variables={}, folder=tmp_path)
    assert [result["status"] for result in (*first.results, *second.results)] == ["success"] * 2
    assert told == [(1, 1, "reason_codes")]
    assert "The project is read: exit code 0." in log(tmp_path, "first")
    assert "The project is read" not in log(tmp_path, "second")
    assert "Completed successfully" in log(tmp_path, "second")


def test_every_connection_has_what_the_profile_sets(session: DbtSession, tmp_path: Path) -> None:
    """Set once for the whole warehouse or for each connection, it holds where a model is built."""
    names = ("TimeZone", "memory_limit", "threads", "preserve_insertion_order")
    asked = ", ".join(f"current_setting('{name}') as {name}" for name in names)
    session.run("set", ["show", "--inline", f"select {asked}"], variables={}, folder=tmp_path)
    rows = [line for line in log(tmp_path, "set").splitlines() if line.startswith("|")]
    zone, memory, threads, ordered = (cell.strip() for cell in rows[-1].strip("|").split("|"))
    assert (zone, threads, ordered) == ("UTC", os.environ["HALFTIME_DUCKDB_THREADS"], "False")
    assert memory == "2.7 GiB"  # the 3 GB of the profile


def test_what_dbt_does_not_know_is_said_and_the_next_command_works(
    session: DbtSession, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"dbt \(bad\) could not begin: .*--no-such-flag") as caught:
        session.run("bad", [*SEED, "--no-such-flag"], variables={}, folder=tmp_path)
    assert str(tmp_path / "logs") in caught.value.hint
    assert "error" in log(tmp_path, "bad")
    assert session.run("good", SEED, variables={}, folder=tmp_path).exit_code == 0


def test_a_project_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_DBT_THREADS", "many")
    home = Home(tmp_path / "home")
    home.create()
    with (
        dbt_session(home) as opened,
        pytest.raises(DataError, match=r"dbt \(run\) could not begin: max_workers"),
    ):
        opened.run("run", SEED, variables={}, folder=tmp_path)


def test_variables_are_those_of_the_command_whatever_was_read(
    session: DbtSession, tmp_path: Path
) -> None:
    for zone in ("America/Chicago", "Asia/Tokyo"):
        done = session.run(
            zone[:4],
            ["compile", "--select", "stg_salesforce__task"],
            variables={"source_settings": {"salesforce": {"timezone": zone}}},
            folder=tmp_path,
        )
        assert done.exit_code == 0
        compiled = next((done.target / "compiled").rglob("stg_salesforce__task.sql"))
        assert f"'{zone}'" in compiled.read_text(encoding="utf-8")


def test_what_was_read_ahead_is_not_read_again(session: DbtSession, tmp_path: Path) -> None:
    session.read_ahead()
    assert session.is_reading
    session.finish_reading()
    assert not session.is_reading
    session.run("ahead", SEED, variables={"company": "Elsewhere"}, folder=tmp_path)
    assert "The project is read" not in log(tmp_path, "ahead")


def test_a_process_that_is_gone_is_the_machines_fault(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    with dbt_session(home) as opened:
        opened._process.kill()
        opened._process.wait()
        with pytest.raises(MachineError, match="signal 9"):
            opened.run("run", SEED, variables={}, folder=tmp_path)


def test_another_home_reads_what_the_first_one_kept(session: DbtSession, tmp_path: Path) -> None:
    session.run("first", SEED, variables={}, folder=tmp_path)  # whatever test comes first
    before = PARSED.stat().st_mtime_ns
    home = Home(tmp_path / "other" / "home")
    home.create()
    with dbt_session(home) as opened:
        done = opened.run("run", SEED, variables={"company": "Other"}, folder=tmp_path)
    assert done.exit_code == 0
    assert PARSED.stat().st_mtime_ns >= before
    assert str(home.root).encode() not in PARSED.read_bytes()
    # Another checkout, also a copy of this one, keeps its own: dbt remembers where seeds lie.
    assert str(PROJECT_ROOT).encode() in PARSED.read_bytes()
    assert hashlib.sha256(str(PROJECT_ROOT).encode()).hexdigest()[:12] == PARSED.parent.name
