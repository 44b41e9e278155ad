"""Defects of HubSpot's files, deals that were merged, and an owner whom nobody knows."""

from __future__ import annotations

import numpy as np

from halftime.sample.crm import hubspot_deal_id
from halftime.sample.deals import REOPENED, Deals
from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.layout_hubspot import SNAPSHOTS
from halftime.sample.planting import Outcome, Planter, PlanterOf, cell, kind_of, spaces
from halftime.sample.text import timestamp_text
from halftime.sample.world import World

UNKNOWN_STAGE = "99999999"
UNKNOWN_OWNER = "41999999"
COMPANIES = f"hubspot/company_{SNAPSHOTS[-1]}.csv"
FIRST_PLANTED = 900_000_000
MERGED_SECOND = 1_790_000_000 - 86_400 * 9
"""Moment at which all merges happened: deals opened later were not there to be merged."""
CELLS = {
    "company": (
        "id",
        (
            ("property_numberofemployees", "about 200", "unparsable:employee_count"),
            ("property_annualrevenue", "n/a", "unparsable:annual_revenue"),
            ("property_createdate", "2025-02-30T10:00:00.000Z", "unparsable:created_at"),
        ),
    ),
    "engagement_call": (
        "engagement_id",
        (
            ("property_hs_call_duration", "two minutes", "unparsable:duration_milliseconds"),
            ("property_hs_call_duration", "-4000", "out_of_range:duration_milliseconds"),
            ("property_hs_timestamp", "after lunch", "unparsable:occurred_at"),
        ),
    ),
    "deal_property_history": (
        "deal_id",
        (
            ("timestamp", "", "missing:changed_at"),
            ("timestamp", "2026-13-01T00:00:00.000Z", "unparsable:changed_at"),
            ("name", "", "missing:property_name"),
        ),
    ),
}
DEAL_CELLS = (
    ("property_amount", "-2500.00", "out_of_range:amount"),
    ("property_amount", "12k", "unparsable:amount"),
    ("property_closedate", "2025-02-30T12:00:00.000Z", "unparsable:close_at"),
    ("property_createdate", "yesterday", "unparsable:created_at"),
    ("is_deleted", "maybe", "unparsable:is_deleted"),
)


def plant_hubspot(planter_of: PlanterOf, world: World, outcome: Outcome) -> None:
    """Plant the defects of HubSpot's files."""
    if not world.crm.deals.any():
        return
    rounds = world.size.defect_rounds
    number = FIRST_PLANTED
    for thing, (key, cells) in CELLS.items():
        plant = planter_of(COMPANIES if thing == "company" else f"hubspot/{thing}.csv", None)
        for _ in range(rounds):
            for header, text, rule in cells:
                number += 1
                values = {} if thing == "deal_property_history" else {key: str(number)}
                plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", values)
            plant.duplicate()
            plant.ragged()
    company = planter_of(COMPANIES, None)
    _absent(planter_of, rounds)
    company.changed("nbsp_and_blanks", "property_name", spaces)
    # Deals that are won or lost cannot be merged by the sample: open ones keep their truth simple.
    changes = world.deals.changes
    chosen = np.flatnonzero(world.crm.deals)
    stage = changes.stage[world.deals.last_change[chosen]]
    is_older = world.deals.created_second[chosen] < MERGED_SECOND
    # A small company has few of them, so all other defects stand on the rest.
    can_merge = (stage < 5) & is_older
    entered_twice = planter_of("hubspot/deal.csv", np.flatnonzero(can_merge))
    deals = planter_of("hubspot/deal.csv", np.flatnonzero(~can_merge))
    merges = planter_of("hubspot/merged_deal.csv", None)
    for _ in range(rounds):
        _deal(deals, outcome)
        for is_flagged in (True, False):
            _merge(entered_twice, merges, chosen, outcome, is_flagged=is_flagged)
    deals.ragged()
    _reopened(planter_of("hubspot/deal_stage.csv", None).file, world.deals)


def _absent(planter_of: PlanterOf, rounds: int) -> None:
    """Plant companies that the next month's file lacks.

    August's is complete, so that who is missing in it was deleted. September's has rows whose
    company cannot be known, and says nothing of what it lacks.
    """
    number = FIRST_PLANTED + 500_000
    july, august, _ = (planter_of(f"hubspot/company_{day}.csv", None) for day in SNAPSHOTS)
    for _ in range(rounds):
        for plant, defect, outcome in (
            (july, "absent_record", f"deleted_on:{SNAPSHOTS[1]}"),
            (august, "absent_in_an_incomplete_file", "unflagged:is_deleted"),
        ):
            number += 1
            name = f"Mergers & Sons {number}"
            plant.add(defect, outcome, "id", {"id": str(number), "property_name": name})


def _reopened(file: SourceFile, deals: Deals) -> None:
    reopened = np.flatnonzero(deals.changes.slot == REOPENED)
    ids = hubspot_deal_id(deals.changes.deal[reopened]).to_pylist()
    moments = timestamp_text(deals.changes.second[reopened]).to_pylist()
    keys = zip(
        file.table["deal_id"].to_pylist(), file.table["date_entered"].to_pylist(), strict=True
    )
    place = {key: row for row, key in enumerate(keys)}
    for key in zip(ids, moments, strict=True):
        if key in place:
            defect = Defect("reopened_deal", f"reopened:{key[0]}", f"date_entered={key[1]}")
            file.notes.append((place[key], defect))


def _new_id(plant: Planter) -> str:
    """Give an id that no clean deal has, one after another within a file."""
    number = FIRST_PLANTED + len(plant.file.planted)
    return str(hubspot_deal_id(np.array([number]))[0].as_py())


def _deal(plant: Planter, outcome: Outcome) -> None:
    for header, text, rule in DEAL_CELLS:
        key = {"deal_id": _new_id(plant)}
        plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", key)
    plant.bad("missing_key", "deal_id", "", "rejected:missing:deal_id", {})
    plant.duplicate()
    plant.add(
        "deleted_record",
        "flagged:is_deleted",
        "is_deleted",
        {"deal_id": _new_id(plant), "is_deleted": "true"},
    )
    plant.add(
        "unknown_stage",
        f"unmapped_stage:{UNKNOWN_STAGE}",
        "deal_pipeline_stage_id",
        {"deal_id": _new_id(plant), "deal_pipeline_stage_id": UNKNOWN_STAGE},
    )
    plant.add(
        "unmatched_person",
        f"unmatched:{UNKNOWN_OWNER}",
        "owner_id",
        {"deal_id": _new_id(plant), "owner_id": UNKNOWN_OWNER, "is_deleted": "true"},
    )
    outcome.deleted_deals += 2
    outcome.unmapped_deals += 1


def _merge(
    deals: Planter, merges: Planter, chosen: np.ndarray, outcome: Outcome, *, is_flagged: bool
) -> None:
    """Merge a deal that was entered twice into the one that stays.

    The connector may flag the other one as deleted, or leave it as it was: the merge alone says
    that it is gone.
    """
    row = deals.next_row()
    kept = str(hubspot_deal_id(chosen[[row]])[0].as_py())
    flag = str(is_flagged).lower()
    gone = deals.file.values(row) | {"deal_id": _new_id(deals), "is_deleted": flag}
    moment = str(timestamp_text(np.array([MERGED_SECOND]))[0].as_py())
    name = "merged_deal" if is_flagged else "merged_deal_not_flagged"
    deals.file.plant(deals.place(), Planted((cell(name, f"merged:{kept}", gone, "deal_id"),), gone))
    record: dict[str, str | None] = {
        "deal_id": kept,
        "merged_deal_id": gone["deal_id"],
        "merged_at": moment,
    }
    defect = Defect(name, f"merged:{kept}", f"merged_deal_id={gone['deal_id']}")
    merges.file.plant(0, Planted((defect,), record))
    outcome.deleted_deals += 1
