"""Who may know whom, read from the code: quality/ only reads, no SQL file knows of a page.

The other arrows need dbt's manifest: tests/integration/test_architecture.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.access.pages import PLACES

ROOT = Path(__file__).resolve().parents[2]
# Publishing hands it the file that is being written, and no rule knows of that connection.
WRITES_WHAT_IT_IS_GIVEN = {"quality/load.py"}
WRITES = re.compile(
    r"(?is)\b(?:insert\s+into|update|delete\s+from|create\s+(?:or\s+replace\s+)?(?:table|view)"
    r"|(?:drop|alter|truncate)\s+(?:table|view|schema))\s+(?:if\s+(?:not\s+)?exists\s+)?"
    r"[a-z_\"{}]+\s*\."
)


def open_for_writing(source: str) -> Iterator[str]:
    """Yield each place of a Python file where a database could be opened or changed."""
    nodes = list(ast.walk(ast.parse(source)))
    parts = {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "duckdb.connect":
            settings = {word.arg: ast.unparse(word.value) for word in node.keywords}
            in_memory = not node.args or ast.unparse(node.args[0]) == "':memory:'"
            if not in_memory and settings.get("read_only") != "True":
                yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Dict):  # what SQLAlchemy passes on to DuckDB
            for key, value in zip(node.keys, node.values, strict=True):
                is_meant = key is not None and ast.unparse(key) == "'connect_args'"
                if is_meant and "'read_only': True" not in ast.unparse(value):
                    yield f"line {node.lineno}: {ast.unparse(value)}"
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in parts:
            text = ast.unparse(node)
            if re.search(r"(?i)\battach\s+\W", text) and "read_only" not in text.lower():
                yield f"line {node.lineno}: {text}"
            if WRITES.search(text):
                yield f"line {node.lineno}: {text}"


def test_quality_reads_everything_and_changes_nothing() -> None:
    found = {
        name: places
        for path in sorted((ROOT / "quality").rglob("*.py"))
        if (places := list(open_for_writing(path.read_text(encoding="utf-8"))))
        and (name := str(path.relative_to(ROOT)))
    }
    assert set(found) == WRITES_WHAT_IT_IS_GIVEN, found


@pytest.mark.parametrize(
    "source",
    [
        "duckdb.connect(str(warehouse))",
        "duckdb.connect(str(warehouse), read_only=False)",
        "duckdb.connect(path, config=settings)",
        "add(kwargs={'connect_args': {'config': settings}})",
        "con.execute(f\"attach '{warehouse}' as warehouse\")",
        "con.execute('insert into core.dim_person values (1)')",
        "con.execute(f'create or replace table quality.{name} as select 1')",
        "con.execute('delete from raw.x')",
        "con.execute('drop table if exists core.dim_person')",
    ],
)
def test_what_could_write_is_seen(source: str) -> None:
    assert list(open_for_writing(source))


@pytest.mark.parametrize(
    "source",
    [
        "duckdb.connect(':memory:')",
        "duckdb.connect(str(warehouse), read_only=True, config=settings)",
        "add(kwargs={'connect_args': {'read_only': True, 'config': settings}})",
        "con.execute(f\"attach '{warehouse}' as warehouse (read_only)\")",
        "con.execute('create or replace temporary table rule_failure (key varchar)')",
        "con.execute('insert into rule_failure values (1)')",
        "'The update. Of the table'",
    ],
)
def test_what_only_reads_passes(source: str) -> None:
    assert not list(open_for_writing(source))


def page_words() -> re.Pattern[str]:
    """Return what SQL would say if it knew of a page: its file, its title, or what shows it."""
    titles = [place.title for place in PLACES]
    stems = [path.stem for path in (ROOT / "dashboards" / "views").glob("[a-z]*.py")]
    assert len(titles) == len(stems) > 2
    # One word such as 'coaching' is also a schema and a subject: only longer names are telling.
    names = [re.escape(name) for name in (*titles, *stems) if re.search(r"[ _]", name)]
    return re.compile(rf"(?i)\b(?:pages?|dashboards?|streamlit|views/\w+|{'|'.join(names)})\b")


def test_no_sql_file_knows_of_a_page() -> None:
    word = page_words()
    knowing = {
        str(path.relative_to(ROOT)): found
        for folder in ("models", "macros", "tests/dbt")
        for path in sorted((ROOT / folder).rglob("*.sql"))
        for text in [path.read_text(encoding="utf-8")]
        # The first comment of a test names its risk, and that may be what a reader sees.
        if (found := word.findall(re.sub(r"--.*", "", text) if folder == "tests/dbt" else text))
    }
    assert knowing == {}


@pytest.mark.parametrize(
    "text", ["-- for the dashboard", "-- What This week asks", "data_and_definitions", "a page"]
)
def test_a_page_in_sql_is_seen(text: str) -> None:
    assert page_words().search(text)
