"""Salesforce's records around a deal: contacts, roles, leads, products, line items, splits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.buyers import CONTACTS_PER_ACCOUNT, Buyers
from halftime.sample.company import NOBODY, Company
from halftime.sample.deals import Deals
from halftime.sample.salesforce import ACCOUNT, CONTACT, CURRENCIES, DEAL, USER
from halftime.sample.text import (
    DAY,
    blank,
    coded,
    date_text,
    flag_text,
    join,
    money_text,
    number_text,
    pick,
    salesforce_id,
    serial,
    timestamp_text,
)

ROLE_IN_DEAL, LEAD, LINE, PRODUCT, SPLIT = "00K", "00Q", "00k", "01t", "1QQ"
SPLIT_SHARE = 0.04


def _never(count: int) -> pa.Array:
    return flag_text(np.zeros(count, dtype=bool))


def contacts(buyers: Buyers, chosen: np.ndarray, owner: np.ndarray, start_day: int) -> pa.Table:
    """One row per contact; ``chosen`` are contacts, ``owner`` is by account."""
    account = chosen // CONTACTS_PER_ACCOUNT
    first = pick(names.FIRST_NAMES, buyers.first_name[chosen])
    family = pick(names.LAST_NAMES, buyers.last_name[chosen])
    stamp = (start_day - 200 + chosen % 150) * DAY + 36_000
    return pa.table(
        {
            "Id": salesforce_id(CONTACT, chosen),
            "AccountId": salesforce_id(ACCOUNT, account),
            "OwnerId": salesforce_id(USER, owner[account]),
            "FirstName": first,
            "LastName": family,
            "Name": join(first, family, separator=" "),
            "Email": join(serial("contact", chosen, 7), "@customer.example"),
            "Title": pick([item[0] for item in names.CONTACT_TITLES], buyers.title[chosen]),
            "Level__c": pick([item[1] for item in names.CONTACT_TITLES], buyers.title[chosen]),
            "CreatedDate": timestamp_text(stamp),
            "SystemModstamp": timestamp_text(stamp + DAY),
            "IsDeleted": _never(len(chosen)),
        }
    )


def contact_roles(buyers: Buyers, rows: np.ndarray) -> pa.Table:
    """One row per contact of a deal; ``rows`` are roles."""
    return pa.table(
        {
            "Id": salesforce_id(ROLE_IN_DEAL, rows),
            "OpportunityId": salesforce_id(DEAL, buyers.deal[rows]),
            "ContactId": salesforce_id(CONTACT, buyers.contact[rows]),
            "Role": pick(names.CONTACT_ROLES, buyers.role[rows]),
            "IsPrimary": flag_text(buyers.is_primary[rows]),
            "CreatedDate": timestamp_text(buyers.added_second[rows]),
            "SystemModstamp": timestamp_text(buyers.added_second[rows]),
            "IsDeleted": _never(len(rows)),
        }
    )


def leads(company: Company, deals: Deals, buyers: Buyers, rows: np.ndarray) -> pa.Table:
    """One row per lead among ``rows``."""
    deal = buyers.lead_deal[rows]
    converted = deal >= 0
    known = np.maximum(deal, 0)
    last = (company.size.last_day + 1) * DAY - 1
    second = buyers.lead_second[rows]
    changed = np.where(converted, deals.created_second[known], np.minimum(second + 4 * DAY, last))
    return pa.table(
        {
            "Id": salesforce_id(LEAD, rows),
            "OwnerId": salesforce_id(USER, buyers.lead_owner[rows]),
            "Company": pick(names.ACCOUNT_HEADS, rows % len(names.ACCOUNT_HEADS)),
            "Status": pick(
                [*names.LEAD_STATUSES, "Closed - Converted"],
                np.where(converted, len(names.LEAD_STATUSES), buyers.lead_status[rows]),
            ),
            "LeadSource": pick(names.LEAD_SOURCES, buyers.lead_source[rows]),
            "IsConverted": flag_text(converted),
            "ConvertedDate": date_text(changed // DAY, converted),
            "ConvertedAccountId": salesforce_id(ACCOUNT, deals.account[known], converted),
            "ConvertedOpportunityId": salesforce_id(DEAL, known, converted),
            "CreatedDate": timestamp_text(second),
            "SystemModstamp": timestamp_text(changed),
            "IsDeleted": _never(len(rows)),
        }
    )


def products(start_day: int) -> pa.Table:
    """One row per product."""
    number = np.arange(len(names.PRODUCTS))
    stamp = np.full(len(number), (start_day - 500) * DAY)
    return pa.table(
        {
            "Id": salesforce_id(PRODUCT, number, is_shared=True),
            "Name": [item.name for item in names.PRODUCTS],
            "ProductCode": coded("NR-", number + 1, 3),
            "Family": [item.family for item in names.PRODUCTS],
            "IsActive": flag_text(np.ones(len(number), dtype=bool)),
            "CreatedDate": timestamp_text(stamp),
            "SystemModstamp": timestamp_text(stamp),
        }
    )


def line_items(deals: Deals, chosen: np.ndarray) -> pa.Table:
    """One or two rows per priced deal among ``chosen``; their totals add up to its amount."""
    changes = deals.changes
    now = deals.last_change[chosen]
    priced = chosen[changes.stage[now] >= 2]
    now = deals.last_change[priced]
    amount = changes.amount[now]
    second_line = (priced % 3 == 0) & (amount > 20_000)
    service = np.where(second_line, amount * 3 // 10, 0)
    deal = np.concatenate([priced, priced[second_line]])
    total = np.concatenate([amount - service, service[second_line]])
    product = np.concatenate([deals.product[priced], np.full(int(second_line.sum()), 4)])
    turn = (np.arange(len(deal)) >= len(priced)).astype(int)
    order = np.lexsort((turn, deal))
    deal, total, product, turn = deal[order], total[order], product[order], turn[order]
    quantity = np.where(total % 1000 == 0, 10, 1)
    stamp = deals.created_second[deal] + 5_400
    return pa.table(
        {
            "Id": salesforce_id(LINE, deal * 2 + turn),
            "OpportunityId": salesforce_id(DEAL, deal),
            "Product2Id": salesforce_id(PRODUCT, product, is_shared=True),
            "Quantity": number_text(quantity),
            "UnitPrice": money_text(total // quantity),
            "TotalPrice": money_text(total),
            "CurrencyIsoCode": pick(CURRENCIES, deals.currency[deal]),
            "CreatedDate": timestamp_text(stamp),
            "SystemModstamp": timestamp_text(
                np.maximum(changes.second[deals.last_change[deal]], stamp)
            ),
            "IsDeleted": _never(len(deal)),
        }
    )


def splits(
    company: Company,
    deals: Deals,
    chosen: np.ndarray,
    members: np.ndarray,
    rng: np.random.Generator,
) -> pa.Table:
    """Two rows per shared deal: the owner's part and a colleague's, together a hundred percent.

    ``members`` is a mask of whom Salesforce knows: nobody else can have a part.
    """
    shared = chosen[rng.random(len(chosen)) < SPLIT_SHARE]
    last = company.size.last_day
    seat = deals.seat[shared]
    mate = (seat + company.size.managers) % company.seats
    owner = deals.changes.owner[deals.last_change[shared]]
    helper = company.holder_of(mate, np.full(len(shared), last))
    fits = (helper != NOBODY) & (helper != owner) & members[np.maximum(helper, 0)]
    shared, owner, helper = shared[fits], owner[fits], helper[fits]
    percent = rng.choice([50, 60, 70, 75], len(shared))
    deal = np.repeat(shared, 2)
    person = np.stack([owner, helper], axis=1).ravel()
    share = np.stack([percent, 100 - percent], axis=1).ravel()
    stamp = deals.changes.second[deals.last_change[deal]]
    return pa.table(
        {
            "Id": salesforce_id(SPLIT, np.arange(len(deal))),
            "OpportunityId": salesforce_id(DEAL, deal),
            "SplitOwnerId": salesforce_id(USER, person),
            "SplitType.DeveloperName": pick(["Revenue"], np.zeros(len(deal), dtype=int)),
            "SplitPercentage": number_text(share),
            "CurrencyIsoCode": pick(CURRENCIES, deals.currency[deal]),
            "CreatedDate": timestamp_text(stamp),
            "SystemModstamp": timestamp_text(stamp),
            "IsDeleted": _never(len(deal)),
        }
    )


def territories(company: Company, members: np.ndarray, accounts: np.ndarray) -> dict[str, pa.Table]:
    """Tables of territories (one a team below one a region), of their people and accounts.

    ``members`` and ``accounts`` are masks of who and what Salesforce knows.
    """
    regions = np.unique(company.team_region)
    base = len(names.REGIONS)
    number = np.concatenate([regions, base + np.arange(len(company.team_name))])
    parent = np.concatenate([np.full(len(regions), -1), company.team_region])
    labels = [
        *(f"{names.REGIONS[region].name} Territory" for region in regions),
        *(f"{name} Territory" for name in company.team_name),
    ]
    stamp = np.full(len(number), (company.start_day - 300) * DAY)
    last = np.full(company.seats, company.size.last_day)
    seats = np.arange(company.seats)
    team = company.team_of(seats, last)
    holder = company.holder_of(seats, last)
    present = (holder != NOBODY) & members[np.maximum(holder, 0)]
    held = np.flatnonzero(accounts)
    owner_team = company.seat_team[0, held % company.seats]
    return {
        "Territory2": pa.table(
            {
                "Id": salesforce_id("0MI", number),
                "Name": labels,
                "ParentTerritory2Id": salesforce_id("0MI", parent, parent >= 0),
                "SystemModstamp": timestamp_text(stamp),
            }
        ),
        "UserTerritory2Association": pa.table(
            {
                "Id": salesforce_id("01Y", seats[present]),
                "UserId": salesforce_id(USER, holder[present]),
                "Territory2Id": salesforce_id("0MI", base + team[present]),
                "RoleInTerritory2": pick(["Sales Rep"], np.zeros(int(present.sum()), dtype=int)),
                "IsActive": flag_text(np.ones(int(present.sum()), dtype=bool)),
                "SystemModstamp": timestamp_text(np.full(int(present.sum()), stamp[0])),
            }
        ),
        "ObjectTerritory2Association": pa.table(
            {
                "Id": salesforce_id("0TX", held),
                "ObjectId": salesforce_id(ACCOUNT, held),
                "Territory2Id": salesforce_id("0MI", base + owner_team),
                "SobjectType": pick(["Account"], np.zeros(len(held), dtype=int)),
                "AssociationCause": blank(
                    pick(["Territory2Manual", "Territory2AssignmentRule"], held % 2),
                    np.ones(len(held), dtype=bool),
                ),
                "SystemModstamp": timestamp_text(np.full(len(held), stamp[0])),
            }
        ),
    }
