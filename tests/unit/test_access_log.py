"""The access log: whole lines, its own file, its own age; and nothing shown without it."""

from __future__ import annotations

import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.access import log

ENTRY = log.Entry("ana (manager)", "manager", "organisation p:1", "view", "Week", "", "b1", 12)


def lines(home: Path) -> list[dict]:
    texts = [path.read_text() for path in sorted((home / log.FOLDER).iterdir())]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def test_a_line_says_who_saw_what_of_which_build(tmp_path: Path) -> None:
    log.write(tmp_path, ENTRY)
    (line,) = lines(tmp_path)
    assert (line["who"], line["page"], line["scope"], line["build_id"], line["row_count"]) == (
        *("ana (manager)", "Week", "organisation p:1", "b1", 12),
    )
    (file,) = (tmp_path / log.FOLDER).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_lines_of_many_readers_do_not_mix(tmp_path: Path) -> None:
    def see(number: int) -> None:
        for _ in range(50):
            log.write(tmp_path, replace(ENTRY, who=f"reader {number}", filters="é" * 500))

    readers = [threading.Thread(target=see, args=(number,)) for number in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    found = lines(tmp_path)
    assert len(found) == 400
    assert {line["who"] for line in found} == {f"reader {number}" for number in range(8)}


def test_the_newest_lines_are_read_first(tmp_path: Path) -> None:
    assert log.read(tmp_path).empty
    folder = tmp_path / log.FOLDER
    folder.mkdir()
    old = {"at": "2020-01-31T10:00:00+00:00", "who": "old", "row_count": 1}
    (folder / "2020-01.jsonl").write_text(json.dumps(old) + "\n")
    log.write(tmp_path, ENTRY)
    assert log.read(tmp_path)["who"].tolist() == ["ana (manager)", "old"]
    assert log.read(tmp_path, limit=1)["row_count"].tolist() == [12]


def test_months_are_removed_when_all_their_days_are_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt

    folder = tmp_path / log.FOLDER
    folder.mkdir()
    for name in ("2025-10.jsonl", "2025-11.jsonl", "2025-12.jsonl", "notes.txt"):
        (folder / name).write_text("{}\n")
    monkeypatch.setattr(log, "_now", lambda: dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    assert log.clear(tmp_path, 62) == ["2025-10.jsonl"]  # 30 November is 62 days old, and counts
    assert log.clear(tmp_path, 61) == ["2025-11.jsonl"]
    assert sorted(path.name for path in folder.iterdir()) == ["2025-12.jsonl", "notes.txt"]


def test_where_nothing_can_be_written_the_reason_is_said(tmp_path: Path) -> None:
    (tmp_path / log.FOLDER).write_text("a file in the way")
    with pytest.raises(log.LogError, match="cannot be written down who saw it"):
        log.require(tmp_path)
    with pytest.raises(log.LogError):
        log.write(tmp_path, ENTRY)


def test_a_full_disk_is_said_and_leaves_no_half_line(tmp_path: Path) -> None:
    log.write(tmp_path, ENTRY)
    (path,) = (tmp_path / log.FOLDER).iterdir()
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(log.LogError, match="No space left"):
        log.write(tmp_path, ENTRY)
