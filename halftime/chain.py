"""The chain: one line per thing that happened, each with the hash of the line before.

``HOME/history/chain.jsonl`` lies outside the warehouse and outlives it. A line is the canonical
JSON of its entry, so every byte of it counts. Who can write the file can write another chain; what
proves that nobody did is a head that was kept elsewhere, or a signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from halftime.home import Home, machine_errors, utc_now, write_atomically

#: What stands in place of the hash of the line before the first.
NOTHING = "0" * 64
_FIELDS = frozenset({"number", "at", "kind", "previous", "body", "hash"})


@dataclass(frozen=True)
class Entry:
    """One entry; ``number`` is its line, counted from 1, and ``body`` depends on ``kind``."""

    number: int
    at: str
    kind: str
    previous: str
    body: dict[str, Any]
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as they are written."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Line:
    """One line of the file: the entry, or what is wrong with it."""

    number: int
    entry: Entry | None
    problem: str | None = None


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, no rounding of our own."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def hash_of(fields: dict[str, Any]) -> str:
    """Return the sha-256 of an entry's fields, its own hash left out."""
    kept = {name: value for name, value in fields.items() if name != "hash"}
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def read_lines(home: Home) -> list[Line]:
    """Read the chain and check each line by itself and against the one before."""
    return list(_lines(_content(home)))


def _content(home: Home) -> bytes:
    with machine_errors(f"read {home.chain_file}"):
        try:
            return home.chain_file.read_bytes()
        except FileNotFoundError:
            return b""


def _lines(content: bytes) -> Iterator[Line]:
    pieces = content.split(b"\n")
    ended = pieces.pop() == b""
    if not ended:
        pieces = content.split(b"\n")
    before = NOTHING
    for number, piece in enumerate(pieces, start=1):
        line = _line(number, piece, before)
        if line.problem is None and number == len(pieces) and not ended:
            line = Line(number, line.entry, "The line does not end.")
        yield line
        before = _hash_of_line(line, piece)


def _hash_of_line(line: Line, piece: bytes) -> str:
    """Return what the next line must name: a line that cannot be read has a hash of bytes only."""
    return line.entry.hash if line.entry else hashlib.sha256(piece).hexdigest()


def _line(number: int, piece: bytes, before: str) -> Line:
    try:
        fields = json.loads(piece)
    except ValueError:
        return Line(number, None, "It is no entry that can be read.")
    if not isinstance(fields, dict) or set(fields) != _FIELDS:
        return Line(number, None, "It has not the fields of an entry.")
    if not isinstance(fields["body"], dict):
        return Line(number, None, "It has not the fields of an entry.")
    entry = Entry(**fields)
    if hash_of(fields) != entry.hash:
        return Line(number, entry, "Its content is not the one that its hash was made of.")
    if canonical(fields).encode() != piece:
        return Line(number, entry, "It is not written as it was.")
    if entry.number != number:
        return Line(number, entry, f"It says that it is entry {entry.number}.")
    if entry.previous != before:
        return Line(number, entry, "It does not follow the entry before: one is gone or changed.")
    return Line(number, entry)


def entries(home: Home) -> list[Entry]:
    """Return what can be read of the chain; :mod:`halftime.verify` says whether it is sound."""
    return [line.entry for line in read_lines(home) if line.entry]


def head(home: Home) -> str:
    """Return the hash of the last entry, to be kept elsewhere."""
    known = entries(home)
    return known[-1].hash if known else NOTHING


def append(home: Home, kind: str, body: dict[str, Any]) -> Entry:
    """Add an entry; to be called under the lock of the home.

    The file is replaced as a whole, so a reader or a cut of the power finds the old or the new one.
    A chain that is broken is gone on with: the break stays where it is and is found there.
    """
    with machine_errors(f"write {home.chain_file}"):
        home.history.mkdir(parents=True, exist_ok=True)
        content = _content(home)
        if content and not content.endswith(b"\n"):
            content += b"\n"
        lines = list(_lines(content))
        last = content.split(b"\n")[-2] if lines else b""
        fields: dict[str, Any] = {
            "number": len(lines) + 1,
            "at": utc_now().isoformat(),
            "kind": kind,
            "previous": _hash_of_line(lines[-1], last) if lines else NOTHING,
            "body": body,
        }
        entry = Entry(**fields, hash=hash_of(fields))
        write_atomically(home.chain_file, content + canonical(entry.to_dict()).encode() + b"\n")
    return entry
