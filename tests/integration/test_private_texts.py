"""No free text about people leaves the warehouse: not into a published file, log or result.

Every private text of the sample company is a canary. Which columns are private the contracts say,
so a new one is covered as soon as the sample has a value for it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

from halftime.contracts import load_contracts

Cli = Callable[..., subprocess.CompletedProcess[str]]
WORDS = 4  # so many words in a row are a sentence of somebody's, and no label


def shingles(texts: Iterable[str]) -> Iterator[str]:
    """Yield each run of four words; of a shorter text nothing."""
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        for place in range(len(words) - WORDS + 1):
            yield " ".join(words[place : place + WORDS])


@pytest.fixture(scope="module")
def private(project_root: Path, sample_folder: Path, sample_home: Path) -> dict[str, set[str]]:
    """Runs of words of the private texts, by column.

    Those of the project's own seeds are no secret, and neither are those of the configuration, as
    the answers that a survey offers.
    """
    known = [*(project_root / "seeds").glob("*.csv"), sample_folder / "halftime.yml"]
    ours = set(
        shingles(line for path in known for line in path.read_text(encoding="utf-8").splitlines())
    )
    found = {}
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        for contract in load_contracts(project_root).values():
            for column in contract.columns:
                if column.private and column.kind == "text":
                    rows = con.execute(
                        f'select distinct "{column.raw_name}" from raw."{contract.table}"'
                        f' where "{column.raw_name}" is not null'
                    ).fetchall()
                    texts = set(shingles(text for (text,) in rows)) - ours
                    if texts:
                        found[f"{contract.table}.{column.name}"] = texts
    return found


def test_the_sample_has_private_texts_of_many_columns(private: dict[str, set[str]]) -> None:
    assert len(private) >= 10
    assert {"coaching_log__session.notes", "coaching_log__action.description"} <= set(private)


def leaks(private: dict[str, set[str]], texts: Iterable[str]) -> dict[str, str]:
    seen = set(shingles(texts))
    return {name: min(runs & seen) for name, runs in private.items() if runs & seen}


def test_no_private_text_is_published(private: dict[str, set[str]], sample_home: Path) -> None:
    found = {}
    (database,) = sample_home.glob("published/*/marts.duckdb")
    with duckdb.connect(str(database), read_only=True) as con:
        columns = con.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where data_type = 'VARCHAR'"
        ).fetchall()
        for schema, table, column in columns:
            rows = con.execute(
                f'select distinct "{column}" from "{schema}"."{table}" where "{column}" is not null'
            ).fetchall()
            if here := leaks(private, (text for (text,) in rows)):
                found[f"{schema}.{table}.{column}"] = here
    assert len(columns) > 100
    assert found == {}


def search(
    private: dict[str, set[str]], folder: Path
) -> tuple[dict[str, dict[str, str]], set[str]]:
    """Return what leaks by file, and the kinds of files that were looked at."""
    found, looked_at = {}, set()
    with duckdb.connect(":memory:") as con:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.suffix == ".duckdb":
                continue
            looked_at.add(path.suffix)
            if path.suffix == ".parquet":
                rows = con.execute("from read_parquet(?)", [str(path)]).fetchall()
                texts = [value for row in rows for value in row if isinstance(value, str)]
            else:
                texts = path.read_bytes().decode("utf-8", "replace").splitlines()
            if here := leaks(private, texts):
                found[str(path.relative_to(folder))] = here
    return found, looked_at


def test_no_private_text_stands_in_a_log_or_result(
    private: dict[str, set[str]], sample_home: Path
) -> None:
    found, looked_at = search(private, sample_home)
    assert looked_at >= {".parquet", ".log", ".json"}
    assert found == {}


def test_no_private_text_stands_in_a_pack_or_in_what_a_command_prints(
    private: dict[str, set[str]], sample_home: Path, cli: Cli, tmp_path: Path
) -> None:
    """Pages read the published file only (test_architecture), so that these are all ways out."""
    home = ("--home", str(sample_home))
    cli("evidence", "--out", str(tmp_path / "pack"), *home)
    said = [
        cli(*words, *home).stdout
        for words in [
            ("status",),
            ("rules", "--all", "--json"),
            *(("trace", f"{indicator}@company", "--json") for indicator in ("CO-01", "PI-11")),
        ]
    ]
    (tmp_path / "said.txt").write_text("\n".join(said), encoding="utf-8")
    found, looked_at = search(private, tmp_path)
    assert looked_at >= {".html", ".json", ".csv", ".txt"}
    assert found == {}
