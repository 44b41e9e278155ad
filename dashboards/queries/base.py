"""What all queries share: how one is run, and the selection it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

# Both families of figures in one shape; DuckDB pushes the filters into both halves.
INDICATOR_FACTS = """(
    select 'leading' as timing, * from "leading".fct_leading_indicator
    union all by name
    select 'lagging' as timing, * from lagging.fct_lagging_indicator
)"""


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


def frame(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> pd.DataFrame:
    """Run one query on a cursor of its own and return its few rows."""
    with connection.cursor() as cursor:
        return cursor.execute(sql, list(parameters)).df()


def exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Tell whether the build holds a table."""
    sql = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    with connection.cursor() as cursor:
        return cursor.execute(sql, [schema, table]).fetchone() is not None
