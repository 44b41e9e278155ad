"""dbt's own unit tests: each indicator and each tricky step of the core, worked out by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def test_every_dbt_unit_test_passes(sample_home: Path, project_root: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(sample_home / "warehouse.duckdb", warehouse)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "test", "--select", "test_type:unit"),
            *("--project-dir", project_root, "--profiles-dir", project_root),
            *("--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"),
        ],
        cwd=project_root,
        env={**os.environ, "HALFTIME_WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    failed = [item["unique_id"] for item in results if item["status"] != "pass"]
    assert failed == [], done.stdout[-4000:]
    assert len(results) >= 24
