"""What goes before what, worked out a second time with numpy, and companies to try it on.

Figures are arrays of reps × months with NaN where a rep has none.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LAGS = range(7)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Company:
    """Values of leading and lagging measures, and each rep's manager (from 0).

    ``shared`` are the pairs that count the same cases.
    """

    manager: NDArray[np.int64]
    leading: Mapping[str, Array]
    lagging: Mapping[str, Array]
    shared: frozenset[Pair] = frozenset()

    @property
    def managers(self) -> int:
        """How many managers there are."""
        return int(self.manager.max()) + 1


@dataclass
class Answer:
    """One lag of a pair; the numbers are None where there was too little to test it."""

    learning: tuple[int, int, int] = (0, 0, 0)  # months of reps, reps, managers
    hold_out: tuple[int, int, int] = (0, 0, 0)
    figures: dict[str, float] = field(default_factory=dict)
    is_significant: bool = False
    is_confirmed: bool = False
    is_stronger: bool = False
    shares_cases: bool = False


def noise(rng: np.random.Generator, reps: int, months: int, memory: float = 0.0) -> Array:
    """Return a stationary series of unit variance per rep that remembers its month before."""
    drawn = rng.normal(size=(reps, months))
    for month in range(1, months):
        drawn[:, month] = memory * drawn[:, month - 1] + drawn[:, month] * math.sqrt(1 - memory**2)
    return drawn


def later(values: Array, months: int) -> Array:
    """Move values some months on; the first months become 0."""
    moved = np.zeros_like(values)
    moved[:, months:] = values[:, : values.shape[1] - months]
    return moved


@lru_cache
def draws(managers: int, replicates: int, seed: str) -> NDArray[np.int64]:
    """Return how often each manager is drawn in each replicate."""
    counts = np.zeros((replicates, managers), dtype=np.int64)
    for replicate in range(replicates):
        for draw in range(managers):
            digest = hashlib.md5(f"{seed}/{replicate + 1}/{draw + 1}".encode()).hexdigest()
            counts[replicate, int(digest[:7], 16) % managers] += 1
    return counts


def places(values: Array) -> Array:
    """Return where each rep stands among those of the month, in parts of ten thousand."""
    placed = np.full_like(values, np.nan)
    for month in range(values.shape[1]):
        known = ~np.isnan(values[:, month])
        ordered = np.sort(values[known, month])
        below = np.searchsorted(ordered, values[known, month], "left")
        up_to = np.searchsorted(ordered, values[known, month], "right")
        if known.any():
            placed[known, month] = np.floor(5000 * (below + up_to) / known.sum() + 0.5)
    return placed


def _whole(value: Array) -> Array:
    return np.sign(value) * np.floor(np.abs(value) + 0.5)


def _sums(company: Company, before: Array, outcome: Array, lag: int, months: range) -> Array:
    """Months, reps, squares of both, products; a row per manager."""
    inside = [month for month in months if month >= lag]
    y = outcome[:, inside]
    x = before[:, [month - lag for month in inside]]
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = np.where(both, x, 0), np.where(both, y, 0)
    count = both.sum(axis=1)
    kept = count >= 3
    n = np.maximum(count, 1)
    parts = np.column_stack(
        [
            count,
            np.ones_like(count),
            _whole((x * x).sum(axis=1) - x.sum(axis=1) ** 2 / n),
            _whole((y * y).sum(axis=1) - y.sum(axis=1) ** 2 / n),
            _whole((x * y).sum(axis=1) - x.sum(axis=1) * y.sum(axis=1) / n),
        ]
    )
    total = np.zeros((company.managers, parts.shape[1]))
    np.add.at(total, company.manager[kept], parts[kept])
    return total


def _counts(sums: Array) -> tuple[int, int, int]:
    return int(sums[:, 0].sum()), int(sums[:, 1].sum()), int((sums[:, 0] > 0).sum())


def _z(sums: Array) -> Array:
    correlation = np.clip(sums[..., 4] / np.sqrt(sums[..., 2] * sums[..., 3]), -0.999999, 0.999999)
    return np.asarray(np.arctanh(correlation))


def student(deviate: float, freedom: int) -> float:
    """Return the distance from 0 on Student's scale that is as rare as a normal deviate."""
    wide = (8 * freedom + 3) / (8 * freedom + 1)
    return math.sqrt(freedom * math.expm1((deviate * wide) ** 2 / freedom))


def answers(
    company: Company, *, replicates: int = 200, seed: str = "halftime"
) -> dict[Pair, list[Answer]]:
    """Answer every pair and lag."""
    leading = {name: places(values) for name, values in company.leading.items()}
    lagging = {name: places(values) for name, values in company.lagging.items()}
    drawn = draws(company.managers, replicates, seed)
    last = max(_known(values)[-1] for values in [*leading.values(), *lagging.values()])
    found: dict[Pair, list[Answer]] = {}
    for before, x in leading.items():
        for outcome, y in lagging.items():
            first = max(_known(x)[0], _known(y)[0])
            held = last + 1 - (last + 1 - first) // 3
            parts = (range(first, held), range(held, last + 1))
            found[before, outcome] = _pair(company, x, y, parts, drawn)
            for answer in found[before, outcome]:
                answer.shares_cases = (before, outcome) in company.shared
    for shares in (False, True):
        _control(
            [answer for pair in found.values() for answer in pair if answer.shares_cases is shares]
        )
    return found


def _known(values: Array) -> NDArray[np.int64]:
    return np.flatnonzero((~np.isnan(values)).any(axis=0))


def _pair(
    company: Company, x: Array, y: Array, parts: Sequence[range], drawn: NDArray[np.int64]
) -> list[Answer]:
    answered = []
    at_once: tuple[float, Array] | None = None
    for lag in LAGS:
        learning, hold_out = (_sums(company, x, y, lag, months) for months in parts)
        answer = Answer(_counts(learning), _counts(hold_out))
        answered.append(answer)
        if (
            min(answer.learning[2], answer.hold_out[2]) < 10
            or answer.learning[0] < 200
            or answer.hold_out[0] < 100
        ):
            continue
        for part, sums in (("", learning), ("hold_out_", hold_out)):
            managers = _counts(sums)[2]
            freedom = managers - 2
            z = float(_z(sums.sum(axis=0)))
            again = np.round(1e6 * _z(drawn @ sums)) / 1e6
            error = float(again.std(ddof=1)) * math.sqrt(managers / freedom)
            half = student(1.959963984540054, freedom) * error
            answer.figures |= {
                f"{part}correlation": math.tanh(z),
                f"{part}correlation_low": math.tanh(z - half),
                f"{part}correlation_high": math.tanh(z + half),
            }
            if part:
                before = answer.figures["correlation"]
                answer.is_confirmed = before * z > 0 and abs(z) > half
                continue
            deviate = (
                (8 * freedom + 1)
                / (8 * freedom + 3)
                * math.sqrt(freedom * math.log1p((z / error) ** 2 / freedom))
            )
            answer.figures["p_value"] = math.erfc(deviate / math.sqrt(2))
            if lag == 0:
                at_once = z, again
            elif at_once is not None:
                margin = abs(z) - abs(at_once[0])
                spread = np.sign(z) * again - np.sign(at_once[0]) * at_once[1]
                wide = float(spread.std(ddof=1)) * math.sqrt(managers / freedom)
                answer.is_stronger = margin > student(1.6448536269514722, freedom) * wide
    return answered


def _control(family: Sequence[Answer]) -> None:
    """Write q by Benjamini and Hochberg, over all of the family that was tested."""
    tested = sorted(
        (answer for answer in family if answer.figures),
        key=lambda answer: answer.figures["p_value"],
    )
    lowest = 1.0
    for rank, answer in reversed(list(enumerate(tested, 1))):
        lowest = min(lowest, answer.figures["p_value"] * len(tested) / rank)
        answer.figures["q_value"] = lowest
        answer.is_significant = lowest <= 0.05


def verdict(pair: Sequence[Answer]) -> tuple[str, int]:
    """Return the verdict of a pair and the lag for which it stands."""
    tested = [lag for lag in LAGS if pair[lag].figures]
    if not tested:
        return "too_little_data", 0
    ordered = sorted(tested, key=lambda lag: (pair[lag].figures["p_value"], lag))
    if pair[0].shares_cases:
        return "no_sign", ordered[0]
    best = next((lag for lag in ordered if lag > 0), None)
    if best and all((pair[best].is_significant, pair[best].is_confirmed, pair[best].is_stronger)):
        return "leads", best
    if pair[0].figures and pair[0].is_significant and pair[0].is_confirmed:
        return "moves_with", 0
    return "no_sign", ordered[0]


def unrelated(rng: np.random.Generator, *, memory: float) -> Iterator[Company]:
    """Yield companies in which nothing goes with anything but the season and the manager's mood."""
    managers, size, months = 24, 6, 30
    reps = managers * size
    manager = np.repeat(np.arange(managers), size)

    def measure() -> Array:
        season = 3 * np.sin(np.arange(months) * math.pi / 6)
        mood = noise(rng, managers, months, memory)[manager]
        return noise(rng, reps, months, memory) + 0.5 * mood + rng.normal(size=(reps, 1)) + season

    while True:
        yield Company(
            manager,
            {name: measure() for name in ("A", "B", "C")},
            {name: measure() for name in ("Y", "Z")},
        )
