"""By whom, with which code and with which packages something was made."""

from __future__ import annotations

import functools
import getpass
import hashlib
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
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
#: Folders that hold what figures are made with; what else lies untracked in a clone is no code.
CODE_FOLDERS = ("dashboards", "halftime", "macros", "models", "quality", "seeds", "tests/dbt")
# Whatever the account's own settings of git say, the same changes are the same bytes.
_DIFF = (
    "diff",
    *("HEAD", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--no-renames", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--ignore-submodules"),
    *("--diff-algorithm=myers", "--no-indent-heuristic", "--inter-hunk-context=0"),
)


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Halftime, Python and the packages that figures depend on."""
    return {
        "halftime": __version__,
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in VERSIONED_PACKAGES},
    }


def described_commit(root: Path = PROJECT_ROOT) -> str | None:
    """Return the commit of the project, with '-dirty' when the tree differs; None outside git."""
    said = _git(root, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    return (said or b"").decode().strip() or None


def uncommitted_sha256(root: Path = PROJECT_ROOT) -> str | None:
    """Return a digest of what differs from the commit; None where nothing does, or outside git.

    It is made of the changes to tracked files, and of name and content of each file of the code
    folders that git neither tracks nor ignores. Two trees with the same digest hold the same code
    if their commit is the same; the changes themselves are not kept.
    """
    changes = _git(root, *_DIFF)
    listed = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *CODE_FOLDERS)
    if changes is None or listed is None:
        return None
    names = sorted(name for name in listed.split(b"\0") if name)
    if not changes and not names:
        return None
    digest = hashlib.sha256(changes)
    for name in names:
        path = root / name.decode("utf-8", "surrogateescape")
        content = file_sha256(path) if path.is_file() else ""
        digest.update(b"\0" + name + b"\0" + content.encode())
    return digest.hexdigest()


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git says in a folder; None if there is no git, or no commit."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def build_code(root: Path = PROJECT_ROOT) -> dict[str, str | None]:
    """Return what a manifest says of the code: commit, digest of what differs from it, versions."""
    return {
        "git_commit": described_commit(root),
        "uncommitted_sha256": uncommitted_sha256(root),
        **versions(),
    }


def code_differences(built: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return in what the code of a build (``build_code``) is other than this, one sentence each.

    None means that both are known and the same. What an older manifest lacks is said as well.
    """
    found = []
    if built.get("git_commit") is None or here.get("git_commit") is None:
        found.append(f"Made with {_tree(built)}, this is {_tree(here)}: whether they are the same")
        found[-1] += " is not known."
    elif _tree(built) != _tree(here):
        found.append(f"Made with {_tree(built)}, this is {_tree(here)}.")
    elif _is_dirty(built) and not built.get("uncommitted_sha256"):
        found.append(f"Made with {_tree(built)}: whether these are the changes here is not known.")
    names = ("git_commit", "uncommitted_sha256")
    for name in sorted({*built, *here} - {*names}):
        if built.get(name) != here.get(name):
            was, now = built.get(name) or "an unknown version", here.get(name) or "none"
            found.append(f"Made with {name} {was}, this is {now}.")
    return found


def _is_dirty(code: Mapping[str, Any]) -> bool:
    return str(code.get("git_commit")).endswith(_DIRTY) or bool(code.get("uncommitted_sha256"))


def _tree(code: Mapping[str, Any]) -> str:
    """Name commit and changes in words."""
    commit = code.get("git_commit")
    if commit is None:
        return "an unknown commit"
    named = f"commit {str(commit).removesuffix(_DIRTY)}"
    if not _is_dirty(code):
        return named
    digest = code.get("uncommitted_sha256")
    return f"{named} (with changes {digest[:16] if digest else 'that were not written down'})"


def code() -> dict[str, Any]:
    """Return commit, whether and in what the tree differs from it, hash of the lock, versions."""
    described = described_commit()
    lock = PROJECT_ROOT / "requirements.lock"
    return {
        "git_commit": described.removesuffix(_DIRTY) if described else None,
        "is_dirty": described.endswith(_DIRTY) if described else None,
        "uncommitted_sha256": uncommitted_sha256(),
        "lock_sha256": file_sha256(lock) if lock.is_file() else None,
        "versions": versions(),
    }


def actor() -> str:
    """Return the account of the machine under which this process runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"
