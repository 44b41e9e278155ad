"""Reference data kept by operations: exchange rates, the territories without a CRM, plans."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.company import NOBODY, Company
from halftime.sample.deals import Deals
from halftime.sample.spreadsheets import reference
from halftime.sample.text import date_text, flag_text, pick, serial

FIRST_RATE, RATE_STEP = 1.09, 0.012
"""Dollars for one euro in the first month, and the standard deviation of a month's change."""

BEHAVIOUR_ON_PLANS = 0.8
"""Log-odds that a plan is complete, per standard deviation of behaviour."""


def exchange_rates(company: Company, rng: np.random.Generator) -> pa.Table:
    """One row per month: what a euro cost in dollars from its first day."""
    days = company.month_start
    walk = FIRST_RATE * np.exp(np.cumsum(rng.normal(0, RATE_STEP, len(days))))
    return pa.table(
        {
            "from_currency": pick(["EUR"], np.zeros(len(days), dtype=int)),
            "to_currency": pick(["USD"], np.zeros(len(days), dtype=int)),
            "valid_from": date_text(days),
            "rate": pa.array([f"{rate:.6f}" for rate in walk]),
        }
    )


def territories(
    company: Company, regions: np.ndarray, account_names: list[str], accounts: np.ndarray
) -> dict[str, pa.Table]:
    """Tables of territories, their people and accounts for the regions that keep them by hand.

    A territory belongs to a team from the first day; ``accounts`` are the regions' accounts.
    """
    start = company.start_day
    teams = np.flatnonzero(np.isin(company.team_region, regions))
    seats = np.arange(company.seats)
    last = np.full(company.seats, company.size.last_day)
    team, holder = company.team_of(seats, last), company.holder_of(seats, last)
    held = np.flatnonzero(np.isin(team, teams) & (holder != NOBODY))
    begins = np.maximum(company.hire_day[holder[held]], start)
    owner_team = company.seat_team[0, accounts % company.seats]
    inside = np.isin(owner_team, teams)
    accounts, owner_team = accounts[inside], owner_team[inside]
    by_name = np.zeros(len(held), dtype=bool)
    return {
        "territory": pa.table(
            {
                "Territory ID": serial("TER-", teams, 4),
                "Territory Name": [f"{company.team_name[team]} Territory" for team in teams],
                "Parent": pick([None], np.zeros(len(teams), dtype=int)),
                "Valid From": date_text(np.full(len(teams), start)),
            }
        ),
        "territory_person": pa.table(
            {
                "Territory ID": serial("TER-", team[held], 4),
                "Person": reference(company, holder[held], by_name),
                "Valid From": date_text(begins),
            }
        ),
        "territory_account": pa.table(
            {
                "Territory ID": serial("TER-", owner_team, 4),
                "Account": pick(account_names, accounts),
                "Is Target": flag_text(accounts % 5 != 0),
                "Valid From": date_text(np.full(len(accounts), start)),
            }
        ),
    }


def plans(company: Company, deals: Deals, deal_ids: pa.Array, rng: np.random.Generator) -> pa.Table:
    """One row per deal plan: two deals in five that got past the first stage have one.

    The better a deal is worked, the likelier its plan is complete.
    """
    stage = deals.changes.stage[deals.last_change]
    chosen = np.flatnonzero((stage >= 1) & (rng.random(len(deals)) < 0.4))
    owner = deals.changes.owner[np.searchsorted(deals.changes.deal, chosen)]
    planned = np.minimum(
        deals.created_day[chosen] + rng.integers(1, 15, len(chosen)), company.size.last_day
    )
    chance = 1 / (1 + np.exp(0.4 - BEHAVIOUR_ON_PLANS * deals.behaviour[chosen]))
    return pa.table(
        {
            "Plan ID": serial("PLN-", chosen + 1, 7),
            "Kind": pick(["deal"], np.zeros(len(chosen), dtype=int)),
            "Person": reference(company, owner, np.zeros(len(chosen), dtype=bool)),
            "Opportunity": deal_ids.take(pa.array(chosen)),
            "Planned On": date_text(planned),
            "Complete": flag_text(rng.random(len(chosen)) < chance),
        }
    )


def hubspot_regions() -> np.ndarray:
    """Regions whose CRM knows no territories."""
    return np.array([n for n, item in enumerate(names.REGIONS) if item.crm == "hubspot"], dtype=int)
