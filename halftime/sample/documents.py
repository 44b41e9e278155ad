"""Files that are no tables (JSON pages, calendars, sheets as people write them)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from halftime.sample.files import Defect


@dataclass
class Document:
    """A file written as bytes, with what its rows should become, by object.

    ``notes`` are the manifest lines of its records: (object, record number, defect).
    """

    path: str
    system: str
    content: bytes
    expected: dict[str, Counter]
    notes: list[tuple[str, int, Defect]] = field(default_factory=list)
    sheet: str = ""  # of a workbook whose sheets are landed one by one

    @property
    def source(self) -> str:
        """Name under which the rows of the file are known."""
        return f"{self.path}!{self.sheet}" if self.sheet else self.path

    def write(self, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.content)
        return target

    def counts(self, thing: str) -> dict[str, int]:
        """Count the rows of one object by what should become of them."""
        found = self.expected.get(thing, Counter())
        return {status: found[status] for status in ("accepted", "superseded", "rejected")}
