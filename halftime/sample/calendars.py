"""Calendars: iCalendar files of some managers, an Outlook export of the others.

A 1:1 that was moved is an occurrence on another day; one that was called off is cancelled. Around
the 1:1s stand a weekly forecast call (a series with an exception) and private appointments, whose
subject must never get further than landing.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from halftime.sample import coaching
from halftime.sample.coaching import Attendance, Sessions
from halftime.sample.company import NOBODY, Company
from halftime.sample.documents import Document
from halftime.sample.files import Defect
from halftime.sample.numbering import mark
from halftime.sample.text import DAY, pick

WEEK = 7
PRIVATE_SUBJECT = "canary-private-appointment-do-not-publish"


def _stamp(second: int) -> str:
    text = str(np.datetime64(int(second), "s"))
    return text.replace("-", "").replace(":", "") + "Z"


def _event(fields: list[tuple[str, str]]) -> str:
    lines = ["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in fields), "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in lines)


def _attendees(
    company: Company, sessions: Sessions, attendance: Attendance, session: int
) -> list[str]:
    if sessions.coachee[session] != NOBODY:
        return [str(company.email[sessions.coachee[session]])]
    low, high = np.searchsorted(attendance.session, [session, session + 1])
    return company.email[attendance.person[low:high]].tolist()


def _subject(company: Company, sessions: Sessions, session: int) -> str:
    person = int(sessions.coachee[session])
    return "Team coaching" if person == NOBODY else f"1:1 {company.first_name[person]}"


def _meeting(company: Company, sessions: Sessions, attendance: Attendance, session: int) -> str:
    begins = int(sessions.day[session]) * DAY + int(sessions.start_second[session])
    coach = str(company.email[sessions.coach[session]])
    status = sessions.status[session]
    called_off = status in (coaching.CANCELLED, coaching.MOVED)
    fields = [
        ("UID", f"one-on-one-{mark()}{session:06d}@northwindridge.example"),
        ("DTSTAMP", _stamp(begins - 5 * DAY)),
        ("DTSTART", _stamp(begins)),
        ("DTEND", _stamp(begins + int(sessions.minutes[session]) * 60)),
        ("SUMMARY", _subject(company, sessions, session)),
        ("ORGANIZER", f"mailto:{coach}"),
        *(
            ("ATTENDEE", f"mailto:{mail}")
            for mail in _attendees(company, sessions, attendance, session)
        ),
        ("STATUS", "CANCELLED" if called_off else "CONFIRMED"),
        ("SEQUENCE", "1" if called_off else "0"),
    ]
    return _event(fields)


def _series(owner: str, first_day: int, last_day: int) -> tuple[str, int]:
    """Write a weekly forecast call with a day left out and one moved; return its meetings."""
    begins = first_day + (7 - (first_day + 3) % 7) % 7
    count = (last_day - begins) // WEEK + 1
    if count < 4:
        return "", 0
    uid = f"forecast-call-{owner}"
    left_out, moved = begins + WEEK, begins + 2 * WEEK
    series = _event(
        [
            ("UID", uid),
            ("DTSTAMP", _stamp(begins * DAY)),
            ("DTSTART", _stamp(begins * DAY + 54_000)),
            ("DTEND", _stamp(begins * DAY + 57_600)),
            ("RRULE", f"FREQ=WEEKLY;COUNT={count}"),
            ("EXDATE", _stamp(left_out * DAY + 54_000)),
            ("SUMMARY", "Forecast call"),
            ("ORGANIZER", f"mailto:{owner}"),
        ]
    )
    exception = _event(
        [
            ("UID", uid),
            ("RECURRENCE-ID", _stamp(moved * DAY + 54_000)),
            ("DTSTAMP", _stamp(moved * DAY)),
            ("DTSTART", _stamp((moved + 1) * DAY + 54_000)),
            ("DTEND", _stamp((moved + 1) * DAY + 57_600)),
            ("SUMMARY", "Forecast call"),
            ("ORGANIZER", f"mailto:{owner}"),
        ]
    )
    return series + exception, count - 1


def _private(owner: str, day: int, number: int) -> str:
    return _event(
        [
            ("UID", f"private-{number:04d}-{owner}"),
            ("DTSTAMP", _stamp(day * DAY)),
            ("DTSTART", _stamp(day * DAY + 61_200)),
            ("DTEND", _stamp(day * DAY + 63_000)),
            ("SUMMARY", PRIVATE_SUBJECT),
            ("CLASS", "PRIVATE"),
        ]
    )


def icalendar(
    company: Company,
    sessions: Sessions,
    attendance: Attendance,
    coach: int,
    chosen: np.ndarray,
) -> Document:
    """Write the calendar of one manager with the sessions ``chosen``, a series, private hours.

    One record in it has no start and must be rejected.
    """
    owner = str(company.email[coach])
    first, last = int(sessions.day[chosen].min()), int(sessions.day[chosen].max())
    meetings = [_meeting(company, sessions, attendance, session) for session in chosen.tolist()]
    series, occurrences = _series(owner, first, min(last, company.size.last_day))
    hidden = [_private(owner, first + 9 * turn, turn) for turn in range(3)]
    broken = _event(
        [
            ("UID", f"broken-{owner}"),
            ("DTSTAMP", _stamp(first * DAY)),
            ("SUMMARY", "1:1 ???"),
        ]
    )
    head = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Northwind Ridge//Calendar//EN\r\n"
        f"X-WR-CALNAME:{owner}\r\n"
    )
    body = "".join([*meetings, series, *hidden, broken])
    entries = len(meetings) + (2 if occurrences else 0) + len(hidden)
    events = len(meetings) + occurrences + len(hidden)
    return Document(
        f"calendar/{owner.split('@')[0]}.ics",
        "calendar",
        (head + body + "END:VCALENDAR\r\n").encode(),
        {
            "entry": Counter(accepted=entries, rejected=1),
            "event": Counter(accepted=events),
        },
        notes=[
            (
                "entry",
                entries + 1,
                Defect("broken_ics", "rejected:missing:start_date", "no DTSTART"),
            )
        ],
    )


def outlook_table(
    company: Company, sessions: Sessions, attendance: Attendance, chosen: np.ndarray
) -> pa.Table:
    """One row per meeting of the sessions ``chosen``, as Outlook writes its CSV in the US.

    Outlook exports no ids, so that two meetings of one coach at one time would be one if they bore
    the same subject: the second Anna's has a number.
    """
    begins = sessions.day[chosen] * DAY + sessions.start_second[chosen]
    ends = begins + sessions.minutes[chosen] * 60
    called_off = np.isin(sessions.status[chosen], (coaching.CANCELLED, coaching.MOVED))
    subjects = [
        ("Canceled: " if off else "") + _subject(company, sessions, session)
        for session, off in zip(chosen.tolist(), called_off.tolist(), strict=True)
    ]
    seen: Counter[tuple[int, int, int, str]] = Counter()
    for place, key in enumerate(
        zip(sessions.coach[chosen].tolist(), begins.tolist(), ends.tolist(), subjects, strict=True)
    ):
        seen[key] += 1
        if seen[key] > 1:
            subjects[place] += f" ({seen[key]})"
    invited = [
        ";".join(_attendees(company, sessions, attendance, session)) for session in chosen.tolist()
    ]
    return pa.table(
        {
            "Subject": subjects,
            "Start Date": _american_day(begins),
            "Start Time": _american_clock(begins),
            "End Date": _american_day(ends),
            "End Time": _american_clock(ends),
            "All day event": pick(["False"], np.zeros(len(chosen), dtype=int)),
            "Meeting Organizer": pick(company.email.tolist(), sessions.coach[chosen]),
            "Required Attendees": invited,
            "Categories": pick([None], np.zeros(len(chosen), dtype=int)),
            "Private": pick(["False"], np.zeros(len(chosen), dtype=int)),
            "Show time as": pick(["2"], np.zeros(len(chosen), dtype=int)),
        }
    )


def _american_day(seconds: np.ndarray) -> list[str]:
    days = seconds.astype("datetime64[s]").astype(object)
    return [day.strftime("%m/%d/%Y") for day in days]


def _american_clock(seconds: np.ndarray) -> list[str]:
    days = seconds.astype("datetime64[s]").astype(object)
    return [day.strftime("%I:%M:%S %p").lstrip("0") for day in days]
