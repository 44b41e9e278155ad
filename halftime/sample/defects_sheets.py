"""Defects of the roster and of finance's quotas."""

from __future__ import annotations

import numpy as np

from halftime.sample import names
from halftime.sample.company import SHARED_NAME, Company
from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.planting import Outcome, Planter, PlanterOf, cell, kind_of, spaces
from halftime.sample.world import World

UNMATCHED_REP = "Temp Account 2"


def _roster(plant: Planter, rounds: int) -> None:
    wrong = (
        ("hire_date", "2025-02-30", "unparsable:hire_date", 1),
        ("role", "wizard", "not_accepted:role", 2),
        ("full_name", "", "missing:full_name", 3),
    )
    for header, text, rule, serial in wrong if rounds > 1 else wrong[:2]:
        key = {"person_id": f"E990{serial}", "email": f"nobody{serial}@{names.DOMAIN}"}
        plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", key)
    plant.changed("nbsp_and_blanks", "full_name", spaces)
    plant.duplicate()
    if rounds > 1:
        plant.ragged()


def _quotas(plant: Planter, rounds: int, swapped: str) -> None:
    wrong = (
        ("Quota", "-5.000,00", "out_of_range:quota_amount"),
        ("Quota", "1,250.00", "unparsable:quota_amount"),
        ("Quarter end", "31.04.2026", "unparsable:period_end"),
        ("Quarter start", "", "missing:period_start"),
        ("Quota", "tbd", "unparsable:quota_amount"),
    )
    for header, text, rule in wrong if rounds > 1 else wrong[:3]:
        plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Rep": UNMATCHED_REP})
    plant.add("unmatched_person", f"unmatched:{UNMATCHED_REP}", "Rep", {"Rep": UNMATCHED_REP})
    shared = " ".join(SHARED_NAME)
    plant.add("ambiguous_person", f"ambiguous:{shared}", "Rep", {"Rep": shared})
    row = next(
        row
        for row in range(plant.file.table.num_rows)
        if plant.file.values(row)["Rep"] == " ".join(reversed(swapped.split(", ")))
        and row not in plant.file.removed
    )
    values = plant.file.take(row) | {"Rep": swapped}
    plant.file.plant(plant.place(), Planted((cell("alias", "accepted", values, "Rep"),), values))
    if rounds > 1:
        plant.ragged()
    plant.file.header_notes.append(
        Defect("decimal_comma", "accepted", "every amount has a decimal comma and points")
    )


def _unshared_rep(company: Company, quota: SourceFile) -> int:
    listed = quota.table["Rep"].to_pylist()
    name = next(name for name in listed if "@" not in name)
    return int(np.flatnonzero(company.full_name == name)[0])


def plant_sheets(planter_of: PlanterOf, world: World, outcome: Outcome) -> None:
    """Plant the defects of the roster and of the quotas."""
    company, rounds = world.company, world.size.defect_rounds
    _roster(planter_of("people/roster.csv", None), rounds)
    quota = planter_of("tabular/Quota FY26.csv", None)
    rep = _unshared_rep(company, quota.file)
    swapped = f"{company.last_name[rep]}, {company.first_name[rep]}"
    outcome.aliases.append(("tabular", swapped, rep))
    _quotas(quota, rounds, swapped)
    planter_of("tabular/Quota FY25.csv", None).file.header_notes.append(
        Defect("encoding", "accepted", "CP1252 with semicolons")
    )
