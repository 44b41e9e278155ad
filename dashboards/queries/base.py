"""What all queries share: how one is run, and the selection it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

Row = dict[Hashable, Any]  # one row of an answer, by column
FACTS = ('"leading".fct_leading_indicator', "lagging.fct_lagging_indicator")


@dataclass(frozen=True)
class Entity:
    """A part of the organisation, such as one manager's organisation."""

    entity_type: str
    entity_id: str
    label: str


@dataclass(frozen=True)
class Period:
    """A reporting period; ``end`` is its last day."""

    grain: str
    start: dt.date
    end: dt.date
    label: str
    is_complete: bool


@dataclass(frozen=True)
class Measure:
    """One measure of one indicator; ``currency`` is 'none' where it is not money."""

    indicator_id: str
    measure_id: str
    currency: str = "none"


@dataclass(frozen=True)
class Cell:
    """The key of one published figure."""

    indicator_id: str
    measure_id: str
    entity: Entity
    grain: str
    start: dt.date
    dimension: str = "all"
    member: str = "all"
    currency: str = "none"

    def text(self) -> str:
        """Return the figure as ``halftime trace`` takes it."""
        kind, code = self.entity.entity_type, self.entity.entity_id
        parts = [
            f"{self.indicator_id}:{self.measure_id}",
            "company" if kind == "company" else f"{kind}={code}",
            f"{self.grain}={self.start.isoformat()}",
        ]
        if self.dimension != "all":
            parts.append(f"{self.dimension}={self.member}")
        if self.currency != "none":
            parts.append(f"currency={self.currency}")
        return "@".join(parts)


def frame(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> pd.DataFrame:
    """Run one query on a cursor of its own and return its few rows."""
    with connection.cursor() as cursor:
        return cursor.execute(sql, list(parameters)).df()


def padded(table: str, **columns: str) -> str:
    """Return a relation that has these columns (name and type) also in a build older than they are.

    They are NULL there; so the pages show what was published before an upgrade.
    """
    absent = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return f"(select * from {table} union all by name select {absent} where false)"


def exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Tell whether the build holds a table."""
    sql = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    with connection.cursor() as cursor:
        return cursor.execute(sql, [schema, table]).fetchone() is not None


def indicator_facts(where: str, *more: str) -> str:
    """Return both families of figures in one shape, each filtered before they are joined up.

    ``where`` may say ``fact`` for the table; its parameters are needed once per table of ``FACTS``.
    ``more`` are columns beside those that a page always needs.
    """
    others = "".join(f"fact.{name}, " for name in more)
    return " union all ".join(
        f"""
        select
            {others}fact.indicator_id,
            fact.measure_id,
            fact.entity_id,
            fact.period_start,
            fact.numerator,
            fact.denominator,
            fact.value,
            fact.value_low,
            fact.value_high,
            fact.observation_count,
            fact.reason_code
        from {table} as fact
        where {where}
        """
        for table in FACTS
    )


def measure_filter(measures: Sequence[Measure]) -> tuple[str, list[str]]:
    """Return the predicate that picks measures out of a table ``fact``, and its parameters.

    The plain list of indicators comes first, because DuckDB can skip whole blocks by it.
    """
    if not measures:
        return "false", []
    indicators = sorted({measure.indicator_id for measure in measures})
    each = " or ".join(
        "(fact.indicator_id = ? and fact.measure_id = ? and fact.currency_code = ?)"
        for _ in measures
    )
    sql = f"fact.indicator_id in ({', '.join('?' for _ in indicators)}) and ({each})"
    parameters = [*indicators]
    for measure in measures:
        parameters += [measure.indicator_id, measure.measure_id, measure.currency]
    return sql, parameters


# The parts of one kind that an entity has: with somebody who was in both on a day of the period.
PART = """
            select distinct inner_entity.entity_type, inner_entity.entity_id
            from core.bridge_org_entity as outer_entity
            join core.bridge_org_entity as inner_entity
                on outer_entity.org_key = inner_entity.org_key
            join core.dim_org_version as version on outer_entity.org_key = version.org_key
            where outer_entity.entity_type = ?
                and outer_entity.entity_id = ?
                and inner_entity.entity_type = ?
                and inner_entity.entity_id <> '(unassigned)'
                and version.valid_from <= ?
                and version.valid_to > ?"""


def part_of(entity: Entity, level: str, period: Period) -> list[Any]:
    """Return what ``PART`` is asked with."""
    return [entity.entity_type, entity.entity_id, level, period.end, period.start]
