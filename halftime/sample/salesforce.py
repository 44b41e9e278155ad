"""Salesforce's objects as a data loader exports them, API names in the header."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from halftime.sample import names, numbering
from halftime.sample.activities import CALL, EMAIL, MEETING, Activities
from halftime.sample.company import NEVER, Company
from halftime.sample.deals import Deals
from halftime.sample.sizes import OPPORTUNITY_DELTA_DAYS
from halftime.sample.text import (
    DAY,
    blank,
    coded,
    date_text,
    flag_text,
    join,
    money_text,
    number_text,
    padded,
    pick,
    salesforce_id,
    timestamp_text,
)

USER, ROLE, ACCOUNT, DEAL, CHANGE, TASK, EVENT = "005", "00E", "001", "006", "008", "00T", "00U"
CONTACT = "003"
CURRENCIES = ("USD", "EUR")


def users(company: Company, people: np.ndarray) -> pa.Table:
    """One row per person among ``people`` (numbers of persons)."""
    last = company.size.last_day
    left = company.leave_day[people] <= last
    stamp = np.maximum(company.hire_day[people], company.start_day - 300) * DAY + 30_000
    modified = np.where(left, company.leave_day[people] * DAY + 61_200, stamp + 3_600)
    manager = current_manager(company)[people]
    zones = [region.time_zone for region in names.REGIONS]
    return pa.table(
        {
            "Id": salesforce_id(USER, people),
            "Username": pa.array([f"{mail}.prod" for mail in company.email[people]]),
            "FirstName": pa.array(company.first_name[people].tolist()),
            "LastName": pa.array(company.last_name[people].tolist()),
            "Name": pa.array(company.full_name[people].tolist()),
            "Email": pa.array(company.email[people].tolist()),
            "IsActive": flag_text(~left),
            "Title": pick(TITLES, title_of(company)[people]),
            "UserRoleId": salesforce_id(ROLE, role_of(company)[people]),
            "ManagerId": salesforce_id(USER, manager, manager >= 0),
            "TimeZoneSidKey": pick(zones, company.person_region[people]),
            "CreatedDate": timestamp_text(stamp),
            "SystemModstamp": timestamp_text(modified),
        }
    )


TITLES = (
    "Account Executive",
    "Senior Account Executive",
    "Sales Manager",
    "Regional Director",
    "Chief Revenue Officer",
)


def title_of(company: Company) -> np.ndarray:
    """Index into TITLES for each person, at the business date."""
    last = company.size.last_day
    directors = np.isin(
        np.arange(company.people), company.region_director[company.region_director > 0]
    )
    title = np.where(company.hire_day < last - 900, 1, 0)
    title = np.where((company.role == "manager") | (company.promoted_day <= last), 2, title)
    title = np.where(directors, 3, title)
    title[0] = 4
    return title


def current_team(company: Company) -> np.ndarray:
    """Team of each person on the business date or their last day; -1 for directors and above."""
    team = np.full(company.people, -1)
    seats = np.arange(company.seats)
    last = company.size.last_day
    for holder, day in (
        (company.first_holder, np.minimum(company.first_until - 1, last)),
        (company.second_holder, np.full(company.seats, last)),
    ):
        known = holder >= 0
        team[holder[known]] = company.team_of(seats, day)[known]
    for turn in range(company.team_manager.shape[1]):
        started = company.manager_from[:, turn] <= last
        team[company.team_manager[started, turn]] = np.flatnonzero(started)
    return team


def current_manager(company: Company) -> np.ndarray:
    """Find the manager of each person on the business date or their last day; -1 for the chief."""
    team = current_team(company)
    last = company.size.last_day
    day = np.minimum(company.leave_day - 1, last)
    manager = company.manager_of(np.maximum(team, 0), day)
    director = company.region_director[company.person_region]
    manages = (company.role == "manager") | (company.promoted_day <= day)
    above = np.where(manages, director, manager)
    above = np.where(team < 0, 0, above)
    above[0] = -1
    return above


def role_of(company: Company) -> np.ndarray:
    """Give the user role of each person: 0 the chief, 1.. regions, then teams."""
    regions = len(names.REGIONS)
    team = current_team(company)
    role = np.where(team >= 0, 1 + regions + team, 1 + company.person_region)
    role[0] = 0
    return role


def user_roles(company: Company) -> pa.Table:
    """One row per role: chief, regions that have teams, teams."""
    regions = len(names.REGIONS)
    present = np.unique(company.team_region)
    number = np.concatenate([[0], 1 + present, 1 + regions + np.arange(len(company.team_name))])
    parent = np.concatenate([[-1], np.zeros(len(present)), 1 + company.team_region]).astype(int)
    labels = [
        "Chief Revenue Officer",
        *(f"{names.REGIONS[region].name} Sales" for region in present),
        *(f"{name} Team" for name in company.team_name),
    ]
    stamp = np.full(len(number), (company.start_day - 400) * DAY + 36_000)
    return pa.table(
        {
            "Id": salesforce_id(ROLE, number),
            "Name": pa.array(labels),
            "ParentRoleId": salesforce_id(ROLE, parent, parent >= 0),
            "SystemModstamp": timestamp_text(stamp),
        }
    )


def account_owner(company: Company, per_seat: int) -> np.ndarray:
    """Person who owns each account on the business date."""
    seat = np.arange(company.seats * per_seat) % company.seats
    return company.owner_of(seat, np.full(len(seat), company.size.last_day))


def _account_heads() -> list[str]:
    """Give the first words of account names; each block has a second one of its own."""
    number = numbering.block()
    more = f" {names.ACCOUNT_HEADS[(number - 1) % len(names.ACCOUNT_HEADS)]}" if number else ""
    return [head + more for head in names.ACCOUNT_HEADS]


def accounts(
    company: Company, per_seat: int, rng: np.random.Generator
) -> tuple[pa.Table, np.ndarray]:
    """One row per account, and whether it belongs to a region that sells in EUR."""
    count = company.seats * per_seat
    number = np.arange(count)
    seat = number % company.seats
    region = company.team_region[company.seat_team[0, seat]]
    heads, tails = len(names.ACCOUNT_HEADS), len(names.ACCOUNT_TAILS)
    code = np.resize(rng.permutation(heads * tails * 5), count)
    forms = [form for item in names.REGIONS for form in names.LEGAL_FORMS[item.name]]
    countries = [country for item in names.REGIONS for country in item.countries]
    first_country = np.cumsum([0, *(len(item.countries) for item in names.REGIONS)])
    width = np.array([len(item.countries) for item in names.REGIONS])
    country = first_country[region] + (rng.random(count) * width[region]).astype(int)
    employees = np.rint(np.exp(rng.normal(5.6, 1.2, count))).astype(int) + 8
    revenue = employees * rng.integers(90, 260, count) * 1000
    created = (company.start_day - rng.integers(30, 1500, count)) * DAY + rng.integers(
        28_800, 61_200, count
    )
    modified = np.maximum(created, company.start_day * DAY) + rng.integers(0, 200, count) * DAY
    owner = account_owner(company, per_seat)
    table = pa.table(
        {
            "Id": salesforce_id(ACCOUNT, number),
            "Name": join(
                pick(_account_heads(), code % heads),
                pick(names.ACCOUNT_TAILS, code // heads % tails),
                pick(forms, region * 5 + code // (heads * tails)),
                separator=" ",
            ),
            "Type": pick(
                names.ACCOUNT_TYPES,
                rng.choice(len(names.ACCOUNT_TYPES), count, p=[0.45, 0.4, 0.1, 0.05]),
            ),
            "Industry": pick(names.INDUSTRIES, rng.integers(0, len(names.INDUSTRIES), count)),
            "BillingCountry": pick(countries, country),
            "AnnualRevenue": number_text(revenue),
            "NumberOfEmployees": number_text(employees),
            "OwnerId": salesforce_id(USER, owner),
            "Key_Account__c": flag_text(employees > 900),
            "ParentId": salesforce_id(
                ACCOUNT,
                np.maximum(number - company.seats, 0),
                (rng.random(count) < 0.04) & (number >= company.seats),
            ),
            "CreatedDate": timestamp_text(created),
            "SystemModstamp": timestamp_text(modified),
            "IsDeleted": flag_text(np.zeros(count, dtype=bool)),
        }
    )
    is_euro = np.array([item.currency == "EUR" for item in names.REGIONS])[region]
    return table, is_euro


def opportunities(
    company: Company,
    deals: Deals,
    state: np.ndarray,
    canaries: np.ndarray,
    words: np.random.SeedSequence,
) -> pa.Table:
    """One row per deal whose ``state`` (an index into its changes) is known; -1 leaves it out.

    ``words`` seeds the texts, so that two exports of one deal agree.
    """
    rng = np.random.default_rng(words)
    deal = np.flatnonzero(state >= 0)
    now = state[deal]
    changes = deals.changes
    stage = changes.stage[now]
    is_open = stage < names.WON
    step = rng.integers(0, len(names.NEXT_STEPS), len(deals))[deal]
    mute = rng.random(len(deals))[deal] < 0.25
    head = rng.integers(0, len(names.ACCOUNT_HEADS), len(deals))[deal]
    next_step = blank(pick(names.NEXT_STEPS, step), is_open & ~mute)
    next_step = with_canary(next_step, deal, canaries)
    activity = np.minimum(changes.second[now] // DAY, company.size.last_day)
    amount_known = deals.has_amount[deal] | (stage >= 2)
    return pa.table(
        {
            "Id": salesforce_id(DEAL, deal),
            "AccountId": salesforce_id(ACCOUNT, deals.account[deal]),
            "Name": join(
                pick(names.ACCOUNT_HEADS, head),
                pick([item.name for item in names.PRODUCTS], deals.product[deal]),
                padded("#", deal),
                separator=" ",
            ),
            "OwnerId": salesforce_id(USER, changes.owner[now]),
            "StageName": pick(names.STAGES, stage),
            "Amount": money_text(changes.amount[now], amount_known),
            "CurrencyIsoCode": pick(CURRENCIES, deals.currency[deal]),
            "Probability": number_text(np.array(names.STAGE_PROBABILITY)[stage]),
            "ForecastCategoryName": pick(names.STAGE_FORECAST, stage),
            "CloseDate": date_text(changes.close_day[now]),
            "Type": pick(names.DEAL_TYPES, deals.deal_type[deal]),
            "LeadSource": pick(names.LEAD_SOURCES, deals.lead_source[deal]),
            "Loss_Reason__c": pick(
                names.LOSS_REASONS, deal % len(names.LOSS_REASONS), stage == names.LOST
            ),
            "NextStep": next_step,
            "Product__c": pick([item.name for item in names.PRODUCTS], deals.product[deal]),
            "IsClosed": flag_text(~is_open),
            "IsWon": flag_text(stage == names.WON),
            "IsDeleted": flag_text(np.zeros(len(deal), dtype=bool)),
            "LastActivityDate": date_text(activity),
            "CreatedDate": timestamp_text(deals.created_second[deal]),
            "SystemModstamp": timestamp_text(changes.second[now]),
        }
    )


def canary_numbers(rows: np.ndarray, canaries: np.ndarray) -> np.ndarray:
    """Give the number of the canary planted in each row, 0 where none is."""
    place = np.searchsorted(canaries, rows)
    place = np.minimum(place, max(len(canaries) - 1, 0))
    return np.where(np.isin(rows, canaries), place, 0)


def with_canary(texts: pa.Array, rows: np.ndarray, canaries: np.ndarray) -> pa.Array:
    """Put the canary's mark in place of the text where a row is a canary."""
    return _marked(texts, np.isin(rows, canaries), canary_numbers(rows, canaries))


def _marked(texts: pa.Array, planted: np.ndarray, number: np.ndarray) -> pa.Array:
    marked = join(coded("canary-", number, 4), "-do-not-publish")
    return pc.if_else(pa.array(planted), marked, texts)


def delta_moment(company: Company) -> int:
    """Last second that the full exports know; the delta holds what changed since."""
    return (company.size.last_day + 1 - OPPORTUNITY_DELTA_DAYS) * DAY - 1


def history_order(deals: Deals, inside: np.ndarray) -> np.ndarray:
    """Give the changes that are marked ``inside``, in order of time."""
    changes = deals.changes
    order = np.lexsort((changes.deal, changes.second))
    return order[inside[order]]


def opportunity_history(deals: Deals, order: np.ndarray) -> pa.Table:
    """One row per change in the given order."""
    changes = deals.changes
    deal, stage = changes.deal[order], changes.stage[order]
    known = deals.has_amount[deal] | (stage >= 2)
    return pa.table(
        {
            "Id": salesforce_id(CHANGE, order),
            "OpportunityId": salesforce_id(DEAL, deal),
            "CreatedById": salesforce_id(USER, changes.owner[order]),
            "CreatedDate": timestamp_text(changes.second[order]),
            "StageName": pick(names.STAGES, stage),
            "Amount": money_text(changes.amount[order], known),
            "CurrencyIsoCode": pick(CURRENCIES, deals.currency[deal]),
            "CloseDate": date_text(changes.close_day[order]),
            "Probability": number_text(np.array(names.STAGE_PROBABILITY)[stage]),
            "ForecastCategory": pick(names.STAGE_FORECAST, stage),
            "OwnerId": salesforce_id(USER, changes.owner[order]),
            "IsDeleted": flag_text(np.zeros(len(order), dtype=bool)),
        }
    )


def tasks(
    company: Company, activities: Activities, contact: np.ndarray, rows: np.ndarray
) -> pa.Table:
    """One row per call or mail among ``rows`` (indices into the activities).

    ``contact`` is whom each activity was with, -1 for nobody.
    """
    chosen = rows[activities.kind[rows] != MEETING]
    kind, second = activities.kind[chosen], activities.second[chosen]
    is_call = kind == CALL
    planned = activities.is_planned[chosen]
    last = (company.size.last_day + 1) * DAY - 3_600
    created = np.minimum(second, last)
    subject = np.where(is_call, 0, 3) + (activities.text[chosen] * np.where(is_call, 3, 5)).astype(
        int
    )
    canary = (activities.text[chosen] * 1e6).astype(np.int64) % 20_000 == 7
    return pa.table(
        {
            "Id": salesforce_id(TASK, chosen),
            "OwnerId": salesforce_id(USER, activities.owner[chosen]),
            "WhatId": _what(activities, chosen),
            "WhoId": salesforce_id(CONTACT, contact[chosen], contact[chosen] >= 0),
            "AccountId": salesforce_id(ACCOUNT, activities.account[chosen]),
            "Subject": _marked(
                pick(names.TASK_SUBJECTS, subject), canary, np.full(len(chosen), 9001)
            ),
            "Type": pick(["Call", "Email"], (kind == EMAIL).astype(int)),
            "TaskSubtype": pick(["Call", "Email"], (kind == EMAIL).astype(int)),
            "Status": pick(["Completed", "Not Started"], planned.astype(int)),
            "ActivityDate": date_text(second // DAY),
            "IsClosed": flag_text(~planned),
            "CallDurationInSeconds": number_text(
                activities.minutes[chosen] * 60 + second % 60, is_call & ~planned
            ),
            "CreatedDate": timestamp_text(created),
            "SystemModstamp": timestamp_text(created + 60),
            "IsDeleted": flag_text(np.zeros(len(chosen), dtype=bool)),
        }
    )


def events(
    company: Company, activities: Activities, contact: np.ndarray, rows: np.ndarray
) -> pa.Table:
    """One row per meeting among ``rows`` (indices into the activities); ``contact`` as in tasks."""
    chosen = rows[activities.kind[rows] == MEETING]
    second = activities.second[chosen] // 1800 * 1800
    last = (company.size.last_day + 1) * DAY - 7_200
    created = np.minimum(activities.set_up_second(chosen), last)
    modified = np.minimum(second + 3_600, last + 60)
    subject = (activities.text[chosen] * len(names.EVENT_SUBJECTS)).astype(int)
    return pa.table(
        {
            "Id": salesforce_id(EVENT, chosen),
            "OwnerId": salesforce_id(USER, activities.owner[chosen]),
            "WhatId": _what(activities, chosen),
            "WhoId": salesforce_id(CONTACT, contact[chosen], contact[chosen] >= 0),
            "AccountId": salesforce_id(ACCOUNT, activities.account[chosen]),
            "Subject": pick(names.EVENT_SUBJECTS, subject),
            "Type": pick(["Meeting"], np.zeros(len(chosen), dtype=int)),
            "StartDateTime": timestamp_text(second),
            "ActivityDate": date_text(second // DAY),
            "DurationInMinutes": number_text(activities.minutes[chosen]),
            "CreatedDate": timestamp_text(created),
            "SystemModstamp": timestamp_text(modified),
            "IsDeleted": flag_text(np.zeros(len(chosen), dtype=bool)),
        }
    )


def _what(activities: Activities, chosen: np.ndarray) -> pa.Array:
    deal = activities.deal[chosen]
    return salesforce_id(DEAL, deal, deal >= 0)


def is_leaver(company: Company) -> np.ndarray:
    """Whether each person has left by the business date."""
    return (company.leave_day < NEVER) & (company.leave_day <= company.size.last_day)
