"""Planting: a supply of clean rows, records with one defect, and what else planting changes.

A defect that must be rejected sits in a record of its own (or in a newer version of a good one),
so that the truth of the other rows stays known. A defect that must be accepted is a good row,
changed. The detail of a defect gives the planted cell as ``header=text``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.text import salesforce_id

NBSP = "\u00a0"


@dataclass
class RawFile:
    """A file that is written as bytes, and what should become of it."""

    path: str
    defect: Defect
    object: str
    content: Callable[[dict[str, bytes]], bytes]  # given the bytes of the other files by path


@dataclass
class Outcome:
    """What planting changed beyond the files themselves."""

    raw_files: list[RawFile] = field(default_factory=list)
    aliases: list[tuple[str, str, int]] = field(default_factory=list)
    deleted_deals: int = 0
    unmapped_deals: int = 0


class Planter:
    """Plants into one file; rows come from a shuffled supply, each used once."""

    def __init__(self, file: SourceFile, rows: np.ndarray, rng: np.random.Generator) -> None:
        self.file = file
        self.rng = rng
        self._rows: list[int] = rng.permutation(rows).tolist()[::-1]
        self._serial = 0

    def place(self) -> int:
        """Choose a clean row before which to plant."""
        return int(self.rng.integers(0, self.file.table.num_rows + 1))

    def next_row(self, fits: Callable[[int], bool] = lambda _: True) -> int:
        """Give a clean row that nothing else has touched; what does not fit is left for others.

        Raises :class:`ValueError` if no such row is left.
        """
        for place in range(len(self._rows) - 1, -1, -1):
            # Another planter of the same file may have taken the row and planted it already.
            if self._rows[place] not in self.file.removed and fits(self._rows[place]):
                return self._rows.pop(place)
        raise ValueError(f"{self.file.path} has too few clean rows to plant all defects.")

    def _template(self) -> dict[str, str | None]:
        return self.file.values(self.next_row())

    def changed(
        self, defect: str, header: str, change: Callable[[str], str], outcome: str = "accepted"
    ) -> dict[str, str | None]:
        """Change one cell of a good row; it must still be accepted."""
        values = self.file.take(self.next_row())
        values[header] = change(values[header] or "")
        self.file.plant(self.place(), Planted((cell(defect, outcome, values, header),), values))
        return values

    def bad(self, defect: str, header: str, text: str, outcome: str, key: dict[str, str]) -> None:
        """Add a record of its own with one bad cell; it must be rejected."""
        values: dict[str, str | None] = {**self._template(), **key, header: text}
        record = Planted((cell(defect, outcome, values, header),), values, outcome="rejected")
        self.file.plant(self.place(), record)

    def add(self, defect: str, outcome: str, header: str, change: dict[str, str | None]) -> None:
        """Add a good record of its own with something remarkable in it; it must be accepted."""
        values = {**self._template(), **change}
        self.file.plant(self.place(), Planted((cell(defect, outcome, values, header),), values))

    def orphan(self, column: str, header: str, change: dict[str, str | None]) -> None:
        """Add a good record whose pointer leads to a record that nobody delivered."""
        self.add("orphan", f"orphan:{column}", header, change)

    def duplicate(self) -> None:
        """Write a good row twice; the later record is the newer version."""
        values = self.file.take(self.next_row())
        self.file.plant(
            self.place(),
            Planted(
                (Defect("duplicate_row", "superseded", "written twice, first"),),
                values,
                outcome="superseded",
            ),
            Planted((Defect("duplicate_row", "accepted", "written twice, second"),), values),
        )

    def ragged(self) -> None:
        """Add a record with too few fields and one with too many, and a blank line."""
        separator = self.file.delimiter
        width = len(self.file.table.column_names)
        key = f"RAGGED-{self.file.object}"
        for fields in (max(2, width - 3), width + 2):
            line = separator.join([key, *["x"] * (fields - 1)]) + "\n"
            defect = Defect("ragged_row", "rejected:ragged_row:", f"fields={fields}")
            self.file.plant(self.place(), Planted((defect,), line=line, outcome="rejected"))
        blank = Defect("blank_line", "rejected:not_data:", "fields=0")
        self.file.plant(self.place(), Planted((blank,), line="\n", outcome="rejected"))


def cell(defect: str, outcome: str, values: dict[str, str | None], header: str) -> Defect:
    """Describe one planted cell: its header and its text."""
    return Defect(defect, outcome, f"{header}={values.get(header) or ''}")


def kind_of(rule: str, text: str) -> str:
    """Name the defect that a rule refuses."""
    reason = rule.split(":")[0]
    if text.startswith(("2025-02-30", "30/02", "2026-13")):
        return "impossible_date"
    return {
        "unparsable": "wrong_type",
        "missing": "missing_value",
        "out_of_range": "negative_amount" if text.startswith("-") else "out_of_range",
        "not_accepted": "unknown_value",
        "ambiguous_date": "ambiguous_date",
    }[reason]


def spaces(text: str) -> str:
    """Put non-breaking and trailing blanks around a text."""
    return f"{NBSP}{text}{NBSP}  "


def serial_ids(prefix: str, first: int) -> Iterator[str]:
    """Give 18-character ids, one after another."""
    number = first
    while True:
        yield str(salesforce_id(prefix, np.array([number]))[0].as_py())
        number += 1


def numbered(prefix: str) -> Iterator[str]:
    """Give running numbers far above the clean ones."""
    number = 900_001
    while True:
        yield f"{prefix}{number}"
        number += 1


PlanterOf = Callable[[str, np.ndarray | None], Planter]
"""Gives the planter of a file; the rows from which it may take, None for all."""
