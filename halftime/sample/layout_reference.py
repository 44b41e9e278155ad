"""Operations' part of the landing folder: rates, plans, the territories that no CRM knows."""

from __future__ import annotations

import numpy as np

from halftime.sample import reference
from halftime.sample.crm import deal_id
from halftime.sample.files import SourceFile
from halftime.sample.known import has
from halftime.sample.world import World, generator

TITLES = {
    "territory": "Territories",
    "territory_person": "Territory People",
    "territory_account": "Territory Accounts",
}


def reference_files(world: World) -> list[SourceFile]:
    """Lay out the reference data."""
    company = world.company
    rates = reference.exchange_rates(company, generator(world.seed, "exchange rates"))
    ids = deal_id(world.crm.deals, np.arange(len(world.deals)))
    plans = reference.plans(company, world.deals, ids, generator(world.seed, "plans"))
    files = [
        SourceFile(
            "reference/Exchange Rates.csv", "reference", "exchange_rate", rates, quote_all=False
        ),
    ]
    if not has("reference", "plan"):
        return files
    files.append(
        SourceFile("reference/Deal Plans.csv", "reference", "plan", plans, quote_all=False)
    )
    accounts = np.flatnonzero(world.crm.hubspot_accounts)
    if len(accounts):
        tables = reference.territories(
            company, reference.hubspot_regions(), world.accounts["Name"].to_pylist(), accounts
        )
        files += [
            SourceFile(f"reference/{TITLES[thing]}.csv", "reference", thing, table, quote_all=False)
            for thing, table in tables.items()
        ]
    return files
