"""What the definitions of a build lead to: their versions, and the models that make them."""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import exists, frame
from dashboards.queries.scope import Scope

_MAKES = "kind = 'model' and sql like '%''' || ? || ''' as indicator_id%'"


def definition_changes(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (indicator_id, version, changed_on, change, reason), the latest version first."""
    seen = see.anyone(scope)
    sql = f"""
        select indicator_id, version, changed_on, change, reason
        from reference.indicator_changes
        where {seen.sql}
        order by indicator_id, version desc
    """
    return frame(connection, sql, seen.parameters)


def models_of(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, indicator_id: str
) -> pd.DataFrame:
    """Return (table_name, description, sql) of the models that make an indicator, as they ran.

    None in a council's build, which publishes no SQL of models.
    """
    seen = see.anyone(scope)
    if not exists(connection, "quality", "model"):
        return pd.DataFrame(columns=["table_name", "description", "sql"])
    sql = f"""
        select table_name, description, sql
        from quality.model
        where {_MAKES} and {seen.sql}
        order by table_name
    """
    return frame(connection, sql, [indicator_id, *seen.parameters])


def lineage(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, indicator_id: str
) -> pd.DataFrame:
    """Return (child, parent): what the models of an indicator read, and so on down to the core."""
    seen = see.anyone(scope)
    if not exists(connection, "quality", "model"):
        return pd.DataFrame(columns=["child", "parent"])
    sql = f"""
        with recursive link as (
            select table_name as child, unnest(string_split(reads, ', ')) as parent
            from quality.model
            where reads <> ''
        ),

        above as (
            select link.child, link.parent, 1 as depth
            from link
            where link.child in (select table_name from quality.model where {_MAKES})

            union

            select link.child, link.parent, above.depth + 1
            from link
            inner join above on link.child = above.parent
            where
                not starts_with(above.parent, 'core.')
                and not starts_with(above.parent, 'reference.')
                and above.depth < 12
        )

        select child, parent
        from above
        where {seen.sql}
        group by child, parent
        order by min(depth), child, parent
    """
    return frame(connection, sql, [indicator_id, *seen.parameters])
