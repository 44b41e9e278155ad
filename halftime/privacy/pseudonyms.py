"""Keyed pseudonyms: the same person has the same one in every build of a home, and no other home.

A pseudonym is ``P`` and twelve letters or digits of an HMAC-SHA-256 of the person's id, with a key
that only the owner of the home can read. Without the key nobody can tell whose it is, nor test a
guess; with it, ``halftime reveal`` can, for two people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from halftime.home import Home
from halftime.privacy.people import Directory, Known, read_directory, words
from halftime.privacy.redact import Redactor, Tombstones, home_key

KEY_FILE = "pseudonym.key"
NOBODY = "(unassigned)"
_LENGTH = 12


def key_file(home: Home) -> Path:
    """Return where the key of a home's pseudonyms is."""
    return home.root / "privacy" / KEY_FILE


def keyed(key: bytes, text: str, mark: str) -> str:
    """Return a mark and what a keyed hash makes of a text."""
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return mark + base64.b32encode(digest).decode()[:_LENGTH].lower()


def pseudonym(key: bytes, person_id: str) -> str:
    """Return the pseudonym of a person."""
    return keyed(key, f"person\x1f{person_id}", "P")


def pseudonyms_of(home: Home, persons: Iterable[str]) -> list[str]:
    """Return the pseudonyms of persons; none where the home never made any."""
    if not key_file(home).is_file():
        return []
    key = home_key(home, KEY_FILE)
    return [pseudonym(key, person) for person in persons]


@dataclass
class Pseudonyms:
    """Writes pseudonyms in place of every text by which a person is known."""

    key: bytes
    persons: dict[str, str]
    redactor: Redactor
    _aliases: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, home: Home, keys: Home) -> Pseudonyms:
        """Read the persons of the warehouse, and those whom the files name but nobody knows."""
        key = home_key(keys, KEY_FILE)
        directory = read_directory(home, of_builds=False)
        persons = {person: pseudonym(key, person) for person in directory.known}
        persons.pop(NOBODY, None)
        unknown = _unknown(home)
        tombstones = Tombstones(key, texts=set())
        for known, stands in _texts(key, directory, persons, unknown):
            tombstones.put(known, _each_word(known, stands))
        return cls(key, persons, Redactor(tombstones))

    def value(self, text: str, system: str = "") -> str:
        """Return a value without a name: an id, a place of a person, or a text that names one."""
        if text in self.persons:
            return self.persons[text]
        person, at, _ = text.rpartition("@")
        if at and person in self.persons:  # a place in the organisation; its first day would tell
            return keyed(self.key, f"place\x1f{text}", f"{self.persons[person]}@")
        return self.redactor.value(text, system)

    def alias(self, text: str, system: str = "") -> str:
        """Return what stands for another name of a person; different ones stay different."""
        return keyed(self.key, f"alias\x1f{system}\x1f{text}", "A")

    def file(self, text: str, system: str = "") -> str:
        """Return the path of a file; one that names a person gets another name.

        Not the person's pseudonym: the rows of a coach's own list are a figure of the coach.
        """
        if self.redactor.value(text, system) == text:
            return text
        folder, _, name = text.partition("!")[0].rpartition("/")
        ending = "".join(PurePosixPath(name).suffixes[-1:])
        mark = keyed(self.key, f"file\x1f{text}", "F")
        return f"{folder}/{mark}{ending}" if folder else f"{mark}{ending}"

    def register(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make ``pseudonymised``, ``alias_of`` and ``file_of`` (text, system) known."""
        for name, function in (
            ("pseudonymised", self.value),
            ("alias_of", self.alias),
            ("file_of", self.file),
        ):
            con.create_function(
                name,
                _by_pairs(function),
                ["VARCHAR", "VARCHAR"],
                "VARCHAR",
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
            )


def _by_pairs(
    function: Callable[[str, str], str],
) -> Callable[[pa.ChunkedArray, pa.ChunkedArray], pa.Array]:
    """Let a function of two texts work on columns; few values of each column differ."""

    def run(texts: pa.ChunkedArray, systems: pa.ChunkedArray) -> pa.Array:
        pairs = list(zip(texts.to_pylist(), systems.to_pylist(), strict=True))
        found = {
            pair: None if pair[0] is None else function(pair[0], pair[1] or "")
            for pair in set(pairs)
        }
        return pa.array([found[pair] for pair in pairs], type=pa.string())

    return run


def _unknown(home: Home) -> list[Known]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(
            "select distinct system, alias from core.dim_unmatched_person where alias is not null"
        ).fetchall()
    return [Known("email" if "@" in alias else "name", alias, system) for system, alias in rows]


def _texts(
    key: bytes, directory: Directory, persons: dict[str, str], unknown: list[Known]
) -> list[tuple[Known, str]]:
    """Pair each text with what stands for it: the pseudonym of the person, if it is only one."""
    found: dict[Known, set[str]] = {}
    bearers: dict[str, set[str]] = {}
    for person, stands in persons.items():
        for item in directory.known[person]:
            found.setdefault(item, set()).add(stands)
            if item.kind != "id":
                bearers.setdefault(item.text.lower(), set()).add(stands)
    for item in unknown:
        found.setdefault(item, set())
    pairs = []
    for item, own in sorted(found.items(), key=lambda pair: repr(pair[0])):
        borne = own if item.kind == "id" else bearers.get(item.text.lower(), own)
        one = next(iter(borne)) if len(borne) == 1 else None
        pairs.append((item, one or keyed(key, f"text\x1f{item.text.lower()}", "N")))
    return pairs


def _each_word(known: Known, stands: str) -> list[str | None]:
    local = len(words(known.text.partition("@")[0])) if known.kind == "email" else None
    return [
        None if local is not None and place >= local else stands
        for place in range(len(known.tokens))
    ]
