"""Under which names each person is known in which system, and which names nobody can place."""

from __future__ import annotations

import numpy as np

from halftime.sample.calls import gong_members
from halftime.sample.company import Company
from halftime.sample.gong import user_id
from halftime.sample.hubspot import owner_id
from halftime.sample.numbering import mark
from halftime.sample.planting import Outcome
from halftime.sample.text import salesforce_id
from halftime.sample.world import World

HEADER = ("system", "alias", "person_id", "expected", "valid_to")
BY_MAIL = ("salesforce", "hubspot", "gong", "coaching_log", "calendar", "learning", "reference",
           "tabular", "people")  # fmt: skip
BY_NAME = ("coaching_log", "tabular")


def person_id(person: int) -> str:
    """Write the roster's number of a person."""
    return f"E{mark()}{person + 1001:04d}"


def identities(
    world: World, planted: Outcome, lines: list[tuple]
) -> list[tuple[str, str, str, str, str]]:
    """List (system, alias, person, expected, end); a name that fits nobody has no person.

    A name that several bear is that of the first of them until the second is hired, and from then
    on it fits several.
    """
    company = world.company
    everybody = np.arange(company.people)
    users = salesforce_id("005", everybody, world.crm.salesforce_people).to_pylist()
    owners = owner_id(everybody, world.crm.hubspot_people).to_pylist()
    in_gong = set(gong_members(company).tolist())
    shared = _until_shared(company)
    found: list[tuple[str, str, str, str, str]] = []
    for person in range(company.people):
        mail, name = str(company.email[person]), str(company.full_name[person])
        key = person_id(person)
        forms = [("people", key), *((system, mail) for system in BY_MAIL)]
        forms += [("salesforce", users[person])] if users[person] else []
        forms += [("hubspot", owners[person])] if owners[person] else []
        forms += [("gong", user_id(person))] if person in in_gong else []
        found += [(system, str(alias), key, "matched", "") for system, alias in forms]
        end = shared.get(name, {}).get(person) if name in shared else ""
        if end is not None:
            found += [(system, name, key, "matched", end) for system in BY_NAME]
    found += [
        (system, alias, person_id(person), "matched", "")
        for system, alias, person in planted.aliases
    ]
    kinds = ("unmatched", "ambiguous")
    doubtful = set()
    for line in lines:
        kind, _, alias = line[3].partition(":")
        if kind in kinds:
            doubtful.add((line[4].split(".")[0], alias, "", kind, ""))
    return [*found, *sorted(doubtful)]


def _until_shared(company: Company) -> dict[str, dict[int, str]]:
    """Give, by name that several bear, who bore it first, and the day when the second came."""
    names, counts = np.unique(company.full_name, return_counts=True)
    result = {}
    for name in names[counts > 1].tolist():
        bearers = np.flatnonzero(company.full_name == name)
        first, second = bearers[np.argsort(company.hire_day[bearers], kind="stable")][:2]
        day = str(np.datetime64(int(company.hire_day[second]), "D"))
        result[str(name)] = {int(first): day}
    return result
