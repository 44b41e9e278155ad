"""Every text by which a person is known, read from the warehouse and from what was published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from halftime.errors import UsageError
from halftime.home import Home, machine_errors
from quality.results import connection_settings

TOKEN = re.compile(r"[^\W_]+")
# A shorter text is found only where it is a whole value: 'Mar S.' would be found in "Mar's".
_SHORTEST_IN_TEXT = 5
_QUERIES = (
    ("core.dim_person", "select person_id, 'name', full_name, '' from core.dim_person"),
    ("core.dim_person", "select person_id, 'email', email, '' from core.dim_person"),
    (
        "core.bridge_person_identity",
        "select distinct person_id, how, alias, system from core.bridge_person_identity",
    ),
    (
        "intermediate.int_person_source",
        (
            "select m.person_id, k.kind, k.text, s.source_system"
            " from intermediate.int_person_source s"
            " inner join intermediate.int_person_matched m on s.source_system = m.source_system"
            " and s.source_person_id = m.source_person_id cross join lateral (values"
            " ('id', s.source_person_id), ('email', s.email_key), ('email', s.username_key),"
            " ('name', s.name_key)) k (kind, text)"
        ),
    ),
)


@dataclass(frozen=True)
class Known:
    """One text by which a person is known: its kind (id, email, name or map) and its system."""

    kind: str
    text: str
    system: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words of the text."""
        return words(self.text)

    @property
    def stands_in_text(self) -> bool:
        """Tell whether the text is long enough to be looked for within a longer one."""
        letters = sum(map(len, self.tokens))
        if self.text.isdigit():
            return letters > _SHORTEST_IN_TEXT
        return letters >= _SHORTEST_IN_TEXT and all(len(token) > 1 for token in self.tokens)


@dataclass
class Directory:
    """All persons of one home and their texts."""

    known: dict[str, set[Known]] = field(default_factory=dict)

    def of(self, person_id: str) -> set[Known]:
        """Return the texts of one person; raises :class:`UsageError` for one that is unknown."""
        if person_id not in self.known:
            raise UsageError(
                f"There is no person '{person_id}' in the warehouse or a published build.",
                hint="Ids stand in core.dim_person and in the address of the person's page.",
            )
        return self.known[person_id]

    def shared(self, persons: Iterable[str]) -> set[str]:
        """Return the texts of these persons, in lower case, that are also those of another."""
        wanted = set(persons)
        mine = {item.text.lower() for person in wanted for item in self.known.get(person, ())}
        others = {
            item.text.lower()
            for person, items in self.known.items()
            if person not in wanted
            for item in items
        }
        return mine & others


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text; an underscore parts them as a blank does."""
    return tuple(TOKEN.findall(text))


def plain(text: str) -> str:
    """Return a text without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def published_files(home: Home) -> list[Path]:
    """Return the database of every published build, oldest first."""
    return sorted(home.published.glob("[!.]*/marts.duckdb"))


def read_directory(home: Home, *, of_builds: bool = True) -> Directory:
    """Read who is known by which texts from the warehouse and, ``of_builds``, what is published."""
    directory = Directory()
    files = published_files(home) if of_builds else []
    files += [home.warehouse] if home.warehouse.is_file() else []
    for path in files:
        with (
            machine_errors(f"read {path.name}"),
            duckdb.connect(str(path), read_only=True, config=connection_settings()) as con,
        ):
            tables = {
                f"{schema}.{table}"
                for schema, table in con.execute(
                    "select table_schema, table_name from information_schema.tables"
                ).fetchall()
            }
            for table, sql in _QUERIES:
                if table in tables:
                    _add(directory, con.execute(sql).fetchall())
    return directory


def _add(directory: Directory, rows: list[tuple]) -> None:
    for person_id, kind, text, system in rows:
        if person_id is None or text is None or not str(text).strip():
            continue
        items = directory.known.setdefault(str(person_id), set())
        shown = str(text).strip()
        kind = "email" if "@" in shown else str(kind)
        items.add(Known(kind, shown, str(system or "")))
        bare = str(person_id).partition(":")
        items.add(Known("id", bare[2] or bare[0], bare[0] if bare[2] else ""))
        if kind != "id":
            items.add(Known(kind, plain(shown), str(system or "")))
