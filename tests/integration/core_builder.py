"""Land a handful of files and build the models up to the core, with the real programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from halftime.config import load_config
from halftime.contracts import load_contracts

Query = Callable[[str], list[tuple[Any, ...]]]
UP_TO_THE_CORE = (
    "stage_map",
    "path:models/staging",
    "path:models/intermediate",
    "path:models/core",
)


def build_core(
    root: Path, project: Path, files: dict[str, str], config: str, select: tuple[str, ...] = ()
) -> Path:
    """Land the files under a configuration, run the models up to the core; return the warehouse.

    ``select`` are dbt selectors for those who need less than the whole core.
    """
    landing = root / "landing"
    for name, text in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    settings = landing / "halftime.yml"
    settings.write_text(config, encoding="utf-8")
    home = root / "home"
    _run("halftime", "land", "--config", str(settings), "--home", str(home), project=project)
    loaded = load_config(settings, load_contracts(project))
    warehouse = home / "warehouse.duckdb"
    _run(
        "dbt.cli.main",
        *("build", "--project-dir", str(project), "--profiles-dir", str(project), "--quiet"),
        *("--target-path", str(root / "target"), "--log-path", str(root / "logs")),
        *("--select", *(select or UP_TO_THE_CORE), "--exclude", "test_type:unit", "test_type:data"),
        *("--vars", json.dumps(loaded.dbt_vars(as_of=None, loaded_until=None), default=str)),
        project=project,
        environment={
            "HALFTIME_WAREHOUSE": str(warehouse),
            "HALFTIME_TEMP_DIRECTORY": str(root / "tmp"),
        },
    )
    return warehouse


def _run(
    module: str, *arguments: str, project: Path, environment: dict[str, str] | None = None
) -> None:
    """Run one of the environment's programs and show what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=project,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{module} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


def reader(warehouse: Path) -> Query:
    """Return a function that asks the warehouse, opened read-only for each question."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    return ask
