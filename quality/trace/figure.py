"""How a figure is named: ``PI-11:by_count@manager=salesforce:0055…@quarter=2026-01-01``.

Only the indicator must be said. Left out, the measure is the headline one, the entity the company,
the period the last whole quarter that is published.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from halftime.errors import UsageError

ENTITY_TYPES = ("rep", "manager", "manager_org", "team", "region", "company")
GRAINS = ("week", "month", "quarter", "year", "fiscal_month", "fiscal_quarter", "fiscal_year")
DIMENSIONS = ("product", "area", "skill", "stage", "position", "tenure", "role", "kind", "system")
FORM = "PI-11:by_count@manager=ID@quarter=2026-01-01@product=ID@currency=EUR"
_LISTED = 20


@dataclass(frozen=True)
class Wanted:
    """What was asked for; None where nothing was said."""

    indicator: str | None = None
    measure: str | None = None
    entity_type: str | None = None
    entity: str | None = None
    grain: str | None = None
    period: str | None = None
    dimension: str | None = None
    member: str | None = None
    currency: str | None = None

    def over(self, other: Wanted) -> Wanted:
        """Return ``other`` with everything replaced that this one says."""
        said = {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if getattr(self, item.name) is not None
        }
        return replace(other, **said)


@dataclass(frozen=True)
class Cell:
    """The key of one published figure, as in the fixed tables."""

    indicator_id: str
    measure_id: str
    entity_type: str
    entity_id: str
    period_grain: str
    period_start: dt.date
    dimension: str = "all"
    member: str = "all"
    currency_code: str = "none"

    def text(self) -> str:
        """Return the figure as it may be typed."""
        parts = [f"{self.indicator_id}:{self.measure_id}"]
        parts.append(
            "company" if self.entity_type == "company" else f"{self.entity_type}={self.entity_id}"
        )
        parts.append(f"{self.period_grain}={self.period_start.isoformat()}")
        if self.dimension != "all":
            parts.append(f"{self.dimension}={self.member}")
        if self.currency_code != "none":
            parts.append(f"currency={self.currency_code}")
        return "@".join(parts)


def parse_figure(text: str) -> Wanted:
    """Read a figure; raises :class:`UsageError` with the nearest word for one that it knows not.

    A value may hold ``=`` and ``:``; only an ``@`` that is followed by a known word and ``=``
    (or by ``company``) begins a new part, so that an e-mail may be an id.
    """
    head, *parts = _split(text.strip())
    indicator, _, measure = head.partition(":")
    if not indicator:
        raise UsageError(f"'{text}' names no indicator.", hint=f"Write a figure as {FORM}.")
    wanted = Wanted(indicator=indicator, measure=measure or None)
    for part in parts:
        wanted = _part(part, text).over(wanted)
    return wanted


def _split(text: str) -> list[str]:
    pieces = text.split("@")
    found = pieces[:1]
    for piece in pieces[1:]:
        word, sign, _ = piece.partition("=")
        if sign or word == "company" or len(found) == 1:
            found.append(piece)
        else:
            found[-1] += "@" + piece
    return found


def _part(part: str, text: str) -> Wanted:
    word, _, value = part.partition("=")
    word = word.strip().lower()
    if word == "company":
        return Wanted(entity_type="company", entity="company")
    known = (*ENTITY_TYPES, *GRAINS, *DIMENSIONS, "currency")
    if word not in known:
        raise UsageError(
            f"'{part}' in '{text}' is no entity, period or dimension.",
            hint=_nearest_hint(word, known) or f"Write a figure as {FORM}.",
        )
    if not value:
        raise UsageError(f"'{part}' in '{text}' has no value.", hint=f"Write it as {FORM}.")
    if word in ENTITY_TYPES:
        return Wanted(entity_type=word, entity=value)
    if word in GRAINS:
        return Wanted(grain=word, period=value)
    if word == "currency":
        return Wanted(currency=value.upper())
    return Wanted(dimension=word, member=value)


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to ``count`` known words like ``word``: that contain it, else that resemble it."""
    words = sorted(set(known))
    folded = word.lower()
    holding = [item for item in words if folded and folded in item.lower()]
    if holding:
        return holding[:count]
    by_fold = {item.lower(): item for item in words}
    found = difflib.get_close_matches(folded, list(by_fold), n=count, cutoff=0.4)
    return [by_fold[item] for item in found]


def _nearest_hint(word: str, known: Sequence[str]) -> str:
    found = nearest(word, known)
    return f"Nearest: {', '.join(found)}." if found else ""


def one_of(word: str, known: Sequence[str], what: str) -> str:
    """Return the known word that was meant, whatever its case; else raise and name the nearest."""
    for item in known:
        if item.lower() == word.lower():
            return item
    near = nearest(word, known)
    listed = ", ".join(near or sorted(set(known))[:_LISTED])
    if not near and len(set(known)) > _LISTED:
        listed += f" and {len(set(known)) - _LISTED:,} more"
    raise UsageError(
        f"There is no {what} '{word}'.", hint=f"{'Nearest' if near else 'Known'}: {listed}."
    )


def day(text: str, what: str) -> dt.date:
    """Read a day as ISO writes it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{what} '{text}' is no day.", hint="Write it as 2026-01-01.") from error


def period_bounds(grain: str, start: dt.date) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of a calendar period; None for one of the fiscal calendar."""
    if grain == "week":
        return start, start + dt.timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    if months is None:
        return None
    later = start.year * 12 + start.month - 1 + months
    return start, dt.date(later // 12, later % 12 + 1, 1) - dt.timedelta(days=1)
