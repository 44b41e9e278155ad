"""Which figures of groups must be withheld so that none can be traced to a few persons.

Two rules, for any smallest group ``k``:

* **small group**: a figure that rests on fewer than ``k`` persons is withheld.
* **differencing**: no shown group may leave, when shown groups inside it are taken away from it, a
  rest of 1 to ``k - 1`` persons. The smallest part is withheld until none does: of a total of 5
  beside a part of 4, the part.

A group is a set of *units*, written as the bits of a whole number. A unit is a person in one place
of the organisation, so that who changed teams stands in both, and what is left of a total after a
part is taken away is exactly the units outside the part. Everything is pure, and goes through
groups in a fixed order: the same sets give the same answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

SMALL_GROUP = "small_group"
DIFFERENCING = "differencing"


@dataclass(frozen=True, order=True)
class Group:
    """A part of the organisation: its type and its id."""

    entity_type: str
    entity_id: str


Hidden = dict[Group, str]
Part = TypeVar("Part", bound=Hashable)


@dataclass(frozen=True)
class Persons:
    """Who stands behind each unit; ``of_unit`` gives a number of the person per bit."""

    of_unit: Sequence[int]
    minimum: int

    def at_most(self, units: int) -> int:
        """Count the different persons behind units, up to ``minimum``: no more must be known."""
        seen: set[int] = set()
        while units and len(seen) < self.minimum:
            lowest = units & -units
            seen.add(self.of_unit[lowest.bit_length() - 1])
            units ^= lowest
        return len(seen)

    def too_few(self, units: int) -> bool:
        """Tell whether units are somebody's, and of fewer persons than a group must have."""
        return 0 < self.at_most(units) < self.minimum


def small_groups(groups: Mapping[Group, int], present: int, persons: Persons) -> Hidden:
    """Return the groups of which fewer persons than needed, or none, were there."""
    return {
        group: SMALL_GROUP
        for group, units in groups.items()
        if persons.at_most(units & present) < persons.minimum
    }


class Nested:
    """Groups that overlap, found once: what is inside what depends on who counts."""

    def __init__(self, groups: Mapping[Group, int]) -> None:
        self.groups = dict(sorted(groups.items()))
        self._near = {
            group: [other for other, bits in self.groups.items() if bits & units and other != group]
            for group, units in self.groups.items()
        }

    def hide(self, present: int, persons: Persons, hidden: Hidden) -> Hidden:
        """Return ``hidden`` and what must be hidden besides, for a figure of ``present`` units.

        ``present`` are those who count in the figure: all on the roster, or all who contributed.
        """
        counted = {group: units & present for group, units in self.groups.items()}
        found = dict(hidden)
        for group, units in counted.items():
            if group not in found and persons.too_few(units):
                found[group] = SMALL_GROUP
        # The largest wholes first, and again while there was something: hiding a part changes
        # what is left of the others.
        order = sorted(counted, key=lambda group: (-counted[group].bit_count(), group))
        is_changed = True
        while is_changed:
            is_changed = False
            for whole in order:
                while whole not in found and (part := self._part(whole, counted, found, persons)):
                    found[part] = DIFFERENCING
                    is_changed = True
        return found

    def _part(
        self, whole: Group, counted: Mapping[Group, int], found: Hidden, persons: Persons
    ) -> Group | None:
        """Return the smallest part to hide where taking parts from a whole leaves too few."""
        units = counted[whole]
        if not units:
            return None
        inside = [
            part
            for part in self._near[whole]
            if part not in found and counted[part] and not counted[part] & ~units
        ]
        for parts in _ways(inside):
            covered = 0
            for part in parts:
                covered |= counted[part]
            if persons.too_few(units & ~covered):
                return min(parts, key=lambda part: (counted[part].bit_count(), part))
        return None


def _ways(parts: list[Group]) -> Iterator[list[Group]]:
    """Yield what a reader can take away from a whole: one part, all parts of a type, all parts."""
    for part in parts:
        yield [part]
    for kind in sorted({part.entity_type for part in parts}):
        yield [part for part in parts if part.entity_type == kind]
    if parts:
        yield parts


def part_to_hide(parts: Mapping[Part, int], shown: Iterable[Part], persons: Persons) -> Part | None:
    """Return which shown part of a known total must go, so that the hidden ones cannot be told.

    ``parts`` are disjoint in what they count (months of a quarter, products), though the same
    persons may stand in several; None where what is hidden is nobody's or many persons'.
    """
    visible = set(shown)
    rest = 0
    for part, units in parts.items():
        if part not in visible:
            rest |= units
    if not persons.too_few(rest):
        return None
    candidates = [part for part, units in parts.items() if part in visible and units]
    return min(candidates, key=lambda part: (parts[part].bit_count(), str(part)), default=None)
