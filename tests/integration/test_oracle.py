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

import pytest
from oracle import behavior, coaching, compare, people, pipeline, quality, quota, warning
from oracle.company import Company
from oracle.deals import Deal, read_deals
from oracle.figures import Figures
from oracle.files import Files

AS_OF = dt.date(2026, 9, 30)
FAMILIES: dict[str, Callable[[Files, Company, dict[str, Deal]], Figures]] = {
    "pipeline": pipeline.all_of,
    "warning": warning.all_of,
    "coaching": coaching.all_of,
    "quality": quality.all_of,
    "people": people.all_of,
    "behavior": behavior.all_of,
    "quota": quota.all_of,
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


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Change one word of a raw file, which must be in it."""
    path = folder / name
    text = path.read_text(encoding="utf-8-sig")
    assert text.count(old) == 1, (name, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_one_changed_amount_is_seen(
    sample_folder: Path, figures_published: dict[tuple, tuple], tmp_path: Path
) -> None:
    """An oracle that agrees with anything would prove nothing."""
    folder = tmp_path / "spoilt"
    shutil.copytree(sample_folder, folder)
    name = "salesforce/Opportunity_2025.csv"
    with (folder / name).open(encoding="utf-8-sig", newline="") as handle:
        row = next(one for one in csv.DictReader(handle) if one["StageName"] == "Closed Won")
    deal = ",".join(f'"{row[key]}"' for key in ("Id", "AccountId", "Name", "OwnerId", "StageName"))
    spoil(folder, name, f'{deal},"{row["Amount"]}"', f'{deal},"1.00"')
    figures = work_out(folder, "pipeline")
    _, lines = compare.disagreements(figures, figures_published, figures.measures())
    assert lines
    # It is the value that is wrong, for everybody for whom the deal counts; the number is not.
    assert {line.split("'")[3] for line in lines} == {"by_value"}


def test_one_removed_session_is_seen(
    sample_folder: Path, figures_published: dict[tuple, tuple], tmp_path: Path
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(sample_folder, folder)
    path = folder / "coaching_log" / "Session Log.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert '"held"' in lines[1]
    path.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8")
    figures = work_out(folder, "coaching")
    _, found = compare.disagreements(figures, figures_published, figures.measures())
    assert any("'CO-03', 'share', 'company'" in line for line in found)
    assert any("'CO-06', 'individual', 'rep'" in line for line in found)
