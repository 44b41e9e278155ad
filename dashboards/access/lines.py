"""Lines added to a log that its owner alone can read, and that an erasure may replace."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path


def append(path: Path, line: str, *, is_synced: bool) -> None:
    """Add a whole line or none; raises :class:`OSError` where that cannot be done.

    An erasure replaces the file: whoever waited for the lock of the old one goes to the new one.
    ``is_synced``: the line is on the disk when this returns.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    while True:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_file_of_that_name(handle, path):
                continue
            os.fchmod(handle, 0o600)
            _write(handle, (line + "\n").encode())
            if is_synced:
                os.fsync(handle)
            return
        finally:
            os.close(handle)


def _write(handle: int, line: bytes) -> None:
    size = os.fstat(handle).st_size
    if os.write(handle, line) < len(line):
        os.ftruncate(handle, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _is_file_of_that_name(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
