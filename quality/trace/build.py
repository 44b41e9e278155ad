"""The build that a trace reads, and whether the warehouse still holds it; both read-only.

Everything is attached to a database in memory: what a trace makes for itself is gone when it ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from halftime.errors import UsageError
from halftime.hashing import content_hash
from halftime.home import Home, is_file_in_use, machine_errors
from halftime.reproduce import read_manifest

_FIGURES = """
create temp view figure as
select * from build."leading".fct_leading_indicator
union all
select * from build.lagging.fct_lagging_indicator
"""
#: Tables by which the warehouse is known to hold a build: its clock and what everything rests on.
_WITNESSES = ("dim_clock", "dim_person", "fct_opportunity", "fct_coaching_session", "fct_quota")


@dataclass(frozen=True)
class OpenBuild:
    """One published build, attached as ``build``; the warehouse as ``warehouse`` if it holds it.

    ``absent`` says why there is no warehouse, or is empty.
    """

    home: Home
    manifest: dict[str, Any]
    con: duckdb.DuckDBPyConnection
    absent: str

    @property
    def build_id(self) -> str:
        """The build's id."""
        return str(self.manifest["build_id"])

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement and return its rows by column name."""
        found = self.con.execute(sql, parameters or [])
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextlib.contextmanager
def open_build(home: Home, build_id: str | None) -> Iterator[OpenBuild]:
    """Attach a published build (the served one by default) and, if it holds it, the warehouse.

    Raises :class:`UsageError` if there is no such build.
    """
    manifest = read_manifest(home, build_id)
    database = home.published / manifest["database"]
    if not database.is_file():
        raise UsageError(f"The file of build {manifest['build_id']} is gone: {database}.")
    with machine_errors("read the published build"), duckdb.connect(":memory:") as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach '{_literal(str(database))}' as build (read_only)")
        con.execute(_FIGURES)
        yield OpenBuild(home, manifest, con, _attach_warehouse(con, home, manifest))


def _attach_warehouse(con: duckdb.DuckDBPyConnection, home: Home, manifest: dict[str, Any]) -> str:
    """Attach the warehouse if its core is this build's; else say why not."""
    if not home.warehouse.is_file():
        return "there is no warehouse in this home"
    newest = _newest_run(home)
    if newest not in (None, manifest["build_id"]):
        return f"the warehouse has since been built again ({newest})"
    try:
        con.execute(f"attach '{_literal(str(home.warehouse))}' as warehouse (read_only)")
    except duckdb.Error as error:
        if is_file_in_use(str(error)):
            return "another process has the warehouse open"
        raise
    con.execute("use warehouse")
    try:
        for table in _WITNESSES:
            wanted = manifest["tables"].get(f"core.{table}")
            rows, digest = content_hash(con, "core", table)
            if wanted != {"rows": rows, "content_hash": digest}:
                return f"the warehouse holds another content of core.{table}"
    except duckdb.CatalogException:
        return "the warehouse lacks tables of this build"
    finally:
        con.execute("use memory")
    return ""


def _newest_run(home: Home) -> str | None:
    """Return the newest build of which models were run, published or not."""
    ran = [path.parent.parent.name for path in home.builds.glob("*/dbt/run")]
    return max(ran, default=None)


def _literal(text: str) -> str:
    return text.replace("'", "''")
