"""The roles, the pages that each may open, and the one where each lands."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to these pages, from the narrowest sight to the widest."""

    REP = "rep"
    MANAGER = "manager"
    AUDITOR = "auditor"
    DATA_TEAM = "data_team"
    ENABLEMENT = "enablement"
    ADMIN = "admin"

    @property
    def is_of_a_person(self) -> bool:
        """Tell whether the role sees by who one is in the data."""
        return self in (Role.REP, Role.MANAGER)


WORDS = {
    Role.REP: "Rep",
    Role.MANAGER: "Manager",
    Role.AUDITOR: "Auditor",
    Role.DATA_TEAM: "Data team",
    Role.ENABLEMENT: "Enablement",
    Role.ADMIN: "Administrator",
}

_PROGRAMME = ("coaching", "skills", "maturity")
_PROOF = ("results", "proof")

# By the addresses of the pages; the first is where the role lands. Details are reached by links.
PAGES: dict[Role, tuple[str, ...]] = {
    Role.REP: ("prep", "week", "deals", "results", "data", "detail"),
    Role.MANAGER: ("week", "prep", "deals", *_PROGRAMME, *_PROOF, "data", "detail"),
    Role.ENABLEMENT: (*_PROGRAMME, "week", "prep", "deals", *_PROOF, "data", "detail"),
    Role.AUDITOR: ("data", "operations"),
    Role.DATA_TEAM: ("data", "operations"),
    Role.ADMIN: ("week", "prep", "deals", *_PROGRAMME, *_PROOF, "data", "operations", "detail"),
}
