"""The published build: which one is served, and a hardened read-only connection to it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

HOME_VARIABLE = "HALFTIME_HOME"

# A reader opens one file, read-only, and can reach nothing else on the machine.
READER_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
    "lock_configuration": "true",
}


@dataclass(frozen=True)
class Build:
    """One published build, as ``current.json`` names it; ``database`` is an absolute path."""

    build_id: str
    database: str
    published_at: str
    as_of: str
    data_through: str
    verdict: str
    company: str
    profile: str = "standard"
    minimum_group: int = 0

    @property
    def is_council(self) -> bool:
        """Tell whether figures of persons and of small groups are withheld."""
        return self.profile == "council"

    @property
    def exists(self) -> bool:
        """Tell whether the file is still there; old builds can be cleared away."""
        return Path(self.database).is_file()


def home_folder() -> Path | None:
    """Return the home that the environment names, or None."""
    value = os.environ.get(HOME_VARIABLE, "").strip()
    return Path(value) if value else None


def current_build(home: Path | None) -> Build | None:
    """Return the build that is served now, or None where nothing has been published yet.

    A pointer that cannot be read counts as nothing published: the page then says what to run.
    """
    if home is None:
        return None
    published = home / "published"
    try:
        pointer = json.loads((published / "current.json").read_text(encoding="utf-8"))
        privacy = pointer.get("privacy") or {}
        build = Build(
            build_id=str(pointer["build_id"]),
            database=str(published / pointer["database"]),
            published_at=str(pointer.get("published_at") or ""),
            as_of=str(pointer.get("as_of") or ""),
            data_through=str(pointer.get("data_through") or ""),
            verdict=str(pointer.get("verdict") or ""),
            company=str(pointer.get("company") or "The company"),
            profile=str(privacy.get("profile") or "standard"),
            minimum_group=int(privacy.get("minimum_group") or 0),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return build if build.exists else None


def connect(database: str) -> duckdb.DuckDBPyConnection:
    """Open a published file for reading only; raises ``duckdb.Error`` if it is not one."""
    return duckdb.connect(database, read_only=True, config=READER_SETTINGS)
