"""Publish a build: copy the marts into a fresh file, hash them, and swap the pointer.

A reader sees a whole old build or a whole new one: the new file is written under a hidden name, its
folder is renamed into place, the chain gets its entry, and only then ``current.json`` is replaced.
Nothing is ever changed after that. Private notes, where they are wanted, go into a store of their
own and never into the published file.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from halftime import chain, history
from halftime.config import Config, Privacy
from halftime.errors import DataError
from halftime.hashing import content_hash, file_sha256, quote
from halftime.home import (
    Home,
    machine_errors,
    sync_folder,
    to_json,
    utc_now,
    write_atomically,
)
from halftime.privacy import council, notes
from halftime.privacy.fresh import write_apart
from halftime.provenance import build_code
from quality.load import RULE_TABLES, load_rule_tables
from quality.results import connection_settings

PUBLISHED_SCHEMAS = (
    "core",
    "indicators",
    "leading",
    "lagging",
    "coaching",
    "pipeline",
    "quality",
    "reference",
)
# Pages ask for one entity and grain at a time: sorted so, DuckDB skips nearly all blocks of a scan.
SORTED_TABLES = ("fct_leading_indicator", "fct_lagging_indicator")
READ_ORDER = (
    "order by entity_type, period_grain, entity_id, indicator_id, measure_id, period_start, "
    "dimension, member, currency_code"
)


@dataclass(frozen=True)
class Publication:
    """What was published: its id, the database file, and the manifest as written."""

    build_id: str
    database: Path
    manifest: dict[str, Any]


def publish(
    home: Home,
    build_id: str,
    config: Config,
    *,
    dbt_manifest: Path,
    verdict: str,
    started_at: dt.datetime,
    inputs: dict[str, Any],
    progress: Callable[[int, int, str], None] | None = None,
) -> Publication:
    """Copy the marts of the warehouse into ``published/<build_id>/`` and serve that build.

    ``verdict`` is 'passed' or 'warnings'; ``inputs`` are the variables and the last load of the
    build, from which it can be made again. Raises :class:`MachineError` when disk or rights
    forbid it; the build served before stays served then. A build that was published before is
    served again as it is.
    """
    staging = home.published / f".{build_id}"
    final = home.published / build_id
    with machine_errors("write the published build"):
        for half_written in home.published.glob(".*Z-*"):  # left by a process that was killed
            shutil.rmtree(half_written, ignore_errors=True)
        if final.is_dir():
            manifest = json.loads((final / "manifest.json").read_text(encoding="utf-8"))
            history.adopt(home)
            write_atomically(home.current_file, to_json(pointer(manifest)))
            notes.keep_only(home, _store_of(build_id, config))
            return Publication(build_id, final / "marts.duckdb", manifest)
        history.adopt(home)
        previous, head = history.state_of(chain.entries(home)).last, chain.head(home)
        staging.mkdir(parents=True)
        try:
            tables = _copy_marts(home, build_id, staging, dbt_manifest, config.privacy, progress)
            manifest = {
                **_manifest(home, build_id, config, staging, tables, verdict, started_at, inputs),
                "chain": _chain_block(previous, head),
            }
            write_atomically(staging / "manifest.json", to_json(manifest))
            if config.privacy.notes_days is not None:
                notes.write_store(home, build_id, config.privacy.notes_days)
            for path in staging.iterdir():
                path.chmod(0o444)
            sync_folder(staging)
            staging.rename(final)
            sync_folder(home.published)
            history.record_published(home, build_id, previous)
            write_atomically(home.current_file, to_json(pointer(manifest)))
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            if not final.is_dir():  # else the next publication serves it, with its notes
                notes.remove(home, build_id)
            raise
        notes.keep_only(home, _store_of(build_id, config))
    return Publication(build_id=build_id, database=final / "marts.duckdb", manifest=manifest)


def _store_of(build_id: str, config: Config) -> str | None:
    """Return the build whose notes are kept: the one that is served, where they are wanted."""
    return build_id if config.privacy.notes_days is not None else None


def published_relations(dbt_manifest: Path) -> list[tuple[str, str]]:
    """Return (schema, table) of every model and seed that belongs in a published file, sorted.

    Read from dbt's manifest, so that a table left behind by a deleted model is not published.
    """
    nodes = json.loads(dbt_manifest.read_text(encoding="utf-8"))["nodes"].values()
    return sorted(
        (node["schema"], node.get("alias") or node["name"])
        for node in nodes
        if node["resource_type"] in ("model", "seed")
        and node["schema"] in PUBLISHED_SCHEMAS
        and node["config"].get("materialized") != "ephemeral"
    )


def _copy_marts(
    home: Home,
    build_id: str,
    folder: Path,
    dbt_manifest: Path,
    privacy: Privacy,
    progress: Callable[[int, int, str], None] | None,
) -> dict[str, dict[str, Any]]:
    relations = published_relations(dbt_manifest)
    tables: dict[str, dict[str, Any]] = {}
    settings = {**connection_settings(), "preserve_insertion_order": True}
    with duckdb.connect(str(folder / "marts.duckdb"), config=settings) as con:
        con.execute(f"set temp_directory = '{str(home.temporary).replace(chr(39), chr(39) * 2)}'")
        con.execute("set TimeZone = 'UTC'")
        con.execute(
            f"attach '{str(home.warehouse).replace(chr(39), chr(39) * 2)}' as warehouse (read_only)"
        )
        for schema in PUBLISHED_SCHEMAS:
            con.execute(f"create schema if not exists {quote(schema)}")
        if privacy.is_council:
            council.prepare(con, home, privacy)
        for done, (schema, table) in enumerate(relations, start=1):
            name = f"{quote(schema)}.{quote(table)}"
            order = READ_ORDER if table in SORTED_TABLES else ""
            query = f"select * from warehouse.{name}"
            if privacy.is_council:
                query = council.select(con, schema, table, f"warehouse.{name}")
            con.execute(f"create table {name} as {query} {order}")
            if progress:
                progress(done, len(relations), f"{schema}.{table}")
        _copy_rules(con, home.build_folder(build_id) / "rules", privacy)
        con.execute("detach warehouse")
        for schema, table in [*relations, *(("quality", name) for name in RULE_TABLES)]:
            rows, digest = content_hash(con, schema, table)
            tables[f"{schema}.{table}"] = {"rows": rows, "content_hash": digest}
        con.execute("checkpoint")
    if privacy.is_council:
        write_apart(folder / "marts.duckdb")
    return tables


def _copy_rules(con: duckdb.DuckDBPyConnection, folder: Path, privacy: Privacy) -> None:
    """Load the tables about rules; what a council may not see never touches the published file."""
    if not privacy.is_council:
        load_rule_tables(con, folder)
        return
    con.execute("attach ':memory:' as rules")
    con.execute("use rules")
    load_rule_tables(con, folder)
    con.execute("use marts")
    for table in RULE_TABLES:
        query = council.select(con, "quality", table, f"rules.quality.{table}")
        con.execute(f"create table marts.quality.{table} as {query}")
    con.execute("detach rules")


def _warehouse_rows(home: Home) -> dict[str, int]:
    """Count the rows of core tables, so that the next run can tell a loss though none are shown."""
    with duckdb.connect(str(home.warehouse), read_only=True, config=connection_settings()) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'core' order by 1"
        ).fetchall()
        counts = {
            f"core.{table}": con.execute(f"select count(*) from core.{quote(table)}").fetchone()
            for (table,) in tables
        }
    return {name: int(row[0]) for name, row in counts.items() if row}


def _manifest(
    home: Home,
    build_id: str,
    config: Config,
    folder: Path,
    tables: dict[str, dict[str, Any]],
    verdict: str,
    started_at: dt.datetime,
    inputs: dict[str, Any],
) -> dict[str, Any]:
    database = folder / "marts.duckdb"
    with duckdb.connect(str(database), read_only=True) as con:
        clock = con.execute(
            "select as_of_date, data_through_date, loaded_until from core.dim_clock"
        ).fetchone()
    if clock is None or clock[0] is None:
        raise DataError(
            "There is nothing to publish: no source holds a dated row.",
            hint="Check the landing folder and 'sources' in the configuration.",
        )
    return {
        "build_id": build_id,
        "company": config.company,
        "started_at": started_at.isoformat(),
        "published_at": utc_now().isoformat(),
        "as_of": clock[0].isoformat(),
        "data_through": clock[1].isoformat() if clock[1] else None,
        "loaded_until": clock[2],
        "verdict": verdict,
        "database": f"{build_id}/marts.duckdb",
        "files": {
            "marts.duckdb": {"bytes": database.stat().st_size, "sha256": file_sha256(database)}
        },
        "tables": tables,
        "configuration": config.fingerprint,
        "privacy": config.privacy.to_dict(),
        **({"warehouse_rows": _warehouse_rows(home)} if config.privacy.is_council else {}),
        "inputs": inputs,
        "code": build_code(),
    }


def _chain_block(previous: history.Known | None, head: str) -> dict[str, Any]:
    """Return what a manifest says of the build before it and of the chain as it was then."""
    return {
        "previous_build_id": previous.build_id if previous else None,
        "previous_manifest_sha256": previous.manifest_sha256 if previous else None,
        "head": head,
    }


def pointer(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what ``current.json`` says of a build: a part of its manifest."""
    keys = ("build_id", "database", "published_at", "as_of", "data_through", "verdict", "company")
    privacy = manifest.get("privacy", {"profile": "standard"})  # builds of before have none
    return {**{key: manifest[key] for key in keys}, "privacy": privacy}
