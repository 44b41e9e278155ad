"""Bad input ends in one clear sentence, the promised exit code, and nothing written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
GOOD = """version: 1
company: Acme
sources:
  tabular:
    files: ["*.csv"]
    objects:
      opportunity:
        files: ["deals.csv"]
        columns: {opportunity_id: id, stage: stage, owner: rep, amount: value,
                  created_date: created, close_date: closed}
        values: {stage: {Won: closed won, Lost: closed lost}}
"""
DEALS = """id,stage,rep,value,created,closed
A1,Won,Ann,100,2025-01-01,2025-02-01
A2,Lost,Bob,50,2025-01-05,2025-03-01
"""


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "halftime.yml").write_text(GOOD)
    (folder / "deals.csv").write_text(DEALS)
    return folder


def refused(
    cli: Cli, landing: Path, tmp_path: Path, *extra: str, config: Path | None = None
) -> str:
    """Run, expect exit 2 with one sentence and no home; return the message."""
    home = tmp_path / "home"
    done = cli(
        "run",
        "--config",
        str(config or landing / "halftime.yml"),
        "--home",
        str(home),
        *extra,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not home.exists(), "nothing may be written"
    return done.stderr


def test_config_path_is_wrong(cli: Cli, landing: Path, tmp_path: Path) -> None:
    message = refused(cli, landing, tmp_path, config=landing / "nowhere.yml")
    assert "nowhere.yml" in message
    assert "--config" in message


def test_landing_path_is_wrong(cli: Cli, landing: Path, tmp_path: Path) -> None:
    message = refused(cli, landing, tmp_path, "--landing", str(tmp_path / "absent"))
    assert "absent" in message
    assert "does not exist" in message


def test_landing_path_is_a_file(cli: Cli, landing: Path, tmp_path: Path) -> None:
    message = refused(cli, landing, tmp_path, "--landing", str(landing / "deals.csv"))
    assert "is not a folder" in message
    (landing / "halftime.yml").write_text(GOOD + "landing: deals.csv\n")
    message = refused(cli, landing, tmp_path)
    assert "is not a folder" in message
    assert "line" in message


def test_yaml_is_broken(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "halftime.yml").write_text("version: 1\nsources: {tabular: [\n")
    assert "line 3" in refused(cli, landing, tmp_path)


def test_key_is_unknown(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "halftime.yml").write_text(GOOD.replace("company:", "compny:"))
    message = refused(cli, landing, tmp_path)
    assert "line 2" in message
    assert "Did you mean 'company'?" in message


def test_mapping_names_a_missing_column(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "halftime.yml").write_text(GOOD.replace("amount: value", "amount: valeu"))
    message = refused(cli, landing, tmp_path)
    assert "valeu" in message
    assert "value" in message
    assert "deals.csv" in message


def test_mapping_names_an_unknown_canonical_column(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "halftime.yml").write_text(GOOD.replace("amount: value", "amont: value"))
    assert "Did you mean 'amount'?" in refused(cli, landing, tmp_path)


def test_folder_is_empty(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "deals.csv").unlink()
    assert str(landing) in refused(cli, landing, tmp_path)


def test_folder_has_no_known_file(cli: Cli, landing: Path, tmp_path: Path) -> None:
    (landing / "deals.csv").rename(landing / "holiday.txt")
    assert str(landing) in refused(cli, landing, tmp_path)


def test_as_of_is_no_day(cli: Cli, landing: Path, tmp_path: Path) -> None:
    assert "--as-of" in refused(cli, landing, tmp_path, "--as-of", "yesterday")


def test_option_is_unknown(cli: Cli, landing: Path, tmp_path: Path) -> None:
    assert "--bogus" in refused(cli, landing, tmp_path, "--bogus")


def test_debug_shows_the_traceback(cli: Cli, landing: Path, tmp_path: Path) -> None:
    done = cli(
        "run",
        "--config",
        str(landing / "no.yml"),
        "--home",
        str(tmp_path / "home"),
        "--debug",
        check=False,
    )
    assert "Traceback" in done.stderr


def test_lock_is_held(cli: Cli, landing: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    script = (
        "import fcntl, os, sys, time\n"
        f"h = os.open({str(home / 'lock')!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(h, fcntl.LOCK_EX); os.write(h, b'process 1 since 2025-01-01')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        done = cli(
            "run", "--config", str(landing / "halftime.yml"), "--home", str(home), check=False
        )
        holder.communicate("")
    assert done.returncode == 75
    assert "process 1 since 2025-01-01" in done.stderr


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"),
    reason="rights do not bind root without setpriv",
)
def test_home_is_not_writable(landing: Path, tmp_path: Path, project_root: Path) -> None:
    home = tmp_path / "home"
    (home / "published" / "old").mkdir(parents=True)
    (home / "published" / "current.json").write_text('{"build_id": "old"}')
    for folder in (home / "published", home):
        folder.chmod(0o555)
    command = [
        sys.executable,
        "-m",
        "halftime",
        "run",
        "--config",
        str(landing / "halftime.yml"),
        "--home",
        str(home),
    ]
    if (
        os.geteuid() == 0
    ):  # drop the right to ignore rights, keep the user who can read the checkout
        drop = "-dac_override,-dac_read_search,-fowner"
        command = ["setpriv", "--bounding-set", drop, "--inh-caps", drop, *command]
    done = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False)
    for folder in (home, home / "published"):
        folder.chmod(0o755)
    assert done.returncode == 3, done.stderr
    assert str(home) in done.stderr
    assert (home / "published" / "current.json").read_text() == '{"build_id": "old"}'
