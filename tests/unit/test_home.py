"""The lock of a home, the children of a run, and what status says of a run that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from halftime import cli, history
from halftime.errors import LockedError, MachineError
from halftime.home import Home, machine_errors
from halftime.pipeline import served_database
from halftime.summary import home_status

WAITS = "import os, signal; print(os.getpid(), flush=True); signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def write_state(home: Home, build_id: str, **state: object) -> None:
    folder = home.build_folder(build_id)
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"build_id": build_id, "steps": {}} | state))


def test_a_child_keeps_the_lock_of_a_run_that_is_gone(home: Home) -> None:
    with home.lock() as held:
        child = subprocess.Popen([sys.executable, "-c", WAITS], pass_fds=held.inherited)
    with child:
        assert home.is_locked()
        with pytest.raises(LockedError), home.lock():
            pass
        child.kill()
    assert not home.is_locked()
    with home.lock():
        assert home.is_locked()


def test_a_child_that_does_not_inherit_the_lock_does_not_keep_it(home: Home) -> None:
    """Nobody but the children of a run: a browser started meanwhile must not hold the lock."""
    with home.lock():
        child = subprocess.Popen([sys.executable, "-c", WAITS])
    with child:
        assert not home.is_locked()
        child.kill()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child")
def test_a_child_ends_with_a_parent_that_is_killed_outright(
    tmp_path: Path, project_root: Path
) -> None:
    (tmp_path / "waits.py").write_text(WAITS)
    begin = (
        "import subprocess; from halftime import child; "
        "subprocess.Popen(child.command('waits', [])).wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", begin],
        cwd=project_root,
        env={**os.environ, "PYTHONPATH": f"{project_root}{os.pathsep}{tmp_path}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        try:
            parent.communicate(timeout=20)  # both have the pipe: it ends when the child has ended
        except subprocess.TimeoutExpired:
            os.kill(pid, signal.SIGKILL)
            raise


def test_a_child_whose_parent_is_gone_does_not_begin(project_root: Path) -> None:
    nobody = 2**22 + 1  # above the largest process id of Linux
    done = subprocess.run(
        [sys.executable, "-m", "halftime.child", str(nobody), "this"],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def test_a_file_that_is_open_elsewhere_is_a_held_lock(home: Home) -> None:
    """Another program has the warehouse open: wait and try again (75), nothing is broken (3)."""
    begin = f"import duckdb; con = duckdb.connect({str(home.warehouse)!r}); {WAITS}"
    with subprocess.Popen(
        [sys.executable, "-c", begin], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(LockedError, match="another process"), machine_errors("read it"):
            duckdb.connect(str(home.warehouse))
        other.kill()


def test_status_calls_a_run_of_nobody_interrupted(home: Home) -> None:
    write_state(home, "20260101T000000Z-aaaaaa", status="running")
    write_state(
        home,
        "20260102T000000Z-bbbbbb",
        status="running",
        steps={"run": {"status": "done"}, "test": {"status": "running"}},
    )
    newer, older = home_status(home)["builds"]
    assert newer["status"] == "interrupted"
    assert newer["problem"].startswith("test: ")
    assert older["status"] == "interrupted"
    with home.lock():
        newer, older = home_status(home)["builds"]
    assert (newer["status"], newer["problem"]) == ("running", None)
    assert older["status"] == "interrupted", "only the newest can belong to who holds the lock"


def test_status_tells_in_which_step_a_built_one_was_interrupted(home: Home) -> None:
    steps = {name: {"status": "done"} for name in ("run", "test")}
    write_state(home, "20260101T000000Z-aaaaaa", status="built", steps=steps)
    assert home_status(home)["builds"][0]["status"] == "built"
    steps["validate"] = {"status": "running"}
    write_state(home, "20260102T000000Z-bbbbbb", status="built", steps=steps)
    assert home_status(home)["builds"][0]["status"] == "interrupted"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON"),
        (b'{"build_id": "b', "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[]", "does not name a build"),
        (b'{"build_id": "b1"}', "does not name a build"),
        (b'{"build_id": 1, "database": "b1/marts.duckdb"}', "does not name a build"),
    ],
)
@pytest.mark.parametrize("verb", ["status", "dashboard"])
def test_a_damaged_pointer_is_told_with_its_place_and_its_mending(
    home: Home, verb: str, content: bytes, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home.current_file.write_bytes(content)
    with pytest.raises(MachineError, match=why):
        home.current()
    assert cli.main([verb, "--home", str(home.root)]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "current.json, is damaged" in said
    assert "halftime publish" in said
    assert "defect of Halftime" not in said


def test_a_run_that_finds_the_pointer_damaged_compares_with_what_was_published_last(
    home: Home,
) -> None:
    """The run at hand writes the pointer anew; until then it must not stand in its way."""
    for build_id in ("b1", "b2"):
        folder = home.published / build_id
        folder.mkdir()
        (folder / "marts.duckdb").touch()
        (folder / "manifest.json").write_text("{}")
        history.record_published(home, build_id, None)
    assert served_database(home) is None, "without a pointer nothing is served"
    home.current_file.write_text("{")
    assert served_database(home) == home.published / "b2" / "marts.duckdb"
