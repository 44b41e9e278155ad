"""Every indicator is unit-tested in the same six cases, or it is written down why it cannot be.

A unit test of dbt says in its `meta`, under `shows`, which cases of which indicators it shows;
indicator_cases_without.csv lists the cases that an indicator does not have.
"""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

CASES = (
    "ordinary",  # Worked out by hand in the comment above the test.
    "nothing",  # Nothing to divide by.
    "boundary",  # The first and the last day of a period.
    "move",  # Somebody changes team or manager in mid-period.
    "as_of",  # What happens after the as-of date, or was known only later.
    "trap",  # What the definition of the indicator warns of.
)
WITHOUT = Path(__file__).parent / "indicator_cases_without.csv"


class Case(NamedTuple):
    """One case of one indicator."""

    indicator_id: str
    case: str


def table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def unit_tests(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return for each unit test of a file which cases of which indicators it says it shows."""
    tests = yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", [])
    return {test["name"]: test.get("config", {}).get("meta", {}).get("shows", {}) for test in tests}


def claims(path: Path) -> list[Case]:
    """Return what the unit tests of one file say that they show, each as often as it is said."""
    return [
        Case(indicator_id, case)
        for shows in unit_tests(path).values()
        for indicator_id, cases in shows.items()
        for case in cases
    ]


def uncommented(path: Path) -> list[str]:
    """Return the unit tests of an ordinary case without a comment above that works it out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    commented = {
        line.removeprefix("  - name: ")
        for above, line in pairwise(lines)
        if above.startswith("  #")
    }
    return [
        name
        for name, shows in unit_tests(path).items()
        if name not in commented and any("ordinary" in cases for cases in shows.values())
    ]


@pytest.fixture(scope="module")
def files(project_root: Path) -> list[Path]:
    return sorted((project_root / "models").glob("**/_*unit_tests.yml"))


@pytest.fixture(scope="module")
def required(project_root: Path) -> set[Case]:
    ids = {row["indicator_id"] for row in table(project_root / "seeds" / "indicators.csv")}
    return {Case(indicator_id, case) for indicator_id in ids for case in CASES}


@pytest.fixture(scope="module")
def shown(files: list[Path]) -> set[Case]:
    return {case for path in files for case in claims(path)}


@pytest.fixture(scope="module")
def without() -> list[Case]:
    return [Case(row["indicator_id"], row["case"]) for row in table(WITHOUT)]


def test_every_indicator_is_shown_in_every_case(
    required: set[Case], shown: set[Case], without: list[Case]
) -> None:
    assert sorted(required - shown - set(without)) == []


def test_only_cases_of_indicators_in_the_registry_are_shown(
    required: set[Case], shown: set[Case]
) -> None:
    assert sorted(shown - required) == []


def test_an_exception_is_of_a_known_case_that_no_test_shows(
    required: set[Case], shown: set[Case], without: list[Case]
) -> None:
    assert sorted(set(without) - required) == []
    assert sorted(set(without) & shown) == []


def test_exceptions_are_sorted_told_once_and_give_a_reason(without: list[Case]) -> None:
    assert without == sorted(set(without))
    assert [row for row in table(WITHOUT) if not (row["why"] or "").strip()] == []


def test_an_ordinary_case_is_worked_out_in_the_comment_above_its_test(files: list[Path]) -> None:
    assert [name for path in files for name in uncommented(path)] == []


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "_some__unit_tests.yml"
    path.write_text(
        "unit_tests:\n"
        "  # 1 of 2.\n"
        "  - name: a\n"
        "    config: {meta: {shows: {CO-01: [ordinary, trap], XX-01: [odd]}}}\n"
        "  - name: b\n"
        "    config: {meta: {shows: {CO-01: [ordinary]}}}\n"
        "  - name: c\n",
        encoding="utf-8",
    )
    return path


def test_claims_are_read_from_the_meta_of_unit_tests(example: Path) -> None:
    assert Counter(claims(example)) == {
        Case("CO-01", "ordinary"): 2,
        Case("CO-01", "trap"): 1,
        Case("XX-01", "odd"): 1,
    }


def test_an_ordinary_case_without_a_comment_is_found(example: Path) -> None:
    assert uncommented(example) == ["b"]
