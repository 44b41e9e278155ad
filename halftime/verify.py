"""Recompute all that was written down about the builds of a home, and name what differs.

Nothing is written. The order is that of belief: the chain first, for it holds the hashes of
manifests; then the manifests, for they hold the hashes of files; then the files; then the content.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from halftime import chain, history
from halftime.chain import Entry
from halftime.config import SigningKey
from halftime.errors import LockedError, UsageError
from halftime.hashing import content_hash, file_sha256
from halftime.history import Known, State
from halftime.home import Home, to_json
from halftime.privacy import log
from halftime.publish import pointer
from halftime.sign import SignOff, is_valid, read_sign_off
from quality.results import connection_settings

Tick = Callable[[int, int, str], None]
_FROM_COPY = (
    "Bring the file back from a copy that was kept elsewhere, or find out who changed it; "
    "a build that was changed is no evidence."
)
_LOG_MEND = (
    "Bring the log back from a copy that was kept elsewhere, or find out who changed it; "
    "it is what says who revealed whom."
)
PACK_SUMS = "SHA256SUMS"
_SUMS_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>.+)")
_OPEN = "It cannot be opened as it was written."


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written down: what, where, why, and how to mend it."""

    what: str
    where: str
    why: str
    mend: str = _FROM_COPY

    def to_dict(self) -> dict[str, str]:
        """Return the fields for JSON."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Verification:
    """What was looked at, the first thing that differs (None: nothing), and what limits it."""

    head: str
    entries: int
    builds: tuple[str, ...]
    files: int
    tables: int
    finding: Finding | None
    sign_offs: tuple[SignOff, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return {
            "sound": self.finding is None,
            "head": self.head,
            "entries": self.entries,
            "builds": list(self.builds),
            "files": self.files,
            "tables": self.tables,
            "finding": self.finding.to_dict() if self.finding else None,
            "sign_offs": [sign_off.to_dict() for sign_off in self.sign_offs],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class PackVerification:
    """What was found in an evidence pack, and the hash of its list of files."""

    files: int
    sha256: str | None
    finding: Finding | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        finding = self.finding.to_dict() if self.finding else None
        return {
            "sound": finding is None,
            "files": self.files,
            "sha256": self.sha256,
            "finding": finding,
        }


@dataclass
class _Work:
    """The state of one verification."""

    home: Home
    only: str | None
    keys: Sequence[SigningKey]
    anchor: str | None
    tick: Tick
    state: State = field(default_factory=State)
    entries: list[Entry] = field(default_factory=list)
    sign_offs: list[Entry] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    files: int = 0
    tables: int = 0
    done: int = 0
    total: int = 0

    def part(self, name: str) -> None:
        """Count one part of the work as begun."""
        self.done += 1
        self.tick(self.done, max(self.total, self.done), name)


def verify(
    home: Home,
    *,
    build_id: str | None = None,
    keys: Sequence[SigningKey] = (),
    anchor: str | None = None,
    tick: Tick | None = None,
) -> Verification:
    """Verify the chain, the history and the published builds of a home, or one build of it.

    ``anchor`` is a head that was kept elsewhere: the chain must hold it. Raises
    :class:`LockedError` while a run is going on and :class:`UsageError` if there is no such build.
    """
    if home.is_locked():
        raise LockedError(
            f"A run is going on in {home.root}; what it writes cannot be judged before it ends.",
            hint="Wait for its end and verify again.",
        )
    if not home.published.is_dir():
        raise UsageError(f"There is no home in {home.root}.", hint="Name it with --home.")
    work = _Work(home, build_id, keys, anchor, tick or (lambda _done, _total, _part: None))
    finding = next(_findings(work), None)
    known = work.state.builds
    return Verification(
        head=work.entries[-1].hash if work.entries else chain.NOTHING,
        entries=len(work.entries),
        builds=tuple(work.looked_at),
        files=work.files,
        tables=work.tables,
        finding=finding,
        sign_offs=tuple(
            read_sign_off(entry, keys, known)
            for entry in work.sign_offs
            if build_id in (None, entry.body["build_id"])
        ),
        notes=() if finding else tuple(_notes(work)),
    )


def _findings(work: _Work) -> Iterator[Finding]:
    """Yield what differs, in the order of belief; the caller stops at the first."""
    work.part("chain")
    yield from _chain(work)
    yield from _rule_files(work)
    yield from _privacy_logs(work)
    yield from _folders(work)
    manifests = {}
    for build in _builds_to_check(work):
        work.looked_at.append(build.build_id)
        yield from _manifest(work, build)
        manifests[build.build_id] = _read(_folder(work, build) / "manifest.json")
    if work.only and work.only not in manifests:
        raise UsageError(
            f"There is no published build '{work.only}' in {work.home.root}.",
            hint="See 'halftime status'.",
        )
    yield from _pointer(work)
    work.total = work.done + sum(
        len(manifest["files"]) + len(manifest["tables"]) for manifest in manifests.values()
    )
    for build_id, manifest in manifests.items():
        yield from _files(work, build_id, manifest)
    for build_id, manifest in manifests.items():
        yield from _content(work, build_id, manifest)


def _chain(work: _Work) -> Iterator[Finding]:
    where = work.home.chain_file.relative_to(work.home.root)
    for line in chain.read_lines(work.home):
        entry, place = line.entry, f"{where}, line {line.number}"
        if line.problem or entry is None:
            kind = entry.kind if entry else "chain"
            yield Finding(f"The {kind} entry differs.", place, line.problem or _OPEN)
            continue
        work.entries.append(entry)
        try:
            problem = work.state.follow(entry)
        except (KeyError, TypeError):
            problem = "It lacks what an entry of its kind holds."
        if problem is None and entry.kind == "sign-off":
            if is_valid(entry.body):
                work.sign_offs.append(entry)
            else:
                problem = "The signature is not of this text by this key."
        if problem:
            yield Finding(f"The {entry.kind} entry is not sound.", place, problem)
    if work.anchor and work.anchor not in {entry.hash for entry in work.entries}:
        yield Finding(
            "The chain is not the one that was anchored.",
            str(where),
            f"No entry has the hash {work.anchor}: entries are gone, or all were written anew.",
            "Compare with a copy of the chain from the day of the anchor.",
        )


def _rule_files(work: _Work) -> Iterator[Finding]:
    """Check the files of rule results: those of the chain, and no other."""
    folder = work.home.history
    listed = {}
    for entry in work.entries:
        if entry.kind == "rules":
            listed[str(entry.body["file"])] = entry.body
    for name, said in listed.items():
        yield from _file(work, folder / name, said, "history of rules")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in listed and path != work.home.chain_file:
            yield Finding(
                "A file is there that the chain does not know.",
                f"history/{name}",
                "It was put there, or a run was killed while it wrote it.",
                "Run again: what a killed run left is cleared away. Else remove it.",
            )


def _privacy_logs(work: _Work) -> Iterator[Finding]:
    """Check that the logs of reveals and of erasures are the lines of which the chain holds hashes.

    A log without any entry is of a home from before: nothing can be said of it.
    """
    for name in log.KINDS:
        entries, content = log.entries_of(work.entries, name), log.read(work.home, name)
        if not entries or content is None:
            continue
        where = f"privacy/{name}"
        work.files += 1
        found = log.difference(entries, log.hashes(content))
        if found and not content:
            yield Finding(
                "A log of privacy events is gone.",
                where,
                f"The chain holds the hashes of {len(entries)} of its lines.",
                _LOG_MEND,
            )
        elif found:
            yield Finding(
                "A log of privacy events differs.",
                f"{where}, line {found.line}",
                found.why,
                "After a command that was killed the next one that writes there takes the line in. "
                "Else find out who put it there."
                if found.is_left_over
                else _LOG_MEND,
            )


def _folders(work: _Work) -> Iterator[Finding]:
    """Check that the builds of the chain are there, and no other."""
    present = history.published_builds(work.home)
    if not work.entries:
        chained = [build for build in present if _reads_as_chained(work.home, build)]
        if chained:
            yield Finding(
                "The chain is gone.",
                "history/chain.jsonl",
                f"The manifest of {chained[0]} was written when there was one.",
            )
        return
    known = work.state.builds
    for build in known.values():
        if not build.is_gone and build.build_id not in present:
            yield Finding(
                "A published build is gone.",
                f"published/{build.build_id}",
                "The chain has it and does not say that it was removed.",
            )
    for build_id in present:
        if build_id not in known or known[build_id].is_gone:
            yield Finding(
                "A build is there that the chain does not know.",
                f"published/{build_id}",
                "Its publication was cut short, or it was put there.",
                "After a run that was killed, run again: it is taken in and said to be found.",
            )


def _reads_as_chained(home: Home, build_id: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return "chain" in _read(home.published / build_id / "manifest.json")
    return False


def _builds_to_check(work: _Work) -> list[Known]:
    if not work.entries:  # a home from before the chain: only the manifests speak for the files
        known = {
            build: Known(build, history.manifest_sha256(work.home, build), was_found=True)
            for build in history.published_builds(work.home)
        }
    else:
        known = {name: build for name, build in work.state.builds.items() if not build.is_gone}
    return [build for name, build in known.items() if work.only in (None, name)]


def _folder(work: _Work, build: Known) -> Path:
    return work.home.published / build.build_id


def _manifest(work: _Work, build: Known) -> Iterator[Finding]:
    where = f"published/{build.build_id}/manifest.json"
    work.files += 1
    path = _folder(work, build) / "manifest.json"
    if history.manifest_sha256(work.home, build.build_id) != build.manifest_sha256:
        yield Finding("A manifest differs.", where, "Its hash is not the one in the chain.")
        return
    try:
        manifest = _read(path)
        said = (manifest["build_id"], type(manifest["files"]), type(manifest["tables"]))
    except (ValueError, KeyError, TypeError):
        said = None
    if said != (build.build_id, dict, dict):
        yield Finding("A manifest cannot be used.", where, "It is not one of this build.")
        return
    yield from _link(work, build.build_id, manifest)


def _link(work: _Work, build_id: str, manifest: dict[str, Any]) -> Iterator[Finding]:
    """Check that manifest and chain name the same build before."""
    published = [
        entry
        for entry in work.entries
        if entry.kind == "published" and entry.body["build_id"] == build_id
    ]
    names = ("previous_build_id", "previous_manifest_sha256")
    for entry in published[-1:]:
        said = manifest.get("chain") or {}
        if any(said.get(name) != entry.body.get(name) for name in names) or said.get(
            "head"
        ) not in {chain.NOTHING, *(other.hash for other in work.entries[: entry.number - 1])}:
            yield Finding(
                "A manifest and the chain name different builds before.",
                f"published/{build_id}/manifest.json",
                f"The entry in line {entry.number} of the chain says something else.",
            )


def _files(work: _Work, build_id: str, manifest: dict[str, Any]) -> Iterator[Finding]:
    folder = work.home.published / build_id
    for name, said in manifest["files"].items():
        work.part(f"{build_id}/{name}")
        yield from _file(work, folder / name, said, "published file")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != "manifest.json" and name not in manifest["files"]:
            yield Finding(
                "A file is there that the manifest does not know.",
                f"published/{build_id}/{name}",
                "It was put there after the publication.",
                "Remove it.",
            )


def _file(work: _Work, path: Path, said: dict[str, Any], kind: str) -> Iterator[Finding]:
    where = path.relative_to(work.home.root).as_posix()
    work.files += 1
    if not path.is_file():
        yield Finding(f"A {kind} is gone.", where, "It was written down and is not there.")
    elif path.stat().st_size != said["bytes"]:
        why = f"It has {path.stat().st_size:,} bytes instead of {said['bytes']:,}."
        yield Finding(f"A {kind} differs.", where, why)
    elif file_sha256(path) != said["sha256"]:
        yield Finding(f"A {kind} differs.", where, "Its hash is not the one written down.")


def _content(work: _Work, build_id: str, manifest: dict[str, Any]) -> Iterator[Finding]:
    """Recompute the content hash of every table of a build."""
    where = f"published/{build_id}/marts.duckdb"
    said = manifest["tables"]
    with duckdb.connect(
        str(work.home.published / build_id / "marts.duckdb"),
        read_only=True,
        config=connection_settings(),
    ) as con:
        con.execute("set TimeZone = 'UTC'")
        there = {
            f"{schema}.{table}": (schema, table)
            for schema, table in con.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
        }
        for name in sorted(set(there) ^ set(said)):
            yield Finding(
                "The tables are not those of the manifest.",
                where,
                f"{name} is {'in the file' if name in there else 'in the manifest'} only.",
            )
        for name in sorted(said):
            work.part(f"{build_id} {name}")
            work.tables += 1
            rows, digest = content_hash(con, *there[name])
            if {"rows": rows, "content_hash": digest} != said[name]:
                yield Finding(
                    "The content of a table differs.",
                    f"{where}, {name}",
                    f"It has {rows:,} rows with the hash {digest}; the manifest says "
                    f"{said[name]['rows']:,} and {said[name]['content_hash']}.",
                )


def _pointer(work: _Work) -> Iterator[Finding]:
    """Check that ``current.json`` says what the manifest of a build says, byte by byte."""
    path = work.home.current_file
    if not path.is_file():
        return
    try:
        content = path.read_bytes()
        build_id = str(json.loads(content)["build_id"])
        manifest = _read(work.home.published / build_id / "manifest.json")
        sound = to_json(pointer(manifest)).encode() == content
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        yield Finding(
            "The pointer to the served build differs.",
            "published/current.json",
            "It does not say what the manifest of a published build says.",
            "If only the pointer differs, publish again: halftime publish.",
        )


def _notes(work: _Work) -> Iterator[str]:
    """Say what a sound result does not cover."""
    if not work.entries:
        yield "There is no chain yet: files were checked against manifests, manifests by nothing."
    first = work.entries[0] if work.entries else None
    found = [build for build in work.state.builds.values() if build.was_found]
    before = {build["build_id"] for build in first.body.get("builds", ())} if first else set()
    unchained = [build.build_id for build in found if build.build_id in before]
    if unchained:
        yield (
            f"{len(unchained)} builds up to {unchained[-1]} are from before the chain: "
            "what happened to them before it began cannot be told."
        )
    for build in found:
        if build.build_id not in before:
            yield f"{build.build_id} was found without an entry: its publication was cut short."
    for build in work.state.builds.values():
        if build.rewritings:
            yield f"{build.build_id} was rewritten {build.rewritings} times, as the chain says."
        if build.is_gone:
            yield f"{build.build_id} was removed, as the chain says; its results of rules are kept."
    yield from _log_notes(work)


def _log_notes(work: _Work) -> Iterator[str]:
    """Say of which lines of the logs nothing can be told."""
    for name in log.KINDS:
        entries, content = log.entries_of(work.entries, name), log.read(work.home, name)
        if content is None and entries:
            yield (
                f"privacy/{name} is not here, or not for this account to read: "
                f"its {len(entries)} lines were not compared with the chain."
            )
        elif content and not entries:
            yield (
                f"privacy/{name} is from before its lines were in the chain: "
                "what happened to them cannot be told."
            )
        elif found := sum(entry.kind.endswith("-found") for entry in entries):
            yield (
                f"{found} lines of privacy/{name} were taken into the chain when they were found: "
                "they are from before, or their command was killed."
            )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def verify_pack(folder: Path) -> PackVerification:
    """Verify an evidence pack by its own list of hashes.

    The list vouches for the files, and nothing in the folder for the list: compare its hash with
    the one that was noted when the pack was handed over.
    """
    sums = folder / PACK_SUMS
    if not sums.is_file():
        raise UsageError(
            f"There is no evidence pack in {folder}: {PACK_SUMS} is missing.",
            hint="Name the folder that 'halftime evidence --out' wrote.",
        )
    listed: dict[str, str] = {}
    finding = next(_pack_findings(folder, sums.read_bytes(), listed), None)
    return PackVerification(len(listed), file_sha256(sums), finding)


def _pack_findings(folder: Path, content: bytes, listed: dict[str, str]) -> Iterator[Finding]:
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        match = _SUMS_LINE.fullmatch(line.decode("utf-8", "replace"))
        if match is None or match["name"] in listed:
            why = "It is not a hash, two blanks and a name."
            yield Finding("The list of files differs.", f"{PACK_SUMS}, line {number}", why)
            return
        listed[match["name"]] = match["digest"]
    if lines[-1]:
        why = "The last line does not end."
        yield Finding("The list of files differs.", f"{PACK_SUMS}, line {len(lines)}", why)
    present = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {PACK_SUMS}
    for name in sorted(present ^ set(listed)):
        where = "listed and not there" if name in listed else "there and not listed"
        yield Finding("The files are not those of the list.", f"{name} ({PACK_SUMS})", where)
    for name, digest in listed.items():
        if file_sha256(folder / name) != digest:
            why = f"Its hash is not the one in {PACK_SUMS}."
            yield Finding("A file of the pack differs.", f"{name} ({PACK_SUMS})", why)
