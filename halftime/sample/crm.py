"""Which business unit runs which CRM: who and what stands in Salesforce, and what in HubSpot.

A deal belongs to the CRM of the region in which it was created, an account to the one of its seat's
first region and to each CRM in which a deal refers to it: two systems know the same company.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.activities import Activities
from halftime.sample.company import Company
from halftime.sample.deals import Deals
from halftime.sample.known import has
from halftime.sample.text import blank_else, salesforce_id, serial

REGION_IN_HUBSPOT = np.array(
    [region.crm == "hubspot" and has("hubspot") for region in names.REGIONS]
)
DEAL_PREFIX = "006"


@dataclass
class Split:
    """Which records stand in HubSpot, and which people and accounts each CRM knows."""

    deals: np.ndarray
    changes: np.ndarray
    activities: np.ndarray
    salesforce_people: np.ndarray
    hubspot_people: np.ndarray
    salesforce_accounts: np.ndarray
    hubspot_accounts: np.ndarray


def split(
    company: Company,
    deals: Deals,
    activities: Activities,
    accounts: int,
    account_owner: np.ndarray,
    manager: np.ndarray,
) -> Split:
    """Divide deals, activities, accounts and people between the two CRMs; true is HubSpot.

    ``account_owner`` and ``manager`` hold the owner of each account and the manager of each person
    today.
    """
    deal = REGION_IN_HUBSPOT[deals.region]
    changes = deal[deals.changes.deal]
    seat = np.arange(accounts) % company.seats
    own = REGION_IN_HUBSPOT[company.team_region[company.seat_team[0, seat]]]
    known = np.maximum(activities.deal, 0)
    activity = np.where(activities.deal >= 0, deal[known], own[activities.account])
    both = [own.copy(), ~own]
    for inside, found in zip((True, False), both, strict=True):
        found[deals.account[deal == inside]] = True
        found[activities.account[activity == inside]] = True
    home = REGION_IN_HUBSPOT[company.person_region]
    people = [home.copy(), ~home]
    people[1][:1] = True
    for inside, found, held in zip((True, False), people, both, strict=True):
        found[deals.changes.owner[changes == inside]] = True
        found[activities.owner[activity == inside]] = True
        found[account_owner[held]] = True
        for _ in range(4):
            above = manager[found]
            found[above[above >= 0]] = True
    return Split(deal, changes, activity, people[1], people[0], both[1], both[0])


def deal_id(in_hubspot: np.ndarray, deal: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Give the id under which its own CRM knows each deal; ``in_hubspot`` is by deal."""
    safe = np.maximum(deal, 0)
    inside = in_hubspot[safe]
    return blank_else(hubspot_deal_id(safe, valid), salesforce_id(DEAL_PREFIX, safe, valid), inside)


def hubspot_deal_id(deal: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write the number that HubSpot gives to a deal."""
    return serial("18", deal, 9, valid)
