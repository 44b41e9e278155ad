"""What a stage is taken for: by most of its rows' flags, else by the shipped map, else by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from halftime.contracts import load_contracts
from halftime.firsthour.guess import guess
from halftime.firsthour.look import Table
from halftime.firsthour.stages import Stage, collect, propose, shipped

WON, LOST, OPEN, UNREAD = ("true", "true"), ("true", "false"), ("false", "false"), ("true", "yep")


@pytest.fixture(scope="module")
def contracts(project_root: Path) -> dict:
    return load_contracts(project_root)


def taken(
    contracts: dict,
    project_root: Path,
    stage: str,
    flags: list[tuple[str, str]],
    header: tuple[str, str] = ("IsClosed", "IsWon"),
) -> Stage:
    """Categorise one Salesforce stage by rows with these closed and won flags."""
    rows = tuple(
        (f"006{number:012}", "A", "2026-01-31", stage, "005000000000001", *flag)
        for number, flag in enumerate(flags)
    )
    names = ("Id", "Name", "CloseDate", "StageName", "OwnerId", *header)
    found = guess(Table("Opportunity.csv", "csv", names, rows), contracts)
    assert found is not None
    assert found.contract.object == "opportunity"
    return propose(collect([found]), shipped(project_root / "seeds", "salesforce"))[0]


@pytest.mark.parametrize(
    ("stage", "flags", "category", "is_sure", "is_unanimous"),
    [
        ("Closed Won", [WON] * 9, "won", True, True),
        # A flag that cannot be read says nothing.
        ("Closed Won", [WON] * 9 + [UNREAD], "won", True, True),
        # A few wrong flags do not outvote the many, but they are told.
        ("Closed Won", [WON] * 9 + [LOST], "won", True, False),
        ("Closed Won", [WON] * 9 + [OPEN], "won", True, False),
        # Most rows say otherwise than the shipped map: believed, and doubted.
        ("Closed Won", [WON] + [LOST] * 9, "lost", False, False),
        # Half and half: the shipped map decides, and that is doubted.
        ("Closed Won", [WON] * 5 + [LOST] * 5, "won", False, False),
        ("Ganz prima", [WON] * 5 + [OPEN] * 4, "won", True, False),
        ("Ganz prima", [LOST] * 5, "lost", True, True),
        ("No decision", [LOST] * 5, "no_decision", True, True),
        # Flags that contradict each other within a row say nothing.
        ("Gewonnen", [("false", "true")] * 5, "won", True, True),
    ],
)
def test_most_flags_tell_what_a_stage_is(
    contracts: dict,
    project_root: Path,
    stage: str,
    flags: list[tuple[str, str]],
    category: str,
    is_sure: bool,
    is_unanimous: bool,
) -> None:
    found = taken(contracts, project_root, stage, flags)

    assert (found.category, found.is_sure, found.is_unanimous) == (category, is_sure, is_unanimous)


def test_it_is_said_which_evidence_was_used(contracts: dict, project_root: Path) -> None:
    few = taken(contracts, project_root, "Closed Won", [WON] * 9 + [LOST])
    half = taken(contracts, project_root, "Closed Won", [WON, LOST])
    against = taken(contracts, project_root, "Closed Won", [LOST] * 3)

    assert few.how == "the closed and won flags of 9 of its 10 rows that have them"
    assert half.how.startswith("the shipped stage map, as the closed and won flags of its rows con")
    assert against.how == "the closed and won flags of its rows, though the shipped map says won"


def test_a_closed_flag_alone_tells_no_win(contracts: dict, project_root: Path) -> None:
    header = ("IsClosed", "Region")
    won = taken(contracts, project_root, "Closed Won", [("true", "North")] * 4, header)
    odd = taken(contracts, project_root, "Ganz prima", [("true", "North")] * 4, header)

    assert (won.category, won.is_sure) == ("won", True)
    assert (odd.category, odd.is_sure) == ("lost", False)


def test_a_won_flag_alone_tells_no_loss(contracts: dict, project_root: Path) -> None:
    header = ("Region", "IsWon")
    found = taken(contracts, project_root, "Closed Lost", [("North", "false")] * 4, header)

    assert (found.category, found.how) == ("lost", "the shipped stage map")
