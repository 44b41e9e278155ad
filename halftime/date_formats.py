"""The words of which ``halftime.yml`` makes a date format (``DD``, ``Mon``, ``HH12``)."""

from __future__ import annotations

import re

TOKENS = re.compile(r"YYYY|YY|Mon|MM|MI|M|DD|D|HH12|HH|SS|AM|.")
CAPTURES = {
    "YYYY": r"(?P<Y>\d{4})",
    "YY": r"(?P<y>\d{2})",
    "Mon": r"(?P<b>[A-Za-z]{3})[A-Za-z]*[.]?",
    "MM": r"(?P<m>\d{2})",
    "M": r"(?P<m>\d{1,2})",
    "DD": r"(?P<d>\d{2})",
    "D": r"(?P<d>\d{1,2})",
    "HH": r"(?P<H>\d{1,2})",
    "HH12": r"(?P<I>0?[1-9]|1[0-2])",
    "MI": r"(?P<M>\d{2})",
    "SS": r"(?P<S>\d{2})",
    "AM": r"(?P<p>[AaPp])[Mm]",
}
_PARTS = {
    "year": ("YYYY", "YY"),
    "month": ("MM", "M", "Mon"),
    "day": ("DD", "D"),
    "hour": ("HH", "HH12"),
    "minute": ("MI",),
    "second": ("SS",),
    "half of the day": ("AM",),
}
# They mean something else in the text or the pattern that a format becomes in SQL.
_BARRED = frozenset("'\\[]^")


def mistake(date_format: str) -> str | None:
    """Say why a format reads no day, or None if it does."""
    tokens = TOKENS.findall(date_format)
    signs = [token for token in tokens if token not in CAPTURES]
    barred = sorted(_BARRED.intersection(signs)) or [sign for sign in signs if sign < " "]
    if barred or "\n" in date_format:
        return f"it holds {barred[0]!r}" if barred else "it holds a line break"
    for name, known in _PARTS.items():
        times = sum(token in known for token in tokens)
        if times > 1:
            return f"it says the {name} twice"
        if times == 0 and name in ("year", "month", "day"):
            return f"it does not say the {name} ({' or '.join(known)})"
    if re.match("YYYY-DD?-M", date_format):
        return "ISO 8601 reads these days with the month first"
    if "AM" in tokens and not {"HH", "HH12"}.intersection(tokens):
        return "it says AM without an hour (HH12)"
    return None
