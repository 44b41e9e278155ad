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
    years: float
    opportunities: int
    activities: int
    sessions: int
    defect_rounds: int
    blocks: int = 0  # small companies of which a streamed size is made; 0: drawn whole

    @property
    def days(self) -> int:
        """Length of the window in days."""
        return int(self.years * 365)

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
        Size("l", 2_000, 320, 4, 480_000, 12_000_000, 190_000, 4, blocks=12),
        Size("xl", 15_000, 2_400, 4.5, 4_000_000, 100_000_000, 1_600_000, 4, blocks=100),
    )
}
