"""Erase persons: from the warehouse, from every published build, and from all that lies about."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halftime import history
from halftime.contracts import load_contracts
from halftime.home import (
    PROJECT_ROOT,
    Home,
    machine_errors,
    to_json,
    utc_now,
    write_atomically,
)
from halftime.privacy import log, notes, reader_logs
from halftime.privacy.people import Known, published_files, read_directory
from halftime.privacy.pseudonyms import pseudonyms_of
from halftime.privacy.redact import Redactor, Tombstones, home_key
from halftime.privacy.rewrite import (
    Finder,
    rewrite_files,
    rewrite_published,
    rewrite_store,
    rewrite_warehouse,
)

_REWRITTEN = ("warehouse.duckdb", "marts.duckdb", notes.FILE)


@dataclass(frozen=True)
class Erasure:
    """What was done; no field says to whom."""

    persons: int
    raw_rows: int
    builds: tuple[str, ...]
    files: int
    kept_names: int
    private_rows: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return {
            "persons": self.persons,
            "raw_rows": self.raw_rows,
            "builds": list(self.builds),
            "files": self.files,
            "names_shared_with_others": self.kept_names,
            "private_rows": self.private_rows,
        }


def erase(home: Home, persons: Sequence[str]) -> Erasure:
    """Replace everything by which these persons are known by pseudonyms, and their notes by a mark.

    A private store of notes loses theirs. To be called under the lock. A text that is also another
    person's (a common name) stays, for it cannot be told whose it is where it stands alone.
    """
    directory = read_directory(home)
    for person in persons:
        directory.of(person)
    shared = directory.shared(persons)
    known = {item for person in persons for item in directory.of(person)}
    known |= {Known("id", text) for text in pseudonyms_of(home, persons)}
    gone = frozenset(item for item in known if item.text.lower() not in shared or item.kind == "id")
    tombstones = Tombstones.read(home) or Tombstones(home_key(home))
    taken = {
        token.lower()
        for items in directory.known.values()
        for item in items
        for token in item.tokens
    }
    tombstones.texts = set()
    for item in sorted(gone, key=lambda item: (item.kind, item.text, item.system)):
        tombstones.bury(item, taken)
    with machine_errors("erase"):
        history.adopt(home)  # so that each build has a hash of before
        tombstones.write(home)  # first: an erasure that is cut short is gone on with
        redactor = Redactor(tombstones, _coaching_pattern(home))
        finder = Finder(gone)
        notes.clear(home)
        private_rows = sum(rewrite_store(path, redactor) for path in notes.stores(home))
        rows = rewrite_warehouse(home.warehouse, load_contracts(PROJECT_ROOT).values(), redactor)
        builds = [_rewrite_build(path, redactor, finder) for path in published_files(home)]
        shutil.rmtree(home.temporary, ignore_errors=True)
        home.temporary.mkdir()
        done = rewrite_files(_others(home), redactor, finder)
        reader_logs.rewrite(home, redactor)
        history.record_rewritten(home, builds, "erasure")
        record(home, "erasure", {"persons": len(persons), "builds": builds})
    return Erasure(
        persons=len(persons),
        raw_rows=rows,
        builds=tuple(builds),
        files=sum(map(len, done.values())),
        kept_names=len({item.text.lower() for item in known - gone}),
        private_rows=private_rows,
    )


def _others(home: Home) -> list[Path]:
    keys = home.root / "privacy"  # nor is the history: it holds no data, and must not change
    return sorted(
        path
        for path in home.root.rglob("*")
        if path.is_file()
        and path.name not in ("lock", *_REWRITTEN)
        and not (path.name == "manifest.json" and path.parent.parent == home.published)
        and keys not in path.parents
        # These lose persons under a lock.
        and path not in (*reader_logs.access_logs(home), *reader_logs.dispute_logs(home))
        and home.history not in path.parents
    )


def _coaching_pattern(home: Home) -> str:
    try:
        variables = json.loads(home.dbt_variables.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    return str(variables.get("coaching_pattern") or "")


def _rewrite_build(database: Path, redactor: Redactor, finder: Finder) -> str:
    """Write a published build anew, with a manifest that says so and why."""
    folder = database.parent
    path = folder / "manifest.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    tables, file = rewrite_published(database, redactor)
    text = to_json(before)
    if (pattern := finder.in_text(text)) is not None:
        text = pattern.sub(lambda found: redactor.value(found.group(0)), text)
    after = json.loads(text)
    after["tables"], after["files"] = tables, {**after["files"], "marts.duckdb": file}
    after["rewritten"] = [
        *after.get("rewritten", []),
        {"at": utc_now().isoformat(), "why": "erasure", "replaces": before["files"]},
    ]
    write_atomically(path, to_json(after))
    path.chmod(0o444)
    return folder.name


def record(home: Home, event: str, detail: dict[str, Any]) -> None:
    """Add a line to the log of privacy events; it says that something happened, not to whom."""
    log.write(home, log.EVENTS, {"at": utc_now().isoformat(), "event": event, **detail})


def bury_again(home: Home, load_id: int | None) -> int:
    """Replace erased persons in what was just landed; return the number of rows changed."""
    tombstones = Tombstones.read(home)
    if not tombstones or load_id is None:
        return 0
    rows = rewrite_warehouse(
        home.warehouse,
        load_contracts(PROJECT_ROOT).values(),
        Redactor(tombstones, _coaching_pattern(home)),
        load_id=load_id,
    )
    if rows:
        record(home, "landed again", {"rows": rows})
    return rows
