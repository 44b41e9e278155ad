"""Land a folder: every known file into its raw table, every file into the register."""

from __future__ import annotations

import csv
import gzip
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import pyarrow as pa

from halftime.contracts import Contract, load_contracts, normalise_header
from halftime.errors import UsageError
from halftime.landing import archive, batches, store, text
from halftime.landing.csv_reader import CsvFile, open_csv, plain_delimiter
from halftime.landing.discover import (
    Candidate,
    discover,
    file_date,
    split_name,
    unmatched_patterns,
)
from halftime.landing.header import (
    COMPUTED,
    CONSTANT,
    MAPPED,
    HeaderMatch,
    find_header,
    for_the_register,
    key_place,
    match_header,
    missing_column_reason,
    nearest,
)
from halftime.landing.ics_reader import IcsFile, open_ics
from halftime.landing.pages import open_page
from halftime.landing.sheet_reader import (
    SheetFile,
    matching_sheets,
    open_shaped_csv,
    open_workbook,
    open_xlsx,
)
from halftime.landing.spec import (
    ColumnFinding,
    FileReport,
    LandingEvent,
    LandingReport,
    ObjectSpec,
    Progress,
    RejectedFileError,
    Shape,
    SourceSpec,
)
from halftime.landing.typed_readers import Scan, TypedFile, open_json, open_parquet

Contracts = Mapping[tuple[str, str], Contract]
OpenFile = CsvFile | SheetFile | TypedFile | IcsFile
_BATCHES = "landing_batches"


def land(
    config_sources: Sequence[SourceSpec],
    landing_dir: Path,
    warehouse: Path,
    project_root: Path,
    progress: Progress | None = None,
) -> LandingReport:
    """Land every new file of a folder and report on each.

    A file is landed whole in one transaction or not at all. The same bytes of the same object land
    once. Raises :class:`UsageError` before anything is written if the folder or the mapping is
    wrong, :class:`MachineError` if the warehouse cannot be written.
    """
    contracts = load_contracts(project_root)
    candidates = _check(config_sources, landing_dir, contracts)
    specs = {source.system: source for source in config_sources}
    seconds: dict[str, float] = {}
    with store.open_warehouse(warehouse, seconds) as con:
        try:
            store.ensure_raw_tables(con, contracts.values())
            run = _Load(con, landing_dir, warehouse, contracts, specs, seconds)
            reports = []
            for done, candidate in enumerate(candidates):
                if progress:
                    progress(LandingEvent(candidate.shown, done, len(candidates)))
                parts = run.land_candidate(candidate)
                reports.extend(parts)
                if progress:
                    event = LandingEvent(candidate.shown, done + 1, len(candidates), parts[-1])
                    progress(event)
            run.repeat_unchanged(reports)
        except (duckdb.Error, OSError) as error:
            if store.is_own_fault(error, landing_dir):
                raise store.machine_error(error, warehouse) from error
            raise
    return LandingReport(
        landing=str(landing_dir),
        load_id=run.load_id if run.has_recorded else None,
        files=tuple(reports),
        unmatched_patterns=unmatched_patterns(landing_dir, config_sources),
        seconds=seconds,
    )


def preflight(
    config_sources: Sequence[SourceSpec],
    landing_dir: Path,
    project_root: Path,
) -> list[Candidate]:
    """Check folder and mapping without writing anything; return which file belongs to what.

    Raises :class:`UsageError` if the folder is missing, holds no file that an object claims, or a
    mapping names a column that is not in the contract or a header that is not in a file.
    """
    return _check(config_sources, landing_dir, load_contracts(project_root))


def _check(
    config_sources: Sequence[SourceSpec],
    landing_dir: Path,
    contracts: Contracts,
) -> list[Candidate]:
    if not landing_dir.is_dir():
        what = "is not a folder" if landing_dir.exists() else "does not exist"
        raise UsageError(
            f"The landing folder '{landing_dir}' {what}.",
            hint="Name an existing folder with --landing or under 'landing:' in halftime.yml.",
        )
    _check_objects(config_sources, contracts)
    try:
        candidates = discover(landing_dir, config_sources, contracts)
    except OSError as error:
        raise UsageError(f"The landing folder '{landing_dir}' cannot be read: {error}.") from error
    if not any(candidate.is_known for candidate in candidates):
        shown = ", ".join(f"'{item.path}'" for item in candidates[:5]) or "no file at all"
        wanted = ", ".join(glob for source in config_sources for glob in source.globs)
        raise UsageError(
            f"The landing folder '{landing_dir}' holds no known file; found {shown}.",
            hint=f"Files are looked for in {wanted or '(no source is configured)'} and told by "
            "their names; name them under 'sources: … objects: … files:' in halftime.yml.",
        )
    specs = {source.system: source for source in config_sources}
    for candidate in candidates:
        if candidate.is_known:
            spec = specs[candidate.system].object(candidate.object)
            if spec.columns:
                contract = contracts[candidate.system, candidate.object]
                _check_mapping(landing_dir, candidate, contract, spec)
    return candidates


def _check_objects(config_sources: Sequence[SourceSpec], contracts: Contracts) -> None:
    for source in config_sources:
        known = [name for system, name in contracts if system == source.system]
        if not known:
            systems = ", ".join(sorted({system for system, _ in contracts}))
            raise UsageError(
                f"sources: '{source.system}' is not a known system.",
                hint=f"Use one of {systems}.",
            )
        for name, spec in source.objects.items():
            if name not in known:
                close = nearest([name], known)
                raise UsageError(
                    f"sources: {source.system}: objects: '{name}' is not a known object.",
                    hint=f"Did you mean '{close}'?" if close else f"Use one of {', '.join(known)}.",
                )
            if spec.delimiter and len(plain_delimiter(spec.delimiter).encode()) != 1:
                raise UsageError(
                    f"sources: {source.system}: objects: {name}: delimiter: '{spec.delimiter}' is "
                    "not one character.",
                    hint="Use ',', ';', 'tab' or '|'.",
                )
            names = [column.name for column in contracts[source.system, name].columns]
            if spec.key and key_place(contracts[source.system, name]) is None:
                raise UsageError(
                    f"sources: {source.system}: objects: {name}: key: this object has no id that "
                    "could be computed.",
                    hint="Its key is made of columns that the file must have; remove 'key'.",
                )
            given = spec.shape.given if spec.shape else ()
            for section, keys in (
                ("columns", spec.columns),
                ("constants", spec.constants),
                ("key", spec.key),
                ("sheet_to, file_to, unpivot", given),
            ):
                for key in keys:
                    if key not in names:
                        close = nearest([key], names)
                        raise UsageError(
                            f"sources: {source.system}: objects: {name}: {section}: '{key}' is not "
                            "a column of this object.",
                            hint=f"Did you mean '{close}'?"
                            if close
                            else f"Use one of {', '.join(names)}.",
                        )


def _check_mapping(
    landing: Path, candidate: Candidate, contract: Contract, spec: ObjectSpec
) -> None:
    with duckdb.connect(":memory:") as con, tempfile.TemporaryDirectory() as scratch:
        try:
            with (
                archive.materialised(landing, candidate.path) as path,
                opened(con, path, contract, spec, Path(scratch), count=False) as file,
            ):
                header = file.header
        except (RejectedFileError, OSError):
            return
    for column, wanted in spec.columns.items():
        if find_header(header, wanted) is None:
            close = nearest([wanted], header)
            found = ", ".join(f"'{name}'" for name in header[:20])
            raise UsageError(
                f"{candidate.shown}: sources: {candidate.system}: objects: {candidate.object}: "
                f"columns: {column}: the file has no column '{wanted}'; found {found}.",
                hint=f"Did you mean '{close}'?" if close else "Name a header of the file.",
            )


@contextmanager
def opened(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    spec: ObjectSpec,
    scratch: Path,
    *,
    count: bool = True,
    shown: str = "",
    sheet: str | None = None,
) -> Iterator[OpenFile]:
    """Look through a file by its format; raises :class:`RejectedFileError`.

    ``shown`` is the file's path in the landing folder, ``sheet`` the one sheet of it to read.
    """
    _, file_format, is_gzipped = split_name(path.name)
    if archive.is_archive(path.name):
        raise RejectedFileError("unreadable", _unread_archive(path))
    if file_format is None:
        raise RejectedFileError(
            "unreadable",
            f"'{path.name}' is not of a known format: csv, xlsx, parquet, json or ics, "
            "each also .gz.",
        )
    if file_format == "csv":
        if spec.shape is not None:
            yield open_shaped_csv(path, contract, spec, shown=shown)
        else:
            yield open_csv(path, contract, spec, count=count)
        return
    if path.stat().st_size == 0:
        raise RejectedFileError("empty_file", "The file is empty.")
    if file_format == "json":
        encoding = text.detect_encoding(path, spec.encoding)
        if not is_gzipped and encoding == text.Encoding("utf-8"):
            yield _open_json(con, path, contract, encoding)
            return
        with tempfile.NamedTemporaryFile(dir=scratch, suffix=".json") as plain:
            with text.Utf8Stream(path, encoding) as stream:
                while chunk := stream.read(text.CHUNK_BYTES):
                    plain.write(chunk)
            plain.flush()
            yield _open_json(con, Path(plain.name), contract, encoding)
        return
    with _unzipped(path, scratch) as plain_path:
        if file_format == "parquet":
            yield open_parquet(con, plain_path)
        elif file_format == "ics":
            yield open_ics(plain_path, contract, spec, shown)
        else:
            yield open_xlsx(plain_path, contract, spec, sheet_name=sheet, shown=shown)


def _unread_archive(path: Path) -> str:
    return (
        f"'{path.name}' is no zip archive that can be read (it may be cut off), or holds nothing, "
        f"or more than {archive.MAXIMUM_MEMBERS} files."
    )


def _open_json(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    encoding: text.Encoding,
) -> TypedFile:
    if contract.explode is None:
        return open_json(con, path, encoding)
    return open_page(con, path, contract, encoding)


@contextmanager
def _unzipped(path: Path, scratch: Path) -> Iterator[Path]:
    if not text.is_gzip(path):
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=scratch, suffix=Path(path.stem).suffix) as plain:
        with gzip.open(path, "rb") as stream:
            while chunk := text.read_chunk(cast(BinaryIO, stream)):
                plain.write(chunk)
        plain.flush()
        yield Path(plain.name)


@dataclass
class _State:
    """What is known of a file so far, also when it is rejected half-way."""

    report: FileReport


@dataclass
class _Load:
    """One call of ``land``: what it knows and what it has written so far."""

    con: duckdb.DuckDBPyConnection
    landing_dir: Path
    warehouse: Path
    contracts: Contracts
    specs: Mapping[str, SourceSpec]
    seconds: dict[str, float]
    has_recorded: bool = False

    def __post_init__(self) -> None:
        self.load_id = store.next_load_id(self.con)
        self.landed_at = datetime.now(UTC).replace(tzinfo=None)

    def land_candidate(self, candidate: Candidate) -> list[FileReport]:
        """Land one file, or each of the sheets that are asked for, or say why not."""
        try:
            with archive.materialised(self.landing_dir, candidate.path) as path:
                return [
                    self.land_file(candidate, path, sheet)
                    for sheet in self._sheets(candidate, path)
                ]
        except RejectedFileError as error:
            report = FileReport(candidate.system, candidate.object, candidate.shown, "unknown")
            return [self._record(_rejected(report, candidate, error))]

    def _sheets(self, candidate: Candidate, path: Path) -> list[str | None]:
        """Return the sheets to land one by one; [None] for a file that is landed as one."""
        spec = self.specs[candidate.system].object(candidate.object) if candidate.is_known else None
        if spec is None or not spec.sheets or split_name(path.name)[1] != "xlsx":
            return [None]
        try:
            with _unzipped(path, self.warehouse.parent) as plain:
                return [*matching_sheets(open_workbook(plain)[0].sheet_names, spec.sheets)] or [
                    None
                ]
        except (RejectedFileError, OSError):
            return [None]

    def land_file(self, candidate: Candidate, path: Path, sheet: str | None = None) -> FileReport:
        """Land one file or one sheet of it, or say why not.

        A sheet bears the name ``file.xlsx!Sheet`` and a hash made of the file's and its own name.
        """
        shown = candidate.shown if sheet is None else f"{candidate.shown}!{sheet}"
        report = FileReport(
            candidate.system, candidate.object, shown, "unknown", file_date=file_date(shown)
        )
        try:
            digest = text.digest(path)
            if sheet is not None:
                digest = hashlib.sha256(f"{digest}!{sheet}".encode()).hexdigest()
            report = replace(report, bytes=path.stat().st_size, sha256=digest)
        except OSError as error:
            reason = f"The file cannot be read: {error.strerror}."
            report = replace(report, reason_code="unreadable", reason=reason)
            return self._record(
                replace(report, status="rejected") if candidate.is_known else report,
            )
        if not candidate.is_known:
            reason = (
                _unread_archive(path)
                if archive.is_archive(path.name)
                else "No object of any configured system claims the file."
            )
            return self._record(replace(report, reason_code="unknown_file", reason=reason))
        original = self._original(report)
        if original is not None:
            source_file, source_rows, load_id = original
            reason = f"The same bytes were landed as '{source_file}' by load {load_id}."
            if self._mapping_has_changed(candidate, source_file, load_id):
                reason += (
                    " Its mapping has changed since then, which does not change landed rows:"
                    " land into a new home to apply it."
                )
            return self._record(
                replace(
                    report,
                    status="duplicate",
                    source_rows=source_rows,
                    reason_code="duplicate",
                    reason=reason,
                ),
            )
        return self._land_new(candidate, path, report, sheet)

    def _original(self, report: FileReport) -> tuple[str, int, int] | None:
        """Return name, rows and load of the landed file that this one repeats, if any.

        Of a delta the same bytes land once. Of a snapshot they are a new state, unless the file
        has not changed since it was last landed or has a twin in the same load and of its date.
        """
        is_snapshot = self.specs[report.system].object(report.object).delivery == "snapshot"
        rows = self.con.execute(
            "select source_file, source_rows, load_id, load_id = max(load_id) over "
            "(partition by source_file), file_date, sha256 = ? from raw._file "
            "where source_system = ? and object = ? and status = 'landed' order by load_id",
            [report.sha256, report.system, report.object],
        ).fetchall()
        for name, count, load_id, is_last, day, is_same in rows:
            is_unchanged = name == report.file and is_last
            is_twin = load_id == self.load_id and day == report.file_date
            if is_same and (not is_snapshot or is_unchanged or is_twin):
                return str(name), int(count), int(load_id)
        return None

    def repeat_unchanged(self, reports: Sequence[FileReport]) -> None:
        """Record again what stayed as it was beside a snapshot's file that was replaced in place.

        Where one part of a snapshot (``west.csv``) was replaced under its name, the parts that did
        not change (``east.csv``) belong to the new snapshot too.
        """
        replaced = {
            (system, name)
            for system, name in self.con.execute(
                "select distinct n.source_system, n.object from raw._file as n "
                "inner join raw._file as o on o.source_system = n.source_system "
                "and o.object = n.object and o.source_file = n.source_file "
                "and o.load_id < n.load_id and o.status = 'landed' "
                "where n.load_id = ? and n.status = 'landed'",
                [self.load_id],
            ).fetchall()
            if self.specs[system].object(name).delivery == "snapshot"
        }
        for report in reports:
            if not report.is_new and (report.system, report.object) in replaced:
                code = "unchanged" if report.status == "duplicate" else report.reason_code
                self._write(replace(report, reason_code=code))

    def _mapping_has_changed(self, candidate: Candidate, source_file: str, load_id: int) -> bool:
        spec = self.specs[candidate.system].object(candidate.object)
        rows = self.con.execute(
            "select column_name, header, detail from raw._column where load_id = ? and "
            "source_system = ? and object = ? and source_file = ? and finding = 'matched'",
            [load_id, candidate.system, candidate.object, source_file],
        ).fetchall()
        mapped = {
            name: normalise_header(header) for name, header, detail in rows if detail == MAPPED
        }
        constants = {
            name: detail.removeprefix(CONSTANT) for name, _, detail in rows if CONSTANT in detail
        }
        shapes = [str(detail) for name, _, detail in rows if name is None] or [_shape(None)]
        if shapes != [_shape(spec.shape)]:
            return True
        computed = {detail for _, _, detail in rows if detail.startswith(COMPUTED)}
        present = {name for name, _, detail in rows if CONSTANT not in detail}
        if computed != ({COMPUTED + ", ".join(spec.key)} if spec.key else set()):
            return True
        return mapped != {
            name: normalise_header(header) for name, header in spec.columns.items()
        } or constants != {
            name: value for name, value in spec.constants.items() if name not in present
        }

    def _land_new(
        self, candidate: Candidate, path: Path, report: FileReport, sheet: str | None
    ) -> FileReport:
        contract = self.contracts[candidate.system, candidate.object]
        spec = self.specs[candidate.system].object(candidate.object)
        state = _State(report)
        try:
            with (
                store.transaction(self.con, self.seconds),
                opened(
                    self.con,
                    path,
                    contract,
                    spec,
                    self.warehouse.parent,
                    shown=candidate.shown,
                    sheet=sheet,
                ) as file,
            ):
                self._land_open(contract, spec, file, state)
        except RejectedFileError as error:
            if sheet is not None and error.code == "empty_file":
                report = replace(report, reason_code="empty_sheet", reason=error.reason)
                return self._record(report)
            return self._record(_rejected(state.report, candidate, error))
        except (duckdb.Error, OSError, ValueError, csv.Error, pa.ArrowException) as error:
            if store.is_own_fault(error, path):
                raise
            reason = f"The file cannot be read: {(str(error).splitlines() or ['unknown'])[0]}"
            rejection = RejectedFileError("unreadable", reason)
            return self._record(_rejected(state.report, candidate, rejection))
        self.has_recorded = True
        return state.report

    def _land_open(
        self, contract: Contract, spec: ObjectSpec, file: OpenFile, state: _State
    ) -> None:
        """Match, insert, count and record a file within its transaction."""
        match = match_header(contract, file.header, spec)
        state.report = replace(
            state.report,
            format=file.format,
            source_rows=file.source_rows,
            encoding=_encoding(file),
            delimiter=_delimiter(file),
            columns=(
                *match.findings,
                *(file.notes if isinstance(file, SheetFile) else ()),
                *([ColumnFinding(None, None, "matched", _shape(spec.shape))] if spec.shape else ()),
            ),
        )
        if match.missing_required:
            reason = missing_column_reason(contract, file.header, match)
            raise RejectedFileError("missing_column", reason)
        store.choose_compression(self.con, state.report.bytes)
        with store.timed(self.seconds, "insert"):
            landed = self._insert(contract, match, file, state.report)
        if match.key is not None:
            store.mark_collisions(self.con, contract, match, state.report.file, self.load_id)
        if landed != file.source_rows:
            raise RejectedFileError(
                "row_count_mismatch",
                f"{file.source_rows} rows were counted but {landed} read.",
            )
        state.report = replace(state.report, status="landed", rows=landed)
        self._write(state.report)

    def _insert(
        self,
        contract: Contract,
        match: HeaderMatch,
        file: OpenFile,
        report: FileReport,
    ) -> int:
        lineage = store.Lineage(report.file, self.load_id, self.landed_at, report.file_date)
        if isinstance(file, TypedFile):
            try:
                return store.insert_rows(self.con, contract, match, file.scan, lineage)
            except duckdb.IOException as error:
                if store.is_readable(file.scan):
                    raise
                raise RejectedFileError(
                    "unreadable", f"The file is damaged: {str(error).splitlines()[0]}"
                ) from error
        required = [
            position
            for column, position in zip(contract.columns, match.positions, strict=True)
            if column.required and position is not None
        ]
        if match.key is not None:
            required.extend(
                position for part in match.key[1] if (position := match.positions[part]) is not None
            )
        width = len(file.header)
        source = _Guard(file.read(required))
        reader = pa.RecordBatchReader.from_batches(batches.schema(width), source)
        scan = Scan(
            relation=_BATCHES,
            expressions=tuple(f"c{number}" for number in range(width)),
            row="_row",
            problem="_problem",
            rest="_rest",
            cell="_cell",
        )
        self.con.register(_BATCHES, reader)
        try:
            return store.insert_rows(self.con, contract, match, scan, lineage)
        except duckdb.Error:
            if source.error is not None:
                raise source.error from None
            raise
        finally:
            self.con.unregister(_BATCHES)

    def _write(self, report: FileReport) -> None:
        store.record_load(self.con, self.load_id, self.landed_at, str(self.landing_dir))
        store.record_file(self.con, self.load_id, self.landed_at, for_the_register(report))

    def _record(self, report: FileReport) -> FileReport:
        """Write the fate of a file that was not landed, unless it stands there already."""
        row = self.con.execute(
            "select count(*) from raw._file where sha256 = ? and source_system = ? and object = ? "
            "and source_file = ? and (status = ? or status = 'landed') "
            "and (status = 'landed' or reason_code is not distinct from ?)",
            [
                report.sha256,
                report.system,
                report.object,
                report.file,
                report.status,
                report.reason_code,
            ],
        ).fetchone()
        if row and row[0]:
            return replace(report, is_new=False)
        with store.transaction(self.con, self.seconds):
            self._write(report)
        self.has_recorded = True
        return report


class _Guard:
    """Passes batches on and keeps the error that ended them, which DuckDB would wrap in its own."""

    def __init__(self, source: Iterator[pa.RecordBatch]) -> None:
        self._source = source
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        try:
            return next(self._source)
        except StopIteration:
            raise
        except Exception as error:
            self.error = error
            raise


def _shape(shape: Shape | None) -> str:
    return f"shape: {shape}"


def _encoding(file: OpenFile) -> str | None:
    if isinstance(file, CsvFile):
        return file.encoding.name
    return file.encoding


def _delimiter(file: OpenFile) -> str | None:
    if isinstance(file, CsvFile):
        return file.layout.delimiter
    return file.delimiter if isinstance(file, SheetFile) else None


def _rejected(report: FileReport, candidate: Candidate, error: RejectedFileError) -> FileReport:
    """Reject a file; one that only resembles the object by name is unknown instead."""
    if error.code == "missing_column" and not candidate.is_certain:
        return replace(
            report,
            status="unknown",
            reason_code="unknown_file",
            reason=f"The name resembles '{candidate.object}', but: {error.reason}",
            rows=0,
        )
    return replace(report, status="rejected", reason_code=error.code, reason=error.reason, rows=0)
