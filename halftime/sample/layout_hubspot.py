"""HubSpot's part of the landing folder: one file per table of the connector."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import engagements, hubspot
from halftime.sample.buyers import contact_met
from halftime.sample.files import SourceFile
from halftime.sample.layout_salesforce import canaries
from halftime.sample.names import NEXT_STEPS
from halftime.sample.qualification import draw_qualification
from halftime.sample.world import World, generator

SNAPSHOTS = ("2026-07-31", "2026-08-31", "2026-09-30")
"""Companies arrive whole, a file a month."""


def hubspot_files(world: World) -> list[SourceFile]:
    """Lay out HubSpot's files; none if no region of this size runs it."""
    company, deals, buyers, crm = world.company, world.deals, world.buyers, world.crm
    chosen = np.flatnonzero(crm.deals)
    if not len(chosen):
        return []
    rng = generator(world.seed, "deal words in hubspot")
    step = np.where(
        rng.random(len(chosen)) < 0.25, -1, rng.integers(0, len(NEXT_STEPS), len(chosen))
    )
    held = np.flatnonzero(crm.hubspot_accounts)
    contacts = np.flatnonzero(crm.hubspot_accounts[buyers.account])
    roles = np.flatnonzero(crm.deals[buyers.deal])
    written = draw_qualification(company, deals, generator(world.seed, "qualification"))
    tables = {
        **hubspot.pipelines(),
        **hubspot.people(company, np.flatnonzero(crm.hubspot_people)),
        "company": hubspot.companies(world.accounts, held, world.account_owner),
        "contact": hubspot.contacts(buyers, contacts, world.account_owner, company.start_day),
        "deal": hubspot.deal_table(deals, chosen, canaries(world), step),
        "deal_property_history": pa.concat_tables(
            [
                hubspot.property_history(deals, crm.changes),
                hubspot.qualification_history(written, crm.deals),
            ]
        ),
        "deal_stage": hubspot.stage_history(deals, crm.changes),
        "merged_deal": hubspot.merged_deals(),
        "deal_company": hubspot.deal_companies(deals, chosen),
        "deal_contact": hubspot.deal_contacts(buyers, roles),
        **engagements.engagements(
            company,
            world.activities,
            contact_met(buyers, world.activities),
            np.flatnonzero(crm.activities),
        ),
    }
    files = [
        SourceFile(f"hubspot/{name}.csv", "hubspot", name, table)
        for name, table in tables.items()
        if name != "company"
    ]
    company_table = tables["company"]
    return files + [
        SourceFile(
            f"hubspot/company_{day}.csv",
            "hubspot",
            "company",
            company_table,
            superseded=0 if day == SNAPSHOTS[-1] else company_table.num_rows,
        )
        for day in SNAPSHOTS
    ]
