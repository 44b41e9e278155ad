"""dbt's own unit tests: each indicator and each tricky step of the core, worked out by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from core_builder import run_dbt

from halftime.home import Home


def test_every_dbt_unit_test_passes(sample_home: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    shutil.copyfile(sample_home / "warehouse.duckdb", home.warehouse)
    done = run_dbt(home, "test", "--select", "test_type:unit", variables={}, folder=tmp_path)
    assert [item["unique_id"] for item in done.results if item["status"] != "pass"] == []
    assert len(done.results) >= 24
