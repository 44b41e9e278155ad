"""A calendar is read meeting by meeting; nothing in it stops the night or fills the memory."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halftime.contracts import Column, Contract
from halftime.landing.ics_reader import ENTRY, EVENT, MAXIMUM_INSTANCES, open_ics
from halftime.landing.spec import ObjectSpec, RejectedFileError

BERLIN = "TZID=W. Europe Standard Time"
STAMP = "DTSTAMP:20260601T000000Z"


def contract(*names: str) -> Contract:
    columns = tuple(Column(name=name, header=name) for name in names)
    return Contract("calendar", "any", "calendar__any", "", ("any",), (), columns, Path())


def calendar(*events: tuple[str, ...], head: tuple[str, ...] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", *head]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(
    tmp_path: Path, content: bytes, names: tuple[str, ...], until: dt.date | None = None
) -> list[dict[str, str | None]]:
    """Rows of one object of a calendar, as many as the reader counted."""
    path = tmp_path / "any.ics"
    path.write_bytes(content)
    file = open_ics(path, contract(*names), ObjectSpec(expand_until=until))
    rows = [row for batch in file.read([]) for row in batch.to_pylist()]
    assert len(rows) == file.source_rows
    return [
        {name: row[f"c{place}"] for place, name in enumerate(file.header)} | {"row": row["_row"]}
        for row in rows
    ]


def starts(tmp_path: Path, *lines: str, until: dt.date = dt.date(2026, 12, 31)) -> list[str]:
    found = read(tmp_path, calendar(("UID:u", STAMP, *lines)), EVENT, until)
    return [f"{row['start_date']}T{row['start_time']}" for row in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # The wall clock is kept when the clocks change on 29 March.
        (
            (f"DTSTART;{BERLIN}:20260323T090000", "RRULE:FREQ=WEEKLY;COUNT=2"),
            ["2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z"],
        ),
        # UNTIL is an instant in UTC and includes the last start.
        (
            (f"DTSTART;{BERLIN}:20260101T090000", "RRULE:FREQ=DAILY;UNTIL=20260102T080000Z"),
            ["2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z"],
        ),
        # A day, or an instant of another zone, takes an occurrence out; RDATE adds one.
        (
            (
                f"DTSTART;{BERLIN}:20260101T090000",
                "RRULE:FREQ=DAILY;COUNT=4",
                "EXDATE;VALUE=DATE:20260102",
                "EXDATE:20260103T080000Z",
                f"RDATE;{BERLIN}:20260201T100000",
            ),
            ["2026-01-01T08:00:00Z", "2026-01-04T08:00:00Z", "2026-02-01T09:00:00Z"],
        ),
        # Floating times stay as they are; days have no time.
        (
            ("DTSTART:20260101T090000", "RRULE:FREQ=MONTHLY;COUNT=2"),
            ["2026-01-01T09:00:00", "2026-02-01T09:00:00"],
        ),
        (("DTSTART;VALUE=DATE:20260101",), ["2026-01-01TNone"]),
        (("DTSTART;TZID=Europe/Lisbon:20260701T090000",), ["2026-07-01T08:00:00Z"]),
        # No end: up to the window's last day.
        (
            ("DTSTART:20261229T090000", "RRULE:FREQ=DAILY"),
            ["2026-12-29T09:00:00", "2026-12-30T09:00:00", "2026-12-31T09:00:00"],
        ),
    ],
)
def test_series_are_expanded(tmp_path: Path, lines: tuple[str, ...], expected: list[str]) -> None:
    assert starts(tmp_path, *lines) == expected


def test_the_window_comes_from_the_file(tmp_path: Path) -> None:
    """Without a configured day a series runs to the last day of which the file knows."""
    content = calendar(("UID:u", "DTSTAMP:20260103T120000Z", "DTSTART:20260101T090000",
                        "RRULE:FREQ=DAILY"))  # fmt: skip
    assert len(read(tmp_path, content, EVENT)) == 3


def test_changed_occurrences_take_the_place_of_the_planned(tmp_path: Path) -> None:
    content = calendar(
        ("UID:u", STAMP, "DTSTART:20260105T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Plan"),
        ("UID:u", STAMP, "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260113T090000Z"),
        ("UID:u", STAMP, "RECURRENCE-ID:20260119T090000Z", "STATUS:CANCELLED",
         "DTSTART:20260119T090000Z"),
    )  # fmt: skip
    rows = read(tmp_path, content, EVENT)
    assert [(r["start_date"], r["status"], r["moved_from_date"], r["row"]) for r in rows] == [
        ("2026-01-05", "held", None, 1),
        ("2026-01-13", "held", "2026-01-12", 2),
        ("2026-01-19", "cancelled", None, 3),
    ]
    assert [r["event_id"] for r in rows] == [
        f"u|2026-01-{day}T09:00:00Z" for day in ("05", "12", "19")
    ]
    assert {r["subject"] for r in rows} == {"Plan"}


def test_private_meetings_are_a_time_and_nothing_else(tmp_path: Path) -> None:
    secret = ("SUMMARY:canary", "CATEGORIES:canary", "LOCATION:canary", "DESCRIPTION:canary",
              "ORGANIZER:mailto:canary@x.example", "ATTENDEE:mailto:canary@x.example")  # fmt: skip
    content = calendar(
        ("UID:canary-1", STAMP, "CLASS:PRIVATE", "DTSTART:20260105T090000Z", "DURATION:PT45M",
         "RRULE:FREQ=WEEKLY;COUNT=2", *secret),
        # The changed occurrence does not say again that it is private.
        ("UID:canary-1", STAMP, "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260112T100000Z",
         *secret),
        ("UID:canary-2", STAMP, "CLASS:X-MINE", "DTSTART:20260105T090000Z", *secret),
    )  # fmt: skip
    rows = read(tmp_path, content, EVENT)
    assert len(rows) == 3
    assert {r["is_private"] for r in rows} == {"true"}
    assert "canary" not in str(rows) + str(read(tmp_path, content, ENTRY))
    assert (rows[0]["start_time"], rows[0]["end_time"]) == ("09:00:00Z", "09:45:00Z")


@pytest.mark.parametrize(
    ("lines", "column", "said"),
    [
        (("UID:u", "DTSTART:20260101T090000", "RRULE:FREQ=SECONDLY;COUNT=1000000"),
         "instance_count", "unreadable rule"),
        (("UID:u", "DTSTART:20000101T090000", "RRULE:FREQ=DAILY;COUNT=1000000"),
         "instance_count", str(MAXIMUM_INSTANCES + 1)),
        (("UID:u", "DTSTART:20260101T090000", "RRULE:FREQ=NEVER"),
         "instance_count", "unreadable rule"),
        (("UID:u", "DTSTART;TZID=Mars/Base:20260101T090000"),
         "start_date", "2026-01-01T09:00:00 in the unknown time zone Mars/Base"),
        (("UID:u", "DTSTART:soon"), "start_date", "soon"),
        (("DTSTART:20260101T090000",), "uid", None),
        (("UID:u", "DTSTART:20260101T090000",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T090000"),
         "recurrence_id", "THISANDFUTURE is not supported"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_told_stands_for_no_meeting(
    tmp_path: Path, lines: tuple[str, ...], column: str, said: str | None
) -> None:
    content = calendar(lines)
    until = dt.date(2099, 1, 1)
    (entry,) = read(tmp_path, content, ENTRY, until)
    assert entry[column] == said
    assert read(tmp_path, content, EVENT, until) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"hello", "unreadable"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n", "truncated"),
        (calendar(("UID:x", "DTSTART:20260101T090000"))[:-20], "truncated"),
        (b"BEGIN:VCALENDAR\r\nno colon\r\nEND:VCALENDAR\r\n", "unreadable"),
    ],
)
def test_a_broken_file_is_rejected(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "broken.ics"
    path.write_bytes(content)
    with pytest.raises(RejectedFileError) as caught:
        open_ics(path, contract("uid"), ObjectSpec())
    assert caught.value.code == code


def test_rules_that_never_come_true_end_soon(tmp_path: Path) -> None:
    events = [(f"UID:{n}", STAMP, "DTSTART:20260101T090000",
               "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") for n in range(3)]  # fmt: skip
    began = time.process_time()
    assert len(read(tmp_path, calendar(*events), EVENT)) == 3
    assert time.process_time() - began < 10


LINE = st.sampled_from(
    [
        "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "UID:u", "DTSTART:20260101T090000",
        "DTSTART;VALUE=DATE:00010101", "DTSTART:99991231T235959Z", "DTEND:20250101", "DTEND:x",
        "DURATION:-P1D", "DURATION:P99999999W", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYDAY=9XX",
        "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=DAILY;UNTIL=20250101", "RDATE:x", "EXDATE:1",
        "RDATE;VALUE=PERIOD:20260101T090000Z/PT1H", "RECURRENCE-ID:20260101", "CLASS:PRIVATE",
        "STATUS:TENTATIVE", "ATTENDEE;CN=\"", "ORGANIZER:", "SUMMARY:\u2603", " folded", "\x00",
        "BEGIN:VTIMEZONE", "END:VTIMEZONE", "TZID:Own", "SEQUENCE:x", "CATEGORIES:a,b",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(LINE, max_size=12), data=st.binary(max_size=20))
def test_any_lines_are_read_or_rejected(tmp_path: Path, lines: list[str], data: bytes) -> None:
    body = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    for content in (body.encode() + b"\r\n", body.encode() + data):
        try:
            entries = read(tmp_path, content, ENTRY, dt.date(2026, 3, 1))
            read(tmp_path, content, EVENT, dt.date(2026, 3, 1))
        except RejectedFileError:
            continue
        assert len(entries) == content.upper().count(b"BEGIN:VEVENT")
