"""The environment: installed once per lock, again when anything it depends on changes."""

from __future__ import annotations

import importlib.util
import json
import stat
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup_env.py"
# Stands for the venv's Python: writes down what pip is asked and which cache it would use.
PYTHON = """#!/bin/sh
here=$(dirname "$0")
case "$*" in *--version*) exit 0 ;; esac
echo "$PIP_CACHE_DIR $*" >> "$here/asked"
mkdir -p "$PIP_CACHE_DIR" && touch "$PIP_CACHE_DIR/wheel"
touch "$here/halftime"
exit $(cat "$here/exit_code")
"""


@dataclass(frozen=True)
class Clone:
    """A clone of which only the locks, the project file and a venv matter."""

    root: Path
    script: ModuleType

    def install(self, profile: str = "run") -> list[str]:
        """Call the script and return what it asked of pip."""
        asked = self.root / ".venv" / "bin" / "asked"
        asked.write_text("")
        self.script.main(profile)
        return asked.read_text().splitlines()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    monkeypatch.delenv("PIP_CACHE_DIR", raising=False)
    spec = importlib.util.spec_from_file_location("setup_env", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name in ("ROOT", "VENV", "MARKER", "DOWNLOADS"):
        place = getattr(script, name).relative_to(SCRIPT.parents[1])
        monkeypatch.setattr(script, name, tmp_path / place)
    for name in (*script.LOCKS.values(), "pyproject.toml"):
        (tmp_path / name).write_text(f"{name}, first\n")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(PYTHON)
    (programs / "python").chmod(stat.S_IRWXU)
    (programs / "exit_code").write_text("0")
    return Clone(tmp_path, script)


def test_a_second_installation_asks_nothing_of_pip(clone: Clone) -> None:
    first = clone.install()
    assert len(first) == 2
    assert "--require-hashes -r requirements.lock" in first[0]
    assert "--no-index --editable ." in first[1]
    assert clone.install() == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_what_the_environment_rests_on_is_installed_again_when_it_changes(
    clone: Clone, name: str
) -> None:
    clone.install()
    (clone.root / name).write_text("second\n")
    assert len(clone.install()) == 2
    assert clone.install() == []


def test_another_python_installs_again(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.install()
    monkeypatch.setattr(clone.script.sys, "version", "3.99.0 (main)")
    assert len(clone.install()) == 2


def test_the_development_lock_holds_what_running_needs(clone: Clone) -> None:
    assert "requirements-dev.lock" in clone.install("dev")[0]
    assert clone.install("run") == []


def test_running_alone_is_not_enough_to_develop(clone: Clone) -> None:
    clone.install("run")
    assert len(clone.install("dev")) == 2


def test_a_venv_without_the_program_is_not_believed(clone: Clone) -> None:
    clone.install()
    (clone.root / ".venv" / "bin" / "halftime").unlink()
    assert len(clone.install()) == 2


@pytest.mark.parametrize("content", ["", "{", "{}"])
def test_a_marker_that_says_nothing_installs(clone: Clone, content: str) -> None:
    clone.install()
    (clone.root / ".venv" / ".installed.json").write_text(content)
    assert len(clone.install()) == 2


def test_an_installation_that_failed_is_not_remembered(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone.root / ".venv" / "bin" / "exit_code").write_text("1")
    with pytest.raises(SystemExit, match="package index must be reachable"):
        clone.install()
    assert not (clone.root / ".venv" / ".installed.json").exists()
    assert (clone.root / ".venv" / ".downloads" / "wheel").exists(), "it need not load it again"
    assert "Installed in" not in capsys.readouterr().out


def test_downloads_stay_inside_the_clone_and_only_until_they_are_installed(clone: Clone) -> None:
    inside = str(clone.root / ".venv" / ".downloads")
    assert all(line.startswith(f"{inside} ") for line in clone.install())
    assert not Path(inside).exists()
    marker = json.loads((clone.root / ".venv" / ".installed.json").read_text())
    assert set(marker) == {"run"}


def test_a_cache_of_the_users_is_used_and_kept(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "their cache"
    monkeypatch.setenv("PIP_CACHE_DIR", str(cache))
    assert all(line.startswith(f"{cache} ") for line in clone.install())
    assert (cache / "wheel").exists()
