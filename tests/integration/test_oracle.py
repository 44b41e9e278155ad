"""Published figures against a second working-out from the raw files.

The oracle (tests/integration/oracle) shares no code with the project and never opens its warehouse:
it reads the sample's files and follows docs/indicators.md. Where both agree to nine digits, for the
company, every team, manager and rep, what is published is what the definition says.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .oracle import compare, pipeline, warning
from .oracle.company import Company
from .oracle.deals import Deal, read_deals
from .oracle.figures import Figures
from .oracle.files import Files

AS_OF = dt.date(2026, 9, 30)
FAMILIES: dict[str, Callable[[Files, Company, dict[str, Deal]], Figures]] = {
    "pipeline": pipeline.all_of,
    "warning": warning.all_of,
}


def work_out(folder: Path, family: str) -> Figures:
    """What a family's definitions make of the raw files of a folder."""
    files = Files(folder)
    company = Company(files, AS_OF)
    return FAMILIES[family](files, company, read_deals(files, company))


@pytest.fixture(scope="module")
def figures_published(sample_home: Path) -> dict[tuple, tuple]:
    current = json.loads((sample_home / "published" / "current.json").read_text(encoding="utf-8"))
    return compare.published(sample_home / "published" / current["database"])


@pytest.mark.parametrize("family", FAMILIES)
def test_published_figures_are_what_the_definitions_say(
    family: str, sample_folder: Path, figures_published: dict[tuple, tuple]
) -> None:
    figures = work_out(sample_folder, family)
    measures = figures.measures()
    compared, lines = compare.disagreements(figures, figures_published, measures)
    assert not lines, f"{len(lines)} of {compared} figures disagree:\n" + "\n".join(lines[:20])
    # Nothing is said to agree that was not there to be compared.
    assert {key[:2] for key in figures_published} >= measures
    assert compared > 1_000
