"""How texts are written: dates, numbers, currencies. Pure functions on samples of values.

The tokens of a format are those of ``halftime.yml`` (``DD``, ``Mon``, ``HH12``), and a format
reads here what the macro ``formatted_date`` reads in SQL.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from halftime.date_formats import CAPTURES, TOKENS

ISO = "YYYY-MM-DD"
_BLANKS = " \t\r\n\u00a0"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ][0-9:.]+ ?(Z|[+-]\d{2}:?\d{2})?)?\Z")
_ZONED = re.compile(r"(Z|[+-]\d{2}:?\d{2})\Z")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SATURDAY = 5
_ONE_HAND = 5


def clean(value: str | None) -> str:
    """Return a value without the blanks around it, as staging reads it."""
    return (value or "").strip(_BLANKS)


def is_iso(value: str) -> bool:
    """Whether a date or timestamp needs no configured format."""
    if not _ISO.match(value):
        return False
    try:
        dt.date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def has_zone(value: str) -> bool:
    """Whether an ISO timestamp names its own zone."""
    return len(value) > len(ISO) and _ZONED.search(value[len(ISO) :]) is not None


@cache
def _pattern(date_format: str) -> re.Pattern[str]:
    parts = (CAPTURES.get(token, re.escape(token)) for token in TOKENS.findall(date_format))
    return re.compile("".join(parts) + r"\Z")


def read_date(value: str, date_format: str) -> dt.date | None:
    """Read the day of a value by a format, or return None."""
    if date_format == ISO:
        return dt.date.fromisoformat(value[:10]) if is_iso(value) else None
    match = _pattern(date_format).match(value)
    if match is None:
        return None
    found = match.groupdict()
    month_name = (found.get("b") or "").lower()
    if month_name and month_name not in _MONTHS:
        return None
    month = _MONTHS.index(month_name) + 1 if month_name else int(found["m"])
    year = int(found["Y"]) if found.get("Y") else 2000 + int(found["y"])
    hour, minute, second = (int(found.get(key) or 0) for key in "HMS")
    if hour > 23 or minute > 59 or second > 59:
        return None
    try:
        return dt.date(year, month, int(found["d"]))
    except ValueError:
        return None


_ORDERS = (
    *("DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY"),
    *("DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY"),
)
_DAYS = (
    *(order.replace("/", sign) for sign in "/.-" for order in _ORDERS),
    *("YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD"),
    *("D Mon YYYY", "D-Mon-YYYY", "D-Mon-YY", "D Mon YY", "D. Mon YYYY", "D Mon, YYYY"),
    *("Mon D, YYYY", "Mon D YYYY", "Mon-D-YYYY"),
)
_TIMES = ("", " HH:MI", " HH:MI:SS", " HH12:MI AM", " HH12:MI:SS AM", ", HH:MI", ", HH12:MI AM")


@cache
def known_formats() -> tuple[str, ...]:
    """Every format that is tried, plain days first."""
    return tuple(day + time for time, day in itertools.product(_TIMES, _DAYS))


def has_time(date_format: str) -> bool:
    """Whether a format reads a time of day too."""
    return "MI" in date_format


@dataclass(frozen=True)
class DateReading:
    """What a column of dates says about its format.

    ``formats`` read every value that is a date at all (empty: ISO or none found); ``rivals`` read
    them all too, but as other days; ``junk`` counts values that no known format reads;
    ``weekends`` is the share of days on a weekend, per format. ``blank_zone`` counts timestamps
    without a zone.
    """

    values: int
    formats: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    junk: int = 0
    iso: int = 0
    timed: int = 0
    blank_zone: int = 0
    example: str = ""
    weekends: tuple[tuple[str, float], ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Whether two formats read every value, but not the same days."""
        return bool(self.rivals)

    @property
    def is_date(self) -> bool:
        """Whether most of the values are dates of a format that is known."""
        return self.values > 0 and 2 * (self.iso + self.values - self.junk - self.iso) > self.values


def read_dates(values: Sequence[str]) -> DateReading:
    """Tell the formats that read all values of a column (blanks left out)."""
    filled = [text for text in map(clean, values) if text]
    iso = [text for text in filled if is_iso(text)]
    rest = [text for text in filled if not is_iso(text)]
    timed_iso = [text for text in iso if len(text) > len(ISO)]
    readable = {
        name: {text: day for text in set(rest) if (day := read_date(text, name)) is not None}
        for name in _candidates(rest)
    }
    sound = set().union(*readable.values()) if readable else set()
    chosen = _choose(readable, sound)
    rivals = tuple(_rivals(readable, sound, chosen)) if len(chosen) == 1 else ()
    return DateReading(
        values=len(filled),
        formats=chosen,
        rivals=rivals,
        junk=sum(text not in sound for text in rest),
        iso=len(iso),
        timed=len(timed_iso) + sum(text in sound for text in rest if any(map(has_time, chosen))),
        blank_zone=sum(not has_zone(text) for text in timed_iso)
        + (len(rest) if any(map(has_time, chosen)) else 0),
        example=next((text for text in rest if text in sound), ""),
        weekends=tuple(
            (name, _weekend_share(readable[name].values())) for name in (*chosen, *rivals)
        ),
    )


def _candidates(rest: Sequence[str]) -> list[str]:
    """Return the formats that read at least one of the first differing values."""
    kinds: dict[str, str] = {}
    for text in rest:
        kinds.setdefault(re.sub(r"\d", "9", re.sub(r"[A-Za-z]+", "a", text)), text)
    heads = list(itertools.islice(kinds.values(), 50)) + list(rest[:100])
    return [name for name in known_formats() if any(_pattern(name).match(text) for text in heads)]


def _choose(readable: dict[str, dict[str, dt.date]], sound: set[str]) -> tuple[str, ...]:
    """Take the format that reads most, then the one that reads most of what is left, and so on."""
    chosen: list[str] = []
    left = set(sound)
    while left:
        best = max(
            (name for name in readable if not _disagrees(readable, name, chosen)),
            key=lambda name: (len(left & readable[name].keys()), -known_formats().index(name)),
            default=None,
        )
        if best is None or not left & readable[best].keys():
            return ()  # no set of formats reads all of them
        chosen.append(best)
        left -= readable[best].keys()
    return tuple(chosen)


def _disagrees(readable: dict[str, dict[str, dt.date]], name: str, chosen: Sequence[str]) -> bool:
    return any(
        readable[other][text] != day
        for other in chosen
        for text, day in readable[name].items()
        if text in readable[other]
    )


def _rivals(
    readable: dict[str, dict[str, dt.date]], sound: set[str], chosen: Sequence[str]
) -> Iterator[str]:
    mine = readable[chosen[0]]
    seen: set[str] = set()
    for name, days in readable.items():
        plain = name.replace("DD", "D").replace("MM", "M")
        if days.keys() >= sound and any(days[text] != mine[text] for text in sound):
            if plain not in seen:
                yield name
            seen.add(plain)


def _weekend_share(days: object) -> float:
    listed = list(days)  # type: ignore[call-overload]
    return sum(day.weekday() >= _SATURDAY for day in listed) / max(len(listed), 1)


def is_month_first(date_format: str) -> bool:
    """Whether a numeric format names the month before the day."""
    return date_format.startswith("M") and not date_format.startswith("Mon")


def is_day_first(date_format: str) -> bool:
    """Whether a numeric format names the day before the month."""
    return date_format.startswith("D") and "Mon" not in date_format


# ---------------------------------------------------------------- numbers and money

_SIGNS = str.maketrans("", "", " \u00a0\u202f\u2019'$€£¥")
_CURRENCY_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
_CODE = re.compile(r"\A[A-Z]{3}\Z")
_CODE_AT_EDGE = re.compile(r"\A([A-Z]{3}) ?[0-9+-]|[0-9] ?([A-Z]{3})\Z")


def number(value: str, decimal: str) -> str | None:
    """Read a number with this decimal sign as plain text, or return None."""
    group = re.escape("," if decimal == "." else ".")
    point = re.escape(decimal)
    digits = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)(?:{point}\d+)?"
    pattern = rf"^(?:[A-Z]{{3}})?([+-]?{digits})(?:[A-Z]{{3}})?$"
    match = re.match(pattern, value.translate(_SIGNS))
    if match is None:
        return None
    return match[1].replace("," if decimal == "." else ".", "").replace(decimal, ".")


@dataclass(frozen=True)
class NumberReading:
    """What a column of numbers says about its decimal sign.

    ``decimal`` is None where both signs would do; ``is_undecided`` says that they would read other
    numbers; ``junk`` counts what neither reads.
    """

    values: int
    decimal: str | None
    is_undecided: bool = False
    junk: int = 0
    is_mixed: bool = False


def read_numbers(values: Sequence[str]) -> NumberReading:
    """Tell the decimal sign of a column of numbers (blanks left out)."""
    filled = [text for text in map(clean, values) if text]
    both = [(number(text, "."), number(text, ",")) for text in filled]
    junk = sum(point is None and comma is None for point, comma in both)
    point_only = sum(comma is None for point, comma in both if point is not None)
    comma_only = sum(point is None for point, comma in both if comma is not None)
    differ = any(p is not None and c is not None and float(p) != float(c) for p, c in both)
    if point_only or comma_only:
        sign = "." if point_only >= comma_only else ","
        return NumberReading(len(filled), sign, junk=junk, is_mixed=bool(point_only and comma_only))
    return NumberReading(len(filled), None, is_undecided=differ, junk=junk)


def is_number(value: str) -> bool:
    """Whether a value is a number under either decimal sign."""
    return number(value, ".") is not None or number(value, ",") is not None


def currencies_in(values: Sequence[str]) -> dict[str, int]:
    """Count the currencies that signs and codes beside numbers name."""
    counts: dict[str, int] = {}
    for text in map(clean, values):
        code = next((name for sign, name in _CURRENCY_SIGNS.items() if sign in text), None)
        if code is None and (match := _CODE_AT_EDGE.search(text)):
            code = match[1] or match[2]
        if code:
            counts[code] = counts.get(code, 0) + 1
    return counts


def is_currency_code(value: str) -> bool:
    """Whether a value looks like an ISO 4217 code."""
    return _CODE.match(clean(value)) is not None


# ---------------------------------------------------------------- what kind of values these are

_EMAIL = re.compile(r"\A[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1"})
SALESFORCE_ID = re.compile(r"\A[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?\Z")


def kind_of(values: Sequence[str]) -> str:
    """Name the kind of most values: email, date, timestamp, boolean, number, text, or empty."""
    filled = [text for text in map(clean, values[:300]) if text]
    if not filled:
        return "empty"
    most = 0.8 * len(filled)
    if sum(_EMAIL.match(text) is not None for text in filled) >= most:
        return "email"
    if sum(text.lower() in _BOOLEANS for text in filled) >= most:
        return "boolean"
    if sum(is_number(text) for text in filled) >= most:
        return "number"
    reading = read_dates(filled[:60])
    if reading.values - reading.junk >= 0.8 * reading.values:
        return "timestamp" if reading.timed else "date"
    return "text"


def fits(kind: str, column_kind: str) -> bool:
    """Whether values of a kind may stand in a contract column of ``column_kind``."""
    if kind == "empty":
        return True
    allowed = {
        "date": {"date", "timestamp"},
        "timestamp": {"date", "timestamp"},
        "integer": {"number", "boolean"},
        "decimal": {"number", "boolean"},
        "boolean": {"boolean"},
        "email": {"email"},
        "id": {"text", "number", "email"},
        "text": {"text", "number", "email", "boolean"},
    }
    return kind in allowed.get(column_kind, {"text"})
