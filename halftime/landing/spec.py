"""What landing is told and what it tells back.

The configuration builds :class:`SourceSpec` and :class:`ObjectSpec`; :func:`halftime.landing.land`
answers with a :class:`LandingReport`. Nothing here touches a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Status = Literal["landed", "rejected", "duplicate", "unknown"]
Delivery = Literal["snapshot", "delta"]
Finding = Literal["matched", "alias", "missing_optional", "missing_required", "unknown"]


@dataclass(frozen=True)
class Unpivot:
    """How a matrix becomes rows: the header of a value column goes to the contract column
    ``names_to``, the cell below it to ``values_to``.

    ``id_columns`` are headers that stay columns. ``header_formats`` (tokens YYYY YY Mon MM M DD D
    WW Ddd) say how a header names a day; ``year`` is the year of the first such header, or where
    it stands: ``sheet`` (the sheet's name) or ``file`` (the file's name).
    """

    names_to: str
    values_to: str
    id_columns: tuple[str, ...] = ()
    header_formats: tuple[str, ...] = ()
    year: int | Literal["sheet", "file"] | None = None


@dataclass(frozen=True)
class Shape:
    """How a sheet that people wrote by hand becomes one record per row (see docs/sheets.md).

    ``header_rows`` count from 1 as the sheet shows them; none: the header is looked for.
    ``fill_down`` and ``merged`` are columns of the contract or headers of the file; ``not_data``
    are globs of what the first filled cell of a total or footer says. ``sheet_to`` and ``file_to``
    are contract columns that take the name of the sheet and of the file.
    """

    header_rows: tuple[int, ...] = ()
    fill_down: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    not_data: tuple[str, ...] = ()
    sheet_to: str | None = None
    file_to: str | None = None
    serial_dates: bool = False
    unpivot: Unpivot | None = None

    @property
    def given(self) -> frozenset[str]:
        """Contract columns that no header of the file has to give."""
        names = {self.sheet_to, self.file_to}
        if self.unpivot:
            names |= {self.unpivot.names_to, self.unpivot.values_to}
        return frozenset(name for name in names if name)


@dataclass(frozen=True)
class ObjectSpec:
    """How the files of one object are found and read.

    ``columns`` maps canonical column names to headers in the file, ``constants`` canonical column
    names to a value for every row (used where the file has no such header). ``key`` names the
    columns from which the record's id is computed. ``sheet`` is the name, glob or number of a
    spreadsheet's sheet, ``sheets`` are globs of several, each landed by itself (a glob that begins
    with ``!`` leaves sheets out); ``delimiter`` and ``encoding`` overrule what is detected.
    ``shape`` mends sheets that are no plain tables. ``delivery`` says whether the files of a
    load are all there is of the object (a snapshot) or what changed (a delta). ``expand_until``
    is the last day up to which a calendar's series are expanded.
    """

    files: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    shape: Shape | None = None
    key: tuple[str, ...] = ()
    delivery: Delivery = "delta"
    expand_until: dt.date | None = None


@dataclass(frozen=True)
class SourceSpec:
    """One source system: the globs of its files (relative to the landing folder) and its objects.

    Without ``files`` a system owns everything below the folder that bears its name.
    """

    system: str
    files: tuple[str, ...] = ()
    objects: Mapping[str, ObjectSpec] = field(default_factory=dict)
    delivery: Delivery = "delta"
    expand_until: dt.date | None = None

    @property
    def globs(self) -> tuple[str, ...]:
        """Globs of the system's files."""
        return self.files or (f"{self.system}/**",)

    def object(self, name: str) -> ObjectSpec:
        """Return what is configured for an object, or the defaults."""
        spec = self.objects.get(name) or ObjectSpec(delivery=self.delivery)
        return replace(spec, expand_until=self.expand_until) if self.expand_until else spec


@dataclass(frozen=True)
class ColumnFinding:
    """What became of one contract column or of one header of a file."""

    column: str | None
    header: str | None
    finding: Finding
    detail: str = ""


@dataclass(frozen=True)
class FileReport:
    """The fate of one file in one load; ``rows`` are the rows that were landed by this load."""

    system: str
    object: str
    file: str
    status: Status
    rows: int = 0
    source_rows: int | None = None
    reason_code: str | None = None
    reason: str | None = None
    bytes: int = 0
    sha256: str = ""
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: tuple[ColumnFinding, ...] = ()
    is_new: bool = True
    file_date: dt.date | None = None

    def findings(self, *kinds: Finding) -> tuple[ColumnFinding, ...]:
        """Return the column findings of the given kinds."""
        return tuple(finding for finding in self.columns if finding.finding in kinds)


@dataclass(frozen=True)
class LandingReport:
    """The outcome of one call of ``land``; ``load_id`` is None if nothing new was found.

    ``unmatched_patterns`` are configured file patterns that no file of the folder fits, each with
    its place in the configuration. ``seconds`` says where the time went: ``insert`` (reading
    included), ``commit``, and ``close``, in which the warehouse writes down what is left.
    """

    landing: str
    load_id: int | None
    files: tuple[FileReport, ...]
    unmatched_patterns: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def rows(self) -> int:
        """Number of rows landed by this load."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class LandingEvent:
    """One step of progress: ``done`` of ``total`` files; ``report`` when one was just finished."""

    file: str
    done: int
    total: int
    report: FileReport | None = None


Progress = Callable[[LandingEvent], None]


class RejectedFileError(Exception):
    """A file cannot be landed; it is rejected whole with this reason and the run goes on."""

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        columns: tuple[ColumnFinding, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.columns = columns
