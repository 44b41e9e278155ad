"""All that is known of one figure, put together; and how a person sees it."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from halftime.console import Reporter
from halftime.home import Home, machine_errors
from quality.evidence.pack import harmless
from quality.trace.build import OpenBuild, open_build
from quality.trace.figure import Cell, Wanted
from quality.trace.find import find_cell
from quality.trace.recompute import Recomputed, published_figures, recompute, statement
from quality.trace.rows import CoreRows, core_rows, missing_rows, raw_rows

#: Rows that a person sees; ``--csv`` and ``--json`` give all.
SHOWN = 10
_HIDDEN = ("source_system", "_source_file", "_source_row", "core_table")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Trace:
    """A figure and everything behind it; ``recomputed`` is None without the warehouse."""

    build_id: str
    cell: Cell
    figure: dict[str, Any]
    entity_name: str
    definition: dict[str, Any]
    changes: Rows
    model: str
    model_sql: str
    core: CoreRows
    raw: Rows
    missing: Rows
    recomputed: Recomputed | None
    absent: str

    @property
    def agrees(self) -> bool:
        """Whether nothing that was checked contradicts the figure."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """What contradicts the figure, a sentence each."""
        found = [f"core rows: {text}" for text in self.core.differences or ()]
        if self.recomputed is not None:
            found += [f"recomputation: {text}" for text in self.recomputed.differences]
        if self.missing:
            found.append(f"{len(self.missing)} rows of files are not in raw")
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        own = statement(self.cell.indicator_id)
        recomputation: dict[str, Any] = {"absent": self.absent or None}
        if self.recomputed is not None:
            recomputation |= asdict(self.recomputed) | {"agrees": self.recomputed.agrees}
        return {
            "build_id": self.build_id,
            "figure": self.cell.text(),
            "key": asdict(self.cell),
            "published": {
                name: value for name, value in self.figure.items() if name not in asdict(self.cell)
            },
            "entity_name": self.entity_name,
            "definition": self.definition,
            "definition_changes": self.changes,
            "model": self.model,
            "model_sql": self.model_sql,
            "core_sql": self.core.sql,
            "core_rows": self.core.rows,
            "core_rows_add_up": None
            if self.core.differences is None
            else not self.core.differences,
            "raw_rows": self.raw,
            "recomputation": recomputation
            | {"sql": own.sql, "why_independent": own.why, "from_core": list(own.from_core)},
            "agrees": self.agrees,
            "problems": list(self.problems),
        }


def trace(home: Home, build_id: str | None, wanted: Wanted) -> Trace:
    """Trace one figure of a published build; nothing is written.

    Raises :class:`halftime.errors.UsageError` if there is no such figure or build.
    """
    with open_build(home, build_id) as build:
        return trace_cell(build, find_cell(build, wanted))


def trace_cell(build: OpenBuild, cell: Cell) -> Trace:
    """Trace one figure of an open build."""
    figure = published_figures(build, [cell])[0]
    definition = build.rows(
        "select * from build.reference.indicators where indicator_id = ? and measure_id = ?",
        [cell.indicator_id, cell.measure_id],
    )[0]
    changes = build.rows(
        "select version, changed_on, change, reason from build.reference.indicator_changes "
        "where indicator_id = ? order by version",
        [cell.indicator_id],
    )
    core = core_rows(build, cell, figure)
    landed = raw_rows(build, core.rows)
    model, sql = _model(build, cell.indicator_id)
    return Trace(
        build_id=build.build_id,
        cell=cell,
        figure=figure,
        entity_name=_entity_name(build, cell),
        definition=definition,
        changes=changes,
        model=model,
        model_sql=sql,
        core=core,
        raw=landed,
        missing=missing_rows(build, landed),
        recomputed=None if build.absent else recompute(build, [cell])[0],
        absent=build.absent,
    )


def _entity_name(build: OpenBuild, cell: Cell) -> str:
    if cell.entity_type == "company":
        return str(build.rows("select company as name from build.core.dim_clock")[0]["name"])
    found = build.rows(
        "select full_name as name from build.core.dim_person where person_id = ? "
        "union all select team_name from build.core.dim_team where team_id = ?",
        [cell.entity_id, cell.entity_id],
    )
    return str(found[0]["name"]) if found and found[0]["name"] else cell.entity_id


def _model(build: OpenBuild, indicator_id: str) -> tuple[str, str]:
    """Return name and compiled SQL of the model that yields numerator and denominator."""
    folder = build.home.build_folder(build.build_id) / "dbt" / "run" / "compiled"
    for path in sorted(folder.glob("*/models/indicators/**/ind_*.sql")):
        sql = path.read_text(encoding="utf-8")
        if path.stem != "ind_entity_value" and f"'{indicator_id}' as indicator_id" in sql:
            return path.stem, sql.strip()
    return "", ""


def write_csv(found: Trace, folder: Path) -> list[str]:
    """Write all rows of core and of the files, and the statements; return the files' names."""
    with machine_errors(f"write into {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in (("core_rows.csv", found.core.rows), ("raw_rows.csv", found.raw)):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / name).open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerow(columns)
                writer.writerows([harmless(row.get(name)) for name in columns] for row in rows)
        texts = {
            "indicator.sql": found.model_sql,
            "core_rows.sql": found.core.sql,
            "recomputation.sql": statement(found.cell.indicator_id).sql,
        }
        for name, text in texts.items():
            (folder / name).write_text(text.rstrip() + "\n", encoding="utf-8")
    return ["core_rows.csv", "raw_rows.csv", *texts]


def say(found: Trace, reporter: Reporter, *, with_sql: bool = False) -> None:
    """Show a trace to a person: the figure first, then ever nearer to the files."""
    if reporter.json_output:
        return
    _say_figure(found, reporter)
    _say_definition(found, reporter)
    _say_sql(found, reporter, with_sql=with_sql)
    _say_core(found, reporter)
    _say_raw(found, reporter)
    _say_recomputed(found, reporter)


def _head(reporter: Reporter, text: str) -> None:
    reporter.out.print()
    reporter.out.print(text, style="bold", markup=False)


def _say_figure(found: Trace, reporter: Reporter) -> None:
    figure, definition = found.figure, found.definition
    reporter.out.print(found.cell.text(), style="bold", markup=False)
    reporter.say(
        f"{definition['name']}, {definition['measure_name']} · {found.entity_name} · "
        f"build {found.build_id}"
    )
    value = "none" if figure["value"] is None else f"{figure['value']:.6g} {definition['unit']}"
    interval = _interval(figure["value_low"], figure["value_high"])
    reason = f"  reason: {figure['reason_code']}" if figure["reason_code"] else ""
    reporter.say(f"value        {value}{interval}{reason}")
    reporter.say(f"numerator    {_plain(figure['numerator'])}")
    reporter.say(f"denominator  {_plain(figure['denominator'])}")
    reporter.say(f"n            {figure['observation_count']} {definition['minimum_n_of']}")


def _interval(low: float | None, high: float | None) -> str:
    """Return the interval in words; of a median of survival an end may not be reached."""
    if low is None and high is None:
        return ""
    ends = ["not reached" if end is None else f"{end:.4g}" for end in (low, high)]
    return f"  (95 %: {ends[0]} to {ends[1]})"


def _say_definition(found: Trace, reporter: Reporter) -> None:
    definition = found.definition
    _head(
        reporter,
        f"Definition, version {definition['version']} since {definition['valid_from']} "
        f"({definition['owner']})",
    )
    reporter.say(f"{definition['definition']}")
    reporter.say(f"= {definition['formula']}")


def _say_sql(found: Trace, reporter: Reporter, *, with_sql: bool) -> None:
    _head(reporter, "SQL")
    if not found.model:
        reporter.say("The folder of this build is gone, and with it the compiled SQL.")
    elif with_sql:
        reporter.say(found.model_sql)
    else:
        lines = len(found.model_sql.splitlines())
        reporter.say(f"{found.model} as it ran: {lines} lines; --sql shows it, --csv writes it.")
    if with_sql:
        _head(reporter, "SQL of the core rows")
        reporter.say(found.core.sql.strip())
        _head(reporter, "SQL of the recomputation")
        reporter.say(statement(found.cell.indicator_id).sql.strip())


def _say_core(found: Trace, reporter: Reporter) -> None:
    rows = found.core.rows
    tables = ", ".join(sorted({row["core_table"] for row in rows})) or "none"
    _head(reporter, f"Rows of core: {len(rows)} ({tables})")
    _table(reporter, [{k: v for k, v in row.items() if k not in _HIDDEN} for row in rows])
    if found.core.differences is None:
        reporter.say(
            "Rows alone do not make this figure: days without a row count too, or it is a median."
            " The recomputation below tells whether it is right."
        )
    else:
        for text in found.core.differences or ("They add up to the figure.",):
            reporter.say(text)


def _say_raw(found: Trace, reporter: Reporter) -> None:
    _head(reporter, f"Rows of files: {len(found.raw)}")
    _table(
        reporter,
        [{name: row.get(name) for name in _raw_columns(found.raw)} for row in found.raw],
    )


def _raw_columns(rows: Rows) -> list[str]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [name for name in columns if name not in ("load_id", "core_keys")]


def _say_recomputed(found: Trace, reporter: Reporter) -> None:
    own = statement(found.cell.indicator_id)
    _head(reporter, f"Recomputed a second way, from the rows as they were judged ({own.path.name})")
    if found.recomputed is None:
        reporter.say(f"Not done: {found.absent}. Core rows and files are of the published build.")
    else:
        again = found.recomputed
        reporter.say(
            f"numerator {_plain(again.numerator)} · denominator {_plain(again.denominator)} · "
            f"value {_plain(again.value)} · n {again.observation_count}"
        )
        for text in own.from_core:
            reporter.say(f"From core: {text}")
    for problem in found.problems:
        reporter.out.print(f"DIFFERS: {problem}", style="bold red", markup=False)
    if found.recomputed is not None and found.agrees:
        reporter.out.print("It agrees with the published figure.", style="green", markup=False)


def _table(reporter: Reporter, rows: Rows) -> None:
    if not rows:
        return
    columns = [
        name
        for name in dict.fromkeys(column for row in rows for column in row)
        if any(row.get(name) is not None for row in rows)
    ]
    if reporter.out.is_terminal:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in columns:
            table.add_column(name.replace("_", " "))
        for row in rows[:SHOWN]:
            table.add_row(*(Text(_plain(row.get(name))) for name in columns))
        reporter.out.print(table)
    else:
        for row in rows[:SHOWN]:
            reporter.say("  " + "  ".join(f"{name}={_plain(row.get(name))}" for name in columns))
    if len(rows) > SHOWN:
        reporter.say(f"  and {len(rows) - SHOWN} more; --csv DIR writes all.")


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float) or type(value).__name__ == "Decimal":
        return f"{float(value):.6f}".rstrip("0").rstrip(".")
    return str(value)
