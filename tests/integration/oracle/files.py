"""The raw files of the sample, as anybody would open them.

Which rows are worth nothing is taken from the sample's list of planted defects. To judge rows is
what other tests hold the project to; here it would only be written a second time.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd

Row = dict[str, str]
DAY = dt.timedelta(days=1)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Files:
    """A folder of raw files, read without the rows that nobody should believe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bad: set[tuple[str, int]] = set()
        self.bad_files: set[str] = set()
        with (folder / "_truth" / "defects.csv").open(encoding="utf-8") as handle:
            for defect in csv.DictReader(handle):
                outcome = defect["expected_outcome"]
                if outcome.startswith(("rejected", "superseded")):
                    self.bad.add((defect["file"], int(defect["row"])))
                if outcome.startswith("file_"):
                    self.bad_files.add(defect["file"])

    def table(self, pattern: str) -> list[Row]:
        """All good rows of the files of a pattern; each cell stripped, "" where nothing stands."""
        rows: list[Row] = []
        for path in sorted(self.folder.glob(pattern)):
            name = path.relative_to(self.folder).as_posix()
            if name in self.bad_files or path.suffix == ".ics":
                continue
            records = self._workbook(path) if path.suffix == ".xlsx" else self._csv(path)
            header = [cell.strip() for cell in records[0]]
            for number, record in enumerate(records[1:], 2):
                if (name, number) in self.bad or not record:
                    continue
                cells = [re.sub(r"\s+", " ", cell.replace("\xa0", " ")).strip() for cell in record]
                row = dict(zip(header, cells, strict=True))
                row["file"] = name
                rows.append(row)
        return rows

    @staticmethod
    def _workbook(path: Path) -> list[list[str]]:
        frame = pd.read_excel(path, header=None, dtype=object, engine="openpyxl")
        return [
            ["" if pd.isna(cell) else str(cell) for cell in record]
            for record in frame.itertuples(index=False)
        ]

    @staticmethod
    def _csv(path: Path) -> list[list[str]]:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            import gzip

            raw = gzip.decompress(raw)
        if raw.startswith(b"\xff\xfe"):
            text = raw.decode("utf-16")
        else:
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("cp1252")
        first = text.splitlines()[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))

    def json(self, pattern: str, name: str) -> list[dict]:
        """The records of all pages of an interface."""
        return [
            record
            for path in sorted(self.folder.glob(pattern))
            for record in json.loads(path.read_text(encoding="utf-8"))[name]
        ]


def moment(text: str) -> dt.datetime | None:
    """An instant, UTC. Rejected rows are gone, so whatever is left can be read."""
    if not text:
        return None
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def day(text: str) -> dt.date | None:
    """A day in any of the ways in which the sample's people write one."""
    text = text.split("T")[0].removesuffix(" 00:00:00").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{13}", text):  # HubSpot's history of values: milliseconds
        return (dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=int(text))).date()
    if found := re.fullmatch(r"(\d{4})[-/](\d\d)[-/](\d\d)", text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d\d) (\w{3}) (\d{4})", text):
        return dt.date(int(found[3]), MONTHS.index(found[2].lower()) + 1, int(found[1]))
    first, second, year = (int(part) for part in text.split("/"))
    # 08/14/2026 can be read one way only; those that can be read two ways were rejected, and
    # 05/05/2026 is the same day either way.
    return dt.date(year, first, second) if second > 12 else dt.date(year, second, first)


def money(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def yes(text: str) -> bool:
    return text.lower() in ("true", "yes", "1")
