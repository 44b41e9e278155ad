"""Defects of Salesforce's files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from halftime.sample import names
from halftime.sample.deals import REOPENED, Deals
from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.planting import (
    NBSP,
    Outcome,
    Planter,
    PlanterOf,
    cell,
    kind_of,
    serial_ids,
    spaces,
)
from halftime.sample.salesforce import CHANGE, DEAL
from halftime.sample.sizes import AS_OF
from halftime.sample.text import DAY, number_text, salesforce_id
from halftime.sample.world import World

UNKNOWN_STAGE = "Verbal Commit"
DELETED = "flagged:is_deleted"


def _users(plant: Planter, rounds: int) -> None:
    for _ in range(rounds):
        plant.changed("nbsp_and_blanks", "Name", spaces)
        plant.bad("missing_key", "Id", "", "rejected:missing:id", {"Email": "", "Name": "Nobody"})
        plant.duplicate()
    plant.file.header_notes.append(Defect("byte_order_mark", "accepted", "UTF-8 with BOM"))


def _accounts(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for _ in range(rounds):
        plant.changed("nbsp_and_blanks", "Name", spaces)
        plant.changed("embedded_newline", "Name", lambda text: text.replace(" ", "\n", 1))
        plant.changed("zero_filled_null", "NumberOfEmployees", lambda _: "0")
        for header, text, rule in (
            ("NumberOfEmployees", "1.7", "unparsable:employee_count"),
            ("NumberOfEmployees", "about 200", "unparsable:employee_count"),
            ("AnnualRevenue", "n/a", "unparsable:annual_revenue"),
            ("CreatedDate", "2025-02-30T10:00:00.000Z", "unparsable:created_at"),
            ("Name", "  ", "missing:name"),
        ):
            plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.add("deleted_record", DELETED, "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        plant.duplicate()
        plant.ragged()


def _opportunities(
    base: Planter, delta: Planter, rounds: int, ids: Iterator[str], outcome: Outcome
) -> None:
    plain = base.file
    for _ in range(rounds):
        for header, text, rule in (
            ("Amount", "-2500.00", "out_of_range:amount"),
            ("Amount", "twelve thousand", "unparsable:amount"),
            ("Amount", "NaN", "unparsable:amount"),
            ("Amount", "1_000", "unparsable:amount"),
            ("CloseDate", "2025-02-30", "unparsable:close_date"),
            ("CloseDate", "soon", "unparsable:close_date"),
            ("CloseDate", "", "missing:close_date"),
            ("StageName", " ", "missing:stage_name"),
            ("IsWon", "maybe", "unparsable:is_won"),
            ("CreatedDate", "yesterday", "unparsable:created_at"),
        ):
            base.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        base.duplicate()
        base.ragged()
        base.changed("nbsp_and_blanks", "StageName", lambda text: f"{text}{NBSP} ")
        base.changed(
            "embedded_newline", "NextStep", lambda _: "Call the sponsor\nthen send the plan"
        )
        base.add("deleted_record", DELETED, "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        base.add(
            "unknown_stage",
            f"unmapped_stage:{UNKNOWN_STAGE}",
            "StageName",
            {"Id": next(ids), "StageName": UNKNOWN_STAGE, "IsClosed": "false", "IsWon": "false"},
        )
        outcome.deleted_deals += 1
        outcome.unmapped_deals += 1

        # An old version that arrives late, one of them with the 15-character id.
        for defect, width in (("late_version", 18), ("late_version_id_15", 15)):
            values = plain.values(base.next_row())
            values |= {
                "Id": (values["Id"] or "")[:width],
                "StageName": names.OPEN_STAGES[0],
                "IsClosed": "false",
                "IsWon": "false",
                "SystemModstamp": values["CreatedDate"],
            }
            delta.file.plant(
                delta.place(),
                Planted((cell(defect, "superseded", values, "Id"),), values, outcome="superseded"),
            )

        # A newer version that cannot be read: the older one stays current and is flagged.
        row = base.next_row()
        values = plain.values(row) | {"Amount": "12k", "SystemModstamp": "2026-09-30T20:00:00.000Z"}
        delta.file.plant(
            delta.place(),
            Planted(
                (cell("bad_newer_version", "rejected:unparsable:amount", values, "Amount"),),
                values,
                outcome="rejected",
            ),
        )
        plain.notes.append(
            (
                row,
                Defect(
                    "bad_newer_version", "flagged:has_rejected_newer_version", f"Id={values['Id']}"
                ),
            )
        )


def _histories(plant: Planter, rounds: int, ids: Iterator[str], unknown: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("Amount", "-1.00", "out_of_range:amount"),
            ("Amount", "abc", "unparsable:amount"),
            ("StageName", "", "missing:stage_name"),
            ("CreatedDate", "", "missing:created_at"),
            ("CloseDate", "2026-13-01", "unparsable:close_date"),
        ):
            plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.orphan(
            "opportunity_id",
            "OpportunityId",
            {"Id": next(ids), "OpportunityId": next(unknown)},
        )
        plant.duplicate()
        plant.ragged()


def _field_histories(
    plant: Planter, rounds: int, ids: Iterator[str], unknown: Iterator[str]
) -> None:
    """Plant values that their field, not their column, refuses."""
    amount = {"Field": "Amount", "OldValue": "9000.00", "NewValue": "9500.00"}
    close = {"Field": "CloseDate", "OldValue": "2026-08-31", "NewValue": "2026-09-30"}
    for _ in range(rounds):
        for good, header, text, rule in (
            (amount, "NewValue", "twelve thousand", "unparsable:new_value"),
            (amount, "OldValue", "n/a", "unparsable:old_value"),
            (close, "NewValue", "2026-13-01", "unparsable:new_value"),
            (close, "CreatedDate", "", "missing:created_at"),
            (close, "Field", "", "missing:field"),
        ):
            outcome = f"rejected:{rule}"
            plant.bad(kind_of(rule, text), header, text, outcome, {**good, "Id": next(ids)})
        plant.add(
            "untracked_field", "accepted", "Field", {"Id": next(ids), "Field": "Next_Event__c"}
        )
        plant.orphan(
            "opportunity_id",
            "OpportunityId",
            {"Id": next(ids), "OpportunityId": next(unknown)},
        )
        plant.duplicate()
        plant.ragged()


def _tasks(plant: Planter, rounds: int, ids: Iterator[str], unknown: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("CallDurationInSeconds", "two minutes", "unparsable:call_duration_seconds"),
            ("OwnerId", "", "missing:owner_id"),
            ("ActivityDate", "2026-13-01", "unparsable:activity_date"),
        ):
            plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.changed("embedded_newline", "Subject", lambda text: f'{text}\nas agreed, "soon"')
        plant.orphan("what_id", "WhatId", {"Id": next(ids), "WhatId": next(unknown)})
        plant.duplicate()
        plant.ragged()


def _events(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("DurationInMinutes", "-30", "out_of_range:duration_minutes"),
            ("StartDateTime", "after lunch", "unparsable:start_at"),
        ):
            plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.add("deleted_record", DELETED, "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        plant.duplicate()


def _activities(planter_of: PlanterOf, rounds: int, unknown: Iterator[str]) -> None:
    tasks = planter_of("salesforce/Task_2026.csv", None)
    _tasks(tasks, rounds, serial_ids("00T", 700_000_000), unknown)
    # A meeting to come is not in the core yet, so nothing could be flagged there.
    path = "salesforce/Event_2026.csv"
    days = np.array(planter_of(path, None).file.table["ActivityDate"].to_pylist(), dtype="M8[D]")
    held = np.flatnonzero(days <= AS_OF)
    _events(planter_of(path, held), rounds, serial_ids("00U", 700_000_000))


def _reopened(file: SourceFile, deals: Deals) -> None:
    reopened = np.flatnonzero(deals.changes.slot == REOPENED)
    keys = salesforce_id(CHANGE, reopened).to_pylist()
    ids = salesforce_id(DEAL, deals.changes.deal[reopened]).to_pylist()
    place = {key: row for row, key in enumerate(file.table["Id"].to_pylist())}
    for key, deal in zip(keys, ids, strict=True):
        if key in place and place[key] not in file.removed:
            defect = Defect("reopened_deal", f"reopened:{deal}", f"Id={key}")
            file.notes.append((place[key], defect))


def plant_salesforce(planter_of: PlanterOf, world: World, outcome: Outcome) -> None:
    """Plant the defects of Salesforce's files."""
    company, rounds = world.company, world.size.defect_rounds
    unknown_deals = serial_ids("006", 800_000_000)
    _users(planter_of("salesforce/User.csv", None), 1)
    _accounts(planter_of("salesforce/Account.csv", None), rounds, serial_ids("001", 700_000_000))

    # Deals that the delta leaves alone, so that no other version interferes.
    delta = planter_of("salesforce/Opportunity_delta_2026-09-30.csv", None)
    path = "salesforce/Opportunity_2026.csv"
    base = planter_of(path, None).file
    moment = np.int64((company.size.last_day - 7) * DAY)
    stamps = np.array(base.table["SystemModstamp"].to_pylist(), dtype="U19").astype("datetime64[s]")
    opened = np.array(base.table["CreatedDate"].to_pylist(), dtype="U19").astype("datetime64[s]")
    changed = set(delta.file.table["Id"].to_pylist())
    untouched = np.array([row not in changed for row in base.table["Id"].to_pylist()])
    eligible = np.flatnonzero(untouched & (stamps > opened) & (stamps.astype(np.int64) < moment))
    supply = planter_of(path, eligible)
    _opportunities(supply, delta, rounds, serial_ids("006", 700_000_000), outcome)
    delta.file.header_notes.append(
        Defect("missing_column", "reported:missing_optional:lead_source", "LeadSource")
    )
    marks = number_text(np.arange(delta.file.table.num_rows) % 7)
    delta.file.table = delta.file.table.append_column("Champion__c", marks)
    delta.file.header_notes.append(
        Defect("new_column", "reported:unknown:Champion__c", "Champion__c")
    )
    latest = planter_of("salesforce/OpportunityHistory_2026.csv", None)
    _histories(latest, rounds, serial_ids("008", 700_000_000), unknown_deals)
    _reopened(latest.file, world.deals)
    fields = planter_of("salesforce/OpportunityFieldHistory.csv", None)
    _field_histories(fields, rounds, serial_ids("017", 700_000_000), unknown_deals)
    _activities(planter_of, rounds, unknown_deals)
    _around_deals(planter_of, rounds)


def _around_deals(planter_of: PlanterOf, rounds: int) -> None:
    wrong = {
        "Contact": (
            "003",
            (("Id", "", "missing:id"), ("CreatedDate", "??", "unparsable:created_at")),
        ),
        "OpportunityContactRole": (
            "00K",
            (
                ("ContactId", "", "missing:contact_id"),
                ("IsPrimary", "perhaps", "unparsable:is_primary"),
            ),
        ),
        "Lead": ("00Q", (("ConvertedDate", "2026-13-45", "unparsable:converted_date"),)),
        "OpportunityLineItem": (
            "00k",
            (
                ("Quantity", "a dozen", "unparsable:quantity"),
                ("OpportunityId", "", "missing:opportunity_id"),
            ),
        ),
        "OpportunitySplit": (
            "1QQ",
            (
                ("SplitPercentage", "140", "out_of_range:split_percentage"),
                ("SplitPercentage", "half", "unparsable:split_percentage"),
            ),
        ),
    }
    for name, (prefix, cells) in wrong.items():
        plant = planter_of(f"salesforce/{name}.csv", None)
        ids = serial_ids(prefix, 700_000_000)
        for _ in range(rounds):
            for header, text, rule in cells:
                key = {} if header == "Id" else {"Id": next(ids)}
                plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", key)
            plant.duplicate()
