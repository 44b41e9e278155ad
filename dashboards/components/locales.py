"""How the reader's locale writes numbers and dates: the signs and the order, never the words.

The sentences of the pages are English, and so are the names of months in them. Each run of a page
says whose locale it is; what runs outside one, such as a download, writes plain English.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError

_BETWEEN = frozenset(" .,/-")
_LONGEST = 35  # of a tag that a browser sends


@dataclass(frozen=True)
class Writing:
    """The signs of numbers, and patterns of dates as Python and d3 know them."""

    decimal: str = "."
    group: str = ","
    percent: str = "%"
    day: str = "{d} {month} {y}"
    short_day: str = "{d} {month}"

    def number(self, english: str) -> str:
        """Return a number that is written as 1,234.5 with this locale's signs."""
        return english.translate({ord(","): self.group, ord("."): self.decimal})

    def axis_day(self, *, is_short: bool) -> str:
        """Return the pattern by which a chart writes a day."""
        pattern = self.short_day if is_short else self.day
        return pattern.format(d="%-d", dd="%d", m="%-m", mm="%m", month="%b", y="%Y")

    def chart(self) -> dict[str, Any]:
        """Return what a chart has to know of numbers; nothing where it knows it anyway."""
        if (self.decimal, self.group, self.percent) == (".", ",", "%"):
            return {}
        signs = {"decimal": self.decimal, "thousands": self.group, "percent": self.percent}
        return {"locale": {"number": {**signs, "grouping": [3], "currency": ["", ""]}}}


ENGLISH = Writing()
_CURRENT: ContextVar[Writing] = ContextVar("writing", default=ENGLISH)


def use(tag: str | None) -> None:
    """Say for this run how its reader writes, by a tag such as de-DE; English if it is unknown."""
    _CURRENT.set(writing_of(str(tag or "")[:_LONGEST]))


def current() -> Writing:
    """Return how the reader of this run writes numbers and dates."""
    return _CURRENT.get()


@cache
def _known(tag: str) -> Writing:
    locale = Locale.parse(tag, sep="-")
    signs = locale.number_symbols.get("latn", {})
    after = locale.percent_formats[None].pattern.rpartition("0")[2]
    day = _day(str(locale.date_formats["medium"].pattern))
    begins_with_month = day.startswith(("{month}", "{y}"))
    return Writing(
        decimal=str(signs.get("decimal", ".")),
        group=str(signs.get("group", ",")),
        percent=after if after.strip() == "%" else "%",
        day=day,
        short_day="{month} {d}" if begins_with_month else "{d} {month}",
    )


def writing_of(tag: str) -> Writing:
    """Return how a locale writes; English for one that nobody knows."""
    try:
        return _known(tag)
    except (UnknownLocaleError, ValueError, TypeError, KeyError):
        return ENGLISH


_FIELDS = {
    "d": "{d}",
    "dd": "{dd}",
    "M": "{m}",
    "MM": "{mm}",
    "MMM": "{month}",
    "y": "{y}",
    "yyyy": "{y}",
}


def _day(pattern: str) -> str:
    """Return a pattern of CLDR as ours; one with words in it would mix languages: then English."""
    written, at = "", 0
    while at < len(pattern):
        sign = pattern[at]
        run = len(pattern[at:]) - len(pattern[at:].lstrip(sign))
        if pattern[at : at + run] in _FIELDS:
            written += _FIELDS[pattern[at : at + run]]
        elif sign in _BETWEEN:
            written += sign * run
        else:
            return ENGLISH.day
        at += run
    # With a point and a blank behind the day a line of Markdown would become a list.
    return written.replace(". ", ".")
