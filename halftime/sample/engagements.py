"""HubSpot's engagements: one common row per activity, one of its kind, and its associations."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.activities import CALL, EMAIL, MEETING, Activities
from halftime.sample.company import Company
from halftime.sample.crm import hubspot_deal_id
from halftime.sample.hubspot import company_id, contact_id, owner_id
from halftime.sample.text import DAY, flag_text, number_text, pick, serial, timestamp_text

KINDS = ("CALL", "EMAIL", "MEETING")


def engagement_id(activity: np.ndarray) -> pa.Array:
    """Write the number of an engagement."""
    return serial("55", activity, 9)


def engagements(
    company: Company, activities: Activities, contact: np.ndarray, chosen: np.ndarray
) -> dict[str, pa.Table]:
    """Tables by object for the activities ``chosen``; planned calls and mails are tasks.

    ``contact`` is whom each activity was with, -1 for nobody.
    """
    kind = activities.kind[chosen]
    is_task = activities.is_planned[chosen] & (kind != MEETING)
    second = np.where(kind == MEETING, activities.second[chosen] // 1800 * 1800, 0)
    second = np.where(kind == MEETING, second, activities.second[chosen])
    horizon = (company.size.last_day + 1) * DAY
    created = np.where(kind == MEETING, activities.set_up_second(chosen), second)
    created = np.minimum(created, horizon - 7_200)
    modified = np.minimum(second + 3_600, horizon - 3_600)
    modified = np.maximum(modified, created)
    label = np.where(is_task, len(KINDS), kind)

    def common(rows: np.ndarray) -> dict[str, pa.Array]:
        return {
            "engagement_id": engagement_id(chosen[rows]),
            "property_hubspot_owner_id": owner_id(activities.owner[chosen[rows]]),
            "property_hs_timestamp": timestamp_text(second[rows]),
            "property_hs_createdate": timestamp_text(created[rows]),
            "property_hs_lastmodifieddate": timestamp_text(modified[rows]),
            "_fivetran_deleted": flag_text(np.zeros(len(rows), dtype=bool)),
        }

    calls = np.flatnonzero((kind == CALL) & ~is_task)
    mails = np.flatnonzero((kind == EMAIL) & ~is_task)
    meetings = np.flatnonzero(kind == MEETING)
    tasks = np.flatnonzero(is_task)
    text = activities.text[chosen]
    with_deal = np.flatnonzero(activities.deal[chosen] >= 0)
    with_contact = np.flatnonzero(contact[chosen] >= 0)
    planned = activities.is_planned[chosen]
    ends = second + activities.minutes[chosen] * 60
    return {
        "engagement": pa.table(
            {
                "id": engagement_id(chosen),
                "type": pick([*KINDS, "TASK"], label),
                "owner_id": owner_id(activities.owner[chosen]),
                "active": flag_text(np.ones(len(chosen), dtype=bool)),
                "timestamp": timestamp_text(second),
                "created_at": timestamp_text(created),
                "last_updated": timestamp_text(modified),
            }
        ),
        "engagement_call": pa.table(
            {
                **common(calls),
                "property_hs_call_title": pick(names.TASK_SUBJECTS[:3], _of(text[calls], 3)),
                "property_hs_call_direction": pick(
                    ["OUTBOUND", "INBOUND"], (text[calls] * 100 % 5 < 1).astype(int)
                ),
                "property_hs_call_duration": number_text(
                    activities.minutes[chosen[calls]] * 60_000 + second[calls] % 60 * 1000
                ),
                "property_hs_call_status": pick(["COMPLETED"], np.zeros(len(calls), dtype=int)),
            }
        ),
        "engagement_email": pa.table(
            {
                **common(mails),
                "property_hs_email_subject": pick(names.TASK_SUBJECTS[3:8], _of(text[mails], 5)),
                "property_hs_email_direction": pick(
                    ["EMAIL", "INCOMING_EMAIL"], (text[mails] * 100 % 4 < 1).astype(int)
                ),
                "property_hs_email_status": pick(["SENT"], np.zeros(len(mails), dtype=int)),
            }
        ),
        "engagement_meeting": pa.table(
            {
                **common(meetings),
                "property_hs_meeting_title": pick(
                    names.EVENT_SUBJECTS, _of(text[meetings], len(names.EVENT_SUBJECTS))
                ),
                "property_hs_meeting_start_time": timestamp_text(second[meetings]),
                "property_hs_meeting_end_time": timestamp_text(ends[meetings]),
                "property_hs_meeting_outcome": pick(
                    ["COMPLETED", "SCHEDULED"], planned[meetings].astype(int)
                ),
            }
        ),
        "engagement_task": pa.table(
            {
                **common(tasks),
                "property_hs_task_subject": pick(names.TASK_SUBJECTS[8:], _of(text[tasks], 2)),
                "property_hs_task_type": pick(
                    ["CALL", "EMAIL"], (kind[tasks] == EMAIL).astype(int)
                ),
                "property_hs_task_status": pick(["NOT_STARTED"], np.zeros(len(tasks), dtype=int)),
            }
        ),
        "engagement_deal": pa.table(
            {
                "engagement_id": engagement_id(chosen[with_deal]),
                "deal_id": hubspot_deal_id(activities.deal[chosen[with_deal]]),
            }
        ),
        "engagement_company": pa.table(
            {
                "engagement_id": engagement_id(chosen),
                "company_id": company_id(activities.account[chosen]),
            }
        ),
        "engagement_contact": pa.table(
            {
                "engagement_id": engagement_id(chosen[with_contact]),
                "contact_id": contact_id(contact[chosen[with_contact]]),
            }
        ),
    }


def _of(text: np.ndarray, count: int) -> np.ndarray:
    return (text * count).astype(int)
