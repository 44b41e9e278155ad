"""HubSpot's deals, people and companies as a connector lands them: snake_case, one file a table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.buyers import CONTACTS_PER_ACCOUNT, Buyers
from halftime.sample.company import NEVER, Company
from halftime.sample.crm import hubspot_deal_id
from halftime.sample.deals import Changes, Deals
from halftime.sample.qualification import ELEMENTS, WORDS, Qualification
from halftime.sample.salesforce import CURRENCIES, TITLES, current_team, title_of, with_canary
from halftime.sample.text import (
    DAY,
    blank,
    coded,
    flag_text,
    join,
    money_text,
    number_text,
    pick,
    serial,
    timestamp_text,
)

DEFAULT, GROWTH = "default", "7340021"
PIPELINES = ((DEFAULT, "Sales Pipeline"), (GROWTH, "Customer Growth"))
LABELS = (
    "Appointment Scheduled",
    "Qualified To Buy",
    "Presentation Scheduled",
    "Decision Maker Bought-In",
    "Contract Sent",
    "Closed Won",
    "Closed Lost",
    "Closed - No Decision",
)
GROWTH_LABELS = (
    "Renewal Noticed",
    "Needs Confirmed",
    "Options Presented",
    "Terms Discussed",
    "Paper Sent",
    "Renewed",
    "Not Renewed",
    "Renewal - No Decision",
)
STAGE_IDS = (
    (
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "contractsent",
        "closedwon",
        "closedlost",
        "28310457",
    ),
    tuple(str(28310460 + step) for step in range(8)),
)
FORECAST = ("PIPELINE", "PIPELINE", "PIPELINE", "BEST_CASE", "COMMIT", "CLOSED", "OMIT", "OMIT")
PROPERTIES = ("dealstage", "amount", "closedate", "hubspot_owner_id")


def owner_id(person: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write the number of an owner."""
    return serial("41", person, 6, valid)


def company_id(account: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write the number of a company."""
    return serial("92", account, 8, valid)


def contact_id(contact: np.ndarray) -> pa.Array:
    """Write the number of a contact."""
    return serial("77", contact, 8)


def pipeline_of(deals: Deals) -> np.ndarray:
    """Pipeline of each deal: business with existing customers has one of its own."""
    return (deals.deal_type > 0).astype(int)


def stage_id(pipeline: np.ndarray, stage: np.ndarray) -> pa.Array:
    """Write the id of a stage within its pipeline."""
    return pick([*STAGE_IDS[0], *STAGE_IDS[1]], pipeline * len(LABELS) + stage)


def _never(count: int) -> pa.Array:
    return flag_text(np.zeros(count, dtype=bool))


def pipelines() -> dict[str, pa.Table]:
    """Tables of the pipelines and of their stages."""
    stages = [
        (
            STAGE_IDS[number][step],
            pipeline,
            label,
            str(step),
            str(names.STAGE_PROBABILITY[step] / 100),
            str(step >= names.WON).lower(),
            str(step == names.WON).lower(),
        )
        for number, (pipeline, _) in enumerate(PIPELINES)
        for step, label in enumerate((LABELS, GROWTH_LABELS)[number])
    ]
    headers = (
        "stage_id",
        "pipeline_id",
        "label",
        "display_order",
        "probability",
        "is_closed",
        "closed_won",
    )
    columns = list(zip(*stages, strict=True))
    stage_table = {name: list(column) for name, column in zip(headers, columns, strict=True)}
    return {
        "deal_pipeline": pa.table(
            {
                "pipeline_id": [key for key, _ in PIPELINES],
                "label": [label for _, label in PIPELINES],
                "display_order": ["0", "1"],
                "active": ["true", "true"],
                "_fivetran_deleted": ["false", "false"],
            }
        ),
        "deal_pipeline_stage": pa.table(
            {**stage_table, "active": ["true"] * 16, "_fivetran_deleted": ["false"] * 16}
        ),
    }


def people(company: Company, members: np.ndarray) -> dict[str, pa.Table]:
    """Tables of owners, users, teams and their members; ``members`` are persons."""
    last = company.size.last_day
    left = company.leave_day[members] <= last
    stamp = np.maximum(company.hire_day[members], company.start_day - 300) * DAY + 32_000
    modified = np.where(left, company.leave_day[members] * DAY + 60_000, stamp + 7_200)
    team = current_team(company)[members]
    has_team = team >= 0
    shown = np.unique(team[has_team])
    first = pa.array(company.first_name[members].tolist())
    family = pa.array(company.last_name[members].tolist())
    mail = pa.array(company.email[members].tolist())
    zones = [region.time_zone for region in names.REGIONS]
    return {
        "owner": pa.table(
            {
                "owner_id": owner_id(members),
                "type": pick(["PERSON"], np.zeros(len(members), dtype=int)),
                "first_name": first,
                "last_name": family,
                "email": mail,
                "active_user_id": serial("61", members, 6),
                "is_active": flag_text(~left),
                "created_at": timestamp_text(stamp),
                "updated_at": timestamp_text(modified),
            }
        ),
        "user": pa.table(
            {
                "id": serial("61", members, 6),
                "email": mail,
                "first_name": first,
                "last_name": family,
                "primary_team_id": serial("30", team, 4, has_team),
                "hs_job_title": pick(TITLES, title_of(company)[members]),
                "hs_standard_time_zone": pick(zones, company.person_region[members]),
                "_fivetran_deleted": _never(len(members)),
            }
        ),
        "team": pa.table(
            {
                "id": serial("30", shown, 4),
                "name": pick(company.team_name.tolist(), shown),
                "_fivetran_deleted": _never(len(shown)),
            }
        ),
        "owner_team": pa.table(
            {
                "owner_id": owner_id(members[has_team]),
                "team_id": serial("30", team[has_team], 4),
                "is_team_primary": flag_text(np.ones(int(has_team.sum()), dtype=bool)),
            }
        ),
    }


def companies(accounts: pa.Table, chosen: np.ndarray, owner: np.ndarray) -> pa.Table:
    """One row per company: the accounts with these numbers; ``owner`` is by account."""
    taken = accounts.take(pa.array(chosen))
    return pa.table(
        {
            "id": company_id(chosen),
            "property_name": taken["Name"],
            "property_industry": taken["Industry"],
            "property_country": taken["BillingCountry"],
            "property_annualrevenue": taken["AnnualRevenue"],
            "property_numberofemployees": taken["NumberOfEmployees"],
            "property_hubspot_owner_id": owner_id(owner[chosen]),
            "property_hs_is_target_account": taken["Key_Account__c"],
            "property_createdate": taken["CreatedDate"],
            "property_hs_lastmodifieddate": taken["SystemModstamp"],
            "is_deleted": _never(len(chosen)),
        }
    )


def contacts(buyers: Buyers, chosen: np.ndarray, owner: np.ndarray, start_day: int) -> pa.Table:
    """One row per contact; ``chosen`` are contacts, ``owner`` is by account."""
    account = chosen // CONTACTS_PER_ACCOUNT
    stamp = (start_day - 200 + chosen % 150) * DAY + 36_000
    title = buyers.title[chosen]
    return pa.table(
        {
            "id": contact_id(chosen),
            "property_firstname": pick(names.FIRST_NAMES, buyers.first_name[chosen]),
            "property_lastname": pick(names.LAST_NAMES, buyers.last_name[chosen]),
            "property_email": join(serial("contact", chosen, 7), "@customer.example"),
            "property_jobtitle": pick([item[0] for item in names.CONTACT_TITLES], title),
            "property_hs_seniority": pick([item[1] for item in names.CONTACT_TITLES], title),
            "property_associatedcompanyid": company_id(account),
            "property_hubspot_owner_id": owner_id(owner[account]),
            "property_createdate": timestamp_text(stamp),
            "property_lastmodifieddate": timestamp_text(stamp + DAY),
            "is_deleted": _never(len(chosen)),
        }
    )


def deal_table(
    deals: Deals, chosen: np.ndarray, canaries: np.ndarray, step: np.ndarray
) -> pa.Table:
    """One row per deal among ``chosen``, in its state on the business date.

    ``step`` is an index into the next steps, -1 for none.
    """
    changes, now = deals.changes, deals.last_change[chosen]
    stage = changes.stage[now]
    pipeline = pipeline_of(deals)[chosen]
    is_open = stage < names.WON
    lost = stage == names.LOST
    known = deals.has_amount[chosen] | (stage >= 2)
    next_step = blank(pick(names.NEXT_STEPS, np.maximum(step, 0)), is_open & (step >= 0))
    close = np.minimum(changes.close_day[now] * DAY + 43_200, NEVER * DAY)
    created = deals.created_second[chosen]
    reason = pick(names.LOSS_REASONS, chosen % len(names.LOSS_REASONS), lost)
    return pa.table(
        {
            "deal_id": hubspot_deal_id(chosen),
            "deal_pipeline_id": pick([key for key, _ in PIPELINES], pipeline),
            "deal_pipeline_stage_id": stage_id(pipeline, stage),
            "owner_id": owner_id(changes.owner[now]),
            "property_dealname": join(
                pick([item.name for item in names.PRODUCTS], deals.product[chosen]),
                coded("#", chosen, 6),
                separator=" ",
            ),
            "property_amount": money_text(changes.amount[now], known),
            "property_deal_currency_code": pick(CURRENCIES, deals.currency[chosen]),
            "property_hs_manual_forecast_category": pick(FORECAST, stage),
            "property_closedate": timestamp_text(close),
            "property_createdate": timestamp_text(created),
            "property_hs_lastmodifieddate": timestamp_text(changes.second[now]),
            "property_dealtype": pick(
                ["newbusiness", "existingbusiness", "existingbusiness"], deals.deal_type[chosen]
            ),
            "property_hs_analytics_source": pick(names.LEAD_SOURCES, deals.lead_source[chosen]),
            "property_closed_lost_reason": reason,
            "property_hs_next_step": with_canary(next_step, chosen, canaries),
            "is_deleted": _never(len(chosen)),
        }
    )


def property_history(deals: Deals, inside: np.ndarray) -> pa.Table:
    """One row per changed property, in order of time; ``inside`` marks the changes to take."""
    changes = deals.changes
    rows = np.flatnonzero(inside)
    first = np.ones(len(rows), dtype=bool)
    first[1:] = changes.deal[rows[1:]] != changes.deal[rows[:-1]]
    before = np.maximum(rows - 1, 0)
    stage = changes.stage[rows]
    has_amount = deals.has_amount[changes.deal[rows]] | (stage >= 2)
    had_amount = deals.has_amount[changes.deal[rows]] | (changes.stage[before] >= 2)
    moved = (
        first | (stage != changes.stage[before]),
        has_amount & (first | ~had_amount | (changes.amount[rows] != changes.amount[before])),
        first | (changes.close_day[rows] != changes.close_day[before]),
        first | (changes.owner[rows] != changes.owner[before]),
    )
    values = (
        stage_id(pipeline_of(deals)[changes.deal[rows]], stage),
        money_text(changes.amount[rows], has_amount),
        number_text((changes.close_day[rows] * DAY + 43_200) * 1000),
        owner_id(changes.owner[rows]),
    )
    kind = np.concatenate([np.full(int(flag.sum()), n) for n, flag in enumerate(moved)])
    row = np.concatenate([rows[flag] for flag in moved])
    value = pa.concat_arrays(
        [item.filter(pa.array(flag)) for item, flag in zip(values, moved, strict=True)]
    )
    order = np.lexsort((kind, changes.deal[row], changes.second[row]))
    row, kind = row[order], kind[order]
    return pa.table(
        {
            "deal_id": hubspot_deal_id(changes.deal[row]),
            "name": pick(PROPERTIES, kind),
            "value": value.take(pa.array(order)),
            "source": pick(["CRM_UI"], np.zeros(len(row), dtype=int)),
            "timestamp": timestamp_text(changes.second[row]),
        }
    )


def qualification_history(written: Qualification, inside: np.ndarray) -> pa.Table:
    """One row per time that a property of qualification was written; ``inside`` marks the deals."""
    rows = np.flatnonzero(inside[written.deal])
    rows = rows[np.argsort(written.second[rows], kind="stable")]
    word = written.word[rows]
    return pa.table(
        {
            "deal_id": hubspot_deal_id(written.deal[rows]),
            "name": pick([name.lower() for name in ELEMENTS], written.element[rows]),
            "value": pick(WORDS, np.maximum(word, 0), word >= 0),
            "source": pick(["CRM_UI"], np.zeros(len(rows), dtype=int)),
            "timestamp": timestamp_text(written.second[rows]),
        }
    )


def stage_history(deals: Deals, inside: np.ndarray) -> pa.Table:
    """One row per stage that a deal entered; ``inside`` marks the changes to take."""
    changes: Changes = deals.changes
    rows = np.flatnonzero(inside)
    first = np.ones(len(rows), dtype=bool)
    first[1:] = changes.deal[rows[1:]] != changes.deal[rows[:-1]]
    rows = rows[first | (changes.stage[rows] != changes.stage[np.maximum(rows - 1, 0)])]
    deal = changes.deal[rows]
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = deal[1:] != deal[:-1]
    return pa.table(
        {
            "deal_id": hubspot_deal_id(deal),
            "value": stage_id(pipeline_of(deals)[deal], changes.stage[rows]),
            "date_entered": timestamp_text(changes.second[rows]),
            "source": pick(["CRM_UI"], np.zeros(len(rows), dtype=int)),
            "_fivetran_active": flag_text(last),
            "_fivetran_start": timestamp_text(changes.second[rows]),
        }
    )


def deal_companies(deals: Deals, chosen: np.ndarray) -> pa.Table:
    """One row per deal: its primary company."""
    return pa.table(
        {
            "deal_id": hubspot_deal_id(chosen),
            "company_id": company_id(deals.account[chosen]),
            "type_id": pick(["5"], np.zeros(len(chosen), dtype=int)),
        }
    )


def merged_deals() -> pa.Table:
    """No row: deals that were merged are planted."""
    nothing = pa.array([], pa.string())
    return pa.table({"deal_id": nothing, "merged_deal_id": nothing, "merged_at": nothing})


def deal_contacts(buyers: Buyers, rows: np.ndarray) -> pa.Table:
    """One row per contact of a deal; ``rows`` are roles."""
    return pa.table(
        {
            "deal_id": hubspot_deal_id(buyers.deal[rows]),
            "contact_id": contact_id(buyers.contact[rows]),
            "type_id": pick(["3"], np.zeros(len(rows), dtype=int)),
            "label": pick(names.CONTACT_ROLES, buyers.role[rows]),
        }
    )
