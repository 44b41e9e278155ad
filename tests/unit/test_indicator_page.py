"""Registry, changes, docs blocks and page say the same of indicators; a silent change is found."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def script(project_root: Path) -> ModuleType:
    path = project_root / "scripts" / "indicator_page.py"
    spec = importlib.util.spec_from_file_location("indicator_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["indicator_page"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def changed(project_root: Path, tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copy registry and blocks, and change one text in one of the files."""

    def change(name: str, old: str, new: str) -> Path:
        for folder in ("seeds", "docs/blocks"):
            shutil.copytree(project_root / folder, tmp_path / folder)
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return change


def test_registry_changes_and_docs_blocks_fit_together(script: ModuleType) -> None:
    """Mend it with: make indicators."""
    assert script.trouble() == []


def test_the_page_is_that_of_today(script: ModuleType) -> None:
    """Mend it with: make indicators."""
    assert script.PAGE.read_text(encoding="utf-8") == script.page()


def test_a_formula_changed_without_a_new_version_is_found(
    script: ModuleType, changed: Callable[[str, str, str], Path]
) -> None:
    root = changed("seeds/indicators.csv", "windows with at least one strict session", "windows")
    assert [text for text in script.trouble(root) if "CO-01" in text and "version" in text]


def test_a_new_version_without_a_line_in_the_changes_is_found(
    script: ModuleType, changed: Callable[[str, str, str], Path]
) -> None:
    root = changed("seeds/indicator_changes.csv", "AF-01,2,", "AF-01,3,")
    assert "AF-01 version 2 is not in seeds/indicator_changes.csv." in script.trouble(root)


def test_an_indicator_without_a_docs_block_is_found(
    script: ModuleType, changed: Callable[[str, str, str], Path], project_root: Path
) -> None:
    holder = next(
        path
        for path in (project_root / "docs" / "blocks").glob("*.md")
        if "{% docs co_01 %}" in path.read_text(encoding="utf-8")
    )
    root = changed(str(holder.relative_to(project_root)), "{% docs co_01 %}", "{% docs co_99 %}")
    found = script.trouble(root)
    assert "CO-01 has no docs block 'co_01' that names it." in found
    assert "The docs block 'co_99' is of no indicator." in found


def test_every_link_of_the_overview_leads_to_a_heading(script: ModuleType) -> None:
    text = script.page()
    headings = {
        re.sub(r"[^\w\- ]", "", line[4:].lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("### ")
    }
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links == headings
    assert len(links) == len(script.registry())


def test_single_reps_have_some_of_the_grains_and_the_months_that_lead_and_lag_needs(
    script: ModuleType,
) -> None:
    for rows in script.registry().values():
        for row in rows:
            grains, of_reps = row["grains"].split(","), row["rep_grains"].split(",")
            is_for_reps = "rep" in row["entity_types"].split(",")
            assert (row["rep_grains"] != "") is is_for_reps, row["measure_id"]
            assert not is_for_reps or set(of_reps) <= set(grains), row["measure_id"]
            if is_for_reps and row["is_lead_lag"] == "true":
                assert "month" in of_reps, (row["indicator_id"], row["measure_id"])
