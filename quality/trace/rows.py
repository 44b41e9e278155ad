"""The rows of core behind a figure, and the rows of the landed files behind those."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from halftime.contracts import Contract, load_contracts
from halftime.errors import UsageError
from halftime.hashing import quote
from halftime.home import PROJECT_ROOT
from quality.trace.build import OpenBuild
from quality.trace.figure import Cell
from quality.trace.recompute import is_same, put_cells

FOLDER = Path(__file__).resolve().parent / "rows"
# A key of these kinds is no text that somebody wrote about somebody.
_KEY_KINDS = frozenset({"id", "date", "timestamp", "integer", "decimal", "boolean"})
# All that was landed about deals; kept while the build is open, because the history is a view.
_TOLD_OF_DEALS = """
create temp table if not exists told_of_deal as
select source_system, _source_file, _source_row, opportunity_id
from warehouse.intermediate.int_opportunity_conformed
where _source_file is not null
union
select source_system, _source_file, _source_row, opportunity_id
from warehouse.intermediate.int_opportunity_change_conformed
where _source_file is not null
"""

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class CoreRows:
    """The rows of core of one figure, the statement that found them, and what they add up to.

    ``differences`` names what the rows do not add up to; None where rows alone cannot, because
    days without a row count too, or because the figure is a median.
    """

    sql: str
    rows: Rows
    differences: tuple[str, ...] | None


@dataclass(frozen=True)
class Statement:
    """The SQL that finds the rows of some indicators, and whether they add up to a figure."""

    sql: str
    adds_up: bool


def statement(cell: Cell) -> Statement:
    """Find the statement of a cell: that of its measure, else that of its indicator."""
    known = _statements()
    for name in (f"{cell.indicator_id}:{cell.measure_id}", cell.indicator_id):
        if name in known:
            return known[name]
    raise UsageError(f"No statement in {FOLDER} finds the rows of {cell.indicator_id}.")


@cache
def _statements() -> dict[str, Statement]:
    """Read which statement is for which indicators, as the head of each file says."""
    found: dict[str, Statement] = {}
    for path in sorted(FOLDER.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        named = re.search(r"^-- indicators: (.+)$", sql, re.MULTILINE)
        if named is None:
            raise ValueError(f"{path} does not say for which indicators it is")
        adds_up = re.search(r"^-- sums: none$", sql, re.MULTILINE) is None
        for name in named[1].split(","):
            found[name.strip()] = Statement(sql, adds_up)
    return found


def core_rows(build: OpenBuild, cell: Cell, figure: dict[str, Any]) -> CoreRows:
    """Find the rows of core that are in a figure, in a fixed order."""
    sql = statement(cell).sql
    put_cells(build, [cell])
    found = build.rows(f"select * from ({sql}) order by day, core_table, core_key")
    for row in found:
        del row["cell_id"]
    return CoreRows(sql, found, _added_up(cell, figure, found))


def _added_up(cell: Cell, figure: dict[str, Any], rows: Rows) -> tuple[str, ...] | None:
    if not statement(cell).adds_up:
        return None
    sums = {"denominator": sum(float(row["denominator_part"]) for row in rows)}
    if figure["aggregation"] == "sum":
        sums["denominator"] = 1.0
    if figure["numerator"] is not None:
        sums["numerator"] = sum(float(row["numerator_part"] or 0) for row in rows)
    return tuple(
        f"{part}: published {figure[part]}, rows add up to {total}"
        for part, total in sums.items()
        if not is_same(total, figure[part])
    )


def raw_rows(build: OpenBuild, rows: Rows) -> Rows:
    """Return the landed rows behind rows of core, each with file, row, judgement and raw key.

    Without the warehouse only file and row are known. Texts are not among what is returned.
    """
    own = {
        (row["source_system"], row["_source_file"], row["_source_row"], row["core_key"])
        for row in rows
        if row["_source_file"] is not None
    }
    named = {place[:3] for place in own}
    wanted = own if build.absent else own | _history(build, rows)
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for system, file, number, key in wanted:
        found[system, file, number].add(key)
    landed = [
        {
            "source_system": system,
            "source_file": file,
            "source_row": number,
            "named_by": "row of core" if (system, file, number) in named else "history of the deal",
            "core_keys": "; ".join(sorted(found[system, file, number])),
        }
        for system, file, number in sorted(found, key=lambda place: (place not in named, place))
    ]
    if not build.absent:
        _look_up(build, landed)
    return landed


def _history(build: OpenBuild, rows: Rows) -> set[tuple[str, str, int, str]]:
    """Find all that was landed about the deals among the rows."""
    deals = {
        row["core_key"].partition("#")[0]: row["core_key"]
        for row in rows
        if row["core_table"].startswith("core.fct_opportunity")
    }
    build.con.execute(_TOLD_OF_DEALS)
    found = set()
    for row in build.rows(
        "select * from told_of_deal where list_contains(?, opportunity_id)", [sorted(deals)]
    ):
        *place, deal = row.values()
        found.add((*place, deals[deal]))
    return found


def _look_up(build: OpenBuild, landed: Rows) -> None:
    """Add what raw and staging say of each row: object, load, judgement and the raw key."""
    objects: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in build.rows(
        "select distinct source_system, object, source_file from build.quality.file order by all"
    ):
        objects[row["source_system"], row["source_file"]].append(row["object"])
    contracts = load_contracts(PROJECT_ROOT)
    places: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in landed:
        for name in objects[row["source_system"], row["source_file"]]:
            places[row["source_system"], name].append(row)
    for key, rows in places.items():
        if key in contracts:
            _look_up_object(build, contracts[key], rows)


def _look_up_object(build: OpenBuild, contract: Contract, rows: Rows) -> None:
    keys = [
        column
        for column in contract.columns
        if (column.name in contract.key or column.typed in contract.key)
        and column.kind in _KEY_KINDS
        and not (column.private or column.withheld)
    ]
    shown = ", ".join(["r._load_id", *(f"r.{quote(column.raw_name)}" for column in keys)])
    build.con.execute(
        "create or replace temp table place as "
        "select unnest(?::varchar[]) as source_file, unnest(?::bigint[]) as source_row",
        [[row["source_file"] for row in rows], [row["source_row"] for row in rows]],
    )
    found = build.rows(
        f"""
        select distinct on (r._source_file, r._source_row)
            r._source_file, r._source_row, s.row_status, s.broken_rule, {shown}
        from warehouse.raw.{quote(contract.table)} as r
        inner join place as p on p.source_file = r._source_file and p.source_row = r._source_row
        left join warehouse.staging.{quote(f"stg_{contract.system}__{contract.object}")} as s
            on
                s._source_file = r._source_file and s._source_row = r._source_row
                and s._load_id = r._load_id
        order by r._source_file, r._source_row, r._load_id desc
        """
    )
    by_place = {(row["_source_file"], row["_source_row"]): row for row in found}
    for row in rows:
        raw = by_place.get((row["source_file"], row["source_row"]))
        if raw is None:
            continue
        row |= {
            "object": contract.object,
            "load_id": raw["_load_id"],
            "row_status": raw["row_status"],
            "broken_rule": raw["broken_rule"],
            "raw_key": ", ".join(f"{column.name}={raw[column.raw_name]}" for column in keys),
        }


def missing_rows(build: OpenBuild, landed: Sequence[dict[str, Any]]) -> Rows:
    """Return rows of files that raw does not hold: a trace that ends in nothing."""
    return [] if build.absent else [row for row in landed if "object" not in row]
