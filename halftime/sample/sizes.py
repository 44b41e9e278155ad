"""The sizes of the sample company and the calendar that all of them share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AS_OF = np.datetime64("2026-09-30", "D")
"""Business date of the sample: day 61 of the 92 days of its third fiscal quarter."""

FISCAL_YEAR_START_MONTH = 2
CARRIED_DAYS = 120
"""Deals of the days before the window exist too, so that the first quarter has deals to close."""

OPPORTUNITY_DELTA_DAYS = 7
"""The last file of opportunities is a delta of this many days."""


@dataclass(frozen=True)
class Size:
    """How much of everything one size holds; see docs for the table."""

    name: str
    reps: int
    managers: int
    years: int
    opportunities: int
    activities: int
    sessions: int
    defect_rounds: int

    @property
    def days(self) -> int:
        """Length of the window in days."""
        return self.years * 365

    @property
    def first_day(self) -> int:
        """First day of the window, counted from 1970-01-01."""
        return self.last_day - self.days + 1

    @property
    def last_day(self) -> int:
        """The business date, counted from 1970-01-01."""
        return int(AS_OF.astype(np.int64))


SIZES = {
    size.name: size
    for size in (
        Size("xs", 12, 3, 1, 700, 18_000, 300, 1),
        Size("demo", 250, 42, 2, 30_000, 750_000, 12_000, 4),
        Size("m", 500, 80, 3, 90_000, 2_200_000, 36_000, 8),
    )
}
