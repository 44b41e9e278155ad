"""Write down all that is held about one person: raw rows, what was made of them, and history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from halftime.errors import UsageError
from halftime.hashing import quote
from halftime.home import Home, machine_errors, to_json, utc_now, write_atomically
from halftime.privacy import notes, reader_logs
from halftime.privacy.people import Known, published_files, read_directory
from halftime.privacy.pseudonyms import pseudonyms_of
from halftime.privacy.rewrite import Finder
from quality.results import connection_settings, literal


def write_subject(home: Home, person_id: str, out: Path) -> dict[str, Any]:
    """Write a CSV per table of warehouse, builds and notes, and ``subject.json`` as their list.

    The folder must be new or empty: nothing of another person may be mixed into the answer.
    """
    known = set(read_directory(home).of(person_id))
    known |= {Known("id", text) for text in pseudonyms_of(home, [person_id])}
    if out.is_dir() and any(out.iterdir()):
        raise UsageError(f"The folder {out} is not empty.", hint="Name a new folder with --out.")
    tables: list[dict[str, Any]] = []
    with machine_errors(f"write to {out}"):
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, path in (
            [("warehouse", home.warehouse)]
            + [(path.parent.name, path) for path in published_files(home)]
            + [(f"private-{path.parent.name}", path) for path in notes.stores(home)]
        ):
            tables += _export(name, path, known, out)
        report = {
            "person_id": person_id,
            "written_at": utc_now().isoformat(),
            "known_as": [
                {"kind": item.kind, "text": item.text, "system": item.system or None}
                for item in sorted(known, key=lambda item: (item.kind, item.system, item.text))
            ],
            "notes_read": reader_logs.notes_of(home, person_id),
            "pages_seen": reader_logs.seen_by(home, [person_id, *(item.text for item in known)]),
            "disputes": reader_logs.disputed_by_or_of(
                home, [person_id, *(item.text for item in known)]
            ),
            "rows": sum(table["rows"] for table in tables),
            "tables": tables,
        }
        write_atomically(out / "subject.json", to_json(report))
    return report


def _export(name: str, path: Path, known: set[Known], out: Path) -> list[dict[str, Any]]:
    done = []
    with duckdb.connect(str(path), read_only=True, config=connection_settings()) as con:
        con.execute("set TimeZone = 'UTC'")
        for schema, table in con.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall():
            relation = f"{quote(schema)}.{quote(table)}"
            columns = con.execute(
                "select column_name from information_schema.columns where table_schema = ?"
                " and table_name = ? and data_type = 'VARCHAR' order by ordinal_position",
                [schema, table],
            ).fetchall()
            test = _about([column for (column,) in columns], known)
            folder = out / name
            folder.mkdir(exist_ok=True)
            file = folder / f"{schema}.{table}.csv"
            (rows,) = con.execute(
                f"copy (select * from {relation} where {test}) to {literal(file)}"
                " (format csv, header)"
            ).fetchone() or (0,)
            if not rows:
                file.unlink()
                continue
            shown = str(file.relative_to(out))
            done.append({"in": name, "table": f"{schema}.{table}", "rows": rows, "file": shown})
    return done


def _about(columns: list[str], known: set[Known]) -> str:
    """Build the test of a row in which any of the texts stands, as a value or as whole words.

    To prepare a pattern takes longer than to search a small table, so that there is one per table;
    the word between two values keeps a name from being found across them.
    """
    if not columns:
        return "false"
    long = frozenset(item for item in known if item.stands_in_text)
    whole = sorted({item.text.lower() for item in known})
    listed = ", ".join(literal(text) for text in whole)
    tests = [f"lower({column}) in ({listed})" for column in map(quote, columns)]
    if long:
        pattern = rf"(?i)(^|[^\pL\pN])({'|'.join(Finder(long).parts)})($|[^\pL\pN])"
        whole_row = f"concat_ws(' / and / ', {', '.join(map(quote, columns))})"
        tests.append(f"regexp_matches({whole_row}, {literal(pattern)})")
    return f"coalesce({' or '.join(tests)}, false)"
