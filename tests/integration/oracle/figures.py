"""Sums of what was counted, by measure, entity and period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from .company import Company, period

Number = int | Fraction | Decimal
Key = tuple[str, str, str, str, str, dt.date, str, str, str]
GRAINS = ["week", "month", "quarter", "year", "fiscal_month", "fiscal_quarter", "fiscal_year"]


class Figures:
    """Numerator, denominator and number of observations of each figure; divided last."""

    def __init__(self, company: Company) -> None:
        self.company = company
        # Of these the numerator is the figure, and nothing counted is a true 0.
        self.plain_sums: set[str] = set()
        self.sums: dict[Key, list] = defaultdict(lambda: [Fraction(0), Fraction(0), 0])

    def add(
        self,
        measure: str,
        person: str,
        on: dt.date,
        numerator: Number,
        denominator: Number,
        n: int = 1,
        *,
        where: dt.date | None = None,
        member: tuple[str, str] = ("all", "all"),
        currency: str = "",
        grains: list[str] = GRAINS,
        starts: dict[str, dt.date] | None = None,
    ) -> None:
        """Count something of a person's for everybody for whom it counts.

        `where` is the day that says for whom, if it is another than the day that says when.
        """
        indicator, measure = measure.split(".")
        for kind, entity in self.company.entities(person, where or on):
            for grain in grains:
                start = starts[grain] if starts else period(grain, on)[0]
                self.put(
                    (indicator, measure, kind, entity, grain, start, *member, currency),
                    numerator,
                    denominator,
                    n,
                )

    def put(self, key: Key, numerator: Number, denominator: Number, n: int = 1) -> None:
        sums = self.sums[key]
        sums[0] += Fraction(numerator)
        sums[1] += Fraction(denominator)
        sums[2] += n

    def values(self) -> dict[Key, tuple[float, float, float | None, int]]:
        """Every figure divided; None where there is nothing to divide by."""
        found = {}
        for key, (up, down, n) in self.sums.items():
            whole = Fraction(1) if key[0] in self.plain_sums else down
            found[key] = (float(up), float(whole), float(up / whole) if whole else None, n)
        return found

    def dimensions(self, indicator: str, measure: str) -> set[str]:
        """By what the oracle breaks a measure down; another breakdown is not its business."""
        return {key[6] for key in self.sums if key[:2] == (indicator, measure)}

    def measures(self) -> set[tuple[str, str]]:
        """Indicator and measure of all that was worked out."""
        return {key[:2] for key in self.sums}
