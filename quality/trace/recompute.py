"""Work figures out a second time, from the judged rows, and lay both side by side.

Each indicator has one statement of its own in ``recompute/``. It reads rows as they were landed
and judged (``warehouse.intermediate.int_*_conformed`` and what a deal was said to be and when) and
says the rules again. No indicator, no mart and no fact of core is read; what is
taken from core is named in the first lines of each file and shown with the figure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from halftime.errors import UsageError
from quality.trace.build import OpenBuild
from quality.trace.figure import Cell, period_bounds

FOLDER = Path(__file__).resolve().parent / "recompute"
#: The order in which the common tables are made; a statement names those that it needs.
# In the order in which they lean on each other.
COMMON = (
    "people",
    "deals",
    "credits",
    "sessions",
    "days",
    "warning",
    "ramp",
    "accounts",
    "awards",
    "done",
    "scores",
    "meetings",
    "managers",
    "maturity",
)
#: Indicators round parts of quotas and months to a millionth; nothing else may differ.
TOLERANCE = 1e-6

_CELL = """
create or replace temp table cell (
    cell_id integer, indicator_id varchar, measure_id varchar, entity_type varchar,
    entity_id varchar, period_grain varchar, period_start date, period_from date, period_to date,
    stock_date date, dimension varchar, member varchar, currency_code varchar
)
"""


@dataclass(frozen=True)
class Statement:
    """The SQL of one recomputation, why it is independent, and what it takes from core."""

    path: Path
    sql: str
    why: str
    needs: tuple[str, ...]
    from_core: tuple[str, ...]


@dataclass(frozen=True)
class Recomputed:
    """What the second way gave; ``differences`` names what is not equal to the published figure."""

    numerator: float | None
    denominator: float | None
    observation_count: int
    value: float | None
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether both ways give the same."""
        return not self.differences


@cache
def statement(indicator_id: str) -> Statement:
    """Read the recomputation of one indicator."""
    path = FOLDER / f"{indicator_id}.sql"
    if not path.is_file():
        raise UsageError(f"There is no recomputation of {indicator_id} ({path}).")
    sql = path.read_text(encoding="utf-8")
    comment = _comment(sql)
    needs = re.search(r"needs: ([\w, ]+)", comment)
    named = tuple(needs[1].replace(" ", "").split(",")) if needs else ()
    texts = [comment, *(_comment(_common(name)) for name in named)]
    leaned = tuple(
        match[1].strip()
        for text in texts
        for match in re.finditer(r"From core(?: also)?: (.*?[.])(?:\s|$)", text)
    )
    why = re.split(r" (?:From core|needs:)", comment)[0]
    return Statement(path, sql, why, named, leaned)


def _common(name: str) -> str:
    return (FOLDER / f"_{name}.sql").read_text(encoding="utf-8")


def _comment(sql: str) -> str:
    """Return the comment at the head of a file as one line."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].strip())
    return " ".join(lines)


def put_cells(build: OpenBuild, cells: Sequence[Cell]) -> None:
    """Write the figures asked for into the table ``cell``, numbered from 0, with their days."""
    build.con.execute(_CELL)
    fiscal = {
        (row["period_grain"], row["period_start"]): row["period_end"]
        for row in build.rows(
            "select period_grain, period_start, period_end from build.core.dim_period "
            "where starts_with(period_grain, 'fiscal')"
        )
    }
    as_of = build.rows("select as_of_date from build.core.dim_clock")[0]["as_of_date"]
    rows = []
    for number, cell in enumerate(cells):
        bounds = period_bounds(cell.period_grain, cell.period_start)
        first, last = bounds or (
            cell.period_start,
            fiscal[cell.period_grain, cell.period_start],
        )
        rows.append(
            [
                number,
                cell.indicator_id,
                cell.measure_id,
                cell.entity_type,
                cell.entity_id,
                cell.period_grain,
                cell.period_start,
                first,
                last,
                min(last, as_of),
                cell.dimension,
                cell.member,
                cell.currency_code,
            ]
        )
    if rows:
        build.con.executemany(f"insert into cell values ({', '.join('?' * 13)})", rows)


def recompute(build: OpenBuild, cells: Sequence[Cell]) -> list[Recomputed]:
    """Work out many figures at once and compare each with the published one, in order.

    The warehouse must hold the build (``build.absent`` is empty).
    """
    published = published_figures(build, cells)
    found: dict[int, dict[str, Any]] = {}
    for indicator in sorted({cell.indicator_id for cell in cells}):
        own = [number for number, cell in enumerate(cells) if cell.indicator_id == indicator]
        _make_common(build, statement(indicator).needs)
        put_cells(build, [cells[number] for number in own])
        for row in build.rows(statement(indicator).sql):
            found[own[row["cell_id"]]] = row
    return [_compared(found[number], figure) for number, figure in enumerate(published)]


def _make_common(build: OpenBuild, names: Iterable[str]) -> None:
    made = {
        row["name"]
        for row in build.rows("select table_name as name from duckdb_tables() where temporary")
    }
    for name in COMMON:
        if name in names and _first_table(name) not in made:
            build.con.execute(_common(name))


@cache
def _first_table(name: str) -> str:
    """Return the first table that a file of common tables makes."""
    made = re.search(r"create temp table (\w+)", _common(name))
    if made is None:
        raise ValueError(f"{FOLDER / f'_{name}.sql'} makes no table")
    return made[1]


def published_figures(build: OpenBuild, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the published rows of the figures, in order, with how each is aggregated."""
    put_cells(build, cells)
    return build.rows(
        """
        select f.*, r.aggregation
        from cell as c
        inner join figure as f using (
            indicator_id, measure_id, entity_type, entity_id, period_grain, period_start,
            dimension, member, currency_code
        )
        inner join build.reference.indicators as r using (indicator_id, measure_id)
        order by c.cell_id
        """
    )


def _compared(row: dict[str, Any], figure: dict[str, Any]) -> Recomputed:
    numerator, denominator = _number(row["numerator"]), _number(row["denominator"])
    value = _number(row["value"])
    if figure["aggregation"] == "sum":
        value = numerator
    elif figure["aggregation"] in ("ratio", "distinct") and denominator:
        value = (numerator or 0.0) / denominator
    if figure["reason_code"] == "expired":
        value = None  # withheld; numerator and denominator are of the rows that are left
    count = int(row["observation_count"])
    pairs = {
        "numerator": (numerator, figure["numerator"]),
        "denominator": (denominator, figure["denominator"]),
        "value": (value, figure["value"]),
        "observation_count": (count, figure["observation_count"]),
    }
    differences = tuple(
        f"{name}: published {theirs}, recomputed {ours}"
        for name, (ours, theirs) in pairs.items()
        if not is_same(ours, theirs)
    )
    return Recomputed(numerator, denominator, count, value, differences)


def is_same(one: Any, other: Any) -> bool:
    """Whether two numbers are equal to a millionth part; nothing equals only nothing."""
    if one is None or other is None:
        return one is None and other is None
    return math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
