"""What is remembered of a home: runs, results of rules, published builds, sign-offs.

Everything is an entry of the chain (:mod:`halftime.chain`). The results of a build's rules are
many, so they lie in ``HOME/history/rules/`` as Parquet, and the entry holds the hash of the file.
All functions that write are to be called under the lock of the home.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from halftime import chain, provenance
from halftime.chain import Entry
from halftime.config import Config
from halftime.errors import HalftimeError
from halftime.home import Home, machine_errors, sync_folder, utc_now, write_atomically
from quality.results import literal, read_results

#: What is kept of each rule's result; ``message`` is not: it is of the engine, and long.
RULE_FIELDS = {
    "build_id": "varchar",
    "rule_id": "varchar",
    "layer": "varchar",
    "engine": "varchar",
    "severity": "varchar",
    "succeeded": "boolean",
    "evaluated_rows": "bigint",
    "unexpected_rows": "bigint",
}


@dataclass(frozen=True)
class Known:
    """A published build as the chain knows it now.

    ``manifest_sha256`` is the hash after the last rewriting; ``is_gone`` says that the build was
    removed on purpose. ``was_found`` builds were there before they had an entry.
    """

    build_id: str
    manifest_sha256: str
    was_found: bool = False
    is_gone: bool = False
    rewritings: int = 0


@dataclass
class Run:
    """A command on its way; what is set here before it ends is remembered."""

    build_id: str | None = None
    verdict: str | None = None


@dataclass
class State:
    """What the chain says of the published builds, in the order in which they were published."""

    builds: dict[str, Known] = field(default_factory=dict)

    def follow(self, entry: Entry) -> str | None:
        """Take one entry into account; return what contradicts the entries before it."""
        body = entry.body
        match entry.kind:
            case "published":
                last = self.last
                said = body.get("previous_manifest_sha256")
                self._put(Known(body["build_id"], body["manifest_sha256"]))
                if said != (last.manifest_sha256 if last else None):
                    return "The build does not name the hash of the manifest before it."
            case "found":
                for build in body["builds"]:
                    self._put(Known(build["build_id"], build["manifest_sha256"], was_found=True))
            case "reveal" | "reveal-found" | "privacy-event" | "privacy-event-found":
                _ = body["sha256"]
            case "rules":
                _ = [body[name] for name in ("build_id", "file", "bytes", "sha256")]
            case "rewritten":
                return self._rewrite(body["builds"])
            case "removed":
                for build_id in body["builds"]:
                    if build_id in self.builds:
                        self._put(dataclasses.replace(self.builds[build_id], is_gone=True))
        return None

    @property
    def last(self) -> Known | None:
        """The build that was published last."""
        return next(reversed(self.builds.values()), None)

    def _put(self, build: Known) -> None:
        self.builds[build.build_id] = build

    def _rewrite(self, builds: Iterable[dict[str, str]]) -> str | None:
        for build in builds:
            known = self.builds.get(build["build_id"])
            if known is None or known.manifest_sha256 != build["before"]:
                return f"It rewrites a manifest of {build['build_id']} that was not the last one."
            self._put(
                dataclasses.replace(
                    known, manifest_sha256=build["after"], rewritings=known.rewritings + 1
                )
            )
        return None


def state_of(entries: Iterable[Entry]) -> State:
    """Return what a chain says of the published builds; contradictions are passed over."""
    state = State()
    for entry in entries:
        with contextlib.suppress(KeyError, TypeError):  # a damaged entry; verify names it
            state.follow(entry)
    return state


def manifest_sha256(home: Home, build_id: str) -> str:
    """Return the hash of a published manifest, of its bytes."""
    return hashlib.sha256((home.published / build_id / "manifest.json").read_bytes()).hexdigest()


def published_builds(home: Home) -> list[str]:
    """Return the ids of the builds that lie in the published folder, oldest first."""
    return sorted(
        path.parent.name
        for path in home.published.glob("*/manifest.json")
        if not path.parent.name.startswith(".")
    )


@contextlib.contextmanager
def remembered(home: Home, verb: str, config: Config | None = None) -> Iterator[Run]:
    """Remember a command with its start, its end and how it ended, also when it fails."""
    started, run = utc_now(), Run()
    adopt(home)
    _remember_the_killed(home)
    error: BaseException | None = None
    try:
        yield run
    except BaseException as caught:
        error = caught
        raise
    finally:
        body = {
            "verb": verb,
            "build_id": run.build_id,
            "started_at": started.isoformat(),
            "ended_at": utc_now().isoformat(),
            "status": "done" if error is None else "failed",
            "exit_code": _exit_code(error),
            "reason": type(error).__name__ if error else None,  # no text: it may quote a row
            "verdict": run.verdict,
            "actor": provenance.actor(),
            "code": provenance.code(),
            "configuration": config.fingerprint if config else None,
        }
        if error is None:
            chain.append(home, "run", body)
        else:  # what failed is more important than that it could not be remembered
            with contextlib.suppress(HalftimeError):
                chain.append(home, "run", body)


def _exit_code(error: BaseException | None) -> int:
    if error is None:
        return 0
    return error.exit_code if isinstance(error, HalftimeError) else 1


def _remember_the_killed(home: Home) -> None:
    """Remember runs whose process ended before it could do so itself."""
    entries = chain.entries(home)
    known = {entry.body.get("build_id") for entry in entries if entry.kind == "run"}
    for path in sorted(home.builds.glob("*/run.json")):
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        # What was built before the chain began is not its business.
        if state["build_id"] in known or state["started_at"] < entries[0].at:
            continue
        body = {"build_id": state["build_id"], "started_at": state["started_at"]}
        chain.append(home, "run", {**body, "verb": None, "status": "interrupted"})


def adopt(home: Home) -> None:
    """Begin the chain, and take builds that lie there without an entry into it.

    They are of the time before the chain, or their publication was cut short. What happened to them
    before this entry cannot be told.
    """
    with machine_errors("read the published builds"):
        entries = chain.entries(home)
        known = state_of(entries).builds
        found = [build for build in published_builds(home) if build not in known]
        builds = [
            {"build_id": build, "manifest_sha256": manifest_sha256(home, build)} for build in found
        ]
    if builds or not entries:
        chain.append(home, "found", {"builds": builds})


def record_published(home: Home, build_id: str, previous: Known | None) -> Entry:
    """Add a build whose folder stands; ``previous`` is the build that its manifest names."""
    body = {
        "build_id": build_id,
        "manifest_sha256": manifest_sha256(home, build_id),
        "previous_build_id": previous.build_id if previous else None,
        "previous_manifest_sha256": previous.manifest_sha256 if previous else None,
    }
    return chain.append(home, "published", body)


def record_rewritten(home: Home, build_ids: Sequence[str], why: str) -> Entry:
    """Add that published builds were written anew: the hashes, and a word about the reason.

    :func:`adopt` is to be called before they are written, so that each has a hash of before.
    """
    known = state_of(chain.entries(home)).builds
    builds = [
        {
            "build_id": build,
            "before": known[build].manifest_sha256,
            "after": manifest_sha256(home, build),
        }
        for build in build_ids
    ]
    return chain.append(home, "rewritten", {"why": why, "builds": builds})


def record_removed(home: Home, build_ids: Sequence[str]) -> Entry:
    """Add that builds are removed; to be called before their folders go."""
    return chain.append(home, "removed", {"builds": list(build_ids), "actor": provenance.actor()})


def record_rules(home: Home, build_id: str, rules_dir: Path) -> Entry:
    """Keep the result of every rule of a build, apart from the build."""
    folder = home.history / "rules"
    entries = chain.entries(home)
    listed = {entry.body.get("file") for entry in entries if entry.kind == "rules"}
    number = entries[-1].number + 1 if entries else 1
    path = folder / f"{build_id}-{number}.parquet"
    with machine_errors("write the history of rules"):
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.iterdir():  # a file without its entry: the process was killed between
            if f"rules/{stale.name}" not in listed:
                stale.unlink()
        content, counts = _rules_content(rules_dir, folder / f".{path.name}")
        write_atomically(path, content)
        sync_folder(home.history)
    body = {
        "build_id": build_id,
        "file": f"rules/{path.name}",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **counts,
    }
    return chain.append(home, "rules", body)


def _rules_content(rules_dir: Path, scratch: Path) -> tuple[bytes, dict[str, int]]:
    results = read_results(rules_dir)
    with duckdb.connect(":memory:") as con:
        columns = ", ".join(f"{name} {kind}" for name, kind in RULE_FIELDS.items())
        con.execute(f"create table rule_result ({columns})")
        if results:
            marks = ", ".join("?" for _ in RULE_FIELDS)
            rows = [[getattr(result, name) for name in RULE_FIELDS] for result in results]
            con.executemany(f"insert into rule_result values ({marks})", rows)
        con.execute(f"copy rule_result to {literal(scratch)} (format parquet, compression zstd)")
    content = scratch.read_bytes()
    scratch.unlink()
    broken = sum(not result.succeeded for result in results)
    return content, {"rules": len(results), "broken": broken}


def sign_offs(home: Home, build_id: str | None = None) -> list[Entry]:
    """Return the sign-offs of a build, or of all builds, oldest first."""
    return [
        entry
        for entry in chain.entries(home)
        if entry.kind == "sign-off" and build_id in (None, entry.body.get("build_id"))
    ]
