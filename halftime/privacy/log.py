"""The logs of HOME/privacy: who revealed whom, and what was erased; each line is in the chain.

An entry of the chain holds the sha-256 of the line's bytes and nothing else, so the chain tells
nobody what happened, and a line that is changed or gone is missed. The line is written first: a
process that is killed in between leaves a line without an entry, which the next one takes in.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halftime import chain, history
from halftime.chain import Entry
from halftime.home import Home, machine_errors
from halftime.privacy.redact import private_folder

REVEALS = "reveals.jsonl"
EVENTS = "events.jsonl"
#: Kind of the entries of each log. Lines that were found have the kind with ``-found``: they are of
#: the time before the logs were chained, or their command was killed.
KINDS = {REVEALS: "reveal", EVENTS: "privacy-event"}


@dataclass(frozen=True)
class Difference:
    """The first place where a log is not what the chain says."""

    line: int
    why: str
    is_left_over: bool = False


def write(home: Home, name: str, record: dict[str, Any]) -> None:
    """Add a line to a log, and its hash to the chain; to be called under the lock of the home."""
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    with machine_errors("write the log of privacy events"):
        history.adopt(home)  # so that the chain begins as every chain does
        path = private_folder(home) / name
        content = path.read_bytes() if path.is_file() else b""
        _adopt(home, name, hashes(content))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "ab") as stream:
            stream.write((b"\n" if content and not content.endswith(b"\n") else b"") + line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    chain.append(home, KINDS[name], {"sha256": hashlib.sha256(line).hexdigest()})


def _adopt(home: Home, name: str, there: Sequence[str]) -> None:
    """Take lines without an entry into the chain; a log that differs stays as it is found."""
    known = [str(entry.body.get("sha256")) for entry in entries_of(chain.entries(home), name)]
    if list(there[: len(known)]) == known:
        for digest in there[len(known) :]:
            chain.append(home, f"{KINDS[name]}-found", {"sha256": digest})


def entries_of(entries: Iterable[Entry], name: str) -> list[Entry]:
    """Return the entries that hold the lines of a log, oldest first."""
    kinds = (KINDS[name], f"{KINDS[name]}-found")
    return [entry for entry in entries if entry.kind in kinds]


def hashes(content: bytes) -> list[str]:
    """Return the sha-256 of each line of a log, without its end."""
    pieces = content.split(b"\n")
    if pieces[-1] == b"":
        pieces.pop()
    return [hashlib.sha256(piece).hexdigest() for piece in pieces]


def read(home: Home, name: str) -> bytes | None:
    """Return a log, nothing where there is none; None where nobody here may read it.

    A copy of a home for an auditor lacks the folder: the keys of pseudonyms lie there.
    """
    path = Path(home.root) / "privacy" / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b"" if path.parent.is_dir() else None
    except PermissionError:
        return None


def difference(entries: Sequence[Entry], there: Sequence[str]) -> Difference | None:
    """Compare the lines of a log with its entries, of which there is at least one."""
    said = [str(entry.body.get("sha256")) for entry in entries]
    for place, entry in enumerate(entries):
        if place < len(there) and there[place] == said[place]:
            continue
        number = place + 1
        if place >= len(there) or there[place] in said[place + 1 :]:
            return Difference(number, f"The line of entry {entry.number} of the chain is gone.")
        if said[place] in there[place + 1 :]:
            return Difference(number, "It was put there: no entry of the chain holds its hash.")
        return Difference(
            number, f"Its hash is not the one in entry {entry.number} of the chain: it was changed."
        )
    if len(there) > len(said):
        return Difference(len(said) + 1, "No entry of the chain holds its hash.", is_left_over=True)
    return None
