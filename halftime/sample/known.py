"""What this checkout has contracts for: the sample writes no file that nothing can read."""

from __future__ import annotations

from pathlib import Path

_STAGING = Path(__file__).resolve().parent.parent.parent / "models" / "staging"
SYSTEMS = frozenset(path.name for path in _STAGING.iterdir() if path.is_dir())
"""Names of the systems."""


def has(system: str, thing: str = "") -> bool:
    """Whether a system, or one of its objects, is known."""
    folder = _STAGING / system
    return folder.is_dir() and (not thing or (folder / f"stg_{system}__{thing}.sql").is_file())
