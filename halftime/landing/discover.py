"""Which file of a landing folder belongs to which object of which system.

Explicit globs of an object come first; other files are told by their name: the stem is compared
with the names of the system's contracts, letters and digits only, and the longest name wins.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath

from halftime.contracts import Contract, normalise_header
from halftime.landing import archive
from halftime.landing.pages import envelope_of
from halftime.landing.spec import RejectedFileError, SourceSpec

WAREHOUSE = "warehouse.duckdb"
UNASSIGNED = "(unassigned)"
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".ics": "ics",
    ".ical": "ics",
}
_IGNORED_FILES = frozenset({"halftime.yml", "halftime.yaml"})
_IGNORED_FOLDERS = frozenset({"_truth", "__macosx"})
_IGNORED_STEMS = ("readme", "provenance", "license", "licence", "notice")
# What may follow an object's name without doubt: dates, part numbers, and words that say "export".
_PLAIN_SUFFIX = re.compile(
    r"(?:[\W_]+|\d+|(?<![a-z])(?:part|v|q|fy|wk?|week|copy|of|export|extract|full|delta|data|final|t|z)"
    r"(?![a-z]))*",
    re.IGNORECASE,
)


_DATE = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d(?!\d{3}))"
)


@dataclass(frozen=True, order=True)
class Candidate:
    """A file and the object that claims it.

    ``is_certain`` is False when words follow the object's name in the file name: such a file
    belongs to the object only if its header has the required columns.
    """

    path: str
    system: str
    object: str
    is_certain: bool = True

    @property
    def shown(self) -> str:
        """The path as text: bytes of a file name that are no UTF-8 become a replacement sign."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    @property
    def is_known(self) -> bool:
        """Whether an object claims the file."""
        return self.object != UNASSIGNED


def split_name(name: str) -> tuple[str, str | None, bool]:
    """Split a file name into stem, format (None if unknown) and whether it is gzipped."""
    lower = name.lower()
    is_gzipped = lower.endswith(".gz")
    base = name[:-3] if is_gzipped else name
    path = PurePath(base)
    return path.stem, FORMATS.get(path.suffix.lower()), is_gzipped


def list_files(landing: Path) -> list[str]:
    """List the files below a folder as sorted relative paths with ``/``.

    A zip archive counts as a folder: its members are listed as ``teams.zip/anna.xlsx``.
    Hidden files, notes (README, LICENSE, ``*.md``), ``halftime.yml`` and ``_truth/`` are left out,
    and so is every link that leads out of the folder.
    """
    root = landing.resolve()
    found: list[str] = []
    for folder, folders, files in os.walk(landing, followlinks=False):
        if WAREHOUSE in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not _is_ignored_folder(name)]
        for name in files:
            path = Path(folder) / name
            if _is_ignored_file(name) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            shown = path.relative_to(landing).as_posix()
            members = archive.member_names(path) if archive.is_archive(name) else []
            found.extend(
                [f"{shown}/{member}" for member in members if not _is_ignored_member(member)]
                or [shown]
            )
    return sorted(found)


def _is_ignored_member(member: str) -> bool:
    *folders, name = member.split("/")
    return _is_ignored_file(name) or any(_is_ignored_folder(folder) for folder in folders)


def _is_ignored_folder(name: str) -> bool:
    return name.startswith(".") or name.lower() in _IGNORED_FOLDERS


def _is_ignored_file(name: str) -> bool:
    lower = name.lower()
    return (
        name.startswith((".", "~$"))
        or lower in _IGNORED_FILES
        or lower.endswith(".md")
        or lower.split(".")[0] in _IGNORED_STEMS
    )


@cache
def _glob_pattern(glob: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    glob = glob.removeprefix("./")
    while position < len(glob):
        if glob.startswith("**/", position):
            parts.append("(?:.*/)?")
            position += 3
        elif glob.startswith("**", position):
            parts.append(".*")
            position += 2
        elif glob[position] == "*":
            parts.append("[^/]*")
            position += 1
        elif glob[position] == "?":
            parts.append("[^/]")
            position += 1
        elif glob[position] == "[" and "]" in glob[position + 1 :]:
            end = glob.index("]", position + 1)
            inner = glob[position + 1 : end]
            parts.append("[" + ("^" + inner[1:] if inner.startswith("!") else inner) + "]")
            position = end + 1
        else:
            parts.append(re.escape(glob[position]))
            position += 1
    return re.compile("".join(parts) + r"\Z")


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a relative path fits one of the globs (``*`` stays in a folder, ``**`` does not)."""
    return any(_glob_pattern(glob).match(path) for glob in globs)


def _remainder(stem: str, name: str) -> str | None:
    """Return what follows ``name`` in ``stem``, comparing letters and digits only, or None."""
    position = 0
    for letter in normalise_header(name):
        while position < len(stem) and not normalise_header(stem[position]):
            position += 1
        if position == len(stem) or normalise_header(stem[position]) != letter:
            return None
        position += 1
    return stem[position:]


def match_name(stem: str, contracts: Iterable[Contract]) -> tuple[Contract, bool] | None:
    """Find the contract whose name a file stem begins with: the longest wins.

    Returns the contract and whether the match is certain, or None. What follows the name must
    begin a new word, so that ``OpportunityLineItem`` is not an ``Opportunity``.
    """
    best: tuple[int, Contract, bool] | None = None
    for contract in contracts:
        for name in (*contract.names, contract.object):
            length = len(normalise_header(name))
            rest = _remainder(stem, name) if length else None
            if rest is None or rest[:1].isalpha() or (best is not None and best[0] >= length):
                continue
            best = length, contract, _PLAIN_SUFFIX.fullmatch(rest) is not None
    return None if best is None else (best[1], best[2])


def discover(
    landing: Path,
    sources: Sequence[SourceSpec],
    contracts: Mapping[tuple[str, str], Contract],
) -> list[Candidate]:
    """Assign every file of a landing folder; files that nobody claims are ``(unassigned)``.

    The order is that of the paths and does not depend on the file system. A file may be claimed by
    several objects, but by a file name only once within a system.
    """
    return [
        candidate
        for path in list_files(landing)
        for candidate in sorted(_claims(landing, path, sources, contracts))
    ]


def _claims(
    landing: Path,
    path: str,
    sources: Sequence[SourceSpec],
    contracts: Mapping[tuple[str, str], Contract],
) -> Iterator[Candidate]:
    folder, _, name = path.rpartition("/")
    stem, file_format, _ = split_name(name)
    claimed = False
    owner = UNASSIGNED
    for source in sources:
        explicit = [
            object_name
            for object_name, spec in source.objects.items()
            if spec.files and matches(path, _anchored(source, spec.files))
        ]
        of_system = [item for (system, _), item in contracts.items() if system == source.system]
        for object_name in explicit:
            claimed = True
            named = contracts.get((source.system, object_name))
            for name in _shared_by(named, of_system, file_format) if named else (object_name,):
                yield Candidate(path, source.system, name)
        if explicit or not matches(path, source.globs):
            continue
        owner = source.system if owner == UNASSIGNED else owner
        holder = re.sub(r"\.zip\Z", "", folder.rpartition("/")[2], flags=re.IGNORECASE)
        own = [item for item in of_system if not source.object(item.object).files]
        inside = _by_content(landing, path, own, file_format)
        if inside is not None:
            claimed = True
            for name in _shared_by(inside, own, file_format):
                yield Candidate(path, source.system, name)
            continue
        match = match_name(stem, own) or match_name(holder, own)
        # An archive that can be read stands here as its members.
        if (file_format is not None or archive.is_archive(name)) and match is not None:
            claimed = True
            for name in _shared_by(match[0], own, file_format):
                yield Candidate(path, source.system, name, match[1])
    if not claimed:
        yield Candidate(path, owner, UNASSIGNED)


def unmatched_patterns(landing: Path, sources: Sequence[SourceSpec]) -> tuple[str, ...]:
    """Return the configured file patterns of objects that no file fits, with their place."""
    paths = list_files(landing)
    return tuple(
        f"sources: {source.system}: objects: {name}: files: '{glob}'"
        for source in sources
        for name, spec in source.objects.items()
        for glob in spec.files
        if not any(matches(path, _anchored(source, (glob,))) for path in paths)
    )


def file_date(path: str) -> dt.date | None:
    """Return the last whole date that a path names, as 2026-01-05, 2026_01_05 or 20260105."""
    for parts in reversed(_DATE.findall(path)):
        try:
            return dt.date(*(int(part) for part in parts))
        except ValueError:
            continue
    return None


def _by_content(
    landing: Path,
    path: str,
    own: Sequence[Contract],
    file_format: str | None,
) -> Contract | None:
    """Return a contract that a file shows itself to be of, whatever its name."""
    if file_format == "ics":
        return next((item for item in own if item.is_calendar), None)
    envelopes = {item.explode.envelope: item for item in own if item.explode}
    if file_format != "json" or not envelopes:
        return None
    try:
        with archive.materialised(landing, path) as file:
            key = envelope_of(file, frozenset(envelopes))
    except RejectedFileError:
        return None
    return envelopes[key] if key is not None else None


def _shared_by(
    contract: Contract,
    own: Sequence[Contract],
    file_format: str | None,
) -> Sequence[str]:
    """Names of the objects whose rows stand in the same file as those of ``contract``."""
    if file_format == "ics" and contract.is_calendar:
        return [item.object for item in own if item.is_calendar]
    if file_format == "json" and contract.explode:
        envelope = contract.explode.envelope
        return [item.object for item in own if item.explode and item.explode.envelope == envelope]
    return [contract.object]


def _anchored(source: SourceSpec, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Object globs are relative to the landing folder; the folder of the system may be left out.

    A glob that names a zip archive claims all that is in it.
    """
    whole = [f"{glob}/**" for glob in globs if archive.is_archive(glob)]
    globs = (*globs, *whole)
    return (*globs, *(f"{source.system}/{glob}" for glob in globs))
