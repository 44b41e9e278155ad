"""Stage names of a folder's deals, each with a proposed category and place."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from halftime.firsthour import formats
from halftime.firsthour.guess import Guess

_NAMES = frozenset({"stage", "stage_name", "deal_stage", "dealstage"})
_CATEGORIES = (
    ("disqualified", r"disqualif|unqualif|not qualified|duplicate|spam|junk|invalid"),
    ("no_decision", r"no.?decision|no.?budget|went dark|ghost|postponed|on.?hold.*closed|abandon"),
    ("lost", r"\blost\b|verloren|perdu|perdid|closed.?lost|rejected|declined|cancel"),
    ("won", r"\bwon\b|gewonnen|gagn|ganad|closed.?won|signed|booked|\border(ed)?\b|live customer"),
)
_PLACES = (
    (1, r"prospect|new|lead|suspect|identif|inbound|appointment|open$|universe"),
    (2, r"qualif|engag|contact|interest|meeting"),
    (3, r"discover|needs|analys|diagnos|scop"),
    (4, r"demo|present|solution|value prop|evaluat|poc|pilot|trial"),
    (5, r"decision|champion|bought.?in|valid|technical"),
    (6, r"propos|quote|price|rfp|angebot|offer"),
    (7, r"negotiat|review|verhandl|legal|procure|security"),
    (8, r"contract|verbal|commit|clos(e|ing)|sign|paper"),
)
_UNKNOWN_PLACE = 5
_UNWON = ("lost", "no_decision", "disqualified")
_FLAGS = "the closed and won flags of"


@dataclass
class Stage:
    """A stage as the deals carry it.

    ``flags`` counts what the flags of its rows say: ``open``, ``won``, ``lost``, or ``closed``
    where nothing tells won from lost. ``how`` says where the category came from; ``is_sure``
    whether nothing speaks against it; ``is_unanimous`` whether all flagged rows say the same.
    """

    name: str
    rows: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    probabilities: list[float] = field(default_factory=list)
    category: str = "open"
    order: int = 0
    is_qualified: bool = False
    how: str = ""
    is_sure: bool = False
    is_unanimous: bool = True

    @property
    def key(self) -> str:
        """The name as the stage map compares it."""
        return self.name.strip().lower()

    @property
    def probability(self) -> float | None:
        """Mean probability of its rows, 0 to 100, or None."""
        known = self.probabilities
        return sum(known) / len(known) if known else None


def stage_column(found: Guess) -> str | None:
    """Return the contract column that holds the stage of a deal, or None."""
    if "opportunit" not in found.contract.object and "deal" not in found.contract.object:
        return None
    for column in found.contract.columns:
        if column.typed == "stage_name" or column.name in _NAMES:
            return column.name
    return None


def collect(guesses: Iterable[Guess]) -> list[Stage]:
    """Gather the stages of one system's tables in order of appearance."""
    stages: dict[str, Stage] = {}
    for found in guesses:
        name = stage_column(found)
        place = found.position(name) if name else None
        if place is None:
            continue
        closed, won, chance = (
            found.position(key) for key in ("is_closed", "is_won", "probability")
        )
        for row in found.table.rows:
            text = formats.clean(row[place])
            if not text:
                continue
            stage = stages.setdefault(text.lower(), Stage(text))
            stage.rows += 1
            _count(stage, row, closed, won, chance)
    return list(stages.values())


def _count(
    stage: Stage, row: Sequence[str], closed: int | None, won: int | None, chance: int | None
) -> None:
    if said := _said(_flag(row, closed), _flag(row, won), has_won=won is not None):
        stage.flags[said] += 1
    if chance is not None and formats.clean(row[chance]):
        text = formats.clean(row[chance]).rstrip("%").strip()
        plain = formats.number(text, ".") or formats.number(text, ",")
        if plain is not None:
            stage.probabilities.append(float(plain))


def _said(is_closed: bool | None, is_won: bool | None, *, has_won: bool) -> str | None:
    """Tell what the flags of one row say; None if they cannot be read or contradict each other."""
    if is_won:
        return None if is_closed is False else "won"
    if is_closed is None:
        return None
    if not is_closed:
        return "open"
    if is_won is None:
        return None if has_won else "closed"
    return "lost"


def _flag(row: Sequence[str], place: int | None) -> bool | None:
    if place is None:
        return None
    text = formats.clean(row[place]).lower()
    if text in ("true", "1", "yes", "y", "t"):
        return True
    return False if text in ("false", "0", "no", "n", "f") else None


def shipped(seeds: Path, system: str) -> dict[str, dict[str, str]]:
    """Read the shipped stage map of a system by lower-case name."""
    with (seeds / "stage_map.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["stage_name"].strip().lower(): row
            for row in csv.DictReader(stream)
            if row["source_system"] == system
        }


def propose(stages: list[Stage], known: dict[str, dict[str, str]]) -> list[Stage]:
    """Give every stage a category, a place and whether it is qualified; open ones first."""
    for stage in stages:
        _categorise(stage, known.get(stage.key))
    scale = max((stage.probability or 0 for stage in stages), default=0)
    by_chance = scale > 0 and all(
        stage.probability is not None for stage in stages if stage.category == "open"
    )
    open_stages = sorted(
        (stage for stage in stages if stage.category == "open"),
        key=lambda stage: (
            stage.probability or 0.0 if by_chance else 0.0,
            _known_place(stage, known),
            stage.key,
        ),
    )
    for order, stage in enumerate(open_stages, start=1):
        stage.order = order
        entry = known.get(stage.key)
        stage.is_qualified = entry["is_qualified"] == "true" if entry else order > 1
        if len(open_stages) == 1:
            stage.is_qualified = True
    closed = sorted(
        (stage for stage in stages if stage.category != "open"),
        key=lambda stage: (stage.category != "won", stage.category, stage.key),
    )
    for stage in closed:
        stage.order = len(open_stages) + 1
        stage.is_qualified = stage.category == "won"
    return open_stages + closed


def _known_place(stage: Stage, known: dict[str, dict[str, str]]) -> float:
    if entry := known.get(stage.key):
        return float(entry["stage_order"])
    return next(
        (float(place) for place, words in _PLACES if re.search(words, stage.key)),
        float(_UNKNOWN_PLACE),
    )


def has_known_place(stage: Stage) -> bool:
    """Whether a stage's name says where it stands among the open ones."""
    return any(re.search(words, stage.key) for _, words in _PLACES)


def _categorise(stage: Stage, entry: dict[str, str] | None) -> None:
    """Go by what most flagged rows say, else by the shipped map, the name, the probability."""
    by_name = next(
        (category for category, words in _CATEGORIES if re.search(words, stage.key)), None
    )
    known = entry["stage_category"] if entry else by_name
    flagged = stage.flags.total()
    said, count = stage.flags.most_common(1)[0] if flagged else ("", 0)
    stage.is_unanimous = count == flagged
    if 2 * count > flagged:
        _by_flags(stage, said, known, "the shipped map says" if entry else "its name sounds like")
        return
    if entry:
        stage.category, stage.how, stage.is_sure = str(known), "the shipped stage map", True
    elif by_name:
        stage.category, stage.how, stage.is_sure = by_name, "its name", True
    elif stage.probability is not None and stage.probability >= 100:
        stage.category, stage.how = "won", "a probability of 100 %"
    else:
        stage.how = "want of any sign that it is closed"
        stage.is_sure = has_known_place(stage)
    if flagged:
        stage.how += f", as {_FLAGS} its rows contradict each other"
        stage.is_sure = False


def _by_flags(stage: Stage, said: str, known: str | None, source: str) -> None:
    """Take what most flags say; of closed stages map or name may know more than that."""
    stage.category = "lost" if said == "closed" else said
    finer = {"lost": _UNWON, "closed": ("won", *_UNWON)}.get(said, ())
    if known in finer:
        stage.category = known
    count, flagged = stage.flags[said], stage.flags.total()
    stage.how = f"{_FLAGS} its rows"
    if count < flagged:
        stage.how = f"{_FLAGS} {count:,} of its {flagged:,} rows that have them"
    stage.is_sure = (known or stage.category) == stage.category
    if said == "closed" and known is None:
        stage.how, stage.is_sure = "the closed flag of its rows, which does not tell a win", False
    elif not stage.is_sure:
        stage.how += f", though {source} {known}"
