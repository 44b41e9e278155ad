"""Salesforce's part of the landing folder: which file holds which rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import salesforce, salesforce_fields, salesforce_lines
from halftime.sample.buyers import contact_met
from halftime.sample.files import SourceFile
from halftime.sample.qualification import draw_qualification
from halftime.sample.world import World, generator, seeds


def year_of(seconds: np.ndarray) -> np.ndarray:
    """Calendar year of each second since 1970."""
    return seconds.astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970


def canaries(world: World) -> np.ndarray:
    """Deals whose next step carries a mark that must never be published."""
    count = len(world.deals)
    rng = generator(world.seed, "canaries")
    return np.sort(rng.choice(count, max(4, count // 2000), replace=False))


def _file(name: str, thing: str, table: pa.Table, **more: object) -> SourceFile:
    return SourceFile(f"salesforce/{name}", "salesforce", thing, table, **more)  # type: ignore[arg-type]


def salesforce_files(world: World) -> list[SourceFile]:
    """Lay out Salesforce's files."""
    return [
        *_people_and_accounts(world),
        *_opportunities(world),
        *_histories(world),
        *_around_deals(world),
        *_activities(world),
    ]


def _people_and_accounts(world: World) -> list[SourceFile]:
    company = world.company
    people = np.flatnonzero(world.crm.salesforce_people)
    held = world.crm.salesforce_accounts
    account = world.accounts
    files = [
        _file("User.csv", "user", salesforce.users(company, people), encoding="utf-8-sig"),
        _file("UserRole.csv", "user_role", salesforce.user_roles(company)),
        _file("Account.csv", "account", account.filter(pa.array(held & ~world.is_euro))),
    ]
    if (held & world.is_euro).any():
        files.append(
            _file(
                "Account_EMEA.csv",
                "account",
                account.filter(pa.array(held & world.is_euro)),
                delimiter=";",
                encoding="utf-16",
                quote_all=True,
            )
        )
    return files


def _opportunities(world: World) -> list[SourceFile]:
    company, deals = world.company, world.deals
    marked, words = canaries(world), seeds(world.seed, "deal words")
    moment = salesforce.delta_moment(company)
    before = np.where(world.crm.deals, -1, deals.state_at(moment))
    created_year = year_of(deals.created_second)
    is_changed = ~world.crm.deals & (deals.changes.second[deals.last_change] > moment)
    files = []
    for year in np.unique(created_year[before >= 0]):
        state = np.where(created_year == year, before, -1)
        table = salesforce.opportunities(company, deals, state, marked, words)
        superseded = int((is_changed & (state >= 0)).sum())
        files.append(_file(f"Opportunity_{year}.csv", "opportunity", table, superseded=superseded))
    delta = np.where(is_changed, deals.last_change, -1)
    table = salesforce.opportunities(company, deals, delta, marked, words)
    table = table.drop_columns(["LeadSource"])
    return [*files, _file("Opportunity_delta_2026-09-30.csv", "opportunity", table)]


def _histories(world: World) -> list[SourceFile]:
    deals = world.deals
    order = salesforce.history_order(deals, ~world.crm.changes)
    history = salesforce.opportunity_history(deals, order)
    changed_year = year_of(deals.changes.second[order])
    files = []
    for year in np.unique(changed_year):
        suffix = ".csv" if year == changed_year.max() else ".csv.gz"
        part = history.filter(pa.array(changed_year == year))
        files.append(_file(f"OpportunityHistory_{year}{suffix}", "opportunity_history", part))
    written = draw_qualification(world.company, deals, generator(world.seed, "qualification"))
    fields = pa.concat_tables(
        [
            salesforce_fields.field_history(world.company, deals, ~world.crm.changes),
            salesforce_fields.qualification_history(
                world.company, deals, written, ~world.crm.deals
            ),
        ]
    )
    return [*files, _file("OpportunityFieldHistory.csv", "opportunity_field_history", fields)]


def _around_deals(world: World) -> list[SourceFile]:
    company, deals, buyers = world.company, world.deals, world.buyers
    held = world.crm.salesforce_accounts
    chosen = np.flatnonzero(~world.crm.deals)
    contacts = np.flatnonzero(held[buyers.account])
    roles = np.flatnonzero(~world.crm.deals[buyers.deal])
    known = np.maximum(buyers.lead_deal, 0)
    leads = np.flatnonzero(
        np.where(
            buyers.lead_deal >= 0,
            ~world.crm.deals[known],
            world.crm.salesforce_people[buyers.lead_owner],
        )
    )
    split_table = salesforce_lines.splits(
        company, deals, chosen, world.crm.salesforce_people, generator(world.seed, "splits")
    )
    files = [
        _file(
            "Contact.csv",
            "contact",
            salesforce_lines.contacts(buyers, contacts, world.account_owner, company.start_day),
            delimiter=";",
            encoding="utf-16",
        ),
        _file(
            "OpportunityContactRole.csv",
            "opportunity_contact_role",
            salesforce_lines.contact_roles(buyers, roles),
        ),
        _file("Lead.csv", "lead", salesforce_lines.leads(company, deals, buyers, leads)),
        _file("Product2.csv", "product", salesforce_lines.products(company.start_day)),
        _file(
            "OpportunityLineItem.csv",
            "opportunity_line_item",
            salesforce_lines.line_items(deals, chosen),
        ),
        _file("OpportunitySplit.csv", "opportunity_split", split_table),
    ]
    territory = salesforce_lines.territories(company, world.crm.salesforce_people, held)
    things = {
        "Territory2": "territory",
        "UserTerritory2Association": "user_territory",
        "ObjectTerritory2Association": "object_territory",
    }
    return [
        *files,
        *(_file(f"{name}.csv", things[name], table) for name, table in territory.items()),
    ]


def _activities(world: World) -> list[SourceFile]:
    company, activities = world.company, world.activities
    inside = ~world.crm.activities
    contact = contact_met(world.buyers, activities)
    year_of_activity = year_of(activities.second)
    files = []
    for year in np.unique(year_of_activity):
        rows = np.flatnonzero((year_of_activity == year) & inside)
        task = salesforce.tasks(company, activities, contact, rows)
        as_parquet = world.size.name == "m" and year == year_of_activity.min()
        suffix = ".parquet" if as_parquet else ".csv"
        files.append(_file(f"Task_{year}{suffix}", "task", task))
        files.append(
            _file(
                f"Event_{year}.csv",
                "event",
                salesforce.events(company, activities, contact, rows),
            )
        )
    return files
