"""People at the customers, who of them takes part in which deal, and the leads that came first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample import names
from halftime.sample.activities import EMAIL, Activities
from halftime.sample.company import Company
from halftime.sample.deals import Deals
from halftime.sample.text import DAY

CONTACTS_PER_ACCOUNT = 4
BEHAVIOUR_ON_CONTACTS = 0.35
"""Rise of the logarithm of contacts per deal with one standard deviation of behaviour."""

LEADS = ("Web", "Event", "Inbound Call")


@dataclass
class Buyers:
    """Contacts (by contact), roles in deals (by role, ordered by deal), leads (by lead).

    ``lead_deal`` is -1 for leads that came to nothing.
    """

    account: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    title: np.ndarray
    deal: np.ndarray
    contact: np.ndarray
    role: np.ndarray
    is_primary: np.ndarray
    added_second: np.ndarray
    lead_deal: np.ndarray
    lead_owner: np.ndarray
    lead_second: np.ndarray
    lead_source: np.ndarray
    lead_status: np.ndarray


def draw_buyers(company: Company, deals: Deals, accounts: int, rng: np.random.Generator) -> Buyers:
    """Draw contacts, contact roles (more of them where a deal is worked well) and leads."""
    count = accounts * CONTACTS_PER_ACCOUNT
    wanted = np.minimum(
        rng.poisson(np.exp(0.35 + BEHAVIOUR_ON_CONTACTS * deals.behaviour)), CONTACTS_PER_ACCOUNT
    )
    deal = np.repeat(np.arange(len(deals)), wanted)
    turn = np.arange(len(deal)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    start = rng.integers(0, CONTACTS_PER_ACCOUNT, len(deals))[deal]
    contact = deals.account[deal] * CONTACTS_PER_ACCOUNT + (start + turn) % CONTACTS_PER_ACCOUNT
    horizon = (company.size.last_day + 1) * DAY - 1
    end = np.minimum(deals.end_second, horizon)[deal]
    created = deals.created_second[deal]
    share = np.where(turn == 0, 0.02, rng.uniform(0.05, 0.8, len(deal)))
    added = np.minimum(created + (share * (end - created)).astype(np.int64) + 60, horizon)

    sources = np.isin(np.array(names.LEAD_SOURCES)[deals.lead_source], LEADS)
    converted = np.flatnonzero(sources & (rng.random(len(deals)) < 0.25))
    barren = len(converted)
    seat = rng.integers(0, company.seats, barren)
    day = rng.integers(company.start_day, company.size.last_day + 1, barren)
    lead_deal = np.concatenate([converted, np.full(barren, -1)])
    known = np.maximum(lead_deal, 0)
    age = rng.integers(2, 30, len(lead_deal)) * DAY
    second = np.concatenate(
        [deals.created_second[converted], day * DAY + rng.integers(30_000, 60_000, barren)]
    )
    second = np.where(lead_deal >= 0, second - age, second)
    owner = np.concatenate(
        [
            company.owner_of(deals.seat[converted], deals.created_day[converted]),
            company.owner_of(seat, day),
        ]
    )
    return Buyers(
        account=np.arange(count) // CONTACTS_PER_ACCOUNT,
        first_name=rng.integers(0, len(names.FIRST_NAMES), count),
        last_name=rng.integers(0, len(names.LAST_NAMES), count),
        title=rng.integers(0, len(names.CONTACT_TITLES), count),
        deal=deal,
        contact=contact,
        role=rng.integers(0, len(names.CONTACT_ROLES), len(deal)),
        is_primary=turn == 0,
        added_second=added,
        lead_deal=lead_deal,
        lead_owner=owner,
        lead_second=second,
        lead_source=np.where(
            lead_deal >= 0, deals.lead_source[known], rng.integers(0, 6, len(lead_deal))
        ),
        lead_status=rng.integers(0, len(names.LEAD_STATUSES), len(lead_deal)),
    )


def contact_met(buyers: Buyers, activities: Activities) -> np.ndarray:
    """Contact that each activity was with, one of those known of its deal by then; -1 for none.

    Mails name nobody, and one call or meeting in four neither: people leave the field blank.
    """
    first = np.searchsorted(buyers.deal, activities.deal)
    known = np.searchsorted(buyers.deal, activities.deal, side="right") - first
    turn = first + (activities.text * 1e4 % 1 * known).astype(int)
    turn = np.minimum(turn, max(len(buyers.deal) - 1, 0))
    named = (activities.deal >= 0) & (known > 0) & (activities.kind != EMAIL)
    named &= activities.text * 1e3 % 1 < 0.75
    if not len(buyers.deal):
        return np.full(len(activities), -1)
    early = buyers.added_second[turn] > activities.second
    turn = np.where(early & known.astype(bool), np.minimum(first, len(buyers.deal) - 1), turn)
    named &= buyers.added_second[turn] <= activities.second
    return np.where(named, buyers.contact[turn], -1)
