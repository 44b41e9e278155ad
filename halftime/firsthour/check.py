"""Try a configuration on its files: what would be rejected, who matches nobody, what is possible.

Landing and dbt's staging and intermediate models do the judging, in a temporary home that is gone
afterwards: nothing is written anywhere else. Values of private columns are never read.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from halftime.config import Config
from halftime.console import Reporter
from halftime.contracts import Column, Contract
from halftime.dbt import DbtStep, dbt_session
from halftime.errors import DataError
from halftime.firsthour import formats, spelling, undated
from halftime.firsthour.guess import ALIKE, likeness
from halftime.firsthour.requirements import (
    Possible,
    computed_indicators,
    filled_fields,
    judge,
    read_requirements,
)
from halftime.home import PROJECT_ROOT, Home
from halftime.landing import FileReport, LandingReport, land, preflight
from halftime.landing.discover import list_files, matches
from halftime.landing.typed_readers import identifier
from quality.results import private

SELECTED = (
    "+path:models/intermediate",
    "+path:models/staging",
    "+int_row_judged",
    "+dim_clock",
    "+dim_person",
    "+dim_unmatched_person",
    "+dim_unmapped_stage",
)
# The thresholds of the rule raw.*.rejected_many (quality/rules/raw.yml).
MANY_SHARE, MANY_ROWS = 0.2, 5
_SAMPLE = 5
_VALUES = 500
_NO_DATA = ("not_data",)


@dataclass(frozen=True)
class Rejection:
    """Rows of one file that one reason would reject; ``rows`` are some of their numbers."""

    file: str
    system: str
    object: str
    reason: str
    column: str | None
    count: int
    rows: tuple[int, ...]
    hint: str = ""


@dataclass(frozen=True)
class FileCheck:
    """The fate of one file: its rows by judgement, and its columns that do not fit."""

    file: str
    system: str
    object: str
    status: str
    reason: str | None
    source_rows: int
    accepted: int = 0
    superseded: int = 0
    rejected: int = 0
    missing: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unmatched:
    """A name in the data that means nobody, or several, and who it most likely is.

    ``score`` tells how like the two names are, 0 to 100.
    """

    system: str
    alias: str
    reason: str
    rows: int
    likeliest: str | None
    score: int | None = None


@dataclass(frozen=True)
class Undated:
    """Deals of one file of which nothing says since when their states hold.

    ``older`` of its ``rows`` are earlier states of the same deals, and are read by nothing.
    """

    file: str
    system: str
    object: str
    rows: int
    older: int
    mend: str


@dataclass
class CheckReport:
    """Everything that a check found; ``critical`` says why a run would stop."""

    config: str
    landing: str
    as_of: str | None = None
    files: list[FileCheck] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    idle_globs: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    reads_aliases: bool = True
    unmapped_stages: list[tuple[str, str, str, int]] = field(default_factory=list)
    near_names: list[spelling.Near] = field(default_factory=list)
    undated: list[Undated] = field(default_factory=list)
    critical: list[str] = field(default_factory=list)
    possible: Possible | None = None
    computed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        return asdict(self) | {
            "unmapped_stages": [
                {"system": system, "stage": stage, "taken_as": taken, "rows": rows}
                for system, stage, taken, rows in self.unmapped_stages
            ],
            "idle_globs": [{"where": where, "glob": glob} for where, glob in self.idle_globs],
        }


def check(
    config: Config, contracts: Mapping[tuple[str, str], Contract], reporter: Reporter
) -> CheckReport:
    """Try the configuration; raises :class:`~halftime.errors.UsageError` where it is wrong."""
    preflight(config.sources, config.landing, PROJECT_ROOT)
    report = CheckReport(str(config.path), str(config.landing))
    report.idle_globs = idle_globs(config)
    with tempfile.TemporaryDirectory(prefix="halftime-check-") as scratch:
        home = Home(Path(scratch) / "home")
        home.create()
        with reporter.step("Landing files (on trial)") as tick:
            landed = land(
                config.sources,
                config.landing,
                home.warehouse,
                PROJECT_ROOT,
                lambda event: tick(event.done, event.total, event.file),
            )
        with dbt_session(home) as dbt, reporter.step("Judging rows (on trial)") as tick:
            _stop_on_broken(
                dbt.run(
                    "check",
                    [
                        "build",
                        *("--exclude-resource-type", "test"),
                        *("--exclude-resource-type", "unit_test"),
                        *("--select", *SELECTED),
                    ],
                    variables=config.dbt_vars(as_of=None, loaded_until=None),
                    folder=Path(scratch) / "build",
                    progress=tick,
                )
            )
        with duckdb.connect(str(home.warehouse), read_only=True) as con:
            _gather(report, con, landed, contracts, config)
    return report


def _stop_on_broken(done: DbtStep) -> None:
    broken = [item for item in done.results if item["status"] in ("error", "runtime error", "fail")]
    if broken:
        message = private(str(broken[0].get("message") or ""))
        raise DataError(f"{broken[0]['unique_id']} could not be built: {message}")


def _gather(
    report: CheckReport,
    con: duckdb.DuckDBPyConnection,
    landed: LandingReport,
    contracts: Mapping[tuple[str, str], Contract],
    config: Config,
) -> None:
    report.rejections = rejections(con, contracts)
    report.hidden = hidden_dates(con, contracts, report.rejections, config)
    report.files = file_checks(con, landed, contracts)
    report.unmatched = unmatched_people(con)
    report.reads_aliases = any(source.system == "people" for source in config.sources)
    report.unmapped_stages = [
        (str(row[0]), str(row[1]), str(row[2]), int(row[3]))
        for row in con.execute(
            "select source_system, stage_name, stage_category, row_count "
            "from core.dim_unmapped_stage order by 4 desc, 1, 2"
        ).fetchall()
    ]
    report.near_names = near_names(con, report.files, contracts)
    report.undated = undated_deals(con, report.files, contracts)
    row = con.execute("select cast(as_of_date as varchar) from core.dim_clock").fetchone()
    report.as_of = str(row[0]) if row and row[0] else None
    needed = read_requirements(PROJECT_ROOT / "seeds")
    report.possible = judge(needed, filled_fields(con, needed))
    report.computed = computed_indicators(PROJECT_ROOT / "seeds")
    report.critical = critical(report)


def idle_globs(config: Config) -> list[tuple[str, str]]:
    """Return (key, glob) of every configured file pattern that no file of the folder fits."""
    files = list_files(config.landing)
    idle: list[tuple[str, str]] = []
    for source in config.sources:
        idle.extend(
            (f"sources.{source.system}.files", glob)
            for glob in source.files
            if not any(matches(name, [glob]) for name in files)
        )
        for name, spec in source.objects.items():
            for glob in spec.files:
                globs = (glob, f"{source.system}/{glob}")
                if not any(matches(file, globs) for file in files):
                    idle.append((f"sources.{source.system}.objects.{name}.files", glob))
    return idle


# ---------------------------------------------------------------- rows


def rejections(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[tuple[str, str], Contract],
) -> list[Rejection]:
    """Count what staging rejects by file, reason and column; most rows first."""
    found = con.execute(
        f"""
        select source_file, source_system, object, split_part(broken_rule, ':', 1),
            nullif(split_part(broken_rule, ':', 2), ''), count(*),
            list_slice(list(source_row order by source_row), 1, {_SAMPLE})
        from intermediate.int_row_judged
        where row_status = 'rejected'
        group by 1, 2, 3, 4, 5
        order by 6 desc, 1, 2, 3, 4, 5
        """
    ).fetchall()
    listed = []
    for file, system, name, reason, column_name, count, rows in found:
        contract = contracts.get((system, name))
        column = contract.column(column_name) if contract and column_name else None
        hint = ""
        if contract is not None and column is not None:
            hint = _hint(con, contract, column, file, reason)
        listed.append(
            Rejection(file, system, name, reason, column_name, int(count), tuple(rows), hint)
        )
    return listed


def _hint(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    column: Column,
    file: str,
    reason: str,
) -> str:
    """Say how to mend a column; what it holds is looked at only if it is not private."""
    place = f"sources.{contract.system}.objects.{contract.object}"
    if reason == "missing":
        return (
            f"every row needs a {column.header}; fill it, or give {place}.constants.{column.name}"
        )
    if column.private:
        return ""
    values = _rejected_values(con, contract, column, file, reason)
    if reason == "unparsable" and column.kind in ("date", "timestamp"):
        return _date_hint(values, place)
    if reason == "unparsable" and column.kind in ("decimal", "integer"):
        sign = formats.read_numbers(values).decimal
        return f'{place}.decimal: "{sign}" would read them' if sign == "," else ""
    if reason == "not_accepted":
        listed = ", ".join(f"'{text}'" for text in dict.fromkeys(map(formats.clean, values)))
        return (
            f"accepted: {', '.join(column.accepted)}; found {_cut(listed, 120)}; "
            f"map them under {place}.values.{column.name}"
        )
    if reason == "ambiguous_date":
        return f"two formats under {place} read other days; keep the one that is right"
    return ""


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _date_hint(values: list[str], place: str) -> str:
    reading = formats.read_dates(values)
    if not reading.formats or reading.junk == reading.values:
        return "no known format reads them"
    key = "timestamp_formats" if formats.has_time(reading.formats[0]) else "date_formats"
    listed = ", ".join(f'"{name}"' for name in reading.formats)
    text = f"{place}.{key}: [{listed}] would read them"
    if reading.rivals:
        text += f" (or {reading.rivals[0]}: these values alone do not tell)"
    if reading.junk:
        text += f", but for {reading.junk} of {reading.values}"
    return text


def _rejected_values(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    column: Column,
    file: str,
    reason: str | None,
) -> list[str]:
    found = con.execute(
        f"""
        select raw.{identifier(column.raw_name)}
        from raw.{identifier(contract.table)} as raw
        inner join intermediate.int_row_judged as judged
            on raw._source_file = judged.source_file and raw._source_row = judged.source_row
            and raw._load_id = judged.load_id
        where judged.source_system = ? and judged.object = ? and judged.source_file = ?
            and judged.row_status = 'rejected' and judged.broken_rule like ?
        order by raw._source_row limit {_VALUES}
        """,
        [contract.system, contract.object, file, f"{reason}:{column.name}" if reason else "unp%"],
    ).fetchall()
    return [str(row[0] or "") for row in found]


def hidden_dates(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[tuple[str, str], Contract],
    found: Iterable[Rejection],
    config: Config,
) -> list[str]:
    """Name date columns of rejected rows that would be rejected too, once the first rule is mended.

    Staging names the first rule that a row breaks; a wrong format behind it would come up only in
    the next trial.
    """
    named = defaultdict(set)
    for item in found:
        if item.reason == "unparsable":
            named[item.file, item.system, item.object].add(item.column)
    listed = []
    for (file, system, name), known in named.items():
        contract = contracts[system, name]
        for column in contract.columns:
            if column.private or column.name in known or column.kind not in ("date", "timestamp"):
                continue
            unread = [
                text
                for text in _rejected_values(con, contract, column, file, None)
                if text
                and not formats.is_iso(text)
                and not _is_read(text, column, contract, config)
            ]
            reading = formats.read_dates(unread)
            if len(unread) > MANY_ROWS and reading.formats:
                place = f"sources.{system}.objects.{name}"
                listed.append(f"{file}, {column.name}: {_date_hint(unread, place)}")
    return listed


def _is_read(text: str, column: Column, contract: Contract, config: Config) -> bool:
    system = config.source_settings.get(contract.system) or {}
    own = (system.get("objects") or {}).get(contract.object) or {}
    settings = {**system, **own, **((own.get("formats") or {}).get(column.name) or {})}
    known = [*settings.get("date_formats", ()), *settings.get("timestamp_formats", ())]
    plain = formats.clean(text)
    return formats.is_iso(plain) or any(formats.read_date(plain, name) for name in known)


# ---------------------------------------------------------------- files


def file_checks(
    con: duckdb.DuckDBPyConnection,
    landed: LandingReport,
    contracts: Mapping[tuple[str, str], Contract],
) -> list[FileCheck]:
    """Put what landing and staging say of each file side by side."""
    judged: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for system, name, file, status, count in con.execute(
        "select source_system, object, source_file, row_status, count(*) "
        "from intermediate.int_row_judged group by all"
    ).fetchall():
        judged[system, name, file][status] = int(count)
    checks = []
    for item in landed.files:
        rows = judged.get((item.system, item.object, item.file), {})
        checks.append(
            FileCheck(
                item.file,
                item.system,
                item.object,
                item.status,
                item.reason,
                item.source_rows or 0,
                rows.get("accepted", 0),
                rows.get("superseded", 0),
                rows.get("rejected", 0),
                tuple(_missing(item, contracts.get((item.system, item.object)))),
                tuple(found.header or "" for found in item.findings("unknown")),
            )
        )
    return checks


def _missing(item: FileReport, contract: Contract | None) -> Iterable[tuple[str, str]]:
    """Columns that are required, or for which a header is there that is really like them."""
    for found in item.findings("missing_required", "missing_optional"):
        near = found.detail.removeprefix("nearest header: ")
        near = "" if near == found.detail else near
        column = contract.column(found.column or "") if contract else None
        is_like = bool(near and column and likeness(column, near) >= ALIKE)
        if found.finding == "missing_required" or is_like:
            yield found.column or "", near


def critical(report: CheckReport) -> list[str]:
    """Say what would stop a run or lose a whole file; blank lines and totals count for nothing."""
    reasons = [
        f"{item.file} would be rejected whole: {item.reason}"
        for item in report.files
        if item.status == "rejected"
    ]
    totals: dict[tuple[str, str], int] = defaultdict(int)
    lost: dict[tuple[str, str], int] = defaultdict(int)
    for checked in report.files:
        totals[checked.system, checked.object] += checked.source_rows
    for rejected in report.rejections:
        if rejected.reason in _NO_DATA:
            totals[rejected.system, rejected.object] -= rejected.count
        else:
            lost[rejected.system, rejected.object] += rejected.count
    for (system, name), count in sorted(lost.items()):
        total = totals[system, name]
        if count > MANY_ROWS and count > MANY_SHARE * total:
            reasons.append(
                f"{count:,} of {total:,} rows of {system}.{name} would be rejected; "
                "a run stops above a fifth"
            )
    return reasons


# ---------------------------------------------------------------- people


def unmatched_people(con: duckdb.DuckDBPyConnection) -> list[Unmatched]:
    """Return the names that mean nobody or several, those with most rows first."""
    found = con.execute(
        """
        select listed.system, listed.alias, listed.reason, listed.row_count, person.full_name,
            listed.likeliest_score
        from core.dim_unmatched_person as listed
        left join core.dim_person as person
            on listed.likeliest_person_id = person.person_id
        order by 4 desc, 1, 2
        """
    ).fetchall()
    return [
        Unmatched(
            str(row[0]),
            str(row[1]),
            str(row[2]),
            int(row[3]),
            None if row[4] is None else str(row[4]),
            None if row[5] is None else int(row[5]),
        )
        for row in found
    ]


# ---------------------------------------------------------------- names and days


def _accepted(
    files: Iterable[FileCheck], contracts: Mapping[tuple[str, str], Contract]
) -> list[Contract]:
    """Contracts of which some row is accepted, in order."""
    names = sorted({(item.system, item.object) for item in files if item.accepted})
    return [contracts[name] for name in names if name in contracts]


def near_names(
    con: duckdb.DuckDBPyConnection,
    files: Iterable[FileCheck],
    contracts: Mapping[tuple[str, str], Contract],
) -> list[spelling.Near]:
    """Return names that their list lacks, but for another spelling, as the mapped values stand.

    People are not among them: :func:`unmatched_people` has those as the build matches them.
    """
    return spelling.near_names(
        con,
        [
            (place, spelling.staged(contract, place.column))
            for contract in _accepted(files, contracts)
            for place in spelling.places(contract)
            if place.family.word != "person"
        ],
    )


def undated_deals(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[FileCheck],
    contracts: Mapping[tuple[str, str], Contract],
) -> list[Undated]:
    """Return the files of deals that no name dates and no column stamps, with what that loses."""
    listed = _accepted(files, contracts)
    found: list[Undated] = []
    for contract in listed:
        others = [item.object for item in listed if item.system == contract.system]
        if not undated.needs_stamps(contract, others):
            continue
        model = f"stg_{contract.system}__{contract.object}"
        columns = [str(row[0]) for row in con.execute(f"describe staging.{model}").fetchall()]
        stamp = next(name for name in (undated.STAMP, *undated.STAMPS) if name in columns)
        found.extend(
            Undated(
                str(file),
                contract.system,
                contract.object,
                int(rows),
                int(older),
                undated.mend(contract),
            )
            for file, rows, older in con.execute(
                f"""
                select _source_file, count(*), count(*) filter (row_status = 'superseded')
                from staging.{model}
                where row_status <> 'rejected' and {stamp} is null and _file_date is null
                group by _source_file
                order by _source_file
                """
            ).fetchall()
        )
    return found
