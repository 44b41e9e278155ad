"""Whether two figures differ by more than chance."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(share: float, n: float, error: float = 0.05) -> tuple[float, float]:
    """Return the interval of a share of ``n`` independent cases (Wilson 1927), n at least 1."""
    z = NormalDist().inv_cdf(1 - error / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def differ(
    value: float, interval: tuple[float, float], other: float, others: tuple[float, float]
) -> bool:
    """Tell whether nought lies outside the interval of the difference of two shares.

    From the intervals of both by squaring and adding (Newcombe 1998, method 10). A value inside
    the other's interval alone would be called different too often.
    """
    (low, high), (other_low, other_high) = interval, others
    gap = value - other
    lower = gap - math.hypot(value - low, other_high - other)
    upper = gap + math.hypot(high - value, other - other_low)
    return not lower <= 0 <= upper


def apart(interval: tuple[float, float], other: tuple[float, float]) -> bool:
    """Tell whether two intervals, such as those of medians, have no value in common."""
    return interval[0] > other[1] or interval[1] < other[0]
