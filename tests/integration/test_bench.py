"""The page of the bench: each step with its rows, and how often memory was looked at."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import duckdb
import pytest


@pytest.fixture
def bench(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(project_root / "scripts"), *sys.path])
    return importlib.import_module("bench")


def test_every_step_has_its_rows(bench: ModuleType, sample_home: Path) -> None:
    rows = bench.bench_rows.step_rows(sample_home, bench.WHOLE_RUN)
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        files, accepted = con.execute(
            "select sum(source_rows), sum(accepted_rows) from quality.ledger"
        ).fetchone() or (0, 0)
    assert rows["sample"] == rows[bench.WHOLE_RUN] == files
    assert accepted < rows["land"] <= files
    assert list(rows) == [
        *("sample", "land", "run (seeds and models)", "test", "validate", "publish"),
        bench.WHOLE_RUN,
    ]
    assert min(rows.values()) > 0


def test_the_page_shows_the_rows_of_a_step(bench: ModuleType) -> None:
    result = bench.SizeResult(
        size="xs",
        raw_rows=1_000,
        raw_bytes=2**20,
        steps={"land": bench.Measured(1.5, 100.0), "publish": bench.Measured(2.5, 200.0)},
        rows={"land": 12_345},
        dbt_seconds=1.0,
        straight_seconds=1.0,
        rewrite_seconds=1.0,
        pack_page_bytes=6_000_000,
        models=[
            bench.bench_models.ModelSpeed("ind_sum", 6.0, 5.0, 4.0),
            bench.bench_models.ModelSpeed("ind_other", 4.0, 3.0),
        ],
        pages={},
    )
    page = bench.report([result], [], [], [], [], seed=7)
    assert "| land | 12,345 | 1.5 |  | 100 |  |" in page
    assert "| publish |  | 2.5 |  | 200 |  |" in page
    assert "| ind_sum | 6.00 | 60.0% | 5.00 | 4.00 | **1.25** |" in page
    assert "| ind_other | 4.00 | 40.0% | 3.00 | none written |  |" in page
    assert "6.0 MB (≤ 5 MB: **misses by × 1.20**)" in page
    assert f"looked at every {1000 * bench.SECONDS_BETWEEN_LOOKS:.0f} ms" in page
