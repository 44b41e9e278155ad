"""The steps called one by one: each may be repeated, none publishes on what is no longer true."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sample_home, tmp_path / "home")


def current(home: Path) -> dict:
    return json.loads((home / "published" / "current.json").read_text())


def state(home: Path) -> dict:
    path = home / "builds" / current(home)["build_id"] / "run.json"
    return json.loads(path.read_text())


def test_publishing_twice_serves_the_same_build(home: Path, sample_folder: Path, cli: Cli) -> None:
    before = current(home)
    half_written = home / "published" / ".20200101T000000Z-abcdef"
    half_written.mkdir()
    cli("publish", "--config", str(sample_folder / "halftime.yml"), "--home", str(home))
    assert current(home) == before
    assert state(home)["status"] == "published"
    assert not half_written.exists(), "what a killed run left behind is cleared"


def test_a_check_that_fails_leaves_no_older_verdict(
    home: Path, sample_folder: Path, cli: Cli
) -> None:
    """Validated once, the build may not be published after a later validation broke off."""
    build_id = current(home)["build_id"]
    shutil.rmtree(home / "published" / build_id)
    (home / "builds" / build_id / "dbt" / "test" / "run_results.json").unlink()
    assert cli("validate", "--home", str(home), check=False).returncode == 1
    config = str(sample_folder / "halftime.yml")
    done = cli("publish", "--config", config, "--home", str(home), check=False)
    assert done.returncode == 2, done.stderr
    assert "was not validated" in done.stderr


def test_a_killed_build_is_failed_and_cannot_be_validated(
    home: Path, sample_folder: Path, cli: Cli, project_root: Path
) -> None:
    before = current(home)
    arguments = ("--config", str(sample_folder / "halftime.yml"), "--home", str(home))
    with subprocess.Popen(
        [sys.executable, "-m", "halftime", "build", *arguments],
        cwd=project_root,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "Building models" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert process.returncode == 1
    assert "Stopped by the user" in said
    assert "Traceback" not in said
    killed = max((home / "builds").iterdir()) / "run.json"
    assert json.loads(killed.read_text())["status"] == "failed"
    done = cli("validate", "--home", str(home), check=False)
    assert done.returncode == 2, done.stderr
    assert "did not finish" in done.stderr
    assert current(home) == before


def test_a_configuration_that_changed_since_the_build_is_refused(
    home: Path, sample_folder: Path, cli: Cli, tmp_path: Path
) -> None:
    config = tmp_path / "halftime.yml"
    config.write_text((sample_folder / "halftime.yml").read_text() + "# another line\n")
    arguments = ("--config", str(config), "--landing", str(sample_folder), "--home", str(home))
    done = cli("publish", *arguments, check=False)
    assert done.returncode == 2, done.stderr
    assert "halftime build" in done.stderr
    assert state(home)["status"] == "published"


def test_a_warehouse_that_is_open_elsewhere_asks_for_patience(
    home: Path, sample_folder: Path, cli: Cli
) -> None:
    """Exit 75, not 3: nothing is wrong with the machine, and a scheduler may try again."""
    before = current(home)
    hold = (
        f"import duckdb, sys; con = duckdb.connect({str(home / 'warehouse.duckdb')!r}); "
        "print('open', flush=True); sys.stdin.read()"
    )
    config = ("--config", str(sample_folder / "halftime.yml"))
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        for words in (("land", *config), ("build", *config), ("validate",)):
            done = cli(*words, "--home", str(home), check=False)
            assert done.returncode == 75, done.stderr
            assert "open in another process" in done.stderr
        holder.kill()
    assert current(home) == before
