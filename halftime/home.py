"""The home folder: the warehouse, the builds and the published files of one installation."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from halftime.errors import HalftimeError, LockedError, MachineError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
# 'halftime status' holds the lock for a moment when it asks whether anybody lives.
_LOCK_TRIES = 5
_SECONDS_BETWEEN_TRIES = 0.05


def utc_now() -> dt.datetime:
    """Return the time of the machine in UTC, for logs and ids only; no figure depends on it."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def new_build_id(now: dt.datetime | None = None) -> str:
    """Return an id that sorts by time and does not collide: ``20260930T041500Z-3fa94c``."""
    return f"{(now or utc_now()):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Home:
    """Paths under one HOME; nothing is created until :meth:`create`.

    ``lock_descriptor`` is set in the home that :meth:`lock` yields. Children inherit it, so that
    the lock is held until the last of them has ended, whatever became of this process.
    """

    root: Path
    lock_descriptor: int | None = field(default=None, compare=False, repr=False)

    @property
    def inherited(self) -> tuple[int, ...]:
        """The descriptors that every child of a run gets (``pass_fds``)."""
        return () if self.lock_descriptor is None else (self.lock_descriptor,)

    @property
    def lock_file(self) -> Path:
        """The file whose lock one run holds."""
        return self.root / "lock"

    @property
    def warehouse(self) -> Path:
        """The builder's database; dashboards never open it."""
        return self.root / "warehouse.duckdb"

    @property
    def builds(self) -> Path:
        """One folder per build: logs, dbt targets, rule results."""
        return self.root / "builds"

    @property
    def published(self) -> Path:
        """What readers see: immutable builds and the pointer to the served one."""
        return self.root / "published"

    @property
    def current_file(self) -> Path:
        """The pointer to the served build."""
        return self.published / "current.json"

    @property
    def private(self) -> Path:
        """Notes of the served build, where they are wanted (:mod:`halftime.privacy.notes`)."""
        return self.root / "private"

    @property
    def history(self) -> Path:
        """What is remembered of runs, rules and sign-offs; it outlives warehouse and builds."""
        return self.root / "history"

    @property
    def docs(self) -> Path:
        """The documentation of the models, where ``halftime docs`` wrote it."""
        return self.root / "docs"

    @property
    def chain_file(self) -> Path:
        """The chain of all that happened (:mod:`halftime.chain`)."""
        return self.history / "chain.jsonl"

    @property
    def dbt_variables(self) -> Path:
        """The variables of the latest build, for those who call dbt themselves."""
        return self.root / "dbt_vars.json"

    @property
    def temporary(self) -> Path:
        """Spill space of DuckDB."""
        return self.root / "tmp"

    def create(self) -> None:
        """Make the folders; raises :class:`MachineError` where the disk or the rights forbid it."""
        with machine_errors(f"create the home folder {self.root}"):
            for folder in (self.root, self.builds, self.published, self.temporary):
                folder.mkdir(parents=True, exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise MachineError(
                        f"The folder {folder} cannot be written.",
                        hint="Give this user write rights or choose another --home.",
                    )

    def build_folder(self, build_id: str) -> Path:
        """Return the folder of one build."""
        return self.builds / build_id

    def latest_build(self) -> str | None:
        """Return the id of the newest build folder, published or not."""
        if not self.builds.is_dir():
            return None
        ids = sorted(
            entry.name for entry in self.builds.iterdir() if (entry / "run.json").is_file()
        )
        return ids[-1] if ids else None

    def current(self) -> dict[str, Any] | None:
        """Return the content of ``current.json``, or None before the first publication.

        Raises :class:`MachineError` if it cannot be read or names no build: the file is swapped as
        a whole, so a run that is killed cannot leave it so.
        """
        try:
            with machine_errors(f"read {self.current_file}"):
                content = self.current_file.read_bytes()
        except MachineError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        return _pointer(self.current_file, content)

    @contextlib.contextmanager
    def lock(self) -> Iterator[Home]:
        """Hold the one lock of this home and yield the home to go on with.

        The lock dies with the last process that has its descriptor, so it never goes stale.
        Raises :class:`LockedError` while another run, or a child that outlived one, holds it.
        """
        with machine_errors(f"open the lock {self.lock_file}"):
            handle = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _flock(handle, fcntl.LOCK_EX, tries=_LOCK_TRIES):
                holder = os.read(handle, 4096).decode("utf-8", "replace").strip()
                raise LockedError(
                    f"Another run holds the lock of {self.root}: {holder or 'holder unknown'}.",
                    hint="Wait for it to end; the lock goes with its process and its children.",
                )
            os.ftruncate(handle, 0)
            os.write(
                handle, f"process {os.getpid()} since {utc_now():%Y-%m-%d %H:%M:%S} UTC".encode()
            )
            yield replace(self, lock_descriptor=handle)
        finally:
            os.close(handle)

    def is_locked(self) -> bool:
        """Tell whether a run, or a child of one, is alive."""
        try:
            handle = os.open(self.lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not _flock(handle, fcntl.LOCK_SH, tries=1)
        finally:
            os.close(handle)


def _pointer(path: Path, content: bytes) -> dict[str, Any]:
    """Return the pointer that a file holds; raises :class:`MachineError` if it holds none."""
    try:
        pointer = json.loads(content)
        why = "it does not name a build and its database"
        is_sound = isinstance(pointer, dict) and all(
            isinstance(pointer.get(key), str) for key in ("build_id", "database")
        )
    except ValueError as error:  # broken JSON, or no text at all
        why, is_sound = f"it is not JSON ({error})", False
    if not is_sound:
        raise MachineError(
            f"The pointer to the served build, {path}, is damaged: {why}.",
            hint="The published builds beside it are not touched by that: 'halftime publish' or "
            "the next 'halftime run' writes it anew; 'halftime verify' checks the builds.",
        )
    return pointer


def _flock(handle: int, kind: int, *, tries: int) -> bool:
    """Try to lock an open file without waiting for its holder; return whether it was had."""
    for turn in range(tries):
        if turn:
            time.sleep(_SECONDS_BETWEEN_TRIES)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return True
    return False


@contextlib.contextmanager
def machine_errors(doing: str) -> Iterator[None]:
    """Turn errors of the operating system and of DuckDB's file layer into :class:`MachineError`."""
    try:
        yield
    except HalftimeError:
        raise
    except OSError as error:
        raise MachineError(
            f"Could not {doing}: {error.strerror or error}.", hint=_mend(error)
        ) from error
    except Exception as error:
        if is_file_in_use(str(error)):
            raise file_in_use(f"Could not {doing}") from error
        if is_machine_trouble(str(error)):
            raise MachineError(
                f"Could not {doing}: {str(error).splitlines()[0]}", hint="Check disk and rights."
            ) from error
        raise


def is_file_in_use(message: str) -> bool:
    """Tell whether DuckDB says that another process has a database open."""
    return "lock on file" in message.lower()


def file_in_use(doing: str) -> LockedError:
    """Say that something could not be done because another process has the database open."""
    return LockedError(
        f"{doing}: the warehouse is open in another process.",
        hint="Wait until that run has ended, or close the program that has the file open.",
    )


def is_machine_trouble(message: str) -> bool:
    """Tell whether a message of DuckDB or dbt speaks of the machine rather than of data."""
    signs = (
        "No space left",
        "Permission denied",
        "Read-only file system",
        "Disk quota",
        "IO Error",
    )
    return any(sign in message for sign in signs) or "Out of Memory" in message


def _mend(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full: free some space; the last published build is still served."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Give this user write rights or choose another --home."
    return "Check the disk and the rights of this folder."


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a small file so that a reader sees the whole old or the whole new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def to_json(value: Any) -> str:
    """Return readable JSON with sorted keys and a final newline."""
    return json.dumps(value, indent=2, sort_keys=True, default=str, ensure_ascii=False) + "\n"
