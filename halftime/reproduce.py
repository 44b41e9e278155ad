"""Make an earlier build again in a scratch warehouse and compare the content of its tables.

Design: with the same code, seeds, settings and clocks, what had been landed by then gives the same
content hashes. The served build and the warehouse are only read.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from halftime.config import Privacy
from halftime.console import Reporter
from halftime.contracts import load_contracts
from halftime.dbt import dbt_session
from halftime.errors import DataError, UsageError
from halftime.hashing import content_hash, quote
from halftime.home import PROJECT_ROOT, Home, machine_errors
from halftime.landing.store import ensure_raw_tables
from halftime.privacy import council
from halftime.privacy.retention import expired_since
from halftime.provenance import build_code, code_differences
from quality.load import RULE_TABLES
from quality.results import connection_settings, literal

# Written by the rules after the models; a reproduction builds the models only.
_RULE_TABLES = frozenset(f"quality.{name}" for name in RULE_TABLES)


@dataclass(frozen=True)
class Reproduction:
    """Which tables (``schema.table``) came out equal and which did not.

    ``code_differences`` says in what the code of now is other than the build's; with other code
    tables may differ. ``expired_rows`` are the rows that the build read and that were removed since
    because of their age: without them tables do differ.
    """

    build_id: str
    last_load_id: int
    equal: tuple[str, ...]
    different: tuple[str, ...]
    built_with: dict[str, Any]
    made_again_with: dict[str, Any]
    code_differences: tuple[str, ...]
    expired_rows: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        return {
            "build_id": self.build_id,
            "last_load_id": self.last_load_id,
            "equal": list(self.equal),
            "different": list(self.different),
            "expired_rows": self.expired_rows,
            "code": {
                "same": not self.code_differences,
                "differences": list(self.code_differences),
                "built_with": self.built_with,
                "made_again_with": self.made_again_with,
            },
        }


def read_manifest(home: Home, build_id: str | None) -> dict[str, Any]:
    """Return the manifest of a published build, the served one if none is named.

    Raises :class:`UsageError` if there is no such build or it does not say what it was made of.
    """
    current = home.current()
    name = build_id or (current or {}).get("build_id")
    if name is None:
        raise UsageError(f"Nothing is published in {home.root}.", hint="Begin with 'halftime run'.")
    path = home.published / name / "manifest.json"
    if not path.is_file():
        known = ", ".join(sorted(item.parent.name for item in home.published.glob("2*/*.json")))
        raise UsageError(f"There is no published build {name}.", hint=f"Published: {known}.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if "inputs" not in manifest:
        raise UsageError(
            f"The build {name} does not say which settings and loads it was made of.",
            hint="It was published by an older Halftime; only later builds can be reproduced.",
        )
    return manifest


def reproduce(home: Home, build_id: str | None, reporter: Reporter) -> Reproduction:
    """Build what was known at a build's clocks again and compare table by table.

    Raises :class:`DataError` if a model fails. The scratch folder is removed in any case.
    """
    manifest = read_manifest(home, build_id)
    inputs = manifest["inputs"]
    with (
        machine_errors("write the scratch warehouse"),
        tempfile.TemporaryDirectory(prefix="reproduce-", dir=home.temporary) as folder,
    ):
        scratch = Home(Path(folder), home.lock_descriptor)
        scratch.create()
        with reporter.step("Copying what was landed"):
            copy_raw(home.warehouse, scratch.warehouse, int(inputs["last_load_id"]))
        with duckdb.connect(str(scratch.warehouse), config=connection_settings()) as con:
            expired = sum(rows for _, _, rows, _ in expired_since(con, manifest["started_at"]))
        with dbt_session(scratch) as dbt, reporter.step("Building models") as tick:
            done = dbt.run(
                "run",
                [
                    *("build", "--exclude-resource-type", "test"),
                    *("--exclude-resource-type", "unit_test"),
                ],
                variables=inputs["variables"],
                folder=scratch.root,
                progress=tick,
            )
        if broken := done.broken():
            raise DataError(
                f"{len(broken)} models failed; first {broken[0]['unique_id']}.",
                hint="The code may no longer fit what was landed then.",
            )
        if manifest.get("privacy", {}).get("profile") == "council":
            compared = _compare_withheld(home, scratch, manifest)
        else:
            compared = _compare(scratch.warehouse, manifest)
        return replace(compared, expired_rows=expired)


def copy_raw(warehouse: Path, target: Path, last_load_id: int) -> None:
    """Copy the raw schema as it was after one load into a fresh database."""
    with duckdb.connect(str(target), config=connection_settings()) as con:
        con.execute(f"attach '{str(warehouse).replace(chr(39), chr(39) * 2)}' as w (read_only)")
        con.execute("create schema raw")
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where database_name = 'w' "
            "and schema_name = 'raw' and column_name in ('load_id', '_load_id') order by 1"
        ).fetchall()
        for table, column in columns:
            con.execute(
                f"create table raw.{quote(table)} as select * from w.raw.{quote(table)} "
                f"where {column} <= {last_load_id}"
            )
        con.execute("detach w")
        # What an older Halftime did not write yet is there, and empty.
        ensure_raw_tables(con, load_contracts(PROJECT_ROOT).values())


def _compare_withheld(home: Home, scratch: Home, manifest: dict[str, Any]) -> Reproduction:
    """Compare what a council's build shows of the tables, with the pseudonyms of this home."""
    privacy = Privacy(**manifest["privacy"])
    shown = scratch.root / "shown.duckdb"
    with duckdb.connect(str(shown), config=connection_settings()) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach {literal(scratch.warehouse)} as warehouse (read_only)")
        council.prepare(con, scratch, privacy, keys=home)
        for name in manifest["tables"]:
            schema, table = name.split(".", 1)
            if name in _RULE_TABLES or not _is_built(con, schema, table):
                continue
            con.execute(f"create schema if not exists {quote(schema)}")
            query = council.select(con, schema, table, f"warehouse.{quote(schema)}.{quote(table)}")
            con.execute(f"create table {quote(schema)}.{quote(table)} as {query}")
    return _compare(shown, manifest)


def _is_built(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "select count(*) from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return bool(found and found[0])


def _compare(warehouse: Path, manifest: dict[str, Any]) -> Reproduction:
    equal: list[str] = []
    different: list[str] = []
    with duckdb.connect(str(warehouse), read_only=True, config=connection_settings()) as con:
        con.execute("set TimeZone = 'UTC'")
        for name, wanted in sorted(manifest["tables"].items()):
            if name in _RULE_TABLES:
                continue
            schema, table = name.split(".", 1)
            try:
                rows, digest = content_hash(con, schema, table)
            except duckdb.CatalogException:
                rows, digest = 0, ""
            same = {"rows": rows, "content_hash": digest} == wanted
            (equal if same else different).append(name)
    built_with, here = manifest.get("code") or {}, build_code()
    return Reproduction(
        build_id=manifest["build_id"],
        last_load_id=int(manifest["inputs"]["last_load_id"]),
        equal=tuple(equal),
        different=tuple(different),
        built_with=built_with,
        made_again_with=here,
        code_differences=tuple(code_differences(built_with, here)),
    )
