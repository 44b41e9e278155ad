"""Under which names each person is known in which system, and which names nobody can place."""

from __future__ import annotations

import numpy as np

from halftime.sample.calls import recording_people
from halftime.sample.gong import user_id
from halftime.sample.hubspot import owner_id
from halftime.sample.numbering import mark
from halftime.sample.planting import Outcome
from halftime.sample.text import salesforce_id
from halftime.sample.world import World

HEADER = ("system", "alias", "person_id", "expected")
BY_MAIL = ("salesforce", "hubspot", "gong", "coaching_log", "calendar", "learning", "reference",
           "tabular", "people")  # fmt: skip
BY_NAME = ("coaching_log", "tabular")


def person_id(person: int) -> str:
    """Write the roster's number of a person."""
    return f"E{mark()}{person + 1001:04d}"


def identities(
    world: World, planted: Outcome, lines: list[tuple]
) -> list[tuple[str, str, str, str]]:
    """List (system, alias, person, expected); a name that fits nobody or several has no person."""
    company = world.company
    everybody = np.arange(company.people)
    users = salesforce_id("005", everybody, world.crm.salesforce_people).to_pylist()
    owners = owner_id(everybody, world.crm.hubspot_people).to_pylist()
    recorded = recording_people(company)
    names, counts = np.unique(company.full_name, return_counts=True)
    shared = set(names[counts > 1].tolist())
    found: list[tuple[str, str, str, str]] = []
    for person in range(company.people):
        mail, name, key = str(company.email[person]), str(company.full_name[person]), ""
        key = person_id(person)
        forms = [("people", key), *((system, mail) for system in BY_MAIL)]
        forms += [("salesforce", users[person])] if users[person] else []
        forms += [("hubspot", owners[person])] if owners[person] else []
        forms += [("gong", user_id(person))] if recorded[person] else []
        forms += [(system, name) for system in BY_NAME if name not in shared]
        found += [(system, str(alias), key, "matched") for system, alias in forms]
    found += [
        (system, alias, person_id(person), "matched") for system, alias, person in planted.aliases
    ]
    kinds = ("unmatched", "ambiguous")
    doubtful = set()
    for line in lines:
        kind, _, alias = line[3].partition(":")
        if kind in kinds:
            doubtful.add((line[4].split(".")[0], alias, "", kind))
    return [*found, *sorted(doubtful)]
