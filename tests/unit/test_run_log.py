"""What is read of runs in their home: states, steps, and never the text of an error."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from dashboards import run_log
from dashboards.components import operation_words as said

SECRET = "quoted 'Ana Meyer' of row 7"


def write(home: Path, build: str, status: str, steps: dict[str, object]) -> None:
    folder = home / "builds" / build
    folder.mkdir(parents=True)
    state = {
        "build_id": build,
        "started_at": f"2026-11-{build[:2]}T04:00:00+00:00",
        "status": status,
        "steps": steps,
        "variables": {"company": SECRET},
    }
    (folder / "run.json").write_text(json.dumps(state))


def remember(home: Path, build: str, status: str) -> None:
    body = {
        "verb": "run",
        "build_id": build,
        "started_at": f"2026-11-{build[:2]}T04:00:00+00:00",
        "ended_at": f"2026-11-{build[:2]}T04:03:23+00:00",
        "status": status,
        "reason": "DataError" if status == "failed" else None,
        "actor": SECRET,
    }
    path = home / "history" / "chain.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"kind": "run", "body": body}) + "\n")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    done = {"status": "done", "duration_seconds": 100.0}
    write(tmp_path, "27", "published", dict.fromkeys(run_log.STEPS, done))
    remember(tmp_path, "27", "done")
    write(tmp_path, "28", "failed", {"run": {"status": "failed", "error": SECRET}})
    remember(tmp_path, "28", "failed")
    write(tmp_path, "29", "stopped", {"run": done, "test": done, "validate": done})
    remember(tmp_path, "29", "failed")
    write(tmp_path, "30", "running", {"run": {"status": "running"}})
    return tmp_path


def test_each_run_says_how_it_ended_and_in_which_step(home: Path) -> None:
    found = run_log.runs(home)
    assert [(run.status, run.ended_in) for run in found] == [
        ("interrupted", "run"),
        ("stopped", "validate"),
        ("failed", "run"),
        ("done", ""),
    ]
    assert found[-1].seconds == 203


def test_failures_are_told_since_the_last_good_run(home: Path) -> None:
    runs = run_log.runs(home)
    sources = pd.DataFrame({"late_count": [0]})
    assert said.headline(runs, sources) == "Runs have not come through since 28 Nov 2026"
    assert run_log.failing_since(runs[-1:]) is None


def test_no_text_of_an_error_and_nobodys_name_is_read(home: Path) -> None:
    assert SECRET not in repr(run_log.runs(home))
    assert SECRET not in said.run_rows(run_log.runs(home)).to_csv()


def test_a_home_without_history_or_with_broken_lines_has_no_runs(tmp_path: Path) -> None:
    assert run_log.runs(tmp_path) == []
    assert run_log.runs(None) == []
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "chain.jsonl").write_text("no json\n[]\n")
    assert run_log.runs(tmp_path) == []
    assert run_log.model_seconds(tmp_path, "x") == []
    assert run_log.model_pages(tmp_path) is None
