"""Give a database file bytes that hold nothing but its rows.

DuckDB writes whole blocks of memory. What a process read or grouped before can stand between the
rows of a block that it writes afterwards: no query shows it, but it is in the file. So rows that
must not be accompanied by others go through Parquet, which holds values and nothing else, into a
file that a process writes which has never seen anything but them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from halftime import child
from halftime.errors import MachineError
from quality.results import connection_settings, literal

_PRIVATE = 0o600


def write_apart(database: Path) -> None:
    """Replace a database by one with the same tables, rows and order, written by a fresh process.

    No other process may have it open. Rights stay as they are. Raises :class:`MachineError` where
    the fresh process fails; the database stays as it was then.
    """
    settings = {**connection_settings(), "preserve_insertion_order": True}
    # Beside it, so that nothing leaves a folder that is its owner's alone.
    folder = Path(tempfile.mkdtemp(prefix=f".{database.name}-", dir=database.parent))
    try:
        with duckdb.connect(str(database), config=settings) as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute(f"export database {literal(folder / 'rows')} (format parquet)")
        done = subprocess.run(
            child.command(__name__, [str(folder)]), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            why = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
            raise MachineError(
                f"Could not write {database.name} anew: {why[-1]}",
                hint="Check disk and memory, then do the same again; nothing was lost.",
            )
        fresh = folder / "fresh.duckdb"
        fresh.chmod(database.stat().st_mode & 0o777)
        fresh.replace(database)
        database.with_name(database.name + ".wal").unlink(missing_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path) -> None:
    settings = {
        **connection_settings(),
        "preserve_insertion_order": True,
        "temp_directory": str(folder / "spill"),
    }
    path = folder / "fresh.duckdb"
    with duckdb.connect(str(path), config=settings) as con:
        path.chmod(_PRIVATE)
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"import database {literal(folder / 'rows')}")
        con.execute("checkpoint")


if __name__ == "__main__":
    try:
        _write(Path(sys.argv[1]))
    except duckdb.Error as error:
        sys.exit(str(error).splitlines()[0])
