"""What readers call wrong: kept apart and short, settled once, and forgotten with the person."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dashboards.access import disputes, log
from dashboards.access.disputes import Disputed, DisputeError, Speaker
from dashboards.components.disputes import headline, rows_of
from halftime.home import Home
from halftime.privacy import reader_logs
from halftime.privacy.people import Known
from halftime.privacy.redact import Redactor, Tombstones

REP = Speaker("ann.lee@example.com (rep)", "rep", "person people:E1011", "b1")
TEAM = Speaker("data@example.com (data_team)", "data_team", "trust", "b1")
ROW = Disputed("core.fct_opportunity", "salesforce:006A", "people:E1011", "salesforce", "o.csv", 7)


def test_a_dispute_says_who_calls_which_row_of_which_build_wrong(tmp_path: Path) -> None:
    number = disputes.say(tmp_path, REP, ROW, " The amount\nis too high ", "12,500")
    (found,) = disputes.known(tmp_path)
    assert found["id"] == number
    assert (found["who"], found["build_id"], found["state"]) == (REP.who, "b1", "open")
    assert (found["core_key"], found["source_file"], found["source_row"]) == (
        *("salesforce:006A", "o.csv", 7),
    )
    assert (found["wrong"], found["right"]) == ("The amount is too high", "12,500")
    (file,) = (tmp_path / disputes.FOLDER).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("", "12", "Say what is wrong"),
        (" \u200b\n", "12", "Say what is wrong"),
        ("x" * 501, "", "500 characters"),
        ("x", "y" * 201, "200 characters"),
    ],
)
def test_what_is_empty_or_too_long_is_not_kept(
    tmp_path: Path, wrong: str, right: str, says: str
) -> None:
    with pytest.raises(DisputeError, match=says):
        disputes.say(tmp_path, REP, ROW, wrong, right)
    assert not list(disputes.entries(tmp_path))


def test_nobody_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disputes, "MOST_A_DAY", 2)
    for number in range(2):
        disputes.say(tmp_path, REP, ROW, f"wrong {number}", "")
    with pytest.raises(DisputeError, match="tomorrow"):
        disputes.say(tmp_path, REP, ROW, "wrong", "")
    disputes.say(tmp_path, replace(REP, who="somebody else (rep)"), ROW, "wrong", "")


def test_a_dispute_is_settled_once_and_open_ones_come_first(tmp_path: Path) -> None:
    first = disputes.say(tmp_path, REP, ROW, "wrong", "")
    second = disputes.say(tmp_path, REP, ROW, "wrong, too", "")
    disputes.settle(tmp_path, TEAM, first, "corrected", "Typed by hand")
    assert [entry["id"] for entry in disputes.known(tmp_path)] == [second, first]
    assert disputes.known(tmp_path)[1]["state"] == "corrected"
    with pytest.raises(DisputeError, match="not open"):
        disputes.settle(tmp_path, TEAM, first, "stands", "again")
    with pytest.raises(DisputeError, match="no outcome"):
        disputes.settle(tmp_path, TEAM, second, "forgotten", "x")
    with pytest.raises(DisputeError, match="Say why"):
        disputes.settle(tmp_path, TEAM, second, "stands", " ")


def test_the_same_is_not_said_twice_before_it_is_settled(tmp_path: Path) -> None:
    number = disputes.say(tmp_path, REP, ROW, "wrong", "12")
    with pytest.raises(DisputeError, match="already"):
        disputes.say(tmp_path, REP, ROW, "wrong ", "12")
    disputes.settle(tmp_path, TEAM, number, "stands", "The contract says so")
    disputes.say(tmp_path, REP, ROW, "wrong", "12")


def test_months_that_are_too_old_are_removed_as_those_of_the_access_log(tmp_path: Path) -> None:
    disputes.say(tmp_path, REP, ROW, "wrong", "")
    (tmp_path / disputes.FOLDER / "2020-01.jsonl").write_text("{}\n")
    assert log.clear(tmp_path, 400, disputes.FOLDER) == ["2020-01.jsonl"]
    assert len(disputes.known(tmp_path)) == 1


def test_a_damaged_line_hides_no_other(tmp_path: Path) -> None:
    disputes.say(tmp_path, REP, ROW, "wrong", "")
    (file,) = (tmp_path / disputes.FOLDER).iterdir()
    file.write_text("{half\n[]\n" + file.read_text())
    assert len(disputes.known(tmp_path)) == 1


def test_where_it_cannot_be_written_the_reader_is_told(tmp_path: Path) -> None:
    (tmp_path / disputes.FOLDER).write_text("a file in the way")
    with pytest.raises(DisputeError, match="cannot be written down"):
        disputes.say(tmp_path, REP, ROW, "wrong", "")


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A home in which Ann Lee called a row of hers wrong, and Bo one of his."""
    first = disputes.say(tmp_path, REP, ROW, "I left before Ann Lee's team did", "12")
    disputes.settle(tmp_path, TEAM, first, "stands", "She was on leave")
    other = Speaker("bo@example.com (rep)", "rep", "person people:E7", "b1")
    disputes.say(tmp_path, other, replace(ROW, person_id="people:E7"), "Ann Lee did it", "x")
    disputes.say(tmp_path, other, replace(ROW, person_id="people:E7"), "Half of it", "6")
    return tmp_path


def test_a_person_is_told_what_was_called_wrong_by_or_of_the_person(told: Path) -> None:
    found = reader_logs.disputed_by_or_of(Home(told), ["people:E1011"])
    assert [entry["event"] for entry in found] == ["open", "settled"]
    assert all("who" not in entry for entry in found)
    assert not reader_logs.disputed_by_or_of(Home(told), ["people:E1"])


def test_an_erased_person_and_what_was_said_of_the_person_is_gone(told: Path) -> None:
    tombstones = Tombstones(b"key")
    tombstones.put(Known("name", "Ann Lee"), ["xaaaaaaaaaaa", "xbbbbbbbbbbb"])
    tombstones.put(Known("email", "ann.lee@example.com"), ["xcc", "xdd", None, None])
    tombstones.put(Known("id", "E1011", "people"), ["xeeeeeeeeeee"])
    reader_logs.rewrite(Home(told), Redactor(tombstones))
    (file,) = reader_logs.dispute_logs(Home(told))
    text = file.read_text().lower()
    assert not [word for word in ("ann", "lee", "e1011", "on leave", "team did") if word in text]
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == ["open", "settled", "open", "open"]
    assert lines[-1]["wrong"] == "half of it"
    assert file.stat().st_mode & 0o777 == 0o600


def test_rows_are_called_by_what_is_seen_of_them() -> None:
    rows = pd.DataFrame(
        {
            "core_key": ["s:1", "s:2"],
            "core_table": "core.fct_opportunity",
            "full_name": ["Ann", None],
            "day": pd.to_datetime(["2026-09-02", None]),
            "what": ["won", "lost"],
            "source_row": [7.0, float("nan")],
        }
    )
    found = rows_of(rows, "PI-11")
    assert list(found) == ["Ann · 2026-09-02 · won · s:1", "lost · s:2"]
    assert [row.source_row for row in found.values()] == [7, None]
    assert {row.figure for row in found.values()} == {"PI-11"}


@pytest.mark.parametrize(
    ("open_count", "count", "says"),
    [
        (1, 3, "1 row is said to be wrong"),
        (2, 3, "2 rows are said to be wrong"),
        (0, 1, "It is settled"),
        (0, 3, "All 3 disputes are settled"),
    ],
)
def test_the_headline_counts_what_is_open(open_count: int, count: int, says: str) -> None:
    assert headline(open_count, count) == says
