"""What the page on operations asks of a published build: how fresh, how many rows, how filled.

The same questions are asked of the builds published before, so that a drift can be seen. None of
the answers tells of a person.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import frame
from dashboards.queries.scope import Scope

# As in rule raw.object.fresh: no contract says when its source delivers.
LATE_DAYS, LEAST_ROWS = 31, 20


def sources(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row per source system: how old its news is on the as-of date.

    Columns: source_system, latest_event_date, days_behind (of its newest object; NULL without any
    date), object_count, dated_count (objects in use: at least 20 rows, with dates), late_count
    (those of them that have been silent for more than 31 days), row_count, landed_at.
    """
    seen = see.anyone(scope)
    in_use = f"days_behind is not null and accepted_rows >= {LEAST_ROWS}"
    sql = f"""
        select
            source_system,
            max(latest_event_date) as latest_event_date,
            min(days_behind) as days_behind,
            count(*) as object_count,
            count(*) filter (where {in_use}) as dated_count,
            count(*) filter (where {in_use} and days_behind > {LATE_DAYS}) as late_count,
            cast(sum(accepted_rows) as bigint) as row_count,
            max(landed_at) as landed_at
        from quality.freshness
        where {seen.sql}
        group by source_system
        order by source_system
    """
    return frame(connection, sql, seen.parameters)


def expectation(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the rule on freshness as the build carries it: rule_id, sentence, rationale."""
    seen = see.anyone(scope)
    sql = f"""
        select rule_id, sentence, rationale
        from quality.rule
        where rule_id = 'raw.object.fresh' and {seen.sql}
    """
    return frame(connection, sql, seen.parameters)


def volume(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (source_system, object, row_count): rows in force by the ledger."""
    seen = see.anyone(scope)
    sql = f"""
        select source_system, object, cast(sum(accepted_rows) as bigint) as row_count
        from quality.ledger
        where {seen.sql}
        group by source_system, object
        order by source_system, object
    """
    return frame(connection, sql, seen.parameters)


def filled(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return how many cells are empty: source_system, table_name, column_name, row_count,
    null_count of each column of the core tables that say which source a row came from.
    """
    seen = see.anyone(scope)
    names = frame(
        connection,
        f"""
        select table_name, list(column_name order by column_index) as names
        from duckdb_columns()
        where schema_name = 'core'
            and table_name in (
                select table_name from duckdb_columns()
                where schema_name = 'core' and column_name = 'source_system'
            )
            and not starts_with(column_name, '_')
            and column_name <> 'source_system'
            and {seen.sql}
        group by table_name
        order by table_name
        """,
        seen.parameters,
    )
    if names.empty:
        return pd.DataFrame(columns=_FILLED)
    parts = [_empty_cells(table, list(columns)) for table, columns in names.itertuples(index=False)]
    sql = f"""
        with counted as (
            {" union all ".join(parts)}
        )

        select {", ".join(_FILLED)} from counted
        where row_count > 0 and {seen.sql}
        order by source_system, table_name, column_name
    """
    return frame(connection, sql, seen.parameters)


_FILLED = ["source_system", "table_name", "column_name", "row_count", "null_count"]


def _empty_cells(table: str, columns: list[str]) -> str:
    """Return a select that counts the empty cells of each column in one scan of a table."""
    told = ", ".join(f"'{name}'" for name in columns)
    counts = ", ".join(f'count(*) - count("{name}")' for name in columns)
    return f"""
            select
                source_system,
                '{table}' as table_name,
                unnest([{told}]) as column_name,
                row_count,
                unnest(counts) as null_count
            from (
                select source_system, count(*) as row_count, [{counts}] as counts
                from core.{table}
                where source_system is not null
                group by source_system
            ) as grouped
    """
