"""How sure levels of coaching maturity are, and whether said agrees with seen, worked out again."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

INPUTS = ("adherence", "reinforced", "followed", "on_time", "leading", "artefact", "linked")
HAIR = 1e-9


@dataclass(frozen=True)
class Gate:
    """A gate of the seed, for one reading of the levels."""

    level: int
    code: str
    threshold: float
    in_each: bool
    is_any_enough: bool


@dataclass
class RepMonth:
    """Of each input how many of how many; which initiatives a session named, and the quarters in
    whose windows it did."""

    counts: dict[str, tuple[int, int]]
    named: set[str] = field(default_factory=set)
    timely: set[tuple[int, str]] = field(default_factory=set)
    rep_days: int = 20


@dataclass
class Quarter:
    """What a manager has in a quarter: rep-months in their order, and coaching from above."""

    months: list[RepMonth] = field(default_factory=list)
    observed: tuple[int, int] = (0, 0)


def gates(seed: Path, reading: str) -> list[Gate]:
    """Read the gates of one reading from the seed."""
    with seed.open(encoding="utf-8") as file:
        return [
            Gate(
                int(row["level_index"]),
                row["gate_code"],
                float(row["threshold"]),
                row["quarters"] == "each",
                row["is_any_enough"] == "true",
            )
            for row in csv.DictReader(file)
            if row["rule_version"] == reading
        ]


@lru_cache
def drawn(seed: str, parity: int, replicate: int, size: int) -> tuple[int, ...]:
    """Return which of so many rep-months are drawn, as often as there are."""
    digests = (
        hashlib.md5(f"{seed}/{parity}/{replicate}/{draw + 1}".encode()).hexdigest()
        for draw in range(size)
    )
    return tuple(int(digest[:7], 16) % size for digest in digests)


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of those that are there."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def share(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return all numerators over all denominators."""
    of = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / of if of else None


def level(
    picked: dict[int, list[RepMonth]],
    quarters: dict[int, Quarter],
    now: int,
    waited: dict[int, set[str]],
    fixed: dict[str, float | None],
    asked: list[Gate],
) -> int:
    """Judge a quarter and the one before it by the rep-months that were picked."""
    parts = [number for number in (now, now - 1) if number in quarters]

    def rate(name: str, numbers: Sequence[int]) -> float | None:
        if name == "observed":
            return share([quarters[number].observed for number in numbers])
        return share([month.counts[name] for number in numbers for month in picked[number]])

    def dimension(code: str, numbers: Sequence[int]) -> float | None:
        names = {
            "D2": ["adherence"],
            "D3": ["artefact"],
            "D4": ["reinforced", "followed"],
            "D5": ["on_time", "observed"],
        }[code]
        return mean(rate(name, numbers) for name in names)

    staffed = [n for n in parts if sum(month.rep_days for month in quarters[n].months)]
    timely = [
        any((n, name) in month.timely for months in picked.values() for month in months)
        for n in staffed
        for name in sorted(waited.get(n, set()))
    ]
    seen: dict[str, float | None] = dict(fixed)
    seen["D7"] = mean([sum(timely) / len(timely) if timely else None, rate("linked", parts)])
    seen["LD-01"] = rate("leading", parts)
    named = [month.named for number in parts for month in picked[number]]
    seen["INITIATIVES"] = len(set().union(*named))
    met = {}
    for gate in asked:
        if gate.code in ("D2", "D3", "D4", "D5"):
            each = [dimension(gate.code, [number]) for number in parts]
            there = [value for value in each if value is not None]
            weakest = min(there) if there else None
            value = weakest if gate.in_each else dimension(gate.code, parts)
        else:
            value = seen.get(gate.code)
        met[gate] = value is not None and value >= gate.threshold - HAIR
    reached = 0
    for index in (1, 2, 3):
        own = [gate for gate in asked if gate.level == index]
        some = [met[gate] for gate in own if gate.is_any_enough]
        if not all(met[gate] for gate in own if not gate.is_any_enough) or (some and not any(some)):
            break
        reached = index
    return reached


def chances(
    quarters: dict[int, Quarter],
    now: int,
    waited: dict[int, set[str]],
    fixed: dict[str, float | None],
    asked: list[Gate],
    *,
    replicates: int,
    seed: str,
) -> tuple[int, list[float]]:
    """Return the level with each rep-month once, and the share of replicates of each level."""
    found: Counter[int] = Counter()
    # The quarter after tells which initiatives of this one were coached in time.
    for replicate in range(1, replicates + 1):
        picked = {
            number: [
                quarter.months[at] for at in drawn(seed, number % 2, replicate, len(quarter.months))
            ]
            for number, quarter in quarters.items()
        }
        found[level(picked, quarters, now, waited, fixed, asked)] += 1
    whole = {number: quarter.months for number, quarter in quarters.items()}
    return (
        level(whole, quarters, now, waited, fixed, asked),
        [found[index] / replicates for index in range(4)],
    )


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights, from the table of both."""
    table = Counter(pairs)
    rows = Counter(said for said, _ in pairs)
    columns = Counter(seen for _, seen in pairs)
    cells = [(i, j, ((i - j) / 3) ** 2) for i in range(4) for j in range(4)]
    observed = sum(weight * table[i, j] / len(pairs) for i, j, weight in cells)
    expected = sum(weight * rows[i] * columns[j] / len(pairs) ** 2 for i, j, weight in cells)
    return 1 - observed / expected if expected else None
