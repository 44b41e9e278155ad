"""Withholding groups: no figure of fewer than four persons, and none that subtraction leaves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halftime.privacy.groups import (
    DIFFERENCING,
    SMALL_GROUP,
    Group,
    Nested,
    Persons,
    part_to_hide,
    small_groups,
)

COMPANY = Group("company", "company")
NORTH, SOUTH = Group("region", "north"), Group("region", "south")


def units(*numbers: int) -> int:
    return sum(1 << number for number in numbers)


def hidden(
    groups: dict[Group, int], count: int, of_unit: list[int] | None = None
) -> dict[Group, str]:
    persons = Persons(of_unit or list(range(count)), 4)
    present = (1 << count) - 1
    return Nested(groups).hide(present, persons, small_groups(groups, present, persons))


def test_of_a_total_of_five_beside_a_part_of_four_the_part_is_withheld() -> None:
    found = hidden({COMPANY: units(0, 1, 2, 3, 4), NORTH: units(0, 1, 2, 3), SOUTH: units(4)}, 5)
    assert found == {NORTH: DIFFERENCING, SOUTH: SMALL_GROUP}


def test_a_total_of_eight_beside_a_part_of_four_is_shown() -> None:
    groups = {COMPANY: units(*range(8)), NORTH: units(0, 1, 2, 3), SOUTH: units(4, 5, 6, 7)}
    assert hidden(groups, 8) == {}


def test_several_parts_taken_away_together_are_told() -> None:
    parts = {Group("team", str(n)): units(*range(4 * n, 4 * n + 4)) for n in range(3)}
    groups = {COMPANY: units(*range(14)), **parts, Group("team", "rest"): units(12, 13)}
    found = hidden(groups, 14)
    assert found[Group("team", "rest")] == SMALL_GROUP
    assert sum(reason == DIFFERENCING for reason in found.values()) == 1
    assert COMPANY not in found


def test_a_manager_s_reports_are_a_part_of_the_team_they_are_in() -> None:
    team, reports = Group("team", "t"), Group("manager", "m")
    assert hidden({team: units(*range(6)), reports: units(*range(5))}, 6) == {reports: DIFFERENCING}


def test_who_changed_teams_is_one_person_in_two_places() -> None:
    # Units 0 and 4 are one person: the part has four persons, the rest is that one again.
    groups = {COMPANY: units(0, 1, 2, 3, 4), NORTH: units(0, 1, 2, 3)}
    assert hidden(groups, 5, of_unit=[0, 1, 2, 3, 0]) == {NORTH: DIFFERENCING}


def test_only_those_who_contribute_count() -> None:
    groups = {COMPANY: units(*range(10)), NORTH: units(*range(5)), SOUTH: units(*range(5, 10))}
    persons = Persons(range(10), 4)
    found = Nested(groups).hide(units(0, 5, 6, 7, 8), persons, {})
    assert found == {NORTH: SMALL_GROUP, SOUTH: DIFFERENCING}


@pytest.mark.parametrize(
    ("parts", "shown", "expected"),
    [
        ({"jan": units(0, 1), "feb": units(*range(4)), "mar": units(*range(6))}, "feb mar", "feb"),
        ({"jan": units(*range(4)), "feb": units(*range(4))}, "feb", None),
        ({"jan": 0, "feb": units(*range(4))}, "feb", None),
        ({"jan": units(0), "feb": 0}, "feb", None),
    ],
    ids=["the smallest other month goes", "many are hidden", "nobody is hidden", "none can go"],
)
def test_parts_of_a_known_total(parts: dict[str, int], shown: str, expected: str | None) -> None:
    assert part_to_hide(parts, shown.split(), Persons(range(8), 4)) == expected


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[Group, int], int, list[int]]:
    """Groups that need not nest well, who is there, and persons who stand in several places."""
    count = draw(st.integers(1, 16))
    everybody = st.integers(0, (1 << count) - 1)
    of_unit = draw(st.lists(st.integers(0, count), min_size=count, max_size=count))
    kinds = ("manager", "manager_org", "region", "team")
    groups = {
        Group(kind, str(number)): draw(everybody)
        for kind in kinds
        for number in range(draw(st.integers(0, 3)))
    }
    return {COMPANY: (1 << count) - 1, **groups}, draw(everybody), of_unit


@settings(max_examples=300, deadline=None)
@given(organisations(), st.integers(4, 6))
def test_no_difference_of_shown_groups_is_few_persons(
    organisation: tuple[dict[Group, int], int, list[int]], minimum: int
) -> None:
    groups, present, of_unit = organisation
    persons = Persons(of_unit, minimum)
    found = Nested(groups).hide(present, persons, small_groups(groups, present, persons))
    shown = {group: bits & present for group, bits in groups.items() if group not in found}

    def behind(bits: int) -> int:
        return len({person for place, person in enumerate(of_unit) if bits >> place & 1})

    for whole, bits in shown.items():
        assert behind(bits) >= minimum
        inside = [part for other, part in shown.items() if other != whole and not part & ~bits]
        covered = 0
        for part in inside:
            assert not 0 < behind(bits & ~part) < minimum
            covered |= part
        assert not 0 < behind(bits & ~covered) < minimum
    again = Nested(dict(reversed(groups.items())))
    assert again.hide(present, persons, small_groups(groups, present, persons)) == found
