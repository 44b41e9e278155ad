"""iCalendar files: one record per VEVENT, and one row per meeting that it stands for.

A record is a single meeting, a series, or a changed occurrence of a series. Series are expanded in
their own wall clock up to a day that comes from the configuration or from the file's own stamps,
never from the clock. Private records keep times and nothing that says what or with whom.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pyarrow as pa
from dateutil.rrule import rrulestr

from halftime.contracts import Contract
from halftime.landing import batches, text
from halftime.landing.spec import ObjectSpec, RejectedFileError

MAXIMUM_INSTANCES = 10_000
_MAXIMUM_FILE_BYTES = 64 << 20
_MAXIMUM_FILE_INSTANCES = 500_000
_MAXIMUM_BARREN_RULES = 100
_BATCH_ROWS = 20_000
_COARSE = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# The calendar repeats every 400 years. Rules are followed close to the last possible year, so that
# one that never comes true ends there soon instead of after eight thousand years.
_CYCLE_YEARS = 400
_LATEST_YEAR = 9600
_UNREADABLE_RULE = "unreadable rule"
ENTRY = (
    "uid", "recurrence_id", "owner", "start_date", "start_time", "status", "is_private",
    "is_recurring", "sequence", "stamped_at", "instance_count",
)  # fmt: skip
EVENT = (
    "event_id", "uid", "recurrence_id", "moved_from_date", "owner", "start_date", "start_time",
    "end_date", "end_time", "is_all_day", "subject", "organizer", "required_attendees",
    "categories", "status", "is_private", "show_as", "sequence", "modified_at",
)  # fmt: skip

Moment = dt.datetime | dt.date


@dataclass
class Record:
    """One VEVENT: what is read of it, and the original starts of the meetings it stands for."""

    row: int
    uid: str | None
    owner: str | None
    start: Moment | None
    start_text: str | None
    length: dt.timedelta
    original: Moment | None
    original_text: str | None
    is_private: bool
    is_recurring: bool
    status: str
    sequence: str | None
    modified: Moment | None
    facts: dict[str, str | None]
    event: icalendar.cal.Component
    starts: list[Moment] = field(default_factory=list)
    count_text: str = "0"


def moment_text(moment: Moment | None) -> tuple[str | None, str | None]:
    """Return day and time of day: UTC with a ``Z``, wall-clock time without; a day has no time."""
    if moment is None:
        return None, None
    if not isinstance(moment, dt.datetime):
        return moment.isoformat(), None
    if moment.tzinfo is None:
        return moment.date().isoformat(), moment.strftime("%H:%M:%S")
    moment = moment.astimezone(dt.UTC)
    return moment.date().isoformat(), moment.strftime("%H:%M:%SZ")


def _stamp(moment: Moment | None) -> str | None:
    day, time = moment_text(moment)
    return day if time is None else f"{day}T{time}"


def _of(value: Any, name: str) -> Any:
    """Return what the library read of a property, or None if it could not read it."""
    try:
        return getattr(value, name, None)
    except (ValueError, TypeError, AttributeError):
        return None


def _first(component: icalendar.cal.Component, name: str) -> Any:
    value = component.get(name)
    return value[0] if isinstance(value, list) and value else value


def _moment(component: icalendar.cal.Component, name: str) -> tuple[Moment | None, str | None]:
    """Return a property as a moment, else None and its text (which staging rejects)."""
    value = _first(component, name)
    if value is None:
        return None, None
    found = _of(value, "dt")
    zone = (_of(value, "params") or {}).get("TZID")
    if not isinstance(found, dt.date):
        return None, str(value) or "unreadable"
    if isinstance(found, dt.datetime) and found.tzinfo is None and zone:
        return None, f"{found.isoformat()} in the unknown time zone {zone}"
    try:
        if isinstance(found, dt.datetime) and found.tzinfo is not None:
            found.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None, str(found)
    return found, None


def _text(component: icalendar.cal.Component, name: str) -> str | None:
    value = _first(component, name)
    return None if value is None else str(value).strip() or None


def _person(value: Any) -> str | None:
    address = re.sub(r"(?i)^mailto:", "", str(value).strip())
    if "@" in address:
        return address.lower()
    name = str((_of(value, "params") or {}).get("CN", "")).strip(' "')
    return name or address or None


def _people(component: icalendar.cal.Component) -> str | None:
    value = component.get("ATTENDEE")
    values = value if isinstance(value, list) else [] if value is None else [value]
    names = []
    for item in values:
        kind = str((_of(item, "params") or {}).get("CUTYPE", "INDIVIDUAL")).upper()
        name = _person(item) if kind not in ("ROOM", "RESOURCE") else None
        if name:
            names.append(name.replace(";", ","))
    return "; ".join(dict.fromkeys(names)) or None


def _categories(component: icalendar.cal.Component) -> str | None:
    value = component.get("CATEGORIES")
    values = value if isinstance(value, list) else [] if value is None else [value]
    words = [str(word) for item in values for word in _of(item, "cats") or [item]]
    return ", ".join(words) or None


def _length(component: icalendar.cal.Component, start: Moment | None) -> dt.timedelta:
    end, _ = _moment(component, "DTEND")
    duration = _of(_first(component, "DURATION"), "dt")
    if isinstance(duration, dt.timedelta) and dt.timedelta() <= duration < dt.timedelta(days=366):
        return duration
    if isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
        if (start.tzinfo is None) == (end.tzinfo is None):
            return max(_naive_utc(end) - _naive_utc(start), dt.timedelta())
    elif start is not None and end is not None and not isinstance(end, dt.datetime):
        return max(end - _day(start), dt.timedelta())
    return dt.timedelta() if isinstance(start, dt.datetime) else dt.timedelta(days=1)


def _naive_utc(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _day(moment: Moment) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _is_private(event: icalendar.cal.Component) -> bool:
    return (_text(event, "CLASS") or "PUBLIC").upper() != "PUBLIC"


def _record(
    row: int,
    event: icalendar.cal.Component,
    calendar: dict[str, str | None],
    *,
    is_private: bool,
) -> Record:
    start, start_problem = _moment(event, "DTSTART")
    original, original_problem = _moment(event, "RECURRENCE-ID")
    marker = _first(event, "RECURRENCE-ID")
    if marker is not None and "RANGE" in (_of(marker, "params") or {}):
        original, original_problem = None, "THISANDFUTURE is not supported"
    uid = _text(event, "UID")
    if uid and is_private:
        uid = "private-" + hashlib.sha256(uid.encode()).hexdigest()[:32]
    status = (_text(event, "STATUS") or "").lower()
    if calendar["method"] == "CANCEL":
        status = "cancelled"
    modified, _ = _moment(event, "LAST-MODIFIED")
    stamped, _ = _moment(event, "DTSTAMP")
    facts = {
        "subject": _text(event, "SUMMARY"),
        "organizer": _person(_first(event, "ORGANIZER")) if event.get("ORGANIZER") else None,
        "required_attendees": _people(event),
        "categories": _categories(event),
    }
    return Record(
        row=row,
        uid=uid,
        owner=calendar["owner"],
        start=start,
        start_text=start_problem,
        length=_length(event, start),
        original=original,
        original_text=original_problem,
        is_private=is_private,
        is_recurring=any(event.get(name) is not None for name in ("RRULE", "RDATE")),
        status={"cancelled": "cancelled", "tentative": "tentative"}.get(status, "held"),
        sequence=_text(event, "SEQUENCE"),
        modified=modified or stamped,
        facts=dict.fromkeys(facts) if is_private else facts,
        event=event,
    )


def _same_clock(moment: Moment, start: Moment) -> Moment:
    """Express a moment as the series tells its time: a day, or a wall clock without zone."""
    if not isinstance(start, dt.datetime):
        return _day(moment)
    if not isinstance(moment, dt.datetime):
        return moment
    if moment.tzinfo is not None and start.tzinfo is not None:
        moment = moment.astimezone(start.tzinfo)
    return moment.replace(tzinfo=None)


def _listed(event: icalendar.cal.Component, name: str) -> list[Moment]:
    value = event.get(name)
    values = value if isinstance(value, list) else [] if value is None else [value]
    found = [_of(item, "dt") for group in values for item in _of(group, "dts") or ()]
    return [item[0] if isinstance(item, tuple) else item for item in found if item is not None]


def _followed(record: Record, until: dt.date) -> Iterator[dt.datetime]:
    """Wall-clock starts of a series by its rules and dates, up to and including a day.

    Raises ValueError for a rule that cannot be read or that recurs within a day.
    """
    start = record.start
    if start is None:
        raise ValueError("no start")
    wall = _same_clock(start, start)
    if not isinstance(wall, dt.datetime):
        wall = dt.datetime.combine(wall, dt.time())
    last = dt.datetime.combine(until, dt.time.max)
    extra = [_same_clock(item, start) for item in _listed(record.event, "RDATE")]
    dates = [
        item if isinstance(item, dt.datetime) else dt.datetime.combine(item, wall.time())
        for item in extra
    ]
    found = {item for item in dates if item <= last}
    rules = record.event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [] if rules is None else [rules]:
        if _of(rule, "errors") or not hasattr(rule, "get"):
            raise ValueError("unreadable")
        if str((rule.get("FREQ") or [""])[0]).upper() not in _COARSE:
            raise ValueError("recurs within a day")
        found.update(islice(_by_rule(rule, wall, start, last), MAXIMUM_INSTANCES + 1))
    return iter(sorted(found | {wall}))


def _by_rule(
    rule: Any,
    wall: dt.datetime,
    start: Moment,
    last: dt.datetime,
) -> Iterator[dt.datetime]:
    shift = (_LATEST_YEAR - wall.year) // _CYCLE_YEARS * _CYCLE_YEARS
    parts = dict(rule)
    ends = parts.pop("UNTIL", None)
    if ends:
        end = _same_clock(ends[0], start)
        if not isinstance(end, dt.datetime):
            end = dt.datetime.combine(end, dt.time.max)
        last = min(last, end)
    plain = icalendar.vRecur(parts).to_ical().decode()
    if "UNTIL" in plain or "DTSTART" in plain:
        raise ValueError("unreadable")
    for moment in rrulestr(plain, dtstart=wall.replace(year=wall.year + shift)):
        moment = moment.replace(year=moment.year - shift)
        if moment > last:
            return
        yield moment


def _expand(record: Record, until: dt.date, changed: set[tuple[str, str]]) -> None:
    """Give a record the original starts of its meetings; too many or unreadable rules give none."""
    start = record.start
    if start is None or record.uid is None or record.original_text is not None:
        return
    if not record.is_recurring or record.original is not None:
        record.starts, record.count_text = [record.original or start], "1"
        return
    try:
        left_out = {_same_clock(item, start) for item in _listed(record.event, "EXDATE")}
        walls = list(islice(_followed(record, until), MAXIMUM_INSTANCES + 1))
        moments = [
            _as_started(wall, start)
            for wall in walls
            if wall not in left_out and wall.date() not in left_out
        ]
        starts = [
            item
            for item in moments
            if not changed & {(record.uid, _stamp(item) or ""), (record.uid, str(_day(item)))}
        ]
    except (ValueError, TypeError, OverflowError, KeyError, AttributeError, IndexError):
        record.count_text = _UNREADABLE_RULE
        return
    if len(walls) > MAXIMUM_INSTANCES:
        record.count_text = str(len(walls))
        return
    record.starts, record.count_text = starts, str(len(starts))


def _as_started(wall: dt.datetime, start: Moment) -> Moment:
    if not isinstance(start, dt.datetime):
        return wall.date()
    return wall.replace(tzinfo=start.tzinfo)


def _last_day(records: Iterable[Record]) -> dt.date:
    """Last day of which a file knows: its stamps and the days of its single meetings."""
    days = [dt.date.min]
    for record in records:
        single = None if record.is_recurring else record.start
        days.extend(_day(item) for item in (record.modified, record.original, single) if item)
    return max(days)


def _read_calendars(path: Path) -> tuple[bytes, Sequence[icalendar.cal.Component]]:
    with text.Utf8Stream(path, text.detect_encoding(path)) as stream:
        content = b""
        while chunk := stream.read(text.CHUNK_BYTES):
            content += chunk
            if len(content) > _MAXIMUM_FILE_BYTES:
                raise RejectedFileError(
                    "too_large",
                    f"The calendar is larger than {_MAXIMUM_FILE_BYTES >> 20} MiB; export it in "
                    "parts.",
                )
    marks = Counter(
        (verb.upper(), name.upper())
        for verb, name in re.findall(
            rb"(?im)^(BEGIN|END)[ \t]*:[ \t]*(VEVENT|VCALENDAR)[ \t]*\r?$", content
        )
    )
    if not marks[b"BEGIN", b"VCALENDAR"]:
        raise RejectedFileError("unreadable", "The file has no line BEGIN:VCALENDAR.")
    for name in (b"VEVENT", b"VCALENDAR"):
        if marks[b"BEGIN", name] != marks[b"END", name]:
            raise RejectedFileError("truncated", f"A {name.decode()} of the file has no end.")
    try:
        return content, icalendar.Calendar.from_ical(content, multiple=True)
    except Exception as error:  # the library raises whatever its parsers meet
        raise RejectedFileError("unreadable", "The calendar cannot be parsed.") from error


def _calendar_facts(calendar: icalendar.cal.Component) -> dict[str, str | None]:
    owner = _first(calendar, "X-OWNER")
    named = _person(owner) if owner is not None else _text(calendar, "X-WR-CALNAME")
    return {
        "owner": named if named and "@" in named else None,
        "method": (_text(calendar, "METHOD") or "").upper(),
    }


@lru_cache(maxsize=1)
def _records(path: str, stamp: tuple[int, int], until: str | None) -> tuple[int, list[Record]]:
    """Return the number of VEVENTs, counted apart from the parser, and the records expanded.

    ``stamp`` tells a file from an older one at the same path.
    """
    del stamp
    content, calendars = _read_calendars(Path(path))
    counted = len(re.findall(rb"(?im)^BEGIN[ \t]*:[ \t]*VEVENT[ \t]*\r?$", content))
    events = [
        (event, facts)
        for calendar in calendars
        for facts in [_calendar_facts(calendar)]
        for event in calendar.walk("VEVENT")
    ]
    try:
        # What is private once is private in every record of the series.
        private = {_text(event, "UID") for event, _ in events if _is_private(event)}
        records = [
            _record(
                row,
                event,
                facts,
                is_private=_is_private(event) or (_text(event, "UID") or "") in private,
            )
            for row, (event, facts) in enumerate(events, 1)
        ]
    except (ValueError, TypeError, OverflowError, AttributeError, KeyError) as error:
        raise RejectedFileError("unreadable", "A VEVENT of the file cannot be read.") from error
    series = {record.uid: record.facts for record in records if record.original is None}
    for record in records:
        if record.original is not None and not any(record.facts.values()):
            record.facts = series.get(record.uid, record.facts)
    last = dt.date.fromisoformat(until) if until else _last_day(records)
    changed = {
        (record.uid, _stamp(record.original) or "")
        for record in records
        if record.uid and record.original is not None
    }
    total, barren = 0, 0
    for record in records:
        _expand(record, last, changed)
        total += len(record.starts)
        barren += record.is_recurring and len(record.starts) <= 1
        if total > _MAXIMUM_FILE_INSTANCES or barren > _MAXIMUM_BARREN_RULES:
            raise RejectedFileError(
                "too_large",
                f"The series of the calendar make more than {_MAXIMUM_FILE_INSTANCES} meetings, or "
                f"more than {_MAXIMUM_BARREN_RULES} of them never come true.",
            )
    return counted, records


def _entry_row(record: Record, owner: str | None) -> list[str | None]:
    day, time = moment_text(record.start)
    return [
        record.uid,
        record.original_text or _stamp(record.original),
        owner or record.owner,
        day or record.start_text,
        time,
        record.status,
        str(record.is_private).lower(),
        str(record.is_recurring).lower(),
        record.sequence,
        _stamp(record.modified),
        record.count_text,
    ]


def _event_row(record: Record, original: Moment, owner: str | None) -> list[str | None]:
    is_single = not record.is_recurring and record.original is None
    start = (record.start if record.original is not None else None) or original
    is_all_day = not isinstance(start, dt.datetime)
    end = _after(start, record.length)
    day, time = moment_text(start)
    end_day, end_time = moment_text(end)
    return [
        record.uid if is_single else f"{record.uid}|{_stamp(original)}",
        record.uid,
        None if is_single else _stamp(original),
        _day(original).isoformat() if _is_moved(original, start) else None,
        owner or record.owner,
        day,
        time,
        end_day,
        end_time,
        str(is_all_day).lower(),
        record.facts["subject"],
        record.facts["organizer"],
        record.facts["required_attendees"],
        record.facts["categories"],
        record.status,
        str(record.is_private).lower(),
        _text(record.event, "X-MICROSOFT-CDO-BUSYSTATUS") or _text(record.event, "TRANSP"),
        record.sequence,
        _stamp(record.modified),
    ]


def _after(start: Moment, length: dt.timedelta) -> Moment:
    if isinstance(start, dt.datetime) and start.tzinfo is not None:
        return start.astimezone(dt.UTC) + length
    return start + length


def _is_moved(original: Moment, start: Moment) -> bool:
    """Whether a meeting takes place on another day of its own calendar than was planned."""
    if isinstance(original, dt.datetime) and isinstance(start, dt.datetime):
        is_zoned = original.tzinfo is not None and start.tzinfo is not None
        original = original.astimezone(start.tzinfo) if is_zoned else original
    return _day(original) != _day(start)


@dataclass(frozen=True)
class IcsFile:
    """A calendar, looked through and expanded; read as its records or as their meetings."""

    records: Sequence[Record]
    file_owner: str | None
    names: tuple[str, ...]
    source_rows: int
    is_event: bool
    format: str = "ics"
    encoding: str | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns; a calendar that names no owner has no such column."""
        has_owner = self.file_owner or any(record.owner for record in self.records)
        return tuple(name for name in self.names if name != "owner" or has_owner)

    def _rows(self) -> Iterator[tuple[int, list[str | None]]]:
        for record in self.records:
            if not self.is_event:
                yield record.row, _entry_row(record, self.file_owner)
            else:
                for original in record.starts:
                    yield record.row, _event_row(record, original, self.file_owner)

    def read(self, required: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Yield the rows in batches (see :mod:`batches`); every row is data."""
        del required
        header = self.header
        places = [self.names.index(name) for name in header]
        rows = self._rows()
        while chunk := list(islice(rows, _BATCH_ROWS)):
            columns = [
                pa.array([values[place] for _, values in chunk], pa.string()) for place in places
            ]
            numbers = np.asarray([number for number, _ in chunk], dtype=np.int64)
            yield batches.data_batch(columns, numbers, len(header))


def open_ics(path: Path, contract: Contract, spec: ObjectSpec, shown: str = "") -> IcsFile:
    """Look through a calendar for the rows of one object.

    The object whose contract has a column ``instance_count`` gets one row per VEVENT, the other
    one row per meeting. The owner is the file's name if ``file_to: owner`` says so.
    Raises :class:`RejectedFileError` for ``empty_file``, ``unknown_encoding``, ``truncated``,
    ``unreadable``, ``too_large``.
    """
    stat = path.stat()
    until = spec.expand_until.isoformat() if spec.expand_until else None
    counted, records = _records(str(path), (stat.st_size, stat.st_mtime_ns), until)
    if counted != len(records):
        raise RejectedFileError(
            "row_count_mismatch", f"{counted} VEVENTs were counted but {len(records)} read."
        )
    is_event = contract.column("instance_count") is None
    rows = sum(len(record.starts) for record in records) if is_event else counted
    named = spec.shape is not None and spec.shape.file_to == "owner"
    owner = re.sub(r"(?i)\.(ics|ical)(\.gz)?$", "", shown.rpartition("/")[2]) if named else None
    return IcsFile(records, owner, EVENT if is_event else ENTRY, rows, is_event)
