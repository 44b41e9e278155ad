"""Deals of both CRMs, and how each stood at the end of any day."""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .company import NOBODY, Company
from .files import Files, day, moment, money, yes

# The map of stages: what the companies' stages mean. Of Salesforce's and HubSpot's own it is the
# seed's; of the pipeline "Customer Growth" HubSpot's flags and order; an unknown one is open.
SALESFORCE = [
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
]
SALESFORCE_CLOSED = {
    "Closed Won": "won",
    "Closed Lost": "lost",
    "Closed - No Decision": "no_decision",
}


@dataclass(frozen=True)
class Stage:
    """A stage, its outcome (or open), its place in the funnel, and whether it is qualified."""

    name: str
    category: str
    order: int | None
    qualified: bool


@dataclass(frozen=True)
class State:
    """How a deal stands from an instant on."""

    at: dt.datetime
    stage: Stage
    amount: Decimal | None
    close_date: dt.date | None
    owner: str
    currency: str


@dataclass
class Deal:
    """A deal as it is now, and all that it was."""

    id: str
    system: str
    created: dt.date
    type: str
    product: str
    account: str
    deleted: bool
    now: State
    states: list[State] = field(default_factory=list)
    splits: list[tuple[str, Decimal]] = field(default_factory=list)

    def on(self, at_end_of: dt.date) -> State | None:
        """The state at the end of a day; none before the first."""
        last = dt.datetime.combine(at_end_of, dt.time.max)
        position = bisect.bisect_right(self.states, last, key=lambda state: state.at)
        return self.states[position - 1] if position else None

    def is_open(self, at_end_of: dt.date) -> bool:
        state = self.on(at_end_of)
        return state is not None and state.stage.category == "open"


def salesforce_stage(text: str) -> Stage:
    if text in SALESFORCE:
        place = SALESFORCE.index(text) + 1
        return Stage(text, "open", place, place > 1)
    if text in SALESFORCE_CLOSED:
        return Stage(text, SALESFORCE_CLOSED[text], None, text == "Closed Won")
    return Stage(text, "open", None, False)


def hubspot_stages(files: Files) -> dict[str, Stage]:
    stages = {}
    for row in files.table("hubspot/deal_pipeline_stage.csv"):
        place = int(row["display_order"])
        if not yes(row["is_closed"]):
            stages[row["stage_id"]] = Stage(row["label"], "open", place + 1, place > 0)
        elif yes(row["closed_won"]):
            stages[row["stage_id"]] = Stage(row["label"], "won", None, True)
        else:
            lost = "no_decision" if "no decision" in row["label"].lower() else "lost"
            stages[row["stage_id"]] = Stage(row["label"], lost, None, False)
    return stages


def read_deals(files: Files, company: Company) -> dict[str, Deal]:
    """All deals by id, without those that another deal was merged with."""
    return {**_salesforce(files, company), **_hubspot(files, company)}


def _whole(states: list[State]) -> list[State]:
    """In order of time, without those that say nothing new."""
    kept: list[State] = []
    for state in sorted(states, key=lambda one: one.at):
        if not kept or replace(state, at=kept[-1].at) != kept[-1]:
            kept.append(state)
    return kept


def _from_the_start(deal: Deal) -> State:
    """Of a deal without a history the word of today holds from its first day on (decision 0017)."""
    return replace(deal.now, at=dt.datetime.combine(deal.created, dt.time.min))


def _salesforce(files: Files, company: Company) -> dict[str, Deal]:
    newest: dict[str, dict[str, str]] = {}
    for row in files.table("salesforce/Opportunity_*.csv"):
        known = newest.get(row["Id"][:15])
        if known is None or known["SystemModstamp"] < row["SystemModstamp"]:
            if known:  # a weekly file lacks some columns
                row = {**known, **row}
            newest[row["Id"][:15]] = row
    deals = {}
    for key, row in newest.items():
        now = State(
            moment(row["SystemModstamp"]),
            salesforce_stage(row["StageName"]),
            money(row["Amount"]),
            day(row["CloseDate"]),
            company.sf.get(row["OwnerId"][:15], NOBODY),
            row["CurrencyIsoCode"],
        )
        deals[key] = Deal(
            key,
            "salesforce",
            moment(row["CreatedDate"]).date(),
            row["Type"],
            row["Product__c"],
            row["AccountId"][:15],
            yes(row["IsDeleted"]),
            now,
        )
    history: dict[str, list[State]] = {}
    for row in files.table("salesforce/OpportunityHistory_*"):
        history.setdefault(row["OpportunityId"][:15], []).append(
            State(
                moment(row["CreatedDate"]),
                salesforce_stage(row["StageName"]),
                money(row["Amount"]),
                day(row["CloseDate"]),
                company.sf.get(row["OwnerId"][:15], NOBODY),
                row["CurrencyIsoCode"],
            )
        )
    for key, deal in deals.items():
        deal.states = _whole(history.get(key, [])) or [_from_the_start(deal)]
    for row in files.table("salesforce/OpportunitySplit.csv"):
        deal = deals.get(row["OpportunityId"][:15])
        if deal:
            person = company.sf.get(row["SplitOwnerId"][:15], NOBODY)
            deal.splits.append((person, Decimal(row["SplitPercentage"])))
    return deals


def _hubspot(files: Files, company: Company) -> dict[str, Deal]:
    stages = hubspot_stages(files)
    merged = {row["merged_deal_id"] for row in files.table("hubspot/merged_deal.csv")}
    accounts = {
        row["deal_id"]: row["company_id"] for row in files.table("hubspot/deal_company.csv")
    }

    def stage(text: str) -> Stage:
        return stages.get(text, Stage(text, "open", None, False))

    words: dict[str, list[tuple[dt.datetime, str, str]]] = {}
    for row in files.table("hubspot/deal_property_history.csv"):
        words.setdefault(row["deal_id"], []).append(
            (moment(row["timestamp"]), row["name"], row["value"])
        )
    deals = {}
    for row in files.table("hubspot/deal.csv"):
        key = row["deal_id"]
        now = State(
            moment(row["property_hs_lastmodifieddate"]),
            stage(row["deal_pipeline_stage_id"]),
            money(row["property_amount"]),
            day(row["property_closedate"]),
            company.hubspot.get(row["owner_id"], NOBODY),
            row["property_deal_currency_code"],
        )
        deal = Deal(
            key,
            "hubspot",
            moment(row["property_createdate"]).date(),
            row["property_dealtype"],
            "",
            accounts.get(key, ""),
            yes(row["is_deleted"]) or key in merged,
            now,
        )
        state = replace(now, amount=None, close_date=None)
        told = words.get(key, [])
        said = {name for _, name, _ in told}
        if "hubspot_owner_id" in said:
            state = replace(state, owner=NOBODY)
        for at, name, value in sorted(told, key=lambda word: word[0]):
            if name == "dealstage":
                state = replace(state, at=at, stage=stage(value))
            elif name == "amount":
                state = replace(state, at=at, amount=money(value))
            elif name == "closedate":
                state = replace(state, at=at, close_date=day(value))
            elif name == "hubspot_owner_id":
                state = replace(state, at=at, owner=company.hubspot.get(value, NOBODY))
            else:
                continue
            if deal.states and deal.states[-1].at == at:
                deal.states.pop()
            deal.states.append(state)
        deal.states = _whole(deal.states) or [_from_the_start(deal)]
        deals[key] = deal
    return deals
