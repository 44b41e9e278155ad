"""A database that is written anew holds the same, and was written by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from halftime import child
from halftime.errors import MachineError
from halftime.privacy.fresh import write_apart

TABLES = """
    create schema "leading";
    create schema core;
    create table "leading"."odd name" as
    select
        40000 - i as place,
        'text ' || i as words,
        cast(i / 7 as decimal(28, 6)) as amount,
        cast(i as hugeint) * 1e30::hugeint as huge,
        i / 3 as ratio,
        date '2026-01-01' + i::integer % 400 as day,
        timestamp '2026-01-01 10:00:00.123456' + to_seconds(i) as moment,
        i % 2 = 0 as is_even,
        case when i % 5 = 0 then null else 'x' end as maybe,
        [i, i + 1] as both
    from range(40000) as numbers (i);
    create table core.empty (id varchar, amount decimal(18, 2));
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(TABLES)
    path.chmod(0o640)
    return path


def content(path: Path) -> list[tuple]:
    """Return types and rows, as they stand in the file."""
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
        return [*columns, *con.execute('from "leading"."odd name"').fetchall()]


def test_types_rows_order_and_rights_stay(database: Path) -> None:
    before, inode = content(database), database.stat().st_ino
    write_apart(database)
    assert content(database) == before
    assert database.stat().st_ino != inode
    assert database.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in database.parent.iterdir()] == ["marts.duckdb"]


def free_blocks(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        row = con.execute("select free_blocks from pragma_database_size()").fetchone()
    assert row is not None
    return int(row[0])


def test_no_block_is_free(database: Path) -> None:
    """A free block keeps the bytes of what stood in it."""
    with duckdb.connect(str(database)) as con:
        con.execute("create table core.gone as select uuid() as who from range(200000)")
        con.execute("create table core.later as select uuid() as who from range(200000)")
        con.execute("drop table core.gone")
    assert free_blocks(database) > 0
    write_apart(database)
    assert free_blocks(database) == 0


def test_a_process_that_fails_leaves_the_database_and_says_why(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = database.read_bytes()
    command = child.command

    def starved(module: str, arguments: Sequence[str]) -> list[str]:
        return ["env", "HALFTIME_MEMORY_LIMIT=1MB", *command(module, arguments)]

    monkeypatch.setattr(child, "command", starved)
    with pytest.raises(MachineError, match=r"Could not write marts\.duckdb anew: ") as caught:
        write_apart(database)
    assert "Out of Memory" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == ["marts.duckdb"]
