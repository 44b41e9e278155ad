"""The drawn world: everything that is true about one sample company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from halftime.sample import salesforce, spreadsheets
from halftime.sample.activities import Activities, draw_activities
from halftime.sample.buyers import Buyers, draw_buyers
from halftime.sample.channels import channel_of
from halftime.sample.coaching import (
    Actions,
    Attendance,
    Sessions,
    agree_actions,
    asking_months,
    attend,
    coaching_dose,
    plan_sessions,
)
from halftime.sample.company import Company, found_company
from halftime.sample.crm import Split, split
from halftime.sample.deals import Deals, draw_deals
from halftime.sample.learning import Learning, draw_learning
from halftime.sample.maturity import Exposure, draw_exposure
from halftime.sample.sizes import Size

ACCOUNTS_PER_SEAT = 12


@dataclass
class World:
    """Everything that is true about the sample company."""

    size: Size
    seed: int
    company: Company
    sessions: Sessions
    dose: np.ndarray
    attendance: Attendance
    actions: Actions
    deals: Deals
    activities: Activities
    session_deal: np.ndarray
    channel: np.ndarray
    exposure: Exposure
    learning: Learning
    accounts: pa.Table
    is_euro: np.ndarray
    account_owner: np.ndarray
    buyers: Buyers
    crm: Split


def generator(seed: int, part: str) -> np.random.Generator:
    """Make the random stream of one part."""
    return np.random.default_rng(seeds(seed, part))


def seeds(seed: int, part: str) -> np.random.SeedSequence:
    """Make the seeds of one part: other parts do not move when one changes."""
    return np.random.SeedSequence([seed, *part.encode()])


def draw_world(size: Size, seed: int) -> World:
    """Draw the whole company; each part has a random stream of its own."""
    company = found_company(size, generator(seed, "company"))
    sessions = plan_sessions(company, generator(seed, "sessions"))
    dose = coaching_dose(company, sessions)
    attendance = attend(company, sessions, dose, generator(seed, "attendance"))
    actions = agree_actions(company, sessions, generator(seed, "actions"))
    asking = asking_months(company, sessions)
    deals = draw_deals(company, dose, asking, ACCOUNTS_PER_SEAT, generator(seed, "deals"))
    activities = draw_activities(company, deals, generator(seed, "activities"))
    accounts, is_euro = salesforce.accounts(company, ACCOUNTS_PER_SEAT, generator(seed, "accounts"))
    owner = salesforce.account_owner(company, ACCOUNTS_PER_SEAT)
    return World(
        size=size,
        seed=seed,
        company=company,
        sessions=sessions,
        dose=dose,
        attendance=attendance,
        actions=actions,
        deals=deals,
        activities=activities,
        session_deal=spreadsheets.linked_deals(company, deals, sessions, generator(seed, "links")),
        channel=channel_of(company, sessions),
        exposure=draw_exposure(company, generator(seed, "exposure")),
        learning=draw_learning(company, sessions, generator(seed, "learning")),
        accounts=accounts,
        is_euro=is_euro,
        account_owner=owner,
        buyers=draw_buyers(company, deals, accounts.num_rows, generator(seed, "buyers")),
        crm=split(
            company,
            deals,
            activities,
            accounts.num_rows,
            owner,
            salesforce.current_manager(company),
        ),
    )
