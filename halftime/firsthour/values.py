"""Value maps for columns that accept few values, and how files of an object follow each other."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from halftime.contracts import Column
from halftime.firsthour import formats
from halftime.firsthour.guess import Guess

_SOUNDS = {
    "lead_and_opportunity": r"\b(deal|opportunit|lead|oppty|opps?)\w*",
    "skills_and_behaviors": r"\b(skill|behavio|discovery|objection|presentation|negotiat|"
    r"question|listening|messaging|methodology|call)\w*",
    "funnel": r"\b(pipeline|funnel|forecast|coverage)\w*",
    "account": r"\b(account|customer|key account|relationship)\w*",
    "territory": r"\b(territor|region|patch|market)\w*",
    "one_on_one": r"1[:\-/ ]?1|1:1|one.?(on|to).?one|individual|\bjour fixe",
    "joint_call": r"joint|shadow|listen.?in",
    "ride_along": r"ride|field",
    "call_review": r"review|recording|gong",
    "role_play": r"role.?play|practice",
    "group": r"\b(group|team|huddle|meeting)\b",
    "inspection": r"inspect|forecast call|pipeline review",
    "held": r"\b(held|done|complet\w*|yes|took place|ok|x)\b",
    "scheduled": r"\b(sched\w*|planned|booked|upcoming)\b",
    "cancelled": r"cancel|no.?show|missed|skipped|\bno\b",
    "moved": r"moved|resched|postpon|shift",
    "open": r"\b(open|pending|todo|to do|in progress|not started|no|started)\b",
    "done": r"\b(done|complet\w*|closed|finished|yes|ok|x)\b",
    "dropped": r"drop|cancel|obsolete|abandon",
    "rep": r"\b(rep|reps|seller|ae|sdr|bdr|account exec\w*|sales exec\w*|representative|"
    r"coachee|agent|associate)\b",
    "manager": r"\b(manager|head|director|vp|lead|leader|coach|chief|supervisor)\b",
    "enablement": r"enable|training|l&d",
    "other": r"\b(other|ops|operations|admin|support|marketing)\b",
}
_MANY = 25
_SAME, _OTHER = 0.8, 0.5
ONE_FILE = "only one file to judge by"


@dataclass(frozen=True)
class ValueMap:
    """What to make of the values of one column; ``unknown`` values fit nothing accepted."""

    column: Column
    pairs: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, int], ...]


def map_values(column: Column, values: Sequence[str]) -> ValueMap | None:
    """Map the values that a column does not accept to the likeliest ones it does."""
    if not column.accepted:
        return None
    known = {*column.accepted, *(old for old, _ in column.values)}
    counts = Counter(text.lower() for text in map(formats.clean, values) if text)
    foreign = {
        text: rows
        for text, rows in counts.items()
        if text not in known and re.sub(r"[ -]", "_", text) not in column.accepted
    }
    if not foreign:
        return None
    pairs, unknown = [], []
    for text, rows in sorted(foreign.items(), key=lambda item: (-item[1], item[0]))[:_MANY]:
        likely = _likely(text, column.accepted)
        if likely:
            pairs.append((text, likely))
        else:
            unknown.append((text, rows))
    return ValueMap(column, tuple(pairs), tuple(unknown))


def _likely(text: str, accepted: Sequence[str]) -> str | None:
    close = difflib.get_close_matches(re.sub(r"\W+", "_", text), list(accepted), n=1, cutoff=0.75)
    if close:
        return close[0]
    return next(
        (value for value in accepted if value in _SOUNDS and re.search(_SOUNDS[value], text)), None
    )


@dataclass(frozen=True)
class Delivery:
    """How the files of one object seem to follow each other, and why."""

    kind: str
    why: str
    is_sure: bool


def delivery(guesses: Sequence[Guess]) -> Delivery:
    """Tell snapshots from deltas by the keys that come again from file to file."""
    key = _key_column(guesses[0])
    if len(guesses) == 1 or key is None:
        return Delivery("delta", ONE_FILE, is_sure=False)
    ordered = sorted(guesses, key=lambda found: found.table.file)
    sets = [{text for text in map(formats.clean, found.every(key)) if text} for found in ordered]
    shares = [
        len(before & after) / len(before) for before, after in itertools.pairwise(sets) if before
    ]
    if not shares:
        return Delivery("delta", "the files hold no keys", is_sure=False)
    lowest, highest = min(shares), max(shares)
    is_whole = all(found.table.is_whole for found in ordered)
    if lowest >= _SAME:
        why = f"each file repeats at least {lowest:.0%} of the keys before it"
        return Delivery("snapshot", why, is_sure=is_whole)
    if highest <= _OTHER:
        why = f"no file repeats more than {highest:.0%} of the keys before it"
        return Delivery("delta", why, is_sure=is_whole)
    why = f"the files share {lowest:.0%} to {highest:.0%} of their keys"
    return Delivery("delta", why, is_sure=False)


def _key_column(found: Guess) -> str | None:
    for name in found.contract.key:
        for column in found.contract.columns:
            if name in (column.typed, column.name) and found.position(column.name) is not None:
                return column.name
    for column in found.contract.columns:
        if column.kind == "id" and column.required and found.position(column.name) is not None:
            return column.name
    return None
