"""Salesforce's log of single fields (OpportunityFieldHistory) since tracking was switched on.

It tells what OpportunityHistory tells of the same days, field by field: a row per changed field
with the old and the new value, two rows for a new owner (as name and as id), one without values for
a new deal.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from halftime.sample import names
from halftime.sample.company import Company
from halftime.sample.deals import CREATED, Deals
from halftime.sample.qualification import ELEMENTS, WORDS, Qualification
from halftime.sample.salesforce import DEAL, USER
from halftime.sample.text import (
    DAY,
    date_text,
    flag_text,
    money_text,
    pick,
    salesforce_id,
    timestamp_text,
)

FIELD_CHANGE = "017"
TRACKED_DAYS = 92
"""Tracking was switched on so many days before the business date ends: on 1 July."""

FIELDS = ("created", "StageName", "Amount", "CloseDate", "Owner", "Owner")
DATA_TYPES = ("Text", "Picklist", "Currency", "DateOnly", "Text", "EntityId")


def field_history(company: Company, deals: Deals, inside: np.ndarray) -> pa.Table:
    """One row per changed field, in order of time; ``inside`` marks the changes to take."""
    changes = deals.changes
    since = (company.size.last_day + 1 - TRACKED_DAYS) * DAY
    rows = np.flatnonzero(inside & (changes.second >= since))
    is_new = changes.slot[rows] == CREATED
    before = np.maximum(rows - 1, 0)
    old, new = _values(company, deals, before), _values(company, deals, rows)
    moved = [is_new, *(~is_new & _differ(a, b) for a, b in zip(old, new, strict=True))]
    kind = np.concatenate([np.full(int(flag.sum()), n) for n, flag in enumerate(moved)])
    row = np.concatenate([rows[flag] for flag in moved])
    nothing = pa.nulls(int(is_new.sum()), pa.string())
    texts = [
        pa.concat_arrays(
            [nothing, *(v.filter(pa.array(f)) for v, f in zip(values, moved[1:], strict=True))]
        )
        for values in (old, new)
    ]
    order = np.lexsort((kind, row, changes.second[row]))
    row, kind = row[order], kind[order]
    return pa.table(
        {
            "Id": salesforce_id(FIELD_CHANGE, row * len(FIELDS) + kind),
            "IsDeleted": flag_text(np.zeros(len(row), dtype=bool)),
            "OpportunityId": salesforce_id(DEAL, changes.deal[row]),
            "CreatedById": salesforce_id(USER, changes.owner[row]),
            "CreatedDate": timestamp_text(changes.second[row]),
            "Field": pick(FIELDS, kind),
            "DataType": pick(DATA_TYPES, kind),
            "OldValue": texts[0].take(pa.array(order)),
            "NewValue": texts[1].take(pa.array(order)),
        }
    )


def _values(company: Company, deals: Deals, rows: np.ndarray) -> list[pa.Array]:
    """Give the tracked fields after each of these changes, in the order of ``FIELDS``."""
    changes = deals.changes
    stage, owner = changes.stage[rows], changes.owner[rows]
    return [
        pick(names.STAGES, stage),
        money_text(changes.amount[rows], deals.has_amount[changes.deal[rows]] | (stage >= 2)),
        date_text(changes.close_day[rows]),
        pick(company.full_name.tolist(), owner),
        salesforce_id(USER, owner),
    ]


def _differ(old: pa.Array, new: pa.Array) -> np.ndarray:
    """Say where two columns of text differ; null is a value like others."""
    return pc.not_equal(old.fill_null(""), new.fill_null("")).to_numpy(zero_copy_only=False)


def qualification_history(
    company: Company, deals: Deals, written: Qualification, inside: np.ndarray
) -> pa.Table:
    """One row per time that a field of qualification was written; ``inside`` marks the deals."""
    since = (company.size.last_day + 1 - TRACKED_DAYS) * DAY
    rows = np.flatnonzero(inside[written.deal] & (written.second >= since))
    rows = rows[np.argsort(written.second[rows], kind="stable")]
    deal, word, before = written.deal[rows], written.word[rows], written.before[rows]
    owner = company.owner_of(deals.seat[deal], written.second[rows] // DAY)
    number = len(deals.changes) * len(FIELDS) + rows
    return pa.table(
        {
            "Id": salesforce_id(FIELD_CHANGE, number),
            "IsDeleted": flag_text(np.zeros(len(rows), dtype=bool)),
            "OpportunityId": salesforce_id(DEAL, deal),
            "CreatedById": salesforce_id(USER, owner),
            "CreatedDate": timestamp_text(written.second[rows]),
            "Field": pick([f"{name}__c" for name in ELEMENTS], written.element[rows]),
            "DataType": pick(["Text"], np.zeros(len(rows), dtype=int)),
            "OldValue": pick(WORDS, np.maximum(before, 0), before >= 0),
            "NewValue": pick(WORDS, np.maximum(word, 0), word >= 0),
        }
    )
