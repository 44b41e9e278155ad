"""By whom, with which code and with which packages something was made."""

from __future__ import annotations

import functools
import getpass
import platform
import subprocess
from importlib import metadata
from typing import Any

from halftime import __version__
from halftime.hashing import file_sha256
from halftime.home import PROJECT_ROOT

VERSIONED_PACKAGES = (
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "streamlit",
    "pandas",
)
_DIRTY = "-dirty"


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Halftime, Python and the packages that figures depend on."""
    return {
        "halftime": __version__,
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in VERSIONED_PACKAGES},
    }


def described_commit() -> str | None:
    """Return the commit of the project, with '-dirty' when the tree differs; None outside git."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def code() -> dict[str, Any]:
    """Return commit, whether the tree differs from it, hash of the lock, and versions."""
    described = described_commit()
    lock = PROJECT_ROOT / "requirements.lock"
    return {
        "git_commit": described.removesuffix(_DIRTY) if described else None,
        "is_dirty": described.endswith(_DIRTY) if described else None,
        "lock_sha256": file_sha256(lock) if lock.is_file() else None,
        "versions": versions(),
    }


def actor() -> str:
    """Return the account of the machine under which this process runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"
